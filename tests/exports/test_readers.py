"""Every form that notes come in, and everything that can be wrong with it."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from openpyxl.xml.constants import SHEET_MAIN_NS
from pyarrow import parquet

from extractor.exports import workbook
from extractor.exports.readers import Inputs
from extractor.exports.rows import FailedNote, InputError, NoteRecord, parse_columns
from extractor.records import Note

DAY = date(2025, 3, 14)


def read(path: Path | str, columns: str | None = None) -> tuple[list[Note], list[FailedNote]]:
    records = list(Inputs([str(path)], parse_columns(columns)))
    notes = [record.note for record in records if isinstance(record, NoteRecord)]
    return notes, [record for record in records if isinstance(record, FailedNote)]


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


# ------------------------------------------------------------------------------------------- JSONL


def test_jsonl_a_note_a_line(tmp_path: Path) -> None:
    row = {
        "patient_id": "P1",
        "note_id": "n1",
        "note_date": "2025-03-14",
        "note_type": "letter",
        "text": "ECOG 1\r\n",
    }
    notes, failed = read(put(tmp_path, "a.jsonl", lines(row, {**row, "note_id": "n2", "note_date": None})))
    assert notes == [
        Note("ECOG 1\r\n", "P1", "n1", DAY, "letter"),
        Note("ECOG 1\r\n", "P1", "n2", None, "letter"),
    ]
    assert failed == []


def test_jsonl_a_patient_a_line(tmp_path: Path) -> None:
    line = {"patient_id": 7, "as_of": "2025-04-01", "notes": [{"note_id": "n1", "text": "a"}, {"text": "b"}]}
    records = list(Inputs([str(put(tmp_path, "a.ndjson", lines(line)))]))
    assert records == [
        NoteRecord(Note("a", "7", "n1"), date(2025, 4, 1)),
        NoteRecord(Note("b", "7", "note-2"), date(2025, 4, 1)),
    ]


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("{not json", "line 2", "is no valid JSON"),
        ("[1]", "line 2", "is no JSON object"),
        ("[" * 100_000, "line 2", "is no valid JSON"),
        ('{"patient_id": "P"}', "line 2", "has no text"),
        ('{"patient_id": "P", "text": null}', "line 2", "has no text"),
        ('{"patient_id": "P", "text": 5}', "line 2", "the text is no text"),
        ('{"patient_id": "P", "text": " \\n"}', "line 2", "the text is empty"),
        ('{"patient_id": null, "text": "x"}', "line 2", "has no patient_id"),
        ('{"patient_id": "", "text": "x"}', "line 2", "has no patient_id"),
        ('{"patient_id": ["P"], "text": "x"}', "line 2", "an id or type is no plain value"),
        (
            '{"patient_id": "P", "text": "x", "note_date": "2025-02-30"}',
            "line 2",
            "the note_date '2025-02-30' is no date",
        ),
        (
            '{"patient_id": "P", "text": "x", "note_date": "3/14/25"}',
            "line 2",
            "the note_date '3/14/25' is no date",
        ),
        ('{"patient_id": "P", "notes": []}', "line 2", "'notes' is empty"),
        ('{"patient_id": "P", "notes": {"text": "x"}}', "line 2", "'notes' is no list"),
        ('{"patient_id": "P", "notes": ["x"]}', "line 2, note 1", "is no JSON object"),
        ('{"patient_id": "P", "notes": [{"text": ""}]}', "line 2, note 1", "the text is empty"),
        (
            '{"patient_id": "P", "notes": [{"text": "x", "patient_id": "Q"}]}',
            "line 2, note 1",
            "another patient_id",
        ),
        ('{"patient_id": "P", "as_of": "soon", "notes": [{"text": "x"}]}', "line 2", "the as_of is no date"),
    ],
)
def test_a_bad_line_is_listed_and_the_rest_goes_on(tmp_path: Path, line: str, place: str, reason: str) -> None:
    good = lines({"patient_id": "G", "note_id": "n", "text": "ECOG 1"})
    notes, failed = read(put(tmp_path, "a.jsonl", good + line + "\n" + good))
    assert [note.text for note in notes] == ["ECOG 1", "ECOG 1"]
    assert [failure.place for failure in failed] == [place]
    assert failed[0].reason.startswith(reason) or reason in failed[0].reason


def test_reasons_never_quote_what_could_be_a_note(tmp_path: Path) -> None:
    row = {"patient_id": "P", "text": "x", "note_date": "Mrs Marker came in"}
    _, failed = read(put(tmp_path, "a.jsonl", lines(row, {"text": "y"})))
    assert "Marker" not in str(failed[0])


def test_lines_without_patients_are_never_put_together(tmp_path: Path) -> None:
    notes, _ = read(put(tmp_path, "a.jsonl", lines({"text": "one"}, {"text": "two"})))
    assert [(note.patient_id, note.note_id) for note in notes] == [("a-1", "a-1"), ("a-2", "a-2")]


def test_control_characters_and_blank_lines(tmp_path: Path) -> None:
    content = b'\n{"patient_id":"P","text":"a\x00b\x07"}\r\n\r\n{"patient_id":"P","text":"\\u0000\\ud800"}'
    notes, failed = read(put(tmp_path, "a.jsonl", content))
    assert [note.text for note in notes] == ["a\x00b\x07", "\x00\ud800"]
    assert failed == []


def test_jsonl_in_several_encodings(tmp_path: Path) -> None:
    row = '{"patient_id": "P", "text": "Größe"}\n'
    notes, failed = read(put(tmp_path, "a.jsonl", row.encode() + row.encode("latin-1")))
    assert [note.text for note in notes] == ["Größe", "Größe"] and failed == []
    notes, _ = read(put(tmp_path, "b.jsonl", (row + row).encode("utf-16")))
    assert [note.text for note in notes] == ["Größe", "Größe"]


# ------------------------------------------------------------------------------------------ tables

HEADER = "patient_id,note_id,note_date,note_type,text\n"


def test_csv(tmp_path: Path) -> None:
    content = HEADER + 'P1,n1,2025-03-14,letter,"ECOG 1,\r\nsaid ""fine"""\nP2,,,,plain\n'
    notes, failed = read(put(tmp_path, "a.csv", content))
    assert notes == [Note('ECOG 1,\r\nsaid "fine"', "P1", "n1", DAY, "letter"), Note("plain", "P2", "a-4")]
    assert failed == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "MRN;NOTE_TEXT\r\n0017;ECOG 1, well\r\n"),
        ("a.csv", "sep=;\r\nMRN;NOTE_TEXT\r\n0017;ECOG 1, well\r\n"),
        ("a.csv", "MRN|NOTE_TEXT\n0017|ECOG 1, well\n"),
        ("a.csv", 'MRN,NOTE_TEXT\r0017,"ECOG 1, well"\r'),
        ("a.csv", "\ufeffMRN\tNOTE_TEXT\n0017\tECOG 1, well\n"),
        ("a.tsv", "\n mrn \tnote_text\n0017\tECOG 1, well\n\n"),
        ("a.tsv", "MRN\tNOTE_TEXT\textra\n0017\tECOG 1, well\t\n"),
        ("a.jsonl", '{"MRN": "0017", "NOTE_TEXT": "ECOG 1, well"}'),
    ],
)
def test_mapped_columns_and_delimiters(tmp_path: Path, name: str, content: str) -> None:
    notes, failed = read(put(tmp_path, name, content), "text=NOTE_TEXT,patient_id=MRN")
    assert [(note.patient_id, note.text) for note in notes] == [("0017", "ECOG 1, well")]
    assert failed == []


