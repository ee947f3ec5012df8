"""Which day and which imaging study a sentence speaks of.

"CT 3 April: liver lesion smaller. Adrenal unchanged." dates both sentences and makes them lines of a
body scan. A study or a leading date reaches to the end of its paragraph or to the next of its kind;
in a report of its own it reaches through the note, behind a heading ("Imaging (3 March):") through
its paragraph. "On 3 March …" dates its sentence. A date that only names what was compared
("vs 22 October", "was 4 cm in May") dates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from extractor.language.dates import DateMention
from extractor.language.reading import Frame, Mention, Reading, remembered
from extractor.records import Value

STUDY = "STUDY"
_COMPARISON = re.compile(r"\b(?:compar\w+|versus|vs)\b", re.I)
_LEADING = re.compile(r"^[ ]*(?:[-*•>]+[ ]*|\(?\d{1,2}[.)][ ]+)?[(\[]?$")
_RESULT = re.compile(r"[^:\n]{0,25}\d[) ]*:[ ]+(?=\w)")
_HEAD_LINES = 8
"""A report names its study within so many sentences."""
_LOOKED_WITHIN = timedelta(days=28)
"""A scan is looked at again within so many days."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """A frame in force, the block in which it holds (None: the whole note), its line (-1: a heading)."""

    frame: Frame
    block: int | None
    line: int


def frames_of(reading: Reading) -> Iterator[Frame]:
    """The frame of each sentence of a reading, in order."""
    note_frame = Frame(reading.note.note_date)
    reach = _Reach(report_frame(reading) or note_frame, None, -1)
    base = reach
    for number, sentence in enumerate(reading.sentences):
        if reach.block is not None and sentence.block != reach.block and not _continues(reading, number):
            reach = base
        elif reach.block is not None and sentence.block != reach.block:
            reach = replace(reach, block=sentence.block)
        own = _own_frame(reading, number, base.frame, _line_frame(reading, number, reach))
        if own is not None:
            frame, lasting = own
            if lasting:
                reach = _Reach(frame, sentence.block, -1 if sentence.heading else sentence.line)
            yield frame
            continue
        if reach.block is not None and reach.frame.study == "head" and _leaves_head(reading, number):
            reach = base
        if (
            reach.block is not None
            and reach.frame.study == "head"
            and sentence.line != reach.line
            and _labelled(reading, number)
        ):
            reach = base
        if reach.block is not None and reach.frame.study is None and reach.line not in (-1, sentence.line):
            reach = base  # a leading date without a study dates its own line only
        yield reach.frame


def _labelled(reading: Reading, number: int) -> bool:
    """Whether a line of a note names its own subject: "Decision: ..."; a head scan before it is done with."""
    return reading.expressions["frames.label"].match(reading.sentence_text(number)) is not None


def _leaves_head(reading: Reading, number: int) -> bool:
    """Whether a sentence behind a head scan speaks of the trunk: the scan's report is over."""
    sites = {m.value.get("site") for m in reading.in_sentence(number, "SITE")}
    return bool(sites & {"liver", "adrenal", "lung", "pleura", "kidney", "peritoneum", "lymph_node_regional"})


def _continues(reading: Reading, number: int) -> bool:
    """Whether a block goes on with what the one before announced ("as follows:")."""
    return (
        number > 0 and reading.sentence_text(number - 1).endswith(":") and not reading.sentences[number - 1].heading
    ) or (
        number > 1
        and reading.sentences[number].item
        and reading.sentences[number - 1].item
        and reading.sentences[number].section == reading.sentences[number - 1].section
    )


@remembered
def report_frame(reading: Reading) -> Frame | None:
    """The frame of a note that is itself the report of one study."""
    value = _study_of_report(reading)
    if value is None:
        return None
    day = _exam_date(reading)
    return Frame(day or reading.note.note_date, day is not None, value.get("region"), value.get("modality"))


def organ_of_report(reading: Reading) -> str | None:
    """The one organ that the study of a report looks at ("MRI liver"), if it is one."""
    value = _study_of_report(reading)
    return value.get("organ") if value is not None else None


@remembered
def _study_of_report(reading: Reading) -> Value | None:
    """What the rules say of the study that a note is the report of.

    Its text names the study, or its type does ("MRI brain"); of the two the one that says more of the body has it.
    """
    words = reading.expressions
    kind = (reading.note.note_type or "").lower()
    if words["frames.no_imaging_note"].search(kind):
        return None
    titled = reading.titled(STUDY)
    if kind and titled is None and not words["frames.imaging_note"].search(kind):
        return None
    own = _named_in_text(reading, kind)
    value = own.value if own is not None else None
    if titled is not None and (
        own is None
        or not titled.get("bare")
        or own.value.get("bare")
        or own.value.get("modality") != titled.get("modality")
        or _compares(reading, own)
    ):
        value = titled
    return value


