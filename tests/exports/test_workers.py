"""Processes that screen: in order, and what becomes of a note that hangs or kills its process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from fake_screener import FakeScreener

from extractor.exports import workers as module
from extractor.exports.grouping import PackedPatient, Patient
from extractor.exports.rows import InputError
from extractor.exports.workers import Result, Workers
from extractor.files import RuleFileError
from extractor.records import Note, Report


class Dangerous(FakeScreener):
    """Hangs, or ends its process, where a note says so. ``DIE ONCE`` does so only the first time."""

    def __init__(self, scratch: Path) -> None:
        super().__init__()
        self._scratch = scratch

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        notes = list(notes)
        for note in notes:
            once = self._scratch / note.patient_id
            if "DIE ALWAYS" in note.text or ("DIE ONCE" in note.text and not once.exists()):
                once.touch()
                os._exit(9)
            if "HANG" in note.text:
                time.sleep(60)
        return super().screen(notes, as_of)


def patient(number: int, *texts: str) -> PackedPatient:
    name = f"P{number:03}"
    return PackedPatient.of(Patient(name, tuple(Note(text, name, f"n{n}") for n, text in enumerate(texts, start=1))))


def screened(patients: Iterable[PackedPatient], scratch: Path, number: int = 2, limit: float = 60) -> list[Result]:
    with Workers(partial(Dangerous, scratch), number, limit) as workers:
        return list(workers.results(patients))


def outcome(result: Result) -> tuple[bool, list[str]]:
    return result.report is not None, [f"{failure.note_id}: {failure.reason[:5]}" for failure in result.failures]


def test_results_come_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TASK_PATIENTS", 3)
    results = screened([patient(n, f"ECOG {n % 5}") for n in range(100)], tmp_path)
    assert all(f'"P{n:03}"' in (result.report or "") for n, result in enumerate(results))
    assert len(results) == 100


def test_no_more_is_read_ahead_than_results_may_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TASK_PATIENTS", 2)
    monkeypatch.setattr(module, "_AHEAD", 5)
    given = 0

    def patients() -> Iterator[PackedPatient]:
        nonlocal given
        for given in range(60):
            yield patient(given, "ECOG 1")

    with Workers(partial(Dangerous, tmp_path), 2) as workers:
        for told, _ in enumerate(workers.results(patients())):
            assert given <= told + 5 * 2 + 2 * 2


def test_a_note_that_ends_its_process_or_hangs_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    results = screened(
        [
            patient(0, "ECOG 0"),
            patient(1, "DIE ONCE, ECOG 1"),
            patient(2, "ECOG 1", "DIE ALWAYS", "ECOG 2"),
            patient(3, "DIE ALWAYS"),
            patient(4, "HANG", "ECOG 2"),
            patient(5, "ECOG 1"),
        ],
        tmp_path,
        limit=1.5,
    )
    assert [outcome(result) for result in results] == [
        (True, []),
        (True, []),
        (True, ["n2: ended"]),
        (False, ["n1: ended"]),
        (True, ["n1: took "]),
        (True, []),
    ]
    assert [result.notes for result in results] == [1, 1, 3, 1, 2, 1]
    assert "patient P004, note n1: took longer than 1.5 seconds" in (results[4].report or "")
    assert results[0].report and "could not be read" not in results[0].report


def test_a_process_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    with Workers(partial(Dangerous, tmp_path), 2) as workers:
        results = workers.results(patient(n, "ECOG 1") for n in range(300))
        first = next(results)
        at_work = next(worker for worker in workers._workers if worker.ready)
        os.kill(at_work._process.pid or 0, signal.SIGTERM)
        assert [outcome(result) for result in (first, *results)] == [(True, [])] * 300


def test_a_process_that_has_read_much_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TERM", 100)
    monkeypatch.setattr(module, "_TASK_PATIENTS", 4)
    with Workers(partial(Dangerous, tmp_path), 1) as workers:
        before = workers._workers[0]._process.pid
        assert len(list(workers.results(patient(n, "ECOG 1") for n in range(9)))) == 9
        assert workers._workers[0]._process.pid != before


class Unwritable(FakeScreener):
    """Gives one report with a value that JSON has no place for."""

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        report = super().screen(notes, as_of)
        return replace(report, warnings=(object(),)) if report.patient_id == "P001" else report  # type: ignore[arg-type]


def test_a_report_that_cannot_be_written(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(Unwritable, 1) as workers:
        results = list(workers.results(patient(n, "ECOG 1") for n in range(3)))
    assert [outcome(result) for result in results] == [(True, []), (False, ["n1: has a"]), (True, [])]
    assert not capfd.readouterr().err


def wrong(error: Exception) -> FakeScreener:
    raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuleFileError("trial.yaml:3: wrong"), "trial.yaml:3: wrong"),
        (ValueError("x"), r"\(ValueError\)"),
        (SystemExit(1), "could not start"),
    ],
)
def test_a_screener_that_cannot_be_built(error: Exception, message: str, capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(partial(wrong, error), 2) as workers, pytest.raises(InputError, match=message):
        workers.wait_for_one()
    assert not capfd.readouterr().err
