"""What another protocol would change: stored facts are checked again, no note is read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.records import CriterionResult, PatientFacts, Report, Status, Verdict
from extractor.trial.checker import check
from extractor.trial.protocol import Protocol


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion that comes out otherwise.

    Attributes:
        id: Its id.
        before: The result before; None where the protocol had no such criterion.
        after: The result after; None where the protocol has it no more.
    """

    id: str
    before: CriterionResult | None
    after: CriterionResult | None

    @property
    def statuses(self) -> tuple[Status | None, Status | None]:
        """The status before and after."""
        before, after = self.before, self.after
        return before.status if before else None, after.status if after else None


@dataclass(frozen=True, slots=True)
class PatientChange:
    """What another protocol makes of one patient.

    Attributes:
        patient_id: Whose facts they are.
        before: The verdict by the one protocol.
        after: The verdict by the other.
        criteria: The criteria whose status changes.
    """

    patient_id: str
    before: Verdict
    after: Verdict
    criteria: tuple[CriterionChange, ...]


def compare(patient_id: str, facts: PatientFacts, before: Protocol, after: Protocol) -> PatientChange:
    """One patient's facts by two protocols."""
    old, old_verdict, _ = check(before, facts)
    new, new_verdict, _ = check(after, facts)
    return PatientChange(patient_id, old_verdict, new_verdict, tuple(_changed(old, new)))


def _changed(old: Sequence[CriterionResult], new: Sequence[CriterionResult]) -> Iterable[CriterionChange]:
    olds, news = ({result.id: result for result in results} for results in (old, new))
    for name in dict.fromkeys([*olds, *news]):
        change = CriterionChange(name, olds.get(name), news.get(name))
        if change.statuses[0] is not change.statuses[1]:
            yield change


@dataclass(frozen=True, slots=True)
class CohortChange:
    """What another protocol makes of a cohort.

    Attributes:
        patients: How many were compared.
        before: Patients by verdict, by the one protocol.
        after: The same by the other.
        changed: The patients of whom anything changes.
    """

    patients: int
    before: dict[Verdict, int]
    after: dict[Verdict, int]
    changed: tuple[PatientChange, ...]


def compare_all(reports: Iterable[Report], before: Protocol, after: Protocol) -> CohortChange:
    """Many patients' facts by two protocols."""
    olds: Counter[Verdict] = Counter()
    news: Counter[Verdict] = Counter()
    changed: list[PatientChange] = []
    for report in reports:
        change = compare(report.patient_id, report.facts, before, after)
        olds[change.before] += 1
        news[change.after] += 1
        if change.criteria or change.before is not change.after:
            changed.append(change)
    return CohortChange(olds.total(), {v: olds[v] for v in Verdict}, {v: news[v] for v in Verdict}, tuple(changed))
