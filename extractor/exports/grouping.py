"""Notes to patients: all notes of one together, however they are scattered over an export.

An export may be larger than memory, so its records are sorted by patient outside of it: what memory
has room for is sorted there and put aside in a file, and the files are merged. These files have no
name: the system takes them back when the process ends, even when it is killed, so no note is left
behind. An export that memory has room for is never written at all.
"""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from extractor.exports.rows import FailedNote, NoteRecord, Record
from extractor.records import Note

_ROOM = 16_000_000
"""So many bytes of packed notes are sorted in memory."""
_OVERHEAD = 300
"""What a packed record takes in memory besides its bytes."""
_RUNS = 32
"""So many sorted files are merged into one, which bounds the files that are open."""
_TOLD = 500
"""Progress is told every so many records."""

_Row = tuple[str, int, bool, bytes]
"""Whose record it is, its place in the export, by which rows are sorted; whether it is a note; the record."""


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


class PackedPatient(NamedTuple):
    """A patient on the way from one process to another, or not needed yet.

    Attributes:
        patient_id: Whose records they are.
        records: The records, packed.
        notes: How many of them are notes.
    """

    patient_id: str
    records: tuple[bytes, ...]
    notes: int

    @property
    def size(self) -> int:
        """The number of bytes of the records."""
        return sum(map(len, self.records))

    @classmethod
    def of(cls, patient: Patient) -> PackedPatient:
        """A patient, packed."""
        records: list[Record] = [*(NoteRecord(note, patient.as_of) for note in patient.notes), *patient.failures]
        return cls(patient.patient_id, tuple(map(_packed, records)), len(patient.notes))

    def unpacked(self) -> Patient:
        """The patient."""
        return _Gathered([_unpacked(data) for data in self.records]).patient(self.patient_id)


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


class Export:
    """The patients of an export of any size, each whole, in the order of their ids.

    Args:
        records: The export; it is read once, here.
        folder: Where there is room for what memory has no room for.
        room: How many bytes of notes are sorted in memory.
        progress: Is told how many records have been read.

    Attributes:
        notes: The number of notes that could be read.
    """

    def __init__(
        self,
        records: Iterable[Record],
        folder: Path,
        room: int = _ROOM,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.notes = 0
        self._sorter = _Sorter(folder, room)
        self._failures = _Run(folder)
        for number, record in enumerate(records):
            readable = isinstance(record, NoteRecord)
            self.notes += readable
            if not readable:
                self._failures.append(record)
            patient_id = _patient_id(record)
            if patient_id is not None:
                self._sorter.add((patient_id, number, readable, _packed(record)))
            if progress and not number % _TOLD:
                progress(number)

    def patients(self) -> Iterator[PackedPatient]:
        """The patients of whom a note could be read."""
        for patient_id, found in groupby(self._sorter, key=itemgetter(0)):
            rows = list(found)
            notes = sum(readable for _, _, readable, _ in rows)
            if notes:
                yield PackedPatient(patient_id, tuple(data for _, _, _, data in rows), notes)

    def failures(self) -> Iterator[FailedNote]:
        """Everything that could not be read, in the order of the export."""
        return iter(self._failures)


class _Run:
    """Values in a file without a name, to be read in the order in which they were written."""

    def __init__(self, folder: Path, values: Iterable[Any] = ()) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=1 << 16)  # noqa: SIM115 - open as long as the run is
        for value in values:
            self.append(value)

    def append(self, value: Any) -> None:
        pickle.dump(value, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)
            except EOFError:
                return

    def close(self) -> None:
        self._file.close()


class _Sorter:
    """Rows by patient and place, however many there are."""

    def __init__(self, folder: Path, room: int) -> None:
        self._folder = folder
        self._room = room
        self._size = 0
        self._rows: list[_Row] = []
        self._levels: list[list[_Run]] = []

    def add(self, row: _Row) -> None:
        self._rows.append(row)
        self._size += _OVERHEAD + len(row[3])
        if self._size >= self._room:
            self._rows.sort(key=_place)
            self._put(_Run(self._folder, self._rows), 0)
            self._rows, self._size = [], 0

    def _put(self, run: _Run, level: int) -> None:
        """Keep a run; as many as are merged at once become one of the next level."""
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(run)
        if len(runs) == _RUNS:
            self._put(_Run(self._folder, heapq.merge(*runs, key=_place)), level + 1)
            for merged in runs:
                merged.close()
            runs.clear()

    def __iter__(self) -> Iterator[_Row]:
        self._rows.sort(key=_place)
        runs = [run for level in self._levels for run in level]
        return heapq.merge(*runs, self._rows, key=_place)


def _place(row: _Row) -> tuple[str, int]:
    return row[0], row[1]


def _packed(record: Record) -> bytes:
    """A record as bytes. A note's parts are packed, which is much faster than to pack the note."""
    if isinstance(record, FailedNote):
        return pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
    note = record.note
    parts = (note.text, note.patient_id, note.note_id, note.note_date, note.note_type)
    return pickle.dumps((parts, record.as_of), pickle.HIGHEST_PROTOCOL)


def _unpacked(data: bytes) -> Record:
    value = pickle.loads(data)
    if isinstance(value, FailedNote):
        return value
    parts, as_of = value
    return NoteRecord(Note(*parts), as_of)


def _patient_id(record: Record) -> str | None:
    return record.note.patient_id if isinstance(record, NoteRecord) else record.patient_id


def _unique(notes: list[Note]) -> tuple[Note, ...]:
    """The same notes; an id that several have gets a number behind it in all but the earliest.

    The numbers do not depend on the order of the notes, so neither does a report.
    """
    taken = {note.note_id for note in notes}
    if len(taken) == len(notes):
        return tuple(notes)
    seen: set[str] = set()
    unique = list(notes)
    for place in sorted(range(len(notes)), key=lambda place: _age(notes[place])):
        note = notes[place]
        name, number = note.note_id, 2
        if name in seen:
            while f"{name}-{number}" in taken:
                number += 1
            name = f"{name}-{number}"
            taken.add(name)
            unique[place] = replace(note, note_id=name)
        seen.add(name)
    return tuple(unique)


def _age(note: Note) -> tuple[date, str, str]:
    return note.note_date or date.min, note.text, note.note_type or ""
