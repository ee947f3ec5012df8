"""Histology of the lung tumour.

A carcinoma of another organ ("prostate adenocarcinoma", "SCC of the scalp") is no histology of the lung
tumour and gives no finding, unless the sentence says that it is what the lung lesion turned out to be.
Letters that stand for other things too ("SCC", "ADC") need a word beside them that says lung or pathology.

The value has, beside the contract's keys: ``revised`` for a diagnosis that a later look of pathology put
in the place of another, and ``other_tumour`` for a lung lesion that is another organ's metastasis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

HISTOLOGY, ORGAN, LUNG, FALSE = "HISTOLOGY", "HISTOLOGY_ORGAN", "HISTOLOGY_LUNG", "HISTOLOGY_FALSE"
REVIEW, FORMERLY, DROPPED = "HISTOLOGY_REVIEW", "HISTOLOGY_FORMERLY", "HISTOLOGY_DROPPED"

_BARE: Mapping[str, tuple[str, str | None]] = {
    "squamous": ("nsclc", "squamous"), "small": ("sclc", None), "large": ("nsclc", "large_cell"), "adeno": ("nsclc", "adenocarcinoma"),
    "adenosquamous": ("nsclc", "adenosquamous"), "non": ("nsclc", None), "nonsmall": ("nsclc", None), "carcinoid": ("other", None),
    "sarcomatoid": ("nsclc", "sarcomatoid"), "pleomorphic": ("nsclc", "sarcomatoid"),
}  # fmt: skip
_SUBTYPES = (
    ("adenosquamous", "adenosquamous"), ("mixed squamous and adeno", "adenosquamous"), ("adeno", "adenocarcinoma"),
    ("non-squamous", None), ("nonsquamous", None), ("squam", "squamous"), ("large", "large_cell"), ("sarcomatoid", "sarcomatoid"),
    ("pleomorphic", "sarcomatoid"),
)  # fmt: skip
_OWN_LUNG = re.compile(r"lung|pulmon|bronch|(?:upper|middle|lower) lobe|\b[rl][uml]l\b|nsclc|lingula|\bluad\b|\blusc\b", re.I)
_STOP = re.compile(r"[;.](?:[ ]|$)|,[ ](?:and |now )|[ ](?:and|now|then|with|but)[ ]")
_ELSEWHERE_SECTIONS = frozenset(("past_medical_history",))
_SPECIMEN = re.compile(r"ectomy\b|biops|excis|resect|polypectomy|specimen|\bturp\b", re.I)
_OTHER_CANCER = re.compile(
    r"\b(?:cancer|carcinoma|tumou?r|adenocarcinoma) of (?:the )?(?:pancrea\w*|colon|rectum|stomach|prostate|breast|ovary|uterus|cervix|bladder|oesophagus|esophagus|liver|bile ducts?|thyroid|tongue|larynx|pharynx|gallbladder|kidney)|"
    r"\b(?:pancreatic|colon|colorectal|rectal|gastric|prostate|breast|ovarian|endometrial|cervical|bladder|o?esophageal|thyroid|biliary|gallbladder|laryngeal|pharyngeal|hepatocellular|peritoneal|renal)[ ]{1,2}(?:[\w-]+[ ]){0,2}(?:cancer|carcinoma|adenocarcinoma|mesothelioma)\b",
    re.I,
)
_CLAUSE = re.compile(r"[;,]|[ ]to[ ]|->|→")
_TURNED = re.compile(r"\b(?:to|now|into)[ ](?:an? |the )?$|->[ ]*$|→[ ]*$", re.I)
_RULE_BEFORE = re.compile(
    r"\b(?:trial|study|rct|protocol|inclusion|eligib\w+|criteri\w+)\b[^.;]{0,50}\b(?:needs?|wants?|for|in|asks?|requires?|takes?|with|of|clause)\b[^.;]{0,30}$", re.I
)
_LUNG_LESION_IS = re.compile(r"\b(?:lung|pulmonary|lobe|rul|lul|rll|lll|nodule)\b.{0,60}\b(?:biops\w+|bx|wedge|resection|core|fna)\b.{0,60}$", re.I)
_FROM_ELSEWHERE = re.compile(r"^[ ,]{0,2}(?:of |from |with |in keeping with |consistent with |compatible with |c/w )(?:an? |the )?(?:\w+ ){0,2}(?:colo\w+|breast|prostat\w+|pancrea\w+|gastric|renal|urothelial|endometri\w+)", re.I)


def find(reading: Reading) -> Iterator[Finding]:
    """The histologies of a note."""
    mentions = _outermost(reading)
    ticked = choices(reading.text, [(m.start, m.end) for m in mentions])
    kept = [m for m in mentions if ticked.get((m.start, m.end), True) and _meant(reading, m)]
    revised = _revisions(reading, kept)
    for mention in kept:
        value = _value(mention)
        temporality = mention.qualifiers.temporality
        if temporality is Temporality.PLANNED or (temporality is Temporality.HISTORICAL and revised.get(mention.start) is not False):
            temporality = Temporality.CURRENT  # what a tumour was found to be, it still is
        if revised.get(mention.start) is True:
            value["revised"] = True
        if revised.get(mention.start) is False:
            temporality = Temporality.HISTORICAL
        changes: dict[str, Any] = {}
        if mention.qualifiers.assertion is Assertion.POSSIBLE and "favoured" in mention.groups and not _doubted(reading, mention):
            changes["assertion"] = Assertion.AFFIRMED  # the doubt is about the subtype
        if mention.qualifiers.assertion is Assertion.AFFIRMED and _quoted_rule(reading, mention):
            changes["assertion"] = Assertion.HYPOTHETICAL
        if _from_elsewhere(reading, mention):
            value |= {"group": "other", "subtype": None, "other_tumour": True}
        yield reading.finding("histology", value, mention.start, mention.end, by=mention, temporality=temporality, **changes)


def _outermost(reading: Reading) -> list[Mention]:
    kept: list[Mention] = []
    false = reading.of(FALSE)
    for mention in reading.of(HISTOLOGY):
        if kept and mention.start < kept[-1].end:
            if mention.end > kept[-1].end and mention.end - mention.start > kept[-1].end - kept[-1].start:
                kept[-1] = mention
            continue
        if not any(f.start < mention.end and mention.start < f.end for f in false):
            kept.append(mention)
    return kept


def _value(mention: Mention) -> dict[str, Any]:
    """Group and subtype; what the words of an NSCLC name ("favor adenocarcinoma") is its subtype."""
    if "bare" in mention.groups:
        group, subtype = _BARE[re.split(r"[ -]", mention.groups["bare"].lower())[0]]
        return {"group": group, "subtype": subtype}
    value = {"group": mention.value["group"], "subtype": mention.value["subtype"]}
    if mention.rule == "histology.non_small_cell":
        if "nos" in mention.groups:
            value["subtype"] = "nos"
        else:
            text = mention.text.lower()
            mixed = "mixed" in text and "squamous" in text and "adeno" in text
            value["subtype"] = "adenosquamous" if mixed else next((name for word, name in _SUBTYPES if word in text), None)
            if value["subtype"] is None and re.match(r"sq", text):
                value["subtype"] = "squamous"
    return value


def _meant(reading: Reading, mention: Mention) -> bool:
    """Whether it speaks of the lung tumour."""
    if _OWN_LUNG.search(mention.text) or mention.value.get("group") == "sclc":
        return not (mention.value.get("group") == "sclc" and _other_organ(reading, mention))
    if _from_elsewhere(reading, mention):
        return True
    if _other_organ(reading, mention) or _specimen_of_other_organ(reading, mention) or _no_lung_case(reading):
        return False
    if not mention.value.get("weak"):
        return True
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name in _ELSEWHERE_SECTIONS:
        return False
    if section is not None and section.name in ("pathology", "oncologic_history", "diagnosis"):
        return True
    return "bare" in mention.groups or any(
        not (m.start >= mention.start and m.end <= mention.end) for m in reading.in_sentence(mention.sentence, LUNG)
    )


def _other_organ(reading: Reading, mention: Mention) -> bool:
    """Whether an organ other than the lung stands in the same clause."""
    sentence = reading.sentences[mention.sentence]
    begin = max((m.end() for m in _STOP.finditer(reading.text, sentence.start, mention.start)), default=sentence.start)
    stop = _STOP.search(reading.text, mention.end, min(sentence.end, mention.end + 60))
    end = stop.start() if stop else min(sentence.end, mention.end + 60)
    organs = reading.within(begin, end, ORGAN)
    if not organs:
        return False
    own = [m for m in reading.within(begin, end, LUNG) if _OWN_LUNG.search(m.text)]
    near = min(_distance(m, mention) for m in organs)
    return not own or near < min(_distance(m, mention) for m in own)


def _specimen_of_other_organ(reading: Reading, mention: Mention) -> bool:
    """Whether the sentence before tells of a specimen of another organ, and this one names none."""
    number = mention.sentence
    if number == 0 or any(_OWN_LUNG.search(m.text) for m in reading.in_sentence(number, LUNG)):
        return False
    before = reading.sentences[number - 1]
    if before.block != reading.sentences[number].block or _OWN_LUNG.search(reading.sentence_text(number - 1)):
        return False
    return bool(reading.in_sentence(number - 1, ORGAN)) and _SPECIMEN.search(reading.sentence_text(number - 1)) is not None


def _no_lung_case(reading: Reading) -> bool:
    """Whether the note tells of another organ's cancer and never of a lung."""
    return _OTHER_CANCER.search(reading.text) is not None and _OWN_LUNG.search(reading.text) is None


