"""A note as the findings stage sees it: sentences, mentions, and what dates and frames them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from extractor.language.dates import DateMention, DateOrder
from extractor.language.layout import Sentence
from extractor.language.text import CleanText
from extractor.records import Finding, Note, Qualifiers, Value


@dataclass(frozen=True, slots=True)
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
        qualifiers: Assertion, experiencer, temporality, and all cues.
        sentence: Number of the sentence it begins in.
    """

    category: str
    rule: str
    value: Value
    groups: Mapping[str, str]
    start: int
    end: int
    text: str
    qualifiers: Qualifiers
    sentence: int


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


@dataclass(frozen=True)
class Reading:
    """One note, read: everything that the concepts' modules look at.

    Attributes:
        note: The note as it came.
        clean: The cleaned text and the way back.
        text: The cleaned text, soft line breaks joined; all places point into it.
        sentences: In order.
        mentions: In order of their start, longer ones first.
        dates: All dates that the text names.
        frames: One a sentence.
        order: How the patient's ambiguous numeric dates are written.
    """

    note: Note
    clean: CleanText
    text: str
    sentences: Sequence[Sentence]
    mentions: Sequence[Mention]
    dates: Sequence[DateMention]
    frames: Sequence[Frame] = field(default_factory=tuple)
    order: DateOrder | None = None

    @cached_property
    def _by_category(self) -> Mapping[str, list[Mention]]:
        table: dict[str, list[Mention]] = {}
        for mention in self.mentions:
            table.setdefault(mention.category, []).append(mention)
        return table

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def of(self, *categories: str) -> list[Mention]:
        """All mentions of some categories, in order."""
        if len(categories) == 1:
            return self._by_category.get(categories[0], [])
        found = [mention for category in categories for mention in self._by_category.get(category, ())]
        return sorted(found, key=lambda mention: (mention.start, -mention.end))

    def within(self, start: int, end: int, *categories: str) -> list[Mention]:
        """The mentions of some categories that lie wholly inside a stretch of text."""
        found: list[Mention] = []
        for category in categories:
            mentions = self._by_category.get(category, [])
            first = bisect_left(mentions, start, key=lambda mention: mention.start)
            for place in range(first, len(mentions)):
                mention = mentions[place]
                if mention.start >= end:
                    break
                if mention.end <= end:
                    found.append(mention)
        return sorted(found, key=lambda mention: (mention.start, -mention.end))

    def in_sentence(self, number: int, *categories: str) -> list[Mention]:
        """The mentions of some categories in one sentence."""
        sentence = self.sentences[number]
        return self.within(sentence.start, sentence.end, *categories)

    def sentence_at(self, place: int) -> int:
        """The number of the sentence at (or before) a place of the text."""
        return max(0, bisect_right(self._sentence_starts, place) - 1)

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
        frame = self.frames[by.sentence] if self.frames else Frame(self.note.note_date)
        section = self.sentences[by.sentence].section
        context: dict[str, Any] = {"dated": frame.dated}
        if frame.study:
            context |= {"study": frame.study, "modality": frame.modality}
        finding = Finding(
            concept=concept,
            value=value,
            start=note_start,
            end=note_end,
            text=self.note.text[note_start:note_end],
            assertion=by.qualifiers.assertion,
            experiencer=by.qualifiers.experiencer,
            temporality=by.qualifiers.temporality,
            date=frame.date,
            section=section.name if section else None,
            rule=by.rule,
            note_id=self.note.note_id,
            note_date=self.note.note_date,
            context=context,
        )
        return replace(finding, **changes) if changes else finding
