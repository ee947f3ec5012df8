"""The table in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_reports import eligible_report, ineligible_report, report_on, review_report
from rich.cells import cell_len

from extractor.evidence.table import render_table
from extractor.records import Status


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    reports = [
        review_report(),
        replace(ineligible_report(), patient_id="A-VERY-LONG-RECORD-NUMBER-0000001"),
        eligible_report(),
    ]
    for shown in (reports, reports[:1]):
        assert max(cell_len(line) for line in render_table(shown, width).splitlines()) <= width


def test_a_row_tells_verdict_day_and_what_decides() -> None:
    table = " ".join(render_table([review_report(), ineligible_report(), eligible_report()], 160).split())
    assert "A-017 ! review 2025-03-14 ? Cranial metastases: Is there an MRI or CT of the head" in table
    assert "B-204 ✗ ineligible 2025-03-14 ✗ ECOG: ECOG 2 on 14 Mar 2025 is above 1." in table
    assert "C-3 ✓ eligible 2025-03-14 All criteria that the notes can settle are met" in table
    assert "At the visit: Contraception, Consent" in table
    assert "A person decides" in table


def test_one_patient_comes_with_all_criteria_and_warnings() -> None:
    report = review_report()
    table = " ".join(render_table([report], 200).split())
    assert all(result.reason in table for result in report.criteria)
    assert "Please note: A focus in the skeleton is only possible" in table


def test_plain_has_no_escape_codes_and_colour_has() -> None:
    assert "\x1b" not in render_table([review_report()])
    assert "\x1b[" in render_table([review_report()], colour=True)


def test_no_name_or_reason_steers_the_terminal() -> None:
    report = replace(
        report_on("", patient_id="\ud800\x1b]0;owned\x07[red]P\u202e1[/red]"),
        criteria=tuple(
            replace(r, reason="a\x1b[2Jb\r\nc") for r in ineligible_report().criteria if r.status is Status.NOT_MET
        ),
        verdict=ineligible_report().verdict,
    )
    table = render_table([report], 120)
    assert not set("\ud800\x1b\x07\r\u202e") & set(table)
    assert "[red]P" in table


def test_no_reports() -> None:
    assert "Patient" in render_table([])
