"""What a cohort adds up to. All figures are counts of patients; nothing is estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.cohort.patients import CohortPatient
from extractor.records import Status, Verdict

UNKNOWN = "unknown"
_RESPONSES = ("CR", "PR", "SD", "PD", "mixed", "NE")
_MANY = 10
"""Counts of metastases from here on stand together."""
_DECADE = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion of the attrition funnel.

    Attributes:
        criterion: Its id.
        met: Patients who meet it and all before it.
        open: Patients whom none rules out so far, with at least one that is unknown.
        out: Patients whom this one is the first to rule out.
    """

    criterion: str
    met: int
    open: int
    out: int

    @property
    def left(self) -> int:
        """Patients who are not ruled out behind this step."""
        return self.met + self.open


def funnel(patients: Collection[CohortPatient], criteria: Sequence[str]) -> list[Step]:
    """How many patients are left behind each criterion, taken in order.

    A criterion that a patient's protocol does not have is passed over. One that is settled at the visit
    leaves a patient open, like any other that is unknown.
    """
    steps: list[Step] = []
    left = [(patient, True) for patient in patients]
    for criterion in criteria:
        still: list[tuple[CohortPatient, bool]] = []
        for patient, met in left:
            status = patient.statuses.get(criterion, Status.MET)
            if status is not Status.NOT_MET:
                still.append((patient, met and status is Status.MET))
        met_all = sum(met for _, met in still)
        steps.append(Step(criterion, met_all, len(still) - met_all, len(left) - len(still)))
        left = still
    return steps


@dataclass(frozen=True, slots=True)
class Missing:
    """What the notes leave open of one criterion.

    Attributes:
        criterion: Its id.
        unknown: Patients for whom it is unknown.
        worth_asking: Those of them whom no criterion rules out: an answer could change their verdict.
        at_visit: Whether it is settled at the visit.
        asks: The questions that would settle it, each with its number of patients, the most frequent first.
    """

    criterion: str
    unknown: int
    worth_asking: int
    at_visit: bool
    asks: tuple[tuple[str, int], ...]


def missing(patients: Collection[CohortPatient], criteria: Sequence[str]) -> list[Missing]:
    """What is missing, by criterion, where most is missing first; criteria that are always known are left out."""
    found: list[Missing] = []
    for criterion in criteria:
        without = [patient for patient in patients if patient.statuses.get(criterion) is Status.UNKNOWN]
        if without:
            asks = Counter(patient.asks[criterion] for patient in without)
            worth = sum(patient.verdict is not Verdict.INELIGIBLE for patient in without)
            at_visit = any(criterion in patient.at_visit for patient in without)
            found.append(Missing(criterion, len(without), worth, at_visit, tuple(asks.most_common())))
    return sorted(found, key=lambda item: -item.unknown)


Bars = list[tuple[str, int]]
"""Labels with their numbers of patients, in the order of an axis; "unknown" last."""


def distribution(patients: Iterable[CohortPatient], fact: str) -> Bars:
    """How a fact is spread.

    Args:
        patients: The patients.
        fact: ``age_years`` (by decades), ``ecog``, ``response``, ``extracranial_metastases`` or
            ``cranial_metastases``, or any other fact that is one value.
    """
    labels = Counter(_label(fact, patient.facts.get(fact)) for patient in patients)
    return sorted(labels.items(), key=lambda item: _axis(fact, item[0]))


def _label(fact: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if fact == "age_years":
        decade = int(value) // _DECADE * _DECADE
        return f"{decade}-{decade + _DECADE - 1}"
    if isinstance(value, Mapping):
        return _interval(value["low"], value["high"])
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _interval(low: int, high: int | None) -> str:
    """A count; one without an upper bound, or a large one, as "at least"."""
    if low >= _MANY:
        return f"{_MANY}+"
    if high is None:
        return f"{low}+"
    return str(low) if low == high else f"{low}-{high}"


def _axis(fact: str, label: str) -> tuple[bool, int, float, str]:
    if fact == "response" and label in _RESPONSES:
        return label == UNKNOWN, _RESPONSES.index(label), 0, label
    low, _, high = label.rstrip("+").partition("-")
    if not low.isdecimal():
        return label == UNKNOWN, 0, 0, label
    end = float("inf") if label.endswith("+") else float(high or low)
    return False, int(low), end, label


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which patients to show. What is empty lets all pass.

    Attributes:
        verdicts: The verdicts.
        statuses: The statuses by criterion; a patient must have one of them in each criterion named.
        words: What the patient's id must hold, in any case.
    """

    verdicts: Collection[Verdict] = ()
    statuses: Mapping[str, Collection[Status]] | None = None
    words: str = ""

    def fits(self, patient: CohortPatient) -> bool:
        """Whether a patient is wanted."""
        return (
            (not self.verdicts or patient.verdict in self.verdicts)
            and self.words.strip().lower() in patient.patient_id.lower()
            and all(patient.statuses.get(name) in wanted for name, wanted in (self.statuses or {}).items())
        )
