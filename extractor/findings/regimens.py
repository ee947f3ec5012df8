"""Systemic treatments as a note tells them: which drugs together, of which line, begun when.

The findings on therapy, cycles and durations share this reading: a count of cycles belongs to the
regimen that stands beside it. A regimen is a run of drug names that only doses, schedules and signs
of combination part ("Inj Pemetrexed + Carboplatin q3w", "cisplatin and gemcitabine, from C2
carboplatin"); "then" and "followed by" begin another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from extractor.language.assertion import qualify
from extractor.language.dates import DateMention, PartialDate
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Qualifiers, Temporality

DRUG, THERAPY, LINE, SETTING, EVENT = "DRUG", "THERAPY", "THERAPY_LINE", "THERAPY_SETTING", "THERAPY_EVENT"

_DOSE = (
    r"(?:\(?AUC ?=? ?\d(?:[.,]\d)?\)?|\d[\d.,]* ?(?:mg|g|mcg|AUC)(?:/(?:m2|m²|kg|sqm|d|day))?|\d{1,3} ?%|(?:75|80|100|175|200|500)(?![\d/.])|"
    r"q ?\d ?-?(?:w|wk|weeks?|d)?|q2[18]d?|\d?-?weekly|every \d weeks|[23]-weekly|three-weekly|IV|i\.v\.|PO|p\.o\.|orally|daily|OD|BD|BID|bd|od|qd|d[18](?:[ ,+/]+(?:d?8|d?15))*|"
    r"day 1|monthly|flat dose|full dose|low[- ]dose|dose[- ]reduced|dose)"
)
_JOIN = (
    r"(?:,|/|\+|&|;(?= ?(?:pem|carbo|cis|pacli))|-|\(|\)|:|and|plus|with|w/|in combination with|combined with|together with|combination of|combination|"
    r"Inj\.?|Tab\.?|T\.|Cap\.?|inf\.?|biosimilar|(?:changed |switched )?(?:from|as of|since) (?:C|cycle |course )\d(?: on(?:wards)?)?|then from (?:C|cycle )\d|"
    r"concurrent(?:ly)?|concomitant|weekly|based|double|triple|quadruple|regimen|of|platinum|taxane|treatment|therapy|using|consisting of|namely|i\.e\.|e\.g\.)"
)
_BETWEEN = re.compile(rf"(?:[ ]*(?:{_DOSE}|{_JOIN})){{0,12}}[ ]*", re.I)
_AFTER_THERAPY = re.compile(
    rf"(?:[ ]*(?:{_DOSE}|{_JOIN}|(?:19|20)\d\d|\d{{1,2}}/(?:20)?\d\d|in|was|given|started|as|x ?\d|\d cycles(?: of)?)){{0,8}}[ ]*", re.I
)
_NEAR_LINE = 70
_NEAR_SETTING = 60
_STRONG_STOP = re.compile(r";|\bthen\b|followed by|[.] (?=[A-Z])|(?<!-)->|>>|\bnow\b", re.I)
_STARTS = re.compile(
    r"(?:\b(?:start(?:ed|s|ing)?|commenc(?:ed|es|ing|ement)|began|begun|begin(?:ning)?|initiated|initiation|since|from|as of|first (?:dose|infusion|cycle)|1st (?:dose|infusion|cycle)|"
    r"switched|dose 1|cycle 1|C ?1(?: ?D ?1)?|#1|1#|C1/D1)"
    r"(?: (?:on|in|of|date|was|given|dose|it|treatment|therapy|him|her|the|this|with|again|back|to|at|late|early|mid|taking))*(?:[ ]?80 mg)?[ :=(,-]*(?:on |in )?|"
    r"\b(?:start date|date of start|date started|D1)[ ]?[:=]?[ ]*)$",
    re.I,
)
_RANGE = re.compile(r"^[ ]*(?:-{1,2}|to|until|till|through|thru|bis|~|>|and last|up to)[ ]*$", re.I)
_RANGE_TO_NOW = re.compile(r"^[ ]*(?:-{1,2}|to|until|~|>|onwards?)[ ]*(?:now|present|today|date|ongoing|current\w*|\.\.\.|[,.;)]|$)", re.I)
_LEAD_GAP = re.compile(
    rf"^[ ]*(?:[:|,()>~-]|-{{1,2}}|start(?:ed|s)?(?: of| on| with)?|began|begun|commenced|initiat\w+|of|on|with|the|first|C ?1(?: ?D ?1)?|#1|cycle 1|dose 1|treatment|therapy|"
    rf"1st|1L|first[- ]line|frontline|front[- ]line|upfront|second[- ]line|2nd[- ]line|2L|third[- ]line|3L|line|palliative|adjuvant|neoadjuvant|given|received|{_DOSE}|Inj\.?|Tab\.?|T\.|Cap\.?|treated|"
    r"cis-?|systemic|combination|chemo\w*|now|switch(?:ed)? to|changed? to|onwards|\d cycles(?: of)?|x ?\d|\d x|concurrent|weekly|platinum|doublet|immuno\w*|induction|maintenance|maint\.?|IV)*[ ]*$",
    re.I,
)
_ONGOING = re.compile(r"\b(?:continu\w*|cont\.?|carry on|remain\w* on|stays? on|ongoing|proceed\w*|resum\w+|restart\w*|now on|currently on|tolerat\w+|today|no change to|unchanged|increase|reduce\w*|keep|hold|held|stop\w*|discontinue\w*|meanwhile|given)\b", re.I)
_PLAN_HEAD = re.compile(r"^[ ]*(?:[-*#\d.) ]*)(?:plan|p|recommendation|proposal|proposed (?:treatment|therapy)|decision)[ ]?[:=-]", re.I)
_RADIO = re.compile(r"\b\d{2} ?Gy\b|\bfractions?\b|\bradiotherapy\b|\bRT\b", re.I)


@dataclass(frozen=True, slots=True)
class Regimen:
    """Drugs that were given (or are planned, or denied) together.

    Attributes:
        start: Where the drugs' names begin in the reading's text.
        end: One past their end.
        agents: Generic names in the order of the text.
        by: The mention that qualifies it.
        qualifiers: Its qualifiers, read by the cues on treatment.
        sentence: Number of the sentence it stands in.
        line: 1, 2, … where the note says it.
        setting: palliative, adjuvant, neoadjuvant, definitive, or None.
        maintenance: Whether it is a maintenance therapy.
        other_tumour: Whether it treats another cancer than that of the lung.
        begun: When the first dose was given, as precisely as the note has it.
        ended: When the last dose was given.
        stopped: Whether the note says that it was stopped.
        doses: Days of a plain list of doses ("given 1 May, 22 May and 12 June").
        marks: Places of the words that gave line and setting.
    """

    start: int
    end: int
    agents: tuple[str, ...]
    by: Mention
    qualifiers: Qualifiers
    sentence: int
    line: int | None = None
    setting: str | None = None
    maintenance: bool = False
    other_tumour: bool = False
    begun: PartialDate | None = None
    ended: PartialDate | None = None
    stopped: bool = False
    doses: tuple[DateMention, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def given(self) -> bool:
        """Whether it is told as given to the patient."""
        return (
            self.qualifiers.assertion is Assertion.AFFIRMED
            and self.qualifiers.experiencer is Experiencer.PATIENT
            and self.qualifiers.temporality is not Temporality.PLANNED
        )


def treated(reading: Reading, mention: Mention) -> Qualifiers:
    """The qualifiers of a mention of treatment.

    "No progression on osimertinib" and "suspicious lesion after four cycles" say nothing against the
    treatment: the general negations and doubts count only where the cues on treatment repeat them.
    """
    section = reading.sentences[mention.sentence].section
    cues = set(mention.qualifiers.cues) - {"NEGATED", "POSSIBLE"}
    if "NOT_GIVEN" in cues:
        cues.add("NEGATED")
    if "THERAPY_DOUBT" in cues:
        cues.add("POSSIBLE")
    found = qualify(cues, section.qualifies if section else {})
    if found.temporality is Temporality.CURRENT and found.assertion is Assertion.AFFIRMED and _only_planned(reading, mention):
        return replace(found, temporality=Temporality.PLANNED)
    return found


def _only_planned(reading: Reading, mention: Mention) -> bool:
    """Whether a plan names the treatment without saying that it goes on."""
    sentence = reading.sentences[mention.sentence]
    text = reading.sentence_text(mention.sentence)
    in_plan = sentence.section is not None and sentence.section.name == "plan"
    if not (in_plan or _PLAN_HEAD.match(text)):
        return False
    before = text[: mention.start - sentence.start]
    return not (_ONGOING.search(text) or re.search(r"\b(?:on|after|since|post|s/p|following|completed|received)\b", before, re.I))


def regimens(reading: Reading) -> list[Regimen]:
    """All regimens of a note, in order, with what stands around them."""
    groups = [group for number in range(len(reading.sentences)) for group in _groups(reading, number)]
    groups = _with_lines(reading, groups)
    groups = _with_settings(reading, groups)
    return [_with_dates(reading, group, groups) for group in groups]


def _agents(mention: Mention) -> tuple[str, ...]:
    if mention.category != DRUG:
        return ()
    name = next(iter(mention.groups), "")
    parts = mention.value.get("parts")
    if parts:
        return tuple(parts[name])
    if name == "unlisted":
        return (mention.text.lower(),)
    return (name.replace("__", "-").replace("_", " "),)


def _distinct(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions without those that lie inside a longer one."""
    end = -1
    for mention in mentions:
        if mention.start >= end:
            yield mention
            end = mention.end