@pytest.mark.parametrize(
    ("body", "texts", "places"),
    [
        # A mark that is never closed must not swallow the patients behind it.
        ('P1,n1,,,"open\nP2,n2,,,second\nP3,n3,,,third\n', ["second", "third"], ["line 2"]),
        ('P1,n1,,,"open\nP2,n2,,,"second"\n', ["second"], ["line 2"]),
        ('P1,n1,,,"he said "fine" to me"\nP2,n2,,,second\n', ["second"], ["line 2"]),
        ("P1,n1,,,text, with a comma\nP2,n2,,,second\n", ["second"], ["line 2"]),
        ("P1,n1\nP2,n2,,,second\n", ["second"], ["line 2"]),
        ("P1,n1,,,first,,\n,,,,\n\nP2,n2,,,second\n", ["first", "second"], []),
        ("P1,n1,03/14/2025,,first\nP2,n2,2025-03-14T08:30:00Z,,second\n", ["second"], ["line 2"]),
        ("P1,n1,14.3.2025,,first\nP2,n2,14.13.2025,,second\n", ["first"], ["line 3"]),
        (",n1,,,first\nnan,n2,,,first\nP2,n2,NaT,,second\n", ["second"], ["line 2", "line 3"]),
        ("P1,n1,,,\nP2,n2,,,second\n", ["second"], ["line 2"]),
        ("P1,n1,,,nul \x00 inside\n", ["nul \x00 inside"], []),
    ],
)
def test_bad_rows(tmp_path: Path, body: str, texts: list[str], places: list[str]) -> None:
    notes, failed = read(put(tmp_path, "a.csv", HEADER + body))
    assert [note.text for note in notes] == texts
    assert [failure.place for failure in failed] == places


