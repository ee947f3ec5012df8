"""Files that are there whole or not at all, and table cells that a spreadsheet cannot run."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extractor.exports.rows import FailedNote

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes the place of ``path`` when all went well.

    Raises:
        OSError: When it cannot be written or renamed. Then ``path`` is as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole file as UTF-8, line ends as they are. What is no regular file is written straight."""
    data = text.encode("utf-8", "replace")
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    with replacing(path) as beside:
        beside.write_bytes(data)


def safe_cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for text: one that would begin a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a CSV file with safe cells."""
    with (
        replacing(path) as beside,
        beside.open("w", encoding="utf-8", errors="replace", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)


def write_failures(path: Path, failures: Iterable[FailedNote]) -> None:
    """Write the list of what could not be read or screened."""
    header = ("source", "place", "patient_id", "note_id", "reason")
    rows = ((f.source, f.place, f.patient_id, f.note_id, f.reason) for f in failures)
    write_csv(path, header, rows)
