"""Reviewers' decisions: what holds of them, where reviewers differ, and who may see what.

Decisions are only ever added. One is taken back by another that refers to it; a later one on the same
item stands in place of the earlier. Everything here is computed from the list of decisions anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from extractor.review.queue import Item, Kind, Statement, machine_statement


class Act(StrEnum):
    """What a reviewer did."""

    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"
    MISSED = "missed"
    READ = "read"
    UNDO = "undo"
    UNBLIND = "unblind"


class Role(StrEnum):
    """As what she did it."""

    REVIEW = "review"
    ADJUDICATE = "adjudicate"


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the record.

    Attributes:
        id: Unique everywhere; made before the decision is stored, so that it is never stored twice.
        queue_id: The queue.
        item_id: The item; empty for ``unblind``.
        reviewer: Who.
        act: What.
        role: As reviewer, or as the one who settles a disagreement.
        refers_to: Of ``undo``: the decision taken back. Of one that settles a missed mention: its mark.
        said: What goes with the act: ``value``, ``assertion``, ``experiencer`` of a corrected finding or a
            missed mention (which also has ``concept``, ``note_id``, ``start``, ``end`` and ``words``), ``status``
            of a corrected criterion.
        protocol: Id and version of the protocol.
        engine: The version of trialscreen.
        patterns: The hash of its rules.
        decided_at: When, in UTC.
        number: Its place in the store's order; 0 until it is stored.
    """

    id: str
    queue_id: str
    item_id: str
    reviewer: str
    act: Act
    role: Role = Role.REVIEW
    refers_to: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    protocol: str = ""
    engine: str = ""
    patterns: str = ""
    decided_at: datetime = _NEVER
    number: int = 0


def decision(
    queue_id: str,
    item: Item | None,
    reviewer: str,
    act: Act,
    said: Mapping[str, Any] | None = None,
    *,
    role: Role = Role.REVIEW,
    refers_to: str | None = None,
    decision_id: str | None = None,
) -> Decision:
    """A decision that is made now."""
    return Decision(
        decision_id or uuid4().hex, queue_id, item.id if item else "", reviewer, act, role, refers_to, said or {},
        item.protocol if item else "", item.engine if item else "", item.patterns if item else "",
        datetime.now(UTC),
    )  # fmt: skip


def answer(item: Item, status_or_statement: str | Statement) -> tuple[Act, dict[str, Any]]:
    """Compare an answer given without knowledge of the machine's with that: accepted, or corrected to it."""
    if isinstance(status_or_statement, str):
        same = status_or_statement == item.told["status"]
        return (Act.ACCEPT if same else Act.CORRECT), {"status": status_or_statement}
    said = status_or_statement
    same = said.comparable(item.concept) == machine_statement(item).comparable(item.concept)
    return (Act.ACCEPT if same else Act.CORRECT), said_of(said)


def said_of(statement: Statement) -> dict[str, Any]:
    """A statement as it is kept with a decision."""
    return {
        "value": dict(statement.value),
        "assertion": statement.assertion,
        "experiencer": statement.experiencer,
    }


def statement_of(said: Mapping[str, Any]) -> Statement:
    """A kept statement."""
    return Statement(said["value"], said["assertion"], said["experiencer"])


_JUDGING = frozenset({Act.ACCEPT, Act.REJECT, Act.CORRECT, Act.READ})


