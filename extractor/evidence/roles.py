"""What became of each finding: which criteria it decides, where it was set aside, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractor.evidence.wording import say_name
from extractor.patient.timeline import why_not
from extractor.records import CriterionResult, Finding, Report


@dataclass(frozen=True, slots=True)
class Role:
    """What one finding did in a report.

    Attributes:
        decides: The criteria that it is evidence for.
        aside: The criteria (by their names in words) for which it was weighed and left, each with the reason.
        otherwise: Why it did neither; empty where it did.
    """

    decides: tuple[CriterionResult, ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""


def roles(report: Report) -> Mapping[str, Role]:
    """The role of every finding of a report, by its id."""
    decides: dict[str, list[CriterionResult]] = {}
    aside: dict[str, dict[str, str]] = {}
    for result in report.criteria:
        for finding in result.evidence:
            decides.setdefault(finding.id, []).append(result)
        for item in result.set_aside:
            aside.setdefault(item.finding.id, {})[say_name(result.id)] = item.why
    for name, fact in report.facts.facts.items():
        for item in fact.set_aside:
            reasons = aside.setdefault(item.finding.id, {})
            if item.why not in reasons.values():
                reasons[say_name(name)] = item.why
    return {
        finding.id: Role(
            tuple(decides.get(finding.id, ())),
            tuple(aside.get(finding.id, {}).items()),
            "" if finding.id in decides or finding.id in aside else _otherwise(finding, report),
        )
        for finding in report.findings
    }


def _otherwise(finding: Finding, report: Report) -> str:
    return why_not(finding, report.as_of) or "other findings decide, or no criterion asks for it"
