"""How the patient's course looks over the days that the notes tell of.

Each day's values are the facts as of that day, read from all notes together by the same rules that
decide the criteria; a value is shown on the days that tell of it, not on those that only pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from extractor.evidence.wording import say_counts, say_interval
from extractor.patient.facts import gather
from extractor.patient.timeline import moment
from extractor.records import Fact, Finding, Report, Temporality

_DAYS = 60
"""So many days are shown, the newest ones: each is a reading of all findings."""
_CONCEPTS = ("performance_status", "response", "metastasis", "lesion")


@dataclass(frozen=True, slots=True)
class Point:
    """One value on one day.

    Attributes:
        series: ``ecog``, ``response``, ``extracranial_metastases`` or ``cranial_metastases``.
        day: The day.
        low: A number at least so high; None for a response.
        high: At most so high; None for no upper bound, and for a response.
        label: The value in words.
        findings: What it rests on.
    """

    series: str
    day: date
    low: float | None
    high: float | None
    label: str
    findings: tuple[Finding, ...]


def course(report: Report) -> tuple[Point, ...]:
    """The points of a report, by series and day."""
    days = sorted({day for finding in report.findings if (day := _told_on(finding, report))})[-_DAYS:]
    found = [point for day in days for point in _on(day, report)]
    return tuple(sorted(found, key=lambda point: (_SERIES.index(point.series), point.day)))


_SERIES = ("ecog", "response", "extracranial_metastases", "cranial_metastases")


def _told_on(finding: Finding, report: Report) -> date | None:
    """The day of a finding that could be a point."""
    day = moment(finding)
    if finding.concept not in _CONCEPTS or finding.temporality is not Temporality.CURRENT or day is None:
        return None
    return day if report.as_of is None or day <= report.as_of else None


def _on(day: date, report: Report) -> Iterator[Point]:
    facts = gather(report.notes, report.findings, day).facts
    for series in _SERIES:
        fact = facts[series]
        told = tuple(finding for finding in fact.evidence if moment(finding) == day)
        if fact.value is not None and told:
            yield _point(series, day, fact, told)


def _point(series: str, day: date, fact: Fact, told: Sequence[Finding]) -> Point:
    if series == "response":
        return Point(series, day, None, None, str(fact.value), tuple(told))
    low, high = fact.value["low"], fact.value["high"]
    words = f"ECOG {say_interval(low, high)}" if series == "ecog" else say_counts(fact.value)
    return Point(series, day, low, high, words, tuple(told))
