"""The course over the days that the notes tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from made_reports import CLINIC, findings, review_report

from extractor.evidence.timeline import course
from extractor.records import Note, Report

EARLY = Note(CLINIC, "A-017", "n0", date(2024, 11, 2), "clinic letter")


def _with_history(as_of: date) -> Report:
    """The made patient with an earlier letter: ECOG 2, five liver metastases."""
    ecog, liver = findings()[7], findings()[13]
    told = {"note_id": "n0", "note_date": EARLY.note_date, "date": EARLY.note_date}
    earlier = (
        replace(ecog, value={"scale": "ECOG", "low": 2, "high": 2}, id="e1", **told),  # type: ignore[arg-type]
        replace(liver, value={**liver.value, "low": 5, "high": None}, id="e2", **told),  # type: ignore[arg-type]
    )
    report = review_report()
    seen = {"study": "body", "modality": "CT", "dated": True, "explicit": True}
    scan = tuple(replace(found, context=seen) if found.note_id == "n2" else found for found in report.findings)
    return replace(report, findings=(*earlier, *scan), notes=(EARLY, *report.notes), as_of=as_of)


def _told(report: Report) -> list[tuple[str, date, str]]:
    return [(point.series, point.day, point.label) for point in course(report)]


def test_a_value_stands_on_each_day_that_tells_of_it() -> None:
    assert _told(_with_history(date(2025, 3, 14))) == [
        ("ecog", date(2024, 11, 2), "ECOG 2"),
        ("ecog", date(2025, 3, 14), "ECOG 1"),
        ("response", date(2025, 3, 14), "PR"),
        ("extracranial_metastases", date(2024, 11, 2), "at least 5 metastases: liver at least 5"),
        ("extracranial_metastases", date(2025, 3, 10), "2 metastases: liver 2"),
    ]


def test_an_open_end_stays_open_and_the_findings_come_with_the_point() -> None:
    first = next(point for point in course(_with_history(date(2025, 3, 14))) if point.series.startswith("extra"))
    assert (first.low, first.high) == (5, None)
    assert [finding.id for finding in first.findings] == ["e2"]


def test_nothing_after_the_day_of_the_report_is_shown() -> None:
    assert {day for _, day, _ in _told(_with_history(date(2025, 3, 10)))} == {date(2024, 11, 2), date(2025, 3, 10)}


def test_what_is_denied_doubtful_or_former_is_no_value() -> None:
    report = review_report()
    only = tuple(finding for finding in report.findings if finding.id in ("f9", "f11", "f16"))
    assert course(replace(report, findings=only)) == ()
