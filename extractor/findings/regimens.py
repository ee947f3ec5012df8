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

from extractor.language.assertion import qualify
from extractor.language.dates import DateMention, PartialDate, find_dates
from extractor.language.reading import Mention, Reading, remembered
from extractor.records import Assertion, Experiencer, Qualifiers, Temporality

# fmt: off
_CARDINALS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
    "ninth", "tenth", "eleventh", "twelfth",
)
# fmt: on
DRUG, THERAPY, LINE, SETTING, EVENT = "DRUG", "THERAPY", "THERAPY_LINE", "THERAPY_SETTING", "THERAPY_EVENT"
NUMBERS = {
    **dict(zip(_CARDINALS, range(1, 21), strict=True)),
    **dict(zip(_ORDINALS, range(1, 13), strict=True)),
    "single": 1,
    "a single": 1,
}
"""How many cycles or months a word says, and which cycle."""
CUE, OTHER_TUMOUR = "TREATMENT_CUE", "OTHER_TUMOUR"

_DOSE = (
    r"(?:\(?AUC ?=? ?\d(?:[.,]\d)?\)?|\d[\d.,]* ?(?:mg|g|mcg|AUC)(?:/(?:m2|m²|kg|sqm|d|day))?|"
    r"\d{1,3} ?%|(?:60|75|80|100|175|200|500)(?![\d.]|/\d)|"
    r"\d{2,4}(?= (?:q ?\d|mg|flat))|q ?\d ?-?(?:w|wk|weeks?|d)?|q2[18]d?|\d?-?weekly|every \d weeks|[23]-weekly|"
    r"three-weekly|IV|i\.v\.|SC|s\.c\.|subcutaneous(?:ly)?|PO|p\.o\.|orally|daily|OD|BD|BID|"
    r"bd|od|qd|d[18](?:[ ,+/]+(?:d?8|d?15))*|"
    r"day 1|monthly|flat dose|full dose|low[- ]dose|dose[- ]reduced|dose)"
)
_JOIN = (
    r"(?:,|/|\+|&|;(?= ?(?:pem|carbo|cis|pacli))|-|\(|\)|:|and|plus|with|w/|"
    r"in combination with|combined with|together with|combination of|combination|"
    r"Inj\.?|Tab\.?|T\.|Cap\.?|inf\.?|biosimilar|\+ ?(?:2|two) cycles(?: of)?|"
    r"\((?:switched|changed|swapped)(?: over)? to|(?:changed |"
    r"switched )?(?:from|as of|since) (?:C|cycle |course )\d(?: on(?:wards)?)?|then from (?:C|"
    r"cycle )\d|"
    r"concurrent(?:ly)?|concomitant|weekly|based|double|triple|quadruple|regimen|of|platinum|"
    r"taxane|treatment|therapy|using|consisting of|namely|i\.e\.|e\.g\.)"
)
_BETWEEN = re.compile(rf"(?:[ ]*(?:{_DOSE}|{_JOIN})){{0,12}}[ ]*", re.I)
_AFTER_THERAPY = re.compile(
    rf"(?:[ ]*(?:{_DOSE}|{_JOIN}|(?:19|20)\d\d|\d{{1,2}}/(?:20)?\d\d|in|was|given|started|as|"
    rf"x ?\d|\d cycles(?: of)?)){{0,8}}[ ]*",
    re.I,
)
_NEAR_LINE = 70
_NEAR_SETTING = 60
_STRONG_STOP = re.compile(r";|\bthen\b|followed by|[.] (?=[A-Z])|(?<!-)->|>>|\bnow\b", re.I)
_STARTS = re.compile(
    r"(?:\b(?:start(?:ed|s|ing)?|commenc(?:ed|es|ing|ement)|began|begun|begin(?:ning)?|"
    r"initiated|initiation|since|from|as of|first (?:dose|infusion|cycle)|1st (?:dose|"
    r"infusion|cycle|#)|first #|"
    r"switched|dose 1|cycle 1|C ?1(?: ?D ?1)?|#1|1#|C1/D1|day (?:1|one)|introduc(?:ed|tion)|got going|kicked off|"
    r"underway|embarked|1st|started off)"
    r"(?: (?:on|in|of|date|was|given|dose|it|treatment|therapy|him|her|the|this|with|again|"
    r"back|to|at|taking))*(?:[ ]?\d+ ?mg)?[ :=(,-]*(?:on |in )?(?:(?:late|early|mid)[ -])?|"
    r"\b(?:start date|date of start|date started|D1|day 1 of treatment)[ ]?[:=]?[ ]*)$",
    re.I,
)
_RANGE = re.compile(r"^[ ]*(?:-{1,2}|to|until|till|through|thru|bis|~|>|and last|up to)[ ]*$", re.I)
_RANGE_TO_NOW = re.compile(
    r"^[ ]*(?:-{1,2}|to|until|~|>|onwards?)[ ]*(?:now|present|today|date|ongoing|current\w*|"
    r"\.\.\.|[,.;)]|$)",
    re.I,
)
_LEAD_GAP = re.compile(
    rf"^(?:[ ]|[:|,()>~-]|-{{1,2}}|start(?:ed|s)?(?: of| on| with)?|began|begun|commenced|"
    rf"initiat\w+|of|on|with|the|first|C ?1(?: ?D ?1)?|#1|cycle 1|dose 1|treatment|therapy|"
    rf"1st|1L|first[- ]line|frontline|front[- ]line|upfront|second[- ]line|2nd[- ]line|2L|"
    rf"third[- ]line|3L|line|palliative|adjuvant|neoadjuvant|given|received|{_DOSE}|Inj\.?|"
    rf"Tab\.?|T\.|Cap\.?|L[1-3]|\d{{1,2}}[-/.]\d{{1,2}}|[\"“”']|treated|according to|acc\.? to|as per|per|scheme|schema|schedule|protocol|as|oral|daily|"
    rf"the patient|patient|pt\.?|he|she|was|is|has been|been|had|has|have|undergo\w*|underwent|put|a|in|by|regimen|"
    r"cis-?|systemic|combination|chemo\w*|now|switch(?:ed)? to|changed? to|onwards|"
    r"\d cycles(?: of)?|x ?\d|\d x|concurrent|weekly|platinum|doublet|immuno\w*|induction|"
    r"maintenance|maint\.?|IV|option|\d\))*$",
    re.I,
)
_ONGOING = re.compile(
    r"\b(?:continu\w*|cont\.?|carry on|remain\w* on|stays? on|ongoing|proceed\w*|resum\w+|"
    r"restart\w*|now on|currently on|tolerat\w+|today|no change to|unchanged|increase|"
    r"reduce\w*|keep|hold|held|stop\w*|discontinue\w*|meanwhile|given)\b",
    re.I,
)
_CUE_ENDS = re.compile(
    r";|\bbut\b|\bhowever\b|\balthough\b|\bwhile\b|\bthen\b|[.] (?=[A-Z])|\b(?:now|currently|"
    r"today|therefore|hence|thus|consequently)\b|\binstead\b(?! of)|(?:,|\band) so\b|"
    r"\bso (?:\w+ )?(?:got|had|was|were|has|have|received|started|commenced|given|went|put|treated|we|on)\b|"
    r"(?:->|→|=>)|, (?:and )?(?:was |were |has |had )?(?:been )?(?:received|receives|got|gets|given|treated|gave|chose|"
    r"underwent|put on|managed|commenced|proceeded)\b|\b(?:he|she|they|we|patient|pt|who)[ ](?:\w+[ ])?(?:got|gave|"
    r"received|had|given|opted for|chose|switched to|started|commenced|used)\b",
    re.I,
)
_SAID_BEFORE = re.compile(
    r"^[ ](?:\w+[ ]){0,2}(?:funded|offered|available|affordable|approved|reimbursed|covered|suitable|appropriate|"
    r"indicated|recommended|an option|done|wanted|given|started|tolerated|possible|feasible|eligible|fit|a candidate|"
    r"candidate|operable|resectable|mutated|detected|found|present)(?: for [^,]{1,30})?,[ ]*(?:\w+[ ]){0,2}$",
    re.I,
)
"""What "not" in front of it denies before a comma: "not funded, nivolumab alone given"."""
_UNDER_THERAPY = re.compile(
    r"\b(?:after|since|under|during|following|post|s/p|despite|because of|related to|from|by|"
    r"(?<!treated )(?<!managed )with|"
    r"(?<!declined )(?<!refused )(?<!willing )(?<!yet )(?<!want )(?<!wish )to|in|"
    r"(?<!started )(?<!put )(?<!been )(?<!yet )on|through|between|for metastatic)\b|"
    r",[^,]{0,20}\b(?:received|had|completed|given|was|is)\b|, (?=\w+ (?:cycles|doses))",
    re.I,
)
_PLANNED_START = re.compile(
    r"(?:\bwill|'ll|\bto|\bplan\w*|\bgoing to|\bdue to|\bexpected to|\bbooked to|"
    r"\bhopes? to)[ ](?:\w+ )?(?:start|begin|commence|be started)\w*(?: on| in)?[ ]*$|"
    r"\bstarts(?: on)?[ ]*$",
    re.I,
)
_PLAN_HEAD = re.compile(
    r"^[ ]*(?:[-*#\d.) ]*)(?:plan|p|recommendation|proposal|proposed (?:treatment|therapy)|"
    r"decision)[ ]?[:=-]",
    re.I,
)
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
    cues |= {cue.value["says"] for cue in reading.in_sentence(mention.sentence, CUE) if _reaches(reading, cue, mention)}
    found = qualify(cues, section.qualifies if section else {})
    if found.temporality is Temporality.PLANNED and (
        _goes_on(reading, mention)
        or _part_done(reading, mention)
        or _was_used(reading, mention)
        or _received(reading, mention)
    ):
        return replace(found, temporality=Temporality.CURRENT)
    if (
        found.temporality is Temporality.CURRENT
        and found.assertion is Assertion.AFFIRMED
        and _only_planned(reading, mention)
    ):
        return replace(found, temporality=Temporality.PLANNED)
    return found


