"""How a note is laid out: lines, sentences and sections.

Notes are not prose. A line break may end a statement (a list, a form, a table) or only wrap it;
a full stop may end it or stand in "St. IV" and "1.2 cm". Everything here works on the cleaned text
in one pass over its lines, in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extractor.records import Value

_MAX_SENTENCE = 700
"""Longer stretches without a stop are cut at a space, so that no scope runs through a whole page."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a note and what it says of every statement in it."""

    name: str
    qualifies: Value


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text that a cue can reach across.

    Attributes:
        start: First place in the cleaned text.
        end: One past the last.
        section: The section it stands in, or None.
        block: Number of its paragraph.
        line: Number of its (unwrapped) line.
        item: Whether its line is an item of a list.
        heading: Whether it is itself a section's heading.
    """

    start: int
    end: int
    section: Section | None
    block: int
    line: int
    item: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The text with its soft line breaks turned into spaces, and its sentences in order."""

    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class LayoutRules:
    """What ``patterns/sections.yaml`` and ``patterns/sentences.yaml`` say, compiled.

    Attributes:
        headings: Name, regular expression and qualifiers of each section.
        abbreviations: Lower-case words after which a full stop does not end a sentence.
        closing: Such words after which it does before a capital letter.
        bullets: Regular expression of list markers.
    """

    headings: Sequence[tuple[str, str, Value]]
    abbreviations: frozenset[str]
    closing: frozenset[str]
    bullets: str

    @cached_property
    def _sections(self) -> Mapping[str, Section]:
        return {name: Section(name, qualifies) for name, _, qualifies in self.headings}

    @cached_property
    def _heading(self) -> re.Pattern[str]:
        names = "|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in self.headings)
        return re.compile(
            rf"[ ]*(?:(?:\d{{1,2}}|[A-F])[.)][ ]*|[#*=-]+[ ]*)?(?:{names})[ ]*(?:(?P<colon>:|[ ]-(?=[ ]))|(?P<bare>[-=# ]*$))",
            re.I,
        )

    @cached_property
    def _bullet(self) -> re.Pattern[str]:
        return re.compile(rf"[ ]*(?:{self.bullets})[ ]+(?=\S)|[ ]*[•●▪◦☐☒☑]")

    def heading(self, line: str) -> tuple[Section, int, bool] | None:
        """The section that a line opens, where its heading ends, and whether it stands alone."""
        match = self._heading.match(line[:120])
        if match is None or match.lastgroup is None:
            return None
        name = next(n for n, _, _ in self.headings if match[n] is not None)
        if len(match[name]) <= 2 and not (match["colon"] or match[name].isupper()):
            return None
        alone = not line[match.end() :].strip(" :-=")
        if match["bare"] is not None and len(line) > 120:
            return None
        return self._sections[name], match.end(), alone

    def is_item(self, line: str) -> bool:
        """Whether a line is an item of a list."""
        return self._bullet.match(line) is not None


_OTHER = Section("other", {})
_UNKNOWN_HEADING = re.compile(r"[ ]*(?:[A-Z][A-Z /&()-]{3,50}:?|[A-Z][A-Za-z /&()-]{2,40}:)[ ]*$")
_STOP = re.compile(
    r"[.!?]+[\"')\]]*(?:\[\d[\d,-]{0,8}\])?(?=[ \n]|$)|(?<=[a-z)])\.(?=[A-Z][a-z])|[ ]{3,}(?=[A-Z][\w/ ()-]{1,40}:)|\n|[ ](?=[•●▪◦‣☞][ ])"
)
_LAST_WORD = re.compile(r"([\w.]+)$")
_KEY_VALUE = re.compile(r"[ ]*[A-Za-z][\w /()&.'-]{1,40}(?::|[ ]{3,}|\.{3,}|[ ]?=)")
_STUDY_ENTRY = re.compile(
    r"(?:(?:Brain|Head|Cerebral|Cranial|Restaging|Staging|Early|First|Interim|Repeat|Follow-?up|Latest|Last|New)[ ])?(?:MRI?|c?MRI|CT|CECT|PET\S*|FDG\S*|CXR|PFT|Echo|ECG)(?:[ ][\w/+&-]+){0,3}[ ]?"
    r"(?:\(?\d{1,4}[./-]\d{1,2}|:|\d{1,2}[ ](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
)
"""A line that tells of a study of its own: "MRI brain 27/8/24 ..."."""
_LABEL = re.compile(r"[ ]*[A-Z][\w /()&.-]{1,40}:[ ]")
_DATED = re.compile(
    r"[ ]*(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{4}-\d\d?-\d\d?|\d{1,2}[/.]\d{2,4}|\d{1,2}:\d{2})\b"
    r"(?![ ]?(?:[mc]m|x[ ]?\d|%|m?g|ml|Gy)(?!\w))"
)
_NUMBERED = re.compile(
    r"\b(?:segments?|segs?\.?|stage|grade|type|class|level|station|cycle|line|score|status|ECOG|PS|is|was|of)$", re.I
)
"""Before a number that belongs to the words before it, though it looks like that of a list."""
_LETTERED = re.compile(
    r"(?:\b(?:hepatitis|type|class|group|arm|cohort|score|stage|category|grade)|\bseg(?:ment)?s?\.?[IVX ,/&-]*(?:and[ ]?)?|\bstation[ ]\d{1,2})[ ]?$",
    re.I,
)
"""Before a capital letter that is no initial: "hepatitis B. No cirrhosis"."""
_ROMAN = re.compile(r"[ivx]{1,4}")
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]")
_STAGED = re.compile(r"y?[cp]T[0-4xX]|[cp](?:Stage|UICC)")
_DAY = re.compile(r"(?:[012]?\d|3[01])\.(?:0?[1-9]|1[0-2])")
_GOES_ON = re.compile(r"[a-zäöü,:;(–~]|-[ ]?\d|>")
_DAY_OF = re.compile(r"\b(?:on|of|from|since|until|dated|seen|born|the)[ ]$", re.I)
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ ]\d", re.I)
_TABLE = re.compile(r"\S[ ]{3,}\S.*\S[ ]{3,}\S|\|.*\|")
_DANGLING = re.compile(
    r"(?:\b(?:and|or|of|with|the|a|an|to|in|on|for|by|at|from|no|than|is|was|are|were|has|have|which|that|her|his|left|right|both|per|as|vs|plus|but|not)|[,(/&+:-])$",
    re.I,
)


