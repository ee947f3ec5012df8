"""The medspaCy pipeline: sentences, target rules, ConText, on a blank English spaCy.

This is the only module that knows medspaCy. What is done differently from its defaults, each for a
reason that was measured: the sentences come from ``layout`` (medspaCy's splitter is slow, not
thread-safe and logs the note), the rules are all our own (the default ones miss "ruled out" and
"is negative for"), a rule is tried only where a match of it can begin (``gate``: medspaCy's matcher
searches the whole text by every rule), and nothing is done before it is asked for: the mentions of
a category are found when a concept looks for them, and ConText qualifies a mention when its
qualifiers are looked at, in a document of its own sentence, since no cue reaches beyond it.
"""

from __future__ import annotations

import importlib
import logging
import re
import sys
import threading
import warnings
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from extractor.language.assertion import qualify
from extractor.language.dates import DateOrder
from extractor.language.frames import frames_of
from extractor.language.gate import Gate, Lines, available
from extractor.language.layout import Sentence, lay_out
from extractor.language.reading import Mention, Reading
from extractor.language.rules import ContextSpec, Rule, RuleSet, load_rules
from extractor.language.text import clean
from extractor.records import Note, Qualifiers, Value
from extractor.stopwatch import Stage, unwatched


class _Later(ModuleType):
    """Stands for a module until something of it is used; then that is imported."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _imported_later(name: str) -> Iterator[None]:
    """Let imports of a module not load it yet."""
    stand_in = sys.modules.setdefault(name, _Later(name))
    try:
        yield
    finally:
        if isinstance(stand_in, _Later) and sys.modules.get(name) is stand_in:
            del sys.modules[name]


# medspaCy silences all warnings of the process when it is imported; and it imports QuickUMLS, which is
# not used here, and with it NLTK, scikit-learn, scipy and pandas
with warnings.catch_warnings(), _imported_later("nltk"):
    logging.getLogger("PyRuSH").disabled = True
    from loguru import logger as _loguru

    _loguru.disable("PyRuSH")
    _loguru.disable("medspacy")
    from medspacy.context import ConTextGraph, ConTextModifier, ConTextRule

_PIECE = 900
"""The rules are tried on pieces of about this many characters, whole lines all of them."""
_GATE_PAYS = 40_000
"""The gate takes as long to set up as it saves on so many characters; before that every rule searches."""
_ENDING_REACH = 1
"""The reach of cues that only end others. By default it is their sentence, and medspaCy (1.3.1) takes
a scope that contains another for one that does not touch it, so that they would end nothing."""
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_+|\s+")
"""Words, numbers and single signs. Rules match characters, so finer tokens only help."""

_NO_GROUPS: Mapping[str, str] = MappingProxyType({})


def document(vocab: Vocab, text: str, starts: Iterable[int]) -> tuple[Doc, list[int]]:
    """A text as a document of spaCy, and the places of its tokens.

    Args:
        vocab: Its vocabulary.
        text: The text.
        starts: Where its sentences begin.
    """
    words: list[str] = []
    spaces: list[bool] = []
    places: list[int] = []
    place = 0
    for token in _TOKEN.findall(text):
        if token[0] == " " and words and not spaces[-1]:
            spaces[-1] = True
            place += 1
            token = token[1:]
        if token:
            words.append(token)
            spaces.append(False)
            places.append(place)
            place += len(token)
    doc = Doc(vocab, words=words, spaces=spaces)
    if len(doc) > 1:
        doc[1].is_sent_start = False  # spaCy asks whether any token but the first is marked
    for start in starts:
        doc[max(0, bisect_right(places, start) - 1)].is_sent_start = True
    return doc, places


_FoundCue = tuple[int, int, int]
"""The number of a cue's rule, and the place of its words in the text."""


