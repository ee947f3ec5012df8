"""Whether the residual disease, or one site of it, can be treated radically by local means.

Boards say it in countless ways, so no phrase is looked for as a whole. Inside a clause, words of ability
("amenable", "can be given") need words of a radical means ("SBRT", "ablative dose"); what they are said
of (all sites, the primary, the metastases, a site) stands before them, else behind. "Unresectable" alone says nothing
of radiotherapy, and a palliative dose is no radical treatment (CLINICAL_SPEC sections 2 and 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from extractor.findings.clauses import answer_of, clause_of, clauses, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

_MEANS_REACH = 130
"""Means count for an ability within so many characters of it."""
_NOT_REACH = 26
"""A plain "not" denies an ability that begins within so many characters behind it."""
_TARGET_CATEGORIES = ("LAT_SCOPE", "PRIMARY", "SITE", "LAT_NODULE")
_SEGMENT = re.compile(r"S[1-5]")
_POINTERS = ("these", "counted")
"""Targets that point back to what was named before."""
_ONLY_CURE = re.compile(r"\bcurativ", re.I)
_GAP_MEANS = 16
_SHORT = 75
"""A line of a list ("Node level II: not possible") is no longer than this."""
_LINES_BACK = 4
_OBJECT_REACH = 14
_OWN_ANSWER = re.compile(r"[^\n,;.:\[\]]{0,20}?[ ]?[:=-]?[ ]?\b(?P<answer>y(?:es)?|no?|\+)(?!\w)", re.I)
_BOX_MARK = re.compile(r"\[[ xX]?\]|[☐☒☑]")
_ASKED = re.compile(r"\w\?(?=[ ]|$)")
_MEETING = re.compile(r"[^:;\n]{0,60}:")
_QUESTION = re.compile(r"^[ ]*(?:[-*•]|\d+[.)])?[ ]*\?")


@dataclass(frozen=True, slots=True)
class _Target:
    """What a statement is about and where it is named."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Predicate:
    """One or several words of ability that stand together, with the means beside them."""

    words: tuple[Mention, ...]
    means: tuple[Mention, ...]

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    def says(self, key: str) -> bool:
        return any(word.value.get(key) for word in self.words)


@dataclass(frozen=True, slots=True)
class _Zone:
    """The part of a clause that a predicate governs, and the targets in it."""

    start: int
    end: int
    targets: tuple[_Target, ...]


def find(reading: Reading) -> Iterator[Finding]:
    """Statements that disease can, or cannot, be treated radically."""
    for start, end in clauses(reading, reading.of("LAT_ABLE", "LAT_FOLLOW")):
        words = outermost(reading.within(start, end, "LAT_ABLE", "LAT_GAPPED", "LAT_FOLLOW"))
        answers = list(_form(reading, words, start))
        if answers or _unanswered(reading, words):
            yield from answers
            continue
        excepted = [word for word in words if word.value.get("scope")]
        if excepted:
            yield _finding(reading, _Predicate((excepted[0],), ()), True, "all", excepted[0].start, end, start)
            continue
        targets = _targets(reading, start, end) or _subject_before(reading, words, start)
        if not targets and _stands_alone(reading, words, start, end):
            targets = _targets(reading, *_sentence_before(reading, start))
        predicates = _predicates(reading, words, targets, start, end)
        zones = _zones(reading, predicates, targets, start, end)
        told = [
            list(_statement(reading, predicate, zones[number], (start, end), number > 0))
            for number, predicate in enumerate(predicates)
        ]
        for number, findings in enumerate(told):
            instead = _told_instead(reading, predicates, told, number)
            yield from (f for f in findings if f.value["amenable"] or f.value["target"] not in instead)
    yield from _undecided(reading)
    yield from _assigned(reading)


def _told_instead(
    reading: Reading, predicates: Sequence[_Predicate], told: Sequence[Sequence[Finding]], number: int
) -> set[str]:
    """What the next words offer other means for ("not amenable to ablation, SBRT is possible")."""
    if (
        number + 1 >= len(told)
        or _other_means(reading, predicates[number].end, predicates[number + 1].words[0]) is None
    ):
        return set()
    return {str(f.value["target"]) for f in told[number + 1] if f.value["amenable"] and f.decides}


