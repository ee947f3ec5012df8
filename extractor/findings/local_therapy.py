"""Local treatment of a cancer that was given: radiotherapy, surgery, ablation.

What a board could do ("suitable for SABR") is amenability and no finding here; what it plans is found
as planned; what was never given as negated. Each finding says on what (``primary``, a site, or
``unspecified``) and, where the words do, more that the patient stage weighs: ``palliative``, ``cavity``
(radiotherapy of a resection cavity), ``diagnostic``, ``other_tumour``, ``benign`` (CLINICAL_SPEC section 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from extractor.findings.clauses import clause_of, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

_BEHIND_REACH = 75
"""A site behind a procedure is its target within so many characters."""
_BEFORE_REACH = 70
_DENIAL_REACH = 42
_UNRELATED = re.compile(
    r"\b(?:after|following|post|since|s/p|recurren\w+|residual|evidence|change|complication\w*|metasta\w+|growth|progress\w+|"
    r"but|before|during|disease|tumou?r|enhanc\w+|problem|objection|conflict|question|bleeding|deficit)\b",
    re.I,
)
_LINK = re.compile(r"^[^;]*?(?:^|[ ,(/:-])(?:to|of|for|on|over|at|in|the|both|left|right|x|single|solitary|post-?op\w*)?[^;]*$", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}/\d{2,4}\b")
_NODULE_BEHIND = re.compile(r"[ ]?(?:\w+ )?(?:nodules?|mets?\b|metasta\w+)", re.I)
_LUNG_METASTASIS = re.compile(r"\b(?:metasta\w+|mets?|contralateral)\b", re.I)
_COUNT = re.compile(r"\b(?P<number>one|two|three|four|five|six|single|solitary|both|[1-9])\b(?= (?:\w+ ){0,3}(?:mets?|metasta\w+|lesions?|nodules?|deposits?))", re.I)
_COUNTS = {"one": 1, "single": 1, "solitary": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_HISTORIES = ("past_medical_history", "social_history", "family_history")
_FORWARD_LOOKING = ("plan", "indication")


class _Status(Enum):
    DONE = auto()
    PLANNED = auto()
    NEGATED = auto()
    HYPOTHETICAL = auto()
    NONE = auto()


def find(reading: Reading) -> Iterator[Finding]:
    """Local treatments, given, planned or denied."""
    mentions = outermost(reading.of("LOCAL_THERAPY"))
    for number, mention in enumerate(mentions):
        clause = clause_of(reading, mention.start)
        if not _counts(reading, mention, mentions[:number], clause):
            continue
        status = _status(reading, mention, clause)
        if status is _Status.NONE:
            continue
        limit = next((m.start for m in mentions[number + 1 :] if m.value["procedure"] != mention.value["procedure"]), clause[1])
        value = _value(reading, mention, clause, min(limit, clause[1]), mentions)
        if value is not None:
            yield reading.finding(
                "local_therapy",
                value,
                mention.start,
                mention.end,
                by=mention,
                assertion=_assertion(status),
                experiencer=_experiencer(reading, mention, clause),
                temporality=Temporality.PLANNED if status is _Status.PLANNED else Temporality.CURRENT,
            )


def _counts(reading: Reading, mention: Mention, earlier: list[Mention], clause: tuple[int, int]) -> bool:
    """Whether a mention is a treatment by itself: a dose beside its radiotherapy is not, nor a removed drain."""
    if mention.value.get("dose"):
        beside = [m for m in earlier if m.value["procedure"] == "radiotherapy" and clause[0] <= m.start]
        close = any(mention.start - m.end < 60 and not reading.within(m.end, mention.start, "SITE", "PRIMARY") for m in beside)
        follows = any(0 <= m.start - mention.end < 25 for m in reading.within(mention.end, clause[1], "LOCAL_THERAPY"))
        return not close and not follows and bool(reading.within(*clause, "SITE", "PRIMARY"))
    if mention.value.get("verb"):
        before = reading.within(max(clause[0], mention.start - _BEFORE_REACH), mention.start, "LESION", "METASTASIS", "PRIMARY", "SITE")
        if reading.within(*clause, "LT_BENIGN") or not before:
            return False
        return any(m.category != "SITE" or m.value.get("site") in ("adrenal", "brain", "liver", "lung") for m in before)
    return True


def _status(reading: Reading, mention: Mention, clause: tuple[int, int]) -> _Status:
    done = _is_done(reading, mention, clause)
    if _is_denied(reading, mention, clause):
        return _Status.NEGATED
    if "HYPOTHETICAL" in mention.qualifiers.cues and not done:
        return _Status.HYPOTHETICAL
    if done:
        return _Status.DONE
    if reading.within(*clause, "LAT_ABLE"):
        return _Status.NONE
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.name if sentence.section else ""
    forward = (
        mention.qualifiers.temporality is Temporality.PLANNED
        or section in _FORWARD_LOOKING
        or reading.within(sentence.start, mention.start, "LT_SPEAKER", "LT_OPTION")
        or reading.within(mention.end, min(clause[1], mention.end + 45), "LT_OPTION")
        or reading.sentence_text(mention.sentence).endswith("?")
        or "POSSIBLE" in mention.qualifiers.cues
    )
    return _Status.PLANNED if forward else _Status.DONE


def _is_done(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether words beside a procedure say that it took place: a verb, a date, what became of it."""
    before = reading.within(max(clause[0], mention.start - 40), mention.start, "LT_DONE")
    behind = reading.within(mention.end, min(clause[1], mention.end + 60), "LT_DONE")
    option = reading.within(max(clause[0], mention.start - 40), mention.start, "LT_OPTION")
    if before and not (option and option[-1].start > before[-1].start):
        return True
    if behind and not reading.within(mention.end, behind[0].start, "LT_OPTION") and not option:
        return True
    dated = _YEAR.search(reading.text, mention.end, min(clause[1], mention.end + 14))
    leading = _YEAR.match(reading.text[reading.sentences[mention.sentence].start : mention.start].lstrip(" -*•()"))
    return bool(dated or leading) and not option and not reading.within(mention.end, clause[1], "LT_OPTION")


