"""The patient's sex.

A form's field or an age with it ("62M") is the best evidence, then a word for the patient, then a title;
a pronoun counts only where a note has nothing better and all its pronouns agree. Relatives, staff and the
boxes of a form that nobody ticked are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.findings.clauses import clause_of, outermost
from extractor.findings.nearby import standing
from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

SEX, STAFF = "SEX", "SEX_STAFF"
_MALE = re.compile(r"m|male|man|gentleman|gent|mr|mister|herr|sr|shri|♂|he|his", re.I)
_PRONOUN, _TITLE = 4, 3
_KIN_BEFORE = re.compile(
    r"\b(?:wife|husband|mother|father|sister|brother|son|daughter|partner|aunt|uncle|friend|nurse|colleague|carer)\b[^.;]{0,25}$",
    re.I,
)


def find(reading: Reading) -> Iterator[Finding]:
    """Statements of the patient's sex; of several kinds the most reliable one that the note has."""
    mentions = outermost(reading.of(SEX))
    ticked = choices(reading.text, [(m.start, m.end) for m in mentions])
    told = [m for m in mentions if ticked.get((m.start, m.end), True) and _of_patient(reading, m)]
    if not told:
        return
    rank = min(mention.value["rank"] for mention in told)
    best = [mention for mention in told if mention.value["rank"] == rank]
    if rank >= _TITLE and len({_sex(mention) for mention in best}) > 1:
        return
    if rank == _PRONOUN:
        best = best[:1]
    for mention in best:
        yield _finding(reading, mention)


def _sex(mention: Mention) -> str:
    word = next(text for key, text in mention.groups.items() if key.startswith("sex"))
    return "male" if _MALE.fullmatch(word) else "female"


def _of_patient(reading: Reading, mention: Mention) -> bool:
    start, end = clause_of(reading, mention.start)
    if mention.value["rank"] >= _TITLE and _staff(reading, mention, start, end):
        return False
    before = reading.text[start : mention.start]
    if mention.value["rank"] >= 2 and _KIN_BEFORE.search(before):
        return False
    return mention.value["rank"] != _PRONOUN or not _relatives_near(reading, mention)


def _staff(reading: Reading, mention: Mention, start: int, end: int) -> bool:
    if mention.value["rank"] != _TITLE:
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
    return not reading.text[mention.end : staff.start].strip(" ,(-") and not re.match(
        r"(?:with|from|to|by|under|referred)\b", staff.text, re.I
    )


def _relatives_near(reading: Reading, mention: Mention) -> bool:
    """Whether a pronoun may mean a relative that this sentence or the one before names."""
    first = reading.sentences[max(0, mention.sentence - 1)].start
    return bool(reading.within(first, mention.start, "NEARBY_RELATIVE"))


def _finding(reading: Reading, mention: Mention) -> Finding:
    state = standing(reading, mention)
    experiencer = state.experiencer if mention.value["rank"] == 2 else Experiencer.PATIENT
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name == "family_history":
        experiencer = Experiencer.FAMILY
    key = next(k for k in mention.groups if k.startswith("sex"))
    place = mention.text.rfind(mention.groups[key])
    start = mention.start + place if mention.value["rank"] <= 2 else mention.start
    end = start + len(mention.groups[key]) if mention.value["rank"] <= 2 else mention.end
    return reading.finding(
        "sex", {"sex": _sex(mention)}, start, end, by=mention,
        assertion=Assertion.AFFIRMED, experiencer=experiencer, temporality=Temporality.CURRENT,
    )  # fmt: skip
