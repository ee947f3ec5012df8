"""Stage groups of cancers, I to IV with their letters.

Kidneys, hearts, ulcers and much else have stages as well; the disease named nearest tells which is meant.
The value has, beside the contract's keys: ``other_tumour`` where the sentence names another tumour, and
``revised`` where the stage replaces one told before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from extractor.findings.clauses import outermost
from extractor.findings.nearby import standing
from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

STAGE, BARE, NAME, SYSTEM, REVISED = "STAGE", "STAGE_BARE", "STAGE_NAME", "STAGE_SYSTEM", "STAGE_REVISED"
ELSE, LUNG, OTHER = "STAGE_ELSE", "STAGE_LUNG", "STAGE_TUMOUR"

_ROMAN: Mapping[str, str] = {
    "1": "I",
    "2": "II",
    "3": "III",
    "4": "IV",
    "one": "I",
    "two": "II",
    "three": "III",
    "four": "IV",
}
_EDITIONS: Mapping[str, str] = {"seventh": "7", "eighth": "8", "ninth": "9"}
_REACH_BEFORE, _REACH_BEHIND = 50, 25
_OPTION = re.compile(r"(?<![\w/])(?:stage )?(IV|I{1,3}|[1-4])(?:[ ]?([A-C]))?([1-3])?(?![\w/])", re.I)
_OPTION_REACH, _FEWEST_OPTIONS = 16, 2
_PART = re.compile(r"[,;]|[.](?=[ ])")
_FROM, _TO = re.compile(r"\bfrom (?:an? |the )?$", re.I), re.compile(r"^[^.;\n]{0,40}\bto\b", re.I)
_PAST_SECTIONS = frozenset(("past_medical_history",))


def find(reading: Reading) -> Iterator[Finding]:
    """The stages of a note."""
    forms = list(_forms(reading))
    named = [m for m in outermost(reading.of(STAGE)) if not any(a <= m.start < b for a, b, _ in forms)]
    beside: dict[int, list[Mention]] = {}
    for mention in named:
        beside.setdefault(mention.sentence, []).append(mention)
    bare = [
        m
        for m in outermost(reading.of(BARE))
        if not any(n.start < m.end and m.start < n.end for n in beside.get(m.sentence, ()))
        and not any(a <= m.start < b for a, b, _ in forms)
        and _is_stage(reading, m)
    ]
    for _, _, ticked in forms:
        yield from ticked
    mentions = sorted([m for m in named if _of_cancer(reading, m)] + bare, key=lambda m: m.start)
    for number, mention in enumerate(mentions):
        floor = mentions[number - 1].end if number else 0
        ceiling = mentions[number + 1].start if number + 1 < len(mentions) else None
        yield from _findings(reading, mention, floor, ceiling)


def _forms(reading: Reading) -> Iterator[tuple[int, int, list[Finding]]]:
    """Lines of a form that print the stages to tick: start, end, and the ticked ones."""
    text = reading.text
    for name in reading.of(NAME):
        end = text.find("\n", name.end)
        end = len(text) if end < 0 else end
        options: list[re.Match[str]] = []
        for match in _OPTION.finditer(text, name.end, end):
            if match.start() - (options[-1].end() if options else name.end) > _OPTION_REACH:
                break
            options.append(match)
        marked = choices(text, [match.span() for match in options])
        if len(marked) < _FEWEST_OPTIONS:
            continue
        ticked = [match for match in options if marked.get(match.span())]
        yield (
            name.start,
            options[-1].end() + 1,
            [
                reading.finding(
                    "stage",
                    {"group": _group(match[1], match[2], match[3]), "system": _system(reading, name)},
                    match.start(),
                    match.end(),
                    by=name,
                    **standing(reading, name).changes(),
                )
                for match in ticked
            ],
        )


def _findings(reading: Reading, mention: Mention, floor: int, ceiling: int | None) -> Iterator[Finding]:
    groups = {key.replace("_two", "2").rstrip("_"): text for key, text in mention.groups.items()}
    first = _group(groups["num"], groups.get("letter"), groups.get("sub"))
    told = [first]
    if "num2" in groups:
        told.append(_group(groups["num2"], groups.get("letter2"), None))
    state = standing(reading, mention, floor, ceiling)
    changes = state.changes()
    other = state.experiencer is Experiencer.PATIENT and _other_tumour(reading, mention)
    section = reading.sentences[mention.sentence].section
    before, after = (
        reading.text[max(0, mention.start - 12) : mention.start],
        reading.text[mention.end : mention.end + 50],
    )
    if (_FROM.search(before) and _TO.match(after)) or (section and section.name in _PAST_SECTIONS):
        changes["temporality"] = Temporality.HISTORICAL
    if changes["assertion"] is Assertion.AFFIRMED and _only_treated_like(reading, mention):
        changes["assertion"] = Assertion.HYPOTHETICAL
    revised = _revised(reading, mention, floor) and changes["temporality"] is Temporality.CURRENT
    for group in told:
        value: dict[str, Any] = {"group": group, "system": _system(reading, mention)}
        if other:
            value["other_tumour"] = True
        if revised:
            value["revised"] = True
        yield reading.finding("stage", value, mention.start, mention.end, by=mention, **changes)


def _only_treated_like(reading: Reading, mention: Mention) -> bool:
    """Whether the tumour is only treated like one of that stage ("procedure as in stage IV")."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    before = reading.text[max(sentence.start, mention.start - 80) : mention.start]
    if words["stage.treated_like"].search(before):
        return True
    return bool(
        words["stage.treated_as"].search(before)
        and words["stage.contrast"].match(reading.text, mention.end, sentence.end)
    )


