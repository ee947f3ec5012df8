"""Patients stay whole, however their notes are scattered."""

from __future__ import annotations

from datetime import date

import pytest

from extractor.exports.grouping import by_patient, plan, whole_patients
from extractor.exports.rows import FailedNote, InputError, NoteRecord, Record
from extractor.records import Note


def record(patient: str, note: str, as_of: date | None = None) -> NoteRecord:
    return NoteRecord(Note(f"text of {note}", patient, note), as_of)


SCATTERED: list[Record] = [
    record("A", "a1", date(2025, 1, 1)),
    record("B", "b1"),
    FailedNote("f", "line 3", "is no JSON object"),
    record("A", "a2", date(2025, 2, 1)),
    record("C", "c1"),
    FailedNote("f", "line 6", "has no text", "B", "b2"),
    record("A", "a1"),
    FailedNote("f", "line 8", "has no text", "D"),
]


def test_by_patient() -> None:
    patients, failures = by_patient(SCATTERED)
    assert [(p.patient_id, [n.note_id for n in p.notes]) for p in patients] == [
        ("A", ["a1", "a2", "a1-2"]),
        ("B", ["b1"]),
        ("C", ["c1"]),
        ("D", []),
    ]
    assert patients[0].as_of == date(2025, 2, 1)
    assert [failure.place for failure in patients[1].failures] == ["line 6"]
    assert [failure.place for failure in failures] == ["line 3", "line 6", "line 8"]


def test_a_number_behind_an_id_does_not_meet_another_id() -> None:
    patients, _ = by_patient([record("A", name) for name in ("n", "n", "n-2", "n", "n-2")])
    ids = [note.note_id for note in patients[0].notes]
    assert len(set(ids)) == 5 and ids[0] == "n" and ids[2] == "n-2"


def test_plan() -> None:
    planned = plan(SCATTERED)
    assert planned.counts == {"A": 3, "B": 2, "C": 1, "D": 1}
    assert (planned.readable, planned.notes, len(planned.failures), planned.readings) == (3, 5, 3, 1)


@pytest.mark.parametrize("waiting", [10**9, 30, 10, 1])
def test_whole_patients_whatever_memory_there_is(waiting: int) -> None:
    planned = plan(SCATTERED, waiting)
    assert (planned.readings > 1) == (waiting < 35)  # at most A, A, B and C wait: 4 × 10 characters
    found = list(whole_patients(SCATTERED, planned))
    assert found == list(whole_patients(SCATTERED, planned))
    assert sorted(found, key=lambda p: p.patient_id) == by_patient(SCATTERED)[0]


def test_a_sorted_export_is_read_once() -> None:
    records = [record(f"P{n}", f"n{m}") for n in range(50) for m in range(3)]
    planned = plan(records, waiting=40)
    assert planned.readings == 1
    assert [patient.patient_id for patient in whole_patients(records, planned)] == [f"P{n}" for n in range(50)]


def test_an_export_that_changes_is_noticed() -> None:
    planned = plan(SCATTERED)
    with pytest.raises(InputError, match="changed"):
        list(whole_patients(SCATTERED[:-2], planned))
