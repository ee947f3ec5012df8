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
from extractor.language.numerals import CARDINALS, ORDINALS
from extractor.language.reading import Mention, Reading, remembered
from extractor.records import Assertion, Experiencer, Qualifiers, Temporality

DRUG, THERAPY, LINE, SETTING, EVENT = "DRUG", "THERAPY", "THERAPY_LINE", "THERAPY_SETTING", "THERAPY_EVENT"
NUMBERS = {**CARDINALS, **ORDINALS, "single": 1, "a single": 1}
"""How many cycles or months a word says, and which cycle."""
CUE, OTHER_TUMOUR = "TREATMENT_CUE", "OTHER_TUMOUR"

_NEAR_LINE = 70
_NEAR_SETTING = 60


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
    words = reading.expressions
    if cue.value["says"] == "HYPOTHETICAL" and cue.value["side"] == "before" and "progress" in cue.text.lower():
        start = reading.sentences[mention.sentence].start
        if words["systemic_therapy.switched_to"].search(reading.text[max(start, mention.start - 60) : mention.start]):
            return False  # "changed to docetaxel at progression"
    if cue.value["side"] == "behind":
        between = reading.text[cue.end : mention.start]
        near = cue.end <= mention.start and len(between) <= cue.value["reach"]
    else:
        between = reading.text[mention.end : cue.start]
        near = mention.end <= cue.start and len(between) <= cue.value["reach"]
    if (
        cue.value["says"] == "NEGATED"
        and cue.value["side"] == "behind"
        and words["systemic_therapy.said_before"].match(between)
    ):
        return False
    if (
        not near
        or words["systemic_therapy.cue_ends"].search(between)
        or (cue.value["side"] == "before" and "(" in between)
    ):
        return False
    if cue.value["says"] == "NEGATED" and re.search(r"\band\b", between):
        low, high = sorted((cue.start, mention.start))
        if not reading.within(low, high, DRUG, THERAPY):
            return False
    if (
        cue.value["side"] == "before"
        and words["systemic_therapy.names_failure"].search(cue.text)
        and _next_drug(reading, cue)
    ):
        return False
    if cue.value["says"] == "POSSIBLE" and words["systemic_therapy.counted_units"].search(between):
        return False
    return (
        cue.value["says"] not in ("NEGATED", "POSSIBLE")
        or words["systemic_therapy.under_therapy"].search(between) is None
    )


def _next_drug(reading: Reading, cue: Mention) -> bool:
    """Whether a drug follows at once: "crizotinib, upon PD alectinib" tells what came next, not a condition."""
    following = reading.within(cue.end, cue.end + 45, DRUG)
    return (
        bool(following)
        and re.fullmatch(r"[ ]*[,:]?[ ]*(?:\w+[ ]){0,2}", reading.text[cue.end : following[0].start]) is not None
    )


def _goes_on(reading: Reading, mention: Mention) -> bool:
    """Whether a plan is to go on with the treatment ("Plan: continue osimertinib")."""
    sentence = reading.sentences[mention.sentence]
    return (
        reading.expressions["systemic_therapy.continue"].search(reading.text[sentence.start : mention.start])
        is not None
    )


def _part_done(reading: Reading, mention: Mention) -> bool:
    """Whether what was planned is partly done ("3 of the intended 4 courses of carboplatin")."""
    sentence = reading.sentences[mention.sentence]
    return (
        reading.expressions["systemic_therapy.part_done"].search(
            reading.text[max(sentence.start, mention.start - 70) : mention.start]
        )
        is not None
    )


def _received(reading: Reading, mention: Mention) -> bool:
    """Whether it is told as given right before ("not a candidate for cisplatin, received carboplatin")."""
    sentence = reading.sentences[mention.sentence]
    return (
        reading.expressions["systemic_therapy.received"].search(reading.text[sentence.start : mention.start])
        is not None
    )


def _was_used(reading: Reading, mention: Mention) -> bool:
    """Whether it is told as given: "candidate for …, carboplatin was used", "four months after starting …"."""
    words = reading.expressions
    if words["systemic_therapy.after_start"].search(reading.text[max(0, mention.start - 40) : mention.start]):
        return True
    return (
        words["systemic_therapy.used"].match(reading.text, mention.end, reading.sentences[mention.sentence].end)
        is not None
    )


