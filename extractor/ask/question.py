"""A question to what it asks: about what, which value, where, when, and in what manner.

The words are looked up in the lexicon; of words that overlap the longest count. Words that are in no
list are mended where they look like a misspelt one, and named in the answer where they do not.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from extractor.ask.lexicon import Lexicon, NamedValue, Topic

_SEPARATORS = re.compile(r"[^\w<>≤≥=]")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_LONGEST = 500
"""So many characters of a question are read."""

_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_BOUND = r"(?P<bound>since|before|after|until|in|on|during|from|by)"
_PERIOD = re.compile(
    rf"(?<!\w)(?:{_BOUND}[ ]+)?(?:(?:early|mid|late|the)[ ]+)?"
    rf"(?:(?P<y>\d{{4}})[ ](?P<mo>\d{{2}})[ ](?P<d>\d{{2}})"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ ]+(?:of[ ]+)?)?(?P<month>{_MONTH})(?:[ ]+(?P<year>\d{{4}}))?"
    r"|(?P<only>(?:19|20)\d{2}))(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a question is about, both included; None is open."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is asked for, as the interval that would be a "yes"; ``high`` None is open."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a question asks.

    Attributes:
        topics: About what.
        intents: In what manner: ``why``, ``show``, ``missing``, …
        values: Named values that are asked for.
        number: A number that is asked for.
        sites: Where, as the values of findings name it.
        regions: ``cranial``, ``extracranial``.
        agents: Drugs.
        times: ``ever``, ``baseline``, ``former``, ``first``, ``latest``.
        period: Days that it is about.
        relative: Whether it is about a relative.
        declined: Why it cannot be answered whatever it is about.
        beyond: Words for things that are not read from notes.
        ignored: Words that were not understood.
    """

    topics: tuple[Topic, ...] = ()
    intents: frozenset[str] = frozenset()
    values: tuple[NamedValue, ...] = ()
    number: Number | None = None
    sites: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    agents: tuple[str, ...] = ()
    times: frozenset[str] = frozenset()
    period: Period | None = None
    relative: bool = False
    declined: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: str
    meaning: Any
    words: str


def read(text: str, lexicon: Lexicon, today: date | None = None) -> Question:
    """Understand a question.

    Args:
        text: The question as it was typed.
        lexicon: The words.
        today: The day of the report: "in March" is the last March before it.
    """
    asked = _SEPARATORS.sub(" ", text[:_LONGEST])
    spans = _spans(asked, lexicon)
    mended = _mended(asked, spans, lexicon)
    if mended != asked:
        asked, spans = mended, _spans(mended, lexicon)
    return _question(asked, spans, lexicon, today)


def _spans(asked: str, lexicon: Lexicon) -> list[_Span]:
    """The words that mean something. One for a whole region ("cranial") asks for no single site of it."""
    found = [
        _Span(match.start(), match.end(), entry.kind, _meaning(entry.meaning, match), match[0])
        for entry in lexicon.entries
        for match in entry.pattern.finditer(asked)
        if match[0].strip()
    ]
    found += [
        _Span(match.start(), match.end(), "period", match, match[0])
        for match in _PERIOD.finditer(asked)
        if match["bound"] or not match["month"] or match["year"] or match["day"]
    ]
    regions = {(span.start, span.end) for span in found if span.kind == "region"}
    found = [span for span in found if span.kind != "site" or (span.start, span.end) not in regions]
    return [span for span in found if not any(_hides(other, span) for other in found)]


def _meaning(meaning: Any, match: re.Match[str]) -> Any:
    if meaning is not None:
        return meaning
    name = next((name for name, words in match.groupdict().items() if words), "unlisted")
    return match[0].lower() if name == "unlisted" else name.replace("__", "-").replace("_", " ")


def _hides(longer: _Span, span: _Span) -> bool:
    """Whether a longer stretch of words says what they mean together."""
    overlap = longer.start < span.end and span.start < longer.end
    return overlap and longer.end - longer.start > span.end - span.start


def _left(asked: str, spans: Sequence[_Span], lexicon: Lexicon) -> Iterator[re.Match[str]]:
    """The words that nothing explains."""
    for match in _TOKEN.finditer(asked):
        word = match[0].lower()
        covered = any(span.start < match.end() and match.start() < span.end for span in spans)
        if not covered and not word.isdigit() and word not in lexicon.ordinary and word not in lexicon.numbers:
            yield match


