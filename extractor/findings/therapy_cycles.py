"""Cycles of systemic therapy: how many are completed, how many planned.

A dose of a three- or six-weekly drug is a cycle. A cycle that begins today is not completed, one given
days ago is (clinical specification, sections 2 and 3). Beside ``completed`` and ``planned`` the value
holds, where the note says so: ``maintenance``, ``uncertain`` with ``low`` and ``high``, and the
``line``, ``setting``, ``agents`` and ``other_tumour`` of the regimen that the cycles belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from extractor.findings.regimens import (
    DRUG,
    LINE,
    NUMBERS,
    OTHER_TUMOUR,
    SETTING,
    THERAPY,
    Regimen,
    dates_beside,
    line_of,
    regimens,
    treated,
)
from extractor.language.dates import DateMention
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Finding, Qualifiers, Temporality

CONCEPT = "therapy_cycles"
CATEGORY = "THERAPY_CYCLES"
_MOST = 40
"""No regimen has more cycles; larger numbers are something else."""

_INDUCTION = re.compile(r"[ ](?:of )?(?:\w+ )?induction|[^.;]{0,12}\band \d", re.I)


@dataclass(frozen=True, slots=True)
class _Count:
    """One statement on cycles, read."""

    start: int
    end: int
    by: Mention
    completed: int | None
    planned: int | None
    qualifiers: Qualifiers
    owner: Regimen | None
    coded: bool = False
    extra: tuple[tuple[str, Any], ...] = ()
    day: date | None = None
    first_day: date | None = None


def find(reading: Reading) -> Iterator[Finding]:
    """The statements on cycles of systemic therapy."""
    groups = regimens(reading)
    counts: list[_Count] = []
    end = -1
    for mention in reading.of(CATEGORY):
        if mention.start < end:
            continue
        count = _read(reading, mention, groups)
        if count is not None:
            counts.append(count)
            end = mention.end
    for count in _merged(reading, list(_added_up(reading, counts))):
        yield _finding(reading, count)
    yield from _listed(reading, groups)
    yield from _tabled(reading, groups)


def _added_up(reading: Reading, counts: Sequence[_Count]) -> Iterator[_Count]:
    """Further cycles count on top of those told before ("2 cycles, then 2 more"); with none told, at least so many."""
    before: _Count | None = None
    for count in counts:
        words = reading.text[count.start : count.end]
        if (
            reading.expressions["therapy_cycles.further"].search(words)
            and count.completed
            and count.planned is None
            and not (count.coded or _kept_up(count))
        ):
            if before and before.completed and count.by.sentence - before.by.sentence <= 1:
                count = replace(count, completed=before.completed + count.completed)
            elif words.lower().endswith(("more", "further", "additional")):
                continue
            else:
                count = replace(count, extra=(*count.extra, ("uncertain", True)))
        yield count
        done = count.completed and count.qualifiers.assertion is Assertion.AFFIRMED
        before = count if done and not _kept_up(count) else before


def _kept_up(count: _Count) -> bool:
    """Whether the cycles are of maintenance, or yet to come: they add to none that were given."""
    kept_up = "maintenance" in dict(count.extra) or (count.owner is not None and count.owner.maintenance)
    return kept_up or count.qualifiers.temporality is Temporality.PLANNED


_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}


def _number(text: str | None) -> int | None:
    if not text:
        return None
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else NUMBERS.get(text.lower().strip())


def _read(reading: Reading, mention: Mention, groups: Sequence[Regimen]) -> _Count | None:
    groups_of = mention.groups
    number = _number(groups_of.get("n") or groups_of.get("ord") or groups_of.get("no")) or _ROMAN.get(
        groups_of.get("roman") or groups_of.get("single", "")
    )
    if number is None or not 1 <= number <= _MOST:
        return None
    if mention.rule == "cycles.number" and _day_of_month(reading, mention):
        return None
    owner, beside = _owner(reading, mention, groups)
    if not _is_therapy(reading, mention, owner, beside):
        return None
    planned = _number(groups_of.get("planned") or groups_of.get("planned_after"))
    if planned is not None and planned < number:
        return None
    qualifiers = treated(reading, mention)
    if mention.value["kind"] == "count":
        count: _Count | None = _counted(reading, mention, number, planned, qualifiers)
    else:
        count = _numbered(reading, mention, number, planned, qualifiers)
    if count is None:
        return None
    by_number = mention.value["kind"] != "count" and "first" not in mention.groups
    begun = None
    if not by_number:
        own = not beside or "first" in mention.groups  # "cycles one to four between 3 February and 7 April"
        begun = _listed_first(reading, mention, number) or (_begun(reading, mention) if own else None)
    return replace(count, owner=owner, first_day=count.first_day or begun)


def _day_of_month(reading: Reading, mention: Mention) -> bool:
    """Whether the number behind "last course" is a day's ("4 courses, last course 6 May", "last cycle 3/6")."""
    words = reading.expressions
    place = mention.start + mention.text.rfind(mention.groups["n"]) + len(mention.groups["n"])
    if "planned" in mention.groups:
        place = mention.start + mention.text.rfind(mention.groups["n"], 0, mention.text.rfind("/"))
        place += len(mention.groups["n"])
    before, _ = _around(reading, mention)
    return (
        words["therapy_cycles.the_last"].search(before) is not None
        and words["therapy_cycles.of_month"].match(reading.text, place) is not None
    )


