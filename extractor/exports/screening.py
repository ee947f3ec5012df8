"""One patient of an export to a report, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

from extractor.exports.grouping import Patient
from extractor.exports.rows import FailedNote
from extractor.records import Note, Report


class Screens(Protocol):
    """What screens a patient; ``extractor.screener.Screener`` in earnest."""

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        """Read a patient's notes together and check them against the protocol."""


def screen_patient(screener: Screens, patient: Patient, as_of: date | None = None) -> Report | FailedNote:
    """Screen one patient.

    Args:
        screener: What screens.
        patient: The notes.
        as_of: The day the report holds for, over the one that the export names.

    Returns:
        The report. It warns of notes that could not be read: what they say may turn its verdict.
        When none could be screened, the reason.
    """
    day = as_of or patient.as_of
    if day and all(note.note_date and note.note_date > day for note in patient.notes):
        return _failed(patient, f"all notes are later than {day.isoformat()}, the day to screen for")
    try:
        report = screener.screen(patient.notes, day)
    except Exception as error:  # one patient must not end a batch; the message could quote the notes
        return _failed(patient, f"could not be screened ({type(error).__name__}); please report this as a fault")
    if patient.failures:
        report = replace(report, warnings=(*report.warnings, _unread(patient.failures)))
    return report


def screener(protocol: Path | None) -> Screens:
    """A screener for a protocol; the import is what takes time.

    Raises:
        RuleFileError: When a rule file or the protocol cannot be used.
    """
    from extractor.screener import Screener

    return Screener(protocol)


def _failed(patient: Patient, reason: str) -> FailedNote:
    only = patient.notes[0].note_id if len(patient.notes) == 1 else None
    return FailedNote(f"patient {patient.patient_id}", "", reason, patient.patient_id, only)


def _unread(failures: Sequence[FailedNote]) -> str:
    shown = "; ".join(str(failure) for failure in failures[:3]) + ("; …" if len(failures) > 3 else "")
    what = "1 note" if len(failures) == 1 else f"{len(failures)} notes"
    return f"{what} of this patient could not be read, and may say otherwise ({shown})."
