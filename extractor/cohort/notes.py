"""The notes of one patient, found again in the export that a batch was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from extractor.exports.grouping import by_patient
from extractor.exports.readers import Inputs
from extractor.exports.rows import InputError, NoteRecord
from extractor.records import Note, Report

NOT_AT_HAND = "The texts of the notes are not at hand; only the words that were found are shown."


def notes_of(inputs: Sequence[str], columns: Mapping[str, str], patient_ids: Iterable[str]) -> dict[str, list[Note]]:
    """The notes of some patients by their ids; empty where the export cannot be read any more.

    Args:
        inputs: The files and folders of the export.
        columns: Our names of a note's parts to the export's.
        patient_ids: The patients.
    """
    wanted = frozenset(patient_ids)
    try:
        records = [
            record
            for record in Inputs(inputs, columns)
            if isinstance(record, NoteRecord) and record.note.patient_id in wanted
        ]
    except InputError:
        return {}
    return {patient.patient_id: list(patient.notes) for patient in by_patient(records)[0]}


def checked_notes(report: Report) -> Report:
    """The report; without its notes, and with a warning, where a finding's words do not stand in them as it says."""
    texts = {note.note_id: note.text for note in report.notes}
    if all(texts.get(f.note_id, "")[f.start : f.end] == f.text for f in report.findings) and texts:
        return report
    return replace(report, notes=(), warnings=(*report.warnings, NOT_AT_HAND))