_LIST_OPENS = re.compile(r"[^.;()\n]{0,40}?(?:[ ]?[(:,][ ]?|[ ]on[ ])", re.I)
_LIST_GOES_ON = re.compile(r"[ ]*(?:,|;|and|&|,[ ]?and|/|\+|-{1,2}|–)[ ]*")


def _listed_first(reading: Reading, mention: Mention, number: int) -> date | None:
    """The first of as many days as cycles are told, listed right behind their number ("3 cycles (2/3, 23/3, 13/4)").

    Or the first of two days that tell from when to when they were given: "4 cycles (04/02-08/04/25)".
    """
    sentence = reading.sentences[mention.sentence]
    days = list(dates_beside(reading, mention.end, sentence.end))
    if len(days) < 2 or not _LIST_OPENS.fullmatch(reading.text[mention.end : days[0].start]):
        return None
    run = [days[0]]
    gaps = []
    for day in days[1:]:
        gap = reading.text[run[-1].end : day.start]
        if not _LIST_GOES_ON.fullmatch(gap):
            break
        gaps.append(gap.strip())
        run.append(day)
    full = [day.date.full for day in run if day.date.full is not None]
    if len(full) < len(run) or full != sorted(full):
        return None
    ranged = len(run) == 2 and gaps[0] in ("-", "--", "–")
    return full[0] if len(run) == number or ranged else None


