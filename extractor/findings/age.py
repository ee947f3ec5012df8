"""The age in whole years, as told or by the date of birth on the day of the note.

Ages of relatives are findings about the family; the age at an event of the past is historical. Decades
("in her sixties") and durations ("smoked for 40 years") tell no age. The value of a date of birth has
``born`` (ISO date) beside ``years``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from extractor.findings.clauses import clause_of, outermost
from extractor.findings.nearby import standing
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

AGE, BORN, WHOSE = "AGE", "AGE_BORN", "AGE_WHOSE"
_MAXIMUM = 120
_TENS: Mapping[str, int] = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_UNITS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_PERSON = re.compile(r"^[ ,-]*(?:\w+[ -]){0,3}?(?:man|woman|gentleman|lady|male|female|patient|pt|m\b|f\b)", re.I)
_EVENT = re.compile(
    r"^[ ]?(?:at|when|on)[ ](?:the[ ])?(?:time of[ ])?(?:first[ ]|initial[ ])?(?:diagnos|presentation|onset|dx)", re.I
)
_DATE_REACH = 30


def find(reading: Reading) -> Iterator[Finding]:
    """The ages of a note."""
    for mention in outermost(reading.of(AGE)):
        years = _years(next(iter(mention.groups.values())))
        if 0 < years <= _MAXIMUM:
            yield _told(reading, mention, years)
    for mention in reading.of(BORN):
        yield from _born(reading, mention)


def _years(text: str) -> int:
    if text.isdigit():
        return int(text)
    words = [word for word in re.split(r"[ -]", text.lower()) if word]
    if len(words) == 1 and words[0] not in _TENS and words[0] not in _UNITS:  # "seventyone"
        tens = next(word for word in _TENS if words[0].startswith(word))
        words = [tens, words[0][len(tens) :]]
    return sum(_TENS.get(word, _UNITS.get(word, 0)) for word in words)


def _told(reading: Reading, mention: Mention, years: int) -> Finding:
    state = standing(reading, mention, kin=not mention.value.get("kin"))
    behind = reading.text[mention.end : reading.sentences[mention.sentence].end]
    temporality = Temporality.CURRENT
    if (
        mention.value.get("past")
        or _EVENT.match(behind)
        or (state.temporality is Temporality.HISTORICAL and not _PERSON.match(behind))
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
        if not re.search(r"[^ -]", between):
            return (
                Experiencer.FAMILY
                if person.text.split()[-1].lower() not in ("donor", "nurse", "colleague")
                else Experiencer.OTHER
            )
        break
    if told is Experiencer.FAMILY and _PERSON.match(reading.text[mention.end : mention.end + 40]):
        section = reading.sentences[mention.sentence].section
        if section is None or section.name != "family_history":
            return Experiencer.PATIENT
    return told


def _born(reading: Reading, mention: Mention) -> Iterator[Finding]:
    """The age that a date of birth gives on the day of the note; nothing where that day is not known."""
    on = reading.note.note_date
    for day in reading.dates_within(mention.end, min(len(reading.text), mention.end + _DATE_REACH)):
        born = day.date.full
        if reading.text[mention.end : day.start].strip(" :") or born is None or on is None or day.relative:
            return
        years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        if 0 <= years <= _MAXIMUM:
            state = standing(reading, mention)
            value: dict[str, Any] = {"years": years, "born": born.isoformat()}
            yield reading.finding(
                "age", value, mention.start, day.end, by=mention,
                assertion=Assertion.AFFIRMED, experiencer=state.experiencer, temporality=Temporality.CURRENT,
            )  # fmt: skip
        return