def _assigned(reading: Reading) -> Iterator[Finding]:
    """What a board's line gives each target for ("MDT: primary for radical radiotherapy, right kidney for SABR").

    Only where the line has no word of ability, names nothing as open, and gives a means to every target.
    """
    by_line: dict[int, list[Mention]] = {}
    for mention in reading.of("LAT_ASSIGNED"):
        by_line.setdefault(mention.sentence, []).append(mention)
    for number, mentions in by_line.items():
        sentence = reading.sentences[number]
        start, end = clause_of(reading, mentions[0].start)
        head = _MEETING.match(reading.text, sentence.start)
        if head is None or not reading.within(sentence.start, head.end(), "LT_BOARD", "LAT_BOARD"):
            continue
        left_open = reading.within(
            sentence.start,
            sentence.end,
            "LAT_ABLE",
            "LAT_OPEN",
            "LAT_CONDITION",
            "LAT_DOUBT",
            "LAT_NOT",
            "LAT_UNDECIDED",
        )
        if left_open or reading.within(start, end, "LAT_PALLIATIVE"):
            continue
        given: list[tuple[Mention, list[_Target]]] = []
        low = max(start, head.end())
        for mention in mentions:
            if mention.start < low:
                continue
            given.append((mention, [t for t in _targets(reading, low, mention.start) if t.name not in _POINTERS]))
            low = mention.end
        if not given or not all(targets for _, targets in given):
            continue
        for mention, targets in given:
            for target in targets:
                predicate = _Predicate((mention,), ())
                yield _finding(reading, predicate, True, target.name, target.start, mention.end, start, end)


def _undecided(reading: Reading) -> Iterator[Finding]:
    """Sites that a board left open while it spoke of others: found as possible, so that no one takes them as said."""
    for mention in reading.of("LAT_UNDECIDED"):
        if not any(
            reading.sentences[word.sentence].block == reading.sentences[mention.sentence].block
            for word in reading.of("LAT_ABLE")
        ):
            continue
        before = reading.text[reading.sentences[mention.sentence].start : mention.start]
        if "depend" in mention.text.lower() and reading.expressions["lat_amenability.other_open"].search(before):
            continue
        clause = clause_of(reading, mention.start)
        named = [target for target in _targets(reading, *clause) if target.name not in _POINTERS]
        about = [target for target in named if target.start >= mention.end] or named
        for target in about[:1]:
            yield reading.finding(
                "lat_amenability",
                {"amenable": True, "target": target.name},
                min(mention.start, target.start),
                max(mention.end, target.end),
                by=mention,
                assertion=Assertion.POSSIBLE,
                temporality=Temporality.CURRENT,
            )


def _predicates(
    reading: Reading, words: Sequence[Mention], targets: Sequence[_Target], start: int, end: int
) -> list[_Predicate]:
    means = outermost(reading.within(start, end, "LAT_MEANS"))
    grouped: list[list[Mention]] = []
    for word in words:
        if word.value.get("form"):
            continue
        if word.category == "LAT_GAPPED":
            if (
                grouped
                and grouped[-1][-1].value.get("loose")
                and _second_object(reading, grouped[-1][-1], word, targets)
            ):
                grouped.append([word])
            continue
        apart = grouped and any(grouped[-1][-1].end <= target.start < word.start for target in targets)
        other = (
            grouped and not word.value.get("negative") and _other_means(reading, grouped[-1][-1].end, word) is not None
        )
        if not grouped or apart or other or word.value.get("elliptic") or word.value.get("agent"):
            grouped.append([word])
        else:
            grouped[-1].append(word)
    predicates = []
    for number, group in enumerate(grouped):
        group = [word for word in group if not word.value.get("same")] or group  # "is likewise amenable"
        first_word = group[0]
        first, last = first_word.start, group[-1].end
        low = _other_means(reading, grouped[number - 1][-1].end, first_word) if number else None
        high = _other_means(reading, last, grouped[number + 1][0]) if number + 1 < len(grouped) else None
        near = tuple(
            m
            for m in means
            if first - _MEANS_REACH <= m.start <= last + _MEANS_REACH
            and (low or start) <= m.start < (high or end)
            and not reading.expressions["lat_amenability.other_verb"].search(reading.text, last, max(last, m.start))
        )
        if not near and targets and not any(word.value.get("elliptic") for word in group):
            near = _heading_means(reading, start, end)
        if not near and targets and targets[-1].end <= start:
            near = tuple(outermost(reading.within(targets[0].start - _MEANS_REACH, start, "LAT_MEANS")))
        if not near and any(target.name in ("all", *_POINTERS) for target in targets):
            near = _means_before(reading, start)
        if not near and targets:
            near = _means_of_board(reading, start, first)
        predicate = _Predicate(tuple(group), near)
        extent = any(target.name in ("all", *_POINTERS) for target in targets)
        if predicate.says("sum"):
            near = _means_before(reading, start) if start == reading.sentences[first_word.sentence].start else ()
            predicate = replace(predicate, means=near if extent else ())
        if predicate.says("whole") or predicate.says("elliptic") or near or (predicate.says("loose") and extent):
            predicates.append(predicate)
    return predicates


