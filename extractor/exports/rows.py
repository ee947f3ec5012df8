"""One row or JSON object to one note, or to the reason why not.

A note that cannot be read is listed, with the place it stands in, and the rest goes on. Reasons never
quote the note: they are shown on the screen and kept in logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from extractor.exports.decoding import decode
from extractor.records import Note

FIELDS = ("patient_id", "note_id", "note_date", "note_type", "text", "as_of")
"""The names of a note's parts, and of the columns that hold them unless a mapping says otherwise."""

_NO_VALUE = frozenset(("", "null", "none", "nan", "nat", "<na>"))
_ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8})(?:[T ]\d{2}:?\d{2}\S*)?")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
"""Day, month, year: with dots, no country writes the month first."""
_SHOWABLE = re.compile(r"[\d./: -]{1,30}")


class InputError(ValueError):
    """A call or an input that cannot be used at all. Its message is one line for a person."""


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note as it was read.

    Attributes:
        note: The note.
        as_of: The day that the export wants the patient's report to hold for, or None.
    """

    note: Note
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class FailedNote:
    """A note, row or file that could not be read or screened.

    Attributes:
        source: The file it stands in.
        place: Where in the file, e.g. ``line 12``; empty when the whole file is meant.
        reason: What is wrong, in words that quote nothing of the note.
        patient_id: Whose note it is, where that could be told.
        note_id: Which note, where that could be told.
    """

    source: str
    place: str
    reason: str
    patient_id: str | None = None
    note_id: str | None = None

    def __str__(self) -> str:
        """One line for the screen."""
        return ", ".join(part for part in (self.source, self.place) if part) + f": {self.reason}"


Record = NoteRecord | FailedNote


class _UnreadableError(ValueError):
    """Why a row gives no note."""


def parse_columns(option: str | None) -> dict[str, str]:
    """The mapping of ``--columns text=NOTE_TEXT,patient_id=MRN``: our name to the export's.

    Raises:
        InputError: When it is malformed, names something else than a note's parts, or names one twice.
    """
    columns: dict[str, str] = {}
    for part in (option or "").split(","):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not equals or not theirs:
            raise InputError(f"--columns: '{part.strip()}' should read NAME=COLUMN, e.g. text=NOTE_TEXT")
        if ours not in FIELDS:
            raise InputError(f"--columns: there is no '{ours}'; the names are {', '.join(FIELDS)}")
        if ours in columns:
            raise InputError(f"--columns: '{ours}' is given twice")
        columns[ours] = theirs
    return columns


def to_record(row: Mapping[str, Any], source: str, place: str, patient_id: str, note_id: str) -> Record:
    """A note from named values.

    Args:
        row: Values by the names of ``FIELDS``; other names are ignored.
        source: The file, for the failure list.
        place: Where in the file.
        patient_id: The patient where the row has no such name at all. A name without a value fails:
            whose note it is cannot be told.
        note_id: The note's id where the row gives none.
    """
    patient = note = None
    try:
        patient = identifier(row["patient_id"]) if "patient_id" in row else patient_id
        note = identifier(row.get("note_id")) or note_id
        if patient is None:
            raise _UnreadableError("has no patient_id")
        text = _text(row.get("text"))
        day, as_of = to_date(row.get("note_date"), "note_date"), to_date(row.get("as_of"), "as_of")
        return NoteRecord(Note(text, patient, note, day, identifier(row.get("note_type"))), as_of)
    except _UnreadableError as error:
        return FailedNote(source, place, str(error), patient, note)


def identifier(value: Any) -> str | None:
    """An id or type as text; None where there is none. A whole number has no decimals: 17.0 is "17"."""
    if value is None or isinstance(value, bool) or value != value:
        return None
    if isinstance(value, bytes):
        value = decode(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, Mapping | list | tuple):
        raise _UnreadableError("an id or type is no plain value")
    text = str(value).strip()
    return None if text.lower() in _NO_VALUE else text


def to_date(value: Any, name: str) -> date | None:
    """A day from an ISO date, one like 14.3.2025, a date cell, or nothing; a time of day is left out.

    Raises:
        ValueError: When it is anything else. A date that is guessed could turn a verdict.
    """
    if isinstance(value, datetime):
        return None if value != value else value.date()
    if isinstance(value, date):
        return value
    text = identifier(value)
    if text is None:
        return None
    match, dotted = _ISO_DATE.fullmatch(text), _DOTTED_DATE.fullmatch(text)
    try:
        if match:
            return date.fromisoformat(match[1])
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        pass
    shown = f" '{text}'" if _SHOWABLE.fullmatch(text) else ""
    raise _UnreadableError(f"the {name}{shown} is no date like 2025-03-14")


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = decode(value)
    if value is None or value != value:
        raise _UnreadableError("has no text")
    if not isinstance(value, str):
        raise _UnreadableError("the text is no text")
    if not value.strip():
        raise _UnreadableError("the text is empty")
    return value
