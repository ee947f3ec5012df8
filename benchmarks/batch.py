"""How a batch scales, how much memory it takes, and what kills cost it. Linux only: it reads /proc.

    python benchmarks/batch.py

prints a table and keeps it in ``benchmarks/BATCH.md``. Memory and kills are measured with a stub in the
place of the screener: what is measured is the batch. Scaling is measured with the screener that ships.
"""

from __future__ import annotations

import functools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "exports")]

from fake_screener import FakeScreener  # type: ignore[import-not-found]  # noqa: E402

from extractor.exports.batch import run_batch  # noqa: E402
from extractor.exports.readers import Inputs  # noqa: E402
from extractor.exports.screening import screener  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
NOTES_A_PATIENT = 5
SCALING_NOTES, SCALING_ROUNDS = 1_000, 3
KILLS = 20
PHASES = ("reading", "screening", "writing")
RESULTS = ("reports.jsonl", "criteria.parquet", "findings.parquet", "failed.csv")
FACTS = (
    "Stage IVB adenocarcinoma of the lung",
    "Restaging CT shows a partial response after 4 cycles of carboplatin and pemetrexed",
    "Two liver metastases, the larger 18 mm",
    "No brain metastases on MRI",
    "61-year-old man",
)
WORDS = (
    "patient seen in clinic today feels well appetite good walking daily breathing unchanged no new complaints "
    "bloods reviewed blood pressure stable continue current tablets review with results in four weeks letter to follow"
).split()


def export(path: Path, notes: int) -> Path:
    """Short notes of patients whose notes are scattered over the whole export."""
    dice = random.Random(notes)
    with path.open("w", encoding="utf-8") as stream:
        for number in range(notes):
            text = f"{' '.join(dice.choices(WORDS, k=25))}. ECOG {number % 4}. {dice.choice(FACTS)}. "
            note = {
                "patient_id": f"P{dice.randrange(notes // NOTES_A_PATIENT):06}",
                "note_id": f"n{number}",
                "note_date": f"2025-{1 + number % 12:02}-{1 + number % 28:02}",
                "text": text + " ".join(dice.choices(WORDS, k=25)),
            }
            stream.write(json.dumps(note) + "\n")
    return path


# ------------------------------------------------------------------------------- a run, and its figures


def run(source: str, folder: str, workers: str, kind: str) -> None:
    """One batch in a process of its own; tells how long each phase took."""
    phases: dict[str, float] = {}

    def note(phase: str, done: int, total: int | None) -> None:
        phases.setdefault(phase, time.monotonic())

    factory = FakeScreener if kind == "stub" else functools.partial(screener, None)
    run_batch(Inputs([source]), Path(folder), factory, workers=int(workers), progress=note)
    ends = [*phases.values(), time.monotonic()]
    seconds = {phase: ends[n + 1] - ends[n] for n, phase in enumerate(phases)}
    for name, who in (("cpu parent", resource.RUSAGE_SELF), ("cpu workers", resource.RUSAGE_CHILDREN)):
        used = resource.getrusage(who)
        seconds[name] = used.ru_utime + used.ru_stime
    sys.stdout.write(json.dumps(seconds))


@dataclass(frozen=True)
class Figures:
    """Seconds by phase and of processor time, and the peak of the resident memory of all processes together, in MB."""

    seconds: dict[str, float]
    parent: float
    total: float


def start(source: Path, folder: Path, workers: int, kind: str) -> subprocess.Popen[str]:
    """Start a run."""
    command = [sys.executable, __file__, "run", str(source), str(folder), str(workers), kind]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def measured(source: Path, folder: Path, workers: int, kind: str) -> Figures:
    """Run a batch and watch its memory."""
    process = start(source, folder, workers, kind)
    peaks = [0.0, 0.0]

    def watch() -> None:
        while process.poll() is None:
            sizes = [_resident(pid) for pid in _family(process.pid)]
            peaks[:] = [max(peaks[0], sizes[0]), max(peaks[1], sum(sizes))]
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"a run ended with {process.returncode}")
    return Figures(json.loads(out), *peaks)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --------------------------------------------------------------------------------------- measurements