def _cue(rule: Rule) -> ConTextRule:
    spec = rule.spec
    assert isinstance(spec, ContextSpec)
    return ConTextRule(
        literal=rule.id,
        category=rule.category,
        pattern=rule.pattern.pattern,
        direction=spec.direction,
        allowed_types={t.upper() for t in spec.allowed_types} if spec.allowed_types else None,
        excluded_types={t.upper() for t in spec.excluded_types} if spec.excluded_types else None,
        max_scope=_ENDING_REACH if spec.direction in ("TERMINATE", "PSEUDO") else spec.max_scope,
        terminated_by={t.upper() for t in spec.terminated_by} if spec.terminated_by else None,
    )


def _by_category(targets: Iterable[Rule]) -> Mapping[str, frozenset[int]]:
    """The numbers of the rules of each category."""
    numbers: defaultdict[str, frozenset[int]] = defaultdict(frozenset)
    for number, rule in enumerate(targets):
        numbers[rule.category] |= {number}
    return numbers


class Reader:
    """Reads notes by the rules of a folder. Safe to share between threads.

    Args:
        rules: The rules.
        gate_after: The gate is set up when so many characters were read; never when None, and never where Python's
            parser of regular expressions is not the one that the gate knows.

    Example:
        >>> reader = Reader.from_folder(patterns_folder())
        >>> reader.read(Note("ECOG 1."))
    """

    def __init__(self, rules: RuleSet, gate_after: int | None = _GATE_PAYS) -> None:
        self.rules = rules
        self._gate_after = gate_after if available() else None
        self.vocab = Vocab()
        self.lock = threading.Lock()
        self.context = [_cue(rule) for rule in rules.cues]
        self._read = 0
        self.every_rule = (*rules.targets, *rules.cues)
        self.targets = _by_category(rules.targets)
        self.cues = frozenset(range(len(rules.targets), len(self.every_rule)))

    @classmethod
    def from_folder(cls, folder: Path) -> Reader:
        """A reader by the rule files of a folder.

        Raises:
            RuleFileError: When a rule file is wrong.
        """
        return cls(load_rules(folder))

    def may_reach(self, cue: _FoundCue, category: str, start: int, end: int) -> bool:
        """Whether a cue of the same sentence might qualify a mention, by its category, place and direction.

        It saves most documents: whatever may be, ``ConTextModifier.modifies`` says.
        """
        number, cue_start, cue_end = cue
        rule = self.context[number]
        if rule.allowed_types is not None:
            if category not in rule.allowed_types:
                return False
        elif rule.excluded_types is not None and category in rule.excluded_types:
            return False
        if rule.direction == "FORWARD":
            return cue_start < end  # medspaCy lets a cue inside a mention qualify it
        if rule.direction == "BACKWARD":
            return cue_end > start
        return rule.direction not in ("TERMINATE", "PSEUDO")

    @cached_property
    def _gate(self) -> Gate:
        return Gate.of([rule.pattern for rule in self.every_rule])

    def prepare(self) -> None:
        """Set up the gate now, so that no later note waits for it; it takes seconds."""
        if self._gate_after is not None and self._gate:
            self._gate_after = 0

    def read(self, note: Note, order: DateOrder | None = None, stage: Stage = unwatched) -> Reading:
        """Read one note.

        Args:
            note: The note.
            order: How the patient's ambiguous numeric dates are written.
            stage: Counts the time of a stage.
        """
        with stage("clean"):
            cleaned = clean(note.text)
        with stage("layout"):
            layout = lay_out(cleaned.text, self.rules.layout)
        self._read += len(note.text)
        with stage("set-up"):
            gate = self._gate if self._gate_after is not None and self._read > self._gate_after else None
        with stage("scan"):
            mentions = _Mentions(self, gate, layout.text, layout.sentences, stage)
        return Reading(
            note,
            cleaned,
            layout.text,
            layout.sentences,
            mentions.of,
            frames_of,
            self.rules.expressions,
            order,
            stage,
            lambda category: self._named(note.note_type or "", category),
        )

    def _named(self, title: str, category: str) -> list[Value]:
        """The values of the rules of a category that match in the type of a note; longer matches first."""
        found = [
            (match.start() - match.end(), rule.value)
            for rule in self.rules.targets
            if rule.category == category
            for match in rule.pattern.finditer(title)
        ]
        return [value for _, value in sorted(found, key=lambda pair: pair[0])]