def test_a_note_of_five_megabytes(tmp_path: Path) -> None:
    text = "Stable disease. " * 330_000
    notes, failed = read(put(tmp_path, "a.csv", f'{HEADER}P1,n1,,,"{text}"\n'))
    assert notes[0].text == text and failed == []


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("patient_id,note\nP1,x\n", None, "has no column 'text'"),
        ("patient_id,text\nP1,x\n", "patient_id=MRN", "has no column 'MRN'"),
        ("text,text\nx,y\n", None, "has two columns 'text'"),
        ('"text\nx\n', None, "the first row should name the columns"),
        (HEADER, None, "holds no notes"),
        ("", None, "is empty"),
    ],
)
def test_an_unusable_table(tmp_path: Path, content: str, columns: str | None, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(put(tmp_path, "a.csv", content), columns)
    assert "\n" not in str(caught.value)


def test_a_table_without_header_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(put(tmp_path, "a.csv", "P1,Mrs Marker is well\n"))
    assert "Marker" not in str(caught.value)


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "patient_id": pa.array([1, 2, None]),
            "note_date": pa.array([datetime(2025, 3, 14, 8, 30), None, None]),
            "note_type": pa.array(["letter", None, "x"]).dictionary_encode(),
            "text": pa.array([b"ECOG 1", "Größe".encode("latin-1"), b"x"]),
            "other": pa.array([1, 2, 3]),
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    notes, failed = read(tmp_path / "a.parquet")
    assert notes == [Note("ECOG 1", "1", "a-1", DAY, "letter"), Note("Größe", "2", "a-2")]
    assert [(failure.place, failure.reason) for failure in failed] == [("row 3", "has no patient_id")]


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["MRN", "Date", "text"])
    book.active.append([17.0, datetime(2025, 3, 14), "ECOG 1\nwell"])
    book.active.append([None, None, None])
    book.active.append([18, 45730, "a day as a bare number"])
    book.active.append([18, None, None])
    book.create_sheet("codes").append(["code", "meaning"])
    book.create_sheet("more").append(["MRN", "Date", "text"])
    book["more"].append(["19", "2025-03-14", "third"])
    book.save(tmp_path / "a.xlsx")
    notes, failed = read(tmp_path / "a.xlsx", "patient_id=MRN,note_date=Date")
    assert [(n.patient_id, n.note_date, n.text) for n in notes] == [
        ("17", DAY, "ECOG 1\nwell"),
        ("19", DAY, "third"),
    ]
    assert [failure.place for failure in failed] == ["sheet Sheet, row 4", "sheet Sheet, row 5"]


