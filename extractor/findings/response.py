"""The response to treatment: named categories ("PR", "stable disease") and mere hints ("smaller").

Most of the work is to tell the categories' abbreviations from the other things that they stand for.
An abbreviation counts when its sentence is about imaging or treatment of the tumour, unless it stands
inside a phrase that gives it another meaning. The words of both kinds are in ``patterns/response.yaml``.

The value has, beside the contract's keys: ``scope`` (what part of the disease the category is of:
``target``, ``non_target``, ``site``, ``cranial``, ``pathological``; ``overall`` where the sheet says so;
``former`` for a category that a later one of the same list supersedes), and ``metabolic`` for one that
was read from a PET.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from extractor.findings.options import choices
from extractor.findings.regimens import regimens
from extractor.language.frames import day_behind
from extractor.language.reading import Frame, Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Qualifiers, Temporality

RESPONSE, SETTING, ELSEWHERE, FALSE = "RESPONSE", "RESPONSE_SETTING", "RESPONSE_ELSEWHERE", "RESPONSE_FALSE"
SCOPE, CRITERIA, OTHER_TUMOUR, LUNG = "RESPONSE_SCOPE", "RESPONSE_CRITERIA", "RESPONSE_OTHER_TUMOUR", "RESPONSE_LUNG"
TUMOUR, BENIGN, SUBJECT = "RESPONSE_TUMOUR", "RESPONSE_BENIGN", "RESPONSE_SUBJECT"
SITE, STUDY = "SITE", "STUDY"

_IMMUNE = {"UPD": "PD", "CPD": "PD"}
_METABOLIC = {"CMR": "CR", "PMR": "PR", "SMD": "SD", "PMD": "PD"}
_FORM = {
    **dict.fromkeys(("partial", "pr"), "PR"),
    **dict.fromkeys(("complete", "cr"), "CR"),
    **dict.fromkeys(("stable", "sd"), "SD"),
    **dict.fromkeys(("progressive", "progressing", "progression", "pd"), "PD"),
    "mixed": "mixed",
}
_MEANT_AS_TOLD = ("response.immune", "response.form", "response.non_cr_non_pd", "response.not_evaluable")
_STRICT_SECTIONS = frozenset(
    ("physical_exam", "laboratory", "medications", "allergies", "review_of_systems", "social_history", "technique")
)
"""Where a bare abbreviation is a pulse or a drug, unless the sentence speaks of a response."""
_NO_HINT_SECTIONS = _STRICT_SECTIONS | {"past_medical_history", "comparison", "indication", "family_history"}

_MARKED = re.compile(r"[(*_<]\w+[)*_>]")
_TABLE_GAP = re.compile(r"[ ]*(?:\||\t|[ ]{2,})[ ]*")
_TABLE_LINE = re.compile(r"\||\S[ ]{3,}\S")
_CATEGORIES = re.compile(r"\b(?:CR|PR|SD|PD|NE)\b")
_ANSWER = re.compile(r"[ ]?[:=][ ]?(?:yes|no)\b", re.I)
_CONDITION = re.compile(r"\b(?:if|unless)\b[^.;]*$", re.I)
_METABOLICALLY = re.compile(r"metabolic(?:ally)?[ :=-]{0,3}(?:\w+[ :]{1,2}){0,1}[\w/]+$", re.I)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b|\bsince\b|\byears?\b", re.I)
_CLAUSE_END = re.compile(r"[;,.](?:[ ]|$)")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A mention, read as a category."""

    mention: Mention
    category: str
    criteria: str | None
    explicit: bool
    metabolic: bool
    scope: str | None
    qualifiers: Qualifiers

    @property
    def span(self) -> tuple[int, int]:
        return self.mention.start, self.mention.end


def find(reading: Reading) -> Iterator[Finding]:
    """The response findings of a note; hints only where the note names no category."""
    named = [candidate for mention in _outermost(reading) if (candidate := _read(reading, mention)) is not None]
    named = _series(reading, _chosen(reading, named))
    for candidate in named:
        yield _finding(reading, candidate)
    if not any(_decides(candidate) for candidate in named):
        yield from _hints(reading)


def _decides(candidate: _Candidate) -> bool:
    return (
        candidate.explicit
        and candidate.qualifiers.assertion is Assertion.AFFIRMED
        and candidate.qualifiers.temporality is Temporality.CURRENT
        and candidate.scope in (None, "overall")
    )


