"""The note as the rules see it: one spelling of dashes, spaces and quotes, mark-up blanked out.

Almost every change keeps a character's place, so offsets stay those of the note. Only ligatures,
invisible characters and units written out change the length; then a table leads back.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from extractor.language.numerals import CARDINALS

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u02bc\u00b4`"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb"
_CONTROLS = "".join(map(chr, [*range(9), 14, *range(15, 32), 127, *range(128, 133), *range(134, 160)]))

_SAME_LENGTH = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_CONTROLS, " "),
        **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
        "\u00d7": "x",
        "\u2715": "x",
        "\u2a7d": "\u2264",
        "\u2266": "\u2264",
        "\u2a7e": "\u2265",
        "\u2267": "\u2265",
        "\u2192": ">",
        "\u00b7": ".",
    }
)
_NEW_LENGTH = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    "\u00ad": "",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
    "\u2060": "",
    "\ufeff": "",
}
_NEW_LENGTH_CHARACTER = re.compile("[" + "".join(_NEW_LENGTH) + "]")
_BREAKING_TAG = re.compile(r"</?(?:br|p|div|tr|li|ul|ol|table|h[1-6])\b[^<>\n]{0,80}>", re.I)
_OTHER_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|font|td|th|a|sup|sub)\b[^<>\n]{0,80}>", re.I)
_ENTITIES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#39;": "'", "&quot;": '"'}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)), re.I)
_SCANNED = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z01]*[A-Z]{3})(?=[A-Z01]*[01][A-Z]{2})[A-Z]*(?:[01][A-Z]{2,})+(?![A-Za-z0-9])"
)
"""A word in capitals in which a scanner took letters for digits: "L1VER", "0SSEOUS"."""
_LETTERS_OF_DIGITS = str.maketrans("01", "OI")
_UNIT = re.compile(
    rf"(?<![\w-])(?P<number>\d+(?:[.,]\d+)?|{'|'.join(CARDINALS)})[ -]?"
    r"(?P<unit>millimet(?:er|re)s?|centimet(?:er|re)s?)(?!\w)",
    re.I,
)
"""A size as it is dictated: "five millimetres"."""
_HYPHENED_UNIT = re.compile(r"(?<=\d)-(?=[mc]m(?!\w))", re.I)
"""In "a 5-mm nodule"."""
_EMPHASIS = re.compile(r"\[\*\*|\*\*\]|\*\*|__(?=\w)|(?<=\w)__")


@dataclass(frozen=True, slots=True)
class CleanText:
    """The cleaned text and the way back into the note.

    Attributes:
        text: What the rules match on.
        origin: For each code point of ``text`` (and one past the last) its place in the note, or
            None where the two have the same places.
    """

    text: str
    origin: tuple[int, ...] | None = None

    def to_note(self, start: int, end: int) -> tuple[int, int]:
        """The note's offsets of a span of the cleaned text."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]

    def from_note(self, position: int) -> int:
        """The first place of the cleaned text at or after a place in the note."""
        return position if self.origin is None else bisect_left(self.origin, position)


def clean(text: str) -> CleanText:
    """Make a note's text ready for matching.

    Example:
        >>> clean("PS 1\u20132, \ufb01t").text
        'PS 1-2, fit'
    """
    text = text.replace("\r\n", " \n").replace("\r", "\n").translate(_SAME_LENGTH)
    if "<" in text:
        text = _BREAKING_TAG.sub(lambda m: "\n".rjust(len(m[0])), text)
        text = _OTHER_TAG.sub(lambda m: " " * len(m[0]), text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: _ENTITIES[m[0].lower()].rjust(len(m[0])), text)
    if "0" in text or "1" in text:
        text = _SCANNED.sub(lambda m: m[0].translate(_LETTERS_OF_DIGITS), text)
    if "-" in text:
        text = _HYPHENED_UNIT.sub(" ", text)
    if "**" in text or "__" in text:
        text = _EMPHASIS.sub(lambda m: " " * len(m[0]), text)
    return _respelled(text)


def _respelled(text: str) -> CleanText:
    """The text with what changes its length: ligatures, invisible characters, units written out."""
    changes = sorted(
        [(*m.span(), _NEW_LENGTH[m[0]]) for m in _NEW_LENGTH_CHARACTER.finditer(text)]
        + ([(*m.span(), _unit(m)) for m in _UNIT.finditer(text)] if "met" in text.lower() else [])
    )
    if not changes:
        return CleanText(text)
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for start, end, piece in changes:
        if start < done:
            continue
        pieces += text[done:start], piece
        origin += range(done, start)
        origin += [min(start + place, end - 1) for place in range(len(piece) - 1)]
        origin += [end - 1] if piece else []
        done = end
    pieces.append(text[done:])
    origin += range(done, len(text) + 1)
    return CleanText("".join(pieces), tuple(origin))


def _unit(match: re.Match[str]) -> str:
    """A size with a unit written out, in digits and letters: 5 mm for five millimetres."""
    number = match["number"]
    return f"{CARDINALS.get(number.lower(), number)} {'mm' if match['unit'][0] in 'mM' else 'cm'}"
