"""How many: intervals of counts, and the words, lists and ranges that give them.

A count is an interval [low, high]; ``high`` None has no upper bound. What a quantity word is worth
is the clinical specification's section 4: "several" is [2, None], "up to 4" is [1, 4], "numerous"
[6, None]. Nothing here knows what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extractor.language.numerals import CARDINALS, ORDINALS

_WORDS = {**CARDINALS, "zero": 0, "nought": 0, "none": 0, "no": 0, "nil": 0}
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_LOWER = re.compile(r"at least|no fewer|not fewer|not less|minimum|>=|≥", re.I)
_ABOVE = re.compile(r"more than|over|>|upwards", re.I)
_UPPER = re.compile(r"up to|at most|no more|not more|maximum|max|<=|≤", re.I)
_BELOW = re.compile(r"fewer than|less than|<", re.I)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of lesions, as an interval."""

    low: int
    high: int | None

    def __add__(self, other: Count) -> Count:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Count(self.low + other.low, high)


NONE = Count(0, 0)
ONE = Count(1, 1)
TWO = Count(2, 2)
SOME = Count(1, None)
"""There is disease, and the note does not say how much."""
SEVERAL = Count(2, None)
MANY = Count(6, None)
"""Innumerable, diffuse, carcinomatosis: beyond any limit that a trial of few metastases sets."""


def number(text: str) -> int | None:
    """The value of a numeral or number word.

    Example:
        >>> number("three"), number("12"), number("4th"), number("VI")
        (3, 12, 4, 6)
    """
    word = text.strip().lower()
    digits = re.match(r"\d+", word)
    if digits:
        return int(digits[0])
    return _WORDS.get(word, ORDINALS.get(word, _ROMAN.get(word.rstrip("ab"))))


def quantity(groups: Mapping[str, str]) -> Count:
    """What the named groups of a quantity rule are worth (see ``patterns/lesions.yaml``)."""
    for group, count in (
        ("couple", TWO),
        ("trio", Count(3, 3)),
        ("half_dozen", Count(6, 6)),
        ("dozen", Count(12, 12)),
        ("dozen_up", Count(12, None)),
        ("dozens", MANY),
        ("one", ONE),
        ("article", ONE),
        ("both", TWO),
        ("some", SEVERAL),
        ("many", MANY),
    ):
        if group in groups:
            return count
    low = number(groups.get("low") or groups.get("low_b") or "") or 0
    bound = groups.get("bound", "")
    high_text = groups.get("high") or groups.get("high_b")
    high = number(high_text) if high_text else None
    if high is not None and high >= low:
        return Count(low, high)
    if _LOWER.search(bound):
        return Count(low, None)
    if _UPPER.search(bound):
        return Count(min(1, low), low)
    if _BELOW.search(bound):
        return Count(min(1, low), max(0, low - 1))
    if _ABOVE.search(bound):
        return Count(low + 1, None)
    return Count(low, low)


_VERTEBRA = re.compile(r"(?P<level>bwk|lwk|hwk|swk|th|[ctdls])?[ ]?(?P<number>\d{1,2})", re.I)
_SPELLED = re.compile(
    rf"(?:(?P<first>{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))[ ])?"
    r"(?P<level>cervical|thoracic|dorsal|lumbar|sacral)"
    r"(?(first)(?:[ ]vertebra[el]?|[ ]segment)?|"
    r"[ ](?:vertebra[el]?[ ](?:no\.?[ ])?)?(?P<behind>\d{1,2})(?:[ ]vertebra[el]?)?)",
    re.I,
)
"""A vertebra that is spelled out: "fifth thoracic vertebra", "thoracic 6 vertebra"."""
_LEVELS = {"c": 0, "hwk": 0, "t": 7, "th": 7, "d": 7, "bwk": 7, "l": 19, "lwk": 19, "s": 24, "swk": 24}
_SIZES = {0: 7, 7: 12, 19: 5, 24: 5}
_RANGE = re.compile(r"^[ ]?(?:-|to|through|bis)[ ]?$", re.I)