class _Piece:
    """Some whole lines of a note, as the rules see them."""

    def __init__(self, text: str, begin: int, end: int, gate: Gate | None) -> None:
        self.begin = begin
        self.text = text[begin:end]
        self._places = None if gate is None else gate.scan(self.text)

    def rules(self, of: frozenset[int]) -> Iterable[int]:
        """The numbers of those rules, of some, that can match here, in order."""
        return sorted(of if self._places is None else of & self._places.keys())

    def matches(self, number: int, rule: Rule) -> Iterable[re.Match[str]]:
        """The matches of a rule, as ``re.finditer`` gives them."""
        places = self._places[number] if self._places is not None else None
        if places is None:
            return rule.pattern.finditer(self.text)
        if isinstance(places, Lines):
            return places.matches(rule.pattern, self.text)
        return self._matches_at(rule.pattern, places)

    def _matches_at(self, pattern: re.Pattern[str], places: Iterable[int]) -> list[re.Match[str]]:
        found: list[re.Match[str]] = []
        end = 0
        for place in places:
            if place >= end:
                match = pattern.match(self.text, place)
                if match is not None:
                    end = match.end()
                    found.append(match)
        return found


class _Mentions:
    """The mentions of one note."""

    def __init__(
        self, reader: Reader, gate: Gate | None, text: str, sentences: Sequence[Sentence], stage: Stage
    ) -> None:
        self._reader = reader
        self._stage = stage
        self._text = text
        self._sentences = sentences
        self._starts = [sentence.start for sentence in sentences]
        self._pieces = [
            _Piece(text, sentences[first].start, sentences[last - 1].end, gate) for first, last in _pieces(sentences)
        ]
        self._stretches: dict[tuple[int, int], _Stretch] = {}

    def of(self, category: str) -> list[Mention]:
        """All mentions of a category, in order, longer ones first."""
        numbers = self._reader.targets[category]
        with self._stage("rules"):
            return self._of(category, numbers) if numbers else []

    def _matches(self, numbers: frozenset[int]) -> Iterator[tuple[int, int, re.Match[str]]]:
        """The matches of some rules: the number of the rule, where its piece begins, the match."""
        for piece in self._pieces:
            for number in piece.rules(numbers):
                for match in piece.matches(number, self._reader.every_rule[number]):
                    yield number, piece.begin, match

    def _of(self, category: str, numbers: frozenset[int]) -> list[Mention]:
        found: list[Mention] = []
        for number, begin, match in self._matches(numbers):
            rule = self._reader.every_rule[number]
            start, end = begin + match.start(), begin + match.end()
            sentence = self._sentence_at(start)
            found.append(
                Mention(
                    category=category,
                    rule=rule.id,
                    value=rule.value,
                    groups=_groups(match) if rule.pattern.groupindex else _NO_GROUPS,
                    start=start,
                    end=end,
                    text=match[0],
                    sentence=sentence,
                    qualify=self._qualifiers,
                    asked=(category, start, end, sentence),
                )
            )
        found.sort(key=lambda mention: (mention.start, -mention.end))
        return found

    def _sentence_at(self, place: int) -> int:
        return max(0, bisect_right(self._starts, place) - 1)

    def _qualifiers(self, category: str, start: int, end: int, sentence: int) -> Qualifiers:
        with self._stage("ConText"):
            return self._qualify(category, start, end, sentence)

    def _qualify(self, category: str, start: int, end: int, sentence: int) -> Qualifiers:
        section = self._sentences[sentence].section
        first, last = sentence, self._sentence_at(end - 1)
        if any(
            self._reader.may_reach(cue, category, start, end)
            for number in range(first, last + 1)
            for cue in self._cues[number]
        ):
            while first and self._runs_on[first - 1]:
                first -= 1
            while self._runs_on[last]:
                last += 1
            with self._reader.lock:
                reached = self._stretch(first, last).reached(category, start, end)
        else:
            reached = []
        return qualify(reached, section.qualifies if section else {})

    @cached_property
    def _found_cues(self) -> list[_FoundCue]:
        targets = len(self._reader.rules.targets)
        return [
            (number - targets, begin + match.start(), begin + match.end())
            for number, begin, match in self._matches(self._reader.cues)
        ]

    @cached_property
    def _cues(self) -> list[list[_FoundCue]]:
        """The cues that begin or end in each sentence."""
        table: list[list[_FoundCue]] = [[] for _ in self._sentences]
        for cue in self._found_cues:
            first, last = self._sentence_at(cue[1]), self._sentence_at(cue[2] - 1)
            for number in range(first, last + 1):
                table[number].append(cue)
        return table

    @cached_property
    def _runs_on(self) -> list[bool]:
        """Whether a cue runs from a sentence into the next one."""
        table = [False] * len(self._sentences)
        for _, start, end in self._found_cues:
            for number in range(self._sentence_at(start), self._sentence_at(end - 1)):
                table[number] = True
        return table

    def _stretch(self, first: int, last: int) -> _Stretch:
        if (first, last) not in self._stretches:
            begin = self._starts[first]
            end = self._starts[last + 1] if last + 1 < len(self._starts) else len(self._text)
            cues = sorted({cue for number in range(first, last + 1) for cue in self._cues[number]})
            starts = [start - begin for start in self._starts[first : last + 1]]
            self._stretches[first, last] = _Stretch(self._reader, self._text[begin:end], begin, starts, cues)
        return self._stretches[first, last]