def _finding(reading: Reading, candidate: _Candidate) -> Finding:
    value: dict[str, Any] = {
        "category": candidate.category,
        "criteria": candidate.criteria,
        "explicit": candidate.explicit,
    }
    if candidate.scope:
        value["scope"] = candidate.scope
    if candidate.metabolic:
        value["metabolic"] = True
    value |= _under(reading, candidate.mention)
    if reading.expressions["response.corrected"].search(_before(reading, candidate.mention)):
        value["revised"] = True
    mention = candidate.mention.requalified(candidate.qualifiers)
    changes: dict[str, Any] = {}
    told = _told_before_its_study(reading, candidate.mention)
    if told is not None and told.date is not None:
        changes["date"] = told.date
        changes["context"] = {"dated": told.dated, "study": told.study, "modality": told.modality}
    elif (behind := day_behind(reading, mention.end, mention.sentence)) is not None:
        finding = reading.finding("response", value, mention.start, mention.end, by=mention)
        return replace(finding, date=behind, context={**finding.context, "dated": True})
    elif (day := _own_scan(reading, candidate.mention)) is not None:
        changes["date"] = day
    elif (day := _evaluated_on(reading, candidate.mention)) is not None:
        changes["date"] = day
        changes["context"] = {"dated": True, "study": "body", "modality": None}
    finding = reading.finding("response", value, mention.start, mention.end, by=mention, **changes)
    behind = day_behind(reading, mention.end, mention.sentence)
    return replace(finding, date=behind, context={**finding.context, "dated": True}) if behind else finding


def _own_scan(reading: Reading, mention: Mention) -> date | None:
    """The day of the second study of a sentence, where the category is that one's ("CT 3/2 SD; CT 4/5: PR")."""
    studies = reading.within(reading.sentences[mention.sentence].start, mention.start, STUDY)
    if len(studies) < 2 or studies[-1].value.get("region") == "head":
        return None
    day = next(reading.dates_within(studies[-1].end, min(studies[-1].end + 25, mention.start)), None)
    return day.date.full if day else None


def _evaluated_on(reading: Reading, mention: Mention) -> date | None:
    """The day of one of several evaluations told in a row ("Efficacy: 24 Feb SD, 21 Apr PR, 10 June PR")."""
    number = mention.sentence
    days = [_day_ahead(reading, other) for other in reading.in_sentence(number, RESPONSE)]
    own = _day_ahead(reading, mention)
    return own if own is not None and len([day for day in days if day is not None]) > 1 else None


def _day_ahead(reading: Reading, mention: Mention) -> date | None:
    """The full day that stands right before a category."""
    start = max(reading.sentences[mention.sentence].start, mention.start - 30)
    days = list(reading.dates_within(start, mention.start))
    if not days or not re.fullmatch(r"[ ]?[:=(-]?[ ]?", reading.text[days[-1].end : mention.start]):
        return None
    return days[-1].date.full


def _under(reading: Reading, mention: Mention) -> dict[str, Any]:
    """The therapy of the sentence that the disease responded to: its line, its agents, its setting."""
    here = [group for group in regimens(reading) if group.sentence == mention.sentence and group.given]
    before = [group for group in here if group.end <= mention.start]
    behind = [
        g
        for g in here
        if g.start >= mention.end
        and reading.expressions["response.responded_on"].fullmatch(reading.text[mention.end : g.start])
    ]
    group = behind[0] if behind else before[-1] if before else None
    if group is None:
        return {}
    told = {"line": group.line, "agents": list(group.agents), "setting": group.setting}
    return {name: value for name, value in told.items() if value}


def _outermost(reading: Reading) -> list[Mention]:
    """The named mentions that are no part of a longer one and of no phrase with another meaning."""
    kept: list[Mention] = []
    for mention in reading.of(RESPONSE):
        if mention.value.get("explicit") is False or (kept and mention.end <= kept[-1].end):
            continue
        if not _otherwise(reading, mention):
            kept.append(mention)
    return kept


def _otherwise(reading: Reading, mention: Mention) -> bool:
    """Whether a phrase that holds the words gives them another meaning."""
    return any(false.start < mention.end and mention.start < false.end for false in reading.of(FALSE))


# ---------------------------------------------------------------------------------- one mention


