"""Contraception during the study: agreed to, declined, or not applicable for a stated reason.

An explanation, a plan to discuss it or the bare use of a method is none of these, and age alone
never makes it not applicable (CLINICAL_SPEC section 3, "At the visit").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.findings.clauses import beside_the_patient, box_of, clause_of, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

_PARTNER_REACH = 40
"""A relative named within so many characters before a reason owns it ("her husband had a vasectomy")."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SENTENCE_END = re.compile(r"[a-z)][.][ ]")


def find(reading: Reading) -> Iterator[Finding]:
    """Statements on contraception."""
    mentions = outermost(m for m in reading.of("CONTRACEPTION") if _stands(reading, m))
    reasons = {m.sentence for m in mentions if m.value.get("not_applicable") in ("postmenopausal", "sterilised")}
    for mention in mentions:
        if (
            reading.expressions["contraception.period"].match(mention.text)
            and sum(m.sentence == mention.sentence for m in mentions) > 1
        ):
            continue  # "postmenopausal (last period 2009)" is one statement
        if mention.value.get("not_applicable") == "not_reproductive" and mention.sentence in reasons:
            continue  # "vasectomy 1999, so not applicable" is one statement; its reason is the better evidence
        yield _agreement(reading, mention) if "agrees" in mention.value else _reason(reading, mention)


def _stands(reading: Reading, mention: Mention) -> bool:
    """Whether no empty tick box speaks against it; an option of a form needs its tick."""
    ticked = box_of(reading, mention)
    if mention.value.get("agrees") is False and reading.expressions["contraception.kind"].search(mention.text):
        return False
    return ticked is True if mention.value.get("form") else ticked is not False


def _agreement(reading: Reading, mention: Mention) -> Finding:
    """An agreement; a partner's counts, since a couple's methods are meant."""
    start, _ = clause_of(reading, mention.start)
    from_section = mention.qualifiers.assertion is not Assertion.AFFIRMED and not mention.qualifiers.cues
    question = reading.sentence_text(mention.sentence).endswith("?")
    is_open = from_section or question or reading.within(start, mention.start, "CONTRACEPTION_OPEN")
    return reading.finding(
        "contraception",
        {"agrees": mention.value["agrees"]},
        mention.start,
        mention.end,
        by=mention,
        assertion=Assertion.HYPOTHETICAL if is_open else Assertion.AFFIRMED,
        experiencer=Experiencer.OTHER if "OTHER" in mention.qualifiers.cues else Experiencer.PATIENT,
        temporality=Temporality.CURRENT,
    )


def _kin_owns(reading: Reading, mention: Mention, start: int) -> bool:
    """Whether a relative of the sentence, no companion of the patient, can be the one who had the operation.

    In a line on the family that has gone on to the patient ("Family: uncle lung cancer. No allergies. Vasectomy 2006.")
    no relative stands in the sentence.
    """
    return any(
        not beside_the_patient(reading, start, (relative.start, relative.end))
        and not _SENTENCE_END.search(reading.text, relative.end, mention.start)
        for relative in reading.within(start, mention.start, "CONTRACEPTION_PARTNER")
    )


def _reason(reading: Reading, mention: Mention) -> Finding:
    """A reason why contraception is not needed. What is past (an operation) still holds."""
    words = reading.expressions
    planned = mention.value["not_applicable"] == "sterilised" and mention.qualifiers.temporality is Temporality.PLANNED
    start, _ = clause_of(reading, mention.start)
    partner = [
        relative
        for relative in reading.within(
            max(start, mention.start - _PARTNER_REACH), mention.start, "CONTRACEPTION_PARTNER"
        )
        if not words["contraception.both"].search(reading.text[start : relative.start])
        and not beside_the_patient(reading, start, (relative.start, relative.end))
        and not _SENTENCE_END.search(reading.text, relative.end, mention.start)
    ]
    changes = {}
    if mention.qualifiers.assertion is Assertion.NEGATED and (
        _YEAR.search(mention.text) or words["contraception.own_statement"].search(reading.text[start : mention.start])
    ):
        changes["assertion"] = Assertion.AFFIRMED  # "no uterus (hysterectomy 2009)": a year denies nothing
    whose = Experiencer.FAMILY if partner else mention.qualifiers.experiencer
    if whose is Experiencer.FAMILY and not partner and not _kin_owns(reading, mention, start):
        whose = Experiencer.PATIENT
    return reading.finding(
        "contraception",
        {"not_applicable": mention.value["not_applicable"]},
        mention.start,
        mention.end,
        by=mention,
        experiencer=whose,
        temporality=Temporality.PLANNED if planned else Temporality.CURRENT,
        **changes,
    )