def _distance(mention: Mention, other: Mention) -> int:
    return max(mention.start - other.end, other.start - mention.end, 0)


def _from_elsewhere(reading: Reading, mention: Mention) -> bool:
    """Whether a lesion of the lung turned out to be another organ's tumour."""
    if mention.value.get("group") == "sclc":
        return False
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    after = reading.text[mention.end : min(sentence.end, mention.end + 60)]
    return _LUNG_LESION_IS.search(before) is not None and _FROM_ELSEWHERE.search(after) is not None


def _revisions(reading: Reading, mentions: list[Mention]) -> dict[int, bool]:
    """By the start of a mention: True where a review put it in place, False where a review replaced it."""
    reviews = reading.of(REVIEW)
    if not reviews:
        return {}
    certain = [m for m in mentions if m.qualifiers.assertion is Assertion.AFFIRMED and not _quoted_rule(reading, m)]
    certain = [m for m in certain if m.qualifiers.experiencer is Experiencer.PATIENT]
    found = {m.start: False for m in certain if _replaced(reading, m)}
    groups = {m.start: (_value(m)["group"], _value(m)["subtype"]) for m in certain}
    old = {groups[start] for start in found}
    for mention in certain:
        if mention.start in found:
            continue
        if old:
            stands = groups[mention.start] not in old and (groups[mention.start][0] != "nsclc" or groups[mention.start][1] is not None)
        else:
            stands = any(0 <= mention.sentence - reading.sentence_at(m.start) <= 1 for m in reviews)
        if stands:
            found[mention.start] = True
        elif old and groups[mention.start][0] in {group for group, _ in old}:
            found[mention.start] = False
    return found


def _replaced(reading: Reading, mention: Mention) -> bool:
    """Whether the words around say that this diagnosis was the one before the review."""
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    if _TURNED.search(before[-14:]):
        return False
    begin = max((m.end() for m in _CLAUSE.finditer(before)), default=0)
    if reading.within(sentence.start + begin, mention.start, FORMERLY):
        return True
    after = reading.within(mention.end, min(sentence.end, mention.end + 45), DROPPED)
    return bool(after) and re.search(r"[;.]", reading.text[mention.end : after[0].start]) is None


def _doubted(reading: Reading, mention: Mention) -> bool:
    before = reading.text[reading.sentences[mention.sentence].start : mention.start]
    return re.search(r"\b(?:suspicious|suspected|possibl[ey]|probabl[ey]|likely|query|differential|versus|vs|may|could)\b|\?", before, re.I) is not None


def _quoted_rule(reading: Reading, mention: Mention) -> bool:
    """Whether a trial's requirement is quoted ("the study is for confirmed NSCLC")."""
    sentence = reading.sentences[mention.sentence]
    return _RULE_BEFORE.search(reading.text[sentence.start : mention.start]) is not None