def _read(reading: Reading, mention: Mention) -> _Candidate | None:
    category = _category(mention)
    if category is None or not _meant(reading, mention, category):
        return None
    criteria = mention.value.get("criteria") or _criteria(reading, mention)
    named_metabolic = mention.value.get("metabolic") or _METABOLICALLY.search(_before(reading, mention) + mention.text)
    scope = _scope(reading, mention, category)
    return _Candidate(
        mention=mention,
        category=category,
        criteria=criteria,
        explicit=not ("regression" in mention.text.lower() and _of_a_lesion(reading, mention, scope)),
        metabolic=bool(named_metabolic) or criteria in ("PERCIST", "EORTC"),
        scope=scope,
        qualifiers=_qualifiers(reading, mention, category),
    )


def _category(mention: Mention) -> str | None:
    if "category" in mention.value:
        return str(mention.value["category"])
    groups = mention.groups
    if "form" in groups:
        return _FORM.get(groups["form"].lower(), "NE")
    if "metabolic" in groups:
        return _METABOLIC[groups["metabolic"]]
    if "immune" in groups:
        return _IMMUNE[groups["immune"]]
    if "unconfirmed" in groups:
        return "PD"
    return groups.get("abbr") or groups.get("prefixed")


def _meant(reading: Reading, mention: Mention, category: str) -> bool:
    """Whether the words mean the category here."""
    if mention.rule in _MEANT_AS_TOLD:
        return True
    if mention.rule in ("response.progressed", "response.progression"):
        return _tumour_progresses(reading, mention)
    if mention.value.get("abbreviation"):
        return _abbreviation_meant(reading, mention, category)
    if "disease" in mention.text.lower() and reading.expressions["response.other_organ"].search(
        _before(reading, mention)
    ):
        return False
    return not _elsewhere(reading, mention, "named") or _strong(reading, mention)


def _abbreviation_meant(reading: Reading, mention: Mention, category: str) -> bool:
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.name if sentence.section else ""
    if category == "NE":
        return _in_choice(reading, mention) or _beside_name(reading, mention)
    if mention.value.get("metabolic"):
        text = reading.sentence_text(mention.sentence)
        nuclear = reading.expressions["response.nuclear"].search(text) is not None
        alone = _alone(reading, mention) and section not in _STRICT_SECTIONS | {"past_medical_history"}
        return (nuclear or alone) and not _elsewhere(reading, mention, "metabolic")
    if _ANSWER.match(reading.text, mention.end) and not _in_choice(reading, mention):
        return False
    if "prefixed" in mention.groups or _in_choice(reading, mention) or _strong(reading, mention):
        return True
    if _elsewhere(reading, mention, category) or section in _STRICT_SECTIONS:
        return False
    return (
        _alone(reading, mention)
        or _ends_labelled_line(reading, mention)
        or bool(reading.in_sentence(mention.sentence, SETTING))
    )


def _before(reading: Reading, mention: Mention) -> str:
    return reading.text[reading.sentences[mention.sentence].start : mention.start]


def _strong(reading: Reading, mention: Mention) -> bool:
    """Whether words of its sentence, or the head of its table, speak of a response by themselves."""
    found = reading.in_sentence(mention.sentence, SETTING)
    if any(m.value.get("strong") and not (m.start >= mention.start and m.end <= mention.end) for m in found):
        return True
    if not _TABLE_LINE.search(_line(reading, mention)):
        return False
    number, block = mention.sentence - 1, reading.sentences[mention.sentence].block
    while number >= 0 and mention.sentence - number < 15 and reading.sentences[number].block == block:
        if any(m.value.get("strong") for m in reading.in_sentence(number, SETTING)):
            return True
        number -= 1
    return False


def _elsewhere(reading: Reading, mention: Mention, of: str) -> bool:
    """Whether its sentence speaks of what the words mean elsewhere."""
    if of == "named" and reading.in_sentence(mention.sentence, LUNG):
        return False
    return any(m.value.get("of") == of for m in reading.in_sentence(mention.sentence, ELSEWHERE))


def _alone(reading: Reading, mention: Mention) -> bool:
    """Whether it is all that its sentence says, a label aside."""
    words = reading.expressions
    behind = reading.text[mention.end : reading.sentences[mention.sentence].end]
    before = _before(reading, mention)
    return (
        words["response.alone_before"].fullmatch(before) is not None
        and words["response.alone_behind"].fullmatch(behind) is not None
    )


def _ends_labelled_line(reading: Reading, mention: Mention) -> bool:
    """Whether it ends a line that begins with a time point."""
    line_end = reading.text.find("\n", mention.end)
    behind = reading.text[mention.end : line_end if line_end >= 0 else len(reading.text)]
    return _listed(reading, mention) and not behind.strip(" .|;")


