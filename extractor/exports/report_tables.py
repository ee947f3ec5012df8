"""Reports as Parquet tables: a row a patient and criterion, a row a finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from extractor.exports.writing import replacing

_ROWS = 10_000
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


def write_criteria(path: Path, reports: Iterable[Mapping[str, Any]]) -> None:
    """Write a row a patient and criterion. ``value`` is JSON: its shape depends on the criterion."""
    _write(path, _CRITERIA, (row for report in reports for row in _criteria(report)))


def write_findings(path: Path, reports: Iterable[Mapping[str, Any]]) -> None:
    """Write a row a finding. ``value`` is JSON: its shape depends on the concept."""
    _write(path, _FINDINGS, (row for report in reports for row in _findings(report)))


def _criteria(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    protocol = "{id} {version}".format(**report["protocol"])
    common = {"patient_id": report["patient_id"], "as_of": report["as_of"], "protocol": protocol}
    for criterion in report["criteria"]:
        yield {**criterion, **common, "verdict": report["verdict"], "criterion": criterion["id"]}


def _findings(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for finding in report["findings"]:
        yield {**finding, "patient_id": report["patient_id"], "finding": finding["id"]}


def _write(path: Path, schema: pa.Schema, rows: Iterator[dict[str, Any]]) -> None:
    with replacing(path) as beside, parquet.ParquetWriter(beside, schema, compression="zstd") as writer:
        while group := list(islice(rows, _ROWS)):
            columns = [pa.array([_cell(row[f.name], f) for row in group], f.type) for f in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _cell(value: Any, field: pa.Field[Any]) -> Any:
    if field.name == "value":
        return json.dumps(value)
    if field.type == pa.date32():
        return date.fromisoformat(value) if value else None
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