def named_vertebrae(text: str) -> tuple[str, ...]:
    """Each vertebra that a list or range names, by its usual short name; none where it cannot be one.

    Example:
        >>> named_vertebrae("Th11 and L1-3")
        ('t11', 'l1', 'l2', 'l3')
    """
    found: list[int] = []
    level: int | None = None
    end = 0
    text = _SPELLED.sub(_short_vertebra, text)
    for match in _VERTEBRA.finditer(text):
        if match["level"]:
            level = _LEVELS[match["level"].lower()]
        if level is None or not 1 <= int(match["number"]) <= _SIZES[level]:
            return ()
        place = level + int(match["number"])
        if found and _RANGE.match(text[end : match.start()]):
            if place <= found[-1]:
                return ()
            found.extend(range(found[-1] + 1, place + 1))
        else:
            found.append(place)
        end = match.end()
    return tuple(map(_vertebra, dict.fromkeys(found)))


def _short_vertebra(spelled: re.Match[str]) -> str:
    """The usual short name of a vertebra that is spelled out: "T5" for "fifth thoracic vertebra"."""
    which = number(spelled["first"] or spelled["behind"]) or 0
    return f"{'T' if spelled['level'][0] in 'tTdD' else spelled['level'][0].upper()}{which}"


def _vertebra(place: int) -> str:
    letter, before = next((name, start) for name, start in (("s", 24), ("l", 19), ("t", 7), ("c", 0)) if place > start)
    return f"{letter}{place - before}"


def vertebrae(text: str) -> int:
    """How many vertebrae a list or range names; 0 where it cannot be one.

    Example:
        >>> vertebrae("T4-T6"), vertebrae("C7 to T2"), vertebrae("BWK 7")
        (3, 3, 1)
    """
    return len(named_vertebrae(text))


_RIB = re.compile(r"\d{1,2}(?:st|nd|rd|th)?|(?<![a-z])[ivx]{1,4}(?![a-z])|" + "|".join(ORDINALS), re.I)
_SEGMENT = re.compile(r"(?<![A-Za-z])[IV]{1,4}[abAB]?(?![A-Za-z])|(?<!\d)[1-8][abAB]?(?![\d])")


def _listed(pattern: re.Pattern[str], text: str) -> int:
    named: list[str] = []
    count = 0
    end = 0
    for match in pattern.finditer(text):
        value, before = number(match[0]), number(named[-1]) if named else None
        if value is not None and before is not None and _RANGE.match(text[end : match.start()]) and value > before:
            count += value - before
        elif match[0].lower() not in (name.lower() for name in named):
            count += 1
        named.append(match[0])
        end = match.end()
    return count


def ribs(text: str) -> int:
    """How many ribs a list names: "4th and 5th ribs" is 2."""
    return _listed(_RIB, text) or 1


def segments(text: str) -> int:
    """How many liver segments a list names: "segs IV, VI and VIII" is 3, "VII/VIII" one lesion across two."""
    body = re.sub(r"(?i)segments?|segs?\.?|sgs?\.?|\bs(?=[ ]?[ivIV\d])", " ", text)
    if re.search(r"\w[ ]?/[ ]?\w", body) and not re.search(r",|and|&|\+", body):
        return 1
    return _listed(_SEGMENT, body) or 1


def places(kind: str | None, text: str) -> int:
    """How many places a list names ("vertebra", "rib", "segment"); 1 for any other word."""
    counters = {"vertebra": vertebrae, "rib": ribs, "segment": segments}
    return counters[kind](text) if kind in counters else 1


_DIMENSION = r"\d{1,3}(?:[.,]\d{1,2})?(?:[ ]?(?:mm|cm))?"
_LESION_SIZE = re.compile(rf"{_DIMENSION}(?:[ ]?[x*][ ]?{_DIMENSION}){{0,2}}", re.I)


def sizes(text: str) -> int:
    """How many lesions a list of sizes measures; a pair "12 x 9 mm" is one.

    Example:
        >>> sizes("1.2, 0.8 and 0.6 cm"), sizes("12 x 9 mm"), sizes("14 mm (10 mm)")
        (3, 1, 1)
    """
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
    if re.search(r"(?:>|→|to|from|vs\.?|versus|was|before|formerly|previously|->)[ ]?\d", text, re.I):
        return 1
    return len(_LESION_SIZE.findall(text))


def total(counts: Iterable[Count]) -> Count:
    """The sum of counts, as an interval."""
    result = NONE
    for count in counts:
        result = result + count
    return result
