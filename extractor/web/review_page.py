"""The reviewers' desk: people check what the machine found, so that the site can say how good it is."""

from __future__ import annotations

import os

import streamlit as st

from extractor.records import Note
from extractor.review.store import SETTING, Queue, Store, StoreError, place_of, readable
from extractor.web import navigation, session, signin
from extractor.web import review_state as state
from extractor.web.review_desk import review
from extractor.web.review_figures import figures
from extractor.web.review_new import AT_HAND, ask_for_queue
from extractor.web.review_settle import settle
from extractor.web.review_source import own_notes
from extractor.web.review_state import Desk

_REVIEW, _SETTLE, _FIGURES, _NEW = "Review", "Settle", "Figures", "Queues"
_CHOSEN, _VIEW, _LOADED = "review_queue", "review_view", "review_loaded"


def show() -> None:
    """The page."""
    navigation.style("page.css")
    try:
        store = _store(_setting())
        _show(store)
    except StoreError as error:
        st.error(str(error))


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def _store(setting: str | None) -> Store:
    """The connections, which all sessions share; nothing that was read is kept."""
    return Store(place_of(setting))


def _setting() -> str | None:
    if os.environ.get(SETTING):
        return os.environ[SETTING]
    return str(st.secrets[SETTING]) if st.secrets.load_if_toml_exists() and SETTING in st.secrets else None


def _show(store: Store) -> None:
    who, which, what = st.columns([2, 4, 3], vertical_alignment="bottom")
    reviewer = _reviewer(who)
    queues = store.queues()
    if not queues or not reviewer:
        _welcome(store, reviewer)
        return
    queue = _choose(which, queues)
    view = what.segmented_control(
        "View", [_REVIEW, _SETTLE, _FIGURES, _NEW], default=_REVIEW, required=True, key=_VIEW, on_change=_turn
    )
    if view == _NEW:
        _manage(store, queue, reviewer)
        return
    desk = _desk(store, queue, reviewer)
    {_REVIEW: review, _SETTLE: settle, _FIGURES: figures}[view or _REVIEW](desk)


def _turn() -> None:
    state.set_mode(state.JUDGE)


def _reviewer(place: st.delta_generator.DeltaGenerator) -> str:
    """Who reviews: who is signed in, or the name that she gives."""
    signed_in = signin.who()
    if signed_in:
        place.text_input("Reviewer", signed_in, disabled=True)
        return signed_in[:200]
    typed = place.text_input("Reviewer", key="review_reviewer", persist_state="session", placeholder="Your name")
    return " ".join((typed or "").split())[:200]


def _welcome(store: Store, reviewer: str) -> None:
    st.header("How good is it on our own notes?")
    st.markdown(
        "Check what was found, accept it, correct it or reject it, and mark what was missed; a second person does the "
        "same without seeing your answers. Precision, recall and agreement follow as you go."
    )
    if not reviewer:
        st.info("Give your name first: every decision is kept with who made it, and when.", icon=":material/person:")
        return
    if ask_for_queue(store, reviewer):
        st.rerun()


def _choose(place: st.delta_generator.DeltaGenerator, queues: list[Queue]) -> Queue:
    by_id = {queue.id: queue for queue in queues}
    chosen = place.selectbox(
        "Queue", list(by_id), format_func=lambda name: _label(by_id[name]), key=_CHOSEN, persist_state="session",
        on_change=_turn,
    )  # fmt: skip
    return by_id.get(chosen or "", queues[0])


def _label(queue: Queue) -> str:
    blind = ", blind" if queue.plan.blind else ""
    return f"{queue.plan.name} · {queue.size} questions{blind} · {queue.created_at:%Y-%m-%d}"


def _desk(store: Store, queue: Queue, reviewer: str) -> Desk:
    """The queue with its notes; what does not change is read once a session."""
    loaded = st.session_state.get(_LOADED)
    if not loaded or loaded[0] != queue.id:
        loaded = (queue.id, store.items(queue.id), store.notes(queue.id))
        st.session_state[_LOADED] = loaded
    _, items, kept = loaded
    notes = readable(queue.id, kept, _at_hand(), items)
    places = tuple((one.note.patient_id, one.note.note_id) for one in kept)
    return Desk(store, queue, items, notes, places, reviewer)


def _at_hand() -> list[Note]:
    found = session.opened()
    shown = [note for report in found.reports for note in own_notes(report)] if found else []
    return [*shown, *st.session_state.get(AT_HAND, ())]


def _manage(store: Store, queue: Queue, reviewer: str) -> None:
    st.subheader("A new queue")
    made = ask_for_queue(store, reviewer)
    if made:
        st.success(f"Drawn: {made.size} questions. Choose it above.", icon=":material/check:")
    st.subheader(f"The queue “{queue.plan.name}”")
    plan = queue.plan
    said = [
        f"drawn by {queue.by} on {queue.created_at:%Y-%m-%d}",
        f"sample of {plan.size}, seed {plan.seed}" if plan.size else "all",
        "whole notes" if plan.whole_notes else "single findings and criteria",
        *(["doubtful only"] if plan.only_doubtful else []),
        *(["blind"] if plan.blind else []),
        "keeps the text of its notes" if plan.keep_notes else "keeps no text of its notes",
    ]
    st.text("; ".join(said))
    st.caption(f"Kept in {store.place}")
    if plan.keep_notes and st.button("Remove the text of its notes for good", icon=":material/delete:"):
        store.forget_notes(queue.id)
        st.session_state.pop(_LOADED, None)
        st.success("Removed. Questions and decisions stay.")
