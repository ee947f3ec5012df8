"""The stage before treatment: by its group or an explicit M category."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from extractor.records import PatientFacts, Status
from extractor.trial import wording
from extractor.trial.outcome import MET, NOT_MET, UNKNOWN, Outcome, fact_of, left_open, outcome, question
from extractor.trial.protocol import Stage

_GROUP = re.compile(r"(?P<number>0|I{1,3}|IV)(?P<part>(?:[A-C][0-9]?)?)")


def stage(rule: Stage, facts: PatientFacts) -> Outcome:
    """An initial stage below IV with metastases only later is for a person, as is a contradiction."""
    fact = fact_of(facts, "stage")
    if fact.conflicts:
        return left_open(rule, "stage", fact)
    if not fact.evidence:  # told by the TNM alone
        fact = replace(fact, evidence=fact_of(facts, "tnm").evidence)
    ask = question(rule, "stage")
    m = str(fact.notes.get("m") or "")
    spread = {"1": True, "0": False}.get(m[:1])
    group = fact.value or (_group_of(m) if spread else None)
    later = bool(fact.notes.get("recurrence") or fact.notes.get("later_metastatic"))
    if group is None and spread is None:
        if fact.hint is None and fact.notes.get("metastatic_hint"):
            fact = replace(fact, hint="only the word metastatic is told")
        return left_open(rule, "stage", fact)
    told = f"stage {group} before treatment" if group else "M0 before treatment"
    fourth = group is not None and group.startswith("IV")
    if group is not None and spread is not None and fourth is not spread:
        return outcome(UNKNOWN, f"{told} and M{m} do not agree", ask, {"stage": fact})
    if later and not fourth:
        clause = f"{told} and metastatic only later (recurrence), which a person must judge"
        return outcome(UNKNOWN, clause, ask, {"stage": fact})
    status = _among(group, rule.groups)
    wanted = wording.listed(rule.groups, "or")
    clause = {
        MET: f"{told} is as required",
        NOT_MET: f"{told} is not stage {wanted}",
        UNKNOWN: f"{told} may or may not be stage {wanted}",
    }[status]
    return outcome(status, clause, ask, {"stage": fact})


def _group_of(m: str) -> str:
    """The stage group of an explicit M1, by AJCC 8 and 9."""
    return {"a": "IVA", "b": "IVA", "c": "IVB"}.get(m[1:2].lower(), "IV")


def _among(group: str | None, wanted: Iterable[str]) -> Status:
    """Whether a stage is one of those wanted; None stands for any stage without metastases."""
    if group is None:
        return NOT_MET if all(name.startswith("IV") for name in wanted) else UNKNOWN
    own = _GROUP.fullmatch(group.upper())
    if own is None:
        return UNKNOWN
    same = [other["part"] for name in wanted if (other := _GROUP.fullmatch(name)) and other["number"] == own["number"]]
    if any(own["part"].startswith(part) for part in same):
        return MET
    return UNKNOWN if any(part.startswith(own["part"]) for part in same) else NOT_MET
