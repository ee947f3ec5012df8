"""A queue over the hand-made report, and reviewers who say what they are told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from made_reports import notes, review_report

from extractor.exports.report_json import to_dict
from extractor.review.decisions import Act, Decision, Role, decision
from extractor.review.queue import Case, Drawn, Item, Kind, Plan, draw

QUEUE = "q1"
WHOLE = Plan("whole", whole_notes=True, keep_notes=True)
SINGLE = Plan("single")


def case(patient: str = "A-017") -> Case:
    """The hand-made report of a patient, as it is written and read."""
    report = replace(review_report(), patient_id=patient)
    return Case(to_dict(report), tuple(replace(note, patient_id=patient) for note in notes()))


def drawn(plan: Plan = WHOLE, patients: int = 1) -> Drawn:
    """A queue over some patients."""
    return draw((case(f"A-{number:03}") for number in range(patients)), plan)


def find(items: Sequence[Item], concept: str, words: str = "") -> Item:
    """The first item of a concept whose evidence holds some words."""
    return next(item for item in items if item.concept == concept and words in item.words)


def note_item(items: Sequence[Item], note_id: str) -> Item:
    """The item that asks to read a note."""
    return next(item for item in items if item.kind is Kind.NOTE and item.note_id == note_id)


class Record:
    """Decisions, numbered as a store does."""

    def __init__(self) -> None:
        """Nothing was decided yet."""
        self.made: list[Decision] = []

    def __call__(
        self,
        reviewer: str,
        item: Item | None,
        act: Act,
        said: Mapping[str, Any] | None = None,
        role: Role = Role.REVIEW,
        refers_to: str | None = None,
    ) -> Decision:
        """Add one."""
        one = decision(QUEUE, item, reviewer, act, said, role=role, refers_to=refers_to)
        self.made.append(replace(one, number=len(self.made) + 1))
        return self.made[-1]

    def undo(self, reviewer: str, made: Decision) -> None:
        """Take one back."""
        self(reviewer, None, Act.UNDO, role=made.role, refers_to=made.id)


def missed(note_text: str, words: str, concept: str, value: dict[str, Any], note_id: str = "n1") -> dict[str, Any]:
    """What goes with a mark of a missed mention."""
    start = note_text.index(words)
    return {
        "concept": concept, "note_id": note_id, "start": start, "end": start + len(words), "words": words,
        "value": value, "assertion": "affirmed", "experiencer": "patient",
    }  # fmt: skip


def corrected(value: dict[str, Any], assertion: str = "affirmed") -> dict[str, Any]:
    """What goes with a correction."""
    return {"value": value, "assertion": assertion, "experiencer": "patient"}