def _groups(reading: Reading, number: int) -> Iterator[Regimen]:
    named = [m for m in _distinct(reading.in_sentence(number, DRUG, THERAPY)) if not _benign(reading, m)]
    section = reading.sentences[number].section
    if not named or (section is not None and section.name == "allergies"):
        return
    run: list[Mention] = []
    for mention in named:
        if run and not _joined(reading.text[run[-1].end : mention.start], run[-1], mention):
            yield _regimen(reading, run)
            run = []
        run.append(mention)
    yield _regimen(reading, run)


def _joined(between: str, first: Mention, second: Mention) -> bool:
    if len(between) > 60:
        return False
    pattern = _AFTER_THERAPY if first.category == THERAPY else _BETWEEN
    if first.category == DRUG and second.category == THERAPY:
        return re.fullmatch(r"[ ]?[+/&(-]?[ ]?(?:based |and |plus |with )?", between) is not None
    return pattern.fullmatch(between) is not None


def _benign(reading: Reading, mention: Mention) -> bool:
    """Whether a drug that is also given for other diseases is given for one of them here."""
    text = reading.sentence_text(mention.sentence)
    if mention.value.get("use") == "also_benign":
        if reading.in_sentence(mention.sentence, "BENIGN_USE"):
            return True
        others = [m for m in reading.in_sentence(mention.sentence, DRUG) if m.value.get("use") != "also_benign"]
        return not others and not re.search(r"\b(?:chemo\w*|cycles?|lymphoma|high[- ]dose|intrathecal|cancer|ca)\b", text, re.I)
    if "bevacizumab" in mention.groups or "aflibercept" in mention.groups:
        return re.search(r"\b(?:intravitreal|eye|macular|retin\w+)\b", text, re.I) is not None
    return re.search(r"\bintrathecal\b", text, re.I) is not None and "pemetrexed" not in mention.groups


