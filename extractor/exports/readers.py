"""Files, folders and standard input to notes, in one stream that can be read again.

What the caller got wrong (no such file, a table without the column of the text) is an ``InputError``
before anything is written. What is wrong in a file is a ``FailedNote``, and the rest goes on.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from extractor.exports.decoding import decode, open_text
from extractor.exports.rows import FIELDS, FailedNote, InputError, NoteRecord, Record, to_record
from extractor.exports.tables import read_csv, read_parquet, read_xlsx

_TEXT_KINDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt")
_PACKED = (".gz", ".zst")
KINDS = (*_TEXT_KINDS, ".parquet", ".xlsx")
"""The kinds of files that are read; those of text also with ``.gz`` or ``.zst`` behind."""

_DAY = r"\d{4}-?\d{2}-?\d{2}"
_FILE_NAME = re.compile(rf"(?P<patient_id>.+?)__(?P<note_date>{_DAY})__(?P<note_type>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read.

    Attributes:
        path: Where it is.
        named: Whether the caller named it, not only its folder.
        stem: Its name without suffixes; with its folders where two files would share it.
    """

    path: Path
    named: bool
    stem: str


class Inputs:
    """All notes of some files, folders and ``-``; each iteration reads them anew.

    An iteration ends with an ``InputError`` when there was nothing to read at all.

    Args:
        inputs: Paths of files and folders, or ``-`` for one note from standard input.
        columns: Our names of a note's parts to those of the export.

    Attributes:
        folders: The folders among the inputs.

    Raises:
        InputError: When one does not exist, is of an unknown kind, or is a folder without notes.
    """

    def __init__(self, inputs: Sequence[str], columns: Mapping[str, str] | None = None) -> None:
        self._columns = dict(columns or {})
        self._stdin = sys.stdin.buffer.read() if "-" in inputs else None
        self.folders = [Path(name) for name in inputs if name != "-" and Path(name).is_dir()]
        self._files = _files([name for name in inputs if name != "-"])

    @property
    def files(self) -> list[Path]:
        """The files that are read, in order."""
        return [file.path for file in self._files]

    @property
    def stdin(self) -> bytes | None:
        """What came from standard input, or None when that is no input."""
        return self._stdin

    def __iter__(self) -> Iterator[Record]:
        """Every note, or why it could not be read."""
        empty: FailedNote | None = None
        some = False
        for record in self._all():
            whole_file = isinstance(record, FailedNote) and not record.place
            some = some or not whole_file
            if isinstance(record, FailedNote) and whole_file:
                empty = empty or record
            yield record
        if not some:
            raise InputError(str(empty) if empty else "there is no note to read")

    def _all(self) -> Iterator[Record]:
        if self._stdin is not None:
            yield _text_record(self._stdin, "standard input", {}, "patient", "note")
        for file in self._files:
            yield from self._file(file)

    def _file(self, file: _File) -> Iterator[Record]:
        source, some = str(file.path), False
        try:
            for record in _read(file, self._columns):
                some = True
                yield record
            if not some:
                yield FailedNote(source, "", "holds no notes")
        except InputError as error:
            if file.named:
                raise
            yield FailedNote(source, "", str(error).removeprefix(f"{source}: "))
        except Exception as error:  # the readers' libraries have a family of errors each
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            yield FailedNote(source, "its end" if some else "", f"cannot be read further ({reason})")


def _files(names: Sequence[str]) -> list[_File]:
    found: list[tuple[Path, bool, Path]] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if kind_of(p) and not _hidden(p, path) and p.is_file())
            if not inside:
                raise InputError(f"{path}: holds no notes ({', '.join(KINDS)})")
            found += [(p, False, p.relative_to(path)) for p in inside]
        elif not path.exists():
            raise InputError(f"{path}: there is no such file or folder")
        elif not kind_of(path):
            raise InputError(f"{path}: is of no kind that is read ({', '.join(KINDS)})")
        else:
            found.append((path, True, Path(path.name)))
    once: dict[Path, tuple[Path, bool, Path]] = {}
    for entry in found:
        once.setdefault(entry[0].resolve(), entry)
    stems = Counter(_stem(path) for path, _, _ in once.values())
    return [_File(path, named, _unique_stem(path, inner, stems)) for path, named, inner in once.values()]


def _unique_stem(path: Path, inner: Path, stems: Mapping[str, int]) -> str:
    """The stem, with its folders where needed: two files "note.txt" must never become one patient."""
    stem = _stem(path)
    if stems[stem] == 1:
        return stem
    return ((inner if len(inner.parts) > 1 else path).parent / stem).as_posix()


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


