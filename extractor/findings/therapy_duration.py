"""How long a systemic therapy has been given, in months: weeks / 4.345, days / 30.44, one decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from extractor.findings.regimens import NUMBERS, Regimen, regimens, treated
from extractor.language.reading import Mention, Reading
from extractor.records import Finding, Temporality

CONCEPT = "therapy_duration"
CATEGORY = "THERAPY_DURATION"
WEEKS_A_MONTH = 4.345
DAYS_A_MONTH = 30.44
_DAY_REACH = 40
_LONGEST = 240.0
_WORDS = {
    **NUMBERS,
    **dict.fromkeys(("a", "an"), 1),
    **dict.fromkeys(("half a", "half an", "half"), 0.5),
    **dict.fromkeys(("a quarter of a", "one quarter of a"), 0.25),
    "three quarters of a": 0.75,
}


def find(reading: Reading) -> Iterator[Finding]:
    """The stretches of time that a note gives for a systemic therapy."""
    groups = regimens(reading)
    end = -1
    for mention in reading.of(CATEGORY):
        if mention.start < end or _elsewise(reading, mention):
            continue
        months = None if _is_a_day(reading, mention) else _months(mention)
        owner = _owner(mention, groups)
        if months is None or not _of_therapy(reading, mention, owner):
            continue
        end = mention.end
        yield _finding(reading, mention, months, owner)
    yield from _to_restaging(reading, groups)


def _to_restaging(reading: Reading, groups: Sequence[Regimen]) -> Iterator[Finding]:
    """The time from the first dose to the restaging that the same breath dates ("started 3 March; restaged 8 July")."""
    for mention in reading.of("RESTAGED"):
        day = next(reading.dates_within(mention.end, mention.end + _DAY_REACH), None)
        earlier = [g for g in groups if g.end <= mention.start and g.given and g.begun is not None]
        if not earlier or day is None or reading.text[mention.end : day.start].strip():
            continue
        owner, sentence = earlier[-1], reading.sentences[mention.sentence]
        near = mention.sentence - owner.sentence <= 1 and reading.sentences[owner.sentence].block == sentence.block
        first, last = owner.begun.full if owner.begun else None, day.date.full
        if not near or owner.stopped or owner.ended or first is None or last is None:
            continue
        months = round((last - first).days / DAYS_A_MONTH, 1)
        if 0 < months <= _LONGEST:
            whole = int(months) if months == int(months) else months
            yield _finding(reading, mention, whole, owner, (owner.end, day.end))


def _elsewise(reading: Reading, mention: Mention) -> bool:
    """Whether a word beside it makes the time that of something else ("every", "ago", "of cough")."""
    for word in reading.in_sentence(mention.sentence, "NO_DURATION"):
        ahead = word.value["side"] == "behind"
        between = reading.text[word.end : mention.start] if ahead else reading.text[mention.end : word.start]
        apart = mention.start - word.end if ahead else word.start - mention.end
        if 0 <= apart <= (30 if ahead else 3) and not re.search(r"[.,;:)]", between):
            return True
        if mention.start <= word.start and word.end <= mention.end:
            return True
    return False


def _is_a_day(reading: Reading, mention: Mention) -> bool:
    """Whether "5/12" is the twelfth of May: a note that puts the month first has no twelfths of a year."""
    if "twelfths" not in mention.groups or reading.order != "month_first":
        return False
    return re.match(r"(?:for|x)\b|[ ](?:of|on|into)[ ]", mention.text, re.I) is None and not re.match(
        r"[ ](?:of|on|into)[ ]", reading.text[mention.end : mention.end + 6]
    )


def _months(mention: Mention) -> float | int | None:
    groups = mention.groups
    if "twelfths" in groups:
        number = float(groups["n"])
        return int(number) if 1 <= number <= 36 else None
    amount = _amount(groups["n"], "and a half" in mention.text.lower())
    if amount is None:
        return None
    if "month" in groups:
        months = amount
    elif "week" in groups:
        months = amount / WEEKS_A_MONTH
    elif "year" in groups:
        months = amount * 12
    else:
        months = amount / DAYS_A_MONTH
    months = round(months, 1)
    if not 0 < months <= _LONGEST:
        return None
    return int(months) if months == int(months) else months


def _amount(text: str, half: bool) -> float | None:
    text = text.lower().replace(",", ".").removesuffix(" and a half").strip()
    if text.endswith(("½", "1/2")):
        text, half = text.removesuffix("½").removesuffix("1/2").strip(), True
    number = _WORDS.get(text)
    if number is None:
        try:
            number = float(text)
        except ValueError:
            return None
    return number + 0.5 * half


def _owner(mention: Mention, groups: Sequence[Regimen]) -> Regimen | None:
    here = [group for group in groups if group.sentence == mention.sentence]
    if mention.value["kind"] in ("of", "label"):
        inside = [g for g in here if mention.start <= g.start < mention.end]
        after = [g for g in here if g.start >= mention.end]
        if inside or after:
            return (inside or after)[0]
    before = [group for group in here if group.end <= mention.start]
    return before[-1] if before else here[0] if here else None


def _of_therapy(reading: Reading, mention: Mention, owner: Regimen | None) -> bool:
    """Whether the time is that of a treatment, not of a symptom or of a look ahead."""
    words = reading.expressions
    kind = mention.value["kind"]
    sentence = reading.sentences[mention.sentence]
    behind = reading.text[mention.end : sentence.end]
    before = reading.text[sentence.start : mention.start]
    if kind == "label":
        return True
    if kind == "of":
        if (
            "twelfths" in mention.groups
            and words["therapy_duration.lead"].match(mention.text)
            and owner is not None
            and owner.end <= mention.start
        ):
            return True
        if (
            owner is not None
            and 0 <= owner.start - mention.end <= 40
            and not re.search(r"[.,;]", reading.text[mention.end : owner.start])
        ):
            return True
        return words["therapy_duration.object"].match(behind) is not None
    if kind == "in":
        return (
            owner is not None
            or words["therapy_duration.treated"].search(before) is not None
            or "since" in mention.text
            or mention.rule == "duration.since"
        )
    if mention.rule == "duration.on_drug":
        return True
    if kind == "for":
        if re.match(r"(?:on |taking |treated)", mention.text, re.I):
            return True
        if owner is None:
            return words["therapy_duration.on_therapy_for"].search(before) is not None
        gap = reading.text[owner.end : mention.start]
        return (
            owner.end <= mention.start and len(gap) <= 60 and not words["therapy_duration.something_else"].search(gap)
        )
    if owner is None:
        return (
            words["therapy_duration.therapy_before"].search(before) is not None
            and words["therapy_duration.on_therapy"].search(before) is not None
        )
    gap = reading.text[owner.end : mention.start]
    return (
        owner.end <= mention.start and len(gap) <= 45 and words["therapy_duration.not_on_therapy"].search(gap) is None
    )


def _finding(
    reading: Reading, mention: Mention, months: float, owner: Regimen | None, span: tuple[int, int] | None = None
) -> Finding:
    qualifiers = owner.qualifiers if owner is not None else treated(reading, mention)
    value: dict[str, Any] = {"months": months}
    if owner is not None:
        if owner.maintenance:
            value["maintenance"] = True
        if owner.line is not None:
            value["line"] = owner.line
        if owner.setting is not None:
            value["setting"] = owner.setting
        if owner.other_tumour:
            value["other_tumour"] = True
    temporality = qualifiers.temporality
    after = reading.text[mention.end : reading.sentences[mention.sentence].end]
    if mention.qualifiers.temporality is Temporality.PLANNED or reading.expressions["therapy_duration.to_come"].match(
        after
    ):
        temporality = Temporality.PLANNED
    first, last = span or (mention.start, mention.end)
    told = reading.text[first:last]
    start, end = first + len(told) - len(told.lstrip(" ,;:-")), last - (len(told) - len(told.rstrip()))
    return reading.finding(
        CONCEPT,
        value,
        start,
        end,
        by=mention,
        assertion=qualifiers.assertion,
        experiencer=qualifiers.experiencer,
        temporality=temporality,
    )
