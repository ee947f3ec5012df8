"""Criteria as a CSV table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

from extractor.exports.report_csv import to_csv
from extractor.records import CriterionResult, Finding, PatientFacts, Report, SetAside, Status, Verdict

FOUND = Finding("performance_status", {"scale": "ECOG", "low": 2, "high": 2}, 0, 6, "ECOG\n 2", id="f1")
RESULTS = (
    CriterionResult("age", Status.MET, 61, "Age 61 is enough."),
    CriterionResult(
        "ecog", Status.NOT_MET, {"low": 2, "high": 2}, "ECOG 2 is above 1.", None, (FOUND,), (SetAside(FOUND, "old"),)
    ),
    CriterionResult("consent", Status.UNKNOWN, None, "Not told.", "Signed?", at_visit=True),
)
REPORT = Report(
    "P-1", date(2025, 3, 14), "lat", "1", "0", "0", Verdict.INELIGIBLE, RESULTS, PatientFacts(None, {}), (FOUND,)
)


def _rows(*reports: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(reports), newline="")))


def test_a_row_a_patient_and_criterion_in_words() -> None:
    rows = _rows(REPORT, replace(REPORT, patient_id="P-2"))
    assert [(row["patient_id"], row["criterion"], row["status"]) for row in rows[:3]] == [
        ("P-1", "ECOG", "not met"),
        ("P-1", "Consent", "unknown"),
        ("P-1", "Age", "met"),
    ]
    assert len(rows) == 6
    assert rows[0]["value"] == "2"
    assert rows[0]["evidence"] == "ECOG 2"
    assert rows[0]["set_aside"] == "ECOG 2 (old)"
    assert (rows[1]["ask"], rows[1]["at_visit"], rows[1]["as_of"]) == ("Signed?", "yes", "2025-03-14")


def test_no_cell_runs_as_a_formula() -> None:
    evil = '=HYPERLINK("http://x")'
    found = replace(FOUND, text=evil)
    result = CriterionResult(evil, Status.UNKNOWN, evil, evil, evil, (found,), (SetAside(found, evil),))
    rows = _rows(replace(REPORT, patient_id="@SUM(A1)", criteria=(result,)))
    assert rows[0]["reason"] == "'" + evil
    assert not [cell for cell in rows[0].values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