def _regimen(reading: Reading, run: Sequence[Mention]) -> Regimen:
    agents = tuple(dict.fromkeys(agent for mention in run for agent in _agents(mention)))
    by = next((mention for mention in run if mention.category == DRUG), run[0])
    drugs = [mention for mention in run if mention.category == DRUG]
    foreign = bool(drugs) and all(mention.value.get("use") in ("other", "also_benign") for mention in drugs)
    text = reading.sentence_text(by.sentence)
    if not foreign and reading.in_sentence(by.sentence, "OTHER_TUMOUR"):
        foreign = re.search(r"\b(?:lung|nsclc|sclc|bronch\w+|pulmonary)\b", text, re.I) is None
    return Regimen(
        start=run[0].start,
        end=run[-1].end,
        agents=agents,
        by=by,
        qualifiers=treated(reading, by),
        sentence=by.sentence,
        other_tumour=foreign,
    )


def _line_of(mention: Mention) -> int | None:
    if mention.value.get("counted"):
        words = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
        text = mention.groups["lines"].lower()
        return words.get(text) or (int(text) if text.isdigit() and int(text) < 8 else None)
    line: int = mention.value["line"]
    return line


def _with_lines(reading: Reading, groups: Sequence[Regimen]) -> list[Regimen]:
    found = list(groups)
    for mention in reading.of(LINE):
        index = _owner(reading, mention, found, _NEAR_LINE)
        if index is not None and (found[index].line is None or "salvage" in reading.text[slice(*found[index].marks[-1])].lower()):
            group = found[index]
            found[index] = replace(group, line=_line_of(mention), marks=(*group.marks, (mention.start, mention.end)))
    return found