class _Stretch:
    """A sentence (or some that a match runs across) as a document of spaCy, and the cues in it."""

    def __init__(self, reader: Reader, text: str, begin: int, starts: Sequence[int], cues: Sequence[_FoundCue]) -> None:
        self._begin = begin
        self._doc, self._places = document(reader.vocab, text, starts)
        self._graph = ConTextGraph()
        for number, start, end in cues:
            first, last = self._tokens(start, end)
            if first < last:
                self._graph.modifiers.append(ConTextModifier(reader.context[number], first, last, self._doc))
        self._graph.update_scopes()

    def _tokens(self, start: int, end: int) -> tuple[int, int]:
        """The tokens that a stretch of text touches: the first, and one past the last."""
        return (
            max(0, bisect_right(self._places, start - self._begin) - 1),
            bisect_left(self._places, end - self._begin),
        )

    def reached(self, category: str, start: int, end: int) -> list[str]:
        """The categories of the cues that hold for a mention of a category.

        Of two cues that overlap, the longer one holds ("no evidence of" over "no"), among those that may
        modify the target: a cue for one concept takes nothing away from another, nor does one that runs
        through the target itself. medspaCy would prune them for all targets alike.
        """
        target = Span(self._doc, *self._tokens(start, end), label=category)
        modifiers = self._graph.modifiers
        reached: list[str] = []
        for modifier in modifiers:
            if modifier.modifies(target):
                first, last = modifier.modifier_span
                outdone = any(
                    other.modifier_span[0] < last
                    and first < other.modifier_span[1]
                    and len(other) > last - first
                    and other.allows(category)
                    and (other.direction == "PSEUDO" or not _overlaps(other, target))
                    for other in modifiers
                )
                if not outdone:
                    reached.append(modifier.category)
        return reached


def _groups(match: re.Match[str]) -> Mapping[str, str]:
    """The named groups that took part in a match."""
    return {name: words for name, words in match.groupdict().items() if words is not None}


def _overlaps(modifier: ConTextModifier, target: Span) -> bool:
    start, end = modifier.modifier_span
    return bool(start < target.end and target.start < end)


def _pieces(sentences: Sequence[Sentence]) -> Iterator[tuple[int, int]]:
    """Ranges of sentences of about ``_PIECE`` characters; a line is never cut in two."""
    first = 0
    for number in range(1, len(sentences) + 1):
        if number == len(sentences) or (
            sentences[number].start - sentences[first].start > _PIECE
            and (
                sentences[number].line != sentences[number - 1].line
                or sentences[number].start - sentences[first].start > 3 * _PIECE
            )
        ):
            yield first, number
            first = number
