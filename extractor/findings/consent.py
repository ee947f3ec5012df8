"""Consent to the trial: given by signature, or explicitly refused.

Interest, a leaflet or an appointment is neither, and neither is consent to something else
(CLINICAL_SPEC section 3, "At the visit"), so nothing is found there.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.findings.clauses import beside_the_patient, box_of, clause_of, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

_BESIDE = 14
"""What leaves consent open ("not", "pending") stands within so many characters of it."""
_NEIGHBOURHOOD = 250
"""A bare "has now signed" is about the trial when that is named within so many characters before it."""

_DRUG_REACH = 25


def find(reading: Reading) -> Iterator[Finding]:
    """Statements that consent was signed or refused."""
    for mention in outermost(m for m in reading.of("CONSENT") if _stands(reading, m)):
        if _settled(reading, mention) and _about_trial(reading, mention):
            yield reading.finding(
                "consent",
                {"given": mention.value["given"]},
                mention.start,
                mention.end,
                by=mention,
                assertion=Assertion.AFFIRMED,
                experiencer=_experiencer(reading, mention),
                temporality=_temporality(reading, mention),
            )


def _stands(reading: Reading, mention: Mention) -> bool:
    """Whether a tick box does not speak against it; an option of a form needs its tick."""
    ticked = box_of(reading, mention)
    return ticked is True if mention.value.get("form") else ticked is not False


def _experiencer(reading: Reading, mention: Mention) -> Experiencer:
    """Whose consent it is; a relative who stands beside the patient takes nothing away."""
    words = reading.expressions
    given = mention.qualifiers.experiencer
    if given is Experiencer.OTHER and not words["consent.others"].search(reading.sentence_text(mention.sentence)):
        return Experiencer.PATIENT  # "consent for the trial on file": the trial is what is consented to
    if given is not Experiencer.FAMILY:
        return given
    start = clause_of(reading, mention.start)[0]
    before = reading.text[start : mention.start]
    if words["consent.patient_too"].search(before) and not words["consent.relative"].search(before):
        return Experiencer.PATIENT
    kin = list(words["consent.kin"].finditer(reading.text, start, mention.end))
    beside = kin and all(beside_the_patient(reading, start, relative.span()) for relative in kin)
    return Experiencer.PATIENT if beside else given


def _temporality(reading: Reading, mention: Mention) -> Temporality:
    """A refusal that the same sentence calls a first one is past ("initially declined the trial")."""
    words = reading.expressions
    start, end = clause_of(reading, mention.start)
    sentence = reading.sentences[mention.sentence]
    first = words["consent.at_first"].search(reading.text[start : mention.start]) or words[
        "consent.at_first_behind"
    ].match(reading.text[mention.end : end])
    then = words["consent.previously"].search(reading.text[start:end]) and words["consent.but_now"].search(
        reading.text[mention.end : sentence.end]
    )
    past = mention.value["given"] is False and (first or then)
    return Temporality.HISTORICAL if past else Temporality.CURRENT


def _settled(reading: Reading, mention: Mention) -> bool:
    """Whether nothing leaves it open: a condition before it, a denial or an appointment beside it."""
    words = reading.expressions
    start, end = clause_of(reading, mention.start)
    if reading.within(start, mention.start, "CONSENT_CONDITION"):
        return False
    if mention.value["given"] is False:
        before = reading.text[start : mention.start]
        if words["consent.denied"].search(before) or words["consent.not_the_patient"].search(before):
            return False
        return mention.qualifiers.assertion is not Assertion.HYPOTHETICAL or "HYPOTHETICAL" in mention.qualifiers.cues
    if words["consent.required"].match(reading.text, mention.end, end):
        return False
    beside = (max(start, mention.start - _BESIDE), mention.start), (mention.end, min(end, mention.end + _BESIDE))
    return not any(reading.within(*stretch, "CONSENT_NOT_YET") for stretch in beside)


def _about_trial(reading: Reading, mention: Mention) -> bool:
    """Whether it is the trial that is consented to, not a biopsy or a registry."""
    start, end = clause_of(reading, mention.start)
    study = reading.within(start, end, "CONSENT_STUDY")
    others = reading.within(start, end, "CONSENT_OTHER")
    if mention.value.get("given") is False:
        return not others or bool(study) or not ("consent" in mention.text.lower() or mention.value.get("signing"))
    others = others or reading.within(mention.end, min(end, mention.end + _DRUG_REACH), "DRUG")
    if others and not study:
        return False
    if mention.value.get("bare") or mention.value.get("passive"):
        sentence = reading.sentences[mention.sentence]
        block_start = max(mention.start - _NEIGHBOURHOOD, 0)
        near = study or reading.within(block_start, mention.start, "CONSENT_STUDY")
        if mention.value.get("bare"):
            return bool(near)
        procedures = reading.within(block_start, sentence.end, "CONSENT_OTHER")
        return bool(near) or not procedures
    return True
