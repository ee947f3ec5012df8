"""A batch that runs beside the page: told of, stopped, gone on with, and never quoting a note."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from extractor.exports.background import BackgroundBatch, Job, Phase

SECRET = "Quokkasen"
NOTE = f"{SECRET}, 61-year-old man with stage IV adenocarcinoma of the lung. ECOG 1. "


def export(folder: Path, patients: int, length: int = 1) -> Path:
    path = folder / "export.csv"
    rows = [f'P{n:03},"{NOTE * length}"' for n in range(patients)]
    path.write_text("\n".join(["MRN,NOTE_TEXT", *rows]) + "\n", encoding="utf-8")
    return path


def job(source: Path, folder: Path, **changes: str) -> Job:
    return Job((str(source),), str(folder), {"text": "NOTE_TEXT", "patient_id": "MRN"}, **changes)


def test_it_is_stopped_and_goes_on(tmp_path: Path) -> None:
    source, out = export(tmp_path, 40, 15), tmp_path / "out"
    first = BackgroundBatch(job(source, out))
    end = time.monotonic() + 60
    while not (first.state.phase is Phase.SCREENING and first.state.done) and time.monotonic() < end:
        time.sleep(0.02)
    assert first.state.total == 40
    first.stop()
    assert first.wait(10).phase is Phase.STOPPED
    assert first.state.message == ""
    done = (out / "unfinished.jsonl").read_bytes().count(b"\n")
    assert 0 < done < 40
    assert not (out / "run.json").exists()

    second = BackgroundBatch(job(source, out)).wait(120)
    assert (second.phase, second.done) == (Phase.DONE, 40)
    reports = [json.loads(line) for line in (out / "reports.jsonl").open(encoding="utf-8")]
    assert [report["patient_id"] for report in reports] == [f"P{n:03}" for n in range(40)]


def test_discarded_it_leaves_nothing(tmp_path: Path) -> None:
    source = export(tmp_path, 40, 15)
    started = BackgroundBatch(job(source, tmp_path / "out"))
    end = time.monotonic() + 60
    while not (started.state.phase is Phase.SCREENING and started.state.done) and time.monotonic() < end:
        time.sleep(0.02)
    started.stop()
    assert started.wait(10).phase is Phase.STOPPED
    assert (tmp_path / "out" / "unfinished.jsonl").exists()
    started.discard()
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": {"text": "BODY"}}, "has no column 'BODY'"),
        ({"inputs": ("/nowhere/export.csv",)}, "there is no such file"),
        ({"protocol": "/nowhere/protocol.yaml"}, "/nowhere/protocol.yaml: No such file"),
        ({"folder": "/proc/nowhere"}, "/proc/nowhere: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_line(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    made = Job(**{**asdict(job(export(tmp_path, 1), tmp_path / "out")), **changes})  # type: ignore[arg-type]
    batch = BackgroundBatch(made)
    state = batch.wait(60)
    batch.discard()
    assert state.phase is Phase.FAILED
    assert message in state.message
    assert "\n" not in state.message and SECRET not in state.message
    assert not (tmp_path / "out").exists()


def test_a_process_that_dies_is_told(tmp_path: Path) -> None:
    batch = BackgroundBatch(job(export(tmp_path, 1), tmp_path / "out"))
    batch._process.kill()
    state = batch.wait(10)
    assert state.phase is Phase.FAILED
    assert "out of memory?" in state.message
