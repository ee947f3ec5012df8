"""Notes to patients: all notes of one together, however they are scattered over an export.

A batch must not hold an export in memory, and no note may be written to a disk on the way. So the
export is read twice or more. The first reading counts each patient's notes, and how much text waits
at once for the rest of its patient; the readings after it hand a patient over when the last of the
notes has come. Where more text would wait than memory is meant for, the patients are dealt out to
several readings. Reading is a thousand times faster than screening, so this costs little.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from extractor.exports.rows import FailedNote, InputError, NoteRecord, Record
from extractor.records import Note

_WAITING = 256_000_000
"""So many characters of notes may wait for the rest of their patient."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient's notes.

    Attributes:
        patient_id: Whose they are.
        notes: In the order of the export, each ``note_id`` once.
        as_of: The latest day that the export names for the report, or None.
        failures: What could not be read of the patient.
    """

    patient_id: str
    notes: tuple[Note, ...]
    as_of: date | None = None
    failures: tuple[FailedNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the first reading of an export found.

    Attributes:
        counts: The number of records of each patient, failed ones included.
        readable: The number of patients with a note that could be read.
        notes: The number of notes that could be read.
        failures: Everything that could not be read.
        readings: How many more readings the export takes.
    """

    counts: dict[str, int]
    readable: int
    notes: int
    failures: list[FailedNote]
    readings: int


@dataclass(slots=True)
class _Spread:
    """Where a patient's records stand in an export, and how much text they hold."""

    first: int
    last: int = 0
    records: int = 0
    notes: int = 0
    size: int = 0


@dataclass(slots=True)
class _Gathered:
    records: list[Record] = field(default_factory=list)

    def patient(self, patient_id: str) -> Patient:
        read = [record for record in self.records if isinstance(record, NoteRecord)]
        failed = tuple(record for record in self.records if isinstance(record, FailedNote))
        as_of = max((record.as_of for record in read if record.as_of), default=None)
        return Patient(patient_id, _unique([record.note for record in read]), as_of, failed)


def by_patient(records: Iterable[Record]) -> tuple[list[Patient], list[FailedNote]]:
    """All patients of a few notes, by their first appearance, and all that could not be read."""
    gathered: dict[str, _Gathered] = {}
    failures: list[FailedNote] = []
    for record in records:
        if isinstance(record, FailedNote):
            failures.append(record)
        patient_id = _patient_id(record)
        if patient_id is not None:
            gathered.setdefault(patient_id, _Gathered()).records.append(record)
    return [found.patient(patient_id) for patient_id, found in gathered.items()], failures


def plan(records: Iterable[Record], waiting: int = _WAITING) -> Plan:
    """Read an export once, and see how to read it for good.

    Args:
        records: The export.
        waiting: How many characters of notes may wait in memory for the rest of their patient.
    """
    spreads: dict[str, _Spread] = {}
    failures: list[FailedNote] = []
    for number, record in enumerate(records):
        if isinstance(record, FailedNote):
            failures.append(record)
        patient_id = _patient_id(record)
        if patient_id is None:
            continue
        spread = spreads.setdefault(patient_id, _Spread(first=number))
        spread.last = number
        spread.records += 1
        if isinstance(record, NoteRecord):
            spread.notes += 1
            spread.size += len(record.note.text)
    return Plan(
        counts={patient_id: spread.records for patient_id, spread in spreads.items()},
        readable=sum(spread.notes > 0 for spread in spreads.values()),
        notes=sum(spread.notes for spread in spreads.values()),
        failures=failures,
        readings=1 + _most_waiting(spreads.values()) // waiting,
    )


def _most_waiting(spreads: Collection[_Spread]) -> int:
    """The most text that waits at once when each patient is handed over with the last note."""
    changes = [(spread.first, spread.size) for spread in spreads]
    changes += [(spread.last + 1, -spread.size) for spread in spreads]
    most = now = 0
    for _, size in sorted(changes):  # at one place, what leaves comes before what enters
        now += size
        most = max(most, now)
    return most


def whole_patients(export: Iterable[Record], plan: Plan) -> Iterator[Patient]:
    """The patients of an export that was planned, each whole, always in the same order.

    Args:
        export: Gives the records anew each time it is iterated.
        plan: What the first reading found.

    Raises:
        InputError: When the export is not what it was at the first reading.
    """
    for reading in range(plan.readings):
        waiting: dict[str, _Gathered] = {}
        for record in export:
            patient_id = _patient_id(record)
            if patient_id is None or _share(patient_id, plan.readings) != reading:
                continue
            gathered = waiting.setdefault(patient_id, _Gathered())
            gathered.records.append(record)
            if len(gathered.records) == plan.counts.get(patient_id):
                yield waiting.pop(patient_id).patient(patient_id)
        if waiting:
            raise InputError("the input was changed while it was read; start again")


def _share(patient_id: str, shares: int) -> int:
    """Which of some shares a patient falls into, the same in every run."""
    return zlib.crc32(patient_id.encode("utf-8", "replace")) % shares


def _patient_id(record: Record) -> str | None:
    return record.note.patient_id if isinstance(record, NoteRecord) else record.patient_id


def _unique(notes: list[Note]) -> tuple[Note, ...]:
    """The same notes; an id that came before gets a number behind it."""
    taken = {note.note_id for note in notes}
    seen: set[str] = set()
    unique = []
    for note in notes:
        name, number = note.note_id, 2
        if name in seen:
            while f"{name}-{number}" in taken:
                number += 1
            name = f"{name}-{number}"
            taken.add(name)
        seen.add(name)
        unique.append(note if name == note.note_id else replace(note, note_id=name))
    return tuple(unique)