def _reaches(reading: Reading, cue: Mention, mention: Mention) -> bool:
    """Whether a cue on treatment speaks of this mention: near enough, and nothing between that ends it."""
    if cue.value["side"] == "behind":
        between = reading.text[cue.end : mention.start]
        near = cue.end <= mention.start and len(between) <= cue.value["reach"]
    else:
        between = reading.text[mention.end : cue.start]
        near = mention.end <= cue.start and len(between) <= cue.value["reach"]
    if cue.value["says"] == "NEGATED" and cue.value["side"] == "behind" and _SAID_BEFORE.match(between):
        return False
    if not near or _CUE_ENDS.search(between) or (cue.value["side"] == "before" and "(" in between):
        return False
    if cue.value["says"] == "NEGATED" and re.search(r"\band\b", between):
        low, high = sorted((cue.start, mention.start))
        if not reading.within(low, high, DRUG, THERAPY):
            return False
    if cue.value["side"] == "before" and _NAMES_FAILURE.search(cue.text) and _next_drug(reading, cue):
        return False
    if cue.value["says"] == "POSSIBLE" and re.search(r"\b(?:cycles?|courses?|doses?)\b", between, re.I):
        return False
    return cue.value["says"] not in ("NEGATED", "POSSIBLE") or _UNDER_THERAPY.search(between) is None


