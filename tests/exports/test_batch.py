"""An export to a folder: whole, the same however it was made, and gone on with after a stop."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from fake_screener import FakeScreener
from pyarrow import parquet

from extractor.exports import batch, grouping, workers
from extractor.exports.batch import Outcome, discard_unfinished, run_batch
from extractor.exports.locking import claimed
from extractor.exports.readers import Inputs
from extractor.exports.report_tables import ReportTables
from extractor.exports.rows import InputError
from extractor.records import Note, Report

RESULTS = ["criteria.parquet", "failed.csv", "findings.parquet", "reports.jsonl"]
PATIENTS = 12


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two notes a patient, scattered; one of patient 5 crashes, one of patient 6 has no text; patient 7 has one."""
    rows = [
        {
            "patient_id": f"P{n:02}",
            "note_id": f"n{m}",
            "note_date": f"2025-0{m}-01",
            "text": f"ECOG {(n + m) % 4}, marker",
        }
        for m in (1, 2)
        for n in range(PATIENTS)
    ]
    rows[5]["text"] = "CRASH, marker"
    rows[6]["text"] = ""
    path = tmp_path / "export.jsonl"
    random.Random(3).shuffle(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "broken\n", encoding="utf-8")
    return path


def run(export: Path, folder: Path, factory: Callable[[], object] = FakeScreener, workers: int = 0) -> Outcome:
    return run_batch(Inputs([str(export)]), folder, factory, workers=workers)  # type: ignore[arg-type]


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in RESULTS}


