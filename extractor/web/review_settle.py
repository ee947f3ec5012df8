"""What reviewers differ on, settled one by one by a further decision."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from extractor.review.decisions import (
    Act,
    Decision,
    Question,
    Role,
    answer,
    disagreements,
    last_of,
    open_to,
    said_of,
)
from extractor.review.queue import Kind, Statement, machine_statement
from extractor.web import review_state as state
from extractor.web.note_view import Lit, show_notes
from extractor.web.review_card import card, lit_of, notes_of, say_answer
from extractor.web.review_state import Desk
from extractor.web.review_value import FOCUS, ask_value

_PLACE, _SHOWN = "review_settle_place", "review_settle_shown"


@st.fragment  # type: ignore[untyped-decorator]
def settle(desk: Desk) -> None:
    """Show a disagreement, with all answers but nobody's name."""
    decisions = desk.store.decisions(desk.queue.id)
    visible = open_to(desk.items, decisions, desk.reviewer)
    questions = disagreements(visible, decisions)
    if len(visible) < len(desk.items):
        st.caption("Only what you have answered yourself is shown here until you are done with the queue.")
    if not questions:
        st.success("Nothing is left to settle.", icon=":material/check:")
        _undo_button(desk, decisions)
        return
    place = min(int(st.session_state.get(_PLACE, 0)), len(questions) - 1)
    question = questions[place]
    st.session_state[_SHOWN] = question.about
    left, right = st.columns([5, 6])
    with left:
        st.markdown(f"**{len(questions)} to settle** · {place + 1} of {len(questions)}")
        st.html(card(question.item, False))
        if state.mode() == state.CORRECT:
            concept = question.mark.concept if question.mark else question.item.concept
            known = None if question.mark else machine_statement(question.item)
            ask_value(concept, known, _corrected(desk, question), "What do the words say?")
        else:
            _choices(desk, question)
            _moves(desk, place, len(questions), decisions)
            if state.message():
                st.error(state.message())
    with right:
        _notes(desk, question)


def _choices(desk: Desk, question: Question) -> None:
    """A button for each different answer: to settle is to take one of them, or to say another."""
    item, mark = question.item, question.mark
    answers: dict[str, Decision | None] = {}
    for decision in question.answers.values():
        answers.setdefault(say_answer(item, decision), decision)
    for number, (words, decision) in enumerate(sorted(answers.items(), key=lambda pair: pair[0]), start=1):
        if mark:
            act, said = (Act.CORRECT, dict(decision.said)) if decision else (Act.REJECT, {})
        else:
            assert decision is not None
            act, said = decision.act, dict(decision.said)
        st.button(
            words,
            shortcut=str(number),
            width="stretch",
            key=f"review_take_{question.about}_{number}",
            on_click=_take,
            args=(desk, question, act, said, state.new_id()),
        )
    if item.kind is not Kind.CRITERION:
        st.button(
            "Another value", shortcut="V", on_click=state.set_mode, args=(state.CORRECT,), key="review_settle_value"
        )


def _take(desk: Desk, question: Question, act: Act, said: dict[str, object], decision_id: str) -> None:
    """Keep a settlement.

    While the next question is drawn, buttons of the one before may still stand there; they settle nothing.
    """
    if st.session_state.get(_SHOWN) != question.about:
        return
    state.record(
        desk,
        question.item,
        act,
        said,
        decision_id=decision_id,
        role=Role.ADJUDICATE,
        refers_to=question.mark.first.id if question.mark else None,
        then=lambda: st.session_state.pop(_SHOWN, None),
    )


def _corrected(desk: Desk, question: Question) -> Callable[[str, Statement, str], None]:
    def said(_: str, statement: Statement, decision_id: str) -> None:
        act, kept = (Act.CORRECT, said_of(statement)) if question.mark else answer(question.item, statement)
        _take(desk, question, act, dict(kept), decision_id)

    return said


def _moves(desk: Desk, place: int, number: int, decisions: list[Decision]) -> None:
    with st.container(horizontal=True):
        for label, shortcut, to in (("Previous", "P", place - 1), ("Next", "N", place + 1)):
            st.button(
                label,
                shortcut=shortcut,
                disabled=not 0 <= to < number,
                on_click=_go,
                args=(to,),
                key=f"review_settle_{label}",
            )
        _undo_button(desk, decisions)


def _go(place: int) -> None:
    st.session_state[_PLACE] = place


def _undo_button(desk: Desk, decisions: list[Decision]) -> None:
    last = last_of(decisions, desk.reviewer, Role.ADJUDICATE)
    if last is None:
        return
    item = next((item for item in desk.items if item.id == last.item_id), None)
    st.button(
        "Undo",
        shortcut="U",
        icon=":material/undo:",
        key="review_settle_undo",
        on_click=state.record,
        args=(desk, item, Act.UNDO),
        kwargs={"decision_id": state.new_id(), "refers_to": last.id, "role": Role.ADJUDICATE},
    )


def _notes(desk: Desk, question: Question) -> None:
    item = question.item
    notes = notes_of(desk, item)
    if not notes:
        st.info("The text of this note is not kept with the queue. Open the patient on the Screen page to see it here.")
        return
    lit = lit_of(desk, item, False)
    if question.mark:
        lit = [
            Lit(item.note_id, made.said["start"], made.said["end"], "lit", made.said["concept"])
            for made in question.mark.by.values()
        ]
    focus = f"{FOCUS} {state.round_number()}" if state.mode() == state.CORRECT else ""
    show_notes(notes, lit, marking=False, focus=focus, on_selected=lambda _: None)
