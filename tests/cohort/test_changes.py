"""What another protocol changes, for one patient and for many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from made_cohorts import made_report
from made_facts import FITTING, fact, made

from extractor.cohort.changes import compare, compare_all
from extractor.records import Status, Verdict
from extractor.trial.protocol import Criterion, Protocol, Threshold, load_protocol

PROTOCOL = load_protocol()
MET, NOT_MET, UNKNOWN = Status.MET, Status.NOT_MET, Status.UNKNOWN


def with_rule(name: str, **rule: Any) -> Protocol:
    """The protocol that ships with some parameters of one criterion changed."""
    criteria = tuple(replace(c, rule=c.rule.model_copy(update=rule)) if c.id == name else c for c in PROTOCOL.criteria)
    return replace(PROTOCOL, criteria=criteria)


@pytest.mark.parametrize(
    ("after", "verdict", "changes"),
    [
        (PROTOCOL, Verdict.ELIGIBLE, []),
        (with_rule("ecog", max=0), Verdict.INELIGIBLE, [("ecog", MET, NOT_MET)]),
        (with_rule("ecog", max_age_days=3), Verdict.REVIEW, [("ecog", MET, UNKNOWN)]),
        (with_rule("age", min=65), Verdict.INELIGIBLE, [("age", MET, NOT_MET)]),
        (replace(PROTOCOL, criteria=PROTOCOL.criteria[1:]), Verdict.ELIGIBLE, [("age", MET, None)]),
        (
            replace(PROTOCOL, criteria=(*PROTOCOL.criteria, Criterion("few", "few", False, Threshold(
                kind="threshold", fact="cycles", max=3)))),
            Verdict.INELIGIBLE,
            [("few", None, NOT_MET)],
        ),
    ],
)  # fmt: skip
def test_one_patient(after: Protocol, verdict: Verdict, changes: list[Any]) -> None:
    facts = made({**FITTING, "ecog": fact({"low": 1, "high": 1}, date=date(2025, 5, 28))})
    change = compare("P1", facts, PROTOCOL, after)
    assert (change.before, change.after) == (Verdict.ELIGIBLE, verdict)
    assert [(item.id, *item.statuses) for item in change.criteria] == changes


def test_many_patients() -> None:
    reports = [made_report(number, PROTOCOL) for number in range(120)]
    same = compare_all(reports, PROTOCOL, PROTOCOL)
    assert same.patients == 120 and same.changed == ()
    assert same.before == same.after == {v: sum(r.verdict is v for r in reports) for v in Verdict}

    strict = with_rule("ecog", max=0)
    change = compare_all(reports, PROTOCOL, strict)
    assert change.before == same.before
    ecog_one = [r for r in reports if r.facts.facts["ecog"].value == {"low": 1, "high": 1}]
    assert {c.patient_id for c in change.changed} == {r.patient_id for r in ecog_one}
    newly_out = sum(r.verdict is not Verdict.INELIGIBLE for r in ecog_one)
    assert newly_out > 0
    assert change.after[Verdict.INELIGIBLE] == same.before[Verdict.INELIGIBLE] + newly_out
