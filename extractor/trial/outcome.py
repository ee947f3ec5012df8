"""What deciding a rule yields, and the safeguards that all kinds of criteria share.

A fact in conflict has no value, and nobody is ruled out by evidence that is only possible, not
explicit, or absent (clinical specification, section 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from extractor.records import (
    Assertion,
    Experiencer,
    Fact,
    Finding,
    PatientFacts,
    SetAside,
    Status,
    Temporality,
)
from extractor.trial import wording
from extractor.trial.protocol import Rule

Item = TypeVar("Item")

MET, NOT_MET, UNKNOWN = Status.MET, Status.NOT_MET, Status.UNKNOWN


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule comes to.

    Attributes:
        status: met, not_met or unknown.
        clauses: The grounds, each a clause.
        asks: For ``unknown``: the questions that would settle it.
        values: The facts looked at, by name.
        evidence: The findings that decide; for ``unknown``, all that bear on it.
        set_aside: The findings that were weighed and left.
    """

    status: Status
    clauses: tuple[str, ...]
    asks: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


def fact_of(facts: PatientFacts, name: str) -> Fact:
    """A fact by name; an empty one where the notes gave none. In conflict it has no value."""
    fact = facts.facts.get(name, Fact())
    return replace(fact, value=None) if fact.conflicts else fact


def outcome(
    status: Status, clause: str, ask: str, used: Mapping[str, Fact], grounds: Iterable[Fact] | None = None
) -> Outcome:
    """An outcome with the evidence of the facts it used.

    Args:
        status: What the facts' values come to; a not_met without firm evidence becomes unknown.
        clause: On what grounds.
        ask: The question that would settle it, should it be unknown.
        used: The facts looked at.
        grounds: Those of them that decide, where not all do.
    """
    firm = any(_firm(finding) for fact in grounds or used.values() for finding in fact.evidence)
    evidence = once(finding for fact in used.values() for finding in (*fact.evidence, *fact.conflicts))
    if status is NOT_MET and not firm:
        status, clause = UNKNOWN, f"{clause}, but no firm statement in the notes says so"
    hints = (fact.hint for fact in used.values() if fact.hint and fact.value is not None)
    return Outcome(
        status,
        (clause, *hints) if status is UNKNOWN else (clause,),
        (ask,) if status is UNKNOWN else (),
        {name: fact.value for name, fact in used.items()},
        evidence,
        once(aside for fact in used.values() for aside in fact.set_aside),
    )


def _firm(finding: Finding) -> bool:
    """Whether a patient may be ruled out by it. A denial is firm: it says that something is not so."""
    return (
        finding.assertion in (Assertion.AFFIRMED, Assertion.NEGATED)
        and finding.experiencer is Experiencer.PATIENT
        and finding.temporality is not Temporality.PLANNED
        and finding.value.get("explicit") is not False
    )


def once(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, each object once, in their order."""
    return tuple({id(item): item for item in items}.values())


def left_open(rule: Rule, name: str, fact: Fact) -> Outcome:
    """The outcome of a fact without a value."""
    if fact.conflicts:
        return outcome(UNKNOWN, wording.contradiction(name, fact), wording.which_holds(name, fact), {name: fact})
    return outcome(UNKNOWN, wording.untold(name, fact), question(rule, name), {name: fact})


def question(rule: Rule, name: str) -> str:
    """What to ask where the notes leave a fact open: the protocol's question, if it has one."""
    return rule.ask or f"What do further records say about {wording.TOPICS[name]}?"