def _begun(reading: Reading, mention: Mention) -> date | None:
    """The day that a count without a drug gives for the first dose ("from 3 March she received 4 cycles")."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    for day in dates_beside(reading, sentence.start, sentence.end):
        if day.end <= mention.start:
            lead = words["therapy_cycles.began_before"].search(
                reading.text[max(sentence.start, day.start - 25) : day.start]
            )
            if lead and words["therapy_cycles.received"].fullmatch(reading.text[day.end : mention.start]):
                return day.date.full
        elif words["therapy_cycles.began_behind"].fullmatch(reading.text[mention.end : day.start]):
            return day.date.full
    return None


def _around(reading: Reading, mention: Mention, reach: int = 45) -> tuple[str, str]:
    sentence = reading.sentences[mention.sentence]
    return (
        reading.text[max(sentence.start, mention.start - reach) : mention.start],
        reading.text[mention.end : max(mention.end, min(sentence.end, mention.end + reach))],
    )


def _owner(reading: Reading, mention: Mention, groups: Sequence[Regimen]) -> tuple[Regimen | None, bool]:
    """The regimen that the cycles are of, and whether it stands in the same sentence."""
    here = [g for g in groups if g.sentence == mention.sentence]
    after = [g for g in here if g.start >= mention.end]
    before = [g for g in here if g.end <= mention.start]
    if after and not before and reading.within(mention.end, after[0].start, CATEGORY):
        after = []  # "4 cycles of induction, 2 cycles of maintenance pembrolizumab": the nearer count owns it
    if (
        after
        and after[0].maintenance
        and (
            "induction" in mention.text.lower()
            or reading.expressions["therapy_cycles.then"].search(reading.text[mention.end : after[0].start])
        )
    ):
        after = []  # "4 cycles through 1 April, now maintenance": they came before it
    if (
        after
        and re.fullmatch(r"[ ]?(?:of|x|with|on)?[ ]?(?:\w+[ -]){0,4}", reading.text[mention.end : after[0].start])
        and not (before and re.fullmatch(r"[ ,(:-]*", reading.text[before[-1].end : mention.start]))
    ):
        return after[0], True
    if before:
        return before[-1], True
    inside = [g for g in here if g.start <= mention.start < g.end]
    if inside:
        return inside[0], True
    if after:
        return after[0], True
    sentence = reading.sentences[mention.sentence]
    for group in reversed([g for g in groups if g.sentence < mention.sentence]):
        near = reading.sentences[group.sentence]
        if mention.sentence - group.sentence <= 3 and near.block == sentence.block and group.given:
            return group, False
        break
    return None, False


_OF = re.compile(r"^[ ]*(?:of[ ]|with[ ])?[ ]*")
_CLASS_NAME = 30
"""The name of a kind of therapy is no longer than that, in characters."""


def _is_therapy(reading: Reading, mention: Mention, owner: Regimen | None, beside: bool) -> bool:
    words = reading.expressions
    before, after = _around(reading, mention)
    if words["therapy_cycles.foreign"].match(after) or words["therapy_cycles.foreign_before"].search(before):
        return False
    text = reading.sentence_text(mention.sentence)
    if not beside and words["therapy_cycles.menstrual"].search(text):
        return False
    if _of_radiotherapy(reading, mention, text) and not beside:
        return False
    value = mention.value
    if value.get("stopped"):
        return beside or owner is not None or words["therapy_cycles.therapy_near"].search(text) is not None
    if value.get("after_drug"):
        if owner is None or not beside:
            return False
        if owner.end > mention.start:  # "chemo-immunotherapy x 4 (carboplatin, …)"
            return mention.start - owner.start <= _CLASS_NAME and re.match(r"[ ]?[(:]|[ ]with\b", after) is not None
        gap = reading.text[owner.end : mention.start]
        return (
            len(gap) <= 60
            and words["therapy_cycles.tablets"].search(gap) is None
            and not (len(gap) > 28 and "x" in mention.text.lower())
        )
    if value.get("before_drug"):
        return owner is not None and beside and 0 <= owner.start - mention.end <= 14
    if mention.rule == "cycles.hash" or mention.rule == "cycles.hash_behind":
        if words["therapy_cycles.hash_foreign"].search(text):
            return False
        told = words["therapy_cycles.therapy_near"].search(text) or (
            mention.rule == "cycles.hash" and words["therapy_cycles.done_after"].match(after)
        )
        return beside or owner is not None or told is not None
    if mention.rule == "cycles.code":
        return _is_code(reading, mention, text, before, after, beside)
    if value.get("listed"):
        others = [m for m in reading.in_sentence(mention.sentence, CATEGORY) if m.start != mention.start]
        named = words["therapy_cycles.units"].search(text)
        listed = owner is not None and any("ord" in m.groups for m in others)
        if _number(mention.groups["ord"]) == 1:
            return listed
        earlier = any(m.start < mention.start for m in others)
        return (beside or earlier or owner is not None) and (named is not None or listed)
    if mention.groups.get("weak"):
        return owner is not None or words["therapy_cycles.weak_kind"].search(text) is not None
    if mention.rule == "cycles.of_planned":
        return owner is not None
    return True


def _of_radiotherapy(reading: Reading, mention: Mention, text: str) -> bool:
    """Whether a course is one of radiotherapy ("SBRT could be given to all three in one course")."""
    words = reading.expressions
    named = words["therapy_cycles.radiation"].search(text) and not words["therapy_cycles.drugs"].search(text)
    return "course" in mention.text.lower() and bool(named)


def _is_code(reading: Reading, mention: Mention, text: str, before: str, after: str, therapy: bool) -> bool:
    """Whether "C4" is a cycle, not a vertebra."""
    words = reading.expressions
    if mention.groups.get("day") and int(mention.groups["day"]) <= 28:
        return True
    if int(mention.groups["n"]) == 0 or re.match(r"[ ]?-[ ]?[TLCS]?\d", after):
        return False
    if words["therapy_cycles.spine"].search(text) and not words["therapy_cycles.therapy_near"].search(text):
        return False
    if re.search(r"\b(?:s/p|completed|post|after)[ ]$", before, re.I):
        return True
    if therapy or words["therapy_cycles.therapy_near"].search(text):
        return not re.match(r"[ ]?(?:and|,|/)[ ]?(?:T|L)\d", after)
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name in ("findings", "imaging", "impression", "laboratory"):
        return False
    return (
        _date_of(reading, mention) is not None
        or words["therapy_cycles.planned_after"].match(after) is not None
        or words["therapy_cycles.today"].match(after) is not None
        or words["therapy_cycles.done_after"].match(after) is not None
    )


def _date_of(reading: Reading, mention: Mention) -> DateMention | None:
    """The date that is written right beside a cycle."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    dates = list(dates_beside(reading, sentence.start, sentence.end))
    following = [d for d in dates if mention.end <= d.start <= mention.end + 70]
    if following and words["therapy_cycles.date_after"].match(_without_drugs(reading, mention.end, following[0].start)):
        return following[0]
    preceding = [d for d in dates if d.end <= mention.start and mention.start - d.end <= 20]
    if preceding and words["therapy_cycles.date_before"].match(reading.text[preceding[-1].end : mention.start]):
        return preceding[-1]
    lead = [d for d in dates if d.end <= mention.start]
    first = lead and reading.text[sentence.start : lead[0].start].strip(" -*•>") == ""
    if first and len(lead) == 2 and words["therapy_cycles.to"].fullmatch(reading.text[lead[0].end : lead[1].start]):
        return lead[1]
    if (
        first
        and len(lead) == 1
        and not re.search(r"[.;,]", reading.text[lead[0].end : mention.start].replace("i.v.", ""))
    ):
        return lead[0]
    return None


