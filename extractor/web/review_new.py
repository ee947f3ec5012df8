"""A new queue: from what, what of it, and how it is reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from extractor.evidence.wording import say_concept
from extractor.records import Note
from extractor.review.queue import Drawn, Plan, QueueError, draw
from extractor.review.scoring import KEYS
from extractor.review.store import Queue, Store, StoreError
from extractor.web import session, signin
from extractor.web.access import Right
from extractor.web.review_source import Source, draw_from_batch, named, open_cases
from extractor.web.workspace import workspace

_OPEN, _BATCH, _FOLDER = "The open patients", "The open batch", "The folder of a batch"
_SINGLE, _WHOLE = "Single findings and criteria", "Whole notes, read for what was missed too"
AT_HAND = "review_at_hand"
"""The session's key of notes that were read for a queue that does not keep them."""


def ask_for_queue(store: Store, reviewer: str) -> Queue | None:
    """Show the form; gives the queue when one was drawn."""
    sources = _sources()
    if not sources:
        if signin.may(Right.SCREEN):
            st.info("Nothing is open to draw from: open patients on the Screen page, or a batch on the Batch page.")
        else:
            st.info("Queues are drawn by those who may also screen: ask one of them, or an administrator.")
        return None
    source = st.segmented_control("Draw from", sources, default=sources[0], required=True, key="review_source")
    if source not in sources:
        source = sources[0]
    with st.form("review_new"):
        folder, export = _folder() if source == _FOLDER else ("", "")
        plan = _plan()
        drawn = st.form_submit_button("Draw the queue", type="primary", icon=":material/playlist_add:")
    if not drawn:
        return None
    if not plan.name.strip():
        st.warning("Give the queue a name.")
        return None
    try:
        with st.spinner("Drawing …"):
            taken = _draw(source, folder, export, plan)
            queue = store.add_queue(plan, taken, reviewer)
    except (QueueError, StoreError) as error:
        st.error(str(error))
        return None
    _keep_at_hand(taken.notes)
    return queue


def _sources() -> list[str]:
    """What this person can draw from now."""
    may = {_OPEN: session.opened(), _BATCH: workspace().cohort, _FOLDER: signin.may(Right.FILES)}
    return [source for source, there in may.items() if there]


def _draw(source: str, folder: str, export: str, plan: Plan) -> Drawn:
    room, found = workspace(), session.opened()
    if source == _OPEN and found:
        return draw(open_cases(found.reports), plan)
    if source == _BATCH and room.cohort:
        return draw_from_batch(Source(room.cohort.folder, room.inputs or (), room.columns), plan)
    return draw_from_batch(named(folder, export), plan)


def _keep_at_hand(notes: Sequence[Note]) -> None:
    st.session_state[AT_HAND] = (*st.session_state.get(AT_HAND, ()), *notes)


def _folder() -> tuple[str, str]:
    left, right = st.columns(2)
    folder = left.text_input("Folder of the batch", placeholder="results/", help="Where `reports.jsonl` is.")
    export = right.text_input(
        "The export it was made from", placeholder="export.parquet", help="For the texts of the notes; may stay empty."
    )
    return folder, export


def _plan() -> Plan:
    left, right = st.columns(2)
    name = left.text_input("Name of the queue", placeholder="March, 200 at random")
    concepts = right.multiselect("Only these concepts", list(KEYS), format_func=say_concept, placeholder="all")
    what = left.radio("What is asked", [_SINGLE, _WHOLE])
    with right:
        size, seed = st.columns(2)
        number: Any = size.number_input(
            "Random sample of (0: all)", 0, 20_000, 0, help="So many findings and criteria, or notes."
        )
        drawn_by: Any = seed.number_input("Seed", 0, 2**31, 1, help="The same seed gives the same sample again.")
    doubtful = right.checkbox("Only doubtful ones: possible, in conflict or unknown")
    blind = left.checkbox("Blind: what the machine says is shown only after one's own answer")
    keep = left.checkbox(
        "Keep the text of the notes with the queue",
        help="Otherwise the database holds the words of the evidence and the reasons of the criteria, and whoever "
        "reviews must have the same patients open.",
    )
    return Plan(
        name.strip(), what == _WHOLE, doubtful, int(number) or None, int(drawn_by), frozenset(concepts), blind, keep
    )
