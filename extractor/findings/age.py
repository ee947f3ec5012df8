"""The age in whole years, as told or by the date of birth on the day of the note.

Ages of relatives are findings about the family; the age at an event of the past is historical. Decades
("in her sixties") and durations ("smoked for 40 years") tell no age. The value of a date of birth has
``born`` (ISO date) beside ``years``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from extractor.findings.clauses import clause_of, outermost
from extractor.findings.nearby import standing
from extractor.language.dates import DateMention
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

AGE, BORN, WHOSE, GROUP = "AGE", "AGE_BORN", "AGE_WHOSE", "AGE_GROUP"
_MAXIMUM = 120
_ADULT = 18
"""A date in the head of a note that is not said to be that of birth lies so many years back, if it is."""
_TENS: Mapping[str, int] = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_UNITS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_DATE_REACH = 30
_MOST_YEARS_BETWEEN = 30
_HEAD_SENTENCES = 8
"""The day of a note that has no date of its own is looked for in so many of its first sentences."""


def find(reading: Reading) -> Iterator[Finding]:
    """The ages of a note."""
    mentions = outermost(reading.of(AGE))
    for mention in mentions:
        years = _years(next(iter(mention.groups.values())))
        if mention.value.get("beside") and not _beside(reading, mention, years, mentions):
            continue
        if 0 < years <= _MAXIMUM and not _of_a_group(reading, mention):
            yield _told(reading, mention, years)
            if mention.value.get("kin"):
                yield from _further_children(reading, mention)
    for mention in reading.of(BORN):
        yield from _born(reading, mention)


def _beside(reading: Reading, mention: Mention, years: int, mentions: Sequence[Mention]) -> bool:
    """Whether the age at an event of the past stands beside a bare number that is the present one."""
    between = reading.expressions["age.then_and_now"]
    for past in mentions:
        if past.sentence != mention.sentence or past.value.get("beside") or past.value.get("kin"):
            continue
        first, second = sorted((past, mention), key=lambda m: m.start)
        if 0 <= years - _years(next(iter(past.groups.values()))) <= _MOST_YEARS_BETWEEN and between.fullmatch(
            reading.text[first.end : second.start]
        ):
            return True
    return False


def _of_a_group(reading: Reading, mention: Mention) -> bool:
    """Whether it is the age of a group: "median age 64", "patients aged 70"."""
    return bool(reading.within(max(0, mention.start - 25), mention.end, GROUP)) and any(
        re.fullmatch(r"[ ,]*", reading.text[group.end : mention.start]) or group.start >= mention.start
        for group in reading.within(max(0, mention.start - 25), mention.end, GROUP)
    )


def _further_children(reading: Reading, mention: Mention) -> Iterator[Finding]:
    """The ages behind the first of a list: "children aged 19 and 22"."""
    end = mention.end
    while match := reading.expressions["age.next_child"].match(reading.text, end):
        start, end = match.span(1)
        yield reading.finding(
            "age", {"years": int(match[1])}, start, end, by=mention,
            assertion=Assertion.AFFIRMED, experiencer=Experiencer.FAMILY, temporality=Temporality.CURRENT,
        )  # fmt: skip


def _years(text: str) -> int:
    if text.isdigit():
        return int(text)
    words = [word for word in re.split(r"[ -]", text.lower()) if word]
    if len(words) == 1 and words[0] not in _TENS and words[0] not in _UNITS:  # "seventyone"
        tens = next(word for word in _TENS if words[0].startswith(word))
        words = [tens, words[0][len(tens) :]]
    return sum(_TENS.get(word, _UNITS.get(word, 0)) for word in words)


def _told(reading: Reading, mention: Mention, years: int) -> Finding:
    words = reading.expressions
    state = standing(reading, mention, kin=not mention.value.get("kin"))
    behind = reading.text[mention.end : reading.sentences[mention.sentence].end]
    before = reading.text[max(0, mention.start - 20) : mention.start]
    temporality = Temporality.CURRENT
    if not mention.value.get("beside") and (
        mention.value.get("past")
        or words["age.then"].search(before)
        or words["age.event"].match(behind)
        or (
            state.temporality is Temporality.HISTORICAL
            and not words["age.person"].match(behind)
            and "turned" not in mention.text.lower()
        )
    ):
        temporality = Temporality.HISTORICAL
    start = mention.start
    assertion = Assertion.HYPOTHETICAL if state.assertion is Assertion.HYPOTHETICAL else Assertion.AFFIRMED
    return reading.finding(
        "age",
        {"years": years},
        start,
        mention.end,
        by=mention,
        assertion=assertion,
        experiencer=_whose(reading, mention, state.experiencer),
        temporality=temporality,
    )


def _whose(reading: Reading, mention: Mention, told: Experiencer) -> Experiencer:
    """The patient's, unless a relative stands right before or behind the age."""
    if mention.value.get("kin"):
        return Experiencer.FAMILY
    _, stop = clause_of(reading, mention.start)
    for person in reading.within(mention.end, max(mention.end, stop), WHOSE):
        between = reading.text[mention.end : person.start]
        if not re.search(r"[^ -]", re.sub(r"^[ -]*(?:old )?(?:\w+ ){0,2}$", "", between)):
            return (
                Experiencer.FAMILY
                if person.text.split()[-1].lower() not in ("donor", "nurse", "colleague")
                else Experiencer.OTHER
            )
        break
    if told is Experiencer.FAMILY and reading.expressions["age.person"].match(
        reading.text[mention.end : mention.end + 40]
    ):
        section = reading.sentences[mention.sentence].section
        if section is None or section.name != "family_history":
            return Experiencer.PATIENT
    return told