def _mended(asked: str, spans: Sequence[_Span], lexicon: Lexicon) -> str:
    parts, end = [], 0
    for match in _left(asked, spans, lexicon):
        parts += [asked[end : match.start()], _spelt(match[0].lower(), lexicon.spelling) or match[0]]
        end = match.end()
    return "".join([*parts, asked[end:]])


def _spelt(word: str, known: Sequence[str]) -> str | None:
    """The known word that one is a misspelling of: letters swapped, missing, doubled or wrong."""
    if len(word) < 4:
        return None
    if len(word) == 4:
        return next((right for right in known if sorted(right) == sorted(word)), None)
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.8)), None)


def _question(asked: str, spans: Sequence[_Span], lexicon: Lexicon, today: date | None) -> Question:
    def meanings(kind: str) -> tuple[Any, ...]:
        ordered = sorted((span for span in spans if span.kind == kind), key=lambda span: span.start)
        return tuple(dict.fromkeys(span.meaning for span in ordered))

    values = meanings("value")
    topics = dict.fromkeys((*meanings("topic"), *(lexicon.topics[value.topic] for value in values)))
    agents = meanings("agent")
    if agents:
        topics.setdefault(lexicon.topics["therapy"])
    sites, regions = frozenset(meanings("site")), frozenset(meanings("region"))
    if (sites or regions) and not topics:
        topics.setdefault(lexicon.topics["metastases"])
    periods = [span.meaning for span in spans if span.kind == "period"]
    return Question(
        topics=_meant(tuple(topics)),
        intents=frozenset(meanings("intent")),
        values=values,
        number=_number(asked, spans, lexicon),
        sites=sites,
        regions=regions,
        agents=agents,
        times=frozenset(meanings("time")),
        period=_period(periods[0], today) if periods else None,
        relative=bool(meanings("relative")),
        declined=meanings("declined"),
        beyond=tuple(dict.fromkeys(span.words.lower() for span in spans if span.kind == "beyond")),
        ignored=tuple(dict.fromkeys(match[0] for match in _left(asked, spans, lexicon))),
    )


def _meant(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """The topics without those that another one stands for."""
    hidden = {name for topic in topics for name in topic.instead_of}
    left = tuple(topic for topic in topics if topic.id not in hidden) or topics
    return tuple(topic for topic in left if not topic.weak) or left


def _number(asked: str, spans: Sequence[_Span], lexicon: Lexicon) -> Number | None:
    taken = [span for span in spans if span.kind in ("value", "period", "time", "topic", "site", "beyond")]
    numbers = [
        int(word) if word.isdigit() else lexicon.numbers[word]
        for match in _TOKEN.finditer(asked)
        if (((word := match[0].lower()).isdigit() and len(word) < 4) or word in lexicon.numbers)
        and not any(span.start <= match.start() < span.end for span in taken)
    ]
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    compared = {span.meaning for span in spans if span.kind == "comparison"}
    if "above" in compared:
        return Number(high + 1, None)
    if "at_least" in compared:
        return Number(low, None)
    if "below" in compared:
        return Number(0, max(low - 1, 0))
    return Number(0 if "at_most" in compared else low, high)


def _period(match: re.Match[str], today: date | None) -> Period:
    start, end = _days(match, today)
    bound = (match["bound"] or "").lower()
    if bound in ("since", "from"):
        return Period(start, None)
    if bound == "after":
        return Period(end + timedelta(days=1), None)
    if bound == "before":
        return Period(None, start - timedelta(days=1))
    return Period(None if bound in ("until", "by") else start, end)


def _days(match: re.Match[str], today: date | None) -> tuple[date, date]:
    if match["only"]:
        return date(int(match["only"]), 1, 1), date(int(match["only"]), 12, 31)
    if match["y"]:
        year, month, day = int(match["y"]), int(match["mo"]), match["d"]
    else:
        month, day = _MONTHS[match["month"].lower()], match["day"]
        now = today or date.today()
        year = int(match["year"] or (now.year if month <= now.month else now.year - 1))
    month = min(max(month, 1), 12)
    year = min(max(year, date.min.year), date.max.year - 1)
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last)
    only = date(year, month, min(max(int(day), 1), last))
    return only, only
