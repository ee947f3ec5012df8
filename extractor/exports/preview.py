"""The first rows of an export: which columns it has, and what stands in them."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from extractor.exports.decoding import open_text
from extractor.exports.readers import kind_of, opened
from extractor.exports.rows import InputError
from extractor.exports.tables import csv_rows
from extractor.exports.workbook import open_workbook

Columns = Mapping[str, Sequence[Any]]
"""The first values of each column, by its name, in the order of the file."""

_ROWS = 50


def columns_of(path: Path, rows: int = _ROWS) -> Columns:
    """The columns of a table or of JSON lines with their first values; none for a text file.

    Raises:
        InputError: When the file cannot be read.
    """
    kind = kind_of(path)
    try:
        if kind == ".parquet":
            return _parquet(path, rows)
        if kind == ".xlsx":
            return _xlsx(path, rows)
        if kind in (".csv", ".tsv"):
            return _csv(path, rows, tab=kind == ".tsv")
        return _jsonl(path, rows) if kind in (".jsonl", ".ndjson") else {}
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError, EOFError) as error:
        # the libraries' errors; a message of theirs could quote a note
        raise InputError(f"{path.name}: cannot be read ({type(error).__name__})") from None


def _csv(path: Path, rows: int, tab: bool) -> Columns:
    with opened(path) as stream:
        cells = (cells for _, cells in csv_rows(open_text(stream), tab) if isinstance(cells, list) and any(cells))
        header = next(cells, [])
        return _by_column(header, islice(cells, rows))


def _xlsx(path: Path, rows: int) -> Columns:
    """The columns of the sheet that has most of them."""
    book = open_workbook(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on cells that hold no text
            return max((_sheet(sheet, rows) for sheet in book.worksheets), key=len, default={})
    finally:
        book.close()


def _sheet(sheet: Any, rows: int) -> Columns:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    cells = (row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row))
    return _by_column(next(cells, ()), islice(cells, rows))


def _parquet(path: Path, rows: int) -> Columns:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=rows), None)
        if batch is None:
            return {name: [] for name in file.schema_arrow.names}
        return {str(name): values for name, values in batch.to_pydict().items()}


def _jsonl(path: Path, rows: int) -> Columns:
    """The keys of the lines; of a patient a line, those of the notes too."""
    columns: dict[str, list[Any]] = {}
    with opened(path) as stream:
        for line in islice(open_text(stream, "\n"), rows):
            try:
                data = json.loads(line, strict=False)
            except (ValueError, RecursionError):
                continue
            notes = data.get("notes") if isinstance(data, dict) else None
            for entry in (data, *(notes if isinstance(notes, list) else ())):
                for name, value in entry.items() if isinstance(entry, dict) else ():
                    if not (entry is data and name == "notes" and notes):
                        columns.setdefault(name, []).append(value)
    return columns


def _by_column(header: Iterable[Any], rows: Iterable[Sequence[Any]]) -> Columns:
    names = ["" if cell is None else str(cell).strip() for cell in header]
    held = list(rows)
    return {name: [row[place] for row in held if place < len(row)] for place, name in enumerate(names) if name}
