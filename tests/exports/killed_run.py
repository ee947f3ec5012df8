"""A batch in a process of its own, for ``test_killed.py`` to kill: ``killed_run.py EXPORT FOLDER``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path

from fake_screener import FakeScreener

from extractor.exports import batch, workers
from extractor.exports.grouping import Export
from extractor.exports.readers import Inputs
from extractor.records import Note, Report


class Slow(FakeScreener):
    """Takes a while, so that there is a moment to kill it in."""

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        time.sleep(0.004)
        return super().screen(notes, as_of)


if __name__ == "__main__":
    batch.Export = partial(Export, room=5_000)  # type: ignore[assignment,misc]
    workers._TASK_PATIENTS = 4
    batch.run_batch(Inputs([sys.argv[1]]), Path(sys.argv[2]), Slow, workers=2)
