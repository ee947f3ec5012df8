"""One patient of an export to a report, without the notes that cannot be screened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from extractor.exports.grouping import Patient
from extractor.exports.rows import FailedNote
from extractor.records import Note, Report
from extractor.stopwatch import Stage, unwatched

_R = TypeVar("_R")


class Screens(Protocol):
    """What screens a patient; ``extractor.screener.Screener`` in earnest."""

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        """Read a patient's notes together and check them against the protocol."""


class NotScreenedError(Exception):
    """Why a patient's notes gave no report, in words that quote nothing of them."""


def screen_patient(
    screener: Screens, patient: Patient, as_of: date | None = None
) -> tuple[Report | None, tuple[FailedNote, ...]]:
    """Screen one patient.

    Args:
        screener: What screens.
        patient: The notes.
        as_of: The day the report holds for, over the one that the export names.

    Returns:
        The report, None when no note could be screened, and what could not. The report warns of notes
        that could not be read or screened: what they say may turn its verdict.
    """
    day = as_of or patient.as_of
    notes = tuple(note for note in patient.notes if not (day and note.note_date and note.note_date > day))
    if not notes:
        return None, (failed(patient, f"all notes are later than {day}, the day to screen for"),)

    def attempt(part: Patient) -> Report:
        try:
            return screener.screen(part.notes, day)
        except Exception as error:  # one note must not end a batch; the message could quote it
            reason = f"could not be screened ({type(error).__name__}); please report this as a fault"
            raise NotScreenedError(reason) from None

    unread = patient.failures
    patient = replace(patient, notes=notes)
    failures: tuple[FailedNote, ...] = ()
    report: Report | None
    try:
        report = attempt(patient)
    except NotScreenedError as error:
        report, failures = without_failing(patient, attempt, str(error))
    if report and (unread or failures):
        report = replace(report, warnings=(*report.warnings, _warning((*unread, *failures))))
    return report, failures


def without_failing(
    patient: Patient, attempt: Callable[[Patient], _R], reason: str
) -> tuple[_R | None, tuple[FailedNote, ...]]:
    """Find the notes for which a patient could not be screened, and screen the others.

    Args:
        patient: The patient that could not be screened.
        attempt: Screens some of the notes, or raises ``NotScreenedError``.
        reason: Why the patient could not be screened.

    Returns:
        What the other notes gave, None when there are none, and what failed.
    """
    failures: list[FailedNote] = []
    good: list[Note] = []
    if len(patient.notes) > 1:
        for note in patient.notes:
            try:
                attempt(replace(patient, notes=(note,)))
                good.append(note)
            except NotScreenedError as error:
                place = f"note {note.note_id}"
                failures.append(FailedNote(_source(patient), place, str(error), patient.patient_id, note.note_id))
    if failures and not good:
        return None, tuple(failures)
    if failures:
        rest = replace(patient, notes=tuple(good), failures=(*patient.failures, *failures))
        try:
            return attempt(rest), tuple(failures)
        except NotScreenedError as error:
            reason = str(error)
    return None, (failed(patient, reason),)


def screener(protocol: Path | None, stage: Stage = unwatched) -> Screens:
    """A screener for a protocol; the import is what takes time.

    Raises:
        RuleFileError: When a rule file or the protocol cannot be used.
    """
    from extractor.screener import Screener

    return Screener(protocol, stage=stage)


def failed(patient: Patient, reason: str) -> FailedNote:
    """A whole patient as failed."""
    only = patient.notes[0].note_id if len(patient.notes) == 1 else None
    return FailedNote(_source(patient), "", reason, patient.patient_id, only)


def _source(patient: Patient) -> str:
    return f"patient {patient.patient_id}"


def _warning(failures: Sequence[FailedNote]) -> str:
    shown = "; ".join(str(failure) for failure in failures[:3]) + ("; …" if len(failures) > 3 else "")
    what = "1 note" if len(failures) == 1 else f"{len(failures)} notes"
    return f"{what} of this patient could not be read, and may say otherwise ({shown})."
