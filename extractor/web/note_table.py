"""The notes that were read, as a table in which their dates and types can be put right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from extractor.exports.rows import FailedNote, NoteRecord, Record

_SHOWN = 500
"""So many notes can be put right by hand; an export with more comes with its dates."""
_LISTED = 8
TYPES = ("clinic note", "radiology report", "pathology report", "tumour board", "discharge letter", "other")


def edited(records: Sequence[Record], key: str) -> list[Record]:
    """Show the notes of some records; gives the records with what was changed of them.

    Args:
        records: As they were read.
        key: The widget's key; another key begins anew.
    """
    failed = [record for record in records if isinstance(record, FailedNote)]
    notes = [record for record in records if isinstance(record, NoteRecord)]
    if failed:
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        st.warning(f"Could not be read: {'; '.join(str(record) for record in failed[:5])}{more}")
    if not notes:
        return list(records)
    shown = notes[:_SHOWN]
    height: Any = "content" if len(shown) <= _LISTED else 320
    table = st.data_editor(
        _table(shown),
        key=key,
        hide_index=True,
        height=height,
        disabled=("Patient", "Begins with", "Characters"),
        column_config={
            "Read": st.column_config.CheckboxColumn(width="small", help="A note that is not ticked is left out."),
            "Written on": st.column_config.DateColumn(format="YYYY-MM-DD"),
            "Type": st.column_config.SelectboxColumn(options=_options(shown)),
        },
    )
    if len(notes) > len(shown):
        st.caption(f"The first {_SHOWN} of {len(notes)} notes are listed; all are read.")
    return [*_changed(shown, table), *notes[len(shown) :], *failed]


def _options(records: Sequence[NoteRecord]) -> list[str]:
    found = [record.note.note_type for record in records if record.note.note_type]
    return list(dict.fromkeys((*found, *TYPES)))


def _table(records: Sequence[NoteRecord]) -> pd.DataFrame:
    notes = [record.note for record in records]
    return pd.DataFrame(
        {
            "Read": [True for _ in notes],
            "Patient": [note.patient_id for note in notes],
            "Written on": pd.to_datetime(
                pd.Series([note.note_date for note in notes], dtype="object"), errors="coerce"
            ),
            "Type": [note.note_type for note in notes],
            "Begins with": [" ".join(note.text[:300].split())[:80] for note in notes],
            "Characters": [len(note.text) for note in notes],
        }
    )


def _changed(records: Sequence[NoteRecord], table: pd.DataFrame) -> Iterator[NoteRecord]:
    """The records as the table has them now."""
    for record, row in zip(records, table.to_dict("records"), strict=True):
        if row["Read"]:
            kind = row["Type"] if isinstance(row["Type"], str) else None
            yield replace(record, note=replace(record.note, note_date=_day(row["Written on"]), note_type=kind))


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