def _without_drugs(reading: Reading, start: int, end: int) -> str:
    """The text between a cycle and a date, without the names of the drugs ("C1 carbo/pem 7 April")."""
    kept: list[str] = []
    for drug in reading.within(start, end, DRUG, THERAPY):
        kept.append(reading.text[start : drug.start].strip("/+-, "))
        start = max(start, drug.end)
    return " ".join((*kept, reading.text[start:end])) if kept else reading.text[start:end]


def _plans(reading: Reading, mention: Mention, before: str) -> bool:
    """Whether the cycle only says when to look again ("CT after C4")."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    text = reading.sentence_text(mention.sentence)
    look = words["therapy_cycles.reassess"].search(before)
    if look is None or not re.search(r"\b(?:after|post|following)[ ](?:the |his |her )?$", before, re.I):
        return False
    in_plan = (sentence.section is not None and sentence.section.name == "plan") or words[
        "therapy_cycles.plan_head"
    ].match(text)
    imperative = words["therapy_cycles.plan_to_look"].search(before)
    return bool(in_plan or imperative) and not words["therapy_cycles.told"].search(
        text[mention.start - sentence.start :]
    )


def _counted(reading: Reading, mention: Mention, number: int, planned: int | None, qualifiers: Qualifiers) -> _Count:
    words = reading.expressions
    before, after = _around(reading, mention, 70)
    low = _number(mention.groups.get("low"))
    extra: list[tuple[str, Any]] = []
    completed: int | None = number
    if low is not None and low < number:
        completed = low
        extra += [("uncertain", True), ("low", low), ("high", number)]
    elif words["therapy_cycles.about"].search(before):
        extra += [("uncertain", True)]
    if (
        qualifiers.assertion is Assertion.HYPOTHETICAL
        and words["therapy_cycles.only_so_many"].match(after)
        and (planned is not None or re.search(r"\bonly[ ]$", before, re.I))
    ):
        qualifiers = replace(qualifiers, assertion=Assertion.AFFIRMED)
    if "maint" in mention.text.lower() and not mention.value.get("sum"):
        extra.append(("maintenance", True))
    if (
        _plans(reading, mention, before)
        or (qualifiers.temporality is not Temporality.PLANNED and words["therapy_cycles.planned_behind"].match(after))
        or (
            qualifiers.temporality is Temporality.CURRENT
            and words["therapy_cycles.ordered"].search(before)
            and not words["therapy_cycles.done_after"].match(after)
        )
    ):
        qualifiers = replace(qualifiers, temporality=Temporality.PLANNED)
    elif qualifiers.temporality is Temporality.PLANNED and (
        planned is not None
        or _done(reading, mention, before, after)
        or (
            mention.rule in ("cycles.label", "cycles.given")
            and words["therapy_cycles.done_label"].search(mention.text)
            and not words["therapy_cycles.still_to_give"].search(before)
        )
    ):
        qualifiers = replace(qualifiers, temporality=Temporality.CURRENT)
    if qualifiers.temporality is Temporality.PLANNED and planned is None and not re.search(r"\bafter[ ]$", before):
        completed, planned = 0, number
    return _Count(mention.start, mention.end, mention, completed, planned, qualifiers, None, extra=tuple(extra))


def _done(reading: Reading, mention: Mention, before: str, after: str) -> bool:
    words = reading.expressions
    if words["therapy_cycles.done_behind"].match(after):
        return True
    return bool(
        words["therapy_cycles.done_right_before"].search(before) or words["therapy_cycles.done_after"].match(after)
    )


def _numbered(
    reading: Reading, mention: Mention, number: int, planned: int | None, qualifiers: Qualifiers
) -> _Count | None:
    """A cycle by its number: completed when it lies behind, begun when it is today's."""
    words = reading.expressions
    before, after = _around(reading, mention)
    named = _date_of(reading, mention)
    note_date = reading.note.note_date
    day = named.date.full if named else None
    extra: list[tuple[str, Any]] = []
    if re.search(r"maint\w*[ .,:-]*(?:cycle)?[ (]*$", before, re.I) or re.match(
        r"[ ]?[,(:=-]{0,2}[ ]?maint", after, re.I
    ):
        extra.append(("maintenance", True))
    if named is not None and words["therapy_cycles.withheld"].match(_behind_day(reading, mention, named)):
        return None  # "C3 29/08 omitted"
    rest = _verb_behind(reading, mention, after)
    lies_behind = bool(words["therapy_cycles.days_from"].search(before))
    if named is None and (
        words["therapy_cycles.not_done_after"].match(after)
        or (words["therapy_cycles.not_done_before"].search(before) and not lies_behind)
    ):
        return None
    looks_back = "first" in mention.groups or "first_roman" in mention.groups  # "C1-C4" looks back on all four
    under_way = words["therapy_cycles.day_of"].search(
        before
    )  # "day 9 of her fourth cycle": that one was given days ago
    completed = number if looks_back or (under_way and int(under_way["day"]) > 1) else number - 1
    first = _number(mention.groups.get("first"))
    if first and re.search(r"\bbetween (?:the |his |her |their )?$", before, re.I):
        completed = first  # "between cycles 2 and 3"
    temporality = qualifiers.temporality
    if day is not None and note_date is not None:
        if day < note_date:
            completed = number
            temporality = Temporality.CURRENT if temporality is Temporality.PLANNED else temporality
        elif day > note_date:
            temporality = Temporality.PLANNED
    elif words["therapy_cycles.today"].match(after) and not words["therapy_cycles.done_before"].search(before):
        temporality = Temporality.CURRENT if temporality is Temporality.PLANNED else temporality
    elif words["therapy_cycles.planned_after"].match(after) or (
        words["therapy_cycles.planned_before"].search(before) and not words["therapy_cycles.done_before"].search(before)
    ):
        temporality = Temporality.PLANNED
    elif _plans(reading, mention, before) or (
        words["therapy_cycles.awaited_before"].search(before) and words["therapy_cycles.awaited_behind"].match(after)
    ):
        completed, temporality = number, Temporality.PLANNED
    elif (
        words["therapy_cycles.finished"].match(_without_drugs(reading, mention.end, mention.end + len(after)))
        or words["therapy_cycles.gave"].search(before)
        or _whole_done(reading, mention)
        or (words["therapy_cycles.last_one"].search(mention.text) and not words["therapy_cycles.open"].match(after))
    ):
        completed = number
    elif (
        words["therapy_cycles.done_before"].search(before)
        or lies_behind
        or words["therapy_cycles.done_after"].match(rest)
        or (named is not None and not named.relative)
    ):
        completed = (
            number
            if not (
                mention.groups.get("day")
                and not words["therapy_cycles.done_after"].match(rest)
                and not named
                and not re.search(r"\b(?:s/p|post|completed)\b[^.]{0,12}$", before, re.I)
            )
            else number - 1
        )
        if words["therapy_cycles.done_before"].search(before) or words["therapy_cycles.done_after"].match(rest):
            temporality = (
                Temporality.CURRENT
                if temporality is Temporality.PLANNED and not re.search(r"\b(?:to be|will)\b", after[:20], re.I)
                else temporality
            )
    elif (
        mention.groups.get("ord")
        and re.match(r"[ ](?:of|with)[ ]", after)
        and words["therapy_cycles.were_given"].search(reading.sentence_text(mention.sentence))
    ):
        completed = number
    if (
        completed == number - 1
        and temporality is Temporality.CURRENT
        and words["therapy_cycles.given_today"].match(rest)
    ):
        extra.append(("begun", number))
    return _Count(
        mention.start,
        mention.end,
        mention,
        completed,
        planned,
        replace(qualifiers, temporality=temporality),
        None,
        coded=True,
        extra=tuple(extra),
        day=day,
        first_day=day if number == 1 and completed == 1 else None,
    )