def _line(reading: Reading, mention: Mention) -> str:
    start = reading.text.rfind("\n", 0, mention.start) + 1
    end = reading.text.find("\n", mention.end)
    return reading.text[start : end if end >= 0 else len(reading.text)]


def _in_choice(reading: Reading, mention: Mention) -> bool:
    """Whether it stands in a line with at least two other categories, as forms and sheets have it."""
    start, line = reading.text.rfind("\n", 0, mention.start) + 1, _line(reading, mention)
    otherwise = [(false.start - start, false.end - start) for false in reading.of(FALSE)]
    named = {
        found[0]
        for found in _CATEGORIES.finditer(line)
        if not any(low < found.end() and found.start() < high for low, high in otherwise)
    }
    return len(named) >= 3


def _beside_name(reading: Reading, mention: Mention) -> bool:
    """Whether "NE" stands right behind the words of a response."""
    before = _before(reading, mention)
    named = r"(?:response|overall|recist(?: ?1[.,]1)?|category|evaluable)[ ]*[:=(-]*[ ]*$"
    return re.search(named, before, re.I) is not None


def _tumour_progresses(reading: Reading, mention: Mention) -> bool:
    """Whether what progresses is the tumour."""
    words = reading.expressions
    before = _before(reading, mention)
    if re.search(r"\b(?:pseudo|non)[- ]?$", before, re.I):
        return False
    if words["response.tumour_named"].search(mention.text):
        return not words["response.other_organ"].search(before) or "metasta" in mention.text.lower()
    sentence = reading.sentences[mention.sentence]
    if sentence.section is not None and sentence.section.name in ("review_of_systems", "social_history"):
        return False
    begin = max(sentence.start, mention.start - 90)
    subjects = reading.within(begin, mention.start, SUBJECT)
    named = max((subject.end for subject in subjects), default=0)  # "kidney disease" ends behind "kidney"
    if subjects and not reading.within(named, mention.start, TUMOUR):
        rest = reading.text[named : mention.start]
        if not words["response.patient_named"].search(rest):
            return False
    tumour = reading.within(begin, mention.start, TUMOUR) or reading.in_sentence(mention.sentence, LUNG)
    return bool(tumour) or not _elsewhere(reading, mention, "named")


def _criteria(reading: Reading, mention: Mention) -> str | None:
    """The criteria named nearest in the clause; those behind count a little more ("SD (RECIST 1.1)")."""
    found = [m for m in reading.in_sentence(mention.sentence, CRITERIA) if not _parted(reading, m, mention)]
    if not found:
        return None

    def distance(named: Mention) -> float:
        return named.start - mention.end if named.start >= mention.end else (mention.start - named.end) * 1.2

    return str(min(found, key=distance).value["criteria"])


def _parted(reading: Reading, a: Mention, b: Mention) -> bool:
    return ";" in reading.text[min(a.end, b.end) : max(a.start, b.start)]


# ---------------------------------------------------------------------------------- of what


def _scope(reading: Reading, mention: Mention, category: str) -> str | None:
    """What the category is of: the label before it, one site, the head, or (None) the whole."""
    if mention.value.get("scope") == "pathological":
        return "pathological"
    sentence = reading.sentences[mention.sentence]
    before = reading.within(sentence.start, mention.start, SCOPE)
    for label in reversed([m for m in before if m.value["scope"] in ("target", "non_target", "overall")]):
        between = reading.text[label.end : mention.start]
        if label.value["scope"] == "overall":
            return "overall" if not re.search(r"[.;]", between) else None
        ahead = reading.text[sentence.start : label.start]
        if re.search(r"\bsum\b|;|\.(?: |$)", between + "|" + ahead[-14:]):
            continue
        if len(mention.text) > 2 and re.search(r"\d[ ]?%\)?,[ ]", between):
            continue  # "target lesions down 35%, partial response": what is concluded from their measure
        if re.search(r"(?:^|[.;:,|(]|[ ]{2,}|\bin|\bof|[-*•])[ ]*(?:the )?$", ahead):
            return str(label.value["scope"])
    if mention.value.get("scope"):
        return str(mention.value["scope"])
    if mention.rule == "response.non_cr_non_pd" and not _of_the_whole(reading, mention):
        return "non_target"
    if _of_one_site(reading, mention, category):
        return "site"
    # growth in the head alone is progression of the disease
    return "cranial" if category != "PD" and _cranial(reading, mention) else None


