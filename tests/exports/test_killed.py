"""Killed at any moment, the same command goes on, and ends with the same bytes as a run without a stop."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

RESULTS = ["criteria.parquet", "failed.csv", "findings.parquet", "reports.jsonl"]
NOTES, KILLS = 300, 10
MARKER = "Quokkasen"
"""Stands in every note; no finding quotes it, so no file of a batch may hold it."""


def export(path: Path, dice: random.Random) -> Path:
    rows = [
        {"patient_id": f"P{dice.randrange(NOTES // 2):03}", "note_id": f"n{n}", "text": f"{MARKER}, ECOG {n % 4}"}
        for n in range(NOTES)
    ]
    rows[7]["text"] = "CRASH"
    rows[9]["text"] = ""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def start(source: Path, folder: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_run.py")), str(source), str(folder)],
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
    )


def lines(folder: Path) -> int:
    journal = folder / "unfinished.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def writes_results(folder: Path) -> bool:
    return any(folder.glob(".*.part")) and lines(folder) > 0


def kill(run: subprocess.Popen[bytes], folder: Path, dice: random.Random) -> int:
    """Kill a run as it starts, when it has done a few more patients, or as it writes the results."""
    moment = dice.choice(["start", "patients", "patients", "patients", "results"])
    wanted = lines(folder) + dice.randrange(1, 25)
    if moment == "start":
        time.sleep(dice.uniform(0, 0.6))
    while moment != "start" and run.poll() is None:
        if writes_results(folder) or (moment == "patients" and lines(folder) >= wanted):
            break
        time.sleep(0.001)
    time.sleep(dice.uniform(0, 0.02))
    run.kill()
    run.communicate()
    return lines(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    dice = random.Random(1)
    source = export(tmp_path / "export.jsonl", dice)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    _, errors = start(source, whole).communicate(timeout=60)
    assert not errors, errors

    done = []
    for _ in range(KILLS):
        done.append(kill(start(source, killed), killed, dice))
        left = contents(killed) if killed.exists() else {}
        assert not any(MARKER.encode() in data for data in left.values()), sorted(left)
    assert len(set(done)) > 2, done  # it was killed at different moments, and went on from there

    _, errors = start(source, killed).communicate(timeout=60)
    assert not errors, errors
    ours, theirs = contents(killed), contents(whole)
    assert sorted(ours) == sorted(theirs) == sorted([*RESULTS, "run.json"])
    assert all(ours[name] == theirs[name] for name in RESULTS)
    runs = [json.loads(data["run.json"]) for data in (ours, theirs)]
    assert [{**run, "started": 0, "finished": 0} for run in runs] == [{**runs[0], "started": 0, "finished": 0}] * 2