def _behind_day(reading: Reading, mention: Mention, day: DateMention) -> str:
    """What the line tells behind a cycle and its day, up to the next cycle or day."""
    start = max(mention.end, day.end)
    stop = reading.text.find("\n", start)
    stop = stop if stop >= 0 else len(reading.text)
    later = [m.start for m in reading.within(start, stop, CATEGORY)] + [
        d.start for d in reading.dates_within(start, stop)
    ]
    return reading.text[start : min([stop, *later])]


def _verb_behind(reading: Reading, mention: Mention, after: str) -> str:
    """What follows a cycle once its drugs are told: "went in" of "#4 carboplatin/pemetrexed went in"."""
    plain = _without_drugs(reading, mention.end, mention.end + len(after))
    return _OF.sub(" ", plain) if plain != after else after


def _whole_done(reading: Reading, mention: Mention) -> bool:
    """Whether the regimen in front of a cycle's number is told as completed ("s/p carboplatin/pemetrexed #4")."""
    start = max(reading.sentences[mention.sentence].start, mention.start - 90)
    done = reading.expressions["therapy_cycles.whole_done"].search(reading.text[start : mention.start])
    if done is None or mention.rule not in ("cycles.hash", "cycles.code") or mention.groups.get("day"):
        return False
    drugs = reading.within(start + done.start(), mention.start, DRUG, THERAPY)
    return (
        bool(drugs)
        and re.fullmatch(r"[ ]?(?:maint\w*\.?[ ]?)?", reading.text[drugs[-1].end : mention.start], re.I) is not None
    )


