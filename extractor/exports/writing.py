"""Files that are there whole or not at all, and table cells that a spreadsheet cannot run."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extractor.exports.rows import FailedNote

_PART = ".part"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FAILURES = ("source", "place", "patient_id", "note_id", "reason")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes the place of ``path`` when all went well.

    Raises:
        OSError: When it cannot be written or renamed. Then ``path`` is as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        yield beside
        with beside.open("r+b") as stream:  # Windows syncs only what can be written to
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove what killed processes have left of files that they were writing."""
    for path in folder.glob(f".*.[0-9]*{_PART}"):
        path.unlink(missing_ok=True)


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


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A table as CSV with safe cells and a mark by which spreadsheets know that it is UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([safe_cell(row[name]) for name in columns] for row in rows)
    return "\ufeff" + stream.getvalue().encode("utf-8", "replace").decode()


def write_failures(path: Path, failures: Iterable[FailedNote]) -> int:
    """Write the list of what could not be read or screened, with safe cells; how many there are."""
    number = 0
    with (
        replacing(path) as beside,
        beside.open("w", encoding="utf-8", errors="replace", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(_FAILURES)
        for failure in failures:
            writer.writerow([safe_cell(getattr(failure, name)) for name in _FAILURES])
            number += 1
    return number


def read_failures(path: Path) -> Iterator[FailedNote]:
    """The list again, without the apostrophes of ``safe_cell``."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            source, place, patient_id, note_id, reason = (_plain_cell(row[name]) for name in _FAILURES)
            yield FailedNote(source, place, reason, patient_id or None, note_id or None)


def _plain_cell(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith(_FORMULA) else value
