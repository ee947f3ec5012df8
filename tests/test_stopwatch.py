"""The time of stages."""

from __future__ import annotations

import pytest

from extractor import stopwatch
from extractor.stopwatch import Stopwatch, unwatched


def test_a_stage_within_another_is_not_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 3.0, 6.0, 10.0, 15.0])
    monkeypatch.setattr(stopwatch, "perf_counter", lambda: next(times))
    watch = Stopwatch()
    with watch.stage("outer"), watch.stage("inner"):
        pass
    with pytest.raises(ValueError, match="x"), watch.stage("inner"):
        raise ValueError("x")
    assert watch.seconds == {"outer": 1.0 + 3.0, "inner": 2.0 + 5.0}
    assert watch.table().splitlines()[1:] == [
        "outer     4000.0   36.4",
        "inner     7000.0   63.6",
        "all      11000.0  100.0",
    ]


def test_nothing_is_counted_unless_asked_for() -> None:
    with unwatched("a"), unwatched("b"):
        pass
    assert Stopwatch().table().splitlines()[-1].split() == ["all", "0.0", "0.0"]
