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
_STOP = re.compile(r"[,:;(/|]|[ ](?:and|but|with|as|because|since|due)[ ]")
_MET = re.compile(r"(?<!not )(?<!n't )\b(?:meets?|met|fulfil\w*|checked|satisf\w*)\b", re.I)
_CRITERION = re.compile(r"criteri|inclusion|eligib", re.I)
_LISTED = re.compile(
    r"\((?:(?:for|as a) (?:reference|reminder)|reminder|(?:(?:key|main|trial|study|entry|inclusion|eligibility|incl\.?) ?)*"
    r"(?:criteria|inclusion|eligibility|requirements|incl\.?))[ ]?[:=-][^()\n]*$",
    re.I,
)
"""A trial's criteria listed in a bracket that is still open: semicolons do not end it."""
_DENIED_WHOLE = re.compile(
    r"[ ]*(?:(?:meets?|meeting|a|an|any|the|in|at|of|as|for|be|been|being|yet|have|having|has|to|really|quite|fit|reach|reached|"
    r"clinical|pathological|overall|truly?|his|her|their|staged?|likely|definite(?:ly)?|with|lung|cancer|consistent)[ ]+)*",
    re.I,
)
"""What may stand between a denial and the statement it denies: "no pain, ECOG 1" denies the pain."""
_ENDS_PAST = re.compile(r"[;|]|[.](?=[ ])|\b(?:and|but|then)\b[^,;]{0,20}$|,[ ](?:is|he is|she is)\b")
_PATIENT = re.compile(r"(?<!\w)(?:patient|pt)(?=:|[ ](?:has|had|is|was|now|himself|herself)\b)", re.I)
"""The patient, named behind a relative: what follows is the patient's own."""
_NEXT_STATEMENT = re.compile(r"[ ]?\)?(?:[ ]?[,/|]|[ ](?:and|but|then|to)\b)", re.I)
_ATTRIBUTE = re.compile(
    r"former|old|prior|previous|initial|original|history of|h/o|hx of|had (?:been|an?|the)|used to be|then|premorbid",
    re.I,
)
"""Words that, behind a statement, attribute what follows them and not the statement: "63F former smoker"."""
_BELONGS = re.compile(
    r"^(?:'s)?[ ,:(]*(?:(?:also|himself|herself|who|has|had|have|with|was|were|is|are|being|now|of|died|dies|deceased|diagnosed|treated|"
    r"for|at|from|here|same|this|another|our|under|cent(?:re|er)|hospital|clinic|unit|elsewhere|recently|aged?|alive|well|suffer\w+|undergo\w+|an?|the|in|found|breast|lung|colon|colorectal|bowel|prostate|"
    r"ovarian|cancer|ca|melanoma|lymphoma|tumou?r|disease|metastatic|\d{4}|\(|-)[ ,(]*){0,8}$",
    re.I,
)


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
    text = reading.text
    for cue in reversed(reading.within(low, start, "NEARBY_PAST")):
        between = text[cue.end : start]
        if low and not text[low : cue.start].strip(" (") and _NEXT_STATEMENT.match(between):
            break  # "ECOG 2 on admission, ECOG 1 at discharge": it dates the one before
        if len(between) > 45 or _ENDS_PAST.search(between) or reading.within(cue.end, start, "NEARBY_NOW"):
            break
        if len(between) <= _CLOSE or "," not in between:
            return True
    for cue in reading.within(end, stop, "NEARBY_PAST"):
        between = text[end : cue.start].strip(" ")
        if _ATTRIBUTE.fullmatch(cue.text) and re.match(r"[ ]{1,2}\w", text[cue.end : cue.end + 3]):
            break
        if between in ("", "(", "was", ", as", "(as", "back") and not re.match(
            r"[ :=(]*(?:was |PS |ECOG )?\d", text[cue.end : cue.end + 12]
        ):
            return True
        break
    return False


def _assertion(reading: Reading, mention: Mention, begin: int, low: int, stop: int, base: Assertion) -> Assertion:
    text = reading.text
    supposed = reading.within(begin, mention.start, "NEARBY_SUPPOSED")
    if supposed and low >= supposed[-1].end and reading.within(low, mention.start, "NEARBY_NOW"):
        supposed = []  # "he would have to be PS 2, and he is PS 3"
    if supposed and _MET.search(text[begin : mention.start]):
        supposed = [cue for cue in supposed if not _CRITERION.match(cue.text)]  # "meets the ECOG criterion (PS 1)"
    if (
        supposed
        or _LISTED.search(text[reading.sentences[mention.sentence].start : mention.start])
        or _behind(reading, mention, stop, "NEARBY_DEMANDED")
    ):
        return Assertion.HYPOTHETICAL
    for cue in reading.within(low, mention.start, "NEARBY_NEGATED"):
        between = text[cue.end : mention.start]
        if _DENIED_WHOLE.fullmatch(between):
            return Assertion.NEGATED
    if _behind(reading, mention, stop, "NEARBY_DENIED"):
        return Assertion.NEGATED
    for cue in reading.within(low, mention.start, "NEARBY_DOUBT"):
        between = text[cue.end : mention.start]
        if len(between) <= _CLOSE and not _STOP.search(between) and (cue.text != "?" or len(between) <= 1):
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
    text = reading.text
    sentence = reading.sentences[mention.sentence]
    if kin:
        for cue in reversed(reading.within(begin, mention.start, "NEARBY_RELATIVE")):
            if _PATIENT.search(text, cue.end, mention.start):
                break
            if not cue.value.get("close") or _BELONGS.match(text[cue.end : mention.start]):
                return Experiencer.FAMILY
    for cue in reading.within(sentence.start, mention.start, "NEARBY_OTHERS"):
        if mention.start - cue.end <= 45 or cue.text.lower() == "misfiled":
            return Experiencer.OTHER
    for cue in reading.within(mention.end, stop, "NEARBY_GROUP"):
        if cue.start - mention.end <= 1:
            return Experiencer.OTHER
        break
    return base