def _of_the_whole(reading: Reading, mention: Mention) -> bool:
    """Whether "non-CR/non-PD" is the verdict on the disease, not the line of the non-target lesions in a sheet."""
    line = _line(reading, mention)
    if _TABLE_LINE.search(line) or len(set(_CATEGORIES.findall(line.replace(mention.text, " ")))) > 0:
        return False
    before = _before(reading, mention)
    if re.search(r"non-?[ ]?target|\bN?TL?\d?\b[ :]", before):
        return False
    return reading.expressions["response.judged"].search(before) is not None or _alone(reading, mention)


def _of_one_site(reading: Reading, mention: Mention, category: str) -> bool:
    """Whether one site's answer is told ("liver: complete response"); growth of one site is the disease's."""
    words = reading.expressions
    if category not in ("CR", "PR", "SD"):
        return False
    sentence = reading.sentences[mention.sentence]
    ends = _CLAUSE_END.finditer(_without_abbreviations(reading.text[sentence.start : mention.start]))
    begin = sentence.start + max((m.end() for m in ends), default=0)
    if words["response.primary_before"].search(reading.text[begin : mention.start]):
        return True
    sites = _body_sites(reading, begin, mention.start)
    if sites and words["response.site_gap"].fullmatch(reading.text[sites[-1].end : mention.start]):
        studies = reading.in_sentence(mention.sentence, STUDY)
        return not any(m.start <= sites[-1].start < m.end + 25 for m in studies)
    behind = _body_sites(reading, mention.end, sentence.end)
    if category != "CR" or not behind:
        return False
    return words["response.site_behind"].fullmatch(reading.text[mention.end : behind[0].start]) is not None


def _without_abbreviations(text: str) -> str:
    """The text with the stops of "seg." and the like blanked; its length stays."""
    return re.sub(r"(?<=\bseg)\.|(?<=\bsegm)\.|(?<=\blt)\.|(?<=\brt)\.|(?<=\bst)\.", " ", text, flags=re.I)


def _body_sites(reading: Reading, begin: int, end: int) -> list[Mention]:
    lung = reading.within(begin, end + 24, LUNG)  # "lung cancer stable" is the whole disease
    return [
        m
        for m in reading.within(begin, end, SITE)
        if m.value.get("region") != "cranial" and not any(c.start <= m.start and m.end <= c.end for c in lung)
    ]


def _of_a_lesion(reading: Reading, mention: Mention, scope: str | None) -> bool:
    """Whether a regression is that of named lesions, which names no category of the disease."""
    behind = reading.text[mention.end : mention.end + 4]
    return scope in ("site", "cranial") or re.match(r"[ ](?:of|in)\b", behind) is not None


def _cranial(reading: Reading, mention: Mention) -> bool:
    """Whether the category is that of the head alone."""
    words = reading.expressions
    if words["response.body_word"].search(mention.text):
        return False
    if words["response.head_word"].search(mention.text):
        return True
    before, behind = _near_scopes(reading, mention)
    if "body" in before or "body" in behind:
        return False
    frame = reading.frames[mention.sentence] if reading.frames else None
    if frame is not None and frame.study == "head":
        studies = reading.within(reading.sentences[mention.sentence].start, mention.start, STUDY)
        own = any(m.value.get("region") == "head" for m in studies)
        told = _told_before_its_study(reading, mention)
        if told is not None:
            return told.study == "head"
        if not own and reading.frames[0].study != "head" and _opens_line(reading, mention) and _alone(reading, mention):
            return False  # "Opinion - PR" on a line of its own is about the whole
        return own or reading.frames[0].study == "head" or not _after_clean_head(reading, mention)
    return "cranial" in before or "cranial" in behind


def _told_before_its_study(reading: Reading, mention: Mention) -> Frame | None:
    """The frame of the sentence before, where a category ends what that one tells.

    In "... liver 1.2 cm (2.6). >>> PR  MRI brain 14/09: two metastases" the category opens a sentence whose
    study comes behind it.
    """
    sentence = reading.sentences[mention.sentence]
    if not reading.frames or mention.sentence == 0:
        return None
    behind = reading.within(mention.end, sentence.end, STUDY)
    ahead = reading.within(sentence.start, mention.start, STUDY)
    opens = reading.expressions["response.verdict_opens"].search(_before(reading, mention))
    if not behind or ahead or not opens:
        return None
    gap = _NEXT_STUDY.fullmatch(reading.text[mention.end : behind[0].start])
    parted = gap is not None and (bool(gap["stop"].strip()) or "\n" in gap["stop"] or bool(opens["arrow"]))
    return reading.frames[mention.sentence - 1] if parted else None


