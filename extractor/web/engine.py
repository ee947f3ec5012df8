"""The screener that all sessions share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from threading import Thread

import streamlit as st

from extractor.ask.lexicon import Lexicon
from extractor.ask.lexicon import load as load_lexicon
from extractor.exports.grouping import by_patient
from extractor.exports.rows import FailedNote, Record
from extractor.exports.screening import screen_patient
from extractor.files import patterns_folder
from extractor.records import Report
from extractor.screener import Screener


@st.cache_resource(show_spinner="Reading the rules …")  # type: ignore[untyped-decorator]
def screener() -> Screener:
    """The screener; it holds rules only and is safe to share between threads.

    What takes seconds is set up beside the first page, so that no note waits for it.

    Raises:
        RuleFileError: When a rule file or the protocol is wrong.
    """
    shared = Screener()
    Thread(target=shared.prepare, daemon=True).start()
    return shared


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def question_words() -> Lexicon:
    """The words that questions are made of; they hold nothing of a note.

    Raises:
        RuleFileError: When their file is wrong.
    """
    return load_lexicon(patterns_folder())


def screen(records: Iterable[Record], as_of: date | None) -> tuple[list[Report], list[FailedNote]]:
    """One report a patient, by their first appearance, and all that could not be read or screened.

    Raises:
        RuleFileError: When a rule file or the protocol is wrong.
    """
    patients, failures = by_patient(records)
    shared = screener()
    results = [screen_patient(shared, patient, as_of) for patient in patients if patient.notes]
    reports = [report for report, _ in results if report]
    return reports, failures + [failure for _, failed in results for failure in failed]