def test_what_a_folder_holds(export: Path, tmp_path: Path) -> None:
    outcome = run(export, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([*RESULTS, "run.json"])
    reports = [json.loads(line) for line in (tmp_path / "out" / "reports.jsonl").open(encoding="utf-8")]
    assert [report["patient_id"] for report in reports] == [f"P{n:02}" for n in range(PATIENTS)]
    assert [len({f["note_id"] for f in r["findings"]}) for r in reports] == [2] * 5 + [1, 1] + [2] * (PATIENTS - 7)
    assert [n for n, r in enumerate(reports) if r["warnings"]] == [5, 6]
    assert "patient P05, note n1: could not be screened (IndexError)" in reports[5]["warnings"][0]
    assert "has no text" in reports[6]["warnings"][0] or "is empty" in reports[6]["warnings"][0]

    criteria = parquet.read_table(tmp_path / "out" / "criteria.parquet").to_pylist()
    assert [(row["patient_id"], row["criterion"], row["status"]) for row in criteria] == [
        (report["patient_id"], "ecog", report["criteria"][0]["status"]) for report in reports
    ]
    assert criteria[0]["as_of"] == date(2025, 2, 1) and json.loads(criteria[0]["value"]) == {
        "low": 2,
        "high": 2,
    }
    findings = parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert len(findings) == sum(len(report["findings"]) for report in reports)

    failed = list(csv.DictReader((tmp_path / "out" / "failed.csv").open(encoding="utf-8", newline="")))
    assert [(row["patient_id"], row["note_id"]) for row in failed] == [("P06", "n1"), ("", ""), ("P05", "n1")]
    assert [failure.reason for failure in outcome.failures()] == [row["reason"] for row in failed]
    written = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (written["patients"], written["notes"], sum(written["verdicts"].values())) == (12, 23, 12)
    assert written["failed"] == outcome.failed == 3 and written["libraries"]["spacy"]
    assert "marker" not in json.dumps(written) and not any("marker" in row["reason"] for row in failed)


def test_workers_change_nothing(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_TASK_PATIENTS", 2)
    run(export, tmp_path / "one")
    run(export, tmp_path / "two", workers=2)
    assert results(tmp_path / "one") == results(tmp_path / "two")


def test_an_export_that_memory_has_no_room_for(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(export, tmp_path / "one")
    monkeypatch.setattr(batch, "Export", partial(grouping.Export, room=500))
    run(export, tmp_path / "two")
    assert results(tmp_path / "one") == results(tmp_path / "two")


class Stops(FakeScreener):
    """Is interrupted at one patient."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        report = super().screen(notes, as_of)
        if report.patient_id == self._at:
            raise KeyboardInterrupt
        return report


@pytest.mark.parametrize("at", ["P00", "P06", f"P{PATIENTS - 1}"])
@pytest.mark.parametrize("torn", [b"", b'{"schema": "trialscreen.rep', "Grö".encode()[:-1]])
def test_a_stopped_run_goes_on(export: Path, tmp_path: Path, at: str, torn: bytes) -> None:
    run(export, tmp_path / "whole")
    folder = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        run(export, folder, lambda: Stops(at))
    assert sorted(path.name for path in folder.iterdir()) == ["unfinished.json", "unfinished.jsonl"]
    with (folder / "unfinished.jsonl").open("ab") as stream:
        stream.write(torn)
    screened: list[str] = []

    class Counts(FakeScreener):
        def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
            notes = list(notes)
            screened.append(notes[0].patient_id)
            return super().screen(notes, as_of)

    run(export, folder, Counts)
    assert sorted(set(screened)) == [f"P{n:02}" for n in range(int(at[1:]), PATIENTS)]
    assert results(folder) == results(tmp_path / "whole")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*RESULTS, "run.json"])


def test_a_stop_while_the_tables_are_written(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(export, tmp_path / "whole")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ReportTables, "add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(export, tmp_path / "out")
    run(export, tmp_path / "out")
    assert results(tmp_path / "out") == results(tmp_path / "whole")


@pytest.mark.parametrize("stopped", ["", "while screening", "while writing"])
@pytest.mark.parametrize("strange", [False, True])
def test_a_stopped_run_that_is_discarded_leaves_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str, strange: bool
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "out"
    folder.mkdir()
    (folder / ".lock").touch()  # a kill leaves it
    (folder / ".reports.jsonl.123.part").touch()
    if stopped == "while writing":
        monkeypatch.setattr(batch, "write_failures", interrupted)
    if stopped:
        with pytest.raises(KeyboardInterrupt):
            run(export, folder, (lambda: Stops("P06")) if stopped == "while screening" else FakeScreener)
        assert len(list(folder.iterdir())) > 1
    if strange:
        (folder / "my notes.txt").touch()
    discard_unfinished(Inputs([str(export)]), folder)
    discard_unfinished(Inputs([str(export)]), folder)
    assert (sorted(path.name for path in folder.iterdir()) if folder.exists() else []) == ["my notes.txt"] * strange
    assert folder.exists() is strange


def test_nobody_elses_run_is_discarded(export: Path, tmp_path: Path) -> None:
    run(export, tmp_path / "finished")
    with pytest.raises(KeyboardInterrupt):
        run(export, tmp_path / "stopped", lambda: Stops("P06"))
    for name in ("finished", "stopped"):
        folder = tmp_path / name
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        (tmp_path / "other.txt").write_text("ECOG 1", encoding="utf-8")
        discard_unfinished(Inputs([str(tmp_path / "other.txt")]), folder)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    discard_unfinished(Inputs([str(export)]), tmp_path / "finished")
    assert (tmp_path / "finished" / "reports.jsonl").exists()
    with claimed(tmp_path / "stopped"), pytest.raises(InputError, match="another batch is at work"):
        discard_unfinished(Inputs([str(export)]), tmp_path / "stopped")


def test_a_finished_folder_is_recognised(export: Path, tmp_path: Path) -> None:
    first = run(export, tmp_path / "out")
    before = results(tmp_path / "out")
    again = run(export, tmp_path / "out", lambda: pytest.fail("screened again"))
    assert again.earlier and not first.earlier
    assert (again.patients, again.verdicts, again.failed) == (first.patients, first.verdicts, first.failed)
    assert list(again.failures()) == list(first.failures())
    assert results(tmp_path / "out") == before


@pytest.mark.parametrize("finished", [True, False])
def test_other_input_is_refused(export: Path, tmp_path: Path, finished: bool) -> None:
    if finished:
        run(export, tmp_path / "out")
    else:
        with pytest.raises(KeyboardInterrupt):
            run(export, tmp_path / "out", lambda: Stops("P03"))
    with export.open("a", encoding="utf-8") as stream:
        stream.write('{"patient_id": "P99", "text": "ECOG 1"}\n')
    before = results(tmp_path / "out")
    with pytest.raises(InputError, match="other input"):
        run(export, tmp_path / "out")
    assert results(tmp_path / "out") == before


def test_folders_that_cannot_be_used(export: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a file"):
        run(export, export)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "reports.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="unknown origin"):
        run(export, tmp_path / "out")
    with pytest.raises(InputError, match="among the notes"):
        run(tmp_path, tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_nothing_is_written_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("patient_id,note\nP1,x\n", encoding="utf-8")
    with pytest.raises(InputError):
        run(tmp_path / "a.csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_finished_folder_is_cleared_of_what_a_kill_left(export: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(export, folder)
    for name in ("unfinished.jsonl", ".reports.jsonl.17.part", ".lock"):
        (folder / name).write_text("left", encoding="utf-8")
    run(export, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*RESULTS, "run.json"])


def test_the_second_batch_in_a_folder_is_refused(export: Path, tmp_path: Path) -> None:
    with claimed(tmp_path / "out"):
        with pytest.raises(InputError, match="another batch"):
            run(export, tmp_path / "out")
        assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]
    assert not (tmp_path / "out").exists()
    run(export, tmp_path / "out")


def test_progress(export: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    run_batch(
        Inputs([str(export)]), tmp_path / "out", FakeScreener, workers=0, progress=lambda *news: told.append(news)
    )
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == ["reading", "screening", "writing"]
    screening = [done for phase, done, _ in told if phase == "screening"]
    assert screening == sorted(screening) and (screening[0], screening[-1]) == (0, 23)


def test_note_text_is_in_no_file_while_it_runs(export: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(export, tmp_path / "out", lambda: Stops("P08"))
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"ECOG" in written and b"marker" not in written
