"""A screener that reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from made_reports import review_report

from extractor.records import Note, Report


class MadeScreener:
    """Gives a hand-made report on the notes that it gets, and keeps what it was asked."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[tuple[list[Note], date | None]] = []

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        """The report, whatever the notes say."""
        read = list(notes)
        self.asked.append((read, as_of))
        report = review_report()
        return replace(report, patient_id=read[0].patient_id, notes=(*report.notes, *read))
