"""When a finding holds, whether it counts, and which of several has the last word.

The rules are those of the clinical specification, section 3: only affirmed statements about the
patient may decide, a value that changes is the newest current one, and of two readings of one day
neither is better than the other unless one corrects the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from extractor.records import Assertion, Experiencer, Fact, Finding, SetAside, Temporality

_ASSERTED = {
    Assertion.NEGATED: "negated",
    Assertion.POSSIBLE: "only possible, not firm",
    Assertion.HYPOTHETICAL: "hypothetical: a condition or a trial's own wording",
}
_EXPERIENCED = {
    Experiencer.FAMILY: "about a family member",
    Experiencer.OTHER: "about other people",
}


def moment(finding: Finding) -> date | None:
    """The day that a finding is about: its own, else its note's; None where neither is known."""
    return finding.date or finding.note_date


def place(finding: Finding) -> tuple[Any, ...]:
    """A key that puts findings in one and the same order however they arrive: by day, note, place."""
    return (
        moment(finding) or date.min,
        finding.note_date or date.min,
        finding.note_id,
        finding.start,
        finding.end,
        finding.concept,
        finding.rule,
        json.dumps(dict(finding.value), sort_keys=True, default=str),
        finding.text,
        finding.assertion,
        finding.experiencer,
        finding.temporality,
    )


def why_not(finding: Finding, as_of: date | None, historical: bool = False) -> str | None:
    """Why a finding may not decide, in words for a screener; None when it may.

    Args:
        finding: The finding.
        as_of: Nothing later than this day counts.
        historical: Whether a superseded statement counts as well: a stage at diagnosis, a treatment
            that was given.
    """
    if finding.experiencer in _EXPERIENCED:
        return _EXPERIENCED[finding.experiencer]
    if finding.assertion in _ASSERTED:
        return _ASSERTED[finding.assertion]
    if finding.temporality is Temporality.PLANNED:
        return "planned, not done yet"
    if finding.temporality is Temporality.HISTORICAL and not historical:
        return "historical: told as of an earlier time"
    if finding.value.get("other_tumour"):
        return "about another tumour"
    day = moment(finding)
    if as_of is not None and day is not None and day > as_of:
        return f"dated {day.isoformat()}, after the day of this report"
    return None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Findings of one kind, sorted into those that may decide and those that may not.

    Attributes:
        kept: Those that may decide, in the order of :func:`place`.
        left: The others, each with the reason.
    """

    kept: tuple[Finding, ...] = ()
    left: tuple[SetAside, ...] = ()

    def drop(self, reason: Callable[[Finding], str | None]) -> Weighed:
        """Set aside what a rule gives a reason for."""
        reasons = [(finding, reason(finding)) for finding in self.kept]
        return Weighed(
            tuple(finding for finding, why in reasons if why is None),
            (*self.left, *(SetAside(finding, why) for finding, why in reasons if why is not None)),
        )

    def keep(self, chosen: Iterable[Finding], why: str) -> Weighed:
        """Keep the chosen ones and set the rest aside for one reason."""
        kept = set(map(id, chosen))
        return self.drop(lambda finding: None if id(finding) in kept else why)


def weigh(findings: Iterable[Finding], concept: str, as_of: date | None, historical: bool = False) -> Weighed:
    """The findings of one concept, sorted by :func:`why_not`."""
    own = sorted((finding for finding in findings if finding.concept == concept), key=place)
    return Weighed(tuple(own)).drop(lambda finding: why_not(finding, as_of, historical))


def corrects(finding: Finding) -> bool:
    """Whether a finding stands in an addendum or is said to be a revision."""
    return finding.section == "addendum" or bool(finding.value.get("revised"))


def newest(weighed: Weighed) -> Weighed:
    """The findings of the newest day; older ones are set aside.

    Undated findings stay beside them: nothing says that they are older. Of one day's findings a
    correction (an addendum, a revision) supersedes the rest.
    """
    days = [day for day in map(moment, weighed.kept) if day is not None]
    if not days:
        return _corrected(weighed)
    last = max(days)

    def older(finding: Finding) -> str | None:
        day = moment(finding)
        return f"older than what is told of {last.isoformat()}" if day is not None and day < last else None

    return _corrected(weighed.drop(older))


def earliest(weighed: Weighed) -> Weighed:
    """The findings of the earliest day, or a revision of them; later ones are set aside."""
    revised = [finding for finding in weighed.kept if finding.value.get("revised")]
    if revised:
        return newest(weighed.keep(revised, "revised later"))
    days = [day for day in map(moment, weighed.kept) if day is not None]
    if not days:
        return weighed
    first = min(days)

    def later(finding: Finding) -> str | None:
        day = moment(finding)
        return f"later than what is told of {first.isoformat()}" if day is not None and day > first else None

    return weighed.drop(later)


def _corrected(weighed: Weighed) -> Weighed:
    corrections = [finding for finding in weighed.kept if corrects(finding)]
    return weighed.keep(corrections, "corrected by an addendum or a revision") if corrections else weighed


def settle(
    weighed: Weighed,
    key: Callable[[Finding], Any],
    notes: Mapping[str, Any] | None = None,
    words: Callable[[Any], str] = str,
) -> Fact:
    """The fact of findings that should all say the same; a conflict when they do not.

    Args:
        weighed: The findings that have the last word, and those that do not.
        key: The fact's value as one finding tells it; it must be hashable.
        notes: Marks for the rules.
        words: How a value is written in the sentence on a conflict.
    """
    values = dict.fromkeys(key(finding) for finding in weighed.kept)
    if len(values) > 1:
        return conflict(weighed, " and ".join(words(value) for value in values))
    value = next(iter(values), None)
    return Fact(value, weighed.kept, weighed.left, notes=dict(notes or {}))


def conflict(weighed: Weighed, told: str, notes: Mapping[str, Any] | None = None) -> Fact:
    """The empty fact of findings that contradict each other."""
    return Fact(
        set_aside=weighed.left,
        conflicts=weighed.kept,
        notes=dict(notes or {}),
        hint=f"the notes contradict each other: {told}",
    )


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of a patient, ready to be read for one fact after the other.

    Attributes:
        findings: All findings, in the order of :func:`place`.
        as_of: The day of the report.
        kinds: The notes' types, in lower case, by note id.
    """

    findings: tuple[Finding, ...]
    as_of: date | None
    kinds: Mapping[str, str] = field(default_factory=dict)

    def weigh(self, concept: str, historical: bool = False) -> Weighed:
        """The findings of one concept, sorted into those that may decide and the rest."""
        findings = self.findings
        if concept in _AT_A_VISIT:
            findings = tuple(_of_the_visit(finding) for finding in findings if finding.concept == concept)
        return weigh(findings, concept, self.as_of, historical)


_AT_A_VISIT = frozenset({"age", "performance_status", "contraception", "consent"})
"""What is told of the patient at a visit, whatever scan the words before it speak of."""


def _of_the_visit(finding: Finding) -> Finding:
    scan = finding.context.get("study") and finding.note_date
    return replace(finding, date=finding.note_date) if scan else finding


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of :func:`place`."""
    return tuple(sorted(findings, key=place))
