"""TNM expressions of any cancer, one finding an expression.

A part that is not told is None. A single part without a prefix ("T3", "N2") counts only beside words that
make it a stage, since vertebrae, sequences and motorways bear such names. The value has, beside the
contract's keys: ``other_tumour`` where the sentence names another tumour, and ``revised``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from extractor.findings.clauses import outermost
from extractor.findings.nearby import standing
from extractor.findings.stage import REVISED, nearest_tumour_is_other
from extractor.language.reading import Mention, Reading
from extractor.records import Experiencer, Finding, Temporality

TNM, SINGLE, FALSE, STAGE = "TNM", "TNM_SINGLE", "TNM_FALSE", "TNM_STAGE"
_FROM, _TO = re.compile(r"\bfrom (?:an? |the )?$", re.I), re.compile(r"^[^.;\n]{0,40}\bto\b", re.I)
_PAST_SECTIONS = frozenset(("past_medical_history",))


def find(reading: Reading) -> Iterator[Finding]:
    """The TNM expressions of a note."""
    whole = outermost(reading.of(TNM))
    single = [m for m in outermost(reading.of(SINGLE)) if not any(w.start < m.end and m.start < w.end for w in whole)]
    mentions = [m for m in whole if _meant(reading, m)] + [m for m in single if _is_stage(reading, m)]
    mentions.sort(key=lambda m: m.start)
    for number, mention in enumerate(mentions):
        floor = mentions[number - 1].end if number else 0
        ceiling = mentions[number + 1].start if number + 1 < len(mentions) else None
        yield _finding(reading, mention, floor, ceiling)


def _meant(reading: Reading, mention: Mention) -> bool:
    """Whether a bare "M1" names a stage, not a vessel."""
    if mention.groups:
        return True
    return reading.expressions["tnm.vessel"].search(reading.text, mention.end, mention.end + 20) is None


def _is_stage(reading: Reading, mention: Mention) -> bool:
    """Whether a part without a prefix is told as a stage."""
    words = reading.expressions
    if reading.in_sentence(mention.sentence, FALSE) or not reading.in_sentence(mention.sentence, STAGE):
        return False
    sentence = reading.sentences[mention.sentence]
    before = words["tnm.bound_before"].search(reading.text, max(sentence.start, mention.start - 25), mention.start)
    behind = words["tnm.bound_behind"].match(reading.text, mention.end, sentence.end)
    if "m" in mention.groups:
        return (before is not None and behind is not None) or reading.text[mention.end : mention.end + 8] in (
            " disease",
        )
    return before is not None or behind is not None


def _parts(mention: Mention) -> dict[str, Any]:
    value: dict[str, Any] = {"prefix": None, "t": None, "n": None, "m": None}
    for key, text in mention.groups.items():
        if key in ("prefix", "prefix_"):
            value["prefix"] = text.lower()
        elif key in value:
            value[key] = _code(text.replace("l", "1") if key == "m" else text)
    if not mention.groups:
        value["m"] = _code(mention.text[1:])
    if value["prefix"] and re.search(r"N\dcM", mention.text):
        value["n"] = value["n"][:-1]  # "pN2cM1": the c is the prefix of the M, not the part of a cN2c
    return value


def _prefix_in_words(reading: Reading, mention: Mention) -> str | None:
    """The prefix that the words before tell: "clinically staged as T3 N0", "pathological T2a N1"."""
    words = reading.expressions
    before = reading.text[max(reading.sentences[mention.sentence].start, mention.start - 40) : mention.start]
    if words["tnm.clinical"].search(before):
        return "c"
    return "p" if words["tnm.pathological"].search(before) else None


def _code(text: str) -> str:
    """A part's code without remarks: "1mi", "2a", "X"."""
    code = re.sub(r"[ ]?\(.*$", "", text).strip().lower()
    return "X" if code == "x" else code


def _finding(reading: Reading, mention: Mention, floor: int, ceiling: int | None) -> Finding:
    state = standing(reading, mention, floor, ceiling)
    changes = state.changes()
    value = _parts(mention)
    if value["prefix"] is None:
        value["prefix"] = _prefix_in_words(reading, mention)
    if state.experiencer is Experiencer.PATIENT and nearest_tumour_is_other(reading, mention):
        value["other_tumour"] = True
    section = reading.sentences[mention.sentence].section
    before, after = (
        reading.text[max(0, mention.start - 12) : mention.start],
        reading.text[mention.end : mention.end + 50],
    )
    if (_FROM.search(before) and _TO.match(after)) or (section and section.name in _PAST_SECTIONS):
        changes["temporality"] = Temporality.HISTORICAL
    cues = reading.within(reading.sentences[mention.sentence].start, mention.start, REVISED)
    if cues and mention.start - cues[-1].end <= 60 and changes["temporality"] is Temporality.CURRENT:
        value["revised"] = True
    return reading.finding("tnm", value, mention.start, mention.end, by=mention, **changes)
