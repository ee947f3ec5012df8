"""A batch in a process of its own, for a page that stays alive meanwhile.

The process is told its job on standard input and tells on standard output how far it is, a line of
JSON each: counts and messages, nothing of a note. It ends with the process that started it, since then
its standard input ends. Ended at any moment, it leaves a folder that the same job goes on with.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

_NEWS = 0.2
"""Seconds between two lines that tell of progress."""


class Phase(StrEnum):
    """Where a batch is."""

    STARTING = "starting"
    READING = "reading"
    SCREENING = "screening"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


ENDED = frozenset({Phase.DONE, Phase.STOPPED, Phase.FAILED})


@dataclass(frozen=True, slots=True)
class Job:
    """What a batch is to do; the arguments of ``run_batch``, as text.

    Attributes:
        inputs: Files and folders of notes.
        folder: Where the results go.
        columns: Our names of a note's parts to the export's.
        protocol: The protocol file, or None for the one that ships.
        workers: The number of processes that screen.
    """

    inputs: tuple[str, ...]
    folder: str
    columns: Mapping[str, str]
    protocol: str | None = None
    workers: int = 1


@dataclass(frozen=True, slots=True)
class State:
    """How far a batch is.

    Attributes:
        phase: Where it is.
        done: Notes that are done in this phase.
        total: Of how many, where that is known.
        message: Why it failed, one line for a person.
    """

    phase: Phase = Phase.STARTING
    done: int = 0
    total: int | None = None
    message: str = ""


class BackgroundBatch:
    """A batch that runs. All methods return at once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._state = State()
        self._stopped = False
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library might quote a note
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin
        with suppress(OSError):  # it has died, which the listener tells
            self._process.stdin.write(json.dumps(asdict(job)) + "\n")
            self._process.stdin.flush()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def state(self) -> State:
        """How far it is now."""
        return self._state

    def stop(self) -> None:
        """End it. The same job goes on later where it stopped."""
        self._stopped = True
        self._process.kill()

    def discard(self) -> None:
        """Remove what it has left of results, once it is stopped; it does not go on any more.

        Raises:
            InputError: When another batch is at work in the folder, or the export is gone.
            OSError: When something cannot be removed.
        """
        from extractor.exports.batch import discard_unfinished
        from extractor.exports.readers import Inputs

        job = self.job
        if not Path(job.folder).is_dir():
            return
        protocol = Path(job.protocol) if job.protocol else None
        discard_unfinished(Inputs(job.inputs, job.columns), Path(job.folder), protocol=protocol, columns=job.columns)

    def wait(self, seconds: float | None = None) -> State:
        """Wait for its end; gives the state at that time."""
        self._listener.join(seconds)
        return self._state

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with suppress(ValueError, TypeError):
                told = json.loads(line)
                self._state = State(**{**told, "phase": Phase(told["phase"])})
        self._process.wait()
        if self._state.phase not in ENDED:
            ended = "the process that screens has ended (out of memory?); start again and it goes on"
            phase, message = (Phase.STOPPED, "") if self._stopped else (Phase.FAILED, ended)
            self._state = replace(self._state, phase=phase, message=message)


# ----------------------------------------------------------------------------------- in the process


def _serve() -> None:
    warnings.simplefilter("ignore")
    job = Job(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _tell(State(**_run(job)))


def _run(job: Job) -> dict[str, Any]:
    """Do a job; gives the fields of its last state."""
    from extractor.exports.batch import run_batch
    from extractor.exports.readers import Inputs
    from extractor.exports.rows import InputError
    from extractor.exports.screening import screener
    from extractor.files import RuleFileError

    told = 0.0

    def progress(phase: str, done: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() > told + _NEWS or done == total:
            told = time.monotonic()
            _tell(State(Phase(phase), done, total))

    protocol = Path(job.protocol) if job.protocol else None
    try:
        outcome = run_batch(
            Inputs(job.inputs, job.columns),
            Path(job.folder),
            functools.partial(screener, protocol),
            protocol=protocol,
            columns=job.columns,
            workers=job.workers,
            progress=progress,
        )
    except (InputError, RuleFileError) as error:
        return {"phase": Phase.FAILED, "message": str(error)}
    except OSError as error:
        return {"phase": Phase.FAILED, "message": f"{error.filename or 'the system'}: {error.strerror}"}
    except Exception as error:  # its message could quote a note
        reason = f"ended by a fault of its own ({type(error).__name__}); please report it"
        return {"phase": Phase.FAILED, "message": reason}
    return {"phase": Phase.DONE, "done": outcome.patients, "total": outcome.patients}


def _tell(state: State) -> None:
    sys.stdout.write(json.dumps(asdict(state)) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    _serve()