def _second_object(reading: Reading, able: Mention, verb: Mention, targets: Sequence[_Target]) -> bool:
    """Whether a bare participle goes with the "can be" before it ("the mass can be resected, the adrenal ablated")."""
    objects = [target for target in targets if able.end <= target.start < verb.start]
    if not objects or verb.start - objects[-1].end > _OBJECT_REACH:
        return False
    return bool(re.search(r",|\band\b", reading.text[able.end : objects[0].start], re.I))


def _heading_means(reading: Reading, start: int, end: int) -> tuple[Mention, ...]:
    """The means that the lines above a short line tell ("Primary: SBRT possible. Node level II: not possible.")."""
    number = reading.sentence_at(start)
    if end - start > _SHORT or ":" not in reading.text[start:end]:
        return ()
    for earlier in range(number - 1, max(-1, number - 1 - _LINES_BACK), -1):
        sentence = reading.sentences[earlier]
        if sentence.block != reading.sentences[number].block:
            break
        means = outermost(reading.within(sentence.start, sentence.end, "LAT_MEANS"))
        if means and reading.within(sentence.start, sentence.end, "LAT_ABLE"):
            return tuple(means)
    return ()


def _means_before(reading: Reading, start: int) -> tuple[Mention, ...]:
    """The means of the sentence before, which an extent sums up.

    "The mass can have RT, the rib SABR. All sites therefore amenable.", "RadOnc: mass RT, rib SABR. Can treat the lot."
    """
    low, high = _sentence_before(reading, start)
    if reading.within(low, high, "LAT_NOT", "LAT_OPEN", "LAT_CONDITION", "LAT_UNDECIDED"):
        return ()
    number = reading.sentence_at(start)
    same_line = low < high and reading.sentences[number - 1].line == reading.sentences[number].line
    stated = (same_line and _speaker(reading, number)) or reading.within(low, high, "LAT_ABLE")
    return tuple(outermost(reading.within(low, high, "LAT_MEANS"))) if stated else ()


def _speaker(reading: Reading, number: int) -> list[Mention]:
    """The board or specialist whose name heads the line of a sentence ("RadOnc: ...")."""
    start = reading.sentences[reading.opening_of_line(number)].start
    head = _MEETING.match(reading.text, start)
    return reading.within(start, head.end(), "LT_BOARD", "LAT_BOARD") if head else []


def _means_of_board(reading: Reading, start: int, end: int) -> tuple[Mention, ...]:
    """The means that the meeting which speaks is on ("SABR MDT, 5 June: primary and liver, all amenable")."""
    number = reading.opening_of_line(reading.sentence_at(start))
    return tuple(reading.within(reading.sentences[number].start, end, "LAT_BOARD"))


def _subject_before(reading: Reading, words: Sequence[Mention], start: int) -> list[_Target]:
    """What the clause before a "but" is about, where the clause behind it has no subject of its own."""
    sentence = reading.sentences[reading.sentence_at(start)]
    if (
        start <= sentence.start
        or not words
        or not reading.expressions["lat_amenability.but"].search(reading.text[sentence.start : start])
    ):
        return []
    if not reading.expressions["lat_amenability.subjectless"].fullmatch(reading.text[start : words[0].start]):
        return []
    return [
        t for t in _targets(reading, *clause_of(reading, max(sentence.start, start - 5))) if t.name not in _POINTERS
    ]


