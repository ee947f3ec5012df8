"""The page that screens: notes in, verdicts out. Notes and reports live in the session only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from extractor.evidence.cards import A_PERSON_DECIDES
from extractor.exports.rows import Record
from extractor.files import RuleFileError
from extractor.web import engine, navigation, results, session
from extractor.web.note_input import ask_for_notes


def show() -> None:
    """The page: the inputs, or what came of them."""
    navigation.style("page.css")
    found = session.opened()
    if found is None:
        _show_input()
    elif results.show(found.reports, found.failures):
        session.close()
        st.rerun()


def _show_input() -> None:
    st.header("Does this patient fit the trial?")
    st.markdown(
        "Reads a patient's notes, checks them criterion by criterion, and shows the words each answer rests on."
    )
    st.info(
        "Notes are patients' data: they stay in this machine's memory, are written nowhere, and are gone when "
        f"the page is closed. {A_PERSON_DECIDES}",
        icon=":material/lock:",
    )
    records, as_of = ask_for_notes()
    if st.button("Screen", type="primary", icon=":material/fact_check:"):
        _screen(records, as_of)
    else:
        _get_ready()


def _get_ready() -> None:
    """Read the rules while the user still looks for notes."""
    try:
        engine.screener()
    except RuleFileError as error:
        st.error(str(error))


def _screen(records: Sequence[Record], as_of: date | None) -> None:
    if not records:
        st.warning("There is no note yet: choose a sample, paste a note, or upload a file.")
        return
    with st.spinner("Reading the notes …"):
        try:
            reports, failures = engine.screen(records, as_of)
        except RuleFileError as error:
            st.error(str(error))
            return
    if not reports:
        st.error("; ".join(str(failure) for failure in failures))
        return
    session.open_patients(reports, failures)
    st.rerun()