_NAMES_FAILURE = re.compile(r"progress|relapse|\bPD\b", re.I)


def _next_drug(reading: Reading, cue: Mention) -> bool:
    """Whether a drug follows at once: "crizotinib, upon PD alectinib" tells what came next, not a condition."""
    following = reading.within(cue.end, cue.end + 45, DRUG)
    return (
        bool(following)
        and re.fullmatch(r"[ ]*[,:]?[ ]*(?:\w+[ ]){0,2}", reading.text[cue.end : following[0].start]) is not None
    )


_CONTINUE = re.compile(
    r"\b(?:continu\w*|cont\.?|carry on|carries on|remain\w* on|stays? on|keep on|proceed|proceeding|resum\w+)"
    r"(?: (?:with|the|same|current|his|her|on|first-line|1L|maintenance|daily))*[ ]$",
    re.I,
)


def _goes_on(reading: Reading, mention: Mention) -> bool:
    """Whether a plan is to go on with the treatment ("Plan: continue osimertinib")."""
    sentence = reading.sentences[mention.sentence]
    return _CONTINUE.search(reading.text[sentence.start : mention.start]) is not None


_PART_DONE = re.compile(
    r"\b(?:\d{1,2}|one|two|three|four|five|six)[ ](?:out )?of[ ](?:(?:the|a|an|his|her)[ ])?"
    r"(?:planned|scheduled|intended)[ ](?:\d{1,2}|\w+)?[ ]?(?:\w+[ ]){0,3}$",
    re.I,
)


def _part_done(reading: Reading, mention: Mention) -> bool:
    """Whether what was planned is partly done ("3 of the intended 4 courses of carboplatin")."""
    sentence = reading.sentences[mention.sentence]
    return _PART_DONE.search(reading.text[max(sentence.start, mention.start - 70) : mention.start]) is not None


_RECEIVED = re.compile(
    r"(?:[,;]|\b(?:he|she|they|patient|pt|and|but|so|therefore|thus))[ ](?:has |had |have |was |were |been |then )*"
    r"(?:received|got|underwent|completed|tolerated|treated with|given)[ ](?:[\w-]+[ ]){0,3}$",
    re.I,
)
_AFTER_START = re.compile(
    r"\b(?:after|since|following|post|upon) (?:(?:the|her|his) )?(?:starting|commencing|initiating|beginning|start of|"
    r"commencement of|initiation of)(?: \w+){0,2}[ ]$",
    re.I,
)
_USED = re.compile(
    r"[^.;]{0,30}\b(?:was|were|has been|have been) (?:then |therefore |instead )?(?:used|given|started|begun|commenced|"
    r"administered|chosen)\b",
    re.I,
)


def _received(reading: Reading, mention: Mention) -> bool:
    """Whether it is told as given right before ("not a candidate for cisplatin, received carboplatin")."""
    sentence = reading.sentences[mention.sentence]
    return _RECEIVED.search(reading.text[sentence.start : mention.start]) is not None


def _was_used(reading: Reading, mention: Mention) -> bool:
    """Whether it is told as given: "candidate for …, carboplatin was used", "four months after starting …"."""
    if _AFTER_START.search(reading.text[max(0, mention.start - 40) : mention.start]):
        return True
    return _USED.match(reading.text, mention.end, reading.sentences[mention.sentence].end) is not None


def _only_planned(reading: Reading, mention: Mention) -> bool:
    """Whether a plan names the treatment without saying that it goes on."""
    sentence = reading.sentences[mention.sentence]
    text = reading.sentence_text(mention.sentence)
    in_plan = sentence.section is not None and sentence.section.name == "plan"
    if not (in_plan or _PLAN_HEAD.match(text)):
        return False
    before = text[: mention.start - sentence.start]
    return not (
        _ONGOING.search(text)
        or re.search(r"\b(?:on|after|since|post|s/p|following|completed|received)\b", before, re.I)
    )


@remembered
def regimens(reading: Reading) -> Sequence[Regimen]:
    """All regimens of a note, in order, with what stands around them."""
    numbers = sorted({mention.sentence for mention in reading.of(DRUG, THERAPY)})
    groups = [group for number in numbers for group in _groups(reading, number)]
    groups = _with_lines(reading, groups)
    groups = _with_settings(reading, groups)
    return _later_lines(reading, _with_dates(reading, groups))


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
        if run and (not _joined(reading, run[-1], mention) or _failed_first(reading, run, mention)):
            yield _regimen(reading, run)
            run = []
        run.append(mention)
    yield _regimen(reading, run)


_FAILED_ON = re.compile(
    r"\b(?:after|following|upon|on|since|due to|because of) (?:\w+ ){0,2}(?:failure|failing|progression|progressing|(?-i:PD)|"
    r"intolerance)(?: (?:of|on|under|to|with|after|through))?[ ]*(?:\w+[ ]){0,2}$",
    re.I,
)
_UPON_FAILURE = re.compile(
    r"\b(?:after|following|upon|on|at|due to|because of|for|with) (?:\w+ ){0,2}(?:progression|(?-i:PD)|relapse|failure)"
    r"(?![ ](?:on|of|under|through|with|after|to)\b)[ ]?[,:]?[ ]*"
    r"(?:(?:he|she|they|was|switched|changed|moved|to|on|onto|then|started|we|gave|got|the|received|with)[ ]+){0,4}$",
    re.I,
)


