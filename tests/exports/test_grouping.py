"""Patients stay whole, however their notes are scattered."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from extractor.exports import grouping
from extractor.exports.grouping import Export, PackedPatient, by_patient
from extractor.exports.rows import FailedNote, NoteRecord, Record
from extractor.records import Note


def record(patient: str, note: str, as_of: date | None = None, text: str | None = None) -> NoteRecord:
    return NoteRecord(Note(text or f"text of {note}", patient, note, date(2025, 1, 1), "letter"), as_of)


SCATTERED: list[Record] = [
    record("C", "c1"),
    record("A", "a1", date(2025, 1, 1)),
    record("B", "b1"),
    FailedNote("f", "line 3", "is no JSON object"),
    record("A", "a2", date(2025, 2, 1)),
    FailedNote("f", "line 6", "has no text", "B", "b2"),
    record("A", "a1", text="what was written later"),
    FailedNote("f", "line 8", "has no text", "D"),
]


def test_by_patient() -> None:
    patients, failures = by_patient(SCATTERED)
    assert [(p.patient_id, [n.note_id for n in p.notes]) for p in patients] == [
        ("C", ["c1"]),
        ("A", ["a1", "a2", "a1-2"]),
        ("B", ["b1"]),
        ("D", []),
    ]
    assert patients[1].as_of == date(2025, 2, 1)
    assert [failure.place for failure in patients[2].failures] == ["line 6"]
    assert [failure.place for failure in failures] == ["line 3", "line 6", "line 8"]


def test_a_number_behind_an_id_does_not_meet_another_id() -> None:
    patients, _ = by_patient([record("A", name) for name in ("n", "n", "n-2", "n", "n-2")])
    ids = [note.note_id for note in patients[0].notes]
    assert len(set(ids)) == 5 and ids[0] == "n" and ids[2] == "n-2"


def test_numbers_behind_ids_do_not_depend_on_the_order() -> None:
    records = [record("A", "n", text=text) for text in ("one", "two", "three")]
    names = [{n.text: n.note_id for n in by_patient(order)[0][0].notes} for order in (records, records[::-1])]
    assert names[0] == names[1] == {"one": "n", "three": "n-2", "two": "n-3"}


@pytest.mark.parametrize("room", [10**9, 1500, 1])
def test_whole_patients_whatever_room_there_is(tmp_path: Path, room: int) -> None:
    export = Export(SCATTERED, tmp_path, room)
    everyone = sorted(by_patient(SCATTERED)[0], key=lambda patient: patient.patient_id)
    assert [packed.unpacked() for packed in export.patients()] == everyone[:3]  # D has no note
    assert list(export.failures()) == by_patient(SCATTERED)[1] == list(export.failures())
    assert export.notes == 5
    assert not list(tmp_path.iterdir())


def test_many_runs_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_RUNS", 3)
    records: list[Record] = [record(f"P{n}", f"n{m}") for n in range(40) for m in range(3)]
    random.Random(4).shuffle(records)
    export = Export(records, tmp_path, room=1000)
    patients = [packed.unpacked() for packed in export.patients()]
    assert [patient.patient_id for patient in patients] == sorted(f"P{n}" for n in range(40))
    assert {p.patient_id: p for p in patients} == {p.patient_id: p for p in by_patient(records)[0]}


def test_a_packed_patient_is_the_same_patient() -> None:
    for patient in by_patient([*SCATTERED, record("B", "\ud800", text="half a pair \udfff")])[0]:
        assert PackedPatient.of(patient).unpacked() == patient