def _born(reading: Reading, mention: Mention) -> Iterator[Finding]:
    """The age that a date of birth gives on the day of the note; nothing where that day is not known."""
    on = reading.note.note_date or _day_of_note(reading)
    for day in reading.dates_within(mention.end, min(len(reading.text), mention.end + _DATE_REACH)):
        if reading.text[mention.end : day.start].strip(" :") or on is None or day.relative:
            return
        born = day.date.full or _either_order(reading, day, on)
        if born is None:
            told = reading.expressions["age.age_behind"].match(reading.text, day.end)
            if told:
                yield reading.finding(
                    "age", {"years": int(told["years"])}, mention.start, told.end(), by=mention,
                    assertion=Assertion.AFFIRMED, experiencer=standing(reading, mention).experiencer,
                    temporality=Temporality.CURRENT,
                )  # fmt: skip
            return
        years = _full_years(born, on)
        if (_ADULT if mention.value.get("header") else 0) <= years <= _MAXIMUM:
            whose = standing(reading, mention).experiencer
            value: dict[str, Any] = {"years": years, "born": born.isoformat()}
            yield reading.finding(
                "age", value, mention.start, day.end, by=mention,
                assertion=Assertion.AFFIRMED, experiencer=whose, temporality=Temporality.CURRENT,
            )  # fmt: skip
        return


def _day_of_note(reading: Reading) -> date | None:
    """The day that the head of a note gives for itself ("Clinic 23/11/2024"), where the note came without one."""
    last = reading.sentences[min(len(reading.sentences), _HEAD_SENTENCES) - 1].end if reading.sentences else 0
    born = {
        day.start
        for mention in reading.of(BORN)
        for day in reading.dates_within(mention.end, mention.end + _DATE_REACH)
    }
    for day in reading.dates_within(0, last):
        before = reading.text[max(0, day.start - 45) : day.start]
        if day.date.full and day.start not in born and reading.expressions["age.note_day"].search(before):
            return day.date.full
    return None


def _full_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _either_order(reading: Reading, day: DateMention, on: date) -> date | None:
    """A birthday whose day and month may be swapped, where both readings give the same age."""
    match = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(?:\d{4}|\d\d)", reading.text[day.start : day.end])
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if not (1 <= first <= 12 and 1 <= second <= 12):
        return None
    readings = (date(day.date.year, first, second), date(day.date.year, second, first))
    return max(readings) if _full_years(readings[0], on) == _full_years(readings[1], on) else None
