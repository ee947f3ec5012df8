"""Facts against a protocol: one three-valued result a criterion, and the verdict. Pure; knows no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from extractor.records import CriterionResult, PatientFacts, Status, Verdict
from extractor.trial import wording
from extractor.trial.criteria import decide
from extractor.trial.outcome import fact_of
from extractor.trial.protocol import Criterion, NothingResidual, OldNegativeScan, Protocol


def check(protocol: Protocol, facts: PatientFacts) -> tuple[tuple[CriterionResult, ...], Verdict, tuple[str, ...]]:
    """Check a patient's facts against a protocol.

    Returns:
        The results in the protocol's order, the verdict, and the protocol's own warnings (those of
        ``facts`` are not repeated).
    """
    results = tuple(_result(criterion, facts) for criterion in protocol.criteria)
    return results, verdict_of(results), tuple(_warnings(protocol, facts))


def verdict_of(results: Iterable[CriterionResult]) -> Verdict:
    """Ineligible by one not_met; eligible when no criterion that the notes must settle is unknown."""
    found = tuple(results)
    if any(result.status is Status.NOT_MET for result in found):
        return Verdict.INELIGIBLE
    if any(result.status is Status.UNKNOWN and not result.at_visit for result in found):
        return Verdict.REVIEW
    return Verdict.ELIGIBLE


def _result(criterion: Criterion, facts: PatientFacts) -> CriterionResult:
    outcome = decide(criterion.rule, facts)
    values = outcome.values
    return CriterionResult(
        id=criterion.id,
        status=outcome.status,
        value=next(iter(values.values())) if len(values) == 1 else dict(values),
        reason=wording.sentence(outcome.clauses),
        ask=" ".join(outcome.asks) or None,
        evidence=outcome.evidence,
        set_aside=outcome.set_aside,
        at_visit=criterion.at_visit,
        text=criterion.text,
    )


def _warnings(protocol: Protocol, facts: PatientFacts) -> Iterator[str]:
    for warning in protocol.warnings:
        match warning:
            case NothingResidual():
                if all(_is_zero(facts, name) for name in warning.facts):
                    yield warning.text
            case OldNegativeScan():
                scan = _old_scan(warning, facts)
                if scan is not None:
                    yield warning.text.replace("{date}", wording.day(scan))


def _old_scan(warning: OldNegativeScan, facts: PatientFacts) -> date | None:
    """The day of the scan that made the count zero, where it is too long ago."""
    scan = fact_of(facts, warning.fact).notes.get("negative_scan_date")
    if facts.as_of is None or not isinstance(scan, date) or not _is_zero(facts, warning.fact):
        return None
    return scan if (facts.as_of - scan).days > warning.max_age_days else None


def _is_zero(facts: PatientFacts, name: str) -> bool:
    value = fact_of(facts, name).value
    return value is not None and value["high"] == 0