def lay_out(text: str, rules: LayoutRules) -> Layout:
    """Find a note's sentences and sections.

    Args:
        text: Cleaned text.
        rules: Headings, abbreviations and bullets.
    """
    text = _join_wrapped(text, rules)
    return Layout(text, tuple(_sentences(text, rules)))


def _join_wrapped(text: str, rules: LayoutRules) -> str:
    """Turn line breaks inside a statement into spaces; the length stays."""
    lines = text.split("\n")
    if len(lines) < 2:
        return text
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    joined = [lines[0]]
    for before, after in pairwise(lines):
        joined.append(" " if _is_wrap(before, after, width, rules) else "\n")
        joined.append(after)
    return "".join(joined)


def _is_wrap(before: str, after: str, width: int, rules: LayoutRules) -> bool:
    head, tail = before.rstrip(), after.strip()
    if not head.strip() or not tail or head[-1] in ".!?;":
        return False
    if _STUDY_ENTRY.match(tail) and not _dangles(head):
        return False
    if (
        (rules.is_item(after) and not (len(head) >= 45 and _NUMBERED.search(head)))
        or _is_row(after)
        or _is_row(head)
        or tail[0] in "|=_"
    ):
        return False
    first_word = tail.split(" ", 1)[0]
    room = len(head) + 1 + len(first_word) > 0.85 * width
    long = len(head) >= 45 and room
    heading = rules.heading(after)
    if heading and (not long or tail[0].isupper()) and not _dangles(head):
        return False
    if _dangles(head) and not head.endswith((":", "-")):
        return len(head) >= 25 or tail[0].islower()
    if not long:
        return tail[0].islower() and len(head) >= 30 and not _KEY_VALUE.match(after)
    if _DATED.match(after) and not tail[0].isalpha():
        return _dangles(head)
    return not (_KEY_VALUE.match(after) and tail[0].isupper() and ":" in tail[:42] and len(head) < 0.9 * width)


def _dangles(head: str) -> bool:
    """Whether a line ends with a word or a sign that something must follow; it lies in the last few characters."""
    return _DANGLING.search(head[-10:]) is not None


def _is_row(line: str) -> bool:
    """Whether a line is a row of a table."""
    return ("   " in line or "|" in line) and _TABLE.search(line) is not None


def _sentences(text: str, rules: LayoutRules) -> Iterator[Sentence]:
    section: Section | None = None
    inline = False
    margin: int | None = None  # of a heading whose lines are indented
    block = line_number = position = 0
    blank = True
    supposed_over = False
    before_it = 0
    for line in text.split("\n"):
        start, end = position, position + len(line)
        position = end + 1
        if not line.strip():
            block += not blank
            blank = True
            if inline:
                section, inline = None, False
            continue
        blank = False
        line_number += 1
        found = rules.heading(line)
        indent = len(line) - len(line.lstrip(" "))
        if margin is not None and not found and indent <= margin and before_it > margin:
            section, inline, margin = None, False, None  # an indented section is over with the next line at its margin
        before_it = indent
        if found:
            section, _, alone = found
            inline = not alone
            margin = indent if alone else None
            if alone:
                begin = start + len(line) - len(line.lstrip())
                yield Sentence(begin, start + len(line.rstrip()), section, block, line_number, heading=True)
                continue
        elif _UNKNOWN_HEADING.match(line) and not rules.is_item(line):
            section, inline = _OTHER, False
        elif inline and (_LABEL.match(line) or (supposed_over and not rules.is_item(line))):
            section, inline = None, False  # "FHx: brother" is done with when the next line has a label of its own
        # "Reminder of the criteria: PS 0 or 1." ends with its line
        supposed_over = bool(
            section and section.qualifies.get("assertion") == "hypothetical"
        ) and line.rstrip().endswith(".")
        item = rules.is_item(line)
        for piece_start, piece_end in _split(text, start, end, rules):
            inner = rules.heading(text[piece_start:piece_end]) if piece_start > start else None
            if inner and not inner[2] and text[piece_start - 1] in ".!? ":
                section, inline = inner[0], True
            yield Sentence(piece_start, piece_end, section, block, line_number, item)


