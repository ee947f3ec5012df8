"""The patients of a finished batch, each as one short row; the reports stay in their file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from extractor.exports.batch import FAILED, REPORTS, RUN
from extractor.exports.report_reading import has_grounds, to_report
from extractor.exports.rows import FailedNote, InputError
from extractor.exports.writing import read_failures
from extractor.records import Note, Report, Status, Verdict


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """What of a report a cohort is made of.

    Attributes:
        patient_id: Whose report it is.
        as_of: The day it holds for.
        verdict: eligible, ineligible or review.
        statuses: By the criteria's ids, in the protocol's order.
        asks: For each criterion that is unknown, the question that would settle it.
        at_visit: The criteria that are settled at the visit.
        facts: The report's ``facts``.
        place: Where the report begins in its file, in bytes.
    """

    patient_id: str
    as_of: date | None
    verdict: Verdict
    statuses: Mapping[str, Status]
    asks: Mapping[str, str]
    at_visit: frozenset[str]
    facts: Mapping[str, Any]
    place: int = 0


@dataclass(frozen=True, slots=True)
class Cohort:
    """A finished batch.

    Attributes:
        folder: Where its results are.
        patients: In the order of their reports.
        criteria: The ids of all criteria, in the protocol's order.
        protocol: Id and version of the protocol that was checked.
        failures: What could not be read or screened.
        recheckable: Whether another protocol can be checked without reading the notes again.
    """

    folder: Path
    patients: tuple[CohortPatient, ...]
    criteria: tuple[str, ...]
    protocol: str
    failures: tuple[FailedNote, ...]
    recheckable: bool


def load_cohort(folder: Path) -> Cohort:
    """The batch that a folder holds.

    Raises:
        InputError: When there is no finished batch, or its reports cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    if not (folder / RUN).is_file() or not (folder / REPORTS).is_file():
        raise InputError(f"{folder}: holds no finished batch; one has a {RUN} and a {REPORTS}")
    patients: list[CohortPatient] = []
    protocols: dict[str, None] = {}
    recheckable = True
    try:
        for place, data in _lines(folder / REPORTS):
            patients.append(to_patient(data, place))
            protocols["{id}, version {version}".format(**data["protocol"])] = None
            recheckable = recheckable and has_grounds(data)
        failures = tuple(read_failures(folder / FAILED)) if (folder / FAILED).is_file() else ()
    except (ValueError, KeyError, TypeError) as error:  # its message could quote a note
        raise InputError(f"{folder / REPORTS}: is damaged ({type(error).__name__})") from None
    return Cohort(folder, tuple(patients), criteria_of(patients), "; ".join(protocols), failures, recheckable)


def to_patient(data: Mapping[str, Any], place: int = 0) -> CohortPatient:
    """The row of a report, as ``report_json`` writes it."""
    criteria = data["criteria"]
    return CohortPatient(
        patient_id=data["patient_id"],
        as_of=date.fromisoformat(data["as_of"]) if data["as_of"] else None,
        verdict=Verdict(data["verdict"]),
        statuses={criterion["id"]: Status(criterion["status"]) for criterion in criteria},
        asks={c["id"]: c["ask"] or c["reason"] for c in criteria if c["status"] == Status.UNKNOWN},
        at_visit=frozenset(criterion["id"] for criterion in criteria if criterion.get("at_visit")),
        facts=data["facts"],
        place=place,
    )


def criteria_of(patients: Iterable[CohortPatient]) -> tuple[str, ...]:
    """The criteria of all patients, in the protocol's order."""
    return tuple(dict.fromkeys(name for patient in patients for name in patient.statuses))


def report_of(cohort: Cohort, patient: CohortPatient, notes: Iterable[Note] = ()) -> Report:
    """The whole report of a patient.

    Args:
        cohort: The batch.
        patient: One of its patients.
        notes: The patient's notes, where they are at hand.

    Raises:
        InputError: When the file has changed since.
    """
    try:
        with (cohort.folder / REPORTS).open("rb") as stream:
            stream.seek(patient.place)
            data = json.loads(stream.readline())
        if data["patient_id"] == patient.patient_id:
            return to_report(data, notes)
    except (ValueError, KeyError, TypeError, OSError):
        pass
    raise InputError(f"{cohort.folder / REPORTS}: has changed since it was opened; open it again")


def reports_of(cohort: Cohort) -> Iterator[Report]:
    """All reports, in the order of the patients, without the texts of the notes.

    Raises:
        InputError: When the file has changed since.
    """
    for patient in cohort.patients:
        yield report_of(cohort, patient)


def report_lines(cohort: Cohort, patients: Iterable[CohortPatient]) -> bytes:
    """The reports of some patients as they stand in their file, one a line."""
    with (cohort.folder / REPORTS).open("rb") as stream:
        return b"".join(_line(stream, patient.place) for patient in patients)


def _line(stream: Any, place: int) -> bytes:
    stream.seek(place)
    line: bytes = stream.readline()
    return line


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    place = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.strip():
                yield place, json.loads(line)
            place += len(line)
