"""What of a report a person looks at first."""

from __future__ import annotations

from extractor.records import CriterionResult, Report, Status, Verdict


def not_met(report: Report) -> list[CriterionResult]:
    """The criteria that rule the patient out."""
    return [result for result in report.criteria if result.status is Status.NOT_MET]


def open_questions(report: Report) -> list[CriterionResult]:
    """The criteria that the notes should settle and do not."""
    return [result for result in report.criteria if result.status is Status.UNKNOWN and not result.at_visit]


def to_confirm_at_visit(report: Report) -> list[CriterionResult]:
    """The criteria that hold no verdict back, but that the visit must settle."""
    return [result for result in report.criteria if result.status is Status.UNKNOWN and result.at_visit]


def by_need(report: Report) -> list[CriterionResult]:
    """All criteria, those that need a person first: not met, open, at the visit, met."""
    met = [result for result in report.criteria if result.status is Status.MET]
    return [*not_met(report), *open_questions(report), *to_confirm_at_visit(report), *met]


def headline(report: Report) -> str:
    """One sentence under the verdict: what it rests on."""
    if report.verdict is Verdict.INELIGIBLE:
        return _count(len(not_met(report)), "criterion is not met", "criteria are not met")
    if report.verdict is Verdict.REVIEW:
        return _count(len(open_questions(report)), "criterion is open", "criteria are open")
    return "All criteria that the notes can settle are met"


def deciding(report: Report) -> list[CriterionResult]:
    """The criteria that the verdict turns on: not met, or open; none for an eligible patient."""
    if report.verdict is Verdict.INELIGIBLE:
        return not_met(report)
    return open_questions(report) if report.verdict is Verdict.REVIEW else []


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
