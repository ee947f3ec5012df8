"""How long first-line systemic therapy was given: in completed cycles, or in months without a count."""

from __future__ import annotations

from extractor.records import Fact, PatientFacts, Status
from extractor.trial.outcome import MET, NOT_MET, UNKNOWN, Outcome, fact_of, left_open, outcome, question
from extractor.trial.protocol import FirstLineTherapy

DAYS_A_MONTH = 30.44
"""The clinical specification's month, in days."""


def first_line(rule: FirstLineTherapy, facts: PatientFacts) -> Outcome:
    """A later line fails; a count of cycles decides before months do; too many cycles need a person."""
    line, cycles, months = (fact_of(facts, name) for name in ("line", "cycles", "months"))
    if line.value is None:
        return left_open(rule, "line", line)
    if line.value > 1:
        clause = f"a later line than the first has begun (line {line.value})"
        return outcome(NOT_MET, clause, question(rule, "line"), {"line": line})
    ask = rule.ask or "How many cycles, or months, of first-line therapy had been completed at restaging?"
    used = {"line": line, "cycles": cycles, "months": months}
    if cycles.conflicts:
        return left_open(rule, "cycles", cycles)
    if cycles.notes.get("uncertain"):
        return outcome(UNKNOWN, "the number of completed cycles is uncertain", ask, used)
    if months.conflicts and (cycles.value or 0) < rule.min_cycles:
        return left_open(rule, "months", months)
    if cycles.value is None:
        return outcome(*_by_months(rule, line, months), ask, used, grounds=[months])
    return outcome(*_by_cycles(rule, cycles, months), ask, used, grounds=[cycles])


def _by_cycles(rule: FirstLineTherapy, cycles: Fact, months: Fact) -> tuple[Status, str]:
    number, required = cycles.value, f"{rule.min_months:g} months"
    told = f"{number} completed {'cycle' if number == 1 else 'cycles'} of first-line therapy"
    if number > rule.max_cycles:
        return UNKNOWN, f"{told} are beyond the {rule.max_cycles} allowed, which a person must judge"
    if number >= rule.min_cycles:
        return MET, f"{told} are as required ({rule.min_cycles} to {rule.max_cycles})"
    if _long_enough(rule, months):
        return MET, f"{told} over {months.value:g} months reach the {required} required"
    if months.value is None:  # then the count stands alone: too few cycles is all that the notes say
        return NOT_MET, f"{told}, fewer than {rule.min_cycles}"
    return (
        NOT_MET,
        f"{told} over {months.value:g} months, fewer than {rule.min_cycles} and less than {required}",
    )


def _by_months(rule: FirstLineTherapy, line: Fact, months: Fact) -> tuple[Status, str]:
    if months.value is None:
        return UNKNOWN, "the notes settle neither the cycles nor the months of first-line therapy completed"
    told = f"{months.value:g} months of first-line therapy"
    if _long_enough(rule, months):
        return MET, f"{told} reach the {rule.min_months:g} months required"
    if line.notes.get("counted_in_cycles") is False:
        return NOT_MET, f"{told} are less than the {rule.min_months:g} months required"
    return UNKNOWN, f"{told} are less than {rule.min_months:g}, and the completed cycles are not counted"


def _long_enough(rule: FirstLineTherapy, months: Fact) -> bool:
    if months.value is None:
        return False
    days = months.notes.get("days")
    exact = days if days is not None else months.value * DAYS_A_MONTH
    return bool(months.value >= rule.min_months or (rule.min_days is not None and exact >= rule.min_days))
