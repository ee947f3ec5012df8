"""Reports as Parquet tables: a row a patient and criterion, a row a finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from extractor.exports.writing import replacing

_ROWS = 5_000
"""Rows that are held in memory and written as one group."""

_TYPES: dict[str, pa.DataType] = {
    "as_of": pa.date32(),
    "at_visit": pa.bool_(),
    "date": pa.date32(),
    "end": pa.int64(),
    "evidence": pa.list_(pa.string()),
    "start": pa.int64(),
}
"""Of the columns that are no text."""


def _schema(names: str) -> pa.Schema:
    return pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in names.split()])


_CRITERIA = _schema("patient_id as_of protocol verdict criterion status value reason ask at_visit evidence")
_FINDINGS = _schema(
    "patient_id finding note_id concept value start end text assertion experiencer temporality date section rule"
)


class ReportTables:
    """Two tables that are written report by report, and are there when all were.

    Args:
        criteria: Path of the table with a row a patient and criterion.
        findings: Path of the table with a row a finding.

    In both, ``value`` is JSON: its shape depends on the criterion or the concept.
    """

    def __init__(self, criteria: Path, findings: Path) -> None:
        with ExitStack() as stack:
            self._criteria = stack.enter_context(_table(criteria, _CRITERIA))
            self._findings = stack.enter_context(_table(findings, _FINDINGS))
            self._stack = stack.pop_all()

    def __enter__(self) -> ReportTables:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def add(self, report: Mapping[str, Any]) -> None:
        """Add a report, as ``report_json`` writes it."""
        self._criteria.add(_criteria(report))
        self._findings.add(_findings(report))


def _criteria(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    protocol = "{id} {version}".format(**report["protocol"])
    common = {"patient_id": report["patient_id"], "as_of": report["as_of"], "protocol": protocol}
    for criterion in report["criteria"]:
        yield {**criterion, **common, "verdict": report["verdict"], "criterion": criterion["id"]}


def _findings(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for finding in report["findings"]:
        yield {**finding, "patient_id": report["patient_id"], "finding": finding["id"]}


class _Table:
    """Rows, written a few thousand at a time."""

    def __init__(self, writer: parquet.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._rows: list[dict[str, Any]] = []

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _ROWS:
            self.flush()

    def flush(self) -> None:
        columns = [_column([row[field.name] for row in self._rows], field) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._rows.clear()


@contextmanager
def _table(path: Path, schema: pa.Schema) -> Iterator[_Table]:
    with replacing(path) as beside, parquet.ParquetWriter(beside, schema, compression="zstd") as writer:
        table = _Table(writer, schema)
        yield table
        table.flush()


def _column(cells: list[Any], field: pa.Field[Any]) -> Any:
    if field.name == "value":
        cells = [json.dumps(cell) for cell in cells]
    elif field.type == pa.date32():
        cells = [date.fromisoformat(cell) if cell else None for cell in cells]
    try:
        return pa.array(cells, field.type)
    except UnicodeEncodeError:  # half of a surrogate pair, which a note may contain
        cells = [cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell for cell in cells]
        return pa.array(cells, field.type)
