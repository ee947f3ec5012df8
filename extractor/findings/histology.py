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
    "squamous": ("nsclc", "squamous"),
    "adeno": ("nsclc", "adenocarcinoma"),
    "adenosquamous": ("nsclc", "adenosquamous"),
    "large": ("nsclc", "large_cell"),
    "sarcomatoid": ("nsclc", "sarcomatoid"),
    "pleomorphic": ("nsclc", "sarcomatoid"),
    "non": ("nsclc", None),
    "nonsmall": ("nsclc", None),
    "small": ("sclc", None),
    "carcinoid": ("other", None),
}
"""A type told without "carcinoma", by its first word."""
_SUBTYPES = (
    ("adenosquamous", "adenosquamous"),
    ("adeno", "adenocarcinoma"),
    ("non-squamous", None),
    ("nonsquamous", None),
    ("non squamous", None),
    ("squam", "squamous"),
    ("scc", "squamous"),
    ("sqcc", "squamous"),
    ("large", "large_cell"),
    ("sarcomatoid", "sarcomatoid"),
    ("pleomorphic", "sarcomatoid"),
)
"""The subtype that a word inside a name of NSCLC gives; the first that fits."""
_CERTAIN_SECTIONS = ("pathology", "oncologic_history", "diagnosis")


def find(reading: Reading) -> Iterator[Finding]:
    """The histologies of a note."""
    mentions = _outermost(reading)
    ticked = choices(reading.text, [(mention.start, mention.end) for mention in mentions])
    kept = [m for m in mentions if ticked.get((m.start, m.end), True) and _meant(reading, m)]
    revised = _revisions(reading, kept)
    for mention in kept:
        value = _value(mention)
        if _from_elsewhere(reading, mention):
            value |= {"group": "other", "subtype": None, "other_tumour": True}
        # what a tumour was found to be it still is, unless a review replaced it
        temporality = Temporality.CURRENT
        if mention.start in revised:
            if revised[mention.start]:
                value["revised"] = True
            else:
                temporality = Temporality.HISTORICAL
        yield reading.finding(
            "histology",
            value,
            mention.start,
            mention.end,
            by=mention,
            assertion=_assertion(reading, mention),
            temporality=temporality,
        )


def _assertion(reading: Reading, mention: Mention) -> Assertion:
    """ConText's assertion, corrected for what it cannot know of a diagnosis."""
    words = reading.expressions
    assertion = mention.qualifiers.assertion
    sentence = reading.sentences[mention.sentence]
    doubted = words["histology.doubt"].search(reading.text[sentence.start : mention.start]) is not None
    if assertion is Assertion.POSSIBLE and "favoured" in mention.groups and not doubted:
        return Assertion.AFFIRMED  # the doubt is about the subtype
    if assertion is not Assertion.AFFIRMED:
        return assertion
    if words["histology.alternative"].match(reading.text, mention.end) or words["histology.doubt_behind"].match(
        reading.text, mention.end
    ):
        return Assertion.POSSIBLE
    if words["histology.presumed"].search(reading.text[max(sentence.start, mention.start - 60) : mention.start]):
        return Assertion.POSSIBLE
    return Assertion.HYPOTHETICAL if _quoted_rule(reading, mention) else assertion


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
    bare = next((text for key, text in mention.groups.items() if key.startswith("bare")), None)
    if bare:
        group, subtype = _BARE[re.split(r"[ -]", bare.lower())[0]]
        return {"group": group, "subtype": subtype}
    value = {"group": mention.value["group"], "subtype": mention.value["subtype"]}
    if mention.rule == "histology.non_small_cell":
        if "nos" in mention.groups:
            value["subtype"] = "nos"
        else:
            text = mention.text.lower()
            mixed = "mixed" in text and "squamous" in text and "adeno" in text
            named = next((name for word, name in _SUBTYPES if word in text), None)
            value["subtype"] = "adenosquamous" if mixed else named
            if value["subtype"] is None and re.match(r"sq", text):
                value["subtype"] = "squamous"
    return value


def _meant(reading: Reading, mention: Mention) -> bool:
    """Whether it speaks of the lung tumour."""
    words = reading.expressions
    if words["histology.own_lung"].search(mention.text):
        return mention.value.get("group") != "sclc" or not _other_organ(reading, mention)
    if _as_elsewhere(reading, mention):
        return False
    if mention.value.get("group") == "sclc":
        return not (_other_organ(reading, mention) or _no_lung_case(reading, mention))
    if _from_elsewhere(reading, mention):
        return True
    if words["histology.own_lung"].search(reading.text) is None and reading.in_sentence(mention.sentence, ORGAN):
        return False
    if _other_organ(reading, mention) or _specimen_of_other_organ(reading, mention) or _no_lung_case(reading, mention):
        return False
    if not mention.value.get("weak"):
        return True
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name == "past_medical_history":
        return False
    if section is not None and section.name in _CERTAIN_SECTIONS:
        return True
    told = mention.rule != "histology.bare_result" and any(key.startswith("bare") for key in mention.groups)
    return told or any(
        not (m.start >= mention.start and m.end <= mention.end) for m in reading.in_sentence(mention.sentence, LUNG)
    )