def _only_planned(reading: Reading, mention: Mention) -> bool:
    """Whether a plan names the treatment without saying that it goes on."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    text = reading.sentence_text(mention.sentence)
    in_plan = sentence.section is not None and sentence.section.name == "plan"
    if not (in_plan or words["systemic_therapy.plan_head"].match(text)):
        return False
    before = text[: mention.start - sentence.start]
    return not (words["systemic_therapy.ongoing"].search(text) or words["systemic_therapy.under_way"].search(before))


@remembered
def regimens(reading: Reading) -> Sequence[Regimen]:
    """All regimens of a note, in order, with what stands around them."""
    numbers = sorted({mention.sentence for mention in reading.of(DRUG, THERAPY)})
    groups = [group for number in numbers for group in _groups(reading, number)]
    groups = [_then_begun(reading, group) for group in groups]
    groups = _with_lines(reading, groups)
    groups = _with_settings(reading, groups)
    return _later_lines(reading, _with_dates(reading, groups))


_SENTENCES_ON = 6
"""Within so many sentences a note tells that what had been planned was begun."""


def _then_begun(reading: Reading, group: Regimen) -> Regimen:
    """A regimen that had been planned and, as one of the next sentences tells, was then begun."""
    words = reading.expressions
    planned = group.qualifiers.temporality is Temporality.PLANNED
    if not planned or not words["systemic_therapy.had_planned"].search(reading.sentence_text(group.sentence)):
        return group
    block = reading.sentences[group.sentence].block
    for number in range(group.sentence + 1, min(len(reading.sentences), group.sentence + 1 + _SENTENCES_ON)):
        if reading.in_sentence(number, DRUG) or reading.sentences[number].block > block + 1:
            break
        if words["systemic_therapy.then_begun"].search(reading.sentence_text(number)):
            return replace(group, qualifiers=replace(group.qualifiers, temporality=Temporality.CURRENT))
    return group


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


def _failed_first(reading: Reading, run: Sequence[Mention], mention: Mention) -> bool:
    """Whether a comma ends what failed ("after progression on carboplatin/pemetrexed, docetaxel")."""
    between = reading.text[run[-1].end : mention.start]
    return (
        "," in between
        and reading.expressions["systemic_therapy.failed_on"].search(
            reading.text[max(0, run[0].start - 45) : run[0].start]
        )
        is not None
    )


def _joined(reading: Reading, first: Mention, second: Mention) -> bool:
    words = reading.expressions
    between = reading.text[first.end : second.start]
    if len(between) > 60:
        return False
    pattern = (
        words["systemic_therapy.joined_behind_class"] if first.category == THERAPY else words["systemic_therapy.joined"]
    )
    if first.category == DRUG and second.category == THERAPY:
        return words["systemic_therapy.class_gap"].fullmatch(between) is not None
    if words["systemic_therapy.swapped"].fullmatch(between) and words["systemic_therapy.later_on"].match(
        reading.text[second.end : second.end + 30]
    ):
        return True
    return pattern.fullmatch(between) is not None


def _benign(reading: Reading, mention: Mention) -> bool:
    """Whether a drug that is also given for other diseases is given for one of them here."""
    words = reading.expressions
    text = reading.sentence_text(mention.sentence)
    if mention.value.get("use") == "also_benign":
        if reading.in_sentence(mention.sentence, "BENIGN_USE"):
            return True
        others = [m for m in reading.in_sentence(mention.sentence, DRUG) if m.value.get("use") != "also_benign"]
        return not others and not words["systemic_therapy.used_for_cancer"].search(text)
    if words["systemic_therapy.topical"].search(text):
        return True
    if "bevacizumab" in mention.groups or "aflibercept" in mention.groups:
        return words["systemic_therapy.eye_drug"].search(text) is not None
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
            and reading.expressions["systemic_therapy.treats_otherwise"].search(between) is None
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
    for index in range(1, len(found)):
        before, group = found[index - 1], found[index]
        if group.line is None and before.line and _added_to(reading, before, group):
            found[index] = replace(group, line=before.line)
    return found


def _added_to(reading: Reading, before: Regimen, group: Regimen) -> bool:
    """Whether drugs are added to those of the same line ("Line 2: osimertinib, with carbo/pem added 2 June")."""
    between = reading.text[before.end : group.start]
    return (
        before.sentence == group.sentence
        and len(between) <= 90
        and reading.expressions["systemic_therapy.adds"].search(between) is not None
        and reading.expressions["systemic_therapy.strong_stop"].search(between) is None
    )


def _owner(reading: Reading, mention: Mention, groups: Sequence[Regimen], near: int) -> int | None:
    """The regimen that a word such as "first-line" or "adjuvant" belongs to."""
    words = reading.expressions
    sentence = reading.sentences[mention.sentence]
    inside = [i for i, g in enumerate(groups) if g.sentence == mention.sentence]
    within = [i for i in inside if groups[i].start <= mention.start < groups[i].end]
    if within:
        return within[0]
    before = [i for i in inside if groups[i].end <= mention.start]
    after = [i for i in inside if groups[i].start >= mention.end]
    gap_before = reading.text[groups[before[-1]].end : mention.start] if before else None
    gap_after = reading.text[mention.end : groups[after[0]].start] if after else None
    if gap_after is not None and (len(gap_after) > near or words["systemic_therapy.strong_stop"].search(gap_after)):
        gap_after = None
    if gap_before is not None and len(gap_before) > near + 90:
        gap_before = None
    if gap_before is not None and words["systemic_therapy.strong_stop"].search(gap_before) and gap_after is not None:
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
        if len(gap) <= limit and not reading.expressions["systemic_therapy.maintenance_apart"].search(gap):
            distance = len(gap)
            if best is None or distance < best[0]:
                best = (distance, index)
    return best[1] if best else None


_ABBREVIATED = re.compile(r"\.?[ ]{1,2}")
"""What stands between "maint." and the drug, where the stop was taken for the end of the sentence."""


def _radical(reading: Reading, mention: Mention, group: Regimen) -> Regimen:
    """Chemotherapy that is given with radical radiotherapy told in the same sentence."""
    words = reading.expressions
    if group.sentence != mention.sentence or group.line is not None or group.setting is not None:
        return group
    before = (
        reading.text[group.end : mention.start]
        if group.end <= mention.start
        else reading.text[mention.end : group.start]
    )
    if words["systemic_therapy.radical_before"].search(before) or len(before) > 110:
        return group
    intent = reading.text[mention.start : mention.end].lower()
    if "intent" in intent and not words["systemic_therapy.radio"].search(reading.sentence_text(group.sentence)):
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
    return (
        groups[index + 1]
        if len(between) <= 90 and reading.expressions["systemic_therapy.after_failure"].search(between)
        else None
    )


def _upon_failure(reading: Reading, before: Regimen, group: Regimen) -> bool:
    """Whether new drugs are told right behind the failure of those before ("upon PD alectinib")."""
    words = reading.expressions
    if group.sentence != before.sentence or set(before.agents) & set(group.agents):
        return False
    start = reading.sentences[group.sentence].start
    between = reading.text[before.end : group.start]
    failed_before = words["systemic_therapy.failed_on"].search(reading.text[start : before.start]) and words[
        "systemic_therapy.next_subject"
    ].match(between)
    return bool(failed_before) or words["systemic_therapy.upon_failure"].search(between) is not None


def _next_line(reading: Reading, before: Regimen, group: Regimen) -> bool:
    words = reading.expressions
    if set(before.agents) & set(group.agents):
        return False
    if (
        words["systemic_therapy.moved_from"].search(reading.text[max(0, before.start - 40) : before.start])
        and _MOVED_TO.fullmatch(reading.text[before.end : group.start])
        and words["systemic_therapy.failed"].search(reading.text[max(0, before.start - 60) : group.end + 60])
        and not words["systemic_therapy.not_failed"].search(reading.text[max(0, before.start - 60) : group.end + 60])
    ):
        return True
    if not (
        group.begun
        or words["systemic_therapy.switched"].search(reading.text[max(before.end, group.start - 40) : group.start])
    ):
        return False
    if before.begun and group.begun and group.begun.earliest < before.begun.earliest:
        return False
    if words["systemic_therapy.failed"].search(reading.text[group.end : group.end + 60].split(".")[0]) and words[
        "systemic_therapy.switched"
    ].search(reading.text[max(before.end, group.start - 40) : group.start]):
        return words["systemic_therapy.not_failed"].search(reading.text[group.end : group.end + 60]) is None
    if "docetaxel" in group.agents and len(group.agents) <= 2 and before.line in (None, 1):
        return True
    between = reading.text[before.end : group.start]
    return (
        len(between) <= 400
        and words["systemic_therapy.failed"].search(between) is not None
        and words["systemic_therapy.not_failed"].search(between) is None
    )


_MOVED_TO = re.compile(r"[^.;]{0,25}[ ]to[ ](?:\w+[ -]){0,3}", re.I)


# ---- dates


def _zone(reading: Reading, group: Regimen, groups: Sequence[Regimen]) -> tuple[int, int]:
    """The stretch of the sentence that tells of this regimen and of no other."""
    words = reading.expressions
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
        if not (
            words["systemic_therapy.dose_line"].match(text)
            or (further.line == sentence.line and words["systemic_therapy.form_field"].match(text))
        ):
            break
        end = further.end
        sentence = further
        number += 1
    return previous, end


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
        reading.expressions["systemic_therapy.planned_start"].search(reading.text[max(low, m.start - 40) : m.start])
        and m.start >= group.end
        for m in dates
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


_UP_TO = re.compile(r"\d[.]?[ ]?[-–~][ ]?\d|\b(?:to|until|till)\b", re.I)
_BETWEEN = re.compile(r"\bbetween[ ](?:the[ ])?$", re.I)
_NUMBER_SIGN = re.compile(r"(?:#|\bC|\bno\.?)[ ]?$", re.I)
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
        if text.endswith("/12") and reading.expressions["systemic_therapy.months_given"].match(
            reading.text[mention.end : high]
        ):
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
    words = reading.expressions
    text = reading.text
    for number, mention in enumerate(dates):
        before = text[max(low, mention.start - 60) : mention.start]
        following = dates[number + 1] if number + 1 < len(dates) else None
        started = words["systemic_therapy.starts"].search(before) is not None and not words[
            "systemic_therapy.later_cycle"
        ].search(before)
        if (
            started
            and words["systemic_therapy.day_one"].search(before)
            and words["systemic_therapy.later_number"].search(before)
        ):
            continue  # "cycle 4 carboplatin, day 1 = 27/03"
        gap = text[mention.end : following.start] if following is not None else ""
        ranged = following is not None and (
            words["systemic_therapy.range"].match(gap) is not None
            or (gap == " and " and _BETWEEN.search(before) is not None)
        )
        last = following.end if following is not None and ranged else mention.end
        if (
            started
            and mention.end <= group.start
            and not words["systemic_therapy.lead_gap"].match(text[last : group.start])
        ):
            continue
        if started and words["systemic_therapy.measured_since"].search(before):
            continue
        if started:
            return mention.date, following.date if following and ranged else None
        if following and ranged and _therapy_range(reading, group, mention, following):
            return _same_year(text, mention, following), following.date
        if (
            mention.start >= group.end
            and words["systemic_therapy.started_on"].search(text[max(low, group.start - 60) : group.start])
            and words["systemic_therapy.on_day"].match(text[group.end : mention.start])
        ):
            return mention.date, None
        if mention.end <= group.start and _leads(reading, group, mention):
            return mention.date, None
        if mention.start >= group.end and words["systemic_therapy.started_behind"].match(text, mention.end, high):
            return mention.date, None
        if (
            mention.start >= group.end
            and words["systemic_therapy.range_to_now"].match(text[mention.end : high])
            and text[mention.end : high].lstrip()[:1] in "~-t>o"
        ):
            return mention.date, None
    return None


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


def _therapy_range(reading: Reading, group: Regimen, first: DateMention, second: DateMention) -> bool:
    """Whether "12/03/2025 to 14/05/2025" is the time of this regimen."""
    if second.end <= group.start:
        return (
            reading.expressions["systemic_therapy.lead_gap"].match(reading.text[second.end : group.start]) is not None
        )
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
    return reading.expressions["systemic_therapy.lead_gap"].match(gap) is not None


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
        elif not reading.expressions["systemic_therapy.dose_days"].search(gap) or len(gap) > 90:
            continue
        listed.append(mention)
    return listed if len(listed) > 1 else []


def _short_days(reading: Reading, group: Regimen, high: int) -> list[DateMention]:
    """The doses of a list that writes the year only once, behind its last day."""
    found = reading.expressions["systemic_therapy.short_days"].search(reading.text, group.end, high)
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
    if len(lists) == 2 and _UP_TO.search(reading.text[lists[0][0] : found.end()]):
        return []  # from when to when, no list of doses
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
