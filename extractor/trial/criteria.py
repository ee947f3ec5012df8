"""How a criterion is decided from facts: met, not met, or unknown with a question.

All kinds follow the clinical specification, sections 3 to 5; those with a logic of their own have
a module of their own.
"""

from __future__ import annotations

from typing import assert_never

from extractor.records import PatientFacts, Status
from extractor.trial import limits, local, stage, systemic, wording
from extractor.trial.outcome import (
    MET,
    NOT_MET,
    UNKNOWN,
    Outcome,
    fact_of,
    left_open,
    once,
    outcome,
    question,
)
from extractor.trial.protocol import (
    AllOf,
    Amenability,
    AnyOf,
    FirstLineTherapy,
    InCategory,
    IntervalCount,
    PriorLocalTherapy,
    Rule,
    Stage,
    Threshold,
)


def decide(rule: Rule, facts: PatientFacts) -> Outcome:
    """Decide one rule."""
    match rule:
        case Threshold():
            return limits.threshold(rule, facts)
        case IntervalCount():
            return limits.count(rule, facts)
        case InCategory():
            return _category(rule, facts)
        case Stage():
            return stage.stage(rule, facts)
        case FirstLineTherapy():
            return systemic.first_line(rule, facts)
        case Amenability():
            return local.amenability(rule, facts)
        case PriorLocalTherapy():
            return local.prior_local_therapy(rule, facts)
        case AllOf():
            return _composed(rule, facts, decisive=NOT_MET, otherwise=MET)
        case AnyOf():
            return _composed(rule, facts, decisive=MET, otherwise=NOT_MET)
    assert_never(rule)


def _category(rule: InCategory, facts: PatientFacts) -> Outcome:
    name, fact = rule.fact, fact_of(facts, rule.fact)
    if fact.value is None:
        return left_open(rule, name, fact)
    told = wording.category(name, fact.value) + wording.dated(fact)
    if fact.value in rule.met:
        return outcome(MET, told, "", {name: fact})
    if fact.value in rule.not_met:
        return outcome(NOT_MET, f"{told}, which the protocol does not accept", question(rule, name), {name: fact})
    return outcome(UNKNOWN, f"{told}, which a person must judge", question(rule, name), {name: fact})


def _composed(rule: AllOf | AnyOf, facts: PatientFacts, decisive: Status, otherwise: Status) -> Outcome:
    """Three-valued "and" (one not_met decides) and "or" (one met decides)."""
    parts = [decide(part, facts) for part in rule.parts]
    found = {part.status for part in parts}
    status = decisive if decisive in found else UNKNOWN if UNKNOWN in found else otherwise
    grounds = [part for part in parts if part.status is status]
    if isinstance(rule, AnyOf) and status is MET:
        grounds = grounds[:1]
    shown = parts if status is UNKNOWN else grounds
    asks = once(ask for part in grounds for ask in part.asks)
    if rule.ask and status is UNKNOWN:
        asks = (rule.ask,)
    return Outcome(
        status,
        once(clause for part in grounds for clause in part.clauses),
        asks,
        {name: value for part in parts for name, value in part.values.items()},
        once(finding for part in shown for finding in part.evidence),
        once(aside for part in parts for aside in part.set_aside),
    )