def _owner(reading: Reading, mention: Mention, groups: Sequence[Regimen], near: int) -> int | None:
    """The regimen that a word such as "first-line" or "adjuvant" belongs to."""
    sentence = reading.sentences[mention.sentence]
    inside = [i for i, g in enumerate(groups) if g.sentence == mention.sentence]
    within = [i for i in inside if groups[i].start <= mention.start < groups[i].end]
    if within:
        return within[0]
    before = [i for i in inside if groups[i].end <= mention.start]
    after = [i for i in inside if groups[i].start >= mention.end]
    gap_before = reading.text[groups[before[-1]].end : mention.start] if before else None
    gap_after = reading.text[mention.end : groups[after[0]].start] if after else None
    if gap_after is not None and (len(gap_after) > near or _STRONG_STOP.search(gap_after)):
        gap_after = None
    if gap_before is not None and len(gap_before) > near + 90:
        gap_before = None
    if gap_before is not None and _STRONG_STOP.search(gap_before) and gap_after is not None:
        gap_before = None
    if gap_after is not None and gap_before is not None:
        closes = re.match(r"[ ]*(?:[,.;)]|$|\n)", reading.text[mention.end : sentence.end]) is not None
        opens = re.search(r"(?:[,;.]|^|\band)[ ]*$", gap_before) is not None
        return before[-1] if closes or (not opens and len(gap_before) < len(gap_after)) else after[0]
    if gap_after is not None:
        return after[0]
    if gap_before is not None:
        return before[-1]
    return _neighbour(reading, mention, groups)


def _neighbour(reading: Reading, mention: Mention, groups: Sequence[Regimen]) -> int | None:
    """The regimen of the line next to a heading ("1st line:") or behind which a line word stands alone."""
    sentence = reading.sentences[mention.sentence]
    rest = (reading.text[sentence.start : mention.start] + reading.text[mention.end : sentence.end]).strip(" .:;()-*")
    if len(rest) > 40:
        return None
    following = [i for i, g in enumerate(groups) if g.sentence == mention.sentence + 1]
    if following and (sentence.heading or reading.sentence_text(mention.sentence).rstrip().endswith(":")):
        return following[0]
    previous = [i for i, g in enumerate(groups) if g.sentence == mention.sentence - 1]
    if previous and not rest and reading.sentences[mention.sentence - 1].block == sentence.block:
        return previous[-1]
    return None


def _with_settings(reading: Reading, groups: Sequence[Regimen]) -> list[Regimen]:
    found = list(groups)
    for mention in reading.of(SETTING):
        if mention.value.get("maintenance"):
            index = _maintained(reading, mention, found)
            if index is not None:
                group = found[index]
                found[index] = replace(group, maintenance=True, marks=(*group.marks, (mention.start, mention.end)))
            continue
        setting = mention.value["setting"]
        if setting == "definitive":
            found = [_radical(reading, mention, group) for group in found]
            continue
        index = _owner(reading, mention, found, _NEAR_SETTING)
        if index is not None and found[index].setting is None:
            group = found[index]
            found[index] = replace(group, setting=setting, marks=(*group.marks, (mention.start, mention.end)))
    radical = any(group.setting == "definitive" and group.given for group in found) or any(
        m.value.get("setting") == "definitive" and m.qualifiers.temporality is not Temporality.PLANNED
        and m.qualifiers.assertion is Assertion.AFFIRMED and m.qualifiers.experiencer is Experiencer.PATIENT
        for m in reading.of(SETTING)
    )
    if radical:  # durvalumab alone, in a patient who had chemoradiotherapy, is its consolidation
        found = [
            replace(group, setting="definitive") if group.agents == ("durvalumab",) and group.line is None and group.setting is None else group
            for group in found
        ]
    return found