def live(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that were not taken back, in their order."""
    ordered = sorted(decisions, key=lambda made: made.number)
    undone = {made.refers_to for made in ordered if made.act is Act.UNDO}
    return [made for made in ordered if made.act is not Act.UNDO and made.id not in undone]


def standing(decisions: Iterable[Decision]) -> dict[str, dict[str, Decision]]:
    """By item and reviewer: the judgement that stands."""
    stands: dict[str, dict[str, Decision]] = {}
    for made in live(decisions):
        if made.role is Role.REVIEW and made.act in _JUDGING:
            stands.setdefault(made.item_id, {})[made.reviewer] = made
    return stands


def settlements(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """By item, or by the id of a mark: the decision that settled it."""
    return {
        made.refers_to or made.item_id: made
        for made in live(decisions)
        if made.role is Role.ADJUDICATE and made.act in _JUDGING
    }


def label(item: Item, made: Decision) -> str:
    """A judgement as a category: two reviewers agree where the categories are equal.

    Of a finding: "accept", "reject", or "correct" and the value. Of a criterion: the status it has by
    the reviewer, or "reject" where none can be said.
    """
    if item.kind is Kind.CRITERION:
        return str({Act.ACCEPT: item.told["status"], Act.CORRECT: made.said.get("status")}.get(made.act, made.act))
    if made.act is Act.CORRECT:
        return f"correct {statement_of(made.said).comparable(item.concept)}"
    return str(made.act)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention that was missed, by all the reviewers that marked it.

    Attributes:
        note_item: The item of its note.
        concept: Its concept.
        first: The first mark; a decision that settles it refers to that.
        by: The marks by reviewer.
    """

    note_item: Item
    concept: str
    first: Decision
    by: Mapping[str, Decision]


def marks(items: Iterable[Item], decisions: Iterable[Decision]) -> list[Mark]:
    """The missed mentions; marks of one concept that overlap in a note are one mention."""
    notes = {item.id: item for item in items if item.kind is Kind.NOTE}
    made = [one for one in live(decisions) if one.act is Act.MISSED and one.item_id in notes]
    made.sort(key=lambda one: (one.item_id, one.said["concept"], one.said["start"], one.number))
    groups: list[list[Decision]] = []
    for one in made:
        last = groups[-1] if groups else []
        same = last and (last[0].item_id, last[0].said["concept"]) == (one.item_id, one.said["concept"])
        if same and one.said["start"] < max(other.said["end"] for other in last):
            last.append(one)
        else:
            groups.append([one])
    return [
        Mark(
            notes[group[0].item_id],
            group[0].said["concept"],
            min(group, key=lambda one: one.number),
            {one.reviewer: one for one in sorted(group, key=lambda one: one.number)},
        )
        for group in groups
    ]


@dataclass(frozen=True, slots=True)
class Question:
    """What reviewers differ on.

    Attributes:
        item: The item, or the note of a missed mention.
        answers: What each said; a reviewer who read the note and marked nothing is None.
        mark: The missed mention, or None.
    """

    item: Item
    answers: Mapping[str, Decision | None]
    mark: Mark | None = None

    @property
    def about(self) -> str:
        """What a settlement is found by."""
        return self.mark.first.id if self.mark else self.item.id


def disagreements(items: Sequence[Item], decisions: Sequence[Decision]) -> list[Question]:
    """What two or more reviewers differ on and nobody has settled."""
    stands, settled = standing(decisions), settlements(decisions)
    questions = []
    for item in items:
        judged = stands.get(item.id, {})
        if item.kind is not Kind.NOTE and len({label(item, made) for made in judged.values()}) > 1:
            questions.append(Question(item, judged))
    for mark in marks(items, decisions):
        readers = stands.get(mark.note_item.id, {})
        answers = {reader: mark.by.get(reader) for reader in (*readers, *mark.by)}
        if len(answers) > 1 and len({_mark_label(mark, made) for made in answers.values()}) > 1:
            questions.append(Question(mark.note_item, answers, mark))
    return [question for question in questions if question.about not in settled]


def _mark_label(mark: Mark, made: Decision | None) -> str:
    return statement_of(made.said).comparable(mark.concept) if made else ""


def decided_by(items: Iterable[Item], decisions: Sequence[Decision], reviewer: str) -> frozenset[str]:
    """The ids of the items that a reviewer has judged."""
    stands = standing(decisions)
    return frozenset(item.id for item in items if reviewer in stands.get(item.id, {}))


def is_unblinded(decisions: Iterable[Decision], reviewer: str) -> bool:
    """Whether she chose to see what the others said, and so reviews this queue no further."""
    return any(made.act is Act.UNBLIND and made.reviewer == reviewer for made in decisions)


def open_to(items: Sequence[Item], decisions: Sequence[Decision], reviewer: str) -> tuple[Item, ...]:
    """The items on which a person may see what others said: those she has judged, and all when she is done."""
    own = decided_by(items, decisions, reviewer)
    if len(own) == len(items) or is_unblinded(decisions, reviewer):
        return tuple(items)
    return tuple(item for item in items if item.id in own)


def last_of(decisions: Iterable[Decision], reviewer: str, role: Role = Role.REVIEW) -> Decision | None:
    """The last decision that a reviewer can take back, or None."""
    own = [made for made in live(decisions) if made.reviewer == reviewer and made.role is role]
    own = [made for made in own if made.act is not Act.UNBLIND]
    return own[-1] if own else None


def next_open(items: Sequence[Item], decided: frozenset[str], after: int) -> int:
    """The place of the next item without a decision behind a place, from the top again at the end.

    The place itself, kept inside the queue, when all are decided.
    """
    order = [*range(after + 1, len(items)), *range(min(after + 1, len(items)))]
    return next((place for place in order if items[place].id not in decided), max(0, min(after, len(items) - 1)))


COLUMNS = (
    "number", "id", "queue", "decided_at", "reviewer", "role", "act", "stands", "refers_to", "kind", "patient_id",
    "note_id", "concept", "start", "end", "words", "told", "said", "label", "protocol", "engine", "patterns",
)  # fmt: skip
"""Of :func:`rows`."""


def rows(queue: str, items: Sequence[Item], decisions: Sequence[Decision], encode: Any) -> list[dict[str, Any]]:
    """The record as a table: a row a decision, those taken back included.

    Args:
        queue: The queue's name.
        items: Its items.
        decisions: The decisions.
        encode: Writes a value into a cell.
    """
    by_id = {item.id: item for item in items}
    stands = {made.id for by in standing(decisions).values() for made in by.values()}
    stands |= {made.id for made in settlements(decisions).values()}
    stands |= {made.id for made in live(decisions) if made.act in (Act.MISSED, Act.UNBLIND)}
    table = []
    for made in sorted(decisions, key=lambda one: one.number):
        item = by_id.get(made.item_id)
        said = made.said
        table.append(
            {
                "number": made.number,
                "id": made.id,
                "queue": queue,
                "decided_at": made.decided_at.isoformat(),
                "reviewer": made.reviewer,
                "role": str(made.role),
                "act": str(made.act),
                "stands": "yes" if made.id in stands else "no",
                "refers_to": made.refers_to or "",
                "kind": str(item.kind) if item else "",
                "patient_id": item.patient_id if item else "",
                "note_id": said.get("note_id", item.note_id if item else ""),
                "concept": said.get("concept") or (item.concept if item else ""),
                "start": said.get("start", item.start if item else 0),
                "end": said.get("end", item.end if item else 0),
                "words": said.get("words", item.words if item else ""),
                "told": encode(item.told.get("status") or item.told.get("value")) if item and item.told else "",
                "said": encode(dict(said)) if said else "",
                "label": label(item, made) if item and made.act in _JUDGING else "",
                "protocol": made.protocol,
                "engine": made.engine,
                "patterns": made.patterns,
            }
        )
    return table
