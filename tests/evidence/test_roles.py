"""What became of each finding."""

from __future__ import annotations

from dataclasses import replace

from made_reports import review_report

from extractor.evidence.roles import roles
from extractor.records import Fact, SetAside


def test_each_finding_decides_was_set_aside_or_tells_why_neither() -> None:
    report = review_report()
    became = roles(report)
    assert set(became) == {finding.id for finding in report.findings}
    assert [result.id for result in became["f8"].decides] == ["ecog"]
    assert became["f9"].aside == (("ECOG", "an older value"),)
    assert became["f2"].otherwise == "other findings decide, or no criterion asks for it"
    for role in became.values():
        assert bool(role.otherwise) != bool(role.decides or role.aside)


def test_what_a_fact_set_aside_is_told_once() -> None:
    report = review_report()
    sex, ecog = report.findings[1], report.findings[8]
    facts = {
        "sex": Fact(set_aside=(SetAside(sex, "too vague"),)),
        "ecog": Fact(set_aside=(SetAside(ecog, "an older value"),)),
    }
    became = roles(replace(report, facts=replace(report.facts, facts=facts)))
    assert became["f2"].aside == (("Sex", "too vague"),)
    assert became["f9"].aside == (("ECOG", "an older value"),)