def memory(folder: Path) -> list[str]:
    """Peak memory at growing numbers of notes, with two workers."""
    rows = [
        "| notes | peak MB, the parent | peak MB, all three processes | seconds | notes/s |",
        "|---|---|---|---|---|",
    ]
    for notes in SIZES:
        found = measured(export(folder / f"{notes}.jsonl", notes), folder / f"memory{notes}", 2, "stub")
        seconds = sum(found.seconds[phase] for phase in PHASES)
        rows.append(f"| {notes:,} | {found.parent:.0f} | {found.total:.0f} | {seconds:.1f} | {notes / seconds:,.0f} |")
    return rows


def scaling(folder: Path) -> list[str]:
    """Screening with the screener that ships, one worker and two; the best of some rounds."""
    source = export(folder / "scaling.jsonl", SCALING_NOTES)
    best: dict[int, Figures] = {}
    for number in range(SCALING_ROUNDS):
        for workers in (1, 2):
            found = measured(source, folder / f"scaling{workers}-{number}", workers, "real")
            if workers not in best or found.seconds["screening"] < best[workers].seconds["screening"]:
                best[workers] = found
    rows = [
        "| workers | reading s | screening s | writing s | notes/s while screening "
        "| processor s, parent | processor s, workers | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for workers, found in best.items():
        reading, screening, writing = (found.seconds[phase] for phase in PHASES)
        parent, others = found.seconds["cpu parent"], found.seconds["cpu workers"]
        rows.append(
            f"| {workers} | {reading:.1f} | {screening:.1f} | {writing:.1f} | {SCALING_NOTES / screening:,.0f} "
            f"| {parent:.1f} | {others:.1f} | {found.total:.0f} |"
        )
    ratio = best[1].seconds["screening"] / best[2].seconds["screening"]
    return [*rows, "", f"Two workers are {ratio:.2f} times as fast as one. Reading includes loading the screener."]


def kills(folder: Path) -> list[str]:
    """The largest export, killed at random moments, against the run without a stop."""
    source, whole, killed = folder / f"{SIZES[-1]}.jsonl", folder / f"memory{SIZES[-1]}", folder / "killed"
    dice = random.Random(20)
    patients = (whole / RESULTS[0]).read_bytes().count(b"\n")
    moments = []
    for _ in range(KILLS):
        done = _lines(killed)
        wanted = done + dice.choice((0, 1)) * dice.randrange(patients // KILLS * 2)
        process = start(source, killed, 2, "stub")
        time.sleep(dice.uniform(0.3, 3))
        while process.poll() is None and done < wanted:
            time.sleep(0.2)
            done = _lines(killed)
        process.kill()
        process.communicate()
        moments.append(_lines(killed))
    process = start(source, killed, 2, "stub")
    process.communicate()
    same = all((whole / name).read_bytes() == (killed / name).read_bytes() for name in RESULTS)
    left = sorted(path.name for path in killed.iterdir())
    if not same or left != sorted([*RESULTS, "run.json"]):
        raise SystemExit(f"the killed run differs: {left}")
    return [
        f"{SIZES[-1]:,} notes, {KILLS} times killed (SIGKILL) at random moments, then run to the end: "
        f"{', '.join(RESULTS)} have the same bytes as those of the run without a stop.",
        f"Patients done at each kill, of {patients:,}: {', '.join(f'{done:,}' for done in moments)}.",
    ]


def _lines(folder: Path) -> int:
    journal = folder / "unfinished.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def main() -> None:
    """Measure, print and keep."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "Scaling": scaling(folder),
            "Memory": memory(folder),
            "Kills": kills(folder),
        }
    lines = ["# Batch", "", "Written by `python benchmarks/batch.py`."]
    lines += [
        f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; short notes, five a patient, scattered. Load of the",
        f"machine before {load:.1f}, at the end {os.getloadavg()[0]:.1f}: where others work on it, two workers do not",
        "get two cores.",
    ]
    for title, part in parts.items():
        lines += ["", f"## {title}", "", *part]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    (HERE / "BATCH.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        run(*sys.argv[2:])
    else:
        main()