def _maintained(reading: Reading, mention: Mention, groups: Sequence[Regimen]) -> int | None:
    """The regimen right beside the word "maintenance"."""
    best: tuple[int, int] | None = None
    for index, group in enumerate(groups):
        if group.sentence != mention.sentence:
            continue
        if group.end <= mention.start:
            gap = reading.text[group.end : mention.start]
        elif group.start >= mention.end:
            gap = reading.text[mention.end : group.start]
        else:
            return index
        limit = 26 if group.start >= mention.end else 16
        if len(gap) <= limit and not re.search(r"[.;]|\bthen\b|followed by|\bx ?\d|\bC\d|cycles", gap):
            distance = len(gap)
            if best is None or distance < best[0]:
                best = (distance, index)
    return best[1] if best else None


def _radical(reading: Reading, mention: Mention, group: Regimen) -> Regimen:
    """Chemotherapy that is given with radical radiotherapy told in the same sentence."""
    if group.sentence != mention.sentence or group.line is not None or group.setting is not None:
        return group
    before = reading.text[group.end : mention.start] if group.end <= mention.start else reading.text[mention.end : group.start]
    if re.search(r"\b(?:then|followed by|now|recurr\w+|relaps\w+)\b", before, re.I) or len(before) > 110:
        return group
    intent = reading.text[mention.start : mention.end].lower()
    if "intent" in intent and not _RADIO.search(reading.sentence_text(group.sentence)):
        return group
    return replace(group, setting="definitive", marks=(*group.marks, (mention.start, mention.end)))


# ---- dates


def _zone(reading: Reading, group: Regimen, groups: Sequence[Regimen]) -> tuple[int, int]:
    """The stretch of the sentence that tells of this regimen and of no other."""
    sentence = reading.sentences[group.sentence]
    previous = max((g.end for g in groups if g.sentence == group.sentence and g.end <= group.start), default=sentence.start)
    following = min((g.start for g in groups if g.sentence == group.sentence and g.start >= group.end), default=sentence.end)
    end = following
    number = group.sentence + 1
    while end == sentence.end and number < len(reading.sentences):
        # "Pembrolizumab 400 mg. Given 12.08.24, 23.09.24." and the lines of a list of doses
        further = reading.sentences[number]
        if further.line != sentence.line and further.block != sentence.block:
            break
        if any(g.sentence == number for g in groups) or not _DOSE_LINE.match(reading.sentence_text(number)):
            break
        end = further.end
        sentence = further
        number += 1
    return previous, end


_DOSE_LINE = re.compile(r"[ ]*(?:[-*•]?[ ]*)(?:given|doses?|cycles?|C ?\d|#|administered|start\w*|commenced|first dose|last dose|infusions?|\d{1,2}/\d{1,2}(?:/\d{2,4})?[ :,]*(?:C ?\d|#|dose|cycle))", re.I)


def _with_dates(reading: Reading, group: Regimen, groups: Sequence[Regimen]) -> Regimen:
    low, high = _zone(reading, group, groups)
    dates = [m for m in reading.dates if low <= m.start and m.end <= high]
    behind = reading.text[group.end : high]
    stopped = any(low <= m.start < high and m.value.get("event") == "stop" for m in reading.of(EVENT))
    group = replace(group, stopped=stopped)
    if not dates:
        return group
    first = _first_dose(reading, group, dates, low, high)
    if first is None:
        listed = _dose_list(reading, group, dates, high)
        if listed:
            return replace(group, begun=listed[0].date, ended=listed[-1].date, doses=tuple(listed))
        return group
    begun, ended = first
    del behind
    return replace(group, begun=begun, ended=ended)


