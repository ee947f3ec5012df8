"""Reviewed notes as labelled lines that ``trialscreen evaluate`` reads.

A note becomes a labelled text when somebody read it whole and every answer in it is known; a patient
becomes a labelled patient when the status of every criterion is known. All else is left out and counted:
a label file that lacks a mention would call a right finding a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.records import CriterionResult, Note, Status
from extractor.review.decisions import Act, Decision, disagreements, label, said_of
from extractor.review.figures import Settled, missed, notes_read, settled
from extractor.review.queue import Item, Kind, Statement
from extractor.trial.checker import verdict_of

Texts = Mapping[tuple[str, str], Note]
"""The notes by patient and id."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled lines, as plain values.

    Attributes:
        lines: One a text or patient.
        unknown: Texts or patients whose answers are not all known.
        without_text: Such whose answers are known and whose notes are not at hand.
    """

    lines: tuple[Mapping[str, Any], ...]
    unknown: int = 0
    without_text: int = 0


def labelled_texts(items: Sequence[Item], decisions: Sequence[Decision], texts: Texts) -> Gold:
    """A line a note that was read whole: its text and all mentions in it."""
    read = notes_read(items, decisions)
    doubtful = {question.item.id for question in disagreements(items, decisions) if question.mark}
    mentions: dict[tuple[str, str], list[dict[str, Any]]] = {}
    known = {one.item.id: one for one in settled(items, decisions)}
    unknown: set[tuple[str, str]] = set()
    notes = [item for item in items if item.kind is Kind.NOTE]
    for item in items:
        place = item.patient_id, item.note_id
        if item.kind is Kind.FINDING and item.id not in known:
            unknown.add(place)
        elif item.kind is Kind.FINDING:
            statement = known[item.id].statement()
            if statement:
                span = {"start": item.start, "end": item.end, "words": item.words}
                mentions.setdefault(place, []).append(_mention(item.concept, span, statement))
        elif item.kind is Kind.NOTE and (place not in read or item.id in doubtful):
            unknown.add(place)
    for miss in missed(items, decisions):
        place = miss.mark.note_item.patient_id, miss.mark.note_item.note_id
        mentions.setdefault(place, []).append(_mention(miss.mark.concept, miss.mark.first.said, miss.statement))
    lines, without_text = [], 0
    for item in notes:
        place = item.patient_id, item.note_id
        if place in unknown:
            continue
        if place not in texts:
            without_text += 1
            continue
        own = sorted(mentions.get(place, ()), key=lambda mention: (mention["start"], mention["end"]))
        lines.append({"id": f"{place[0]}/{place[1]}", "text": texts[place].text, "mentions": own})
    return Gold(tuple(lines), sum((item.patient_id, item.note_id) in unknown for item in notes), without_text)


def _mention(concept: str, span: Mapping[str, Any], statement: Statement) -> dict[str, Any]:
    place = {"start": span["start"], "end": span["end"], "text": span["words"]}
    return {"concept": concept, **place, **said_of(statement), "doubt": False}


def labelled_patients(
    items: Sequence[Item], decisions: Sequence[Decision], texts: Texts, notes: Iterable[tuple[str, str]]
) -> Gold:
    """A line a patient all of whose criteria are known: the notes, the criteria and the verdict.

    Args:
        items: The queue's items.
        decisions: The decisions on them.
        texts: The notes at hand.
        notes: Patient and id of all notes that the queue is about.
    """
    asked: dict[str, list[Item]] = {}
    for item in items:
        if item.kind is Kind.CRITERION:
            asked.setdefault(item.patient_id, []).append(item)
    known = {one.item.id: one for one in settled(items, decisions)}
    of_patient: dict[str, list[tuple[str, str]]] = {}
    for place in notes:
        of_patient.setdefault(place[0], []).append(place)
    lines, unknown, without_text = [], 0, 0
    for patient, own in asked.items():
        found = [known.get(item.id) for item in own]
        complete = [one for one in found if one and one.act is not Act.REJECT]
        places = of_patient.get(patient, [])
        if len(complete) < own[0].told["of"]:
            unknown += 1
        elif not places or any(place not in texts for place in places):
            without_text += 1
        else:
            lines.append(_patient(patient, complete, [texts[place] for place in places]))
    return Gold(tuple(lines), unknown, without_text)


def _patient(patient: str, known: Sequence[Settled], notes: Sequence[Note]) -> dict[str, Any]:
    results = [
        CriterionResult(
            one.item.concept, Status(label(one.item, one.made)), None, "", at_visit=bool(one.item.told["at_visit"])
        )
        for one in known
    ]
    return {
        "patient_id": patient,
        "as_of": known[0].item.told["as_of"],
        "notes": [
            {
                "note_id": note.note_id,
                "note_date": note.note_date.isoformat() if note.note_date else None,
                "note_type": note.note_type,
                "text": note.text,
            }
            for note in notes
        ],
        "gold": {
            "facts": {},
            "criteria": {result.id: str(result.status) for result in results},
            "verdict": str(verdict_of(results)),
        },
    }
