"""Notes with some of their words lit, in which a person can select words, also by the keyboard alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from extractor.evidence.highlight import cut
from extractor.evidence.wording import say_date
from extractor.records import Finding, Note

_UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")
_HERE = Path(__file__)

_component = st.components.v2.component(
    "trialscreen.note_view",
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    isolate_styles=False,  # a selection cannot be read through a shadow root in every browser
)


@dataclass(frozen=True, slots=True)
class Lit:
    """Words that are marked in a note.

    Attributes:
        note_id: Where.
        start: First code point.
        end: One past the last.
        css: Classes of the mark: ``lit`` for what the question is about, ``c-…`` for a concept.
        title: What it says when pointed at.
    """

    note_id: str
    start: int
    end: int
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Words that a person selected."""

    note: Note
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words."""
        return self.note.text[self.start : self.end]


def show_notes(
    notes: Sequence[Note],
    lit: Sequence[Lit],
    *,
    marking: bool,
    focus: str = "",
    on_selected: Callable[[Selection], None],
) -> None:
    """Show notes.

    Args:
        notes: The notes, in their order.
        lit: What is marked in them.
        marking: Whether words can be selected now.
        focus: The CSS selector of a part of the page whose first field gets the cursor, then a blank and
            what is new each time that is wanted; or empty.
        on_selected: Is told what was selected.
    """
    shown = [{"heading": heading(note), "pieces": pieces(note, lit)} for note in notes]

    def selected() -> None:
        found = selection(notes, getattr(st.session_state.get("review_note_view"), "selected", None))
        if found:
            on_selected(found)

    _component(
        key="review_note_view",
        data={"key": _key(shown), "notes": shown, "marking": marking, "focus": focus},
        on_selected_change=selected,
    )


def heading(note: Note) -> str:
    """A note's heading: when, what, which."""
    return " · ".join(filter(None, (say_date(note.note_date), note.note_type, note.note_id)))


def pieces(note: Note, lit: Sequence[Lit]) -> list[dict[str, str]]:
    """A note cut at the borders of what is lit; the pieces have as many code points as the note."""
    own = [mark for mark in lit if mark.note_id == note.note_id]
    spans = [Finding(str(number), {}, mark.start, mark.end, "") for number, mark in enumerate(own)]
    found = []
    for segment in cut(note.text, spans):
        marks = [own[int(span.concept)] for span in segment.findings]
        piece = {"text": _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", segment.text)}
        if marks:
            piece["css"] = " ".join(dict.fromkeys(mark.css for mark in marks))
            piece["title"] = "\n".join(filter(None, (mark.title for mark in marks)))
        found.append(piece)
    return found


def _key(shown: Sequence[Mapping[str, Any]]) -> str:
    """Tells whether the notes are already shown so, and need not be built again."""
    return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest()


def selection(notes: Sequence[Note], told: Any) -> Selection | None:
    """What the browser tells of a selection, without the white space round it; None when it makes no sense."""
    if not isinstance(told, Mapping):
        return None
    places = [told.get(name) for name in ("note", "start", "end")]
    if not all(isinstance(place, int) and place >= 0 for place in places):
        return None
    number, start, end = (int(place) for place in places if place is not None)
    if number >= len(notes) or end > len(notes[number].text):
        return None
    words = notes[number].text[start:end]
    start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
    return Selection(notes[number], start, end) if start < end else None