def _failed_first(reading: Reading, run: Sequence[Mention], mention: Mention) -> bool:
    """Whether a comma ends what failed ("after progression on carboplatin/pemetrexed, docetaxel")."""
    between = reading.text[run[-1].end : mention.start]
    return "," in between and _FAILED_ON.search(reading.text[max(0, run[0].start - 45) : run[0].start]) is not None


_SWAPPED = re.compile(r",? ?\(?(?:switched|changed|swapped)(?: over)? to ", re.I)
_LATER_ON = re.compile(r" (?:from|at|after|since) (?:C ?\d|cycle|course)", re.I)


def _joined(reading: Reading, first: Mention, second: Mention) -> bool:
    between = reading.text[first.end : second.start]
    if len(between) > 60:
        return False
    pattern = _AFTER_THERAPY if first.category == THERAPY else _BETWEEN
    if first.category == DRUG and second.category == THERAPY:
        return (
            re.fullmatch(r"[ ]?[+/&(-]?[ ]?(?:based |and |plus |with )?(?:(?:2|two) cycles(?: of)? )?", between)
            is not None
        )
    if _SWAPPED.fullmatch(between) and _LATER_ON.match(reading.text[second.end : second.end + 30]):
        return True
    return pattern.fullmatch(between) is not None


def _benign(reading: Reading, mention: Mention) -> bool:
    """Whether a drug that is also given for other diseases is given for one of them here."""
    text = reading.sentence_text(mention.sentence)
    if mention.value.get("use") == "also_benign":
        if reading.in_sentence(mention.sentence, "BENIGN_USE"):
            return True
        others = [m for m in reading.in_sentence(mention.sentence, DRUG) if m.value.get("use") != "also_benign"]
        return not others and not re.search(
            r"\b(?:chemo\w*|cycles?|lymphoma|high[- ]dose|intrathecal|cancer|ca)\b", text, re.I
        )
    if re.search(r"\b(?:intravesical|instillations?|BCG|topical|cream|actinic)\b", text, re.I):
        return True
    if "bevacizumab" in mention.groups or "aflibercept" in mention.groups:
        return re.search(r"\b(?:intravitreal|eye|macular|retin\w+)\b", text, re.I) is not None
    return re.search(r"\bintrathecal\b", text, re.I) is not None and "pemetrexed" not in mention.groups


def _regimen(reading: Reading, run: Sequence[Mention]) -> Regimen:
    agents = tuple(dict.fromkeys(agent for mention in run for agent in _agents(mention)))
    by = next((mention for mention in run if mention.category == DRUG), run[0])
    drugs = [mention for mention in run if mention.category == DRUG]
    foreign = bool(drugs) and all(mention.value.get("use") in ("other", "also_benign") for mention in drugs)
    if not foreign and not any(mention.value.get("class") == "tki" for mention in drugs):
        foreign = any(_treats(reading, tumour, run) for tumour in reading.in_sentence(by.sentence, OTHER_TUMOUR))
    return Regimen(
        start=run[0].start,
        end=run[-1].end,
        agents=agents,
        by=by,
        qualifiers=treated(reading, by),
        sentence=by.sentence,
        other_tumour=foreign,
    )


def _treats(reading: Reading, tumour: Mention, run: Sequence[Mention]) -> bool:
    """Whether the drugs are told as the treatment of this other tumour."""
    if tumour.end <= run[0].start:
        between = reading.text[tumour.end : run[0].start]
        labelled = "   " in reading.text[run[0].start : run[-1].end]  # "SACT     Pembrolizumab", a line of a form
        return (
            len(between) <= 60
            and not labelled
            and re.search(r"[.;]|\b(?:lung|nsclc|sclc|bronch\w+|now|then|on)\b", between, re.I) is None
        )
    between = reading.text[run[-1].end : tumour.start]
    return re.fullmatch(r"[ ](?:\w+[ ]){0,4}for (?:\w+[ ]){0,3}", between) is not None


def line_of(mention: Mention) -> int | None:
    """The line of therapy that a mention of category :data:`LINE` tells."""
    if mention.value.get("counted"):
        text = mention.groups["lines"].lower()
        lines = NUMBERS.get(text) or (int(text) if text.isdigit() else 0)
        return lines if 0 < lines < 8 else None
    if "number" in mention.groups:
        text = mention.groups["number"].lower()
        return NUMBERS.get(text) or int(text[0])
    line: int = mention.value["line"]
    return line


def _with_lines(reading: Reading, groups: Sequence[Regimen]) -> list[Regimen]:
    found = list(groups)
    for mention in reading.of(LINE):
        index = _owner(reading, mention, found, _NEAR_LINE)
        if index is not None and (
            found[index].line is None or "salvage" in reading.text[slice(*found[index].marks[-1])].lower()
        ):
            group = found[index]
            found[index] = replace(group, line=line_of(mention), marks=(*group.marks, (mention.start, mention.end)))
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
        if not gap_before.strip() and gap_after.strip(" :-"):
            return before[-1]  # "alectinib 1L (03/2023 - 01/2025), lorlatinib 2L"
        closes = re.match(r"[ ]*(?:[,.;)]|$|\n)", reading.text[mention.end : sentence.end]) is not None
        opens = re.search(r"(?:[,;.]|^|\band)[ ]*$", gap_before) is not None
        return (
            before[-1]
            if closes
            or re.search(r"\b(?:as|in)[ ](?:a |the |his |her )?$", gap_before)
            or (not opens and len(gap_before) < len(gap_after))
            else after[0]
        )
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
    reach = 3 if "number" in mention.groups else 1  # a form has a line for each: regimen, start, line
    previous = [i for i, g in enumerate(groups) if 0 < mention.sentence - g.sentence <= reach]
    if previous and not rest and reading.sentences[groups[previous[-1]].sentence].block == sentence.block:
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
        m.value.get("setting") == "definitive"
        and m.qualifiers.temporality is not Temporality.PLANNED
        and m.qualifiers.assertion is Assertion.AFFIRMED
        and m.qualifiers.experiencer is Experiencer.PATIENT
        for m in reading.of(SETTING)
    )
    if radical:  # durvalumab alone, in a patient who had chemoradiotherapy, is its consolidation
        found = [
            replace(group, setting="definitive")
            if group.agents == ("durvalumab",) and group.line is None and group.setting is None
            else group
            for group in found
        ]
    return found


