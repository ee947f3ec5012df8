"""Whether, when and about whom a short statement holds, told by the words close to it.

ConText's cues reach through their sentence. For a number in passing that is too far: "67M with a history
of COPD, lives with his wife, ECOG 1" tells the patient's current ECOG. Here a cue must stand close
(``patterns/nearby.yaml``), and a word such as "now" ends what "previously" began. What the section says
(family history, a trial's criteria) holds as everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.findings.clauses import clause_of
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Temporality

_CLOSE = 16
_BEHIND = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """The qualifiers of one statement."""

    assertion: Assertion
    experiencer: Experiencer
    temporality: Temporality

    def changes(self) -> dict[str, object]:
        """As fields of a finding."""
        return {"assertion": self.assertion, "experiencer": self.experiencer, "temporality": self.temporality}


def standing(
    reading: Reading, mention: Mention, floor: int = 0, ceiling: int | None = None, kin: bool = True
) -> Standing:
    """How a statement stands.

    Args:
        reading: The note.
        mention: The statement's words.
        floor: Where the statement before ends; what doubts or dates that one does not reach over it.
        ceiling: Where the next statement of the kind begins.
        kin: Whether a relative may be meant at all (nobody notes a wife's ECOG).
    """
    begin, stop = clause_of(reading, mention.start)
    stop = max(stop, mention.end)
    if ceiling is not None:
        stop = max(mention.end, min(stop, ceiling))
    low = max(begin, min(floor, mention.start))
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.qualifies if sentence.section else {}
    assertion = _assertion(reading, mention, begin, low, stop, Assertion(section.get("assertion", Assertion.AFFIRMED)))
    whose = Experiencer(section.get("experiencer", Experiencer.PATIENT))
    told_of = _experiencer(reading, mention, begin, stop, whose, kin)
    if assertion is Assertion.HYPOTHETICAL and told_of is Experiencer.OTHER:
        told_of = whose  # a trial's criterion is about the patient, were it met
    return Standing(
        assertion,
        told_of,
        Temporality.HISTORICAL if is_past(reading, mention.start, mention.end, low, stop) else Temporality.CURRENT,
    )


def is_past(reading: Reading, start: int, end: int, low: int, stop: int) -> bool:
    """Whether the words close to a stretch say that it tells of an earlier time."""
    words = reading.expressions
    text = reading.text
    for cue in reversed(reading.within(low, start, "NEARBY_PAST")):
        between = text[cue.end : start]
        if low and not text[low : cue.start].strip(" (") and words["nearby.next_statement"].match(between):
            break  # "ECOG 2 on admission, ECOG 1 at discharge": it dates the one before
        if (
            len(between) > 45
            or words["nearby.ends_past"].search(between)
            or reading.within(cue.end, start, "NEARBY_NOW")
        ):
            break
        if len(between) <= _CLOSE or "," not in between:
            return True
    for cue in reading.within(end, stop, "NEARBY_PAST"):
        between = text[end : cue.start].strip(" ")
        if words["nearby.attribute"].fullmatch(cue.text) and re.match(r"[ ]{1,2}\w", text[cue.end : cue.end + 3]):
            break
        if between in ("", "(", "was", ", as", "(as", "back") and not re.match(
            r"[ :=(]*(?:was |PS |ECOG )?\d", text[cue.end : cue.end + 12]
        ):
            return True
        break
    return False


def _assertion(reading: Reading, mention: Mention, begin: int, low: int, stop: int, base: Assertion) -> Assertion:
    words = reading.expressions
    text = reading.text
    supposed = reading.within(begin, mention.start, "NEARBY_SUPPOSED")
    if supposed and low >= supposed[-1].end and reading.within(low, mention.start, "NEARBY_NOW"):
        supposed = []  # "he would have to be PS 2, and he is PS 3"
    if supposed and words["nearby.met"].search(text[begin : mention.start]):
        supposed = [
            cue for cue in supposed if not words["nearby.criterion"].match(cue.text)
        ]  # "meets the ECOG criterion (PS 1)"
    if (
        supposed
        or words["nearby.listed"].search(text[reading.sentences[mention.sentence].start : mention.start])
        or _behind(reading, mention, stop, "NEARBY_DEMANDED")
    ):
        return Assertion.HYPOTHETICAL
    for cue in reading.within(low, mention.start, "NEARBY_NEGATED"):
        between = text[cue.end : mention.start]
        if words["nearby.denied_whole"].fullmatch(between):
            return Assertion.NEGATED
    if _behind(reading, mention, stop, "NEARBY_DENIED"):
        return Assertion.NEGATED
    for cue in reading.within(low, mention.start, "NEARBY_DOUBT"):
        between = text[cue.end : mention.start]
        if (
            len(between) <= _CLOSE
            and not words["nearby.stop"].search(between)
            and (cue.text != "?" or len(between) <= 1)
        ):
            return Assertion.POSSIBLE
    if _behind(reading, mention, stop, "NEARBY_DOUBT"):
        return Assertion.POSSIBLE
    return base


def _behind(reading: Reading, mention: Mention, stop: int, category: str) -> bool:
    """Whether a cue follows with nothing but a blank or a bracket between."""
    for cue in reading.within(mention.end, stop, category):
        between = reading.text[mention.end : cue.start]
        return len(between) <= _BEHIND and not between.strip(" (,")
    return False


def _experiencer(
    reading: Reading, mention: Mention, begin: int, stop: int, base: Experiencer, kin: bool
) -> Experiencer:
    words = reading.expressions
    text = reading.text
    sentence = reading.sentences[mention.sentence]
    if kin:
        for cue in reversed(reading.within(begin, mention.start, "NEARBY_RELATIVE")):
            if words["nearby.patient"].search(text, cue.end, mention.start):
                break
            if words["nearby.company"].search(text[max(begin, cue.start - 60) : cue.start]):
                continue  # "discussed with the patient and her son, stage IVB": they were there
            if not cue.value.get("close") or words["nearby.belongs"].match(text[cue.end : mention.start]):
                return Experiencer.FAMILY
    for cue in reading.within(sentence.start, mention.start, "NEARBY_OTHERS"):
        if cue.value.get("person"):
            if cue.start >= begin and not words["nearby.patient"].search(text, cue.end, mention.start):
                return Experiencer.OTHER
        elif mention.start - cue.end <= 45 or cue.text.lower() == "misfiled":
            return Experiencer.OTHER
    for cue in reading.within(mention.end, stop, "NEARBY_GROUP"):
        if cue.start - mention.end <= 1:
            return Experiencer.OTHER
        break
    return base
