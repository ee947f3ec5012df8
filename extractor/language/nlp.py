"""The medspaCy pipeline: sentences, target rules, ConText, on a blank English spaCy.

This is the only module that knows medspaCy. Three things are done differently from its defaults, each
for a reason that was measured: the sentences come from ``layout`` (medspaCy's splitter is slow, not
thread-safe and logs the note), the rules are all our own (the default ones miss "ruled out" and
"is negative for"), and a long note passes in pieces, since ConText compares every cue with every
other one of a document. No cue reaches beyond its sentence, so the pieces change nothing.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from extractor.language.assertion import qualify
from extractor.language.dates import DateOrder, find_dates
from extractor.language.frames import frame_sentences
from extractor.language.layout import Sentence, lay_out
from extractor.language.reading import Mention, Reading
from extractor.language.rules import ContextSpec, Rule, RuleSet, load_rules
from extractor.language.text import clean
from extractor.records import Note

with warnings.catch_warnings():  # medspaCy silences all warnings of the process when it is imported
    logging.getLogger("PyRuSH").disabled = True
    from loguru import logger as _loguru

    _loguru.disable("PyRuSH")
    _loguru.disable("medspacy")
    from medspacy.common.regex_matcher import RegexMatcher
    from medspacy.context import ConTextGraph, ConTextModifier, ConTextRule

_PIECE = 900
"""Sentences are handed to the pipeline in pieces of about this many characters."""


_ENDING_REACH = 1
"""The reach of cues that only end others. By default it is their sentence, and medspaCy (1.3.1) takes
a scope that contains another for one that does not touch it, so that they would end nothing."""


class _Tokenizer:
    """Words, numbers and single signs; lossless. Rules match characters, so finer tokens only help."""

    _TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_+|\s+")

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for token in self._TOKEN.findall(text):
            if token.isspace():
                rest = token
                if words and not spaces[-1] and token[0] == " ":
                    spaces[-1] = True
                    rest = token[1:]
                if rest:
                    words.append(rest)
                    spaces.append(False)
            else:
                words.append(token)
                spaces.append(False)
        return Doc(self._vocab, words=words, spaces=spaces)


def _set_sentences(doc: Doc, starts: Sequence[int]) -> None:
    """Mark the sentences that the layout found; ConText's cues stay inside them."""
    following = iter(starts)
    upcoming = next(following, None)
    for token in doc:
        begins = upcoming is not None and token.idx + len(token.text) > upcoming
        token.is_sent_start = begins or token.i == 0
        while upcoming is not None and token.idx + len(token.text) > upcoming:
            upcoming = next(following, None)


@dataclass(frozen=True, slots=True)
class _Match:
    """Words of a piece that a rule matched; places count from the piece's beginning."""

    rule: Rule
    start: int
    end: int
    text: str
    groups: Mapping[str, str]
    cues: tuple[str, ...]


class _Text:
    """A document whose text is put together once; medspaCy's matcher asks for it at every rule."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self.text_with_ws = doc.text_with_ws

    def __len__(self) -> int:
        return len(self._doc)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._doc)

    def __getitem__(self, place: Any) -> Any:
        return self._doc[place]

    def char_span(self, start: int, end: int) -> Span | None:
        span: Span | None = self._doc.char_span(start, end)
        return span


class _Matcher:
    """medspaCy's regular-expression matcher over some rules. Overlaps stay."""

    def __init__(self, vocab: Vocab, rules: Sequence[Rule]) -> None:
        self._matcher = RegexMatcher(vocab)
        self._rules = {rule.id: rule for rule in rules}
        self._vocab = vocab
        for rule in rules:
            self._matcher.add(rule.id, [rule.pattern.pattern])

    def __call__(self, text: _Text) -> Iterator[tuple[Rule, int, int]]:
        """Every match: its rule, first token and one past the last."""
        for match_id, start, end in self._matcher(text):
            yield self._rules[self._vocab.strings[match_id]], start, end


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
        max_targets=spec.max_targets,
        terminated_by={t.upper() for t in spec.terminated_by} if spec.terminated_by else None,
    )


