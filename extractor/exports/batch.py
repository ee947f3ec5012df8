"""An export of any size to a folder of results.

Patients are screened in the order of their ids, which depends on nothing but the input. The result of
each is one line of a journal, so a run that was killed knows how many patients are done: a line that was
not finished is cut off, as many patients are passed over, and the rest follows. The files that people
read are made from the journal at the end, each written beside and renamed, ``run.json`` last: where that
is, the folder is finished.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from extractor import __version__
from extractor.exports.grouping import Export
from extractor.exports.locking import claimed
from extractor.exports.readers import Inputs
from extractor.exports.report_json import to_line
from extractor.exports.report_tables import ReportTables
from extractor.exports.rows import FailedNote, InputError
from extractor.exports.workers import TIME_LIMIT, Factory, Result, Workers, screened
from extractor.exports.writing import read_failures, remove_parts, replacing, write_failures, write_text
from extractor.files import patterns_folder, patterns_hash

REPORTS, CRITERIA, FINDINGS = "reports.jsonl", "criteria.parquet", "findings.parquet"
FAILED, RUN = "failed.csv", "run.json"
_STATE, _JOURNAL = "unfinished.json", "unfinished.jsonl"
_LIBRARIES = ("medspacy", "spacy", "pyarrow")

Progress = Callable[[str, int, int | None], None]
"""Is told what is done ("reading", "screening", "writing"), and how many notes of how many."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished folder holds.

    Attributes:
        folder: The folder.
        patients: The number of reports.
        verdicts: How many of each verdict.
        failed: How many notes could not be read or screened.
        earlier: Whether the folder was finished before.
    """

    folder: Path
    patients: int
    verdicts: Mapping[str, int]
    failed: int
    earlier: bool = False

    def failures(self) -> Iterator[FailedNote]:
        """What could not be read or screened, one by one: there may be many."""
        return read_failures(self.folder / FAILED)


def run_batch(
    inputs: Inputs,
    folder: Path,
    factory: Factory,
    *,
    protocol: Path | None = None,
    columns: Mapping[str, str] | None = None,
    workers: int = 1,
    limit: float = TIME_LIMIT,
    progress: Progress | None = None,
) -> Outcome:
    """Screen an export into a folder, or go on where that was stopped.

    Args:
        inputs: The export.
        folder: Where the results go.
        factory: Builds the screener; it must be picklable where there are workers.
        protocol: The protocol file that the screener uses, None for the one that ships. A run goes
            on only with the same protocol, rules, inputs and version.
        columns: The mapping that ``inputs`` was given.
        workers: The number of processes that screen. With 0 it is done in this process, which no time
            limit and no replacement protects from a note that hangs.
        limit: The seconds that one note may take.
        progress: Is told how far it is.

    Raises:
        InputError: When the input cannot be used, the folder holds something else, or another batch
            is at work in it.
    """
    _check_place(inputs, folder)
    tell = progress or _untold
    with claimed(folder):
        identity = _identity(inputs, columns or {}, protocol)
        earlier = _finished(folder, identity)
        if earlier:
            return earlier
        _check_contents(folder, identity)
        with _engine(factory, workers, limit) as engine:
            export = Export(inputs, folder, progress=lambda done: tell("reading", done, None))
            if engine:
                engine.wait_for_one()  # a wrong protocol shows before anything is written
                results = engine.results
            else:
                results = partial(map, partial(screened, factory()))
            _screen(export, folder, identity, results, tell)
        tell("writing", export.notes, export.notes)
        return _finish(folder, identity, export)


def discard_unfinished(
    inputs: Inputs, folder: Path, *, protocol: Path | None = None, columns: Mapping[str, str] | None = None
) -> None:
    """Remove what a stopped run has left, and its folder where that is then empty.

    Finished results stay, and so does what another run has left.

    Args:
        inputs: The export of that run.
        folder: Where its results were to go.
        protocol: The protocol file that it used.
        columns: The mapping of its inputs.

    Raises:
        InputError: When a batch is at work in the folder.
    """
    with claimed(folder):
        remove_parts(folder)
        if (folder / _STATE).exists() and not (folder / RUN).exists():
            if _load(folder / _STATE).get("identity") != _identity(inputs, columns or {}, protocol):
                return
            if (folder / REPORTS).exists():  # it was stopped while it wrote its results, this one first
                for name in (REPORTS, CRITERIA, FINDINGS, FAILED):
                    (folder / name).unlink(missing_ok=True)
            _clear(folder)
    with suppress(OSError):  # it holds something else
        folder.rmdir()


def _untold(*_: object) -> None:
    pass


def _engine(factory: Factory, workers: int, limit: float) -> AbstractContextManager[Workers | None]:
    return Workers(factory, workers, limit) if workers else nullcontext()


# ----------------------------------------------------------------------------------------- the folder


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


def _check_place(inputs: Inputs, folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the results with -o")
    if any(part.resolve() in (folder.resolve(), *folder.resolve().parents) for part in inputs.folders):
        raise InputError(f"{folder}: the results would lie among the notes; choose another folder with -o")


def _finished(folder: Path, identity: Mapping[str, Any]) -> Outcome | None:
    """The outcome of a folder that is finished already, with the same input and rules."""
    if not (folder / RUN).exists():
        return None
    run = _load(folder / RUN)
    if run.get("identity") != identity:
        raise _other_run(folder)
    _clear(folder)
    return Outcome(folder, run["patients"], run["verdicts"], run["failed"], earlier=True)


def _check_contents(folder: Path, identity: Mapping[str, Any]) -> None:
    if (folder / _STATE).exists():
        if _load(folder / _STATE).get("identity") != identity:
            raise _other_run(folder)
    elif (folder / REPORTS).exists():
        raise InputError(f"{folder}: holds a {REPORTS} of unknown origin; choose another folder")
    remove_parts(folder)


def _load(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        state = None
    return state if isinstance(state, dict) else {}


def _other_run(folder: Path) -> InputError:
    return InputError(f"{folder}: holds a run on other input or rules; delete it or choose another folder")


def _clear(folder: Path) -> None:
    """Remove what an unfinished run needs."""
    remove_parts(folder)
    (folder / _STATE).unlink(missing_ok=True)
    (folder / _JOURNAL).unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------- the journal


def _screen(
    export: Export,
    folder: Path,
    identity: Mapping[str, Any],
    results: Callable[[Iterable[Any]], Iterator[Result]],
    tell: Progress,
) -> None:
    """Write the journal from where it ends to the last patient."""
    if not (folder / _STATE).exists():
        write_text(folder / _STATE, to_line({"identity": identity, "started": time.time()}) + "\n")
    patients = export.patients()
    notes = sum(patient.notes for patient in islice(patients, _repair(folder / _JOURNAL)))
    tell("screening", notes, export.notes)
    with (folder / _JOURNAL).open("a", encoding="utf-8", newline="\n") as journal:
        for result in results(patients):
            journal.write(_entry(result))
            journal.flush()
            notes += result.notes
            tell("screening", notes, export.notes)


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


def _entry(result: Result) -> str:
    """What failed and, behind a tab, which JSON has only escaped, the report."""
    return to_line([asdict(failure) for failure in result.failures]) + "\t" + (result.report or "") + "\n"


def _entries(journal: Path) -> Iterator[tuple[list[FailedNote], str]]:
    with journal.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            failures, _, report = line.partition("\t")
            yield [FailedNote(**failure) for failure in json.loads(failures)], report.rstrip("\n")


# --------------------------------------------------------------------------------------- the results


def _finish(folder: Path, identity: Mapping[str, Any], export: Export) -> Outcome:
    """Make the results of the journal."""
    verdicts: Counter[str] = Counter()
    with (
        ReportTables(folder / CRITERIA, folder / FINDINGS) as tables,
        replacing(folder / REPORTS) as beside,
        beside.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        for _, line in _entries(folder / _JOURNAL):
            if line:
                report = json.loads(line)
                verdicts[report["verdict"]] += 1
                stream.write(line + "\n")
                tables.add(report)
    unscreened = (failure for failures, _ in _entries(folder / _JOURNAL) for failure in failures)
    failed = write_failures(folder / FAILED, chain(export.failures(), unscreened))
    outcome = Outcome(folder, verdicts.total(), dict(sorted(verdicts.items())), failed)
    started = _load(folder / _STATE).get("started", time.time())
    run = {
        "schema": "trialscreen.run/1",
        "engine": {"name": "trialscreen", "version": __version__, "patterns": identity["patterns"]},
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "patients": outcome.patients,
        "notes": export.notes,
        "verdicts": outcome.verdicts,
        "failed": failed,
        "identity": identity,
        "started": _moment(started),
        "finished": _moment(time.time()),
    }
    write_text(folder / RUN, json.dumps(run, ensure_ascii=True, indent=2) + "\n")
    _clear(folder)
    return outcome


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
