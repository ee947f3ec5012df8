"""Where a queue's findings come from: the open patients, or the folder of a batch."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from extractor.exports.batch import REPORTS
from extractor.exports.column_guess import guess_columns
from extractor.exports.grouping import by_patient
from extractor.exports.preview import columns_of
from extractor.exports.readers import Inputs
from extractor.exports.report_json import SCHEMA, to_dict
from extractor.exports.rows import InputError, NoteRecord
from extractor.records import Note, Report
from extractor.review.queue import Case, Drawn, Plan, QueueError, draw


def open_cases(reports: Iterable[Report]) -> Iterator[Case]:
    """The open patients."""
    for report in reports:
        yield Case(to_dict(report), own_notes(report))


def own_notes(report: Report) -> tuple[Note, ...]:
    """The notes of a report under its patient's id."""
    return tuple(replace(note, patient_id=report.patient_id) for note in report.notes)


@dataclass(frozen=True, slots=True)
class Source:
    """A finished batch.

    Attributes:
        folder: Where its reports are.
        inputs: The export that it was made from, for the texts of the notes; empty for none.
        columns: How the export's columns are mapped.
    """

    folder: Path
    inputs: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def named(folder: str, export: str) -> Source:
    """A batch that a person names; the columns of its export are guessed.

    Raises:
        QueueError: When the export cannot be read.
    """
    inputs = (str(Path(export).expanduser()),) if export else ()
    try:
        tables = (columns_of(path) for path in Inputs(inputs).files) if inputs else ()
        columns = guess_columns(next(filter(None, tables), {}))
    except InputError as error:
        raise QueueError(str(error)) from None
    return Source(Path(folder).expanduser(), inputs, columns)


def draw_from_batch(source: Source, plan: Plan) -> Drawn:
    """Draw a queue from a batch's reports.

    What is drawn of single findings and criteria is known from the reports, so only the notes of the
    patients drawn are kept in memory; whole notes are drawn from all of the export.

    Raises:
        QueueError: When the folder holds no reports, the export cannot be read, or nothing can be drawn.
    """
    if plan.whole_notes and not source.inputs:
        raise QueueError("To read whole notes, name the export that the batch was made from.")
    if not source.inputs:
        return draw(_cases(source, {}), plan)
    if plan.whole_notes:
        return draw(_cases(source, _notes(source, None)), plan)
    patients = {item.patient_id for item in draw(_cases(source, {}), plan).items}
    own = (case for case in _cases(source, _notes(source, patients)) if case.report["patient_id"] in patients)
    return draw(own, plan)


def _cases(source: Source, notes: Mapping[str, Sequence[Note]]) -> Iterator[Case]:
    path = source.folder / REPORTS
    try:
        with path.open(encoding="utf-8") as stream:
            for report in _reports(path, stream):
                yield Case(report, tuple(notes.get(report["patient_id"], ())))
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


def _notes(source: Source, patients: Collection[str] | None) -> dict[str, tuple[Note, ...]]:
    """The notes of some patients, or of all."""
    try:
        records = [
            record
            for record in Inputs(source.inputs, source.columns)
            if patients is None or (isinstance(record, NoteRecord) and record.note.patient_id in patients)
        ]
        found, _ = by_patient(records)
    except InputError as error:
        raise QueueError(str(error)) from None
    return {patient.patient_id: tuple(patient.notes) for patient in found}
