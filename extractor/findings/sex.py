"""The patient's sex.

A form's field or an age with it ("62M") is the best evidence, then a word for the patient, then a title,
then the pronouns of a note (most of them must agree), then an organ or operation that only one sex has.
Relatives, staff and the boxes of a form that nobody ticked are none. A finding's context has ``rank``: 1 for
the best kind of evidence to 5 for the weakest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extractor.findings.clauses import clause_of, outermost
from extractor.findings.nearby import standing
from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

SEX, STAFF, GROUP, YOU = "SEX", "SEX_STAFF", "SEX_GROUP", "SEX_YOU"
_TITLE, _PRONOUN, _ORGAN = 3, 4, 5
_MAJORITY = 3
"""So many pronouns of one sex must stand against one of the other."""
_DEAR = re.compile(r"\bdear[ ]{1,2}$", re.I)
_LETTER = 3
"""A letter that says "you" so often is written to the patient."""


def find(reading: Reading) -> Iterator[Finding]:
    """Statements of the patient's sex; of several kinds the most reliable one that the note has."""
    mentions = outermost(reading.of(SEX))
    ticked = choices(reading.text, [(m.start, m.end) for m in mentions if m.value["rank"] <= _TITLE])
    titles = [reading.sentences[m.sentence].line for m in mentions if m.value["rank"] == _TITLE]
    told = [
        m
        for m in mentions
        if (_is_ticked(m, ticked.get((m.start, m.end), True)) or _alone(reading, m, titles)) and _of_patient(reading, m)
    ]
    ranks = sorted({mention.value["rank"] for mention in told})
    for rank in ranks:
        best = [mention for mention in told if mention.value["rank"] == rank]
        if rank >= _TITLE:
            best = _agreeing(reading, best, rank)
        for mention in best:
            yield _finding(reading, mention)
        if best:
            return


def _alone(reading: Reading, mention: Mention, titles: Sequence[int]) -> bool:
    """Whether a title is the only one of its line: what looks like a box behind it is a blanked name."""
    return mention.value["rank"] == _TITLE and titles.count(reading.sentences[mention.sentence].line) == 1


def _is_ticked(mention: Mention, on: bool) -> bool:
    return on or mention.rule == "sex.field"


def _agreeing(reading: Reading, mentions: Sequence[Mention], rank: int) -> list[Mention]:
    """Of weak evidence one mention stands for all, and none where they do not agree."""
    male = [mention for mention in mentions if _sex(reading, mention) == "male"]
    female = [mention for mention in mentions if _sex(reading, mention) == "female"]
    few, many = sorted((male, female), key=len)
    if rank == _PRONOUN and len(many) >= _MAJORITY * len(few):
        return many[:1]
    if few:
        return []
    return many[:1] if rank > _TITLE else many


def _sex(reading: Reading, mention: Mention) -> str:
    if "sex" in mention.value:
        return str(mention.value["sex"])
    word = next(text for key, text in mention.groups.items() if key.startswith("sex"))
    return "male" if reading.expressions["sex.male"].fullmatch(word) else "female"


def _of_patient(reading: Reading, mention: Mention) -> bool:
    start, end = clause_of(reading, mention.start)
    rank = mention.value["rank"]
    if rank == _TITLE and _staff(reading, mention, start, end):
        return False
    before = reading.text[start : mention.start]
    if rank >= 2 and reading.expressions["sex.kin_before"].search(before):
        return False
    if rank == _PRONOUN:
        return not _another_near(reading, mention)
    return rank != _ORGAN or not _of_somebody_else(reading, mention)


def _of_somebody_else(reading: Reading, mention: Mention) -> bool:
    """Whether an organ's or operation's sentence names relatives or people of a kind, or asks or supposes."""
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name in ("family_history", "trial_criteria"):
        return True
    return bool(reading.in_sentence(mention.sentence, GROUP)) or mention.qualifiers.assertion in (
        Assertion.NEGATED,
        Assertion.HYPOTHETICAL,
        Assertion.POSSIBLE,
    )


def _staff(reading: Reading, mention: Mention, start: int, end: int) -> bool:
    before = reading.text[max(0, mention.start - 8) : mention.start]
    if _DEAR.search(before) and len(reading.of(YOU)) >= _LETTER:
        return False
    near: Sequence[Mention] = [
        *reading.within(max(start, mention.start - 25), mention.start, STAFF),
        *reading.within(mention.end, max(mention.end, min(end, mention.end + 25)), STAFF),
    ]
    return any(
        not re.search(r"[.;]", reading.text[min(m.end, mention.end) : max(m.start, mention.start)])
        and _tells(reading, m, mention)
        for m in near
    )


def _tells(reading: Reading, staff: Mention, mention: Mention) -> bool:
    """Whether a word of the staff belongs to a title: right before it, or behind a comma or bracket."""
    if staff.end <= mention.start:
        return not reading.text[staff.end : mention.start].strip(" :.,")
    return not reading.text[mention.end : staff.start].strip(" ,(-") and not reading.expressions[
        "sex.staff_apart"
    ].match(staff.text)


def _another_near(reading: Reading, mention: Mention) -> bool:
    """Whether a pronoun may mean somebody that this sentence (before it) or the one before names.

    "His mother" tells the sex by the pronoun before the relative; "the patient says that she" too.
    """
    sentence = reading.sentences[mention.sentence]
    own = reading.text[sentence.start : mention.start]
    if re.search(r"\b(?:patient|pt)\b", own, re.I) and not reading.within(sentence.start, mention.start, GROUP):
        return False
    first = sentence.start
    if mention.sentence and not re.search(r"\b(?:patient|pt)\b", own, re.I):
        first = reading.sentences[mention.sentence - 1].start
    if reading.within(first, mention.start, GROUP):
        # "Her father died when he was 60": the pronoun that owns the relative is the patient's
        return True
    return reading.expressions["sex.staff_before"].search(own) is not None


def _finding(reading: Reading, mention: Mention) -> Finding:
    rank = mention.value["rank"]
    experiencer = standing(reading, mention).experiencer if rank == 2 else Experiencer.PATIENT
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name == "family_history":
        experiencer = Experiencer.FAMILY
    key = next(k for k in mention.groups if k.startswith("sex"))
    place = mention.text.rfind(mention.groups[key])
    start = mention.start + place if rank <= 2 else mention.start
    end = start + len(mention.groups[key]) if rank <= 2 else mention.end
    finding = reading.finding(
        "sex", {"sex": _sex(reading, mention)}, start, end, by=mention,
        assertion=Assertion.AFFIRMED, experiencer=experiencer, temporality=Temporality.CURRENT,
    )  # fmt: skip
    return replace(finding, context={**finding.context, "rank": rank})
