"""The columns of every kind of export, and their first values."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from extractor.exports.preview import columns_of
from extractor.exports.rows import InputError

EXPECTED = {"MRN": ["1", "2"], "Text": ["one", "two"]}


def csv(path: Path) -> None:
    path.write_text('\ufeffsep=;\nMRN;Text\n1;one\n\nbro"ken;"\n2;"two"\n', encoding="utf-8")


def wide_tsv(path: Path) -> None:
    path.write_bytes("MRN\tText\n1\tone\n2\ttwo\n".encode("utf-16"))


def jsonl(path: Path) -> None:
    rows = [{"MRN": "1", "Text": "one"}, {"MRN": "2", "notes": [{"Text": "two"}]}]
    path.write_text("{broken\n" + "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def packed(path: Path) -> None:
    path.write_bytes(gzip.compress(b"MRN,Text\n1,one\n2,two\n"))


def xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["about"])
    sheet = book.create_sheet("notes")
    for row in ([None, None], ["MRN", "Text"], ["1", "one"], ["2", "two"]):
        sheet.append(row)
    book.save(path)


def columnar(path: Path) -> None:
    parquet.write_table(pa.table(EXPECTED), path)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", csv), ("a.tsv", wide_tsv), ("a.jsonl", jsonl), ("a.csv.gz", packed), ("a.xlsx", xlsx),
        ("a.parquet", columnar),
    ],
)  # fmt: skip
def test_columns(name: str, write: Any, tmp_path: Path) -> None:
    write(tmp_path / name)
    assert columns_of(tmp_path / name) == EXPECTED


def test_so_many_rows_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\n" + "word\n" * 500, encoding="utf-8")
    assert columns_of(tmp_path / "a.csv", rows=3) == {"text": ["word"] * 3}


def test_text_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ECOG 1", encoding="utf-8")
    assert columns_of(tmp_path / "a.txt") == {}


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.csv.gz"])
def test_a_damaged_file_is_one_line_that_quotes_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"ECOG 1 in the clear")
    with pytest.raises(InputError, match=rf"^{name}: cannot be read") as caught:
        columns_of(tmp_path / name)
    assert "ECOG" not in str(caught.value)