def _named_in_text(reading: Reading, kind: str) -> Mention | None:
    """The study that the first sentences of a report name."""
    for mention in reading.of(STUDY):
        if mention.sentence >= _HEAD_LINES:
            break
        section = reading.sentences[mention.sentence].section
        if section and section.name in ("comparison", "indication", "history_of_present_illness"):
            continue
        if not kind and not _opens(reading, mention):
            continue
        return mention
    return None


def _compares(reading: Reading, mention: Mention) -> bool:
    """Whether a study is only what the report compares with."""
    return _compared(reading, mention.start, reading.sentences[mention.sentence].start)


def _opens(reading: Reading, mention: Mention) -> bool:
    """Whether the study is named by itself at the head of the text, as a report does.

    "CT 3 March: stable." is a line of a note; behind the title of a report stands no result.
    """
    title = reading.text[mention.end :].split("\n", 1)
    return reading.text[: mention.start].strip(" \n*#=-:") == "" and len(title) > 1 and not _RESULT.match(title[0])


def _exam_date(reading: Reading) -> date | None:
    words = reading.expressions
    limit = reading.sentences[min(len(reading.sentences), _HEAD_LINES) - 1].end
    for mention in reading.dates_within(0, limit):
        before = reading.text[max(0, mention.start - 30) : mention.start]
        section = reading.sentences[reading.sentence_at(mention.start)].section
        if section and section.name in ("comparison", "indication"):
            continue
        if (
            mention.date.full
            and not words["frames.compared"].search(before)
            and not words["frames.not_the_exam"].search(before)
            and not words["frames.other_day"].search(_before_in_sentence(reading, mention.start))
        ):
            return mention.date.full
    return None


def _before_in_sentence(reading: Reading, place: int) -> str:
    begin = reading.sentences[reading.sentence_at(place)].start
    return reading.text[max(begin, place - 70) : place]


def _line_frame(reading: Reading, number: int, reach: _Reach) -> Frame | None:
    """The frame in force where the line that a sentence stands in opens with a date of its own."""
    first = reading.opening_of_line(number)
    held = reach.block is not None and reach.line == reading.sentences[number].line and first < number
    return reach.frame if held and _leading_date(reading, first) is not None else None


def _own_frame(reading: Reading, number: int, base: Frame, line: Frame | None) -> tuple[Frame, bool] | None:
    """The frame that a sentence sets itself, and whether it holds beyond it.

    Args:
        reading: The note.
        number: The number of the sentence.
        base: The frame of the whole note.
        line: The frame that a date at the head of the sentence's line set.
    """
    words = reading.expressions
    sentence = reading.sentences[number]
    studies = [
        m
        for m in reading.in_sentence(number, STUDY)
        if not _compared(reading, m.start, sentence.start) and m.qualifiers.temporality != "planned"
    ]
    if base.study and number:  # a report names a study of years ago only to compare with it
        studies = [
            m
            for m in studies
            if not _of_a_year(_date_near(reading, m, sentence.end))
            and not words["frames.seen_on"].search(reading.text[max(sentence.start, m.start - 40) : m.start])
        ]
    if studies:
        study = studies[1] if _both_at_once(reading, studies) else studies[0]
        day = _date_near(reading, study, sentence.end)
        if day is not None and _of_the_look(reading, study, day, sentence.start):
            day = None
        region, modality = region_of(reading, study), study.value.get("modality")
        headed = reading.text[sentence.start : study.start].strip(" -*") == "" and reading.text[
            study.end : study.end + 2
        ].lstrip().startswith(":")
        if base.study and day is None and number >= _HEAD_LINES and not headed:
            return None
        if day is None:
            day = _leading_date(reading, number)
        if day is None and line is not None:
            return Frame(line.date, line.dated, region, modality), True
        return Frame(_day(day, base.date), day is not None and day.date.full is not None, region, modality), True
    leading = _leading_date(reading, number)
    if leading is not None:
        return Frame(_day(leading, base.date), leading.date.full is not None, base.study, base.modality), True
    if sentence.heading:
        titled = next(reading.dates_within(sentence.start, sentence.end), None)
        if titled is not None and titled.date.full and not _compared(reading, titled.start, sentence.start):
            return Frame(titled.date.full, True, base.study, base.modality), True
    opening = next(reading.dates_within(sentence.start, min(sentence.end, sentence.start + 45)), None)
    if (
        opening is not None
        and opening.date.full
        and words["frames.on"].match(reading.text[sentence.start : opening.start])
        and not words["frames.now"].search(reading.text, opening.end, sentence.end)
    ):
        return Frame(opening.date.full, True, base.study, base.modality), False
    return None