def _split(text: str, start: int, end: int, rules: LayoutRules) -> Iterator[tuple[int, int]]:
    """The sentences of one line."""
    begin = start
    for match in _STOP.finditer(text, start, end):
        if match[0].startswith((".", "!", "?")) and not _ends_sentence(text, match, begin, end, rules):
            continue
        yield from _cut(text, begin, match.end())
        begin = match.end()
    yield from _cut(text, begin, end)


def _ends_sentence(text: str, match: re.Match[str], begin: int, end: int, rules: LayoutRules) -> bool:
    if match[0].startswith("?") and not text[begin : match.start()].rstrip(" ").endswith(
        tuple("abcdefghijklmnopqrstuvwxyz0123456789)]\"'")
    ):
        return False  # "? splenic met": a question mark before what it questions
    if not match[0].startswith("."):
        return True
    if match[0].startswith("..."):
        return False  # leaders of a list: "bone ...... 5"
    word = _LAST_WORD.search(text, max(begin, match.start() - 20), match.start())
    after = (
        text[match.end() : match.end() + 40].lstrip() if match.end() + 40 < end else text[match.end() : end].lstrip()
    )
    if not after:
        return True
    if word is None:
        return after[0] != "." and not text.endswith(". ", begin, match.start())  # leaders of a list: "bone . . . 5"
    last = word[1].lower()
    if last in ("rt", "lt") and word[1] != last.upper():
        return not re.match(
            r"[a-z]|\d{1,2}(?:st|nd|rd|th)\b", after
        )  # "rt. 6th rib", "Lt. adrenal"; RT is radiotherapy
    if last in rules.abbreviations or (last in rules.closing and not after[0].isupper()):
        return False
    if ")" in match[0]:
        return not after[0].islower()
    if _inside_parenthesis(text, begin, match.start(), end):
        return False
    if not after[0].isupper() and (_DOTTED.fullmatch(last) or after.startswith("of ")):
        return False
    if _DAY.fullmatch(last) and _GOES_ON.match(after):
        return False  # "05.02. - 09.04.2025", "on 12.03. she"
    if len(last) == 1 and last.isalpha():
        if after[0].isdigit():
            return text[word.start() - 1 : word.start()] == "/"  # "p. 3", but "f/u. 58 M"
        if word[1].isupper():
            return after[1:2] != "." and after[0].isupper() and _before(_LETTERED, text, begin, word.start())
    if after[0].islower() and len(last) <= 4 and not last.isdigit() and not (word[1].isupper() and len(last) > 1):
        return _STAGED.match(after) is not None  # "with her son. cT2a cN1": a stage opens with a small letter
    if last.isdigit() and len(last) <= 2:
        if _MONTH.match(after) and _before(_DAY_OF, text, begin, word.start()):
            return False  # "on 5. March 2025"
        heading = rules.heading(text[begin : word.start()]) if last == "1" else None
        if heading is not None and heading[2]:
            return False  # "Impression: 1. Stable disease."
        return bool(text[begin : word.start()].strip())
    return _ROMAN.fullmatch(last) is None or bool(text[begin : word.start()].strip())


def _before(pattern: re.Pattern[str], text: str, begin: int, place: int) -> bool:
    """Whether an expression that ends with ``$`` holds of the words before a place."""
    return pattern.search(text[max(begin, place - 40) : place]) is not None


def _inside_parenthesis(text: str, begin: int, place: int, end: int) -> bool:
    opened = text.rfind("(", max(begin, place - 120), place)
    if opened < 0 or text.find(")", opened, place) >= 0:
        return False
    closed = text.find(")", place, min(end, place + 120))
    return closed >= 0 and text.find("(", place, closed) < 0


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trim a sentence and cut an overlong one at spaces."""
    while end - start > _MAX_SENTENCE:
        space = text.rfind(" ", start + _MAX_SENTENCE // 2, start + _MAX_SENTENCE)
        stop = space if space > start else start + _MAX_SENTENCE
        yield from _cut(text, start, stop)
        start = stop
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        offset = start + len(piece) - len(piece.lstrip())
        yield offset, offset + len(stripped)
