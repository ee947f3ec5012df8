"""Stretches smaller than a sentence, and tick boxes: what several concepts need alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from extractor.language.reading import Mention, Reading

_MARK = r"(?P<box>\[[ xX]?\]|[☐☒☑✓])"
_BOX = re.compile(_MARK)
_BOX_AFTER = re.compile(r"[ ]{0,4}" + _MARK)
_BOX_BEFORE = re.compile(_MARK + r"[ ]{0,4}$")
_ANSWER = re.compile(_MARK + r"|(?<!\w)(?P<word>y(?:es)?|no?)(?!\w)", re.I)
_BOX_BEHIND = re.compile(r"\w[ ]?$")
_WORD_BEHIND = re.compile(r"[ ]?\w")
"""A word right behind the last box of several is an option of its own: the boxes lead."""


def clause_of(reading: Reading, place: int) -> tuple[int, int]:
    """Start and end of the clause of a sentence that holds a place of the text.

    Semicolons and contrasts end a clause; commas do not.
    """
    sentence = reading.sentences[reading.sentence_at(place)]
    start, end = sentence.start, sentence.end
    for match in reading.expressions["clauses.break"].finditer(reading.text, sentence.start, sentence.end):
        if match.end() <= place:
            start = match.end()
        elif match.start() > place:
            return start, match.start()
    return start, end


def beside_the_patient(reading: Reading, start: int, relative: tuple[int, int]) -> bool:
    """Whether a relative only stands beside the patient ("read it with his wife and signed").

    Args:
        reading: The note.
        start: Where the clause begins.
        relative: Where the relative is named.
    """
    words = reading.expressions
    first, last = relative
    return (
        words["clauses.companion"].search(reading.text[start:first]) is not None
        and words["clauses.of_the_relative"].match(reading.text, last) is None
    )


def outermost(mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions that lie in no longer one; of those that overlap, the one that begins first."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def box_of(reading: Reading, mention: Mention) -> bool | None:
    """Whether the tick box beside a mention is ticked; None without a box.

    A form puts its boxes either before the options or behind them; the first box of the line tells which.
    Where the rule names its ``option``, the last words of the match, the box is theirs.
    """
    sentence, text = reading.sentences[mention.sentence], reading.text
    start = mention.end - len(mention.groups["option"]) if "option" in mention.groups else mention.start
    first = _BOX.search(text, sentence.start, sentence.end)
    if first is None:
        return None
    *_, last = _BOX.finditer(text, sentence.start, sentence.end)
    leads = last.start() > first.start() and _WORD_BEHIND.match(text, last.end(), sentence.end) is not None
    behind = not leads and _BOX_BEHIND.search(text[sentence.start : first.start()]) is not None
    box = (
        _BOX_AFTER.match(text, mention.end, sentence.end)
        if behind
        else _BOX_BEFORE.search(text[sentence.start : start])
    )
    return None if box is None else bool(box["box"].strip("[] ☐"))


def clauses(reading: Reading, mentions: Iterable[Mention]) -> Iterator[tuple[int, int]]:
    """The clauses that hold some mentions, each once, in order."""
    last = -1
    for mention in sorted(mentions, key=lambda m: m.start):
        if mention.start >= last:
            start, end = clause_of(reading, mention.start)
            last = end
            yield start, end


def answer_of(text: str) -> bool | None:
    """The ticked answer of a yes/no pair ("Y [x] N [ ]", "☐ yes ☒ no"); None where none is ticked."""
    parts = list(_ANSWER.finditer(text))
    if not parts:
        return None
    boxes_lead = parts[0]["box"] is not None
    for first, second in pairwise(parts):
        box, word = (first, second) if boxes_lead else (second, first)
        if box["box"] and word["word"] and box["box"].strip("[] ☐"):
            return word["word"].lower().startswith("y")
    return None