def _group(number: str, letter: str | None, sub: str | None) -> str:
    roman = _ROMAN.get(number.lower()) or re.sub(r"^[1L](?=V)", "I", number.upper())
    return roman + re.sub(r"[^A-Z]", "", (letter or "").upper()) + (sub or "" if letter else "")


def _system(reading: Reading, mention: Mention) -> str | None:
    """The edition that the sentence names, the nearest one."""
    named = reading.in_sentence(mention.sentence, SYSTEM)
    if not named:
        return None
    nearest = min(named, key=lambda m: min(abs(m.start - mention.end), abs(mention.start - m.end)))
    edition = next(iter(nearest.groups.values()))
    return f"AJCC{_EDITIONS.get(edition.lower(), edition)}"


def _of_cancer(reading: Reading, mention: Mention) -> bool:
    """Whether the disease nearest to a stage is no other disease that has stages."""
    sentence = reading.sentences[mention.sentence]
    behind = reading.within(mention.end, min(sentence.end, mention.end + _REACH_BEHIND), ELSE, LUNG, OTHER)
    named = reading.within(max(sentence.start, mention.start - _REACH_BEFORE), mention.start, ELSE)
    if named and mention.start - named[-1].end == 1 and not (behind and behind[0].start - mention.end <= 1):
        return False  # "CKD stage IV and NSCLC stage IVB"
    for disease in behind:
        if not _PART.search(reading.text, mention.end, disease.start):
            return disease.category != ELSE
        break
    inside = reading.within(mention.start, mention.end, ELSE)
    if inside:
        return False
    before = reading.within(max(sentence.start, mention.start - _REACH_BEFORE), mention.start, ELSE, LUNG, OTHER)
    before = [disease for disease in before if not disease.value.get("behind")]
    if not before or before[-1].category != ELSE:
        return True
    between = reading.text[before[-1].end : mention.start]
    if ";" in between:
        return True
    tumour = reading.in_sentence(mention.sentence, LUNG, OTHER)
    return "," in between and (bool(tumour) or bool(reading.expressions["stage.lettered"].search(mention.text)))


