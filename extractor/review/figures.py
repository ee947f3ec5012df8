"""How good the machine is by the reviewers, and how far they agree.

Precision is that of the findings that were judged. Misses are known only of notes that were read whole:
recall and F1 are those of such notes. A finding whose value was corrected is a false alarm and a miss, as
in an evaluation against labelled notes. What reviewers differ on counts once it is settled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from extractor.review.decisions import (
    Act,
    Decision,
    Mark,
    disagreements,
    label,
    marks,
    settlements,
    standing,
    statement_of,
)
from extractor.review.queue import Item, Kind, Statement, machine_statement
from extractor.review.scoring import Z95, Tally, wilson


@dataclass(frozen=True, slots=True)
class Settled:
    """An item whose answer is known: all who judged it agree, or a disagreement was settled.

    Attributes:
        item: The item.
        act: accept, reject or correct.
        made: The decision that gives the answer.
        since: When it was known.
    """

    item: Item
    act: Act
    made: Decision
    since: datetime

    @property
    def right(self) -> bool:
        """Whether the machine was right."""
        return self.act is Act.ACCEPT

    def statement(self) -> Statement | None:
        """What a finding's words say; None when they say nothing of the concept."""
        if self.act is Act.REJECT:
            return None
        return machine_statement(self.item) if self.right else statement_of(self.made.said)


def settled(items: Iterable[Item], decisions: Sequence[Decision]) -> list[Settled]:
    """The findings and criteria whose answer is known."""
    stands, settling = standing(decisions), settlements(decisions)
    known = []
    for item in items:
        judged = list(stands.get(item.id, {}).values())
        made = settling.get(item.id)
        if item.kind is Kind.NOTE or not (judged or made):
            continue
        if made:
            known.append(Settled(item, made.act, made, made.decided_at))
        elif len({label(item, one) for one in judged}) == 1:
            known.append(Settled(item, judged[0].act, judged[0], max(one.decided_at for one in judged)))
    return known


@dataclass(frozen=True, slots=True)
class Missed:
    """A missed mention that holds: every reader of its note marked it, or it was settled so."""

    mark: Mark
    statement: Statement


def missed(items: Sequence[Item], decisions: Sequence[Decision]) -> list[Missed]:
    """The missed mentions that hold, in notes that were read whole."""
    stands, settling = standing(decisions), settlements(decisions)
    unsettled = {question.about for question in disagreements(items, decisions)}
    held = []
    for mark in marks(items, decisions):
        made = settling.get(mark.first.id)
        read = bool(stands.get(mark.note_item.id))
        if not read or mark.first.id in unsettled or (made and made.act is Act.REJECT):
            continue
        source = made if made and made.act is Act.CORRECT else mark.first
        held.append(Missed(mark, statement_of(source.said)))
    return held


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a concept, or of a criterion.

    Attributes:
        judged: Findings judged: right as hits, wrong as false alarms. Gives the precision.
        sought: Hits, false alarms and misses in notes read whole; None where none was. Gives recall and F1.
    """

    judged: Tally
    sought: Tally | None = None

    @property
    def precision_interval(self) -> tuple[float, float]:
        """The 95 % interval of the precision."""
        return wilson(self.judged.hits, self.judged.hits + self.judged.false_alarms)

    @property
    def recall_interval(self) -> tuple[float, float]:
        """The 95 % interval of the recall; (0, 1) where misses were not sought."""
        tally = self.sought or Tally()
        return wilson(tally.hits, tally.hits + tally.misses)


TOGETHER = "together"


def scores(items: Sequence[Item], decisions: Sequence[Decision], kind: Kind = Kind.FINDING) -> dict[str, Score]:
    """The figures by concept, or by criterion, and together, as far as answers are known."""
    read = notes_read(items, decisions)
    judged: Counter[tuple[str, bool]] = Counter()
    sought: dict[str, Tally] = {}
    for one in settled(items, decisions):
        if one.item.kind is not kind:
            continue
        judged[one.item.concept, one.right] += 1
        if (one.item.patient_id, one.item.note_id) in read:
            tally = Tally(1) if one.right else Tally(0, 1, int(one.act is Act.CORRECT))
            sought[one.item.concept] = sought.get(one.item.concept, Tally()) + tally
    for miss in missed(items, decisions) if kind is Kind.FINDING else ():
        sought[miss.mark.concept] = sought.get(miss.mark.concept, Tally()) + Tally(0, 0, 1)
    names = sorted({concept for concept, _ in judged} | set(sought))
    found = {name: Score(Tally(judged[name, True], judged[name, False]), sought.get(name)) for name in names}
    if found:
        seekers = [score.sought for score in found.values() if score.sought]
        found[TOGETHER] = Score(
            sum((score.judged for score in found.values()), Tally()), sum(seekers, Tally()) if seekers else None
        )
    return found


def notes_read(items: Iterable[Item], decisions: Sequence[Decision]) -> frozenset[tuple[str, str]]:
    """Patient and id of the notes that somebody read whole for what was missed."""
    stands = standing(decisions)
    return frozenset(
        (item.patient_id, item.note_id) for item in items if item.kind is Kind.NOTE and stands.get(item.id)
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree on the items that both judged.

    Attributes:
        first: One.
        second: The other.
        items: How many items both judged.
        agreed: On how many they said the same.
        kappa: Cohen's kappa (1960); None where chance alone explains everything, as when both only ever
            gave one and the same answer.
        low: Lower bound of its 95 % interval.
        high: Upper bound.
    """

    first: str
    second: str
    items: int
    agreed: int
    kappa: float | None
    low: float | None
    high: float | None


