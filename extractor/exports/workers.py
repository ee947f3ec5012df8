"""Patients to reports in several processes, in the patients' order.

The screener is built once in each process, which is started afresh ("spawn"): what was loaded here,
threads included, stays here, on every system alike. A process that dies, or takes too long over a note,
is replaced; the note is found by trying the patient's notes one by one, listed, and the rest goes on.
Only a free process is given work, and only as far ahead as the results in order may wait.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from extractor.exports import report_json
from extractor.exports.grouping import PackedPatient, Patient
from extractor.exports.rows import FailedNote, InputError
from extractor.exports.screening import NotScreenedError, Screens, failed, screen_patient, without_failing
from extractor.files import RuleFileError

Factory = Callable[[], Screens]

TIME_LIMIT = 120.0
"""Seconds that one note may take, unless the caller says otherwise."""

_GRACE = 20
"""A patient of so many more notes may take as long again."""
_TASK_SIZE = 20_000
"""A process is given patients with about this many bytes of notes at a time, or ``_TASK_PATIENTS``."""
_TASK_PATIENTS = 64
_AHEAD = 256
"""So many results a process may wait for one before them."""
_NEWS = 0.1
"""Seconds after which a process tells of the results that it has."""
_COLLECT_AFTER = 20_000
"""Python looks for garbage in circles after so many new objects: a note makes thousands that live as long as it."""
_TERM = 50_000_000
"""After so many bytes of notes a process makes room for a fresh one: spaCy keeps every word it met."""


class Result(NamedTuple):
    """What became of one patient.

    Attributes:
        report: The report as one line of JSON; None when no note could be screened.
        failures: The notes that could not be screened.
        notes: The number of the patient's notes.
    """

    report: str | None
    failures: tuple[FailedNote, ...]
    notes: int


def screened(screener: Screens, patient: PackedPatient) -> Result:
    """The result of one patient, in this process."""
    unpacked = patient.unpacked()
    report, failures = screen_patient(screener, unpacked)
    try:
        line = report_json.to_line(report_json.to_dict(report)) if report else None
    except Exception as error:  # its message could quote a note
        reason = f"has a report that cannot be written ({type(error).__name__}); please report this as a fault"
        return Result(None, (*failures, failed(unpacked, reason)), patient.notes)
    return Result(line, failures, patient.notes)


# ------------------------------------------------------------------------------------- in the worker


def _serve(link: Connection, factory: Factory) -> None:
    """The life of a worker: build the screener, then lists of results until a task is done."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells of an interrupt, once
    warnings.simplefilter("ignore")
    try:
        screener = factory()
    except (InputError, RuleFileError) as error:
        link.send(str(error))
        return
    except Exception as error:
        link.send(f"the screener cannot be built ({type(error).__name__}); please report this as a fault")
        return
    gc.freeze()  # the rules stay: nothing is gained by looking through them again and again
    gc.set_threshold(_COLLECT_AFTER)
    with suppress(EOFError, OSError):  # the parent is gone, or needs this worker no more
        link.send(None)
        while True:
            task: list[PackedPatient] = link.recv()
            results: list[Result] = []
            told = time.monotonic()
            for patient in task:
                results.append(screened(screener, patient))
                if time.monotonic() > told + _NEWS:
                    link.send(results)
                    results, told = [], time.monotonic()
            if results:
                link.send(results)


def _end_with_parent() -> None:
    """A worker whose parent was killed might be busy with a note for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# ------------------------------------------------------------------------------------- in the parent

_Task = list[tuple[int, PackedPatient]]
"""Patients with their numbers."""
_Results = list[tuple[int, Result]]
"""Results with their patients' numbers."""


class _Worker:
    """A process that screens, and what it was given.

    Attributes:
        link: Where its answers come from.
        ready: Whether it has built its screener.
        task: The patients that it has not answered for, with their numbers.
    """

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self.task: deque[tuple[int, PackedPatient]] = deque()
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self.link, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._factory), daemon=True)
        self._process.start()
        theirs.close()  # so that the end of the process closes the link
        self.ready = False
        self._since = 0.0
        self._served = 0

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.link.close()
        self._process.kill()
        self._process.join()

    def restart(self) -> None:
        """A fresh process in the place of this one, without a task."""
        self.end()
        self.task.clear()
        self._start()

    def receive_ready(self) -> None:
        """Wait until the screener is built.

        Raises:
            InputError: When it cannot be built.
        """
        try:
            fault = self.link.recv()
        except (EOFError, OSError):
            raise InputError("a process that screens could not start (out of memory?)") from None
        if fault is not None:
            raise InputError(fault)
        self.ready = True

    def give(self, task: _Task) -> None:
        """Hand patients to a process that has none."""
        self.task.extend(task)
        self._since = time.monotonic()
        self._served += sum(patient.size for _, patient in task)
        with suppress(OSError):  # it has died, which shows when it is listened to
            self.link.send([patient for _, patient in task])

    def receive(self) -> _Results:
        """Results of the first patients of the task.

        Raises:
            NotScreenedError: When the process has died.
        """
        try:
            results = self.link.recv()
        except (EOFError, OSError):
            raise NotScreenedError("ended the process that screened it (out of memory?)") from None
        self._since = time.monotonic()
        return [(self.task.popleft()[0], result) for result in results]

    def seconds_left(self, limit: float) -> float:
        """How long the process may stay silent."""
        notes = max(patient.notes for _, patient in self.task)
        return self._since + limit * (1 + (notes - 1) / _GRACE) + _NEWS - time.monotonic()

    @property
    def stale(self) -> bool:
        """Whether it has read so much that a fresh process should take its place."""
        return self._served > _TERM


