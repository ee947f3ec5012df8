"""What reviewers are asked: a queue of findings, criteria and whole notes, drawn once for all of them.

A sample is drawn by the hash of the seed and of what an item says. So it depends neither on the order of
the patients nor on who draws it, and one pass over an export of any size is enough.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from extractor.records import Assertion, Experiencer, Note, Status
from extractor.review.scoring import KEYS

MOST_ITEMS = 20_000
"""No queue is longer; who has more draws a sample."""


class QueueError(ValueError):
    """A queue that cannot be drawn. Its message is one line for a person."""


class Kind(StrEnum):
    """What an item asks about."""

    FINDING = "finding"
    CRITERION = "criterion"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a queue is drawn and reviewed.

    Attributes:
        name: What people call it.
        whole_notes: Draw whole notes: all findings of each, and then the note itself, which is read for
            what was missed. Otherwise single findings and criteria.
        only_doubtful: Only what is possible, in conflict or unknown.
        size: How many findings and criteria, or notes, to draw at random; None takes all.
        seed: Gives the same sample of the same reports again.
        concepts: Only findings of these concepts and criteria of these ids; empty means all.
        blind: What the machine made of it is shown only after one's own answer.
        keep_notes: Keep the text of the notes with the queue.
    """

    name: str
    whole_notes: bool = False
    only_doubtful: bool = False
    size: int | None = None
    seed: int = 1
    concepts: frozenset[str] = frozenset()
    blind: bool = False
    keep_notes: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A report as ``report_json`` writes it, and the notes it is about, as far as they are at hand."""

    report: Mapping[str, Any]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One question to the reviewers.

    Attributes:
        id: Unique in its queue; the same for the same question in another.
        kind: A finding, a criterion, or a note to be read for what was missed.
        patient_id: Whose.
        note_id: In which note; empty for a criterion.
        concept: The finding's concept or the criterion's id; empty for a note.
        start: First code point of the evidence.
        end: One past the last.
        words: The evidence.
        told: What the machine says. Of a finding: value, assertion, experiencer, temporality, date,
            section, rule. Of a criterion: status, reason, ask, text, at_visit, as_of, evidence, and ``of``,
            the number of the protocol's criteria.
        doubtful: Whether that is only possible, in conflict or unknown.
        protocol: Id and version of the protocol.
        engine: The version of trialscreen.
        patterns: The hash of its rules.
    """

    id: str
    kind: Kind
    patient_id: str
    note_id: str
    concept: str
    start: int = 0
    end: int = 0
    words: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    doubtful: bool = False
    protocol: str = ""
    engine: str = ""
    patterns: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A queue's items in the order in which everybody gets them, and the notes they are about."""

    items: tuple[Item, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is drawn or left as a whole."""

    key: str
    items: tuple[Item, ...]
    case: Case


def draw(cases: Iterable[Case], plan: Plan) -> Drawn:
    """Draw a queue.

    Raises:
        QueueError: When there is nothing to ask, or too much.
    """
    units = (unit for case in cases for unit in _units(case, plan))
    if plan.size is None:
        chosen = list(islice(units, MOST_ITEMS + 1))
    else:
        chosen = heapq.nsmallest(plan.size, units, key=lambda unit: _digest(str(plan.seed), unit.key))
    items = {item.id: item for unit in chosen for item in unit.items}
    if not items:
        raise QueueError("There is nothing to review: no finding, criterion or note fits the choice.")
    if len(items) > MOST_ITEMS:
        raise QueueError(f"More than {MOST_ITEMS:,} questions: draw a sample.")
    notes = {(note.patient_id, note.note_id): note for unit in chosen for note in _needed(unit)}
    return Drawn(tuple(sorted(items.values(), key=_reading_order)), tuple(notes.values()))


def _reading_order(item: Item) -> tuple[Any, ...]:
    """Patient by patient and note by note, so that each is read once; a criterion after its patient's notes."""
    return (
        item.patient_id, item.kind is Kind.CRITERION, item.note_id, item.kind is Kind.NOTE,
        item.start, item.end, item.concept, item.id,
    )  # fmt: skip


def _needed(unit: _Unit) -> Iterator[Note]:
    """A finding needs its note; a criterion rests on all notes of its patient."""
    wanted = {item.note_id for item in unit.items if item.kind is not Kind.CRITERION}
    everything = any(item.kind is Kind.CRITERION for item in unit.items)
    for note in unit.case.notes:
        if everything or note.note_id in wanted:
            yield replace(note, patient_id=str(unit.case.report["patient_id"]))


def _units(case: Case, plan: Plan) -> Iterator[_Unit]:
    findings = [item for item in _findings(case) if not plan.concepts or item.concept in plan.concepts]
    if plan.whole_notes:
        for note in case.notes:
            whole = _item(case, Kind.NOTE, note.note_id, "", {})
            own = tuple(item for item in findings if item.note_id == note.note_id)
            if not plan.only_doubtful or any(item.doubtful for item in own):
                yield _Unit(whole.id, (*own, whole), case)
        return
    criteria = [item for item in _criteria(case) if not plan.concepts or item.concept in plan.concepts]
    for item in (*findings, *criteria):
        if item.doubtful or not plan.only_doubtful:
            yield _Unit(item.id, (item,), case)


_TOLD_OF_FINDING = ("value", "assertion", "experiencer", "temporality", "date", "section", "rule")
_TOLD_OF_CRITERION = ("status", "reason", "ask", "text", "at_visit")


def _findings(case: Case) -> Iterator[Item]:
    report = case.report
    unsettled = {
        name
        for criterion in report["criteria"]
        if criterion["status"] == Status.UNKNOWN and not criterion.get("at_visit")
        for name in criterion["evidence"]
    }
    for finding in report["findings"]:
        if finding["concept"] in KEYS:
            told = {name: finding.get(name) for name in _TOLD_OF_FINDING}
            item = _item(case, Kind.FINDING, finding["note_id"], finding["concept"], told, finding)
            doubtful = finding["assertion"] == Assertion.POSSIBLE or finding.get("id") in unsettled
            yield replace(item, doubtful=doubtful)


def _criteria(case: Case) -> Iterator[Item]:
    report = case.report
    by_id = {finding.get("id"): finding for finding in report["findings"]}
    for criterion in report["criteria"]:
        told = {name: criterion.get(name) for name in _TOLD_OF_CRITERION}
        told["of"], told["as_of"] = len(report["criteria"]), report.get("as_of")
        told["evidence"] = [
            {key: by_id[name][key] for key in ("note_id", "start", "end", "text")}
            for name in criterion["evidence"]
            if name in by_id
        ]
        item = _item(case, Kind.CRITERION, "", criterion["id"], told)
        yield replace(item, doubtful=criterion["status"] == Status.UNKNOWN and not criterion.get("at_visit"))


def _item(
    case: Case,
    kind: Kind,
    note_id: str,
    concept: str,
    told: Mapping[str, Any],
    span: Mapping[str, Any] | None = None,
) -> Item:
    report, span = case.report, span or {}
    patient, start, end = str(report["patient_id"]), span.get("start", 0), span.get("end", 0)
    said = {name: told.get(name) for name in ("value", "assertion", "experiencer", "status")}
    key = _digest(patient, note_id, kind, concept, str(start), str(end), canonical(said))
    engine = report.get("engine") or {}
    protocol = report.get("protocol") or {}
    return Item(
        key[:24], kind, patient, note_id, concept, start, end, span.get("text", ""), told,
        protocol=f"{protocol.get('id', '')} {protocol.get('version', '')}".strip(),
        engine=str(engine.get("version", "")), patterns=str(engine.get("patterns", "")),
    )  # fmt: skip


def canonical(value: Any) -> str:
    """Plain values as JSON that is the same whatever the order of the keys; all of it ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def text_digest(queue_id: str, text: str) -> str:
    """Tells whether a note is the one that was reviewed, without its text; differs from queue to queue."""
    return _digest(queue_id, text)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person says that a note says.

    Attributes:
        value: The concept's value.
        assertion: affirmed, negated, possible or hypothetical.
        experiencer: patient, family or other.
    """

    value: Mapping[str, Any]
    assertion: str = str(Assertion.AFFIRMED)
    experiencer: str = str(Experiencer.PATIENT)

    def comparable(self, concept: str) -> str:
        """What of it counts when two statements on a concept are compared."""
        keys = (*KEYS.get(concept, ()), *(("low", "high") if concept == "metastasis" else ()))
        value = {key: _normal(self.value.get(key)) for key in keys}
        return canonical([value, self.assertion, self.experiencer])


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return value.upper()
    if isinstance(value, (list, tuple)):
        return sorted(str(part).upper() for part in value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def machine_statement(item: Item) -> Statement:
    """What the machine says about a finding."""
    return Statement(item.told["value"], item.told["assertion"], item.told["experiencer"])


def as_date(text: str | None) -> date | None:
    """A day from its ISO text."""
    return date.fromisoformat(text) if text else None
