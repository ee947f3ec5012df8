"""A note as the findings stage sees it: sentences, mentions, and what dates and frames them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, wraps
from re import Pattern
from typing import Any, TypeVar, cast

from extractor.language.dates import DateMention, DateOrder, find_dates
from extractor.language.layout import Sentence
from extractor.language.text import CleanText
from extractor.records import Finding, Note, Qualifiers, Value
from extractor.stopwatch import Stage, unwatched


@dataclass(frozen=True)
class Mention:
    """Words that a rule matched, with what ConText says of them.

    Attributes:
        category: The rule's label, e.g. ``SITE``.
        rule: The rule's id.
        value: What the rule says of every match.
        groups: The named groups of this match that took part.
        start: First place in the reading's text.
        end: One past the last.
        text: The words.
        sentence: Number of the sentence it begins in.
        qualify: What finds its qualifiers when they are first looked at …
        asked: … and what it is asked: category, start, end and sentence as the rule matched them.
    """

    category: str
    rule: str
    value: Value
    groups: Mapping[str, str]
    start: int
    end: int
    text: str
    sentence: int
    qualify: Callable[[str, int, int, int], Qualifiers] = field(repr=False, compare=False)
    asked: tuple[str, int, int, int] = field(repr=False, compare=False)

    @cached_property
    def qualifiers(self) -> Qualifiers:
        """Assertion, experiencer, temporality, and all cues."""
        return self.qualify(*self.asked)

    def requalified(self, qualifiers: Qualifiers) -> Mention:
        """The same words with other qualifiers."""
        return replace(self, qualify=lambda *_: qualifiers)


@dataclass(frozen=True, slots=True)
class Frame:
    """What dates and frames a sentence.

    Attributes:
        date: The day that its statements are about.
        dated: Whether the text itself gives that day (else it is the note's date).
        study: The part of the body that the imaging study covers whose report it belongs to:
            ``head``, ``body``, ``chest``, ``abdomen``, ``spine``, ``bone`` …; None outside a report.
        modality: That study's modality, e.g. ``MRI``.
    """

    date: date | None = None
    dated: bool = False
    study: str | None = None
    modality: str | None = None


class Frames:
    """The frame of each sentence; they are worked out in order, as far as they are looked at."""

    def __init__(self, frames: Iterator[Frame], stage: Stage) -> None:
        self._coming = frames
        self._stage = stage
        self._known: list[Frame] = []

    def __getitem__(self, number: int) -> Frame:
        if len(self._known) <= number:
            with self._stage("frames"):
                while len(self._known) <= number:
                    self._known.append(next(self._coming))
        return self._known[number]


@dataclass(frozen=True)
class Reading:
    """One note, read: everything that the concepts' modules look at.

    Attributes:
        note: The note as it came.
        clean: The cleaned text and the way back.
        text: The cleaned text, soft line breaks joined; all places point into it.
        sentences: In order.
        find: What finds the mentions of a category when they are first asked for.
        frame: What works out the frames of the sentences.
        expressions: The expressions of the rule files, by ``<file>.<name>``.
        order: How the patient's ambiguous numeric dates are written.
        stage: Counts the time of a stage.
        name: What the rules of a category find in the note's type ("MRI brain").
    """

    note: Note
    clean: CleanText
    text: str
    sentences: Sequence[Sentence]
    find: Callable[[str], list[Mention]]
    frame: Callable[[Reading], Iterator[Frame]]
    expressions: Mapping[str, Pattern[str]]
    order: DateOrder | None = None
    stage: Stage = unwatched
    name: Callable[[str], Sequence[Value]] = lambda category: ()
    _found: dict[tuple[str, ...], tuple[list[Mention], list[int]]] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @cached_property
    def dates(self) -> Sequence[DateMention]:
        """All dates that the text names."""
        with self.stage("dates"):
            return find_dates(self.text, self.note.note_date, self.order)

    @cached_property
    def frames(self) -> Frames:
        """One a sentence."""
        return Frames(self.frame(self), self.stage)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def _mentions(self, categories: tuple[str, ...]) -> tuple[list[Mention], list[int]]:
        """The mentions of some categories, in order, and their places."""
        found = self._found.get(categories)
        if found is None:
            if len(categories) == 1:
                mentions = self.find(categories[0])
            else:
                mentions = _in_order([m for category in categories for m in self._mentions((category,))[0]])
            found = self._found[categories] = mentions, [mention.start for mention in mentions]
        return found

    def titled(self, category: str) -> Value | None:
        """What the note's type says by the rules of a category, e.g. which study a report is about."""
        if not self.note.note_type:
            return None
        key = "titled", category
        if key not in self._known:
            self._known[key] = next(iter(self.name(category)), None)
        return cast(Value | None, self._known[key])

    def of(self, *categories: str) -> list[Mention]:
        """All mentions of some categories, in order."""
        return self._mentions(categories)[0]

    def within(self, start: int, end: int, *categories: str) -> list[Mention]:
        """The mentions of some categories that lie wholly inside a stretch of text."""
        mentions, starts = self._found.get(categories) or self._mentions(categories)
        if not mentions:
            return []
        first = bisect_left(starts, start)
        return [mention for mention in mentions[first : bisect_left(starts, end, first)] if mention.end <= end]

    def in_sentence(self, number: int, *categories: str) -> list[Mention]:
        """The mentions of some categories in one sentence."""
        sentence = self.sentences[number]
        return self.within(sentence.start, sentence.end, *categories)

    def sentence_at(self, place: int) -> int:
        """The number of the sentence at (or before) a place of the text."""
        return max(0, bisect_right(self._sentence_starts, place) - 1)

    def opening_of_line(self, number: int) -> int:
        """The number of the sentence that opens the line in which a sentence stands."""
        line = self.sentences[number].line
        while number and self.sentences[number - 1].line == line:
            number -= 1
        return number

    def sentence_text(self, number: int) -> str:
        """The words of one sentence."""
        sentence = self.sentences[number]
        return self.text[sentence.start : sentence.end]

    def dates_within(self, start: int, end: int) -> Iterator[DateMention]:
        """The dates inside a stretch of text."""
        for place in range(bisect_left(self.dates, start, key=lambda mention: mention.start), len(self.dates)):
            mention = self.dates[place]
            if mention.start >= end:
                return
            if mention.end <= end:
                yield mention

    def finding(
        self,
        concept: str,
        value: Value,
        start: int,
        end: int,
        by: Mention,
        **changes: Any,
    ) -> Finding:
        """A finding on a stretch of the text, qualified and dated as one of its mentions is.

        Args:
            concept: The concept.
            value: The normalised value.
            start: Where its evidence begins in the reading's text.
            end: One past its end.
            by: The mention whose rule, qualifiers and sentence it takes over.
            **changes: Fields of the finding to set otherwise, e.g. ``temporality``.
        """
        note_start, note_end = self.clean.to_note(start, end)
        frame = self.frames[by.sentence]
        section = self.sentences[by.sentence].section
        context: dict[str, Any] = {"dated": frame.dated}
        if frame.study:
            context |= {"study": frame.study, "modality": frame.modality}
        # ConText is asked only for what is not told otherwise
        fields: dict[str, Any] = {name: getattr(by.qualifiers, name) for name in _QUALIFIED if name not in changes}
        fields |= {
            "date": frame.date,
            "section": section.name if section else None,
            "rule": by.rule,
            "note_id": self.note.note_id,
            "note_date": self.note.note_date,
            "context": context,
        }
        return Finding(
            concept=concept,
            value=value,
            start=note_start,
            end=note_end,
            text=self.note.text[note_start:note_end],
            **fields | changes,
        )


_QUALIFIED = ("assertion", "experiencer", "temporality")
"""The fields of a finding that the qualifiers of its mention give."""
_Function = TypeVar("_Function", bound=Callable[..., Any])


def remembered(function: _Function) -> _Function:
    """Let a function of a reading (and, say, the number of a sentence) work out each answer but once."""

    @wraps(function)
    def remembering(reading: Reading, *number: int) -> Any:
        key = function, *number
        if key not in reading._known:
            reading._known[key] = function(reading, *number)
        return reading._known[key]

    return cast(_Function, remembering)


def _in_order(mentions: list[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda mention: (mention.start, -mention.end))
