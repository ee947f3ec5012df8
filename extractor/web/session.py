"""What the pages share within one browser session: which patients are open, and which of them is looked at.

It lives in the session's memory only and is gone with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from extractor.ask.conversation import Turn
from extractor.exports.rows import FailedNote
from extractor.records import Report

_OPENED = "opened"
_ASKED = "asked"
_TIMES = "times_opened"
CHOSEN = "patient"
"""The key of the widget that chooses among the open patients: the place of one in ``reports``."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The patients that are open, and what could not be read or screened of their notes."""

    reports: tuple[Report, ...]
    failures: tuple[FailedNote, ...] = ()


def opened() -> Opened | None:
    """What is open, None when nothing is."""
    found = st.session_state.get(_OPENED)
    return found if isinstance(found, Opened) else None


def open_patients(reports: Sequence[Report], failures: Sequence[FailedNote] = (), look_at: int = 0) -> None:
    """Put reports where all pages find them.

    Args:
        reports: The reports, at least one.
        failures: What could not be read or screened.
        look_at: The place of the one that the page shows first.
    """
    st.session_state[_OPENED] = Opened(tuple(reports), tuple(failures))
    st.session_state[CHOSEN] = look_at
    st.session_state[_ASKED] = {}
    st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1


def looked_at() -> Report | None:
    """The patient that is looked at, None when none is open."""
    found = opened()
    return found.reports[min(st.session_state.get(CHOSEN) or 0, len(found.reports) - 1)] if found else None


def anchor_prefix() -> str:
    """What the anchors of the patient that is looked at begin with.

    No other patient's do, so that what was lit in one is not lit in the next.
    """
    return f"ev{st.session_state.get(_TIMES, 0)}-{st.session_state.get(CHOSEN) or 0}-"


def turns() -> list[Turn]:
    """What was asked about the patient that is looked at; append to it to keep more."""
    asked: dict[int, list[Turn]] = st.session_state.setdefault(_ASKED, {})
    return asked.setdefault(st.session_state.get(CHOSEN) or 0, [])


def close() -> None:
    """Forget what was open."""
    for key in (_OPENED, CHOSEN, _ASKED):
        st.session_state.pop(key, None)
