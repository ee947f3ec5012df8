"""An export of any size to a folder of results.

Patients are screened in the order in which ``grouping.whole_patients`` gives them, which depends on
nothing but the input. Each result is one line of a journal, so a run that was killed knows how many
patients are done: a line that was not finished is cut off, as many patients are passed over, and the
rest follows. The files that people read are made from the journal at the end, each written beside and
renamed, ``run.json`` last: where that is, the folder is finished.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import threading
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from extractor import __version__
from extractor.exports import report_json
from extractor.exports.grouping import Patient, plan, whole_patients
from extractor.exports.readers import Inputs
from extractor.exports.report_tables import write_criteria, write_findings
from extractor.exports.rows import FailedNote, InputError
from extractor.exports.screening import Screens, screen_patient
from extractor.exports.writing import replacing, write_failures, write_text
from extractor.files import patterns_folder, patterns_hash

REPORTS, RUN = "reports.jsonl", "run.json"
_STATE, _JOURNAL = "unfinished.json", "unfinished.jsonl"
_TASK_SIZE = 10_000
"""A worker is given patients with about this many characters of notes at a time."""

Factory = Callable[[], Screens]
Progress = Callable[[int, int], None]
"""Is told how many of how many patients are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished folder holds.

    Attributes:
        patients: The number of reports.
        verdicts: How many of each verdict.
        failures: What could not be read or screened.
        earlier: Whether the folder was finished before.
    """

    patients: int
    verdicts: Mapping[str, int]
    failures: tuple[FailedNote, ...]
    earlier: bool = False


def run_batch(
    inputs: Inputs,
    folder: Path,
    factory: Factory,
    *,
    protocol: Path | None = None,
    columns: Mapping[str, str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Outcome:
    """Screen an export into a folder, or go on where that was stopped.

    Args:
        inputs: The export.
        folder: Where the results go.
        factory: Builds the screener; with several workers it must be picklable.
        protocol: The protocol file that the screener uses, None for the one that ships. A run goes
            on only with the same protocol, rules, inputs and version.
        columns: The mapping that ``inputs`` was given.
        workers: The number of processes.
        progress: Is told how far it is.

    Raises:
        InputError: When the input cannot be used, or the folder holds something else.
    """
    identity = _identity(inputs, columns or {}, protocol)
    done = _finished(folder, identity)
    if done:
        return done
    _check_folder(inputs, folder, identity)
    planned = plan(inputs)
    screener = factory()  # a wrong protocol shows before anything is written
    folder.mkdir(parents=True, exist_ok=True)
    started = time.time()
    if not (folder / _STATE).exists():
        write_text(folder / _STATE, report_json.to_line({"identity": identity, "started": started}) + "\n")
    journal = folder / _JOURNAL
    passed = _repair(journal)
    patients = (patient for patient in whole_patients(inputs, planned) if patient.notes)
    waiting = islice(patients, passed, None)
    lines = _in_turn(waiting, screener) if workers <= 1 else _in_workers(waiting, factory, workers)
    with journal.open("a", encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(lines, start=passed + 1):
            stream.write(line + "\n")
            stream.flush()
            if progress:
                progress(number, planned.readable)
    return _finish(folder, identity, planned.failures, planned.notes)


def _identity(inputs: Inputs, columns: Mapping[str, str], protocol: Path | None) -> dict[str, Any]:
    """What the results depend on. A run of another identity must not be gone on with."""
    stats = [(path.resolve(), path.stat()) for path in inputs.files]
    protocols = [protocol] if protocol else sorted((patterns_folder() / "protocols").glob("*.yaml"))
    return {
        "version": __version__,
        "patterns": patterns_hash(patterns_folder()),
        "protocol": _digest(path.read_bytes() for path in protocols),
        "columns": dict(sorted(columns.items())),
        "files": _digest(f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}".encode() for path, stat in stats),
        "stdin": _digest([inputs.stdin]) if inputs.stdin is not None else None,
    }


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _finished(folder: Path, identity: Mapping[str, Any]) -> Outcome | None:
    """The outcome of a folder that is finished already, with the same input and rules."""
    if not (folder / RUN).exists():
        return None
    run = _load(folder / RUN)
    if run.get("identity") != identity:
        raise _other_run(folder)
    failures = tuple(FailedNote(**failure) for failure in run["failed"])
    return Outcome(run["patients"], run["verdicts"], failures, earlier=True)


def _check_folder(inputs: Inputs, folder: Path, identity: Mapping[str, Any]) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the results with -o")
    if any(part.resolve() in (folder.resolve(), *folder.resolve().parents) for part in inputs.folders):
        raise InputError(f"{folder}: the results would lie among the notes; choose another folder with -o")
    if (folder / _STATE).exists():
        if _load(folder / _STATE).get("identity") != identity:
            raise _other_run(folder)
    elif (folder / REPORTS).exists():
        raise InputError(f"{folder}: holds a {REPORTS} of unknown origin; choose another folder")


def _load(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        state = None
    return state if isinstance(state, dict) else {}


def _other_run(folder: Path) -> InputError:
    return InputError(f"{folder}: holds a run on other input or rules; delete it or choose another folder")


def _repair(journal: Path) -> int:
    """Cut off a line that was not finished, and count those that were."""
    if not journal.exists():
        return 0
    whole = lines = 0
    with journal.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                whole += len(line)
                lines += 1
    os.truncate(journal, whole)
    return lines


# ----------------------------------------------------------------------------------------- screening


def _line(screener: Screens, patient: Patient) -> str:
    result = screen_patient(screener, patient)
    if isinstance(result, FailedNote):
        return report_json.to_line({"failed": asdict(result)})
    return report_json.to_line(report_json.to_dict(result))


def _in_turn(patients: Iterable[Patient], screener: Screens) -> Iterator[str]:
    return map(partial(_line, screener), patients)


def _in_workers(patients: Iterable[Patient], factory: Factory, workers: int) -> Iterator[str]:
    """The results in the patients' order, a few tasks ahead of the one that is waited for."""
    ahead: deque[Future[list[str]]] = deque()
    context = get_context("spawn")  # what was loaded here, threads included, stays here
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_set_up, initargs=(factory,)) as pool:
        try:
            for task in _tasks(patients):
                ahead.append(pool.submit(_work, task))
                if len(ahead) > 3 * workers:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        except BrokenProcessPool:
            raise InputError("a worker ended (out of memory?); the same command goes on") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _tasks(patients: Iterable[Patient]) -> Iterator[list[Patient]]:
    task: list[Patient] = []
    size = 0
    for patient in patients:
        task.append(patient)
        size += sum(len(note.text) for note in patient.notes)
        if size >= _TASK_SIZE:
            yield task
            task, size = [], 0
    if task:
        yield task


