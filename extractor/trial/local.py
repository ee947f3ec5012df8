"""Local treatment: whether what remains is amenable to it, and what was done before inclusion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum, IntEnum
from typing import Any

from extractor.records import PatientFacts, Status
from extractor.trial import wording
from extractor.trial.outcome import MET, NOT_MET, UNKNOWN, Outcome, fact_of, left_open, outcome, question
from extractor.trial.protocol import Amenability, PriorLocalTherapy, Treatment


def amenability(rule: Amenability, facts: PatientFacts) -> Outcome:
    """Whether radical surgery or radiotherapy is said to be possible."""
    fact = fact_of(facts, "lat_amenable")
    if fact.conflicts:
        return left_open(rule, "lat_amenable", fact)
    what, amenable = "the primary tumour and all remaining metastases", fact.value
    if rule.scope == "cranial":
        what, cranial = "the cranial metastases", fact.notes.get("cranial")
        amenable = True if cranial is None and fact.value is True else cranial
    used = {"lat_amenable": fact}
    if amenable:
        return outcome(MET, f"{what} are amenable to local ablative treatment", "", used)
    if amenable is False:
        clause = f"local ablative treatment of {what} is said not to be possible"
        return outcome(Status(rule.when_not), clause, question(rule, "lat_amenable"), used)
    hint = f" ({fact.hint})" if fact.hint else ""
    missing = [f"the {wording.site(name)}" for name in fact.notes.get("missing", ())]
    if missing and rule.scope == "all":
        sites = wording.listed(missing)
        clause = f"no statement covers local ablative treatment of {sites}{hint}"
        return outcome(UNKNOWN, clause, f"Can radical surgery or radiotherapy treat {sites}?", used)
    clause = f"the notes do not tell whether {what} are amenable to local ablative treatment{hint}"
    return outcome(UNKNOWN, clause, question(rule, "lat_amenable"), used)


class _Fit(IntEnum):
    """Whether a treatment fits a pattern; ``MAYBE`` where the notes leave out what the pattern asks."""

    NO = 0
    MAYBE = 1
    YES = 2


class _Weight(Enum):
    """What one prior treatment means."""

    NOT_COUNTED = 0
    ALLOWED = 1
    OPEN = 2
    EXCLUDED = 3


def prior_local_therapy(rule: PriorLocalTherapy, facts: PatientFacts) -> Outcome:
    """The treatments one by one; an excluded one outweighs one that a person must judge."""
    fact = fact_of(facts, "prior_local_therapy")
    if fact.value is None:
        return left_open(rule, "prior_local_therapy", fact)
    weights = [(entry, _weight(rule, entry)) for entry in fact.value]

    def told(wanted: _Weight) -> str:
        chosen = (wording.treatment(entry) for entry, weight in weights if weight is wanted)
        return wording.listed(dict.fromkeys(chosen))

    found = [weight for _, weight in weights]
    ask, used = question(rule, "prior_local_therapy"), {"prior_local_therapy": fact}
    if _Weight.EXCLUDED in found:
        clause = f"{told(_Weight.EXCLUDED)} before inclusion is more than the protocol allows"
        return outcome(NOT_MET, clause, ask, used)
    if _Weight.OPEN in found:
        clause = f"{told(_Weight.OPEN)} before inclusion is for a person to judge"
        return outcome(UNKNOWN, clause, ask, used)
    allowed = found.count(_Weight.ALLOWED)
    if allowed > rule.allowed_together:
        clause = f"{told(_Weight.ALLOWED)} are each allowed alone; together they are for a person to judge"
        return outcome(UNKNOWN, clause, ask, used)
    if allowed:
        clause = f"{told(_Weight.ALLOWED)} before inclusion is allowed"
    elif found:
        clause = f"{told(_Weight.NOT_COUNTED)} does not count as local treatment of a metastasis"
    else:
        clause = "the treatment history tells of no local treatment"
    return outcome(MET, clause, "", used)


def _weight(rule: PriorLocalTherapy, entry: Mapping[str, Any]) -> _Weight:
    counted, person = _best(rule.not_counted, entry), _best(rule.person_decides, entry)
    allowed, excluded = _best(rule.allowed, entry), _best(rule.excluded, entry)
    if counted is _Fit.YES:
        return _Weight.NOT_COUNTED
    if counted is _Fit.MAYBE or person is _Fit.YES:
        return _Weight.OPEN
    if allowed is not _Fit.NO:
        return _Weight.ALLOWED if allowed is _Fit.YES else _Weight.OPEN
    return _Weight.EXCLUDED if excluded is _Fit.YES else _Weight.OPEN


def _best(patterns: Iterable[Treatment], entry: Mapping[str, Any]) -> _Fit:
    return max((_fit(pattern, entry) for pattern in patterns), default=_Fit.NO)


def _fit(pattern: Treatment, entry: Mapping[str, Any]) -> _Fit:
    target = entry.get("target")
    return min(
        _equal(pattern.procedure, entry.get("procedure")),
        _one_of(pattern.target, None if target == "unspecified" else target),
        _holds_word(pattern.modality, entry.get("modality")),
        _equal(pattern.palliative, bool(entry.get("palliative"))),
        _equal(pattern.cavity, bool(entry.get("cavity"))),
        _equal(pattern.diagnostic, entry.get("diagnostic")),
        _Fit.YES if pattern.max_count is None or (entry.get("count") or 1) <= pattern.max_count else _Fit.NO,
    )


def _equal(wanted: object, told: object) -> _Fit:
    if wanted is None or wanted == told:
        return _Fit.YES
    return _Fit.MAYBE if told is None else _Fit.NO


def _one_of(wanted: tuple[str, ...], told: str | None) -> _Fit:
    if not wanted or told in wanted:
        return _Fit.YES
    return _Fit.MAYBE if told is None else _Fit.NO


def _holds_word(wanted: tuple[str, ...], told: str | None) -> _Fit:
    if not wanted:
        return _Fit.YES
    if told is None:
        return _Fit.MAYBE
    words = f" {_plain(told)} "
    return _Fit.YES if any(f" {_plain(word)} " in words for word in wanted) else _Fit.NO


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
