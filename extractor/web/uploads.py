"""Files that come through the browser, read from memory: no note touches the disk."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from extractor.exports import readers
from extractor.exports.decoding import open_text
from extractor.exports.rows import FailedNote, InputError, NoteRecord, Record
from extractor.exports.tables import read_csv, read_parquet, read_xlsx
from extractor.files import RuleFileError, sample_notes_folder

KINDS = ("txt", "jsonl", "ndjson", "csv", "tsv", "parquet", "xlsx")


def read_uploads(files: Iterable[tuple[str, bytes]]) -> list[Record]:
    """The notes of some files, and why others could not be read.

    Args:
        files: Names and contents.
    """
    return [record for name, data in files for record in _read(Path(name), data)]


def _read(path: Path, data: bytes) -> Iterator[Record]:
    if not data:
        yield FailedNote(path.name, "", "is empty")
        return
    try:
        yield from _records(path, data)
    except InputError as error:
        yield FailedNote(path.name, "", str(error).removeprefix(f"{path.name}: "))
    except Exception as error:  # a damaged file; the message could quote it
        yield FailedNote(path.name, "", f"the file is damaged ({type(error).__name__})")


def _records(path: Path, data: bytes) -> Iterator[Record]:
    name, stem, kind = path.name, path.stem, path.suffix.lower()
    stream = io.BytesIO(data)
    if kind == ".txt":
        yield readers._text_file(data, name, readers._File(path, True, stem))
    elif kind == ".xlsx":
        yield from read_xlsx(cast(Any, stream), name, stem, {})
    elif kind == ".parquet":
        yield from read_parquet(cast(Any, stream), name, stem, {})
    elif kind in (".csv", ".tsv"):
        yield from read_csv(open_text(_buffered(stream)), name, stem, {}, tab=kind == ".tsv")
    else:
        yield from readers._read_jsonl(open_text(_buffered(stream), "\n"), name, stem, {})


def _buffered(stream: io.BytesIO) -> io.BufferedReader:
    return io.BufferedReader(cast(Any, stream))


def sample_patients() -> dict[str, list[Record]]:
    """The sample notes by patient; empty where none are installed."""
    patients: dict[str, list[Record]] = {}
    try:
        for record in readers.Inputs([str(sample_notes_folder())]):
            if isinstance(record, NoteRecord):
                patients.setdefault(record.note.patient_id, []).append(record)
    except (InputError, RuleFileError):
        return {}
    return patients
