"""The response to treatment: named categories ("PR", "stable disease") and mere hints ("smaller").

Most of the work is to tell the categories' abbreviations from the other things that they stand for.
An abbreviation counts when its sentence is about imaging or treatment of the tumour, unless it stands
inside a phrase that gives it another meaning. The words of both kinds are in ``patterns/response.yaml``.

The value has, beside the contract's keys: ``scope`` (what part of the disease the category is of:
``target``, ``non_target``, ``site``, ``cranial``, ``pathological``; ``overall`` where the sheet says so; ``former``
for a category that a later one of the same list supersedes), and ``metabolic`` for one read from a PET.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Qualifiers, Temporality

RESPONSE, SETTING, ELSEWHERE, FALSE = "RESPONSE", "RESPONSE_SETTING", "RESPONSE_ELSEWHERE", "RESPONSE_FALSE"
SITE, STUDY = "SITE", "STUDY"
SCOPE, CRITERIA, OTHER_TUMOUR, LUNG = "RESPONSE_SCOPE", "RESPONSE_CRITERIA", "RESPONSE_OTHER_TUMOUR", "RESPONSE_LUNG"

_IMMUNE = {"UPD": "PD", "CPD": "PD"}
_METABOLIC = {"CMR": "CR", "PMR": "PR", "SMD": "SD", "PMD": "PD"}
_FORM = {
    "partial": "PR", "pr": "PR", "complete": "CR", "cr": "CR", "stable": "SD", "sd": "SD", "mixed": "mixed",
    "progressive": "PD", "progressing": "PD", "progression": "PD", "pd": "PD",
}  # fmt: skip
_STRICT_SECTIONS = frozenset(
    "physical_exam laboratory medications allergies review_of_systems social_history technique consent".split()
)
_OPTION_GAP = re.compile(r"[ ]?(?:/|,|\||\bor\b|&|\+|\bversus\b|\bvs\.?)[ ]?(?:or )?", re.I)
_TABLE_GAP = re.compile(r"[ ]*(?:\||\t|[ ]{2,})[ ]*")
_ARROW_GAP = re.compile(r"[ ]*(?:->|→|=>|>|-->|then|followed by|, then)[ ]*", re.I)
_TRIAL = re.compile(r"\b(?:trial|study|protocol|eligib\w+|inclusion|criteri\w+|requir\w+|candidates?|patients|pts|wants?|needs?|takes?|accepts?)\b", re.I)
_ALONE = re.compile(r"^(?:[-*•>#=]+|\(?\d{1,2}[.)]|->|→)?[ ]*(?:(?:confirmed|ongoing|continued|still|maintained|overall|imp|a|impression|conclusion|assessment|response)[ :.=-]*)?$", re.I)
_PAST = re.compile(
    r"\b(?:previous\w*|prior|prev|formerly|earlier|initial\w*|at (?:\w+ )?(?:diagnosis|presentation|baseline)|baseline|original\w*|"
    r"history|h/o|hx|last|had (?:been|shown|achieved|reached|obtained|progressed)|interim|used to|former\w*|first|on (?:admission|arrival))\b",
    re.I,
)
_SITE_GAP = re.compile(r"[ ]*(?:(?:metasta\w+|mets?|lesions?|disease|nodes?|deposits?|tumou?r|shows?|showed|showing|has|have|had|with|in|is|are|a|an)[ ]*){0,4}[:=,-]?[ ]*", re.I)
_SITE_BEHIND = re.compile(r"[ ](?:of|in)[ ](?:(?:the|all|her|his|both|left|right|single|known)[ ]){0,3}", re.I)
_NEGATIVE_BEFORE = re.compile(r"\b(?:no|not|negative|neg|normal|clear|clean|none|without|nil|free)\b", re.I)
_LABELLED = re.compile(
    r"\b(?:tp ?\d|t\d|visit|week|wk|w\d{1,2}|month|c\d{1,2}|cycle|scan|ct|mri|pet\S*|restaging|staging|"
    r"jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|\d{1,4}[./-]\d{1,4}(?:[./-]\d{1,4})?)\b",
    re.I,
)
_LIKE_PLAN = re.compile(r"\b(?:will|would|plan|options?|consider|reserve|available|keep|if|should|could|can|then)\b", re.I)
_AT_EVENT = re.compile(r"\b(?:at|on|upon|till|until|beyond|for|after|in case of)(?: (?:further|any|first|next|disease|future))*[ ]*$", re.I)
_NON_TUMOUR_SUBJECT = re.compile(
    r"\b(?:symptoms?|dyspn\w+|cough|pain|weakness|arthritis|dementia|parkinson\w*|hearing|vision|labou?r|copd|ckd|renal|kidney|"
    r"neuropathy|emphysema|fibrosis|stenosis|rash|toxicity|infection|pneumonia|sepsis|consolidation|infiltrates?|fracture|healing|"
    r"gait|mobility|diet|physio\w*|oedema|edema|effusions?|fatigue|anaemia|anemia|gout|psoriasis|arthrosis|disability|numbness|"
    r"cataracts?|memory|confusion|headaches?|colitis|hepatitis|pneumonitis|diabetes|hypertension|failure|father|mother|brother|sister|"
    r"discussions?|talks|work|studies|plans|training|rehabilitation|things|conversation|reticulation|deconditioning)\b"
    r"(?![^.;]*\b(?:disease|tumou?r|cancer|metasta\w+|lesions?|he|she|patient)\b)",
    re.I,
)
_BURDEN = re.compile(
    r"\b(?:tumou?rs?|mass(?:es)?|metasta\w+|mets?|lesions?|primary|cancer|carcinoma|deposits?|nodules?|nodes?|lymphadenopathy|adenopath\w+|"
    r"disease|nsclc|manifestations?|foci|rul|lul|rll|lll|rml|lingula|lobe|oncolog\w+|chemo\w*|treatment|therapy|response|remaining|all sites)\b",
    re.I,
)
_BENIGN_NEAR = re.compile(
    r"\b(?:cysts?|ha?emangiomas?|granulom\w+|adenomas?|meningiomas?|effusions?|atelectasis|infarcts?|fracture|scar\w*|emphysema|"
    r"fibrosis|calcification\w*|prostate|uterus|uterine|fibroids?|thyroid|goit\w+|aneurysm\w*|ground[- ]glass|cavernoma|dose|pain|weight|"
    r"cough|dyspn\w+|appetite|creatinine|wbc|hb|hgb|counts?|stones?|calcul\w+|hernia|prosthesis|since 20\d\d|steroids?|oedema|edema|schwannoma\w*)\b",
    re.I,
)


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
    if not any(c.qualifiers.assertion is Assertion.AFFIRMED and c.scope in (None, "overall") for c in named):
        yield from _hints(reading)


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
    mention = replace(candidate.mention, qualifiers=candidate.qualifiers)
    return reading.finding("response", value, mention.start, mention.end, by=mention)


def _outermost(reading: Reading) -> list[Mention]:
    """The named mentions that are no part of a longer one and of no phrase with another meaning."""
    kept: list[Mention] = []
    false = reading.of(FALSE)
    for mention in reading.of(RESPONSE):
        if mention.value.get("explicit") is False:
            continue
        if kept and mention.end <= kept[-1].end:
            continue
        if any(f.start < mention.end and mention.start < f.end for f in false):
            continue
        kept.append(mention)
    return kept


# ---------------------------------------------------------------------------------- one mention


def _read(reading: Reading, mention: Mention) -> _Candidate | None:
    category = _category(mention)
    if category is None or not _meant(reading, mention, category):
        return None
    criteria = mention.value.get("criteria") or _criteria(reading, mention)
    metabolic = bool(mention.value.get("metabolic")) or "metabolic" in mention.text.lower() or criteria in ("PERCIST", "EORTC")
    return _Candidate(
        mention=mention,
        category=category,
        criteria=criteria,
        explicit=True,
        metabolic=metabolic,
        scope=mention.value.get("scope") if mention.value.get("scope") == "pathological" else _scope(reading, mention),
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
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.name if sentence.section else ""
    if "verb" in mention.value or mention.rule == "response.progression":
        return _tumour_progresses(reading, mention)
    if mention.rule in ("response.immune", "response.form", "response.non_cr_non_pd", "response.not_evaluable"):
        return True
    if not mention.value.get("abbreviation"):
        return not _elsewhere(reading, mention, "named") or _strong(reading, mention)
    if category == "NE":
        return _in_choice(reading, mention) or _beside_name(reading, mention)
    if mention.value.get("metabolic"):
        nuclear = re.search(r"\bPET|FDG|PERCIST|EORTC|SUV|metabolic|\b(?:PR|SD|PD|CR)\b", reading.sentence_text(mention.sentence))
        alone = _alone(reading, mention) and section not in _STRICT_SECTIONS | {"past_medical_history"}
        return (nuclear is not None or alone) and not _elsewhere(reading, mention, "metabolic")
    if _in_choice(reading, mention) or _strong(reading, mention):
        return True
    if _elsewhere(reading, mention, category) or section in _STRICT_SECTIONS:
        return False
    return _alone(reading, mention) or bool(reading.in_sentence(mention.sentence, SETTING))


def _strong(reading: Reading, mention: Mention) -> bool:
    """Whether words of the sentence (or of the label before it) speak of a response by themselves."""
    sentence = reading.sentences[mention.sentence]
    found = reading.within(sentence.start, sentence.end, SETTING)
    return any(m.value.get("strong") and not (m.start >= mention.start and m.end <= mention.end) for m in found)


def _elsewhere(reading: Reading, mention: Mention, of: str) -> bool:
    found = reading.in_sentence(mention.sentence, ELSEWHERE)
    if of == "named" and reading.in_sentence(mention.sentence, LUNG):
        return False
    return any(m.value.get("of") == of for m in found)


def _alone(reading: Reading, mention: Mention) -> bool:
    """Whether it is all that its sentence says, a label aside."""
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    after = reading.text[mention.end : sentence.end]
    return _ALONE.match(before) is not None and re.fullmatch(r"[ .!;,)]*", after) is not None


def _in_choice(reading: Reading, mention: Mention) -> bool:
    """Whether it stands in a line with at least two other categories, as forms and sheets have it."""
    start = reading.text.rfind("\n", 0, mention.start) + 1
    end = reading.text.find("\n", mention.end)
    line = reading.text[start : end if end >= 0 else len(reading.text)]
    return len(set(re.findall(r"\b(?:CR|PR|SD|PD|NE)\b", line))) >= 3


def _beside_name(reading: Reading, mention: Mention) -> bool:
    """Whether "NE" stands right behind the words of a response."""
    before = reading.text[reading.sentences[mention.sentence].start : mention.start]
    return re.search(r"(?:response|overall|recist(?: ?1[.,]1)?|category|evaluable)[ ]*[:=(-]*[ ]*$", before, re.I) is not None


def _tumour_progresses(reading: Reading, mention: Mention) -> bool:
    """Whether what progresses is the tumour."""
    sentence = reading.sentences[mention.sentence]
    before = reading.text[max(sentence.start, mention.start - 90) : mention.start]
    named = re.search(r"disease|tumou?r|cancer|metasta|lesion|carcinoma|nsclc|primary|intra-?cranial|liver|brain|bone", mention.text, re.I)
    if re.search(r"\b(?:pseudo|non|free (?:of|from) time to)[- ]?$", before, re.I):
        return False
    if "verb" in mention.value:
        if _NON_TUMOUR_SUBJECT.search(before):
            return False
        return not _elsewhere(reading, mention, "named") or _BURDEN.search(before) is not None
    if named:
        return not re.search(r"\b(?:kidney|renal|lung|parkinson\W?s|crohn\W?s|alzheimer\W?s|heart|coronary|airways?|joint|interstitial|vascular|valve|small vessel|liver)[ ]*$", before, re.I) or "metasta" in mention.text.lower()
    if sentence.section and sentence.section.name in ("review_of_systems", "social_history"):
        return False
    if _NON_TUMOUR_SUBJECT.search(before):
        return False
    return not _elsewhere(reading, mention, "named") or bool(reading.in_sentence(mention.sentence, LUNG))


def _criteria(reading: Reading, mention: Mention) -> str | None:
    """The criteria named nearest in the sentence; right behind counts most ("SD (RECIST 1.1)")."""
    found = reading.in_sentence(mention.sentence, CRITERIA)
    if not found:
        return None
    nearest = min(found, key=lambda m: m.start - mention.end if m.start >= mention.end else (mention.start - m.end) * 1.2)
    return str(nearest.value["criteria"])


def _scope(reading: Reading, mention: Mention) -> str | None:
    """What the category is of: the label before it in its line, the whole of the head, or None."""
    sentence = reading.sentences[mention.sentence]
    labels = [m for m in reading.in_sentence(mention.sentence, SCOPE) if m.end <= mention.start or m.value["scope"] in ("cranial", "body")]
    for label in reversed([m for m in labels if m.value["scope"] in ("target", "non_target", "overall") and m.end <= mention.start]):
        between = reading.text[label.end : mention.start]
        before = reading.text[sentence.start : label.start]
        if label.value["scope"] == "overall":
            return "overall" if not re.search(r"[.;]", between) else None
        if re.search(r"\bsum\b|;|\.(?: |$)", between + "|" + before[-14:]):
            continue
        opens = re.search(r"(?:^|[.;:,|(]|[ ]{2,}|\bin|\bof|[-*•])[ ]*(?:the )?$", before) is not None
        if opens:
            return str(label.value["scope"])
    if mention.value.get("scope"):
        return str(mention.value["scope"])
    return "site" if _of_one_site(reading, mention) else _cranial(reading, mention, labels)


def _of_one_site(reading: Reading, mention: Mention) -> bool:
    """Whether one site's answer is told ("liver: complete response"); growth of one site is the disease's."""
    category = _category(mention)
    if category not in ("CR", "PR", "SD"):
        return False
    sentence = reading.sentences[mention.sentence]
    begin = max((m.end() for m in re.finditer(r"[;,.](?:[ ]|$)", reading.text[sentence.start : mention.start])), default=0)
    sites = [m for m in reading.within(sentence.start + begin, mention.start, SITE) if m.value.get("region") != "cranial"]
    if sites and _SITE_GAP.fullmatch(reading.text[sites[-1].end : mention.start]):
        return not any(m.start <= sites[-1].start < m.end or 0 <= sites[-1].start - m.end < 25 for m in reading.in_sentence(mention.sentence, STUDY))
    behind = [m for m in reading.within(mention.end, sentence.end, SITE) if m.value.get("region") != "cranial"]
    return category == "CR" and bool(behind) and _SITE_BEHIND.fullmatch(reading.text[mention.end : behind[0].start]) is not None


def _cranial(reading: Reading, mention: Mention, labels: Sequence[Mention]) -> str | None:
    lower = mention.text.lower()
    if "extra" in lower or "systemic" in lower:
        return None
    if re.search(r"intra-?cranial|cerebral|\bcns\b|\bbrain\b|(?<!extra)(?<!extra-)cranial", lower):
        return "cranial"
    near = [m for m in labels if m.start - mention.end < 40 and mention.start - m.end < 60]
    near = [m for m in near if "." not in reading.text[min(m.end, mention.end) : max(m.start, mention.start)].replace("1.1", "")]
    head = any(m.value["scope"] == "cranial" for m in near)
    body = any(m.value["scope"] == "body" for m in near)
    frame = reading.frames[mention.sentence] if reading.frames else None
    if frame is not None and frame.study == "head" and not body:
        own = any(m.value.get("region") == "head" for m in reading.in_sentence(mention.sentence, "STUDY") if m.end <= mention.start)
        if own or reading.frames[0].study == "head" or not _after_clean_head(reading, mention):
            return "cranial"
    if head and not body and (frame is None or frame.study != "head"):
        behind = any(m.value["scope"] == "cranial" and 0 <= m.start - mention.end <= 25 for m in near)
        before = any(m.value["scope"] == "cranial" and 0 <= mention.start - m.end <= 12 for m in near)
        return "cranial" if behind or before else None
    return None


def _after_clean_head(reading: Reading, mention: Mention) -> bool:
    """Whether the sentence before speaks of a clean head, so that this one speaks of the body."""
    if mention.sentence == 0:
        return True
    return _NEGATIVE_BEFORE.search(reading.sentence_text(mention.sentence - 1)) is not None


def _qualifiers(reading: Reading, mention: Mention, category: str) -> Qualifiers:
    """ConText's qualifiers, corrected for what they cannot know of a response."""
    found = mention.qualifiers
    sentence = reading.sentences[mention.sentence]
    before = reading.text[sentence.start : mention.start]
    assertion, temporality = found.assertion, found.temporality
    if temporality is Temporality.PLANNED:  # "due to progression", "discussed: PR"; a response is never planned
        temporality = Temporality.CURRENT
    if temporality is Temporality.HISTORICAL and re.search(r"(?:\b(?:has|have)|'s|'ve)[ ]had\b|\bhad an?\b", before, re.I) and not _PAST.search(before):
        temporality = Temporality.CURRENT  # "has had a partial response"
    if category == "NE" and assertion is Assertion.NEGATED:  # the "no" and "not" belong to the category
        assertion = Assertion.AFFIRMED
    if assertion is Assertion.AFFIRMED and category == "PD" and "UNCONFIRMED" in found.cues:
        assertion = Assertion.NEGATED
    if assertion is Assertion.AFFIRMED and category == "PD" and _AT_EVENT.search(before):
        rest = reading.sentence_text(mention.sentence)
        planned = sentence.section is not None and sentence.section.name == "plan"
        if planned or _LIKE_PLAN.search(rest):
            assertion = Assertion.HYPOTHETICAL
    if _other_tumour(reading, mention):
        temporality = Temporality.HISTORICAL
    return replace(found, assertion=assertion, temporality=temporality)