def _maintained(reading: Reading, mention: Mention, groups: Sequence[Regimen]) -> int | None:
    """The regimen right beside the word "maintenance"."""
    best: tuple[int, int] | None = None
    for index, group in enumerate(groups):
        opens_next = group.sentence == mention.sentence + 1 and _ABBREVIATED.fullmatch(
            reading.text, mention.end, max(mention.end, group.start)
        )
        if opens_next:
            return index
        if group.sentence != mention.sentence:
            continue
        if group.end <= mention.start:
            gap = reading.text[group.end : mention.start]
        elif group.start >= mention.end:
            gap = reading.text[mention.end : group.start].removeprefix(".")  # "maint. pemetrexed"
        else:
            return index
        limit = 26 if group.start >= mention.end else 16
        if len(gap) <= limit and not re.search(r"[.;]|\d \+|\bthen\b|followed by|\bx ?\d|\bC\d|cycles", gap):
            distance = len(gap)
            if best is None or distance < best[0]:
                best = (distance, index)
    return best[1] if best else None


_ABBREVIATED = re.compile(r"\.?[ ]{1,2}")
"""What stands between "maint." and the drug, where the stop was taken for the end of the sentence."""


def _radical(reading: Reading, mention: Mention, group: Regimen) -> Regimen:
    """Chemotherapy that is given with radical radiotherapy told in the same sentence."""
    if group.sentence != mention.sentence or group.line is not None or group.setting is not None:
        return group
    before = (
        reading.text[group.end : mention.start]
        if group.end <= mention.start
        else reading.text[mention.end : group.start]
    )
    if re.search(r"\b(?:then|followed by|now|recurr\w+|relaps\w+)\b", before, re.I) or len(before) > 110:
        return group
    intent = reading.text[mention.start : mention.end].lower()
    if "intent" in intent and not _RADIO.search(reading.sentence_text(group.sentence)):
        return group
    return replace(group, setting="definitive", marks=(*group.marks, (mention.start, mention.end)))


def _later_lines(reading: Reading, groups: Sequence[Regimen]) -> list[Regimen]:
    """Number the regimens whose line the note shows without saying it.

    What is given after another regimen has failed is of the next line when the two share no agent:
    where progression is told between them, or where docetaxel follows a platinum or an antibody.
    The same agents told again are of the same line.
    """
    found = list(groups)
    known: list[Regimen] = []
    for index, group in enumerate(found):
        if (
            not (group.given and group.agents)
            or group.other_tumour
            or group.setting in ("adjuvant", "neoadjuvant", "definitive")
        ):
            continue
        same = next(
            (g for g in known if set(g.agents) == set(group.agents) and g.maintenance == group.maintenance), None
        )
        if group.line is None and same is not None:
            group = replace(group, line=same.line)
        elif group.line is None and (failed := _after_failure(reading, found, index)) is not None:
            group = replace(group, line=(failed.line or 1) + 1)
        elif (group.line is None and known and not group.maintenance and _upon_failure(reading, known[-1], group)) or (
            group.line is None and known and not group.maintenance and _next_line(reading, known[-1], group)
        ):
            group = replace(group, line=(known[-1].line or 1) + 1)
        found[index] = group
        if same is None or group.line != same.line:
            known.append(group)
    return found


def _after_failure(reading: Reading, groups: Sequence[Regimen], index: int) -> Regimen | None:
    """The regimen on which the disease progressed before this one ("sotorasib after progression on …")."""
    if index + 1 >= len(groups) or groups[index + 1].sentence != groups[index].sentence:
        return None
    between = reading.text[groups[index].end : groups[index + 1].start]
    return groups[index + 1] if len(between) <= 90 and _AFTER_FAILURE.search(between) else None


def _upon_failure(reading: Reading, before: Regimen, group: Regimen) -> bool:
    """Whether new drugs are told right behind the failure of those before ("upon PD alectinib")."""
    if group.sentence != before.sentence or set(before.agents) & set(group.agents):
        return False
    start = reading.sentences[group.sentence].start
    between = reading.text[before.end : group.start]
    failed_before = _FAILED_ON.search(reading.text[start : before.start]) and re.match(
        r"[ ]?(?:,|(?:he|she|they|the patient|patient|pt|we)\b)", between
    )
    return bool(failed_before) or _UPON_FAILURE.search(between) is not None


_AFTER_FAILURE = re.compile(
    r"\b(?:after|following|post|on|upon|due to|because of|for|"
    r"since) (?:\w+ ){0,2}(?:progress\w+|(?-i:PD)|failure) (?:on|of|under|after|with|to|"
    r"through)(?: \w+){0,2}[ ]*$",
    re.I,
)


