"""Numbers, intervals and counts within limits. An interval decides only when it lies on one side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from extractor.records import Fact, PatientFacts, Status
from extractor.trial import wording
from extractor.trial.outcome import MET, NOT_MET, UNKNOWN, Outcome, fact_of, left_open, outcome, question
from extractor.trial.protocol import IntervalCount, Threshold


def compare(low: float, high: float | None, least: float | None, most: float | None) -> Status:
    """Where an interval lies to its limits; ``high`` None has no upper bound, a limit None none."""
    if (most is not None and low > most) or (least is not None and high is not None and high < least):
        return NOT_MET
    if (most is None or (high is not None and high <= most)) and (least is None or low >= least):
        return MET
    return UNKNOWN


def _position(rule: Threshold | IntervalCount, status: Status, verb: str) -> str:
    """What a comparison came to: "is within the limit of 1", "may be above the limit of 5"."""
    verb = "may be" if status is UNKNOWN else verb
    if rule.min is not None and rule.max is not None:
        return f"{verb} {'within' if status is MET else 'outside'} the limits of {rule.min:g} to {rule.max:g}"
    if rule.max is not None:
        return f"{verb} {'within' if status is MET else 'above'} the limit of {rule.max:g}"
    return f"{verb} {'at or above' if status is MET else 'below'} the minimum of {rule.min:g}"


def threshold(rule: Threshold, facts: PatientFacts) -> Outcome:
    """A number, or an interval of one, that is not too old."""
    name, fact = rule.fact, fact_of(facts, rule.fact)
    if fact.value is None:
        return left_open(rule, name, fact)
    told = wording.measured(name, fact.value, fact)
    age = _age_days(fact, facts.as_of)
    if rule.max_age_days is not None and age is not None and age > rule.max_age_days:
        clause = f"{told} is {age} days old, older than the {rule.max_age_days} days allowed"
        return outcome(UNKNOWN, clause, question(rule, name), {name: fact})
    value = fact.value
    low, high = (value["low"], value["high"]) if isinstance(value, Mapping) else (value, value)
    status = compare(low, high, rule.min, rule.max)
    return outcome(status, f"{told} {_position(rule, status, 'is')}", question(rule, name), {name: fact})


def _age_days(fact: Fact, as_of: date | None) -> int | None:
    told = fact.notes.get("date")
    return (as_of - told).days if as_of and isinstance(told, date) else None


def count(rule: IntervalCount, facts: PatientFacts) -> Outcome:
    """A count of metastases."""
    name, fact = rule.fact, fact_of(facts, rule.fact)
    if rule.leptomeningeal and fact.notes.get("leptomeningeal") and not fact.conflicts:
        return outcome(NOT_MET, "leptomeningeal spread is described", question(rule, name), {name: fact})
    if fact.value is None:
        return left_open(rule, name, fact)
    low, high = fact.value["low"], fact.value["high"]
    status = compare(low, high, rule.min, rule.max)
    told = wording.counted(name, fact.value)
    one = low == high == 1
    if rule.max == 0 or (high == 0 and status is MET):
        clause = f"{told} {'remains' if one else 'remain'}"
    else:
        clause = f"{told} {_position(rule, status, 'is' if one else 'are')}"
    return outcome(status, clause, _count_ask(rule, fact.value), {name: fact})


def _count_ask(rule: IntervalCount, value: Mapping[str, Any]) -> str:
    """Which sites are to be counted so that the limit is decided."""
    vague = {
        wording.site(where): wording.interval(part["low"], part["high"])
        for where, part in (value.get("by_site") or {}).items()
        if part["high"] != part["low"]
    }
    if not vague:
        return question(rule, rule.fact)
    sites = wording.listed(f"{where} ({told} told)" for where, told in vague.items())
    return f"How many metastases remain exactly, by site: {sites}?"