class Workers:
    """Processes that screen; to be used in a ``with`` statement, which ends them.

    Args:
        factory: Builds the screener; it must be picklable.
        number: The number of processes.
        limit: The seconds that one note may take.
    """

    def __init__(self, factory: Factory, number: int, limit: float = TIME_LIMIT) -> None:
        self._limit = limit
        self._workers = [_Worker(factory) for _ in range(number)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def wait_for_one(self) -> None:
        """Wait until a screener is built.

        Raises:
            InputError: When it cannot be built.
        """
        self._workers[0].receive_ready()

    def results(self, patients: Iterable[PackedPatient]) -> Iterator[Result]:
        """A result a patient, in their order."""
        tasks = _tasks(patients)
        task = next(tasks, None)
        done: dict[int, Result] = {}
        told = 0
        while task or any(worker.task for worker in self._workers):
            for worker in self._workers:
                if task and worker.ready and not worker.task and task[0][0] < told + _AHEAD * len(self._workers):
                    worker.give(task)
                    task = next(tasks, None)
            done.update(self._listen())
            while told in done:
                yield done.pop(told)
                told += 1

    def _listen(self) -> _Results:
        """Wait for the next results, or for the time limit of a patient."""
        busy = [worker for worker in self._workers if worker.task]
        patience = min((worker.seconds_left(self._limit) for worker in busy), default=None)
        heard = [worker for worker in self._workers if worker.task or not worker.ready]
        answered = wait([worker.link for worker in heard], None if patience is None else max(patience, 0))
        results: _Results = []
        for worker in heard:
            if worker.link in answered and not worker.ready:
                worker.receive_ready()
            elif worker.link in answered:
                results += self._hear(worker)
            elif worker.task and worker.seconds_left(self._limit) <= 0:
                results += self._one_by_one(worker, self._too_long)
        return results

    def _hear(self, worker: _Worker) -> _Results:
        try:
            results = worker.receive()
        except NotScreenedError as error:
            return self._one_by_one(worker, str(error))
        if not worker.task and worker.stale:
            worker.restart()
        return results

    def _one_by_one(self, worker: _Worker, reason: str) -> _Results:
        """Replace a process, and try each patient that it still had by itself."""
        task = list(worker.task)
        worker.restart()
        return [(number, self._again(worker, patient, reason)) for number, patient in task]

    def _again(self, worker: _Worker, packed: PackedPatient, reason: str) -> Result:
        def attempt(part: Patient) -> Result:
            return self._alone(worker, PackedPatient.of(part))

        try:
            return self._alone(worker, packed)  # what happened may have had nothing to do with this patient
        except NotScreenedError as error:
            reason = str(error)
        result, failures = without_failing(packed.unpacked(), attempt, reason)
        if result is None:
            return Result(None, failures, packed.notes)
        return Result(result.report, (*failures, *result.failures), packed.notes)

    def _alone(self, worker: _Worker, patient: PackedPatient) -> Result:
        if not worker.ready:
            worker.receive_ready()
        worker.give([(0, patient)])
        try:
            if worker.link.poll(max(worker.seconds_left(self._limit), 0)):
                return worker.receive()[0][1]
        except NotScreenedError:
            worker.restart()
            raise
        worker.restart()
        raise NotScreenedError(self._too_long)

    @property
    def _too_long(self) -> str:
        return f"took longer than {self._limit:g} seconds"


def _tasks(patients: Iterable[PackedPatient]) -> Iterator[_Task]:
    task: _Task = []
    size = 0
    for number, patient in enumerate(patients):
        task.append((number, patient))
        size += patient.size
        if size >= _TASK_SIZE or len(task) >= _TASK_PATIENTS:
            yield task
            task, size = [], 0
    if task:
        yield task