def _direct_means(reading: Reading, predicate: _Predicate) -> Sequence[Mention]:
    """The means that a predicate takes as its object ("a candidate for surgery, ..."), else all that stand near."""
    chain: list[Mention] = []
    for word in predicate.words:
        end = word.end
        for mention in sorted(predicate.means, key=lambda m: m.start):
            if mention.start >= end and reading.expressions["lat_amenability.chain"].fullmatch(
                reading.text[end : mention.start]
            ):
                chain.append(mention)
                end = mention.end
    return chain or predicate.means


def _own_means(reading: Reading, target: _Target) -> bool:
    """Whether a second subject brings its means ("the lung can have RT, the liver SABR and the adrenal either")."""
    before = reading.text[max(0, target.start - 20) : target.start]
    means = reading.within(target.end, target.end + _GAP_MEANS, "LAT_MEANS")
    return bool(means and re.search(r"(?:,|\band\b|;)[ ](?:the |his |her |both |a )?(?:\w+ ){0,2}$", before, re.I))


def _sentence_before(reading: Reading, place: int) -> tuple[int, int]:
    number = reading.sentence_at(place)
    before = reading.sentences[max(0, number - 1)]
    if not number or before.block != reading.sentences[number].block:
        return place, place
    return before.start, before.end


def _stands_alone(reading: Reading, words: Sequence[Mention], start: int, end: int) -> bool:
    """Whether a sentence is nothing but an ability ("T4 in one SABR volume, pubis SABR. Deliverable.")."""
    return bool(
        words
        and reading.expressions["lat_amenability.bare_before"].fullmatch(reading.text[start : words[0].start])
        and reading.expressions["lat_amenability.bare_behind"].fullmatch(reading.text[words[-1].end : end])
        and reading.within(*_sentence_before(reading, start), "LAT_MEANS")
    )


def _statement(
    reading: Reading,
    predicate: _Predicate,
    zone: _Zone,
    clause: tuple[int, int],
    follows: bool,
) -> Iterator[Finding]:
    words = reading.expressions
    amenable = not _denied(reading, predicate, (zone.start, zone.end) if zone.targets else clause)
    if predicate.says("same"):
        said = clause if follows else clause_of(reading, max(0, clause[0] - 3))
        amenable = amenable and not _denies(reading, said[0], predicate.start)
    asked = reading.text[predicate.end : clause[1]].strip() == "?"  # the answer is a sentence of its own: "LAT-able? Y"
    limit = clause[1] + 6 if asked else min(clause[1], predicate.end + _SHORT)
    answer = words["lat_amenability.answer_behind"].match(reading.text, predicate.end, limit)
    if not answer and reading.text[predicate.end : clause[1]].rstrip().endswith("?"):
        mark = reading.text.rindex("?", predicate.end, clause[1])
        answer = words["lat_amenability.answer_next"].match(reading.text, mark, clause[1] + _SHORT)
        asked = answer is not None
    if answer:
        if asked and not amenable:
            return  # "Anything that could not be ablated? No."
        amenable = amenable and answer["answer"].lower() not in ("n", "no", "nein")
    if predicate.says("elliptic") and not follows and not _continues(reading, predicate, clause):
        return
    kinds = {m.value.get("kind") for m in _direct_means(reading, predicate)} | {
        w.value.get("kind") for w in predicate.words
    } - {None}
    if not amenable and kinds and kinds <= {"surgery"} and not predicate.says("elliptic"):
        return  # "not resectable" says nothing of radiotherapy
    if (
        not amenable
        and not zone.targets
        and _ONLY_CURE.search(reading.text, *clause)
        and not words["lat_amenability.local"].search(reading.text, *clause)
    ):
        return  # "curative treatment is no longer possible" tells of stage IV, not of local treatment
    if reading.within(*clause, "LAT_PALLIATIVE") and amenable and "radical" not in kinds:
        return
    about = _about(predicate, zone.targets)
    if about and about[0].start < predicate.start and not predicate.says("agent"):
        about += [t for t in zone.targets if t.start >= predicate.end and t not in about and _own_means(reading, t)]
    included = [t for t in zone.targets if t.start >= predicate.end and t not in about and _included(reading, t)]
    about += included if amenable else []
    except_for = reading.within(zone.start, zone.end, "LAT_EXCEPT")
    if except_for and amenable:
        about = [
            target
            for target in zone.targets
            if target.start > except_for[0].end and target.name not in ("all", *_POINTERS)
        ]
        amenable = False
        if not about:
            return
    if answer and not about:
        number = reading.sentence_at(answer.start("answer"))
        about = _targets(reading, answer.end(), reading.sentences[number].end)
    names = list(dict.fromkeys(_names(reading, about, predicate)))
    if amenable and names and not any(target.start < predicate.start for target in zone.targets):
        direct = _direct_means(reading, predicate)  # "fit for lobectomy, and the rib for SBRT"
        added = (str(m.value["target"]) for m in direct if "target" in m.value and m.start >= predicate.end)
        names = list(dict.fromkeys([*added, *names]))
    begins = min([predicate.start, *(m.start for m in predicate.means if m.start >= zone.start)])
    ends = max([predicate.end, *(m.end for m in predicate.means if m.end <= zone.end)])
    if amenable and not names and kinds == {"surgery"}:
        return  # "fit for surgery" is about the patient
    for name in names or (None,):
        own = [target for target in about if target.name == name]
        first, last = (begins, ends) if not own else (min(begins, own[0].start), max(ends, own[0].end))
        yield _finding(reading, predicate, amenable, name, first, last, clause[0], clause[1], bool(answer))