def _other_organ(reading: Reading, mention: Mention) -> bool:
    """Whether an organ other than the lung stands in the same clause."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    begin = max(
        (m.end() for m in words["histology.stop"].finditer(reading.text, sentence.start, mention.start)),
        default=sentence.start,
    )
    stop = words["histology.stop"].search(reading.text, mention.end, min(sentence.end, mention.end + 60))
    end = stop.start() if stop else min(sentence.end, mention.end + 60)
    organs = reading.within(begin, end, ORGAN)
    if not organs:
        return False
    own = [m for m in reading.within(begin, end, LUNG) if words["histology.own_lung"].search(m.text)]
    near = min(_distance(m, mention) for m in organs)
    return not own or near < min(_distance(m, mention) for m in own)


def _specimen_of_other_organ(reading: Reading, mention: Mention) -> bool:
    """Whether the sentence before tells of a specimen of another organ, and this one names none."""
    words = reading.expressions
    number = mention.sentence
    if number == 0 or any(words["histology.own_lung"].search(m.text) for m in reading.in_sentence(number, LUNG)):
        return False
    before = reading.sentences[number - 1]
    if before.block != reading.sentences[number].block or words["histology.own_lung"].search(
        reading.sentence_text(number - 1)
    ):
        return False
    specimen = words["histology.specimen"].search(reading.sentence_text(number - 1)) is not None
    return specimen and bool(reading.in_sentence(number - 1, ORGAN))


def _no_lung_case(reading: Reading, mention: Mention) -> bool:
    """Whether the note tells of another organ's cancer and never of one of the lung, nor does the sentence."""
    words = reading.expressions
    return (
        words["histology.own_lung"].search(reading.sentence_text(mention.sentence)) is None
        and words["histology.lung_case"].search(reading.text) is None
        and words["histology.other_cancer"].search(reading.text) is not None
    )


def _as_elsewhere(reading: Reading, mention: Mention) -> bool:
    """Whether it is told to look like the tumour of another organ ("similar to that of the gastrectomy specimen")."""
    end = reading.sentences[mention.sentence].end
    alike = reading.expressions["histology.same_as"].match(reading.text, mention.end, end)
    return alike is not None and bool(reading.within(alike.start(), alike.end(), ORGAN))


def _distance(mention: Mention, other: Mention) -> int:
    return max(mention.start - other.end, other.start - mention.end, 0)


def _from_elsewhere(reading: Reading, mention: Mention) -> bool:
    """Whether a lesion of the lung turned out to be another organ's tumour."""
    words = reading.expressions
    if mention.value.get("group") == "sclc":
        return False
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    after = reading.text[mention.end : min(sentence.end, mention.end + 60)]
    return (
        words["histology.lung_lesion_is"].search(before) is not None
        and words["histology.from_elsewhere"].search(after) is not None
    )


def _revisions(reading: Reading, mentions: list[Mention]) -> dict[int, bool]:
    """By the start of a mention: True where a review put it in place, False where a review replaced it."""
    reviews = reading.of(REVIEW)
    if not reviews:
        return {}
    certain = [m for m in mentions if m.qualifiers.assertion is Assertion.AFFIRMED and not _quoted_rule(reading, m)]
    certain = [m for m in certain if m.qualifiers.experiencer is Experiencer.PATIENT]
    found = {m.start: False for m in certain if _replaced(reading, m)}
    kinds = {m.start: (_value(m)["group"], _value(m)["subtype"]) for m in certain}
    old = {kinds[start] for start in found}
    for mention in certain:
        if mention.start in found:
            continue
        kind = kinds[mention.start]
        if not old:
            behind = (mention.sentence - reading.sentence_at(review.start) for review in reviews)
            if any(0 <= distance <= 1 for distance in behind):
                found[mention.start] = True
        elif kind not in old and kind != ("nsclc", None):
            found[mention.start] = True
        elif kind[0] in {group for group, _ in old}:
            found[mention.start] = False
    return found


def _replaced(reading: Reading, mention: Mention) -> bool:
    """Whether the words around say that this diagnosis was the one before the review."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    into = re.match(r"[ ](?:in)?to[ ]", reading.text[mention.end : sentence.end], re.I)  # "changed A to B"
    if words["histology.turned"].search(before[-40:]) and into is None:
        return False
    plain = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), before)  # a bracket ends no clause
    begin = max((m.end() for m in words["histology.clause"].finditer(plain)), default=0)
    if reading.within(sentence.start + begin, mention.start, FORMERLY):
        return True
    after = reading.within(mention.end, min(sentence.end, mention.end + 45), DROPPED)
    return bool(after) and re.search(r"[;.]", reading.text[mention.end : after[0].start]) is None


def _quoted_rule(reading: Reading, mention: Mention) -> bool:
    """Whether a trial's requirement is quoted ("the study is for confirmed NSCLC")."""
    sentence = reading.sentences[mention.sentence]
    return reading.expressions["histology.rule_before"].search(reading.text[sentence.start : mention.start]) is not None
