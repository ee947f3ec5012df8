"""Tissue confirmation: has a biopsy, a cytology, a resection shown the malignancy?

Either the words say it themselves ("biopsy-proven", "histology pending"), or a specimen stands beside what
was found in it ("EBUS 4R: adenocarcinoma"). A specimen of something else, and a new biopsy of a tumour
that is known already, say nothing of the diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Qualifiers, Temporality

TISSUE, PROCEDURE, RESULT, FALSE, HISTOLOGY = "TISSUE", "TISSUE_PROCEDURE", "TISSUE_RESULT", "TISSUE_FALSE", "HISTOLOGY"

_NO_STATEMENT_SECTIONS = ("past_medical_history", "trial_criteria", "family_history")


@dataclass(frozen=True, slots=True)
class _Statement:
    """One place that says whether tissue has confirmed the malignancy."""

    start: int
    end: int
    confirmed: bool
    by: Mention


def find(reading: Reading) -> Iterator[Finding]:
    """The statements on tissue confirmation of a note."""
    taken: list[_Statement] = []
    found = (*_stated(reading), *_inferred(reading), *_reported(reading))
    for statement in sorted(found, key=lambda statement: (statement.start, -statement.end)):
        if taken and statement.start < taken[-1].end:
            continue
        taken.append(statement)
    for statement in taken:
        mention = statement.by.requalified(_qualifiers(reading, statement))
        value = {"confirmed": statement.confirmed}
        yield reading.finding("tissue_confirmation", value, statement.start, statement.end, by=mention)


def _stated(reading: Reading) -> Iterator[_Statement]:
    """Words that decide by themselves; neighbouring ones that agree are one statement."""
    last: _Statement | None = None
    for mention in reading.of(TISSUE):
        confirmed = bool(mention.value["confirmed"])
        if _about_something_else(reading, mention, confirmed):
            continue
        if confirmed and mention.qualifiers.assertion is Assertion.NEGATED:
            confirmed = False
        if last and mention.start < last.end:
            if confirmed or mention.end <= last.end:
                continue
            last = replace(last, end=max(last.end, mention.end))
            continue
        if last and not last.confirmed and not confirmed and _runs_on(last, mention):
            last = replace(last, end=mention.end)
            continue
        if last:
            yield last
        last = _Statement(mention.start, mention.end, confirmed, mention)
    if last:
        yield last


def _runs_on(statement: _Statement, mention: Mention) -> bool:
    return statement.by.sentence == mention.sentence and mention.start - statement.end < 40


def _about_something_else(reading: Reading, mention: Mention, confirmed: bool) -> bool:
    """Whether the specimen is of another organ, or a new one of a tumour known already."""
    sentence = reading.sentences[mention.sentence]
    near = reading.within(max(sentence.start, mention.start - 40), min(sentence.end, mention.end + 40), FALSE)
    if confirmed:
        return False
    if mention.rule == "tissue.presumed":
        return mention.qualifiers.assertion is Assertion.NEGATED
    if mention.rule == "tissue.refused":
        near = [m for m in near if m.value["kind"] == "organ" or mention.start <= m.start < mention.end]
    return bool(near) or _in_section(reading, mention, _NO_STATEMENT_SECTIONS)


def _in_section(reading: Reading, mention: Mention, names: tuple[str, ...]) -> bool:
    section = reading.sentences[mention.sentence].section
    return section is not None and section.name in names


def _inferred(reading: Reading) -> Iterator[_Statement]:
    """A specimen with a malignant result in its clause, or in the sentence behind it."""
    done: set[int] = set()
    for mention in reading.of(PROCEDURE):
        if mention.sentence in done or mention.qualifiers.temporality is Temporality.PLANNED:
            continue
        if mention.qualifiers.assertion is not Assertion.AFFIRMED:
            continue
        sentence = reading.sentences[mention.sentence]
        if _in_section(reading, mention, _NO_STATEMENT_SECTIONS):
            continue
        near = reading.within(max(sentence.start, mention.start - 20), min(sentence.end, mention.end + 25), FALSE)
        if any(m.value["kind"] == "organ" for m in near):
            continue
        if _shows_malignancy(reading, mention):
            done.add(mention.sentence)
            yield _Statement(mention.start, mention.end, True, mention)


def _shows_malignancy(reading: Reading, mention: Mention) -> bool:
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    stop = words["tissue_confirmation.clause"].search(reading.text, mention.end, sentence.end)
    end = stop.start() if stop else sentence.end
    if _malignant_between(reading, mention.end, end):
        return True
    ends = words["tissue_confirmation.clause"].finditer(reading.text, sentence.start, mention.start)
    begin = max((match.end() for match in ends), default=sentence.start)
    told_before = _affirmed(reading.within(begin, mention.start, HISTOLOGY))
    if (told_before or _continues_diagnosis(reading, mention)) and not _negative_between(reading, mention.end, end):
        return True
    return stop is None and not told_before and _told_next(reading, mention.sentence)


def _affirmed(mentions: list[Mention]) -> bool:
    return any(mention.qualifiers.assertion is Assertion.AFFIRMED for mention in mentions)


def _told_next(reading: Reading, number: int) -> bool:
    """Whether the next sentence opens with the diagnosis ("Histology of 4 May. Adenocarcinoma")."""
    if number + 1 >= len(reading.sentences) or reading.sentences[number + 1].block != reading.sentences[number].block:
        return False
    found = reading.in_sentence(number + 1, HISTOLOGY)
    if not found or reading.in_sentence(number + 1, PROCEDURE):
        return False
    return found[0].start - reading.sentences[number + 1].start < 60 and _affirmed(found[:1])


def _continues_diagnosis(reading: Reading, mention: Mention) -> bool:
    """Whether it opens a sentence right behind the diagnosis ("Adenocarcinoma RLL. CT-guided biopsy 3/24")."""
    number = mention.sentence
    sentence = reading.sentences[number]
    if number == 0 or not reading.expressions["tissue_confirmation.opening"].fullmatch(
        reading.text[sentence.start : mention.start]
    ):
        return False
    before = reading.sentences[number - 1]
    if before.block != sentence.block or sentence.line - before.line > 1:
        return False
    return _affirmed(reading.in_sentence(number - 1, HISTOLOGY))


def _reported(reading: Reading) -> Iterator[_Statement]:
    """The diagnosis in a report of pathology is itself the confirmation."""
    words = reading.expressions
    head = reading.text[: reading.sentences[min(2, len(reading.sentences) - 1)].end] if reading.sentences else ""
    kind = reading.note.note_type or ""
    if not words["tissue_confirmation.report"].search(kind) and not (
        not kind and words["tissue_confirmation.report_head"].search(head)
    ):
        return
    for mention in reading.of(HISTOLOGY):
        if _in_section(reading, mention, ("indication", "history_of_present_illness", "past_medical_history")):
            continue
        if mention.qualifiers.assertion is Assertion.AFFIRMED and mention.qualifiers.experiencer is Experiencer.PATIENT:
            yield _Statement(mention.start, mention.end, True, mention)
            return


def _malignant_between(reading: Reading, begin: int, end: int) -> bool:
    """Whether a malignant result stands between two places before any negative one."""
    for mention in reading.within(begin, end, RESULT, HISTOLOGY):
        if mention.category == HISTOLOGY:
            if mention.qualifiers.assertion is Assertion.AFFIRMED:
                return True
            continue
        if not mention.value["malignant"]:
            return False
        if mention.qualifiers.assertion is Assertion.AFFIRMED and reading.expressions["tissue_confirmation.link"].match(
            reading.text[begin : mention.end]
        ):
            return True
    return False


def _negative_between(reading: Reading, begin: int, end: int) -> bool:
    return any(not m.value["malignant"] for m in reading.within(begin, end, RESULT))


def _qualifiers(reading: Reading, statement: _Statement) -> Qualifiers:
    """A statement that tissue is missing is affirmed, whatever denies, doubts or plans inside it."""
    found = statement.by.qualifiers
    assertion, temporality = found.assertion, found.temporality
    if assertion is Assertion.NEGATED or (not statement.confirmed and assertion is Assertion.POSSIBLE):
        assertion = Assertion.AFFIRMED
    if assertion is Assertion.AFFIRMED and statement.confirmed:
        begin = reading.sentences[statement.by.sentence].start
        if reading.expressions["tissue_confirmation.quoted_rule"].search(reading.text[begin : statement.start]):
            assertion = Assertion.HYPOTHETICAL
    # once proven, a tumour stays proven
    if statement.confirmed or temporality is Temporality.PLANNED:
        temporality = Temporality.CURRENT
    return replace(found, assertion=assertion, temporality=temporality)