def _merged(reading: Reading, counts: Sequence[_Count]) -> Iterator[_Count]:
    """A list "C1 4/7, C2 4/28, C3 5/19" is one statement, that of its last completed cycle."""
    pending: _Count | None = None
    for count in counts:
        if pending is not None and _continues(reading, pending, count):
            best = (
                count
                if (count.completed or 0) >= (pending.completed or 0)
                and count.qualifiers.temporality is not Temporality.PLANNED
                else pending
            )
            pending = replace(best, start=pending.start, end=count.end, first_day=pending.first_day)
            continue
        if pending is not None:
            yield pending
        pending = count
    if pending is not None:
        yield pending


def _continues(reading: Reading, first: _Count, second: _Count) -> bool:
    if not (first.coded and second.coded) or first.owner != second.owner or first.by.sentence != second.by.sentence:
        return False
    if dict(first.extra).get("maintenance") != dict(second.extra).get("maintenance"):
        return False
    gap = reading.text[first.end : second.start]
    return len(gap) <= 60 and reading.expressions["therapy_cycles.bridge"].match(gap) is not None


def _finding(reading: Reading, count: _Count) -> Finding:
    value: dict[str, Any] = {"completed": count.completed, "planned": count.planned}
    value |= dict(count.extra)
    value |= _belongs(reading, count.by, count.owner)
    text = reading.text[count.start : count.end]
    changes: dict[str, Any] = {}
    if count.first_day is not None:
        value["first_day"] = count.first_day.isoformat()
    if count.day is not None:
        changes["date"] = count.day
    return reading.finding(
        CONCEPT,
        value,
        count.start,
        count.end - (len(text) - len(text.rstrip())),
        by=count.by,
        assertion=count.qualifiers.assertion,
        experiencer=count.qualifiers.experiencer,
        temporality=count.qualifiers.temporality,
        **changes,
    )