def _is_denied(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    for denial in reversed(reading.within(max(clause[0], mention.start - _DENIAL_REACH), mention.start, "LT_NOT")):
        return not _UNRELATED.search(reading.text, denial.end, mention.start)
    for denial in reading.within(mention.end, min(clause[1], mention.end + 60), "LT_NOT_BEHIND"):
        between = reading.text[mention.end : denial.start]
        return "," not in between or len(between) < 40
    return False


def _assertion(status: _Status) -> Assertion:
    if status is _Status.NEGATED:
        return Assertion.NEGATED
    return Assertion.HYPOTHETICAL if status is _Status.HYPOTHETICAL else Assertion.AFFIRMED


def _experiencer(reading: Reading, mention: Mention, clause: tuple[int, int]) -> Experiencer:
    if reading.within(clause[0], mention.start, "LT_STUDY"):
        return Experiencer.OTHER
    return mention.qualifiers.experiencer


def _value(
    reading: Reading, mention: Mention, clause: tuple[int, int], limit: int, mentions: list[Mention]
) -> dict[str, Any] | None:
    rule = mention.value
    target = str(rule.get("target") or _target(reading, mention, clause, limit, mentions))
    around = reading.text[max(clause[0], mention.start - 30) : limit]
    if rule.get("lung") and _LUNG_METASTASIS.search(reading.text[mention.start : min(limit, mention.end + 45)]):
        target = "lung"
    value: dict[str, Any] = {"procedure": rule["procedure"], "target": target, "modality": _modality(mention)}
    flags = _flags(reading, mention, clause, target)
    count = _COUNT.search(reading.text, mention.end, limit) if rule["procedure"] == "surgery" else None
    if count:
        number = count["number"].lower()
        value["count"] = _COUNTS.get(number) or int(number)
    del around
    return value | flags


def _modality(mention: Mention) -> str | None:
    given = mention.value.get("modality")
    if given:
        return str(given)
    text = mention.text.lower()
    names = {"radiofrequency": "RFA", "microwave": "microwave", "cryo": "cryoablation", "ethanol": "PEI", "ire": "IRE", "tace": "TACE"}
    for group, name in names.items():
        if group in mention.groups:
            return name
    for word in ("laparoscopic", "lobectomy", "pneumonectomy", "segmentectomy", "wedge", "vats", "metastasectomy"):
        if word in text:
            return "VATS" if word == "vats" else word
    if "keyhole" in text:
        return "laparoscopic"
    if "organ" in mention.groups:
        return mention.groups["organ"].lower()
    if "vertebroplast" in text or "kyphoplast" in text or "laminectomy" in text:
        return text
    return None


def _flags(reading: Reading, mention: Mention, clause: tuple[int, int], target: str) -> dict[str, bool]:
    flags: dict[str, bool] = {}
    sentence = reading.sentences[mention.sentence]
    other = reading.within(sentence.start, sentence.end, "LT_OTHER_CANCER")
    own = reading.within(sentence.start, sentence.end, "LT_LUNG_CANCER")
    history = sentence.section is not None and sentence.section.name in _HISTORIES
    if mention.value.get("other_tumour") or (other and (history or not own)):
        flags["other_tumour"] = True
    if reading.within(*clause, "LT_BENIGN") and not own:
        flags["benign"] = True
    if history and mention.value.get("unspecific") and not own:
        flags["benign"] = True
    radiotherapy = mention.value["procedure"] == "radiotherapy"
    stereotactic = mention.value.get("modality") in ("SBRT", "SABR", "SRS", "SRT", "WBRT")
    if mention.value.get("palliative") or (radiotherapy and not stereotactic and reading.within(sentence.start, sentence.end, "LT_PALLIATIVE")):
        flags["palliative"] = True
    if radiotherapy and (reading.within(sentence.start, sentence.end, "LT_CAVITY")) and target in ("brain", "unspecified"):
        flags["cavity"] = True
    if mention.value["procedure"] == "surgery" and reading.within(sentence.start, sentence.end, "LT_DIAGNOSTIC"):
        flags["diagnostic"] = True
    return flags


def _target(reading: Reading, mention: Mention, clause: tuple[int, int], limit: int, mentions: list[Mention]) -> str:
    """The site that a procedure without a place of its own is about: inside it, behind it, before it."""
    inside = _sites(reading, mention.start, mention.end)
    if inside:
        return inside[-1]
    behind = _sites(reading, mention.end, min(limit, mention.end + _BEHIND_REACH))
    if behind:
        return behind[0]
    floor = max([clause[0], mention.start - _BEFORE_REACH, *(m.end for m in mentions if m.end <= mention.start and m.start >= clause[0])])
    before = _sites(reading, floor, mention.start)
    if before:
        return before[-1]
    if mention.value["procedure"] == "radiotherapy" or mention.value.get("metastasis") or mention.value["procedure"] == "ablation":
        return "unspecified"
    return "primary"


def _sites(reading: Reading, start: int, end: int) -> list[str]:
    names: list[str] = []
    for place in outermost(reading.within(start, end, "PRIMARY", "SITE")):
        if place.category == "PRIMARY":
            names.append("primary")
        elif place.value.get("site") == "lung":
            names.append("lung" if _NODULE_BEHIND.match(reading.text[place.end : place.end + 25]) else "primary")
        else:
            names.append(str(place.value["site"]))
    return names
