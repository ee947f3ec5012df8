"""The page for cohorts: an export in, a table of patients and its figures out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from extractor.cohort.patients import load_cohort
from extractor.exports.background import ENDED, Phase, State
from extractor.exports.rows import InputError
from extractor.web import batch_input, cohort_view, navigation
from extractor.web.workspace import Workspace, workspace

_PHASES = {
    Phase.STARTING: "Reading the rules",
    Phase.READING: "Bringing the notes of each patient together",
    Phase.SCREENING: "Screening",
    Phase.WRITING: "Writing the results",
}


def show() -> None:
    """The page: the inputs, the batch that runs, or its patients."""
    navigation.style("desk.css")
    room = workspace()
    batch = room.batch
    if batch and batch.state.phase is Phase.DONE and room.cohort is None:
        _open(room, Path(batch.job.folder))
    if batch and batch.state.phase not in ENDED:
        _running(room)
    elif room.cohort:
        cohort_view.show(room, room.cohort)
    else:
        if batch:
            _ended(room, batch.state)
        batch_input.show(room)


def _open(room: Workspace, folder: Path) -> None:
    try:
        with st.spinner("Opening the reports …"):
            room.cohort = load_cohort(folder)
    except InputError as error:
        st.error(str(error))
    room.batch = None


def _running(room: Workspace) -> None:
    st.header("Screening the export")
    st.markdown("It goes on while you look at other pages. Stopped, it can be gone on with from where it was.")
    _progress(room)


@st.fragment(run_every=0.7)  # type: ignore[untyped-decorator]
def _progress(room: Workspace) -> None:
    batch = room.batch
    if batch is None or batch.state.phase in ENDED:
        st.rerun()
        return
    state = batch.state
    share = min(state.done / state.total, 1.0) if state.total else 0.0
    st.progress(share, text=_told(state))
    if st.button("Stop", icon=":material/stop:"):
        batch.stop()
        batch.wait(10)
        st.rerun()


def _told(state: State) -> str:
    of = f" of {state.total:,}" if state.total else ""
    counted = f": {state.done:,}{of} notes" if state.phase in (Phase.READING, Phase.SCREENING) else " …"
    return f"{_PHASES.get(state.phase, '')}{counted}"


def _ended(room: Workspace, state: State) -> None:
    """What became of a batch that is not done, and the way on."""
    batch = room.batch
    if batch is None:
        return
    if state.phase is Phase.STOPPED:
        st.info(f"Stopped after {state.done:,} notes.", icon=":material/pause:")
    else:
        st.error(state.message)
    again, away, _ = st.columns([1, 1, 3])
    if again.button("Go on", icon=":material/play_arrow:", type="primary", width="stretch"):
        batch_input.start(room, batch.job)
        st.rerun()
    if away.button("Discard it", icon=":material/delete:", width="stretch", help="Removes what it has written."):
        room.batch = None  # also where something stays: a job that names no file must not hold the page
        try:
            batch.discard()
        except (InputError, OSError) as error:
            why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
            st.error(f"What it has written stays in {batch.job.folder} ({why}).")
        else:
            st.rerun()
    st.divider()