def agreements(items: Sequence[Item], decisions: Sequence[Decision], kind: Kind | None = None) -> list[Agreement]:
    """Cohen's kappa of each two reviewers, over findings and criteria or one of the two."""
    stands = standing(decisions)
    chosen = [item for item in items if item.kind is not Kind.NOTE and kind in (None, item.kind)]
    reviewers = sorted({reviewer for item in chosen for reviewer in stands.get(item.id, {})})
    found = []
    for first, second in combinations(reviewers, 2):
        pairs = [
            (label(item, judged[first]), label(item, judged[second]))
            for item in chosen
            if first in (judged := stands.get(item.id, {})) and second in judged
        ]
        if pairs:
            agreed = sum(one == other for one, other in pairs)
            found.append(Agreement(first, second, len(pairs), agreed, *cohen_kappa(pairs)))
    return found


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> tuple[float | None, float | None, float | None]:
    """Cohen's kappa with its 95 % interval (Fleiss, Cohen and Everitt 1969); None where it is undefined.

    Args:
        pairs: What each of two reviewers said, item by item.
    """
    total = len(pairs)
    cells = {pair: count / total for pair, count in Counter(pairs).items()}
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (first, second), share in cells.items():
        rows[first] += share  # type: ignore[assignment]
        columns[second] += share  # type: ignore[assignment]
    observed = sum(share for (first, second), share in cells.items() if first == second)
    chance = sum(rows[name] * columns[name] for name in rows)
    if math.isclose(chance, 1):
        return None, None, None
    kappa = (observed - chance) / (1 - chance)
    apart = 1 - kappa
    spread = -((kappa - chance * apart) ** 2)
    for (first, second), share in cells.items():
        if first == second:
            spread += share * (1 - (rows[first] + columns[first]) * apart) ** 2
        else:
            spread += share * (columns[first] + rows[second]) ** 2 * apart**2
    half = Z95 * math.sqrt(max(0.0, spread) / total) / (1 - chance)
    return kappa, kappa - half, kappa + half


@dataclass(frozen=True, slots=True)
class Point:
    """The share of right findings or criteria among those known so far, by one version of the rules.

    Attributes:
        when: When the last of them was known.
        patterns: The version of the engine and the hash of its rules.
        right: How many were right.
        total: Of how many.
    """

    when: datetime
    patterns: str
    right: int
    total: int

    @property
    def share(self) -> float:
        """Right ones among all."""
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        return wilson(self.right, self.total)


_POINTS = 200
"""A line of the chart has no more points."""


def over_time(known: Iterable[Settled]) -> list[Point]:
    """How the share of right ones developed, a line a version of engine and rules."""
    lines: dict[str, list[Point]] = {}
    for one in sorted(known, key=lambda one: one.since):
        line = lines.setdefault(f"{one.item.engine} / {one.item.patterns}", [])
        right, total = (line[-1].right, line[-1].total) if line else (0, 0)
        name = f"{one.item.engine} / {one.item.patterns}"
        line.append(Point(one.since, name, right + one.right, total + 1))
    return [point for line in lines.values() for point in _thinned(line)]


def _thinned(line: Sequence[Point]) -> Iterator[Point]:
    step = max(1, math.ceil(len(line) / _POINTS))
    yield from (point for place, point in enumerate(line) if place % step == 0 or place == len(line) - 1)


def by_version(known: Iterable[Settled]) -> Mapping[str, Tally]:
    """Right and wrong ones by version of engine and rules."""
    found: dict[str, Tally] = {}
    for one in known:
        name = f"{one.item.engine} / {one.item.patterns}"
        found[name] = found.get(name, Tally()) + (Tally(1) if one.right else Tally(0, 1))
    return found
