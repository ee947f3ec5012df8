"""Tables, a note a row: CSV, TSV, Parquet, Excel. Read row by row, never as a whole.

A CSV row that is not quoted as it should be is listed as failed instead of being repaired: a quotation
mark that is never closed would otherwise swallow the notes of the patients behind it.
"""

from __future__ import annotations

import csv
import sys
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from extractor.exports.rows import FIELDS, FailedNote, InputError, Record, to_record

_DELIMITERS = ",;\t|"
_PARQUET_ROWS = 256
_PARQUET_BUFFER = 1 << 20
"""Bytes of a column that are read at once; without it, a whole row group of it is."""


def read_csv(lines: Iterable[str], source: str, stem: str, columns: Mapping[str, str], tab: bool) -> Iterator[Record]:
    """The notes of a CSV or TSV file.

    Args:
        lines: Its lines with their ends.
        source: Its name, for messages.
        stem: What generated ids begin with.
        columns: Our names to the file's.
        tab: Whether tabs part the columns; otherwise the header shows what does.

    Raises:
        InputError: When the column of the text, or a mapped one, is missing.
    """
    rows = csv_rows(lines, tab)
    header = next((cells for _, cells in rows if cells), None)
    if header is None:
        return
    if isinstance(header, str):
        raise InputError(f"{source}: the first row should name the columns, but {header}")
    where = locate(header, columns, source)
    for number, cells in rows:
        place = f"line {number}"
        if isinstance(cells, str):
            yield FailedNote(source, place, cells)
        elif not any(cells):
            continue
        elif len(cells) < len(header) or any(cells[len(header) :]):
            yield FailedNote(source, place, f"has {len(cells)} columns, the header has {len(header)}")
        else:
            yield _row_record(cells, where, source, place, f"{stem}-{number}")


def csv_rows(lines: Iterable[str], tab: bool) -> Iterator[tuple[int, list[str] | str]]:
    """The rows of a CSV or TSV file with the number of their first line, the header first.

    A string instead of a row says what is wrong with it.

    Args:
        lines: Its lines with their ends.
        tab: Whether tabs part the columns; otherwise the header shows what does.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the default cuts off at 128 kB
    feed = _Replay(lines)
    first = next(feed, "")
    if first[:4].lower() == "sep=":  # Excel's way to name the delimiter
        first = next(feed, "")
    feed.put_back([first])
    return _csv_rows(feed, "\t" if tab else _delimiter(first))


def read_parquet(path: Path, source: str, stem: str, columns: Mapping[str, str]) -> Iterator[Record]:
    """The notes of a Parquet file, a few hundred rows in memory at a time.

    Raises:
        InputError: When it is no Parquet file, or the column of the text, or a mapped one, is missing.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, buffer_size=_PARQUET_BUFFER, pre_buffer=False)
    except pa.ArrowInvalid:
        raise InputError(f"{source}: is no Parquet file, or a damaged one") from None
    with file:
        where = locate(file.schema_arrow.names, columns, source)
        names = [file.schema_arrow.names[index] for index in where.values()]
        number = 0
        for batch in file.iter_batches(batch_size=_PARQUET_ROWS, columns=names):
            cells = [batch.column(name).to_pylist() for name in names]
            for values in zip(*cells, strict=True):
                number += 1
                row = dict(zip(where, values, strict=True))
                yield to_record(row, source, f"row {number}", f"{stem}-{number}", f"{stem}-{number}")


def read_xlsx(path: Path, source: str, stem: str, columns: Mapping[str, str]) -> Iterator[Record]:
    """The notes of an Excel workbook: of every sheet that has the column of the text.

    Raises:
        InputError: When it is no workbook, or no sheet has the columns.
    """
    import zipfile

    from extractor.exports.workbook import open_workbook

    try:
        book = open_workbook(path)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError):
        raise InputError(f"{source}: is no Excel workbook (.xlsx), or a damaged one") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on cells that hold no text
            yield from _sheets(book, source, stem, columns)
    finally:
        book.close()


def _sheets(book: Any, source: str, stem: str, columns: Mapping[str, str]) -> Iterator[Record]:
    missing: InputError | None = None
    used = False
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the file says of its size is often wrong
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        header = next((cells for _, cells in rows if any(cell is not None for cell in cells)), None)
        if header is None:
            continue
        try:
            where = locate(["" if cell is None else str(cell) for cell in header], columns, source)
        except InputError as error:
            missing = error
            continue
        used = True
        for number, cells in rows:
            if any(cell is not None for cell in cells):
                name = f"{stem}-{number}" if len(book.worksheets) == 1 else f"{stem}-{sheet.title}-{number}"
                yield _row_record(cells, where, source, f"sheet {sheet.title}, row {number}", name)
    if missing and not used:
        raise missing


def locate(header: Sequence[str], columns: Mapping[str, str], source: str) -> dict[str, int]:
    """Which column holds which part of a note.

    Raises:
        InputError: When the text's column or a mapped one is missing, or two have its name.
    """
    where: dict[str, int] = {}
    for field in FIELDS:
        name = columns.get(field, field)
        found = [i for i, title in enumerate(header) if title == name] or [
            i for i, title in enumerate(header) if title.strip().lower() == name.lower()
        ]
        if len(found) > 1:
            raise InputError(f"{source}: has two columns '{name}'; rename one")
        if found:
            where[field] = found[0]
        elif field in columns:
            raise InputError(f"{source}: has no column '{name}'; correct --columns {field}=…")
        elif field == "text":
            raise InputError(f"{source}: has no column 'text'; name the one of the notes: --columns text=…")
    return where


def _row_record(cells: Sequence[Any], where: Mapping[str, int], source: str, place: str, name: str) -> Record:
    row = {field: cells[index] if index < len(cells) else None for field, index in where.items()}
    return to_record(row, source, place, name, name)


def _delimiter(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


class _Replay:
    """Lines that can be read again: those taken since the last mark, for a row that went wrong."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Replay:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _csv_rows(feed: _Replay, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Rows with the number of their first line; a string instead of a row says what is wrong with it."""
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.taken = []
        begin = feed.number + 1
        try:
            yield begin, next(reader)
        except StopIteration:
            return
        except csv.Error:
            feed.put_back(feed.taken[1:])
            yield begin, "its quotation marks do not match"