def _first_dose(reading: Reading, group: Regimen, dates: Sequence[DateMention], low: int, high: int) -> tuple[PartialDate, PartialDate | None] | None:
    text = reading.text
    for number, mention in enumerate(dates):
        before = text[max(low, mention.start - 60) : mention.start]
        following = dates[number + 1] if number + 1 < len(dates) else None
        started = _STARTS.search(before) is not None
        if started and mention.end <= group.start and not _LEAD_GAP.match(text[mention.end : group.start]) and len(text[mention.end : group.start]) > 40:
            continue
        if started and re.search(r"\b(?:decreas|increas|improv|worse|shr[iau]nk|chang|smaller|growth|reduc|stable|unchanged|report|scan|CT|PET|MRI)\w*[ ]*(?:since|from)[ ]*$", before, re.I):
            continue
        if started:
            return mention.date, following.date if following and _RANGE.match(text[mention.end : following.start]) else None
        if following and _RANGE.match(text[mention.end : following.start]) and _therapy_range(text, group, mention, following):
            return _same_year(text, mention, following), following.date
        if mention.end <= group.start and _leads(reading, group, mention):
            return mention.date, None
        if mention.start >= group.end and _RANGE_TO_NOW.match(text[mention.end : high]) and text[mention.end : high].lstrip()[:1] in "~-t>o":
            return mention.date, None
    return None


def _same_year(text: str, first: DateMention, second: DateMention) -> PartialDate:
    """The first date of "4 August to 15 September 2025", in the year that the second one has."""
    if re.search(r"\d{4}|'\d\d|[/.-]\d\d$", text[first.start : first.end]) or first.date.month is None:
        return first.date
    year = second.date.year if (first.date.month, first.date.day or 1) <= (second.date.month or 12, second.date.day or 31) else second.date.year - 1
    return replace(first.date, year=year)


def _therapy_range(text: str, group: Regimen, first: DateMention, second: DateMention) -> bool:
    """Whether "12/03/2025 to 14/05/2025" is the time of this regimen."""
    if second.end <= group.start:
        return _LEAD_GAP.match(text[second.end : group.start]) is not None
    return first.start >= group.end and first.start - group.end <= 110


def _leads(reading: Reading, group: Regimen, mention: DateMention) -> bool:
    """Whether a line begins with the date and goes on with the regimen."""
    sentence = reading.sentences[group.sentence]
    head = reading.text[sentence.start : mention.start]
    gap = reading.text[mention.end : group.start]
    if not re.fullmatch(r"[ ]*(?:[-*•>]+[ ]*|\(?\d{1,2}[.)][ ]+|on[ ]|in[ ])?(?:\w{3,9}[ ]?-[ ]?)?", head, re.I):
        return False
    number = re.search(r"(?:\bC ?|#|cycle |dose |maint\w* #?)(\d{1,2})", gap, re.I)
    if number and int(number[1]) != 1:
        return False
    return _LEAD_GAP.match(gap) is not None


def _dose_list(reading: Reading, group: Regimen, dates: Sequence[DateMention], high: int) -> list[DateMention]:
    """At least two days that follow the regimen as a list: the days of its doses."""
    listed: list[DateMention] = []
    for mention in dates:
        if mention.start < group.end or mention.date.full is None:
            continue
        gap = reading.text[listed[-1].end if listed else group.end : mention.start]
        if listed:
            if not re.fullmatch(r"[ ]*(?:,|;|and|&|,[ ]?and|/|\+|\n[ -]*)[ ]*", gap):
                break
        elif not re.search(r"(?:\b(?:on|given|administered|doses?|infusions?|cycles?|dates?)[ ]*[:(]?[ ]*)$", gap, re.I) or len(gap) > 90:
            return []
        listed.append(mention)
    return listed if len(listed) > 1 else []


def as_of(reading: Reading, sentence: int) -> date | None:
    """The day on which a sentence is told: that of the note."""
    del sentence
    return reading.note.note_date