def kind_of(path: Path) -> str | None:
    """The kind of a file by its name, without what it is packed with; None for one that is not read."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in _PACKED:
        inner = suffixes[-2] if len(suffixes) == 2 else ""
        return inner if inner in _TEXT_KINDS else None
    return suffixes[-1] if suffixes and suffixes[-1] in KINDS else None


def _stem(path: Path) -> str:
    return Path(path.stem).stem if path.suffix.lower() in _PACKED else path.stem


def _read(file: _File, columns: Mapping[str, str]) -> Iterator[Record]:
    kind, source = kind_of(file.path), str(file.path)
    if not file.path.stat().st_size:
        yield FailedNote(source, "", "is empty")
    elif kind == ".parquet":
        yield from read_parquet(file.path, source, file.stem, columns)
    elif kind == ".xlsx":
        yield from read_xlsx(file.path, source, file.stem, columns)
    else:
        with opened(file.path) as stream:
            if kind == ".txt":
                yield _text_file(stream.read(), source, file)
            elif kind in (".csv", ".tsv"):
                yield from read_csv(open_text(stream), source, file.stem, columns, tab=kind == ".tsv")
            else:
                yield from _read_jsonl(open_text(stream, "\n"), source, file.stem, columns)


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The bytes of a file, unpacked."""
    with path.open("rb") as raw:
        unpacked: BinaryIO = raw
        if path.suffix.lower() == ".gz":
            unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=raw))
        elif path.suffix.lower() == ".zst":
            import pyarrow as pa

            unpacked = cast(BinaryIO, pa.CompressedInputStream(raw, "zstd"))
        yield io.BufferedReader(cast(Any, unpacked), 1 << 16)


def _text_file(data: bytes, source: str, file: _File) -> Record:
    match = _FILE_NAME.fullmatch(_stem(file.path))
    parts = match.groupdict() if match else {}
    return _text_record(data, source, parts, file.stem, file.stem)


def _text_record(data: bytes, source: str, parts: Mapping[str, str], patient_id: str, note_id: str) -> Record:
    text = decode(data)
    if not text.strip():
        return FailedNote(source, "", "is empty")
    return to_record({**parts, "text": text}, source, "the file's name", patient_id, note_id)


def _read_jsonl(lines: Iterable[str], source: str, stem: str, columns: Mapping[str, str]) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place, name = f"line {number}", f"{stem}-{number}"
        try:
            data = json.loads(line, strict=False)
        except RecursionError:
            yield FailedNote(source, place, "is no valid JSON (nested too deep)")
        except json.JSONDecodeError as error:
            yield FailedNote(source, place, f"is no valid JSON ({error.msg}, column {error.colno})")
        except ValueError:
            yield FailedNote(source, place, "is no valid JSON")
        else:
            yield from _json_line(data, source, place, name, columns)


def _json_line(data: Any, source: str, place: str, name: str, columns: Mapping[str, str]) -> Iterator[Record]:
    if not isinstance(data, dict):
        yield FailedNote(source, place, "is no JSON object")
        return
    row = _renamed(data, columns)
    if "notes" not in data:
        yield to_record(row, source, place, name, name)
        return
    notes = data["notes"]
    # A patient is one note without text as long as that shows what is wrong with the line itself.
    probe = to_record({**row, "text": "-"}, source, place, name, name)
    if isinstance(probe, FailedNote):
        yield probe
        return
    patient = probe.note.patient_id
    if not isinstance(notes, list) or not notes:
        reason = "'notes' is empty" if notes == [] else "'notes' is no list of notes"
        yield FailedNote(source, place, reason, patient)
        return
    for number, entry in enumerate(notes, start=1):
        inner = f"{place}, note {number}"
        if not isinstance(entry, dict):
            yield FailedNote(source, inner, "is no JSON object", patient)
            continue
        record = to_record(_renamed(entry, columns), source, inner, patient, f"note-{number}")
        own = record.note.patient_id if isinstance(record, NoteRecord) else patient
        if own != patient:
            yield FailedNote(source, inner, "has another patient_id than its line", patient)
        elif isinstance(record, NoteRecord):
            yield NoteRecord(record.note, record.as_of or probe.as_of)
        else:
            yield FailedNote(source, inner, record.reason, patient, record.note_id)


def _renamed(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    keys = {field: columns[field] if columns.get(field) in row else field for field in FIELDS}
    return {field: row[key] for field, key in keys.items() if key in row}
