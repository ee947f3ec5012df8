"""Whether the residual disease, or one site of it, can be treated radically by local means.

Boards say it in countless ways, so no phrase is looked for as a whole. Inside a clause, words of ability
("amenable", "can be given") need words of a radical means ("SBRT", "ablative dose"); what they are said
of (all sites, the primary, the metastases, a site) stands before them, else behind. "Unresectable" alone says nothing
of radiotherapy, and a palliative dose is no radical treatment (CLINICAL_SPEC sections 2 and 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.findings.clauses import answer_of, clause_of, clauses, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Finding, Temporality

_MEANS_REACH = 110
"""Means count for an ability within so many characters of it."""
_NOT_REACH = 26
"""A plain "not" denies an ability that begins within so many characters behind it."""
_TARGET_CATEGORIES = ("LAT_SCOPE", "PRIMARY", "SITE", "LAT_NODULE")
_NODULE_BEHIND = re.compile(r"[ ]?(?:\w+ ){0,2}?(?:nodules?|mets?|metasta\w+|deposits?)\b", re.I)
_NOT_A_TARGET_BEHIND = re.compile(
    r"[ ]?(?:function|dose|constraint|tolerance|standpoint|point|volume|toxicity|V\d|surge|board|cancer|team|meeting|unit|reserve|colleagues)", re.I
)
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


def find(reading: Reading) -> Iterator[Finding]:
    """Statements that disease can, or cannot, be treated radically."""
    for start, end in clauses(reading, reading.of("LAT_ABLE")):
        words = outermost(reading.within(start, end, "LAT_ABLE"))
        answers = list(_form(reading, words, start))
        if answers:
            yield from answers
            continue
        excepted = [word for word in words if word.value.get("scope")]
        if excepted:
            yield _finding(reading, _Predicate((excepted[0],), ()), True, "all", excepted[0].start, end, start)
            continue
        targets = _targets(reading, start, end)
        predicates = _predicates(reading, words, targets, start, end)
        for number, predicate in enumerate(predicates):
            bounds = (predicates[number - 1].end if number else start, predicates[number + 1].start if number + 1 < len(predicates) else end)
            yield from _statement(reading, predicate, targets, bounds, (start, end), number > 0)


def _predicates(reading: Reading, words: Sequence[Mention], targets: Sequence[_Target], start: int, end: int) -> list[_Predicate]:
    means = outermost(reading.within(start, end, "LAT_MEANS"))
    grouped: list[list[Mention]] = []
    for word in words:
        if word.value.get("form"):
            continue
        apart = grouped and any(grouped[-1][-1].end <= target.start < word.start for target in targets)
        if not grouped or apart or bool(word.value.get("elliptic")):
            grouped.append([word])
        else:
            grouped[-1].append(word)
    predicates = []
    for group in grouped:
        near = tuple(m for m in means if group[0].start - _MEANS_REACH <= m.start and m.end <= group[-1].end + _MEANS_REACH)
        predicate = _Predicate(tuple(group), near)
        extent = any(target.name in ("all", "these") for target in targets)
        if predicate.says("whole") or predicate.says("elliptic") or near or (predicate.says("loose") and extent):
            predicates.append(predicate)
    return predicates


def _statement(
    reading: Reading,
    predicate: _Predicate,
    targets: Sequence[_Target],
    bounds: tuple[int, int],
    clause: tuple[int, int],
    follows: bool,
) -> Iterator[Finding]:
    amenable = not _denied(reading, predicate, clause)
    if predicate.says("elliptic") and not follows and not _continues(reading, predicate, clause):
        return
    kinds = {m.value.get("kind") for m in predicate.means} | {w.value.get("kind") for w in predicate.words} - {None}
    if not amenable and kinds and kinds <= {"surgery"} and not predicate.says("elliptic"):
        return  # "not resectable" says nothing of radiotherapy
    if reading.within(*clause, "LAT_PALLIATIVE") and amenable and "radical" not in kinds:
        return
    about = _about(targets, predicate, bounds)
    except_for = reading.within(bounds[0], bounds[1], "LAT_EXCEPT")
    if except_for and amenable:
        about = [target for target in targets if target.start > except_for[0].end and target.name not in ("all", "these")]
        amenable = False
        if not about:
            return
    names = list(dict.fromkeys(_names(reading, about, predicate, clause[0])))
    begins = min([predicate.start, *(m.start for m in predicate.means if m.start >= bounds[0])])
    ends = max([predicate.end, *(m.end for m in predicate.means if m.end <= bounds[1])])
    for name in names or [None]:
        own = [target for target in about if target.name == name]
        first, last = (begins, ends) if not own else (min(begins, own[0].start), max(ends, own[0].end))
        yield _finding(reading, predicate, amenable, name, first, last, clause[0], clause[1])


def _denied(reading: Reading, predicate: _Predicate, clause: tuple[int, int]) -> bool:
    if predicate.says("negative"):
        return True
    for denial in reading.within(*clause, "LAT_NOT"):
        if denial.value.get("strong"):
            return True
        if any(denial.end <= word.start <= denial.end + _NOT_REACH or word.start <= denial.start < word.end for word in predicate.words):
            return True
    return False


def _continues(reading: Reading, predicate: _Predicate, clause: tuple[int, int]) -> bool:
    """Whether an elliptic denial ("The node is not.") answers the ability stated right before."""
    before = reading.text[clause[0] : predicate.start]
    if len(before) > 60 or clause[0] == 0:
        return False
    previous = clause_of(reading, max(0, clause[0] - 3))
    return bool(reading.within(*previous, "LAT_ABLE")) and bool(reading.within(*previous, "LAT_MEANS"))


def _about(targets: Sequence[_Target], predicate: _Predicate, bounds: tuple[int, int]) -> list[_Target]:
    """The targets of a predicate: those before it, else those behind it."""
    before = [t for t in targets if bounds[0] <= t.start and t.end <= predicate.end and t.start < predicate.end]
    chosen = before or [t for t in targets if predicate.start <= t.start < bounds[1]]
    behind = [t for t in targets if predicate.end <= t.start < bounds[1]]
    extent = [t for t in (*chosen, *behind) if t.name == "all"]
    if extent:
        rest = [t for t in chosen if t.name in ("extracranial",)]
        return rest or extent[:1]
    return chosen


def _names(reading: Reading, about: Sequence[_Target], predicate: _Predicate, clause_start: int) -> Iterator[str]:
    for target in about:
        if target.name != "these":
            yield target.name
    if any(target.name == "these" for target in about) and all(target.name == "these" for target in about):
        yield from _referred(reading, clause_start)
    if not about:
        yield from (str(m.value["target"]) for m in predicate.means if "target" in m.value)


def _referred(reading: Reading, place: int) -> Iterator[str]:
    """What "all of these" points back to: the nearest sentence before that names sites; else all."""
    number = reading.sentence_at(place)
    sentence = reading.sentences[number]
    within = [t for t in _targets(reading, sentence.start, place) if t.name != "these"]
    if within:
        yield from (target.name for target in within)
        return
    for earlier in range(number - 1, max(-1, number - 4), -1):
        if reading.sentences[earlier].block != sentence.block:
            break
        named = [t for t in _targets(reading, reading.sentences[earlier].start, reading.sentences[earlier].end) if t.name != "these"]
        if named:
            yield from (target.name for target in named)
            return
    yield "all"


def _targets(reading: Reading, start: int, end: int) -> list[_Target]:
    """What a clause names as disease, in order: extents, the primary, sites."""
    found: list[_Target] = []
    for mention in outermost(reading.within(start, end, *_TARGET_CATEGORIES)):
        name = _target_name(reading, mention)
        if name is not None:
            found.append(_Target(name, mention.start, mention.end))
    return found


def _target_name(reading: Reading, mention: Mention) -> str | None:
    if mention.category == "LAT_SCOPE":
        return str(mention.value["target"])
    if mention.category == "PRIMARY":
        return "primary"
    if mention.category == "LAT_NODULE":
        return "lung"
    behind = reading.text[mention.end : mention.end + 30]
    if _NOT_A_TARGET_BEHIND.match(behind):
        return None
    if mention.value.get("site") == "lung":
        return "lung" if _NODULE_BEHIND.match(behind) else "primary"
    if mention.value.get("region") == "regional":
        return "primary"  # regional nodes are treated with the primary
    return "cranial" if mention.value.get("region") == "cranial" else str(mention.value["site"])


def _finding(
    reading: Reading, predicate: _Predicate, amenable: bool, target: str | None, start: int, end: int, clause_start: int, clause_end: int | None = None
) -> Finding:
    word = predicate.words[0]
    sentence = reading.sentences[word.sentence]
    assertion = Assertion.AFFIRMED
    text = reading.sentence_text(word.sentence)
    is_open = (
        reading.within(clause_start, predicate.start, "LAT_OPEN")
        or reading.within(predicate.end, min(sentence.end, predicate.end + 90), "LAT_CONDITION")
        or (sentence.section is not None and sentence.section.qualifies.get("assertion") == "hypothetical")
        or text.endswith("?")
        or _QUESTION.match(text)
    )
    if is_open:
        assertion = Assertion.HYPOTHETICAL
    elif reading.within(max(clause_start, predicate.start - 40), predicate.end, "LAT_DOUBT"):
        assertion = Assertion.POSSIBLE
    past = reading.within(clause_start, predicate.start, "LAT_PAST")
    return reading.finding(
        "lat_amenability",
        {"amenable": amenable, "target": target},
        start,
        end,
        by=word,
        assertion=assertion,
        temporality=Temporality.HISTORICAL if past else Temporality.CURRENT,
    )


def _form(reading: Reading, words: Sequence[Mention], start: int) -> Iterator[Finding]:
    """Ticked answers of a form: "Can be treated radically: primary Y [x] N [ ]"."""
    text = reading.text
    sentence = reading.sentences[reading.sentence_at(start)]
    if not words or answer_of(text[words[0].end : sentence.end]) is None:
        return
    word = words[0]
    targets = [t for t in _targets(reading, word.end, sentence.end) if t.name != "these"]
    if not targets or answer_of(text[word.end : targets[0].start]) is not None:
        answer = answer_of(text[word.end : sentence.end])
        if answer is not None and reading.within(sentence.start, sentence.end, "LAT_MEANS"):
            yield _finding(reading, _Predicate((word,), ()), answer, "all", sentence.start, sentence.end, start)
        return
    for target, following in zip(targets, [*targets[1:], None], strict=True):
        answer = answer_of(text[target.end : following.start if following else sentence.end])
        if answer is not None:
            yield _finding(reading, _Predicate((word,), ()), answer, target.name, target.start, target.end, start)