def share_texts(path: Path) -> None:
    """Move the texts of a workbook to a table of its own, where Excel keeps them."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts: list[str] = []

    def move(match: re.Match[str]) -> str:
        texts.append(match[2])
        return f'<c{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    sheet, kind = "xl/worksheets/sheet1.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts[sheet] = re.sub(r'<c([^>]*) t="inlineStr"><is>(.*?)</is></c>', move, parts[sheet], flags=re.DOTALL)
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", f"{part}</Types>")
    items = "".join(f"<si>{text}</si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert texts


@pytest.mark.parametrize("in_memory", [10**6, 1])
def test_the_texts_of_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int) -> None:
    monkeypatch.setattr(workbook, "_IN_MEMORY", in_memory)
    texts = ["Größe 12 mm, ≤ 5 Läsionen\nECOG 1", "🫁 second", "third & last", "Größe 12 mm, ≤ 5 Läsionen\nECOG 1"]
    book = openpyxl.Workbook()
    book.active.append(["patient_id", "text"])
    for number, text in enumerate(texts):
        book.active.append([f"P{number}", text])
    book.save(tmp_path / "a.xlsx")
    share_texts(tmp_path / "a.xlsx")
    notes, failed = read(tmp_path / "a.xlsx")
    assert [note.text for note in notes] == texts and not failed


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
def test_a_damaged_binary_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        read(put(tmp_path, name, b"no such thing"))


# ----------------------------------------------------------------------------- texts, folders, stdin


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("P001__2025-03-14__radiology_report.txt", ("P001", DAY, "radiology_report")),
        ("P_1__20250314__CT__head.txt", ("P_1", DAY, "CT__head")),
        ("visit of Monday.txt", ("visit of Monday", None, None)),
        ("P001__2025-03-14.txt", ("P001__2025-03-14", None, None)),
        ("P001__March__letter.txt", ("P001__March__letter", None, None)),
    ],
)
def test_names_of_text_files(tmp_path: Path, name: str, note: tuple[str, date | None, str | None]) -> None:
    notes, _ = read(put(tmp_path, name, b"\xef\xbb\xbfECOG 1\r\n"))
    assert [(n.patient_id, n.note_date, n.note_type) for n in notes] == [note]
    assert (notes[0].note_id, notes[0].text) == (name.removesuffix(".txt"), "ECOG 1\r\n")


def test_a_date_in_a_file_name_that_cannot_be(tmp_path: Path) -> None:
    _, failed = read(put(tmp_path, "P001__2025-13-01__letter.txt", "ECOG 1"))
    assert failed[0].patient_id == "P001" and "2025-13-01" in failed[0].reason


def test_a_folder_is_read_whole_and_in_order(tmp_path: Path) -> None:
    put(tmp_path, "b/P2__2025-03-14__letter.txt", "second")
    put(tmp_path, "a/P1.txt", "first")
    put(tmp_path, "c.csv", "patient_id,text\nP3,third\n")
    put(tmp_path, "c2.csv", "a,b\n1,2\n")
    put(tmp_path, "d.txt", "")
    put(tmp_path, "e.parquet", "damaged")
    put(tmp_path, "readme.md", "no note")
    put(tmp_path, ".hidden/x.txt", "no note")
    put(tmp_path, "~$c.xlsx", "a lock file")
    notes, failed = read(tmp_path)
    assert [note.text for note in notes] == ["first", "second", "third"]
    assert [(Path(f.source).name, f.reason.split(";")[0]) for f in failed] == [
        ("c2.csv", "has no column 'text'"),
        ("d.txt", "is empty"),
        ("e.parquet", "is no Parquet file, or a damaged one"),
    ]


def test_files_of_one_name_are_not_one_patient(tmp_path: Path) -> None:
    put(tmp_path, "P1/note.txt", "first")
    put(tmp_path, "P2/note.txt", "second")
    notes, _ = read(tmp_path)
    assert [note.patient_id for note in notes] == ["P1/note", "P2/note"]


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = put(tmp_path, "P1.txt", "first")
    assert len(list(Inputs([str(path), str(tmp_path), str(path)]))) == 1


def test_packed_files(tmp_path: Path) -> None:
    row = lines({"patient_id": "P", "note_id": "n", "text": "ECOG 1"}).encode()
    assert read(put(tmp_path, "a.jsonl.gz", gzip.compress(row)))[0] == [Note("ECOG 1", "P", "n")]
    assert read(put(tmp_path, "P9.txt.gz", gzip.compress(b"ECOG 1")))[0][0].patient_id == "P9"
    zstandard = pytest.importorskip("zstandard")
    assert read(put(tmp_path, "a.jsonl.zst", zstandard.compress(row)))[0] == [Note("ECOG 1", "P", "n")]


def test_a_packed_file_that_breaks_off(tmp_path: Path) -> None:
    rows = [{"patient_id": f"P{n}", "text": f"ECOG 1 {n} {hash(n * 7919) % 9973}"} for n in range(20_000)]
    packed = gzip.compress(lines(*rows).encode())
    notes, failed = read(put(tmp_path, "a.jsonl.gz", packed[: len(packed) // 2]))
    assert 0 < len(notes) < 20_000
    assert [failure.place for failure in failed] == ["its end"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Größe\r\n".encode("latin-1"))))
    inputs = Inputs(["-"])
    for _ in range(2):  # it can be read again
        assert list(inputs) == [NoteRecord(Note("Größe\r\n", "patient", "note"))]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.txt", None, "there is no such file"),
        ("a.pdf", b"x", "is of no kind that is read"),
        ("a.parquet.gz", b"x", "is of no kind that is read"),
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \r\n", "is empty"),
        ("empty.jsonl", b"", "is empty"),
        ("blank.jsonl", b"\n\n", "holds no notes"),
        ("folder/a.pdf", b"x", "holds no notes"),
    ],
)
def test_nothing_to_read(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        put(tmp_path, name, content)
    with pytest.raises(InputError, match=message):
        read(tmp_path / name.split("/")[0])


def test_an_empty_file_beside_others_is_listed(tmp_path: Path) -> None:
    paths = [str(put(tmp_path, "a.txt", "")), str(put(tmp_path, "b.txt", "ECOG 1"))]
    records = list(Inputs(paths))
    assert [type(record).__name__ for record in records] == ["FailedNote", "NoteRecord"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("text", "should read NAME=COLUMN"),
        ("text=", "should read"),
        ("mrn=MRN", "there is no 'mrn'"),
        ("text=A,text=B", "twice"),
    ],
)
def test_a_wrong_mapping(option: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_columns(option)


def test_a_mapping() -> None:
    assert parse_columns(" text = NOTE TEXT ,patient_id=A=B,") == {"text": "NOTE TEXT", "patient_id": "A=B"}
    assert parse_columns(None) == {}