_NEXT_STUDY = re.compile(r"(?P<stop>[\s.;\[]*)(?:\w+[ ]){0,2}", re.I)


def _opens_line(reading: Reading, mention: Mention) -> bool:
    number = mention.sentence
    return number > 0 and reading.sentences[number - 1].line != reading.sentences[number].line


def _near_scopes(reading: Reading, mention: Mention) -> tuple[set[str], set[str]]:
    """What regions are named right before and right behind it, in its own clause."""
    sentence = reading.sentences[mention.sentence]
    before = reading.within(max(sentence.start, mention.start - 40), mention.start, SCOPE)
    behind = reading.within(mention.end, min(sentence.end, mention.end + 40), SCOPE)

    def joined(left: int, right: int, reach: int, named: Mention) -> bool:
        gap = reading.text[left:right].replace("1.1", "")
        return re.search(r"[;,.]", gap) is None and (named.value["scope"] == "body" or len(gap) <= reach)

    return (
        {str(m.value["scope"]) for m in before if joined(m.end, mention.start, 12, m)},
        {str(m.value["scope"]) for m in behind if joined(mention.end, m.start, 25, m)},
    )


def _after_clean_head(reading: Reading, mention: Mention) -> bool:
    """Whether the sentence before speaks of a clean head, so that this one speaks of the body."""
    return (
        mention.sentence == 0
        or reading.expressions["response.clean"].search(reading.sentence_text(mention.sentence - 1)) is not None
    )


# ---------------------------------------------------------------------------------- whether, when


def _qualifiers(reading: Reading, mention: Mention, category: str) -> Qualifiers:
    """ConText's qualifiers, corrected for what they cannot know of a response."""
    words = reading.expressions
    found = mention.qualifiers
    before = _before(reading, mention)
    assertion, temporality = found.assertion, found.temporality
    if temporality is Temporality.PLANNED:  # "due to progression", "discussed: PR"; a response is never planned
        temporality = Temporality.CURRENT
    if temporality is Temporality.HISTORICAL and not _is_past(reading, mention):
        temporality = Temporality.CURRENT
    if words["response.corrected"].search(before):
        temporality = Temporality.CURRENT  # "after comparison with the right baseline: stable disease"
    if words["response.earlier_read"].search(before):
        temporality = Temporality.HISTORICAL
    if category == "NE" and assertion is Assertion.NEGATED:  # the "no" and "not" belong to the category
        assertion = Assertion.AFFIRMED
    if assertion is Assertion.AFFIRMED and _CONDITION.search(before):
        assertion = Assertion.HYPOTHETICAL
    if assertion is Assertion.AFFIRMED and re.match(r"[ ]?\?", reading.text[mention.end : mention.end + 2]):
        assertion = Assertion.POSSIBLE
    if assertion is Assertion.AFFIRMED and category == "PD":
        if "UNCONFIRMED" in found.cues:
            assertion = Assertion.NEGATED
        elif words["response.sought"].search(before) or (
            words["response.at_event"].search(before) and _is_plan(reading, mention)
        ):
            assertion = Assertion.HYPOTHETICAL
    if _other_tumour(reading, mention) or _known_before_the_scan(reading, mention):
        temporality = Temporality.HISTORICAL
    return replace(found, assertion=assertion, temporality=temporality)


def _is_past(reading: Reading, mention: Mention) -> bool:
    """Whether the words of the past date the category, not what it is compared with."""
    words = reading.expressions
    before = words["response.compared"].sub(" ", _before(reading, mention))
    told_now = max((m.end() for m in words["response.now"].finditer(before)), default=0)
    behind = reading.text[mention.end : min(mention.end + 60, reading.sentences[mention.sentence].end)]
    had = re.search(r"\bhad\b", before) is not None and words["response.just_had"].search(before) is None
    return (
        had
        or words["response.past"].search(before, told_now) is not None
        or words["response.past"].search(words["response.compared"].sub(" ", behind)) is not None
    )


def _is_plan(reading: Reading, mention: Mention) -> bool:
    section = reading.sentences[mention.sentence].section
    if section is not None and section.name == "plan":
        return True
    return reading.expressions["response.like_plan"].search(reading.sentence_text(mention.sentence)) is not None


def _known_before_the_scan(reading: Reading, mention: Mention) -> bool:
    """Whether the request of an imaging report tells it, so that it is older than the report."""
    section = reading.sentences[mention.sentence].section
    study = reading.frames[mention.sentence].study if reading.frames else None
    return study is not None and section is not None and section.name in ("indication", "comparison")