class Reader:
    """Reads notes by the rules of a folder. Safe to share between threads.

    Example:
        >>> reader = Reader.from_folder(patterns_folder())
        >>> reader.read(Note("ECOG 1."))
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._lock = threading.Lock()
        nlp = spacy.blank("en")
        nlp.tokenizer = _Tokenizer(nlp.vocab)
        self._nlp = nlp
        self._targets = _Matcher(nlp.vocab, rules.targets)
        self._cues = _Matcher(nlp.vocab, rules.cues)
        self._context = {rule.id: _cue(rule) for rule in rules.cues}

    @classmethod
    def from_folder(cls, folder: Path) -> Reader:
        """A reader by the rule files of a folder.

        Raises:
            RuleFileError: When a rule file is wrong.
        """
        return cls(load_rules(folder))

    def read(self, note: Note, order: DateOrder | None = None) -> Reading:
        """Read one note.

        Args:
            note: The note.
            order: How the patient's ambiguous numeric dates are written.
        """
        cleaned = clean(note.text)
        layout = lay_out(cleaned.text, self.rules.layout)
        with self._lock:
            mentions = list(self._mentions(layout.text, layout.sentences))
        mentions.sort(key=lambda mention: (mention.start, -mention.end))
        dates = find_dates(layout.text, note.note_date, order)
        reading = Reading(note, cleaned, layout.text, layout.sentences, mentions, dates, order=order)
        return frame_sentences(reading)

    def _mentions(self, text: str, sentences: Sequence[Sentence]) -> Iterator[Mention]:
        known: dict[tuple[str, tuple[int, ...]], list[_Match]] = {}  # notes repeat themselves, copied forward
        for first, last in _pieces(sentences):
            begin, end = sentences[first].start, sentences[last - 1].end
            key = (text[begin:end], tuple(sentence.start - begin for sentence in sentences[first:last]))
            if key not in known:
                known[key] = list(self._matches(*key))
            number = first
            for match in known[key]:
                start = begin + match.start
                while number + 1 < last and sentences[number + 1].start <= start:
                    number += 1
                section = sentences[number].section
                yield Mention(
                    category=match.rule.category,
                    rule=match.rule.id,
                    value=match.rule.value,
                    groups=match.groups,
                    start=start,
                    end=begin + match.end,
                    text=match.text,
                    qualifiers=qualify(match.cues, section.qualifies if section else {}),
                    sentence=number,
                )

    def _matches(self, piece: str, starts: Sequence[int]) -> Iterator[_Match]:
        """What the rules find in a piece of a note, in order."""
        doc = self._nlp.make_doc(piece)
        _set_sentences(doc, starts)
        text = _Text(doc)
        found = [
            (Span(doc, start, end, label=rule.category, span_id=number), rule)
            for number, (rule, start, end) in enumerate(self._targets(text), start=1)
        ]
        cues = self._qualified(doc, text, [span for span, _ in found])
        for span, rule in sorted(found, key=lambda pair: pair[0].start):
            match = rule.pattern.search(piece, span.start_char)
            if match is None or match.start() >= span.end_char:
                continue
            groups = {name: words for name, words in match.groupdict().items() if words is not None}
            yield _Match(rule, match.start(), match.end(), match[0], groups, tuple(cues.get(span.id, ())))

    def _qualified(self, doc: Doc, text: _Text, targets: Sequence[Span]) -> Mapping[int, Sequence[str]]:
        """The categories of the ConText cues that reach each target, by the target's id."""
        graph = ConTextGraph(targets=targets)
        if targets:
            graph.modifiers = [
                ConTextModifier(self._context[rule.id], start, end, doc) for rule, start, end in self._cues(text)
            ]
            graph.update_scopes()
            graph.apply_modifiers()
        return _longest(graph)


def _longest(graph: ConTextGraph) -> Mapping[int, Sequence[str]]:
    """The categories of the cues that hold for each target.

    Of two cues that overlap, the longer one holds ("no evidence of" over "no"), among those that may
    modify the target: a cue for one concept takes nothing away from another, nor does one that runs
    through the target itself. medspaCy would prune them for all targets alike.
    """
    reached: dict[int, list[str]] = {}
    for target, modifier in graph.edges:
        start, end = modifier.modifier_span
        outdone = any(
            other.modifier_span[0] < end
            and start < other.modifier_span[1]
            and len(other) > end - start
            and other.allows(target.label_)
            and (other.direction == "PSEUDO" or not _overlaps(other, target))
            for other in graph.modifiers
        )
        if not outdone:
            reached.setdefault(target.id, []).append(modifier.category)
    return reached


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