def _included(reading: Reading, target: _Target) -> bool:
    """Whether a target is added behind an ability ("all foci suitable for SBRT including the primary")."""
    before = reading.text[max(0, target.start - 30) : target.start]
    return reading.expressions["lat_amenability.including"].search(before) is not None


def _denied(reading: Reading, predicate: _Predicate, clause: tuple[int, int]) -> bool:
    if predicate.says("negative"):
        return True
    for denial in reading.within(*clause, "LAT_NOT"):
        if denial.value.get("strong"):
            if reading.expressions["lat_amenability.undone"].search(reading.text[clause[0] : denial.start]):
                continue
            return True
        if any(
            (
                denial.end <= word.start <= denial.end + _NOT_REACH
                and _other_means(reading, denial.end, word) is None
                and not reading.expressions["lat_amenability.undoes"].match(reading.text, denial.end)
            )
            or word.start <= denial.start < word.end
            for word in predicate.words
        ):
            return True
    return False


def _other_means(reading: Reading, start: int, word: Mention) -> int | None:
    """The comma behind which an ability brings other means ("surgery is not indicated, SBRT is possible")."""
    comma = re.search(r",|[ ](?=but\b)", reading.text[start : word.start])
    if comma is None or not reading.within(start + comma.start(), word.end, "LAT_MEANS"):
        return None
    return start + comma.start()


def _denies(reading: Reading, start: int, end: int) -> bool:
    """Whether a stretch denies an ability anywhere."""
    return bool(reading.within(start, end, "LAT_NOT")) or any(
        word.value.get("negative") for word in reading.within(start, end, "LAT_ABLE")
    )


def _continues(reading: Reading, predicate: _Predicate, clause: tuple[int, int]) -> bool:
    """Whether an elliptic denial ("The node is not.") answers the ability stated right before."""
    before = reading.text[clause[0] : predicate.start]
    if len(before) > 60 or clause[0] == 0:
        return False
    previous = clause_of(reading, max(0, clause[0] - 3))
    return bool(reading.within(*previous, "LAT_ABLE")) and bool(reading.within(*previous, "LAT_MEANS"))


def _about(predicate: _Predicate, targets: Sequence[_Target]) -> list[_Target]:
    """The targets of a predicate in its zone: its subject before it, or the object behind it."""
    before = [target for target in targets if target.start < predicate.end]
    behind = [] if predicate.says("subject") else [target for target in targets if target.start >= predicate.end]
    chosen = (behind or before) if predicate.says("agent") else (before or behind)
    extent = [target for target in targets if target.name == "all"]
    if extent and not any(target.name == "extracranial" for target in chosen):
        return extent[:1]
    return chosen


