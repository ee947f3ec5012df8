"""Dates as notes write them, with the precision that they have and no more.

A date whose month is missing never becomes a full one: "03/2024" is a month, "2019" a year.
Whether 3/4/2025 is the third of April or the fourth of March follows the order that the patient's
other dates show (clinical specification, section 1).
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

DateOrder = Literal["day_first", "month_first"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janv",
            "february feb febr februar fev",
            "march mar mrz maerz märz",
            "april apr avr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sept sep",
            "october oct okt oktober",
            "november nov",
            "december dec dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![a-zäöü])\.?"
_YEAR = r"(?:'?\d{2}|(?:19|20|21|22)\d{2})"
_FULL_YEAR = r"(?:19|20|21|22)\d{2}"
_DATE = re.compile(
    r"(?<![\w/.,])(?:(?<!-)|(?<=\d{4}-)|(?<=/\d\d-)|(?<=/\d-)|(?<=\.\d\d-)|(?<=\d\.-))(?:"
    rf"(?P<iso>(?P<iy>{_FULL_YEAR})[-/.](?P<im>\d{{1,2}})[-/.](?P<id>\d{{1,2}}))(?![\d/])"
    r"|(?P<num>(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)"
    rf"(?P<y>{_FULL_YEAR}|\d{{2}}))(?![\d/%]|[.,]\d|-\d(?!\d?[./-]\d))"
    rf"|(?P<dmy>(?!\d{{1,2}}\. (?:{_MONTH}) ?(?:-|to) ?(?:{_MONTH}) {_FULL_YEAR})(?P<d1>\d{{1,2}})"
    rf"(?:st|nd|rd|th|\.)?[ -]?(?:of )?(?P<m1>{_MONTH})"
    rf"(?:[ ,-]{{0,2}}(?P<y1>{_FULL_YEAR}|'\d{{2}}|(?<=[-])\d{{2}}))?)(?!\d)"
    rf"|(?P<mdy>(?!fev-?1(?!\d))(?P<m2>{_MONTH})[ -]?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:(?![\d/%]|[.:]\d)(?:,? ?(?P<y2>{_FULL_YEAR}))?|/(?P<y7>{_FULL_YEAR}|\d{{2}})(?![\d/])))"
    rf"|(?P<my>(?P<m3>{_MONTH})(?: of)?[ ,/-]{{0,2}}(?P<y3>{_FULL_YEAR}|'\d{{2}}))(?!\d)"
    rf"|(?P<mrange>(?P<m6>{_MONTH})(?=[ ]?(?:-|to|until)[ ]?(?:{_MONTH})[ ](?P<y6>{_FULL_YEAR})))"
    rf"|(?P<nmy>(?P<m4>0?[1-9]|1[0-2])/(?P<y4>{_FULL_YEAR}))(?![\d/])"
    r"|(?P<dm>(?P<d5>\d{1,2})\.(?P<m5>0[1-9]|1[0-2]|[1-9](?=\.(?:[,:;)]|[ ](?:to|until|and|&)\b|[ ]?[-–][ ]?\d))"
    r"|(?<=\.,[ ]\d\d\.)[1-9]|(?<=\.,[ ]\d\.)[1-9])\.)(?!\d)"
    rf"|(?P<year>{_FULL_YEAR})(?![\w/.-]*\d|[ ]?(?:ml|mg|cGy|IU|/))"
    r")",
    re.I,
)
_DATE_BEGINS = re.compile(r"(?<![\w/.,])(?:\d|" + "|".join(sorted({name[:3] for name in _MONTHS})) + r")", re.I)
"""What every date begins with: far quicker to look for than dates."""
_SHORT = re.compile(
    r"(?<![\w/.,])(?:(?<!-)|(?<=/\d\d-)|(?<=/\d-))(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/%]|[.,]\d)"
    r"(?! ?(?:mm|cm|fx|fractions|cycles|nodes|positive|lobes?)\b)"
)
_FRACTIONS = re.compile(r"\bc?Gy\b|#|\bfx\b|\bfractions?\b|\bnodes?\b|\bLNs?\b|\bmm\s?Hg\b|\bBP\b|\bmg\b", re.I)
"""Beside "20/5": no day and month, but a dose in fractions, nodes of so many, a pressure."""
_DATED = re.compile(r"\b(?:CT|MRI?|PET\S*|pelvis|CAP|TAP|scan|on|since|last|MD[TM]|TB|board|C\d)[ :]*$", re.I)
"""Before a date: what was done then."""
_TO_COME = re.compile(
    r"\b(?:review|return|rtc|next|due|plan\w*|book\w*|schedul\w*|appointment|f/?u|follow|until|expir\w*|will|to be)\b"
    r"[^.;\n]*$",
    re.I,
)
"""Before a date that may lie in the future."""
_UNITS = {"day": 1, "d": 1, "week": 7, "wk": 7, "w": 7, "month": 30.44, "mo": 30.44, "year": 365.25, "yr": 365.25}
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
_RELATIVE_WORD = re.compile(r"[ ]ago\b|yesterday|today|\bthis[ ]", re.I)
_RELATIVE = re.compile(
    r"\b(?:(?P<n>\d{1,2}|" + "|".join(_WORDS) + r") ?(?P<unit>days?|d|weeks?|wks?|w|months?|mos?|years?|yrs?) ago"
    r"|(?P<word>yesterday|today|this (?:morning|afternoon|am|pm)))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as precise as the note has it: a day, a month or a year."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def full(self) -> date | None:
        """The day, or None where only the month or the year is known."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def latest(self) -> date:
        """The last day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def earliest(self) -> date:
        """The first day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text. ``relative`` marks "3 weeks ago", "yesterday"."""

    start: int
    end: int
    date: PartialDate
    relative: bool = False


def _year(text: str, reference: date | None) -> int:
    digits = text.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    limit = (reference.year if reference else 2060) % 100 + 1
    century = (reference.year if reference else 2000) // 100 * 100
    return century + int(digits) - (100 if int(digits) > limit else 0)


def _valid(year: int, month: int | None, day: int | None) -> PartialDate | None:
    if month is not None and not 1 <= month <= 12:
        return None
    if day is not None and not 1 <= day <= calendar.monthrange(year, month or 1)[1]:
        return None
    return PartialDate(year, month, day)


def _nearest_year(month: int, day: int | None, reference: date | None) -> int | None:
    """The year that puts a date without one at or before the reference (a week of grace)."""
    if reference is None:
        return None
    candidate = _valid(reference.year, month, day)
    if candidate is None:
        return reference.year - 1
    return reference.year if candidate.earliest <= reference + timedelta(days=7) else reference.year - 1


def _numeric(a: int, b: int, year: int, order: DateOrder | None) -> PartialDate | None:
    day_first, month_first = _valid(year, b, a), _valid(year, a, b)
    if day_first and month_first and a != b:
        return {"day_first": day_first, "month_first": month_first, None: PartialDate(year)}[order]
    return day_first or month_first


def find_dates(text: str, reference: date | None = None, order: DateOrder | None = None) -> list[DateMention]:
    """All dates of a text, in order.

    Args:
        text: Cleaned text.
        reference: The note's date: gives the year to dates without one and anchors "3 weeks ago".
        order: How ambiguous numeric dates are written; without it only their year is told.

    Example:
        >>> find_dates("CT 3 April 2025")[0].date.full
        datetime.date(2025, 4, 3)
    """
    found: list[DateMention] = []
    for match in _dates(text):
        partial = _read(match, reference, order)
        if partial is not None and 1900 <= partial.year <= 2300:
            found.append(DateMention(match.start(), match.end(), partial))
    short: list[DateMention] = []
    ends = [m.end for m in found]  # in order, as the dates are
    if reference is not None:
        for match in _SHORT.finditer(text) if "/" in text else ():
            after = bisect_right(ends, match.start())
            if after < len(ends) and found[after].start < match.end():
                continue
            partial = _short(match, reference, order)
            if partial is not None:
                short.append(DateMention(match.start(), match.end(), partial))
        for match in _RELATIVE.finditer(text) if _RELATIVE_WORD.search(text) else ():
            short.append(_relative(match, reference))
    return sorted([*found, *short], key=lambda mention: mention.start)


def _read(match: re.Match[str], reference: date | None, order: DateOrder | None) -> PartialDate | None:
    if match["iso"]:
        return _valid(int(match["iy"]), int(match["im"]), int(match["id"]))
    if match["num"]:
        a, b = int(match["a"]), int(match["b"])
        if match["sep"] == "." and order is None:
            order = "day_first"
        return _numeric(a, b, _year(match["y"], reference), order)
    for day_key, month_key, year_key in (
        ("d1", "m1", "y1"),
        ("d2", "m2", "y2" if match["y2"] else "y7"),
        (None, "m3", "y3"),
        (None, "m6", "y6"),
    ):
        if match[month_key]:
            month = _MONTHS[match[month_key].lower().rstrip(".")]
            day = int(match[day_key]) if day_key else None
            year = _year(match[year_key], reference) if match[year_key] else _nearest_year(month, day, reference)
            return None if year is None else _valid(year, month, day)
    if match["nmy"]:
        return _valid(int(match["y4"]), int(match["m4"]), None)
    if match["dm"]:
        year = _nearest_year(int(match["m5"]), int(match["d5"]), reference)
        return None if year is None else _valid(year, int(match["m5"]), int(match["d5"]))
    return PartialDate(int(match["year"]))


def _short(match: re.Match[str], reference: date, order: DateOrder | None) -> PartialDate | None:
    """A day of this or last year ("7/18"), or a month and a year ("02/25")."""
    a, b = int(match["a"]), int(match["b"])
    if order != "month_first" and match["a"].startswith("0") and 1 <= a <= 12 and b == reference.year % 100:
        return PartialDate(reference.year, a)
    month, day = (b, a) if order == "day_first" else (a, b)
    if 1 <= month <= 12 and 1 <= day <= 31:
        year = _nearest_year(month, day, reference)
        if order is None and a != b and a <= 12 and b <= 12:
            return None
        return _valid(year, month, day) if year else None
    if 1 <= a <= 12 and b in (reference.year % 100, reference.year % 100 - 1):
        return PartialDate(reference.year // 100 * 100 + b, a)
    return None


def _relative(match: re.Match[str], reference: date) -> DateMention:
    if match["word"]:
        day = reference - timedelta(days=match["word"].lower() == "yesterday")
        return DateMention(match.start(), match.end(), PartialDate(day.year, day.month, day.day), True)
    count = int(match["n"]) if match["n"].isdigit() else _WORDS[match["n"].lower()]
    unit = match["unit"].lower().rstrip("s") or "d"
    day = reference - timedelta(days=round(count * _UNITS[unit]))
    if unit in ("day", "d", "week", "wk", "w"):
        return DateMention(match.start(), match.end(), PartialDate(day.year, day.month, day.day), True)
    month = day.month if unit in ("month", "mo") else None
    return DateMention(match.start(), match.end(), PartialDate(day.year, month), True)


def infer_order(notes: Iterable[tuple[str, date | None]]) -> DateOrder | None:
    """The order of day and month that the unambiguous dates of a patient's notes show.

    A date counts when it can be read in one way only, or when one of its two readings is its own
    note's date; where there is none, dates without a year that can be read in one way only, then full
    dates of which one reading lies in the future.

    Args:
        notes: Pairs of cleaned text and note date.
    """
    notes = tuple(notes)
    votes = 0
    for text, note_date in notes:
        for match in _numeric_dates(text):
            a, b = int(match["a"]), int(match["b"])
            if a == b or max(a, b) > 31 or min(a, b) > 12:
                continue
            if a > 12:
                votes += 1
            elif b > 12:
                votes -= 1
            elif note_date and note_date.year % 100 == int(match["y"]) % 100:
                votes += 3 * ((note_date.day, note_date.month) == (a, b))
                votes -= 3 * ((note_date.month, note_date.day) == (a, b))
    votes = votes or _short_votes([text for text, _ in notes]) or sum(_past(*note) for note in notes)
    return None if votes == 0 else "day_first" if votes > 0 else "month_first"


def _short_votes(texts: Sequence[str]) -> int:
    """What dates without a year show: "10/22" can only be month and day, "24/03" day and month."""
    month_first: set[str] = set()
    day_first: set[str] = set()
    for text in texts:
        for match in _SHORT.finditer(text):
            a, b = int(match["a"]), int(match["b"])
            if 1 <= a <= 12 < b <= 31:
                month_first.add(match[0])
            elif 1 <= b <= 12 < a <= 31 and not _FRACTIONS.search(text[max(0, match.start() - 8) : match.end() + 12]):
                day_first.add(match[0])
    if month_first and day_first:
        return 0
    shown = len(month_first) > 1 or len(day_first) > 1 or any(map(_dates_something, texts))
    return (len(day_first) - len(month_first)) * shown


def _dates_something(text: str) -> bool:
    """Whether a date without a year that can be read in one way only stands behind a study, a cycle or a meeting."""
    return any(
        max(int(match["a"]), int(match["b"])) > 12 and _DATED.search(text[max(0, match.start() - 12) : match.start()])
        for match in _SHORT.finditer(text)
        if int(match["a"]) and int(match["b"])
    )


def _past(text: str, note_date: date | None) -> int:
    """What dates show of which one reading would lie beyond the note, where nothing speaks of the future."""
    votes = 0
    for match in _numeric_dates(text) if note_date else ():
        a, b, year = int(match["a"]), int(match["b"]), _year(match["y"], note_date)
        day_first, month_first = _valid(year, b, a), _valid(year, a, b)
        if not (day_first and month_first and note_date) or _TO_COME.search(text[: match.start()][-50:]):
            continue
        late_day, late_month = day_first.earliest > note_date, month_first.earliest > note_date
        votes += late_month - late_day
    return votes


def _numeric_dates(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _dates(text) if match["num"])


def _dates(text: str) -> Iterator[re.Match[str]]:
    """``_DATE.finditer``, looking only where a date can begin."""
    end = 0
    for begin in _DATE_BEGINS.finditer(text):
        if begin.start() >= end:
            match = _DATE.match(text, begin.start())
            if match is not None:
                end = match.end()
                yield match