def _belongs(reading: Reading, mention: Mention, owner: Regimen | None) -> dict[str, Any]:
    """What the regimen says of its cycles."""
    value: dict[str, Any] = {}
    if owner is not None:
        if (
            owner.maintenance
            and not mention.value.get("sum")
            and not _INDUCTION.match(reading.text[mention.end : mention.end + 30])
        ):
            value["maintenance"] = True
        if owner.line is not None:
            value["line"] = owner.line
        if owner.setting is not None:
            value["setting"] = owner.setting
        if owner.other_tumour:
            value["other_tumour"] = True
        if owner.agents:
            value["agents"] = list(owner.agents)
        return value
    lines = {number for m in reading.in_sentence(mention.sentence, LINE) if (number := line_of(m))}
    if len(lines) == 1:
        value["line"] = lines.pop()
    settings = {m.value["setting"] for m in reading.in_sentence(mention.sentence, SETTING) if "setting" in m.value}
    if len(settings) == 1:
        value["setting"] = settings.pop()
    if reading.in_sentence(mention.sentence, OTHER_TUMOUR) and not re.search(
        r"\b(?:lung|nsclc)\b", reading.sentence_text(mention.sentence), re.I
    ):
        value["other_tumour"] = True
    return value


def _listed(reading: Reading, groups: Sequence[Regimen]) -> Iterator[Finding]:
    """Doses that are told by their days alone ("given 12 Aug, 23 Sept and 4 Nov")."""
    today = reading.note.note_date
    for group in groups:
        if not group.doses:
            continue
        done = [
            mention for mention in group.doses if mention.date.full and (today is None or mention.date.full < today)
        ]
        if not done or group.qualifiers.assertion is not Assertion.AFFIRMED:
            continue
        value: dict[str, Any] = {"completed": len(done), "planned": None, **_belongs(reading, group.by, group)}
        yield reading.finding(
            CONCEPT,
            value,
            group.doses[0].start,
            group.doses[-1].end,
            by=group.by,
            assertion=group.qualifiers.assertion,
            experiencer=group.qualifiers.experiencer,
            temporality=group.qualifiers.temporality,
            date=done[-1].date.full,
        )