def _zones(
    reading: Reading, predicates: Sequence[_Predicate], targets: Sequence[_Target], start: int, end: int
) -> list[_Zone]:
    """The stretch of the clause that each predicate governs.

    Between two of them the border is where a new statement is opened (", and", ", which"); else what stands
    between is the object of the first only where that has no subject and the second brings its own object.
    """
    borders = [start]
    for first, second in pairwise(predicates):
        opened = reading.expressions["lat_amenability.new_statement"].search(reading.text, first.end, second.start)
        if opened:
            borders.append(opened.start())
        elif second.says("agent") and not any(borders[-1] <= target.start < first.start for target in targets):
            borders.append(second.start)
        elif (comma := _own_object(reading, first, second, targets, borders[-1])) is not None:
            borders.append(comma)
        else:
            borders.append(first.end)
    borders.append(end)
    inherited = tuple(target for target in targets if target.start < start)
    zones = [
        _Zone(low, high, inherited + tuple(target for target in targets if low <= target.start < high))
        for low, high in pairwise(borders)
    ]
    for number in range(1, len(zones)):
        first, second = predicates[number - 1], predicates[number]
        if not zones[number].targets and _other_means(reading, first.end, second.words[0]) is not None:
            subject = tuple(target for target in zones[number - 1].targets if target.start < first.start)
            zones[number] = replace(zones[number], targets=subject)
    return zones


def _own_object(
    reading: Reading, first: _Predicate, second: _Predicate, targets: Sequence[_Target], start: int
) -> int | None:
    """Where the object of a first predicate ends ("possible for lung and adrenal, liver lesion not possible")."""
    if any(start <= target.start < first.start for target in targets) or not reading.expressions[
        "lat_amenability.object_next"
    ].match(reading.text, first.end):
        return None
    comma = reading.text.rfind(",", first.end, second.start)
    before = any(first.end <= target.start < comma for target in targets)
    behind = any(comma < target.start < second.start for target in targets)
    return comma if before and behind else None


def _names(reading: Reading, about: Sequence[_Target], predicate: _Predicate) -> Iterator[str]:
    primary = any(target.name == "primary" for target in about)
    for target in about:
        if target.name not in _POINTERS:
            yield target.name
        elif target.name == "counted" and primary:
            yield "metastases"  # "all six and the lung tumour"
        else:
            yield from _referred(reading, target.start)
    if not about:
        yield from (str(m.value["target"]) for m in predicate.means if "target" in m.value)


def _referred(reading: Reading, place: int) -> Iterator[str]:
    """What "all of these" points back to: the nearest sentence before that names sites; else all."""
    number = reading.sentence_at(place)
    sentence = reading.sentences[number]
    within = [t for t in _targets(reading, sentence.start, place) if t.name not in _POINTERS]
    bare = reading.text[place : place + 4].strip(" :.,;)").lower() == "all"
    if within:
        yield from (target.name for target in within)
        return
    for earlier in range(number - 1, max(-1, number - 4), -1):
        if reading.sentences[earlier].block != sentence.block:
            break
        named = [
            t
            for t in _targets(reading, reading.sentences[earlier].start, reading.sentences[earlier].end)
            if t.name not in _POINTERS
        ]
        if bare and {target.name for target in named} == {"primary"}:
            break  # one site is not "all"
        if named:
            yield from (target.name for target in named)
            yield from _enumerated(reading, earlier)
            return
    yield "all"


def _enumerated(reading: Reading, number: int) -> Iterator[str]:
    """What the sentences before one list with their means in the same line ("SBRT to liver and T6. SRS to brain.")."""
    line = reading.sentences[number].line
    while reading.in_sentence(number, "LAT_MEANS") and number and reading.sentences[number - 1].line == line:
        number -= 1
        sentence = reading.sentences[number]
        if reading.in_sentence(number, "LAT_MEANS") and not reading.in_sentence(number, "LAT_NOT"):
            yield from (t.name for t in _targets(reading, sentence.start, sentence.end) if t.name not in _POINTERS)


def _targets(reading: Reading, start: int, end: int) -> list[_Target]:
    """What a clause names as disease, in order: extents, the primary, sites."""
    found: list[_Target] = []
    last: Mention | None = None
    for mention in outermost(reading.within(start, end, *_TARGET_CATEGORIES)):
        if mention.category == "LAT_NODULE" and last is not None and mention.start <= last.end + 1:
            continue  # "chest wall nodule" is told by its site
        last = mention
        if mention.text.lower().startswith("no ") and reading.within(mention.start, mention.end, "LAT_ONLY"):
            continue  # "no other disease"
        name = _target_name(reading, mention)
        if name is not None:
            found.append(_Target(name, mention.start, mention.end))
    return found


