"""The desk itself: one question at a time, answered by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from extractor.evidence.highlight import show
from extractor.evidence.wording import STATUS_WORDS
from extractor.records import Status
from extractor.review.decisions import (
    Act,
    Decision,
    answer,
    decided_by,
    is_unblinded,
    last_of,
    live,
    next_open,
    said_of,
)
from extractor.review.decisions import standing as standing_of
from extractor.review.queue import Item, Kind, Statement, machine_statement
from extractor.web import review_state as state
from extractor.web.note_view import Lit, Selection, show_notes
from extractor.web.review_card import card, lit_of, notes_of
from extractor.web.review_state import Desk
from extractor.web.review_value import FOCUS, ask_value


@st.fragment  # type: ignore[untyped-decorator]
def review(desk: Desk) -> None:
    """Show the question where the reviewer is."""
    own = desk.store.decisions(desk.queue.id, desk.reviewer)
    if is_unblinded(own, desk.reviewer):
        st.info("You chose to see what others said about this queue, so you review it no further.")
        return
    decided = decided_by(desk.items, own, desk.reviewer)
    place = st.session_state.setdefault(desk.place_key, next_open(desk.items, decided, -1))
    place = max(0, min(place, len(desk.items) - 1))
    item = desk.items[place]
    decision = standing_of(own).get(item.id, {}).get(desk.reviewer)
    hidden = desk.queue.plan.blind and decision is None
    left, right = st.columns([5, 6])
    with left:
        st.progress(
            len(decided) / len(desk.items),
            f"Question {place + 1} of {len(desk.items)} · {len(decided)} answered"
            + (" · all done" if len(decided) == len(desk.items) else ""),
        )
        if state.mode() in (state.JUDGE, state.CORRECT):
            st.html(card(item, hidden, decision))
        _controls(desk, item, place, hidden, own)
    with right:
        _notes(desk, item, hidden, own)


def _controls(desk: Desk, item: Item, place: int, hidden: bool, own: list[Decision]) -> None:
    mode = state.mode()
    if mode == state.CORRECT:
        known = None if hidden else machine_statement(item)
        ask_value(item.concept, known, _corrected(desk, item, place), "What do the words say?")
    elif mode == state.MARK:
        st.info(
            "Select the missed words in the note: with the mouse, or with the arrow keys and Shift; "
            "Enter takes the selection."
        )
        st.button("Cancel", shortcut="Esc", on_click=state.set_mode, args=(state.JUDGE,))
    elif mode == state.MISSED:
        chosen = state.selection()
        st.html(_quote(chosen))
        ask_value(None, None, _missed(desk, item, chosen), "What do the missed words say?")
    else:
        _answers(desk, item, place, hidden)
        _moves(desk, item, place, own)
        if state.message():
            st.error(state.message())


def _quote(chosen: Selection) -> str:
    return f'<p class="ts"><q><bdi>{show(" ".join(chosen.words.split()))}</bdi></q></p>'


def _answers(desk: Desk, item: Item, place: int, hidden: bool) -> None:
    """The buttons that answer; each has a key of its own."""

    def button(label: str, shortcut: str, act: Act, said: dict[str, Any] | None = None, first: bool = False) -> None:
        st.button(
            label,
            shortcut=shortcut,
            type="primary" if first else "secondary",
            key=f"review_{shortcut}_{item.id}",
            on_click=_record_answer,
            args=(desk, item, place, act, said, state.new_id()),
        )

    with st.container(horizontal=True):
        if item.kind is Kind.NOTE:
            button("Read to the end", "D", Act.READ, first=True)
        elif item.kind is Kind.CRITERION:
            if not hidden:
                button("Accept", "A", Act.ACCEPT, first=True)
            for shortcut, status in enumerate(Status, start=1):
                button(STATUS_WORDS[status].capitalize(), str(shortcut), *answer(item, str(status)))
            button("Cannot be said", "X", Act.REJECT)
        else:
            if not hidden:
                button("Accept", "A", Act.ACCEPT, first=True)
            st.button(
                "Say the value" if hidden else "Correct",
                shortcut="V",
                type="primary" if hidden else "secondary",
                on_click=state.set_mode,
                args=(state.CORRECT,),
                key="review_correct",
            )
            button("Nothing of the kind" if hidden else "Reject", "X", Act.REJECT)


def _record_answer(desk: Desk, item: Item, place: int, act: Act, said: dict[str, Any] | None, decision_id: str) -> None:
    """Keep an answer and go on to the next question.

    While that is drawn, buttons of the question before may still stand there; they answer nothing.
    """
    if st.session_state.get(desk.place_key) == place:
        state.record(desk, item, act, said, decision_id=decision_id, then=_onward(desk, place))


def _onward(desk: Desk, place: int) -> Callable[[], None]:
    def go() -> None:
        own = desk.store.decisions(desk.queue.id, desk.reviewer)
        st.session_state[desk.place_key] = next_open(desk.items, decided_by(desk.items, own, desk.reviewer), place)

    return go


def _moves(desk: Desk, item: Item, place: int, own: list[Decision]) -> None:
    last = last_of(own, desk.reviewer)
    with st.container(horizontal=True):
        for label, shortcut, icon, to in (
            ("Previous", "P", ":material/arrow_back:", place - 1),
            ("Next", "N", ":material/arrow_forward:", place + 1),
        ):
            st.button(
                label,
                shortcut=shortcut,
                icon=icon,
                disabled=not 0 <= to < len(desk.items),
                on_click=_go,
                args=(desk, to),
                key=f"review_{label}",
            )
        st.button(
            "Undo",
            shortcut="U",
            icon=":material/undo:",
            disabled=last is None,
            on_click=_undo,
            args=(desk, last, state.new_id()),
            key="review_undo",
        )
        st.button(
            "Mark a missed one",
            shortcut="M",
            icon=":material/ink_highlighter:",
            disabled=not notes_of(desk, item),
            on_click=state.set_mode,
            args=(state.MARK,),
            key="review_mark",
        )


def _go(desk: Desk, place: int) -> None:
    st.session_state[desk.place_key] = place
    state.set_mode(state.JUDGE)


def _undo(desk: Desk, last: Decision | None, decision_id: str) -> None:
    if last is None:
        return
    place = next((place for place, item in enumerate(desk.items) if item.id == last.item_id), 0)
    state.record(
        desk, desk.items[place], Act.UNDO, decision_id=decision_id, refers_to=last.id, then=lambda: _go(desk, place)
    )


def _corrected(desk: Desk, item: Item, place: int) -> Callable[[str, Statement, str], None]:
    def said(_: str, statement: Statement, decision_id: str) -> None:
        act, kept = answer(item, statement)
        state.record(desk, item, act, kept, decision_id=decision_id, then=_onward(desk, place))

    return said


def _missed(desk: Desk, item: Item, chosen: Selection) -> Callable[[str, Statement, str], None]:
    """A missed mention belongs to the question that asks to read its note, where the queue has that."""

    def said(concept: str, statement: Statement, decision_id: str) -> None:
        place = item.patient_id, chosen.note.note_id
        whole = (one for one in desk.items if one.kind is Kind.NOTE and (one.patient_id, one.note_id) == place)
        span = {"note_id": chosen.note.note_id, "start": chosen.start, "end": chosen.end, "words": chosen.words}
        kept = {"concept": concept, **span, **said_of(statement)}
        state.record(desk, next(whole, item), Act.MISSED, kept, decision_id=decision_id)

    return said


def _notes(desk: Desk, item: Item, hidden: bool, own: list[Decision]) -> None:
    notes = notes_of(desk, item)
    if not notes:
        st.info(
            "The text of this note is not kept with the queue. Open the patient on the Screen page to see it here; "
            "the words in question stand on the left."
        )
        return
    mode, chosen = state.mode(), state.selection()
    lit = lit_of(desk, item, hidden, live(own))
    if mode == state.MISSED:
        lit = [Lit(chosen.note.note_id, chosen.start, chosen.end, "lit")]
    show_notes(
        notes,
        lit,
        marking=mode == state.MARK,
        focus=f"{FOCUS} {state.round_number()}" if mode in (state.CORRECT, state.MISSED) else "",
        on_selected=lambda chosen: state.set_mode(state.MISSED, chosen),
    )