_ROW_NUMBER = re.compile(r"(?:C|#|cycle |no\.? ?)?(?P<n>\d{1,2})\.?", re.I)
_MOST_ROWS = 24


def _cells(text: str) -> list[str]:
    """The cells of a table's row: between bars, else between tabs and gaps of two blanks."""
    parts = text.strip().strip("|").split("|") if "|" in text else re.split(r"\t|[ ]{2,}", text.strip())
    return [part.strip() for part in parts]


def _tabled(reading: Reading, groups: Sequence[Regimen]) -> Iterator[Finding]:
    """The last cycle of a table whose rows are "3 | 17.03.25 | carboplatin", under a heading "Cycle | Date"."""
    given = [group for group in groups if group.given and group.agents]
    for head in re.finditer(r"(?m)^.*$", reading.text):
        if given and reading.expressions["therapy_cycles.table_head"].match(head[0]):
            rows = list(_table_rows(reading, head.end() + 1, _cells(head[0])))
            number = len(rows)
            owner = next((g for g in reversed(given) if rows and g.start < rows[-1][1]), given[0])
            if number and [n for n, _, _ in rows] == list(range(1, number + 1)):
                value = {"completed": number, "planned": None, **_belongs(reading, owner.by, owner)}
                value["first_day"] = str(rows[0][2].date.full)
                start = reading.text.rfind("\n", 0, rows[-1][2].start) + 1
                day = rows[-1][2]
                yield reading.finding(CONCEPT, value, start, day.end, by=owner.by, date=day.date.full)


def _table_rows(reading: Reading, start: int, heads: Sequence[str]) -> Iterator[tuple[int, int, DateMention]]:
    """The rows below a heading whose cycle was given: its number, the line's end, its day, which lies behind."""
    today = reading.note.note_date
    words = reading.expressions
    column = next((i for i, head in enumerate(heads) if words["therapy_cycles.table_given"].match(head)), None)
    for _ in range(_MOST_ROWS):
        end = reading.text.find("\n", start)
        end = end if end >= 0 else len(reading.text)
        line = reading.text[start:end]
        cells = _cells(line)
        number = next((match for cell in cells[:2] if (match := _ROW_NUMBER.fullmatch(cell))), None)
        if number is None and (not line.strip() or line.strip(" |-+=:")):
            return
        own = cells[column] if column is not None and column < len(cells) and len(cells) <= len(heads) + 1 else None
        held = words["therapy_cycles.table_not"].match(own) if own is not None else None
        if number and not held and not any(words["therapy_cycles.withheld"].match(cell) for cell in cells):
            days = list(reading.dates_within(start, end))
            place = reading.text.find(own, start + len(line.split("|")[0])) if own and len(days) > 1 else start
            day = next((d for d in days if d.start >= place), None) or next(iter(days), None)
            if day is None or day.date.full is None or (today and day.date.full >= today):
                return
            yield int(number["n"]), end, day
        start = end + 1
        if start >= len(reading.text):
            return