def _target_name(reading: Reading, mention: Mention) -> str | None:
    words = reading.expressions
    if mention.category == "LAT_SCOPE":
        return str(mention.value["target"])
    if mention.category == "PRIMARY":
        return "primary"
    if mention.category == "LAT_NODULE":
        return "lung"
    behind = reading.text[mention.end : mention.end + 30]
    if words["lat_amenability.not_a_target_behind"].match(behind) or words["lat_amenability.neighbour"].search(
        reading.text[: mention.start][-40:]
    ):
        return None
    if _SEGMENT.fullmatch(mention.text) and words["lat_amenability.segment_of"].match(behind):
        return None  # "S5 liver"
    if mention.value.get("site") == "lung":
        return "lung" if words["lat_amenability.nodule_behind"].match(behind) else "primary"
    if mention.value.get("region") == "regional":
        return "primary"  # regional nodes are treated with the primary
    brain = mention.value.get("region") == "cranial" and mention.value["site"] != "leptomeninges"
    return "cranial" if brain else str(mention.value["site"])


def _finding(
    reading: Reading,
    predicate: _Predicate,
    amenable: bool,
    target: str | None,
    start: int,
    end: int,
    clause_start: int,
    clause_end: int | None = None,
    answered: bool = False,
) -> Finding:
    words = reading.expressions
    word = predicate.words[0]
    sentence = reading.sentences[word.sentence]
    assertion = Assertion.AFFIRMED
    text = reading.sentence_text(word.sentence)
    is_open = (
        any(
            not words["lat_amenability.reported"].search(reading.text, condition.end, predicate.start)
            and not (answered and words["lat_amenability.question"].fullmatch(condition.text))
            for condition in reading.within(clause_start, predicate.start, "LAT_OPEN")
        )
        or any(
            not (answered and "?" in condition.text)
            and not words["lat_amenability.own_clause"].search(reading.text, predicate.end, condition.start)
            for condition in reading.within(predicate.end, clause_end or sentence.end, "LAT_CONDITION")
        )
        or (sentence.section is not None and sentence.section.qualifies.get("assertion") == "hypothetical")
        or (text.endswith("?") and not answered)
        or (not answered and _ASKED.search(reading.text, predicate.end, clause_end or sentence.end))
        or _QUESTION.match(text)
    )
    if word.qualifiers.experiencer is Experiencer.OTHER:
        assertion = Assertion.AFFIRMED  # "a study of patients whose metastases are amenable"
    elif is_open:
        assertion = Assertion.HYPOTHETICAL
    elif reading.within(max(clause_start, predicate.start - 40), predicate.end, "LAT_DOUBT"):
        assertion = Assertion.POSSIBLE
    past = [
        m
        for m in reading.within(clause_start, predicate.start, "LAT_PAST")
        if not words["lat_amenability.now"].search(reading.text, m.end, predicate.start)
    ]
    finding = reading.finding(
        "lat_amenability",
        {"amenable": amenable, "target": target},
        start,
        end,
        by=word,
        assertion=assertion,
        temporality=Temporality.HISTORICAL if past else Temporality.CURRENT,
    )
    if _nothing_else(reading, word.sentence):
        finding = replace(finding, context={**finding.context, "nothing_else": True})
    if amenable and target == "all" and (named := _named(reading, word.start)):
        finding = replace(finding, context={**finding.context, "named": named})
    met = _meeting(reading, word.sentence)
    if met is None:
        return finding
    stale = finding.date is not None and finding.date < met <= (finding.note_date or met)
    return replace(
        finding,
        date=met if stale else finding.date,  # the frame may carry the day of a line further up
        context={**finding.context, "said": met.isoformat()},
    )


def _named(reading: Reading, place: int) -> tuple[str, ...]:
    """The sites that a statement on all of them names ("all sites, namely the primary, spleen and adrenal, ...")."""
    words, (start, end) = reading.expressions, clause_of(reading, place)
    sites = []
    for mention in outermost(reading.within(start, end, "SITE")):
        name = _target_name(reading, mention)
        beside = reading.text[max(start, mention.start - _SHORT) : mention.start]
        if (
            name not in (None, "primary", "other", "unspecified")
            and not words["lat_amenability.no_site_before"].search(beside)
            and not words["lat_amenability.no_site_behind"].match(reading.text, mention.end, end)
        ):
            sites.append(str(mention.value["site"]))
    return tuple(dict.fromkeys(sites))