def region_of(reading: Reading, study: Mention) -> str | None:
    """The part of the body that a study shows; an MRI without one is that named last before it in its paragraph."""
    region: str | None = study.value.get("region")
    if not study.value.get("bare") or study.value.get("modality") != "MRI":
        return region
    block = reading.sentences[study.sentence].block
    before = [
        m
        for m in reading.of(STUDY)
        if m.end <= study.start and m.value.get("modality") == "MRI" and not m.value.get("bare")
        and reading.sentences[m.sentence].block == block
    ]  # fmt: skip
    return before[-1].value.get("region") if before else region


def _both_at_once(reading: Reading, studies: Sequence[Mention]) -> bool:
    """Whether a scan of the head is told in one breath with one of the body ("MRI & CT 29 May: partial response")."""
    if len(studies) < 2 or studies[0].value.get("region") != "head" or studies[1].value.get("region") != "body":
        return False
    return (
        re.fullmatch(r"[ ]?(?:&|\+|/|,|and|plus)[ ]?", reading.text[studies[0].end : studies[1].start], re.I)
        is not None
    )


def day_behind(reading: Reading, end: int, sentence: int) -> date | None:
    """The day that stands right behind a statement: "ECOG 1 (3 March)", "progression on 3 March".

    Args:
        reading: The note.
        end: One past the statement.
        sentence: The number of its sentence.
    """
    for mention in reading.dates_within(end, min(reading.sentences[sentence].end, end + 30)):
        if reading.expressions["frames.behind"].fullmatch(reading.text[end : mention.start]):
            return _day(mention, reading.note.note_date)
        break
    return None


def _day(mention: DateMention | None, base: date | None) -> date | None:
    """The day that a date stands for: of a month or year the last one, but none after the note."""
    if mention is None:
        return base
    latest = mention.date.latest
    return min(latest, base) if base is not None and mention.date.full is None else latest


def _of_a_year(mention: DateMention | None) -> bool:
    return mention is not None and mention.date.month is None


def _leading_date(reading: Reading, number: int) -> DateMention | None:
    """A date at the start of a line, behind a list marker at most."""
    sentence = reading.sentences[number]
    if number and reading.sentences[number - 1].line == sentence.line:
        return None
    for mention in reading.dates_within(sentence.start, min(sentence.end, sentence.start + 28)):
        if _LEADING.match(reading.text[sentence.start : mention.start]) and not mention.relative:
            return mention
        break
    return None


def _date_near(reading: Reading, study: Mention, end: int) -> DateMention | None:
    """The date of a study: the first one shortly behind it, or the one right before it."""
    for mention in reading.dates_within(study.end, min(end, study.end + 60)):
        between = reading.text[study.end : mention.start]
        if reading.expressions["frames.compared"].search(between) and (
            _COMPARISON.search(between) or not re.search(r"(?:dated|\bof|from|on|in)[ ]*(?:the )?$", between, re.I)
        ):
            return None
        if ";" in between or re.search(r"(?<!incl)(?<!w)[a-z]\. ", between):
            return None
        return mention
    before = list(reading.dates_within(max(0, study.start - 30), study.start))
    if before and not re.search(r"[.;:]", reading.text[before[-1].end : study.start].rstrip(" :")):
        return before[-1]
    return None


def _of_the_look(reading: Reading, study: Mention, day: DateMention, begin: int) -> bool:
    """Whether a day is that on which somebody looked at a scan ("radiotherapy reviewed the CT on 14 May").

    Where the day stands bare behind the scan, another day of such a scan shortly before must be told.
    """
    words = reading.expressions
    if day.start < study.end or not words["frames.looks"].search(
        reading.text[max(begin, study.start - 45) : study.start]
    ):
        return False
    between = reading.text[study.end : day.start].strip()
    if between.lower() in ("on", "yesterday", "again on"):
        return True
    if between or day.date.full is None:
        return False
    for other in reading.of(STUDY):
        if other.sentence == study.sentence or region_of(reading, other) not in (region_of(reading, study), None):
            continue
        own = _date_near(reading, other, reading.sentences[other.sentence].end)
        if own and own.date.full and timedelta() < day.date.full - own.date.full <= _LOOKED_WITHIN:
            return True
    return False


def _compared(reading: Reading, place: int, begin: int) -> bool:
    words = reading.expressions
    before = reading.text[max(begin, place - 40) : place]
    if place - begin <= 40 and words["frames.told_in"].fullmatch(before):
        return False  # "In CT of 3 April the tumour is smaller": what the sentence tells, not what it compares with
    return words["frames.compared"].search(before) is not None