def _is_stage(reading: Reading, mention: Mention) -> bool:
    """Whether a bare "IVB" stands beside a TNM or a tumour's name."""
    words = reading.expressions
    text = reading.text
    sentence = reading.sentences[mention.sentence]
    lettered = any(key.startswith("letter") for key in mention.groups)
    if reading.within(max(sentence.start, mention.start - 12), mention.start, ELSE):
        return False
    for tnm in reading.within(max(sentence.start, mention.start - 80), mention.start, "TNM"):
        if words["stage.beside_tnm"].fullmatch(text, tnm.end, mention.start):
            return True
    for tnm in reading.within(mention.end, min(sentence.end, mention.end + 60), "TNM"):
        if re.fullmatch(r"[ ]?[(,:=;-]{1,2}[ ]?|[ ]", text[mention.end : tnm.start]):
            return True
    if not lettered:
        return False
    if _entry(reading, mention):
        return True
    if mention.text[0].isdigit():  # "4B" is a ward, a bed and a liver segment as well
        return (
            words["stage.tumour_right_behind"].match(text, mention.end, sentence.end) is not None
            or words["stage.tumour_right_before"].search(text[max(sentence.start, mention.start - 60) : mention.start])
            is not None
        ) and not reading.within(mention.end, min(sentence.end, mention.end + 12), ELSE)
    if words["stage.tumour_behind"].match(text, mention.end, min(sentence.end, mention.end + 40)):
        return True
    return (
        words["stage.tumour_before"].search(text[max(sentence.start, mention.start - 60) : mention.start]) is not None
    )


def _entry(reading: Reading, mention: Mention) -> bool:
    """Whether "IVB" is an entry of its own in a line on the lung cancer ("Lung adenocarcinoma, biopsy of T5. IVB.")."""
    words, text = reading.expressions, reading.text
    sentence = reading.sentences[mention.sentence]
    before = text[sentence.start : mention.start]
    if not re.match(r"(?:IV|III)[ -]?[A-C](?!\w)", mention.text) or words["stage.entry_else"].search(before[-40:]):
        return False
    if not words["stage.entry_before"].search(before) or not words["stage.entry_behind"].match(
        text, mention.end, sentence.end
    ):
        return False
    same = [
        n
        for n in range(max(0, mention.sentence - 3), mention.sentence + 1)
        if reading.sentences[n].line == sentence.line
    ]
    return any(reading.in_sentence(n, LUNG, "HISTOLOGY") for n in same)


def _other_tumour(reading: Reading, mention: Mention) -> bool:
    return nearest_tumour_is_other(reading, mention)


def nearest_tumour_is_other(reading: Reading, mention: Mention) -> bool:
    """Whether the tumour that the sentence names nearest to a mention is none of the lung."""
    named = [
        m
        for m in reading.in_sentence(mention.sentence, LUNG, OTHER)
        if not (mention.start < m.start and m.end < mention.end)
    ]
    if not named:
        return False

    def distance(tumour: Mention) -> float:
        if tumour.start >= mention.end:
            between, gap = reading.text[mention.end : tumour.start], tumour.start - mention.end
        else:
            between, gap = reading.text[tumour.end : mention.start], mention.start - tumour.end
        return gap + 40 * len(_PART.findall(between)) + (0 if tumour.category == LUNG else 0.5)

    return min(named, key=distance).category == OTHER


def _revised(reading: Reading, mention: Mention, floor: int) -> bool:
    """Whether it replaces a stage told before; a recurrence does not change the stage."""
    sentence = reading.sentences[mention.sentence]
    cues = reading.within(sentence.start, mention.end, REVISED)
    if (
        not cues
        or mention.start - cues[-1].end > 60
        or (floor > cues[-1].end and not _FROM.search(reading.text[cues[-1].end : floor]))
    ):
        cues = [
            c
            for c in cues
            if mention.start - c.end <= 90 and re.search(r"\bto\b[^,;]*$", reading.text[c.end : mention.end])
        ]
    return bool(cues) and not reading.expressions["stage.later_disease"].search(reading.sentence_text(mention.sentence))