def _next_line(reading: Reading, before: Regimen, group: Regimen) -> bool:
    if set(before.agents) & set(group.agents):
        return False
    if (
        _MOVED_FROM.search(reading.text[max(0, before.start - 40) : before.start])
        and _MOVED_TO.fullmatch(reading.text[before.end : group.start])
        and _FAILED.search(reading.text[max(0, before.start - 60) : group.end + 60])
        and not _NOT_FAILED.search(reading.text[max(0, before.start - 60) : group.end + 60])
    ):
        return True
    if not (group.begun or _SWITCHED.search(reading.text[max(before.end, group.start - 40) : group.start])):
        return False
    if before.begun and group.begun and group.begun.earliest < before.begun.earliest:
        return False
    if _FAILED.search(reading.text[group.end : group.end + 60].split(".")[0]) and _SWITCHED.search(
        reading.text[max(before.end, group.start - 40) : group.start]
    ):
        return _NOT_FAILED.search(reading.text[group.end : group.end + 60]) is None
    if "docetaxel" in group.agents and len(group.agents) <= 2 and before.line in (None, 1):
        return True
    between = reading.text[before.end : group.start]
    return len(between) <= 400 and _FAILED.search(between) is not None and _NOT_FAILED.search(between) is None


_MOVED_FROM = re.compile(r"\b(?:switch\w*|chang\w+|moved|converted)[ ](?:over[ ])?from[ ](?:\w+[ -]){0,3}$", re.I)
_MOVED_TO = re.compile(r"[^.;]{0,25}[ ]to[ ](?:\w+[ -]){0,3}", re.I)
_SWITCHED = re.compile(
    r"\b(?:switch\w*|chang\w+|then|now|started|commenced|followed by|"
    r"moved on)[ ](?:\w+[ ]){0,2}$",
    re.I,
)
_FAILED = re.compile(
    r"\b(?:progress(?:ed|ion|ive disease|ing)|(?-i:PD|iCPD)|relapsed|failed|failure|"
    r"refractory)\b",
    re.I,
)
_NOT_FAILED = re.compile(
    r"\b(?:no|without|not|never|free)\b[^.;]{0,25}progress|progress\w*[ -]free|"
    r"pseudo-?progress\w*|(?-i:PD)-L1",
    re.I,
)


# ---- dates


def _zone(reading: Reading, group: Regimen, groups: Sequence[Regimen]) -> tuple[int, int]:
    """The stretch of the sentence that tells of this regimen and of no other."""
    sentence = reading.sentences[group.sentence]
    previous = max(
        (g.end for g in groups if g.sentence == group.sentence and g.end <= group.start), default=sentence.start
    )
    following = min(
        (g.start for g in groups if g.sentence == group.sentence and g.start >= group.end), default=sentence.end
    )
    end = following
    number = group.sentence + 1
    while end == sentence.end and number < len(reading.sentences):
        # "Pembrolizumab 400 mg. Given 12.08.24, 23.09.24." and the lines of a list of doses
        further = reading.sentences[number]
        if further.line != sentence.line and further.block != sentence.block:
            break
        text = reading.sentence_text(number)
        if any(g.sentence == number for g in groups):
            break
        if not (_DOSE_LINE.match(text) or (further.line == sentence.line and _FORM_FIELD.match(text))):
            break
        end = further.end
        sentence = further
        number += 1
    return previous, end


_DOSE_LINE = re.compile(
    r"[ ]*(?:[-*•|]?[ ]*)(?:given|doses?|cycles?|C ?\d|#|administered|start\w*|commenced|day ?(?:1|one)\b|D1\b|1st |"
    r"first dose|last dose|infusions?|\d{1,2}/\d{1,2}(?:/\d{2,4})?[ :,]*(?:C ?\d|#|dose|"
    r"cycle))",
    re.I,
)


_FORM_FIELD = re.compile(
    r"[ ]*(?:goal|intent|aim|line|dose|setting|freq\w*|schedule|regimen|indication|status|route)\b[\w ]{0,20}:", re.I
)
"""A field of a form that stands between a regimen and the day of its first dose."""
_NEIGHBOURS = 40
"""So many regimens around one may share its sentence or its list of doses."""


def _with_dates(reading: Reading, groups: Sequence[Regimen]) -> list[Regimen]:
    found: list[Regimen] = []
    taken = -1
    for number, group in enumerate(groups):
        around = groups[max(0, number - _NEIGHBOURS) : number + _NEIGHBOURS]
        low, high = _zone(reading, group, [g for g in around if g.agents or g.given])
        dates = [mention for mention in dates_beside(reading, low, high) if mention.start > taken]
        dated = _dated(reading, group, dates, low, high)
        if dated.begun is not None and dates:
            taken = max((m.start for m in dates if m.date in (dated.begun, dated.ended)), default=taken)
        found.append(dated)
    return found


def _stops(between: str | None) -> bool:
    """Whether what stands between "stopped" and a drug leaves them together ("stopped the pembrolizumab")."""
    return between is not None and len(between) <= 15 and re.search(r"[.,;]", between) is None


def _dated(reading: Reading, group: Regimen, dates: Sequence[DateMention], low: int, high: int) -> Regimen:
    stopped = any(
        m.value.get("event") == "stop"
        and (group.end <= m.start < high or _stops(reading.text[m.end : group.start] if m.end <= group.start else None))
        for m in reading.of(EVENT)
    )
    group = replace(group, stopped=stopped)
    if any(
        _PLANNED_START.search(reading.text[max(low, m.start - 40) : m.start]) and m.start >= group.end for m in dates
    ):
        return _planned(reading, group, _first_dose(reading, group, dates, low, high))
    first = _first_dose(reading, group, dates, low, high)
    if first is not None and not group.given and group.qualifiers.assertion is not Assertion.NEGATED:
        # What began on a full day that lies behind was given, whatever word of planning stands near.
        told = next((m for m in dates if m.date == first[0]), None)
        past = reading.note.note_date and first[0].full and first[0].full < reading.note.note_date
        if not (told and past and re.search(r"\d{4}|/\d\d$", reading.text[told.start : told.end])):
            return _planned(reading, group, first)
        given = replace(group.qualifiers, temporality=Temporality.CURRENT, assertion=Assertion.AFFIRMED)
        group = replace(group, qualifiers=given)
    if first is not None:
        doses = () if first[1] else tuple(_dose_list(reading, group, dates, high))
        return replace(group, begun=first[0], ended=first[1], doses=doses)
    listed = _dose_list(reading, group, dates, high)
    if listed:
        return replace(group, begun=listed[0].date, ended=listed[-1].date, doses=tuple(listed))
    return group


