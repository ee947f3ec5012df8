"""What counts as right: findings against labelled mentions, facts and criteria against gold.

Pure functions on plain values. A finding matches a mention when their spans overlap, the value is
equal in the keys that :data:`KEYS` names, and assertion and experiencer agree; a second finding on a
mention that is matched already is no false alarm. Figures are kept twice: over all mentions, and over
the firm ones, where a mention marked ``doubt`` neither rewards nor blames.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.records import Finding, Status

KEYS: Mapping[str, tuple[str, ...]] = {
    "age": ("years",),
    "sex": ("sex",),
    "histology": ("group",),
    "tissue_confirmation": ("confirmed",),
    "stage": ("group",),
    "tnm": ("t", "n", "m"),
    "performance_status": ("scale", "low", "high"),
    "response": ("category",),
    "metastasis": ("site",),
    "systemic_therapy": ("agents",),
    "therapy_cycles": ("completed",),
    "therapy_duration": ("months",),
    "lat_amenability": ("amenable", "target"),
    "local_therapy": ("procedure",),
    "contraception": ("agrees", "not_applicable"),
    "consent": ("given",),
}
"""What must be equal for a finding to match a mention, by concept."""

PARTLY_LABELLED = frozenset({"sex"})
"""Concepts whose mentions the labelled texts leave out in part: a finding more is no error."""

COUNT_FACTS = frozenset({"extracranial_metastases", "cranial_metastases"})
MONTHS_TOLERANCE = 0.1
Z95 = 1.959963984540054
"""The quantile of the normal distribution that 95 % intervals rest on."""


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927); (0, 1) when nothing was counted."""
    if total == 0:
        return (0.0, 1.0)
    share, spread = right / total, Z95 * Z95 / total
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return (max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Tally:
    """Hits, false alarms and misses.

    Attributes:
        hits: Labelled mentions that a finding matched.
        false_alarms: Findings that match no mention.
        misses: Mentions that no finding matched.
    """

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0

    def __add__(self, other: Tally) -> Tally:
        """The figures of two sets of texts together."""
        return Tally(self.hits + other.hits, self.false_alarms + other.false_alarms, self.misses + other.misses)

    @property
    def precision(self) -> float:
        """Hits among what was told; 1 when nothing was told."""
        told = self.hits + self.false_alarms
        return self.hits / told if told else 1.0

    @property
    def recall(self) -> float:
        """Hits among what was there to tell; 1 when there was nothing."""
        there = self.hits + self.misses
        return self.hits / there if there else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = 2 * self.hits + self.false_alarms + self.misses
        return 2 * self.hits / total if total else 1.0

    @property
    def f1_interval(self) -> tuple[float, float]:
        """The 95 % interval of F1: that of hits / (hits + errors), of which F1 is a rising function."""
        low, high = wilson(self.hits, self.hits + self.false_alarms + self.misses)
        return (2 * low / (1 + low), 2 * high / (1 + high))


@dataclass(frozen=True, slots=True)
class MentionError:
    """One disagreement between findings and mentions.

    Attributes:
        kind: ``false alarm``, ``miss``, or ``count`` (the site is right, low or high is not).
        concept: The concept.
        finding: What was told, or None for a miss.
        mention: The mention that was missed or lies nearest, or None.
        firm: Whether it counts among the firm mentions.
    """

    kind: str
    concept: str
    finding: Finding | None
    mention: Mapping[str, Any] | None
    firm: bool


@dataclass(frozen=True, slots=True)
class ConceptScore:
    """The figures of one concept in one or more texts; they add up.

    Attributes:
        all: Over all mentions.
        firm: Over the firm mentions.
        counted: Matched metastases.
        counts_right: Matched metastases whose low and high are both right.
        errors: Every disagreement.
    """

    all: Tally = Tally()
    firm: Tally = Tally()
    counted: int = 0
    counts_right: int = 0
    errors: tuple[MentionError, ...] = ()

    def __add__(self, other: ConceptScore) -> ConceptScore:
        """The figures of two sets of texts together."""
        return ConceptScore(
            self.all + other.all,
            self.firm + other.firm,
            self.counted + other.counted,
            self.counts_right + other.counts_right,
            self.errors + other.errors,
        )


def same_value(concept: str, told: Mapping[str, Any], gold: Mapping[str, Any]) -> bool:
    """Whether two values of a concept are equal where :data:`KEYS` compares them."""
    return all(_same(key, told.get(key), gold.get(key)) for key in KEYS[concept])


def _same(key: str, told: object, gold: object) -> bool:
    if told is None or gold is None:
        return told is None and gold is None
    if key == "months":
        return close_months(told, gold)
    if isinstance(gold, (list, tuple)):
        return isinstance(told, (list, tuple)) and Counter(told) == Counter(gold)
    return str(told).upper() == str(gold).upper()


def close_months(told: object, gold: object) -> bool:
    """Whether two numbers of months differ by no more than the tolerance."""
    numbers = isinstance(told, (int, float)) and isinstance(gold, (int, float))
    return numbers and abs(told - gold) <= MONTHS_TOLERANCE + 1e-9  # type: ignore[operator]


def matches(finding: Finding, mention: Mapping[str, Any]) -> bool:
    """Whether a finding matches a labelled mention of its concept."""
    return (
        _overlap(finding, mention)
        and same_value(finding.concept, finding.value, mention["value"])
        and finding.assertion == mention.get("assertion", "affirmed")
        and finding.experiencer == mention.get("experiencer", "patient")
    )


def _overlap(finding: Finding, mention: Mapping[str, Any]) -> bool:
    return bool(finding.start < mention["end"] and mention["start"] < finding.end)


def score_concept(concept: str, findings: Sequence[Finding], mentions: Sequence[Mapping[str, Any]]) -> ConceptScore:
    """Score the findings of one concept in one text.

    Args:
        concept: The concept.
        findings: All findings of the text; those of other concepts are left out, and so are
            responses that name no category.
        mentions: All labelled mentions of the text, likewise.
    """
    told = [f for f in findings if f.concept == concept]
    if concept == "response":
        told = [f for f in told if f.value.get("explicit")]
    gold = [m for m in mentions if m["concept"] == concept and m["value"].get("explicit", True)]
    matched: dict[int, Finding] = {}
    errors: list[MentionError] = []
    for finding in sorted(told, key=lambda f: (f.start, f.end, f.rule)):
        fitting = [number for number, mention in enumerate(gold) if matches(finding, mention)]
        free = [number for number in fitting if number not in matched]
        if free:
            matched[free[0]] = finding
        elif not fitting:
            near = [mention for mention in gold if _overlap(finding, mention)]
            firm = not any(mention.get("doubt") for mention in near)
            errors.append(MentionError("false alarm", concept, finding, near[0] if near else None, firm))
    missed = [mention for number, mention in enumerate(gold) if number not in matched]
    errors += [MentionError("miss", concept, None, mention, not mention.get("doubt")) for mention in missed]
    miscounted = [
        MentionError("count", concept, finding, gold[number], not gold[number].get("doubt"))
        for number, finding in sorted(matched.items())
        if concept == "metastasis" and not _same_count(finding.value, gold[number]["value"])
    ]
    return ConceptScore(
        all=_tally(len(matched), errors),
        firm=_tally(sum(not gold[number].get("doubt") for number in matched), [e for e in errors if e.firm]),
        counted=len(matched) if concept == "metastasis" else 0,
        counts_right=len(matched) - len(miscounted) if concept == "metastasis" else 0,
        errors=(*errors, *miscounted),
    )


def _tally(hits: int, errors: Sequence[MentionError]) -> Tally:
    kinds = Counter(error.kind for error in errors)
    return Tally(hits, kinds["false alarm"], kinds["miss"])


def _same_count(told: Mapping[str, Any], gold: Mapping[str, Any]) -> bool:
    return (told.get("low"), told.get("high")) == (gold.get("low"), gold.get("high"))


def same_fact(name: str, told: Any, gold: Any) -> bool:
    """Whether a fact is right.

    Counts compare low and high, months agree within a tenth, the local treatments compare procedure
    and target as a multiset; everything else is equal or not. Null is right only for null.
    """
    if told is None or gold is None:
        return told is None and gold is None
    if name in COUNT_FACTS:
        return _same_count(told, gold)
    if name == "months":
        return close_months(told, gold)
    if name == "prior_local_therapy":
        return _treatments(told) == _treatments(gold)
    if isinstance(gold, Mapping):
        return isinstance(told, Mapping) and all(told.get(key) == value for key, value in gold.items())
    return bool(told == gold)


def _treatments(treatments: Sequence[Mapping[str, Any]]) -> Counter[tuple[Any, Any]]:
    return Counter((item.get("procedure"), item.get("target")) for item in treatments)


def same_sites(told: Any, gold: Mapping[str, Any]) -> bool | None:
    """Whether the counts by site are right; None where gold has none.

    A site of [0, 0] and a site not listed are the same.
    """
    if not gold or not gold.get("by_site"):
        return None
    return _sites((told or {}).get("by_site") or {}) == _sites(gold["by_site"])


def _sites(by_site: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Any, Any]]:
    counts = {site: (count.get("low"), count.get("high")) for site, count in by_site.items()}
    return {site: count for site, count in counts.items() if count != (0, 0)}


def is_swap(told: str, gold: str) -> bool:
    """Whether a criterion is told as the opposite of what it is: the unsafe kind of error."""
    return {str(told), str(gold)} == {str(Status.MET), str(Status.NOT_MET)}
