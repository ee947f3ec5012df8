"""Imaging studies that a note reports on: what they cover, and whether they were clear.

Not a concept of its own in the clinical specification; the patient stage needs to know which part of
the body was looked at last, and when, to tell a site that has gone from one that was not imaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from extractor.findings.clauses import clause_of
from extractor.findings.lesions import METASTASIS, SITE
from extractor.language.frames import STUDY, region_of, report_frame
from extractor.language.reading import Frame, Mention, Reading
from extractor.records import Assertion, Finding, Temporality

_HEAD_BEFORE = re.compile(
    r"\b(?:brain|head|neurocranium|encephalon|cerebrum|intracranially|skull contents)\b[ ,:]*(?:is|was|remains|scan|mri|ct|:|-|still|also|both|[ ])*$",
    re.I,
)
_CLEAR, _NOTHING_ELSE, _OTHERS_SAME = "CLEAR", "NOTHING_ELSE", "OTHERS_SAME"
_UNCOVERED, _BODY_PART = "UNCOVERED", "BODY_PART"


def find(reading: Reading) -> Iterator[Finding]:
    """Studies with a result, head scans that were clear, and statements that there is nothing else."""
    seen: set[tuple[object, object]] = set()
    for mention in reading.of(STUDY):
        frame = reading.frames[mention.sentence]
        told = mention.qualifiers
        if frame.study is None or frame.study != region_of(reading, mention) or told.temporality is Temporality.PLANNED:
            continue
        if told.assertion in (Assertion.HYPOTHETICAL, Assertion.POSSIBLE) or (frame.study, frame.date) in seen:
            continue
        seen.add((frame.study, frame.date))
        yield _study(reading, mention, frame.study, clear=False)
    report = report_frame(reading)
    if report is not None and reading.sentences and (report.study, report.date) not in seen:
        yield _whole_report(reading, report)
    for mention in reading.of(_CLEAR):
        frame = reading.frames[mention.sentence]
        if (frame.study == "head" and _about_the_head(reading, mention)) or _HEAD_BEFORE.search(
            reading.text[max(0, mention.start - 40) : mention.start]
        ):
            yield _study(reading, mention, "head", clear=True)
    for category, result in ((_NOTHING_ELSE, "nothing_else"), (_OTHERS_SAME, "others_same")):
        for mention in reading.of(category):
            frame = reading.frames[mention.sentence]
            if frame.study is not None:
                yield replace(
                    _study(reading, mention, frame.study, clear=False), value={"region": frame.study, result: True}
                )
    for mention in reading.of(_UNCOVERED):
        yield from _uncovered(reading, mention)


def _uncovered(reading: Reading, mention: Mention) -> Iterator[Finding]:
    """The parts of the body that a study did not look at: "the femoral shafts lie outside the volume"."""
    if mention.qualifiers.assertion is Assertion.HYPOTHETICAL:
        return
    begin, end = clause_of(reading, mention.start)
    parts = reading.within(begin, mention.start, _BODY_PART, SITE) or reading.within(mention.end, end, _BODY_PART, SITE)
    for part in parts:
        site, holds = part.value.get("site"), part.value.get("holds")
        if site is None or (holds is None and not part.value.get("part")):
            continue
        found = _study(reading, part, "uncovered", clear=False)
        yield replace(found, value={"region": "uncovered", "site": site, "words": part.text, "holds": holds})


def _whole_report(reading: Reading, frame: Frame) -> Finding:
    """The study that the type of a note names; its evidence is the first sentence."""
    first = reading.sentences[0]
    start, end = reading.clean.to_note(first.start, first.end)
    return Finding(
        concept="imaging",
        value={"region": frame.study, "modality": frame.modality, "clear": False, "dated": True},
        start=start,
        end=end,
        text=reading.note.text[start:end],
        date=frame.date,
        rule="study.titled",
        note_id=reading.note.note_id,
        note_date=reading.note.note_date,
        context={"dated": frame.dated, "study": frame.study, "modality": frame.modality},
    )


def _about_the_head(reading: Reading, mention: Mention) -> bool:
    """Whether "normal" is said of the scan itself: its sentence names the study or the brain, and no lesion."""
    if reading.in_sentence(mention.sentence, METASTASIS):
        return False
    sites = {m.value.get("site") for m in reading.in_sentence(mention.sentence, "SITE")}
    studies = reading.in_sentence(mention.sentence, STUDY)
    before = [study for study in studies if study.end <= mention.start]
    if before and len(reading.text[before[-1].end : mention.start]) < (
        80 if sites <= {"brain", "leptomeninges"} else 40
    ):
        return True
    return (
        sites <= {"brain", "leptomeninges"}
        and re.match(r"(?:no|nil|without|nothing)\b", mention.text, re.I) is not None
    )


def _study(reading: Reading, mention: Mention, region: str, clear: bool) -> Finding:
    frame = reading.frames[mention.sentence]
    own_report = report_frame(reading) is not None
    value = {"region": region, "modality": frame.modality, "clear": clear, "dated": frame.dated or own_report}
    return reading.finding(
        "imaging",
        value,
        mention.start,
        mention.end,
        mention,
        assertion=Assertion.AFFIRMED,
        temporality=Temporality.CURRENT,
    )