def _planned(reading: Reading, group: Regimen, first: tuple[PartialDate, PartialDate | None] | None) -> Regimen:
    """A regimen that is planned, with the day that it is planned for, where that is yet to come."""
    group = replace(group, qualifiers=replace(group.qualifiers, temporality=Temporality.PLANNED))
    day, today = first[0] if first else None, reading.note.note_date
    return replace(group, begun=day) if day and day.full and today and day.full >= today else group


_NUMBER_SIGN = re.compile(r"(?:#|\bC|\bno\.?)[ ]?$", re.I)
_MONTHS_GIVEN = re.compile(r"[ ](?:of|on|into|under|so far|supply)\b", re.I)
_LIST_NUMBER = re.compile(r"\d{1,2}\. ?[A-Z]")


def _in_a_list(reading: Reading, text: str) -> bool:
    """Whether the "2." of "2. Feb" numbers a line: the line before or behind it has the number beside."""
    if not _LIST_NUMBER.match(text):
        return False
    number = int(text.split(".")[0])
    return re.search(rf"(?m)^[ ]*(?:{number - 1}|{number + 1})\.[ ]", reading.text) is not None


def dates_beside(reading: Reading, low: int, high: int) -> Iterator[DateMention]:
    """The dates of a stretch of text, read anew where a number before them is that of a cycle or of a list.

    In "#1 Dec 3, 2024" the day is the third of December, and "2. Feb - April" names no day.
    """
    for mention in reading.dates_within(low, high):
        text = reading.text[mention.start : mention.end]
        if text.endswith("/12") and _MONTHS_GIVEN.match(reading.text[mention.end : high]):
            continue  # "5/12 of pembrolizumab": five months
        sentence = reading.sentences[reading.sentence_at(mention.start)]
        numbered = sentence.item and mention.start == sentence.start and _in_a_list(reading, text)
        if numbered or _NUMBER_SIGN.search(reading.text[max(0, mention.start - 5) : mention.start]):
            digits = re.match(r"\d{1,2}\.?", text)
            begin = mention.start + (digits.end() if digits else 0)
            for again in find_dates(reading.text[begin : min(high, begin + 24)], reading.note.note_date, reading.order)[
                :1
            ]:
                if not reading.text[begin : begin + again.start].strip():
                    yield replace(again, start=begin + again.start, end=begin + again.end)
            continue
        yield mention


def _first_dose(
    reading: Reading, group: Regimen, dates: Sequence[DateMention], low: int, high: int
) -> tuple[PartialDate, PartialDate | None] | None:
    text = reading.text
    for number, mention in enumerate(dates):
        before = text[max(low, mention.start - 60) : mention.start]
        following = dates[number + 1] if number + 1 < len(dates) else None
        started = _STARTS.search(before) is not None and not _LATER_CYCLE.search(before)
        if started and _DAY_ONE.search(before) and _LATER_NUMBER.search(before):
            continue  # "cycle 4 carboplatin, day 1 = 27/03"
        ranged = following is not None and _RANGE.match(text[mention.end : following.start]) is not None
        last = following.end if following is not None and ranged else mention.end
        if started and mention.end <= group.start and not _LEAD_GAP.match(text[last : group.start]):
            continue
        if started and re.search(
            r"\b(?:decreas|increas|improv|worse|shr[iau]nk|chang|smaller|growth|reduc|stable|"
            r"unchanged|report|scan|CT|PET|MRI)\w*[ ]*(?:since|from)[ ]*$",
            before,
            re.I,
        ):
            continue
        if started:
            return mention.date, following.date if following and ranged else None
        if following and ranged and _therapy_range(text, group, mention, following):
            return _same_year(text, mention, following), following.date
        if (
            mention.start >= group.end
            and _STARTED_ON.search(text[max(low, group.start - 60) : group.start])
            and _ON_DAY.match(text[group.end : mention.start])
        ):
            return mention.date, None
        if mention.end <= group.start and _leads(reading, group, mention):
            return mention.date, None
        if mention.start >= group.end and _STARTED_BEHIND.match(text, mention.end, high):
            return mention.date, None
        if (
            mention.start >= group.end
            and _RANGE_TO_NOW.match(text[mention.end : high])
            and text[mention.end : high].lstrip()[:1] in "~-t>o"
        ):
            return mention.date, None
    return None