def _other_tumour(reading: Reading, mention: Mention) -> bool:
    """Whether the response is that of an earlier tumour."""
    if not reading.in_sentence(mention.sentence, OTHER_TUMOUR) or reading.in_sentence(mention.sentence, LUNG):
        return False
    section = reading.sentences[mention.sentence].section
    past = section is not None and section.name == "past_medical_history"
    return past or _YEARS.search(reading.sentence_text(mention.sentence)) is not None


# ---------------------------------------------------------------------------------- several mentions


def _chosen(reading: Reading, found: list[_Candidate]) -> list[_Candidate]:
    """Drop options that nobody ticked, and lists of categories that state none."""
    ticked = choices(reading.text, [candidate.span for candidate in found]) | _circled(reading, found)
    kept = [candidate for candidate in found if ticked.get(candidate.span, True)]
    result: list[_Candidate] = []
    run: list[_Candidate] = []
    for candidate in kept:
        if (
            run
            and candidate.span not in ticked
            and _between(reading, run[-1], candidate, reading.expressions["response.option_gap"])
        ):
            run.append(candidate)
            continue
        result.extend(_alternatives(reading, run))
        run = [candidate]
    return result + _alternatives(reading, run)


def _circled(reading: Reading, found: list[_Candidate]) -> dict[tuple[int, int], bool]:
    """Printed rows "CR  PR  SD  PD": which one is put in brackets or stars, if any."""
    marked: dict[tuple[int, int], bool] = {}
    for first in range(len(found) - 2):
        row = [c for c in found[first : first + 5] if "abbr" in c.mention.groups or c.category == "NE"]
        names = [c.category for c in row]
        length = next((n for n in (5, 4, 3) if names[:n] == ["CR", "PR", "SD", "PD", "NE"][:n]), 0)
        gaps = [reading.text[a.mention.end : b.mention.start] for a, b in pairwise(row[:length])]
        if not length or not all(re.fullmatch(r"[ ()*_<>]+", gap) for gap in gaps):
            continue
        for candidate in row[:length]:
            start, end = candidate.span
            marked[candidate.span] = _MARKED.match(reading.text, max(0, start - 1), end + 1) is not None
    return marked