def _nothing_else(reading: Reading, number: int) -> bool:
    """Whether the line says that what it names is all that is left ("the only sites", "no other disease")."""
    line = reading.sentences[number].line
    same = [
        n
        for n in range(max(0, number - 3), min(len(reading.sentences), number + 4))
        if reading.sentences[n].line == line
    ]
    return any(reading.in_sentence(n, "LAT_ONLY") for n in same)


def _meeting(reading: Reading, number: int) -> date | None:
    """The day of the meeting that the head of the line names ("MDT of 29 April: ...")."""
    start = reading.sentences[reading.opening_of_line(number)].start
    head = _MEETING.match(reading.text, start)
    if head is None or not reading.within(start, head.end(), "LT_BOARD"):
        return None
    days = [day.date.full for day in reading.dates_within(start, head.end())]
    return days[0] if len(days) == 1 else None


def _form(reading: Reading, words: Sequence[Mention], start: int) -> Iterator[Finding]:
    """Ticked answers of a form: "Can be treated radically: primary Y [x] N [ ]"."""
    text = reading.text
    sentence = reading.sentences[reading.sentence_at(start)]
    if not words:
        return
    word = words[0]
    if answer_of(text[word.end : sentence.end]) is None:
        yield from _worded_form(reading, word, sentence.end, start)
        return
    targets = [t for t in _targets(reading, word.end, sentence.end) if t.name not in _POINTERS]
    taken = [(t.start, t.end) for t in targets]
    fields = [
        m for m in reading.within(word.end, sentence.end, "LAT_BARE") if not any(a <= m.start < b for a, b in taken)
    ]
    targets = sorted([*targets, *(_Target("metastases", m.start, m.end) for m in fields)], key=lambda t: t.start)
    if not targets or answer_of(text[word.end : targets[0].start]) is not None:
        answer = answer_of(text[word.end : sentence.end])
        if answer is not None and reading.within(sentence.start, sentence.end, "LAT_MEANS"):
            asked = [t.name for t in _targets(reading, sentence.start, word.start) if t.name not in _POINTERS]
            asked = asked or [str(m.value["target"]) for m in reading.within(sentence.start, word.start, "LAT_BARE")]
            for name in dict.fromkeys(asked or ["all"]):
                yield _finding(reading, _Predicate((word,), ()), answer, name, sentence.start, sentence.end, start)
        return
    for target, following in zip(targets, [*targets[1:], None], strict=True):
        answer = answer_of(text[target.end : following.start if following else sentence.end])
        if answer is not None:
            yield _finding(reading, _Predicate((word,), ()), answer, target.name, target.start, target.end, start)


def _unanswered(reading: Reading, words: Sequence[Mention]) -> bool:
    """Whether a form asks by boxes, yes and no, and neither is ticked ("[ ] yes [ ] no [x] not assessed")."""
    if not words:
        return False
    behind = reading.text[words[0].end : reading.sentences[words[0].sentence].end]
    return bool(
        _BOX_MARK.search(behind) and re.search(r"\bno?\b", behind, re.I) and re.search(r"\by(?:es)?\b", behind, re.I)
    )


def _worded_form(reading: Reading, word: Mention, end: int, start: int) -> Iterator[Finding]:
    """Answers in words, one a target: "Radical treatment possible: primary yes, liver no"."""
    targets = [t for t in _targets(reading, word.end, end) if t.name not in _POINTERS]
    whole = (
        reading.expressions["lat_amenability.form_answer"].match(reading.text, word.end, end)
        if word.value.get("form")
        else None
    )
    if whole and reading.within(word.end, whole.end(), "LAT_MEANS"):
        amenable = whole["answer"].lower() not in ("n", "no", "none", "denied", "not given")
        asked = [t.name for t in targets if t.start < whole.start("answer")]
        for name in dict.fromkeys(asked or ["all"]):
            yield _finding(reading, _Predicate((word,), ()), amenable, name, word.start, whole.end(), start)
        return
    answers = [_OWN_ANSWER.match(reading.text, target.end, end) for target in targets]
    if ":" not in reading.text[word.end : targets[0].start if targets else word.end]:
        return
    if not targets or not all(answers) or not reading.within(reading.sentences[word.sentence].start, end, "LAT_MEANS"):
        return
    for target, answer in zip(targets, answers, strict=True):
        amenable = bool(answer) and answer["answer"].lower() not in ("n", "no")  # type: ignore[index]
        yield _finding(reading, _Predicate((word,), ()), amenable, target.name, target.start, target.end, start)
