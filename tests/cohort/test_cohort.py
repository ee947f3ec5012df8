"""A finished batch: opened, its reports found again, and as a table that no spreadsheet runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from made_cohorts import made_batch, made_report, patient, write_batch

from extractor.cohort import table
from extractor.cohort.notes import NOT_AT_HAND, checked_notes, notes_of
from extractor.cohort.patients import load_cohort, report_lines, report_of, reports_of
from extractor.exports.report_json import to_dict
from extractor.exports.rows import FailedNote, InputError
from extractor.records import Note
from extractor.trial.protocol import load_protocol


def test_a_batch_is_opened(tmp_path: Path) -> None:
    cohort = load_cohort(made_batch(tmp_path / "out", 30))
    protocol = load_protocol()
    assert len(cohort.patients) == 30
    assert cohort.criteria == tuple(criterion.id for criterion in protocol.criteria)
    assert cohort.protocol == "lat-nsclc, version 1"
    assert cohort.failures == (FailedNote("export.csv", "line 7", "has no text"),)
    assert cohort.recheckable
    for number in (0, 7, 29):
        report = made_report(number, protocol)
        row = cohort.patients[number]
        assert row.statuses == {result.id: result.status for result in report.criteria}
        assert set(row.asks) == {result.id for result in report.criteria if result.status == "unknown"}
        assert row.at_visit == {"contraception", "consent"}
        found = report_of(cohort, row, report.notes)
        assert to_dict(found) == to_dict(report)
        assert found.notes == report.notes
    assert [report.patient_id for report in reports_of(cohort)] == [p.patient_id for p in cohort.patients]
    lines = report_lines(cohort, cohort.patients[3:5]).splitlines()
    assert [json.loads(line)["patient_id"] for line in lines] == ["P00003", "P00004"]


def test_older_reports_cannot_be_checked_again(tmp_path: Path) -> None:
    folder = write_batch(tmp_path, [])
    data = to_dict(made_report(1, load_protocol()))
    del data["grounds"], data["notes"]
    (folder / "reports.jsonl").write_text(json.dumps(data) + "\n", encoding="utf-8")
    assert not load_cohort(folder).recheckable


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "there is no such folder"),
        ({}, "holds no finished batch"),
        ({"unfinished.json": "{}", "reports.jsonl": ""}, "holds no finished batch"),
        ({"run.json": "{}", "reports.jsonl": "{broken ECOG 1\n"}, "is damaged"),
        ({"run.json": "{}", "reports.jsonl": '{"patient_id": "ECOG 1"}\n'}, "is damaged"),
        ({"run.json": "{}", "reports.jsonl": "[1]\n"}, "is damaged"),
    ],
)
def test_what_is_no_batch(files: dict[str, str] | None, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for name, content in (files or {}).items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    if files == {}:
        folder.mkdir()
    with pytest.raises(InputError, match=message) as caught:
        load_cohort(folder)
    assert "ECOG" not in str(caught.value)


def test_a_file_that_has_changed_is_told(tmp_path: Path) -> None:
    cohort = load_cohort(made_batch(tmp_path, 3))
    made_batch(tmp_path, 1)
    with pytest.raises(InputError, match="open it again"):
        report_of(cohort, cohort.patients[2])


@pytest.mark.parametrize(
    ("text", "kept"),
    [("made 1.", True), ("ECOG 1.", False), ("", False), ("made 1. And more.", True)],
)
def test_notes_that_do_not_fit_are_left_out(text: str, kept: bool) -> None:
    report = replace(made_report(1, load_protocol()), notes=(Note(text, "P00001", "n1"),))
    checked = checked_notes(report)
    assert (checked.notes == report.notes) is kept
    assert (NOT_AT_HAND in checked.warnings) is not kept


def test_the_notes_of_a_patient_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("MRN,TEXT\nP1,one\nP2,two\nP1,three\nP3,\n", encoding="utf-8")
    columns = {"text": "TEXT", "patient_id": "MRN"}
    found = notes_of([str(path)], columns, ["P1", "P3", "P9"])
    assert {name: [(n.note_id, n.text) for n in notes] for name, notes in found.items() if notes} == {
        "P1": [("export-2", "one"), ("export-4", "three")]
    }
    path.unlink()
    assert notes_of([str(path)], columns, ["P1"]) == {}


NASTY = '=HYPERLINK("http://x","P1")'
COHORT = [
    patient(NASTY, "m?n", "c", age_years=61, ecog={"low": 1, "high": 1}, consent=True),
    patient(
        "P2\x07\ud800", "m??", "c", age_years=None, extracranial_metastases={"low": 2, "high": None, "by_site": {}}
    ),
]


def test_the_table() -> None:
    shown = table.frame(COHORT, ["a", "b", "ecog"])
    assert list(shown["Patient"]) == [NASTY, "P2\ufffd\ufffd"]
    assert list(shown["Verdict"]) == ["✗ ineligible", "! review"]
    assert list(shown["Open"]) == [1, 1]
    assert list(shown["A"]) == ["✓ met", "✓ met"]
    assert list(shown["B"]) == ["? unknown", "? unknown"]
    assert list(shown["ECOG"]) == ["", ""]
    assert shown["ECOG, value"][0] == "1" and shown["ECOG, value"].isna()[1]
    assert shown["Age in years"].dtype == "Int64"
    assert shown["Extracranial metastases"][1] == "at least 2 metastases"
    assert list(shown["Ask next"]) == ["", "What of b?"]
    assert list(table.frame([], ["a"]).columns)[:2] == ["Patient", "Verdict"]


def test_downloads_cannot_run() -> None:
    shown = table.frame(COHORT, ["a", "b", "c"])
    csv = table.to_csv(shown)
    assert csv.startswith(b"\xef\xbb\xbfPatient,Verdict")
    assert b"\"'=HYPERLINK(" in csv
    sheet = openpyxl.load_workbook(io.BytesIO(table.to_xlsx(shown))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}  # a formula
    assert sheet["A2"].value == "'" + NASTY
    back = pd.read_parquet(io.BytesIO(table.to_parquet(shown)))
    assert list(back["Patient"]) == [NASTY, "P2\ufffd\ufffd"]
    assert back["Age in years"][0] == 61
