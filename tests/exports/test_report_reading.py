"""A report that was read back is the report, down to what another protocol makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from extractor.exports.report_json import to_dict, to_line
from extractor.exports.report_reading import has_grounds, to_report
from extractor.records import Fact, Finding, Note, PatientFacts, Report, SetAside, Verdict
from extractor.screener import Screener
from extractor.trial.checker import check
from extractor.trial.protocol import Criterion, IntervalCount, Protocol, Threshold

DAY = date(2025, 3, 14)
ONE, TWO = (Finding("performance_status", {"low": n}, n, n + 1, str(n), date=DAY, id=f"f{n}") for n in (1, 2))


def read_back(report: Report, notes: Sequence[Note] = ()) -> Report:
    return to_report(json.loads(to_line(to_dict(report))), notes)


@pytest.mark.parametrize("patient", [f"P0{number}" for number in range(1, 10)])
def test_a_screened_patient(patient: str, screener: Screener, sample_patients: Mapping[str, Sequence[Note]]) -> None:
    report = screener.screen(sample_patients[patient])
    back = read_back(report, sample_patients[patient])
    assert to_dict(back) == to_dict(report)
    assert back.notes == report.notes
    for protocol in (screener.protocol, stricter(screener.protocol)):
        before, after = check(protocol, report.facts), check(protocol, back.facts)
        assert [told(result) for result in after[0]] == [told(result) for result in before[0]]
        assert after[1:] == before[1:]


def stricter(protocol: Protocol) -> Protocol:
    rules = {
        "ecog": Threshold(kind="threshold", fact="ecog", max=0, max_age_days=7),
        "extracranial_metastases": IntervalCount(kind="interval_count", fact="extracranial_metastases", max=1),
    }
    criteria = tuple(Criterion(c.id, c.text, c.at_visit, rules.get(c.id, c.rule)) for c in protocol.criteria)
    return replace(protocol, criteria=criteria)


def told(result: Any) -> tuple[Any, ...]:
    grounds = [finding.id for finding in result.evidence], [(a.finding.id, a.why) for a in result.set_aside]
    return result.id, result.status, result.value, result.reason, result.ask, grounds


@pytest.mark.parametrize(
    "fact",
    [
        Fact(),
        Fact({"low": 1, "high": None}, (ONE,), (SetAside(TWO, "older"),)),
        Fact(None, conflicts=(ONE, TWO), hint="which of both holds"),
        Fact(0, notes={"date": DAY, "scale": "KPS", "kps": [80, 90], "uncertain": True}),
    ],
)
def test_all_parts_of_a_fact(fact: Fact) -> None:
    facts = PatientFacts(DAY, {"ecog": fact})
    report = Report("P", DAY, "p", "1", "0", "h", Verdict.REVIEW, (), facts, (ONE, TWO))
    assert read_back(report).facts == facts


def test_a_report_of_an_earlier_version_lacks_the_grounds() -> None:
    data = to_dict(Report("P", DAY, "p", "1", "0", "h", Verdict.REVIEW, (), PatientFacts(DAY, {"ecog": Fact(1)}), ()))
    assert has_grounds(data)
    old = {key: value for key, value in data.items() if key not in ("notes", "grounds")}
    assert not has_grounds(old)
    assert to_report(old).facts.facts == {"ecog": Fact(1)}