_worker: list[Screens] = []
"""The screener of a worker process; built once in each."""


def _set_up(factory: Factory) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells of an interrupt, once
    warnings.simplefilter("ignore")
    _worker[:] = [factory()]


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(patients: Sequence[Patient]) -> list[str]:
    return [_line(_worker[0], patient) for patient in patients]


# ----------------------------------------------------------------------------------------- finishing


def _finish(folder: Path, identity: Mapping[str, Any], unread: Sequence[FailedNote], notes: int) -> Outcome:
    journal = folder / _JOURNAL
    verdicts: Counter[str] = Counter()
    unscreened: list[FailedNote] = []
    with replacing(folder / REPORTS) as beside, beside.open("w", encoding="utf-8", newline="\n") as stream:
        for line, entry in _entries(journal):
            if "failed" in entry:
                unscreened.append(FailedNote(**entry["failed"]))
            else:
                verdicts[entry["verdict"]] += 1
                stream.write(line)
    failures = (*unread, *unscreened)
    write_criteria(folder / "criteria.parquet", (entry for _, entry in _entries(folder / REPORTS)))
    write_findings(folder / "findings.parquet", (entry for _, entry in _entries(folder / REPORTS)))
    write_failures(folder / "failed.csv", failures)
    started = _load(folder / _STATE).get("started", time.time())
    run = {
        "schema": "trialscreen.run/1",
        "engine": {"name": "trialscreen", "version": __version__, "patterns": identity["patterns"]},
        "python": platform.python_version(),
        "patients": sum(verdicts.values()),
        "notes": notes,
        "verdicts": dict(sorted(verdicts.items())),
        "failed": [asdict(failure) for failure in failures],
        "started": _moment(started),
        "finished": _moment(time.time()),
        "identity": identity,
    }
    write_text(folder / RUN, json.dumps(run, ensure_ascii=True, indent=2) + "\n")
    (folder / _STATE).unlink()
    journal.unlink()
    return Outcome(sum(verdicts.values()), dict(sorted(verdicts.items())), failures)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _entries(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line, json.loads(line)
