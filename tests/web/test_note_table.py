"""Dates and types put right by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd

from extractor.exports.rows import NoteRecord
from extractor.records import Note
from extractor.web.note_table import _changed, _table

RECORDS = [
    NoteRecord(Note("First note.\nMore.", "P", "a", None, None), date(2025, 4, 1)),
    NoteRecord(Note("Second note.", "P", "b", date(2025, 3, 1), "CT report")),
    NoteRecord(Note("Third note.", "P", "c", date(2025, 3, 2), "letter")),
]


def test_an_untouched_table_changes_nothing() -> None:
    assert list(_changed(RECORDS, _table(RECORDS))) == RECORDS


def test_what_was_changed_is_taken_over_and_the_text_stays() -> None:
    table = _table(RECORDS)
    table.loc[0, "Written on"] = pd.Timestamp("2025-03-14")
    table.loc[0, "Type"] = "clinic note"
    table.loc[1, "Written on"] = pd.NaT
    table.loc[1, "Type"] = None
    table.loc[2, "Read"] = False
    assert list(_changed(RECORDS, table)) == [
        NoteRecord(Note("First note.\nMore.", "P", "a", date(2025, 3, 14), "clinic note"), date(2025, 4, 1)),
        NoteRecord(Note("Second note.", "P", "b", None, None)),
    ]


def test_notes_without_any_date_can_be_dated() -> None:
    table = _table(RECORDS[:1])
    assert str(table["Written on"].dtype).startswith("datetime64")
