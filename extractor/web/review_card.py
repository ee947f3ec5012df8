"""A question of the reviewers' desk as a card, and what is lit in the notes beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from extractor.evidence.highlight import anchor, show
from extractor.evidence.wording import (
    STATUS_SYMBOLS,
    STATUS_WORDS,
    say_concept,
    say_date,
    say_name,
    say_value,
)
from extractor.records import Note, Status
from extractor.review.decisions import Act, Decision
from extractor.review.queue import Item, Kind, as_date
from extractor.web.note_view import Lit
from extractor.web.review_state import Desk

_AFFIRMED = ("affirmed", "patient", "current")


def card(item: Item, hidden: bool, decision: Decision | None = None) -> str:
    """A question as HTML.

    Args:
        item: The item.
        hidden: Whether what the machine says is left out.
        decision: What the reviewer has said herself, or None.
    """
    if item.kind is Kind.NOTE:
        body = "Is there anything in this note that no mark shows? Mark each, then say that you have read it."
        return _article("unknown", "Read the whole note", "", f'<p class="reason">{body}</p>', decision, item)
    if item.kind is Kind.CRITERION:
        return _criterion(item, hidden, decision)
    told = item.told
    value = "" if hidden else say_value(item.concept, told["value"])
    marks = [str(told[name]) for name in ("assertion", "experiencer", "temporality") if told[name] not in _AFFIRMED]
    details = [
        ", ".join(marks) or "affirmed, current, about the patient",
        say_date(as_date(told["date"])),
        f"section {told['section'].replace('_', ' ')}" if told["section"] else "",
        f"rule {told['rule']}" if told["rule"] else "",
    ]
    body = f'<p class="reason"><q><bdi>{show(" ".join(item.words.split()))}</bdi></q></p>'
    if hidden:
        body += '<p class="criterion">What the machine made of these words is shown after your answer.</p>'
    else:
        body += f'<p class="criterion">{show(" · ".join(filter(None, details)))}</p>'
    return _article("unknown", say_concept(item.concept), value, body, decision, item)


def _criterion(item: Item, hidden: bool, decision: Decision | None) -> str:
    told = item.told
    text = f'<p class="criterion">{show(told["text"])}</p>' if told["text"] else ""
    if hidden:
        waits = '<p class="criterion">What the machine says is shown after your answer.</p>'
        return _article("unknown", say_name(item.concept), "", text + waits, decision, item)
    status = Status(told["status"])
    body = f'<p class="reason"><bdi>{show(told["reason"])}</bdi></p>'
    if told["ask"]:
        body += f'<p class="ask"><b>Ask:</b> <bdi>{show(told["ask"])}</bdi></p>'
    quotes = "".join(f"<li><q><bdi>{show(' '.join(e['text'].split()))}</bdi></q></li>" for e in told["evidence"][:6])
    body += f"<ul>{quotes}</ul>{text}"
    said = f"{STATUS_SYMBOLS[status]} {STATUS_WORDS[status]}"
    return _article(str(status), say_name(item.concept), said, body, decision, item)


def _article(tone: str, title: str, value: str, body: str, decision: Decision | None, item: Item) -> str:
    shown = f'<span class="value"><bdi>{show(value)}</bdi></span>' if value else ""
    patient = f'<span class="at-visit">{show(item.patient_id)}</span>'
    own = f'<p class="ask"><b>You:</b> <bdi>{show(say_answer(item, decision))}</bdi></p>' if decision else ""
    header = f"<header><h3>{show(title)}</h3>{patient}{shown}</header>"
    return f'<article class="ts card s-{tone}">{header}{body}{own}</article>'


def say_answer(item: Item, decision: Decision | None) -> str:
    """What somebody said, in words."""
    if decision is None:
        return "✗ nothing was missed here"
    if decision.act is Act.MISSED:
        return (
            f"✓ missed: {say_concept(decision.said['concept'])}, {_say_said(decision.said['concept'], decision.said)}"
        )
    if decision.act is Act.CORRECT and item.kind is Kind.CRITERION:
        status = Status(decision.said["status"])
        return f"{STATUS_SYMBOLS[status]} {STATUS_WORDS[status]}"
    if decision.act is Act.CORRECT:
        return f"✎ {_say_said(item.concept, decision.said)}"
    if item.kind is Kind.CRITERION and decision.act is Act.ACCEPT:
        status = Status(item.told["status"])
        return f"{STATUS_SYMBOLS[status]} {STATUS_WORDS[status]}, as the machine says"
    if item.kind is Kind.CRITERION:
        return "– cannot be said from the notes"
    words = {Act.ACCEPT: "✓ right", Act.REJECT: "✗ nothing of the kind is said here", Act.READ: "✓ read to the end"}
    return words.get(decision.act, str(decision.act))


def _say_said(concept: str, said: Mapping[str, Any]) -> str:
    marks = [str(said[name]) for name in ("assertion", "experiencer") if said[name] not in _AFFIRMED]
    return ", ".join([say_value(concept, said["value"]), *marks])


def notes_of(desk: Desk, item: Item) -> list[Note]:
    """The notes that a question is about, as far as they can be shown."""
    if item.kind is not Kind.CRITERION:
        note = desk.notes.get((item.patient_id, item.note_id))
        return [note] if note else []
    own = [note for (patient, _), note in desk.notes.items() if patient == item.patient_id]
    cited = {evidence["note_id"] for evidence in item.told["evidence"]}
    return sorted(own, key=lambda note: (note.note_id not in cited, str(note.note_date), note.note_id))


def lit_of(desk: Desk, item: Item, hidden: bool, marked: Iterable[Decision] = ()) -> list[Lit]:
    """What is marked in them: the words in question; in a note to be read, all that was found or marked."""
    if item.kind is Kind.FINDING:
        return [Lit(item.note_id, item.start, item.end, f"lit {_colour(item.concept)}", say_concept(item.concept))]
    if item.kind is Kind.CRITERION:
        evidence: Sequence[Mapping[str, Any]] = () if hidden else item.told["evidence"]
        return [Lit(each["note_id"], each["start"], each["end"], "lit") for each in evidence]
    found = [
        Lit(other.note_id, other.start, other.end, _colour(other.concept), say_concept(other.concept))
        for other in desk.items
        if other.kind is Kind.FINDING and (other.patient_id, other.note_id) == (item.patient_id, item.note_id)
    ]
    own = [
        Lit(item.note_id, made.said["start"], made.said["end"], f"used {_colour(made.said['concept'])}",
            f"marked: {say_concept(made.said['concept'])}")
        for made in marked
        if made.act is Act.MISSED and made.item_id == item.id
    ]  # fmt: skip
    return [*found, *own]


def _colour(concept: str) -> str:
    return f"c-{anchor(concept, '')}"