_STARTED_BEHIND = re.compile(r"[ ](?:start(?:ed)?|was started|onset)\b(?! (?:of|on|with))", re.I)
_DAY_ONE = re.compile(r"\b(?:day ?(?:1|one)|D ?1)[ :=(,-]*(?:on |in )?$", re.I)
_LATER_NUMBER = re.compile(
    r"\b(?:cycle|course|dose|C|#) ?(?:[2-9]|1\d)\b|\b(?:second|third|fourth|fifth|sixth|[2-9](?:nd|rd|th)) (?:cycle|"
    r"course|dose)\b",
    re.I,
)
_LATER_CYCLE = re.compile(
    r"\b(?:(?:second|third|fourth|fifth|sixth|[2-9](?:nd|rd|th)) (?:cycle|dose|course|"
    r"infusion)|(?:cycle|dose|course|C|#) ?(?:[2-9]|1\d)(?:/\d)?|maint\w*)[ ]?(?:was |"
    r"has )?(?:\w+ )?(?:on |since |from )?$",
    re.I,
)
_STARTED_ON = re.compile(
    r"(?:\b(?:started|starts|commenced|commences|began|begins|initiated|initiates|begun|start|got going|got started|"
    r"kicked off|introduced|embarked|put|underwent|went)|#1|\bC1|\bcycle 1|\bdose 1)(?: (?:of|on|up|onto|"
    r"with|him|her|treatment|therapy|the patient))*(?: (?:first|second|third|1st|2nd)[- ]line| 1L| 2L| palliative|"
    r" systemic| adjuvant| daily| oral| with| on| Tab\.?| Inj\.?| \w+ line)*[ ]*$",
    re.I,
)
_ON_DAY = re.compile(
    rf"^(?:[ ]|,|\(|\)|{_DOSE}|mono(?:therapy)?|alone|treatment|therapy|first[- ]line|1L|"
    rf"regimen|every 3 weeks|every three weeks|(?:three|six|3|6)[- ]weekly|"
    rf"as first[- ]line(?: therapy| treatment)?|single agent|on|in|the|mg|q3w)*$",
    re.I,
)


def _same_year(text: str, first: DateMention, second: DateMention) -> PartialDate:
    """The first date of "4 August to 15 September 2025", in the year that the second one has."""
    if re.search(r"\d{4}|'\d\d|[/.-]\d\d$", text[first.start : first.end]) or first.date.month is None:
        return first.date
    year = (
        second.date.year
        if (first.date.month, first.date.day or 1) <= (second.date.month or 12, second.date.day or 31)
        else second.date.year - 1
    )
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
    if not re.fullmatch(r"[ ]*(?:[-*•>]+[ ]*|\(?\d{1,2}[.)][ ]+|on[ ]|in[ ])?", head, re.I):
        return False
    number = re.search(r"(?:\bC ?|#|cycle |dose |maint\w* #?)(\d{1,2})", gap, re.I)
    if number and int(number[1]) != 1:
        return False
    return _LEAD_GAP.match(gap) is not None


def _dose_list(reading: Reading, group: Regimen, dates: Sequence[DateMention], high: int) -> list[DateMention]:
    """At least two days that follow the regimen as a list: the days of its doses."""
    short = _short_days(reading, group, high)
    if short:
        return short
    listed: list[DateMention] = []
    for mention in dates:
        if mention.start < group.end or mention.date.full is None:
            continue
        gap = reading.text[listed[-1].end if listed else group.end : mention.start]
        if listed:
            if not re.fullmatch(r"[ ]*(?:,|;|and|&|,[ ]?and|/|\+|\n[ -]*)[ ]*", gap):
                break
        elif (
            not re.search(
                r"(?:\b(?:on|given|administered|doses?|infusions?|cycles?|dates?)[ ]*[:(]?[ ]*|[(])$", gap, re.I
            )
            or len(gap) > 90
        ):
            continue
        listed.append(mention)
    return listed if len(listed) > 1 else []


_SHORT_DAYS = re.compile(
    r"(?<![\d./-])(?P<days>(?:\d{1,2}(?P<sep>[./-])\d{1,2}(?:(?P=sep)(?:20)?\d\d|(?P=sep))?[ ]?(?:,|;|&|/|\+|and|-)?[ ]{1,2}(?:and |& )?){1,11})"
    r"(?P<last>\d{1,2}(?P=sep)\d{1,2})(?P=sep)(?P<year>20\d\d|\d\d)(?!\d)"
)
"""Days of doses that share the year of the last one: "(20.01, 10.02, 03.03, 24.03.2025)"."""


def _short_days(reading: Reading, group: Regimen, high: int) -> list[DateMention]:
    """The doses of a list that writes the year only once, behind its last day."""
    found = _SHORT_DAYS.search(reading.text, group.end, high)
    if found is None or found.start() - group.end > 90:
        return []
    sign = found["sep"]
    lists = [(found.start("days"), m) for m in _days(sign, found["days"])]
    lists += [(found.start("last"), m) for m in _days(sign, reading.text[found.start("last") : found.end()])]
    order = reading.order
    for _, day in lists:
        order = "day_first" if int(day[1]) > 12 else "month_first" if int(day[2]) > 12 else order
    year = 0
    days: list[DateMention] = []
    for offset, day in reversed(lists):
        year = int(day[3]) % 100 + 2000 if day[3] else year
        read = find_dates(f"{day[1]}{sign}{day[2]}{sign}{year}", reading.note.note_date, order)
        if days and read and read[0].date.full and days[-1].date.full and read[0].date.full > days[-1].date.full:
            year -= 1
            read = find_dates(f"{day[1]}{sign}{day[2]}{sign}{year}", reading.note.note_date, order)
        if not read or not read[0].date.full:
            return []
        days.append(DateMention(offset + day.start(), offset + day.end(), read[0].date))
    return days[::-1]


def _days(sign: str, text: str) -> Iterator[re.Match[str]]:
    """The days of a list such as "20.01, 10.02.2025": two numbers and the year, where it stands."""
    sign = re.escape(sign)
    return re.finditer(rf"(\d{{1,2}}){sign}(\d{{1,2}})(?:{sign}((?:20)?\d\d))?(?!\d)", text)
