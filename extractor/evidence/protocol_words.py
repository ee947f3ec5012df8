"""A protocol's rules in words, for people who do not read its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from extractor.evidence.highlight import show
from extractor.evidence.wording import say_fact, say_name, say_site
from extractor.trial.protocol import (
    AllOf,
    Amenability,
    AnyOf,
    FirstLineTherapy,
    InCategory,
    IntervalCount,
    PriorLocalTherapy,
    Protocol,
    Rule,
    Stage,
    Threshold,
    Treatment,
)

PARAMETERS: Mapping[str, str] = {
    "min": "at least",
    "max": "at most",
    "max_age_days": "not older than, days",
    "met": "meets",
    "not_met": "fails",
    "groups": "stage groups",
    "min_cycles": "cycles, at least",
    "max_cycles": "cycles, at most",
    "min_months": "or months, at least",
    "min_days": "days that count as these months",
    "allowed_together": "allowed treatments together, at most",
    "max_count": "lesions, at most",
    "when_not": "when not amenable",
    "needed_from": "needed from",
}
"""The parameters of a protocol file that a form may change, in words."""

CHOICES: Mapping[str, str] = {
    "not_met": "fails",
    "unknown": "a person decides",
    "notes": "the notes",
    "at_visit": "the visit",
}
"""The values of parameters that are one of a few."""

_FACTS = {"age_years": "Age in years", "stage": "Stage before treatment"}


def say_rule(rule: Rule) -> str:
    """A rule in one sentence without a full stop.

    Example:
        >>> say_rule(Threshold(kind="threshold", fact="ecog", max=1, max_age_days=42))
        'ECOG at most 1, not older than 42 days'
    """
    match rule:
        case Threshold():
            age = f", not older than {rule.max_age_days} days" if rule.max_age_days else ""
            return f"{_fact(rule.fact)} {_limits(rule.min, rule.max)}{age}"
        case IntervalCount():
            spread = "; leptomeningeal spread fails" if rule.leptomeningeal else ""
            return f"{_fact(rule.fact)} {_limits(rule.min, rule.max)}{spread}"
        case InCategory():
            fails = f"; fails with {_values(rule.not_met)}" if rule.not_met else ""
            return f"{_fact(rule.fact)}: {_values(rule.met)}{fails}; all else is unknown"
        case Stage():
            return f"Stage before treatment: {_values(rule.groups)}"
        case FirstLineTherapy():
            cycles = _range(rule.min_cycles, rule.max_cycles)
            days = f" ({rule.min_days} days)" if rule.min_days else ""
            return f"First line of systemic therapy: {cycles} cycles, or {rule.min_months:g} months{days}"
        case Amenability():
            what = "the primary tumour and all metastases" if rule.scope == "all" else "the cranial metastases"
            return f"Amenable to surgery or radiotherapy: {what}; if not, {_when_not(rule)}"
        case PriorLocalTherapy():
            return _prior(rule)
        case AllOf():
            return " AND ".join(map(_part, rule.parts))
        case AnyOf():
            return " OR ".join(map(_part, rule.parts))
    assert_never(rule)


def _part(rule: Rule) -> str:
    return f"({say_rule(rule)})" if isinstance(rule, AllOf | AnyOf) else say_rule(rule)


def _fact(name: str) -> str:
    return _FACTS.get(name, say_name(name))


def _limits(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"from {low:g} to {high:g}"


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _values(values: Iterable[str | bool]) -> str:
    return " or ".join(map(say_fact, values))


def _when_not(rule: Amenability) -> str:
    return "it fails" if rule.when_not == "not_met" else "a person decides"


def _prior(rule: PriorLocalTherapy) -> str:
    most = f" (at most {rule.allowed_together} together)"
    parts = [
        ("Allowed", rule.allowed, most),
        ("Fails", rule.excluded, ""),
        ("A person decides", rule.person_decides, ""),
        ("Not counted", rule.not_counted, ""),
    ]
    told = [f"{title}: {', '.join(map(_treatment, some))}{more}" for title, some, more in parts if some]
    return "Local treatment before. " + "; ".join(told)


def _treatment(some: Treatment) -> str:
    """A pattern of treatments: "diagnostic surgery of the brain, at most 1 lesion"."""
    adjectives = [
        word if wanted else f"not {word}"
        for word, wanted in (("diagnostic", some.diagnostic), ("palliative", some.palliative))
        if wanted is not None
    ]
    target = f" of {_sites(some.target)}" if some.target else ""
    cavity = {True: " to the cavity", False: " not to the cavity", None: ""}[some.cavity]
    how = f" ({', '.join(some.modality)})" if some.modality else ""
    most = f", at most {some.max_count} {'lesion' if some.max_count == 1 else 'lesions'}" if some.max_count else ""
    return " ".join([*adjectives, some.procedure or "treatment"]) + target + cavity + how + most


def _sites(names: Iterable[str]) -> str:
    return " or ".join(say_site(name) for name in names)


def protocol_table(protocol: Protocol) -> str:
    """A protocol as an HTML table: what it asks, the rule in words, and where the answer comes from."""
    rows = "".join(
        f"<tr><th scope='row'>{show(say_name(criterion.id))}</th><td>{show(criterion.text)}</td>"
        f"<td>{show(say_rule(criterion.rule))}</td><td>{'the visit' if criterion.at_visit else 'the notes'}</td></tr>"
        for criterion in protocol.criteria
    )
    head = "<thead><tr><th>Criterion</th><th>The protocol</th><th>The rule</th><th>Needed from</th></tr></thead>"
    return f'<table class="ts protocol">{head}<tbody>{rows}</tbody></table>'