def _between(reading: Reading, left: _Candidate, right: _Candidate, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(reading.text[left.mention.end : right.mention.start]) is not None


def _alternatives(reading: Reading, run: list[_Candidate]) -> list[_Candidate]:
    """What "PR or SD", "CR/PR/SD/PD" state: nothing for sure."""
    if len({candidate.category for candidate in run}) < 2:
        return run
    gap = reading.text[run[0].mention.end : run[1].mention.start]
    if len(run) > 2 or "+" in gap or "&" in gap:
        return []
    if "," in gap and " or" not in gap:
        return run
    trial = reading.expressions["response.trial"].search(reading.sentence_text(run[0].mention.sentence)) is not None
    doubt = Assertion.HYPOTHETICAL if trial else Assertion.POSSIBLE
    return [
        replace(candidate, qualifiers=replace(candidate.qualifiers, assertion=doubt))
        if candidate.qualifiers.assertion is Assertion.AFFIRMED
        else candidate
        for candidate in run
    ]


def _series(reading: Reading, found: list[_Candidate]) -> list[_Candidate]:
    """Mark as former what a later time point of the same row or list supersedes."""
    former: set[int] = set()
    for number in range(len(found) - 1):
        a, b = found[number], found[number + 1]
        if _between(reading, a, b, reading.expressions["response.arrow_gap"]):
            former.add(number)
        elif _between(reading, a, b, _TABLE_GAP) and not _ticked(reading, a):
            former.add(number + 1 if _newest_first(reading, a.mention) else number)
        elif (
            a.mention.sentence == b.mention.sentence and _superseded(reading, a.mention, b.mention)
        ) or _best_then_current(reading, a.mention, b.mention):
            former.add(number)
        elif _listed(reading, a.mention) and _listed(reading, b.mention) and _next_line(reading, a.mention, b.mention):
            former.add(number + 1 if _descending(reading, a.mention, b.mention) else number)
    return [_as_former(candidate) if number in former else candidate for number, candidate in enumerate(found)]


def _best_then_current(reading: Reading, a: Mention, b: Mention) -> bool:
    """Whether the best response stands in one sentence or line and the one of now in the next."""
    if not 1 <= b.sentence - a.sentence <= 2 or re.search(r"\bbest\b(?! overall)", _before(reading, a), re.I) is None:
        return False
    return reading.expressions["response.current"].search(_before(reading, b)) is not None


def _superseded(reading: Reading, a: Mention, b: Mention) -> bool:
    """Whether one sentence tells an earlier category and then the one of now."""
    words = reading.expressions
    before, between = _before(reading, a), reading.text[a.end : b.start]
    if "best" in before.lower():
        return words["response.then_now"].search(between) is not None
    if len(between) > 60 or not re.match(r"[ ]?(?:\([^)]{0,20}\))?[;,]", between):
        return False
    return all(
        words["response.time"].search(part) or words["response.turn"].search(part) for part in (before[-40:], between)
    ) and not _descends(reading, a, b)


def _descends(reading: Reading, a: Mention, b: Mention) -> bool:
    start = reading.sentences[a.sentence].start
    first = [day.date.latest for day in reading.dates_within(start, a.start)]
    second = [day.date.latest for day in reading.dates_within(a.end, b.start)]
    return bool(first) and bool(second) and first[-1] > second[-1]


def _as_former(candidate: _Candidate) -> _Candidate:
    scope = "former" if candidate.scope in (None, "overall") else candidate.scope
    return replace(candidate, scope=scope, qualifiers=replace(candidate.qualifiers, temporality=Temporality.HISTORICAL))


def _ticked(reading: Reading, candidate: _Candidate) -> bool:
    return bool(choices(reading.text, [candidate.span]))


def _listed(reading: Reading, mention: Mention) -> bool:
    """Whether its line begins with a time point ("Scan April: SD", "TP2 | SD")."""
    start = reading.text.rfind("\n", 0, mention.start) + 1
    before = reading.text[start : mention.start]
    return (
        len(before) < 60
        and reading.expressions["response.labelled"].search(before) is not None
        and re.search(r"[.;] ", before) is None
    )


def _next_line(reading: Reading, a: Mention, b: Mention) -> bool:
    first, second = reading.sentences[a.sentence], reading.sentences[b.sentence]
    return 1 <= second.line - first.line <= 2 and second.block == first.block


def _descending(reading: Reading, a: Mention, b: Mention) -> bool:
    """Whether a list has its newest line first, as its dates tell."""
    first, second = _line_date(reading, a), _line_date(reading, b)
    return first is not None and second is not None and first > second


def _line_date(reading: Reading, mention: Mention) -> date | None:
    start = reading.text.rfind("\n", 0, mention.start) + 1
    day = next(reading.dates_within(start, mention.start), None)
    return day.date.latest if day else None


def _newest_first(reading: Reading, mention: Mention) -> bool:
    """Whether the columns of a table run from the newest to the oldest, as dates above tell."""
    end = mention.start
    for _ in range(25):
        end = reading.text.rfind("\n", 0, end)
        if end < 0:
            return False
        start = reading.text.rfind("\n", 0, end) + 1
        days = [day.date.latest for day in reading.dates_within(start, end)]
        if len(days) > 1:
            return days[0] > days[-1]
    return False


# ---------------------------------------------------------------------------------- hints


def _hints(reading: Reading) -> Iterator[Finding]:
    """Directions without a name: at most one of a category in a sentence about the tumour."""
    seen: set[tuple[int, str]] = set()
    for mention in reading.of(RESPONSE):
        category = str(mention.value.get("category"))
        key = (mention.sentence, category)
        if mention.value.get("explicit") is not False or key in seen or not _hint_holds(reading, mention):
            continue
        seen.add(key)
        value = {"category": category, "criteria": None, "explicit": False}
        yield reading.finding("response", value, mention.start, mention.end, by=mention)


def _hint_holds(reading: Reading, mention: Mention) -> bool:
    """Whether a direction is told of the tumour, as it is now."""
    qualifiers = mention.qualifiers
    if qualifiers.assertion is not Assertion.AFFIRMED or qualifiers.experiencer is not Experiencer.PATIENT:
        return False
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.name if sentence.section else ""
    if qualifiers.temporality is Temporality.HISTORICAL or section in _NO_HINT_SECTIONS or _otherwise(reading, mention):
        return False
    if re.search(r"\bno\b(?: \w+){0,2}[ ]*$", _before(reading, mention), re.I):
        return False
    begin, end = max(sentence.start, mention.start - 70), min(sentence.end, mention.end + 70)
    of_treatment = "response" in mention.groups and not _elsewhere(reading, mention, "named")
    return (of_treatment or bool(reading.within(begin, end, TUMOUR))) and not reading.within(begin, end, BENIGN)