def _other_tumour(reading: Reading, mention: Mention) -> bool:
    """Whether the response is that of an earlier tumour."""
    if not reading.in_sentence(mention.sentence, OTHER_TUMOUR) or reading.in_sentence(mention.sentence, LUNG):
        return False
    section = reading.sentences[mention.sentence].section
    past = section is not None and section.name == "past_medical_history"
    return past or re.search(r"\b(?:since|in|after|from)?[ ]?(?:19|20)\d\d\b|\bsince\b|\byears?\b", reading.sentence_text(mention.sentence)) is not None


# ---------------------------------------------------------------------------------- several mentions


def _chosen(reading: Reading, found: list[_Candidate]) -> list[_Candidate]:
    """Drop options that nobody ticked, and lists of categories that state none."""
    ticked = choices(reading.text, [c.span for c in found])
    kept = [c for c in found if ticked.get(c.span, True)]
    result: list[_Candidate] = []
    position = 0
    while position < len(kept):
        run = [kept[position]]
        while position + len(run) < len(kept) and kept[position].span not in ticked and _is_gap(reading, run[-1], kept[position + len(run)], _OPTION_GAP):
            run.append(kept[position + len(run)])
        position += len(run)
        result.extend(_alternatives(reading, run))
    return result


def _is_gap(reading: Reading, left: _Candidate, right: _Candidate, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(reading.text[left.mention.end : right.mention.start]) is not None


def _alternatives(reading: Reading, run: list[_Candidate]) -> list[_Candidate]:
    """What "PR or SD", "CR/PR/SD/PD" state: nothing for sure."""
    if len({c.category for c in run}) < 2:
        return run
    gap = reading.text[run[0].mention.end : run[1].mention.start]
    if len(run) > 2 or "+" in gap or "&" in gap:
        return []
    if "," in gap and " or" not in gap:
        return run
    trial = _TRIAL.search(reading.sentence_text(run[0].mention.sentence)) is not None
    doubt = Assertion.HYPOTHETICAL if trial else Assertion.POSSIBLE
    return [
        replace(c, qualifiers=replace(c.qualifiers, assertion=doubt)) if c.qualifiers.assertion is Assertion.AFFIRMED else c
        for c in run
    ]


def _series(reading: Reading, found: list[_Candidate]) -> list[_Candidate]:
    """Mark as former what a later time point of the same row or list supersedes."""
    former: set[int] = set()
    for left, right in zip(range(len(found)), range(1, len(found)), strict=False):
        a, b = found[left], found[right]
        if _is_gap(reading, a, b, _ARROW_GAP):
            former.add(left)
        elif _is_gap(reading, a, b, _TABLE_GAP) and not _same_box_line(reading, a):
            former.add(right if _newest_first(reading, a.mention) else left)
        elif _listed(reading, a.mention) and _listed(reading, b.mention) and _next_line(reading, a.mention, b.mention):
            former.add(right if _descending(reading, a.mention, b.mention) else left)
    return [
        replace(c, scope="former" if c.scope in (None, "overall") else c.scope, qualifiers=replace(c.qualifiers, temporality=Temporality.HISTORICAL))
        if number in former
        else c
        for number, c in enumerate(found)
    ]


def _same_box_line(reading: Reading, candidate: _Candidate) -> bool:
    start = reading.text.rfind("\n", 0, candidate.mention.start) + 1
    return bool(choices(reading.text[start : candidate.mention.end + 8], [(candidate.mention.start - start, candidate.mention.end - start)]))


def _listed(reading: Reading, mention: Mention) -> bool:
    """Whether its line begins with a time point ("Scan April: SD", "TP2 | SD")."""
    start = reading.text.rfind("\n", 0, mention.start) + 1
    before = reading.text[start : mention.start]
    return len(before) < 60 and _LABELLED.search(before) is not None and not re.search(r"[.;] ", before)


def _next_line(reading: Reading, a: Mention, b: Mention) -> bool:
    first, second = reading.sentences[a.sentence], reading.sentences[b.sentence]
    return 1 <= second.line - first.line <= 2 and second.block == first.block


def _descending(reading: Reading, a: Mention, b: Mention) -> bool:
    """Whether a list has its newest line first, as its dates tell."""
    first, second = (_line_date(reading, m) for m in (a, b))
    return first is not None and second is not None and first > second


def _line_date(reading: Reading, mention: Mention) -> Any:
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
        days = [d.date.latest for d in reading.dates_within(start, end)]
        if len(days) > 1:
            return days[0] > days[-1]
    return False


# ---------------------------------------------------------------------------------- hints


def _hints(reading: Reading) -> Iterator[Finding]:
    """Directions without a name: at most one of a category in a sentence about the tumour."""
    seen: set[tuple[int, str]] = set()
    false = reading.of(FALSE)
    for mention in reading.of(RESPONSE):
        category = str(mention.value.get("category"))
        key = (mention.sentence, category)
        if mention.value.get("explicit") is not False or key in seen or not _hint_holds(reading, mention):
            continue
        if any(f.start < mention.end and mention.start < f.end for f in false):
            continue
        seen.add(key)
        yield reading.finding(
            "response", {"category": category, "criteria": None, "explicit": False}, mention.start, mention.end, by=mention
        )


def _hint_holds(reading: Reading, mention: Mention) -> bool:
    qualifiers = mention.qualifiers
    if qualifiers.assertion is not Assertion.AFFIRMED or qualifiers.experiencer is not Experiencer.PATIENT:
        return False
    if qualifiers.temporality is Temporality.HISTORICAL:
        return False
    sentence = reading.sentences[mention.sentence]
    section = sentence.section.name if sentence.section else ""
    if section in _STRICT_SECTIONS or section in ("past_medical_history", "comparison", "indication", "family_history"):
        return False
    text = reading.sentence_text(mention.sentence)
    around = reading.text[max(sentence.start, mention.start - 50) : min(sentence.end, mention.end + 50)]
    if re.search(r"\bno\b(?: \w+){0,2}[ ]*$", reading.text[sentence.start : mention.start], re.I):
        return False
    return _BURDEN.search(text) is not None and _BENIGN_NEAR.search(around) is None

