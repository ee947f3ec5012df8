"""Systemic therapy: the agents of a regimen, its line and setting, when it was begun and whether it goes on.

The value is the clinical specification's ``{"agents", "line", "setting"}``; where the note says so,
``maintenance``, ``other_tumour``, ``event`` ("start" when the day of the first dose is known, else
"stop"), ``start`` (that day, ISO) or ``start_month`` (``YYYY-MM``, where only the month is known).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from extractor.findings.regimens import Regimen, regimens
from extractor.language.layout import Sentence
from extractor.language.reading import Reading
from extractor.records import Finding, Temporality

CONCEPT = "systemic_therapy"
_SPAN_REACH = 30
"""A word such as "first-line" no further away belongs to the evidence."""


def find(reading: Reading) -> Iterator[Finding]:
    """The systemic therapies that a note names.

    Therapy without a drug's name ("chemo-immunotherapy") is a finding only where its line, its
    setting or its start is told.
    """
    for regimen in regimens(reading):
        if regimen.agents or regimen.line or regimen.setting or (regimen.begun and regimen.begun.month):
            yield _finding(reading, regimen)


def _finding(reading: Reading, regimen: Regimen) -> Finding:
    value: dict[str, Any] = {"agents": list(regimen.agents), "line": regimen.line, "setting": regimen.setting}
    if regimen.maintenance:
        value["maintenance"] = True
    if regimen.other_tumour:
        value["other_tumour"] = True
    changes: dict[str, Any] = {}
    begun = regimen.begun
    temporality = regimen.qualifiers.temporality
    if begun and begun.full:
        value |= {"event": "start", "start": begun.full.isoformat()}
        changes["date"] = begun.full
        if _later(begun.full, reading.note.note_date):
            temporality = Temporality.PLANNED
    elif begun and begun.month:
        value["start_month"] = f"{begun.year}-{begun.month:02d}"
        changes["date"] = min(begun.latest, reading.note.note_date or begun.latest)
    if regimen.stopped and "event" not in value:
        value["event"] = "stop"
    start, end = _evidence(regimen, reading.sentences[regimen.sentence])
    return reading.finding(
        CONCEPT,
        value,
        start,
        end,
        by=regimen.by,
        assertion=regimen.qualifiers.assertion,
        experiencer=regimen.qualifiers.experiencer,
        temporality=temporality,
        **changes,
    )


def _later(day: date, note_date: date | None) -> bool:
    return note_date is not None and day > note_date


def _evidence(regimen: Regimen, sentence: Sentence) -> tuple[int, int]:
    """The drugs' names together with the words on line and setting right beside them."""
    start, end = regimen.start, regimen.end
    for mark_start, mark_end in regimen.marks:
        if not sentence.start <= mark_start < sentence.end:
            continue
        if 0 <= regimen.start - mark_end <= _SPAN_REACH:
            start = min(start, mark_start)
        elif 0 <= mark_start - regimen.end <= _SPAN_REACH:
            end = max(end, mark_end)
    return start, end
