"""The time that each step takes, for ``trialscreen screen --profile``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter

Stage = Callable[[str], AbstractContextManager[None]]
"""Opens a stage by its name."""
_NOTHING = nullcontext()


def unwatched(name: str) -> AbstractContextManager[None]:
    """A stage whose time nobody wants to know."""
    return _NOTHING


class Stopwatch:
    """Adds up seconds by stage. The time of a stage within another one is not counted twice.

    One thread may use it at a time.

    Example:
        >>> watch = Stopwatch()
        >>> with watch.stage("reading"), watch.stage("layout"):
        ...     pass
        >>> list(watch.seconds)
        ['reading', 'layout']
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._open: list[str] = []
        self._since = 0.0

    @property
    def seconds(self) -> Mapping[str, float]:
        """Seconds of each stage, in the order in which the stages were first met."""
        return self._seconds

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside as the time of a stage."""
        self._stop()
        self._seconds.setdefault(name, 0.0)
        self._open.append(name)
        try:
            yield
        finally:
            self._stop()
            self._open.pop()

    def _stop(self) -> None:
        now = perf_counter()
        if self._open:
            self._seconds[self._open[-1]] += now - self._since
        self._since = now

    def table(self) -> str:
        """One line a stage: its name, milliseconds, and share of the whole."""
        whole = sum(self._seconds.values())
        rows = [*self._seconds.items(), ("all", whole)]
        width = max(len(name) for name, _ in (("stage", 0), *rows))
        lines = [f"{'stage':<{width}}  {'ms':>9}  {'%':>5}"]
        lines += [f"{name:<{width}}  {took * 1000:>9.1f}  {100 * took / (whole or 1):>5.1f}" for name, took in rows]
        return "\n".join(lines) + "\n"
