"""Where a queue's findings come from: the open patients, or the folder of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from extractor.exports.batch import REPORTS
from extractor.exports.grouping import by_patient
from extractor.exports.readers import Inputs
from extractor.exports.report_json import SCHEMA, to_dict
from extractor.exports.rows import InputError
from extractor.records import Note, Report
from extractor.review.queue import Case, Drawn, Plan, QueueError, draw


def open_cases(reports: Iterable[Report]) -> Iterator[Case]:
    """The open patients."""
    for report in reports:
        yield Case(to_dict(report), own_notes(report))


def own_notes(report: Report) -> tuple[Note, ...]:
    """The notes of a report under its patient's id."""
    return tuple(replace(note, patient_id=report.patient_id) for note in report.notes)


def draw_from_folder(folder: str, export: str, plan: Plan) -> Drawn:
    """Draw a queue from a batch's reports.

    Args:
        folder: The folder of the batch.
        export: The export that it was made from, for the texts of the notes; empty for none.
        plan: How to draw.

    Raises:
        QueueError: When the folder holds no reports, the export cannot be read, or nothing can be drawn.
    """
    path = Path(folder).expanduser() / REPORTS
    if plan.whole_notes and not export:
        raise QueueError("To read whole notes, name the export that the batch was made from.")
    notes = _notes(export) if export else {}
    try:
        with path.open(encoding="utf-8") as stream:
            return draw((Case(report, notes.get(report["patient_id"], ())) for report in _reports(path, stream)), plan)
    except OSError as error:
        raise QueueError(f"{path}: cannot be read ({error.strerror}).") from None


def _reports(path: Path, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        try:
            report = json.loads(line)
            usable = report["schema"] == SCHEMA
        except (ValueError, KeyError, TypeError):
            usable = False
        if not usable:
            raise QueueError(f"{path}, line {number}: is no report of trialscreen.")
        yield report


def _notes(export: str) -> dict[str, tuple[Note, ...]]:
    try:
        patients, _ = by_patient(Inputs([str(Path(export).expanduser())]))
    except InputError as error:
        raise QueueError(str(error)) from None
    return {patient.patient_id: tuple(patient.notes) for patient in patients}
