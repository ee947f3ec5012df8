"""Local treatment of a cancer that was given: radiotherapy, surgery, ablation.

What a board could do ("suitable for SABR") is amenability and no finding here; what it plans is found
as planned; what was never given as negated. Each finding says on what (``primary``, a site, or
``unspecified``) and, where the words do, more that the patient stage weighs: ``palliative``, ``cavity``
(radiotherapy of a resection cavity), ``diagnostic``, ``other_tumour``, ``benign`` (CLINICAL_SPEC section 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile
from typing import Any

from extractor.findings.clauses import answer_of, box_of, clause_of, outermost
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

_BEHIND_REACH = 75
"""A site behind a procedure is its target within so many characters."""
_BEFORE_REACH = 70
_DENIAL_REACH = 42
_NEARBY = 8
"""So many procedures to either side can belong to the same clause."""
_BLOCK_REACH = 15
"""A paragraph is looked at so many sentences far to either side, so that a page without blank lines stays quick."""
_DIAGNOSTIC_REACH = 160
"""What an operation was for may follow in the next sentence ("Path: … our diagnostic tissue")."""
_BESIDE = 30
_ADJACENT = 12
"""A dose so close behind its radiotherapy is no second treatment."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b(?:0?[1-9]|1[0-2])/(?:\d{4}|\d{2})\b")
_REASON = re.compile(r"[^.;,\n]{0,25}\bfor (?:an? )?(?:[\w-]+[ ]?){1,3}", re.I)
_COUNTS = {"one": 1, "single": 1, "solitary": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ORGANS = (
    ("nephr", "kidney"),
    ("splen", "spleen"),
    ("pancrea", "pancreas"),
    ("whipple", "pancreas"),
    ("oment", "peritoneum"),
)
"""The sites of metastases that lie in an organ that is removed as a whole."""
_LEFT = re.compile(r"\b(?:LT|Lt)\b")
_LEFT_REACH = 120
_NAMED_ALONE = re.compile(r"[ ]?(?:[,.(\n–-]|$)")
_FULL_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_YEARS_BEFORE = 2
_HEAD = re.compile(r"[^.:;\n]{0,45}:")
_FORM_LINE = re.compile(r"[ ]*[-*•]?[ ]*\w[\w /]{1,24}:")
_FORM_LINES = 6
_SAME_OPERATION = 90
"""What an operation achieved ("with gross total removal") is told within so many characters behind it."""
_HISTORIES = ("past_medical_history", "social_history", "family_history")


class _Status(Enum):
    DONE = auto()
    PLANNED = auto()
    NEGATED = auto()
    HYPOTHETICAL = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class _Place:
    """A mention and what the search for its target has to know.

    Attributes:
        mention: The procedure.
        clause: The clause it stands in.
        limit: Where the next procedure of another kind begins, or the clause ends.
        earlier: The procedures before it.
        denied: Whether it was never given.
    """

    mention: Mention
    clause: tuple[int, int]
    limit: int
    earlier: tuple[Mention, ...]
    denied: bool


def find(reading: Reading) -> Iterator[Finding]:
    """Local treatments, given, planned or denied."""
    mentions = outermost(reading.of("LOCAL_THERAPY"))
    for number, mention in enumerate(mentions):
        clause = clause_of(reading, mention.start)
        if not _counts(reading, mention, mentions[max(0, number - _NEARBY) : number], clause):
            continue
        status = _status(reading, mention, clause)
        if status is _Status.NONE:
            continue
        limit = next(
            (
                m.start
                for m in mentions[number + 1 : number + _NEARBY]
                if m.value["procedure"] != mention.value["procedure"]
            ),
            clause[1],
        )
        place = _Place(
            mention,
            clause,
            min(limit, clause[1]),
            tuple(mentions[max(0, number - _NEARBY) : number]),
            status is _Status.NEGATED,
        )
        for value in _values(reading, place):
            yield reading.finding(
                "local_therapy",
                value,
                mention.start,
                mention.end,
                by=mention,
                assertion=_assertion(status),
                experiencer=_experiencer(reading, mention, clause),
                temporality=Temporality.PLANNED if status is _Status.PLANNED else Temporality.CURRENT,
            )


def _counts(reading: Reading, mention: Mention, earlier: list[Mention], clause: tuple[int, int]) -> bool:
    """Whether a mention is a treatment by itself: a dose beside its radiotherapy is not, nor a removed drain."""
    words = reading.expressions
    before_it = reading.text[max(clause[0], mention.start - _BEFORE_REACH) : mention.start]
    if words["local_therapy.department"].search(before_it) and not re.search(r"\d", before_it[-6:]):
        return False
    if (
        words["local_therapy.elsewhere"].match(reading.text, mention.end)
        or _letterhead(reading, mention)
        or _right(reading, mention)
    ):
        return False
    heads = mention.value.get("unspecific") and re.match(r"[ ]*:", reading.text[mention.end : mention.end + 4])
    told_of = reading.within(mention.end, min(clause[1], mention.end + 30), "LT_NOT_BEHIND")
    answered = heads and answer_of(reading.text[mention.end : clause[1]]) is not None
    if (
        heads
        and not answered
        and not told_of
        and not reading.within(mention.end, clause[1], "LT_LUNG_CANCER", "PRIMARY")
    ):
        return False  # "Operations: cholecystectomy"
    if words["local_therapy.found_benign"].match(reading.text, mention.end):
        return False
    if "thoracoscop" in mention.text.lower() and words["local_therapy.pleural_only"].match(reading.text, mention.end):
        return False
    if mention.value.get("needs_cancer"):
        low, high = max(clause[0], mention.start - _BEFORE_REACH), min(clause[1], mention.end + _BEFORE_REACH)
        return words["local_therapy.cancer_near"].search(reading.text, low, high) is not None
    if mention.value.get("dose") and words["local_therapy.each_fraction"].search(
        reading.text[max(clause[0], mention.start - 2 * _BEFORE_REACH) : mention.start]
    ):
        return False
    if mention.value.get("dose"):
        beside = [m for m in earlier if m.value["procedure"] == "radiotherapy" and clause[0] <= m.start]
        adjacent = bool(beside) and mention.start - beside[-1].end < _ADJACENT
        close = adjacent or (
            bool(beside)
            and not (
                words["local_therapy.to"].match(reading.text, mention.end)
                or words["local_therapy.received"].search(reading.text[clause[0] : mention.start])
            )
        )
        follows = any(
            0 <= m.start - mention.end < 25 and not m.value.get("dose")
            for m in reading.within(mention.end, clause[1], "LOCAL_THERAPY")
        )
        named = words["local_therapy.chest_behind"].match(reading.text, mention.end) or any(
            site not in ("other", "unspecified") for site in _sites(reading, *clause)
        )
        return not close and not follows and bool(named or "deliver" in mention.text.lower())
    if mention.value.get("verb"):
        before = reading.within(
            max(clause[0], mention.start - _BEFORE_REACH), mention.start, "LESION", "METASTASIS", "PRIMARY", "SITE"
        )
        if reading.within(*clause, "LT_BENIGN"):
            return False
        if not before:
            return bool(reading.within(max(clause[0], mention.start - _BEFORE_REACH), mention.start, "LT_OTHER_CANCER"))
        return any(m.category != "SITE" or m.value.get("site") in ("adrenal", "brain", "liver", "lung") for m in before)
    return True


def _right(reading: Reading, mention: Mention) -> bool:
    """Whether "RT" is short for right ("ADRENALS: LT. nodule gone. RT. lipid-rich adenoma", "Rt kidney")."""
    if mention.text not in ("RT", "Rt"):
        return False
    number = reading.sentence_at(mention.start)
    block = _block(reading, number)
    low, high = max(block[0], mention.start - _LEFT_REACH), min(block[1], mention.end + _LEFT_REACH)
    return reading.expressions["local_therapy.right_next"].match(reading.text, mention.end) is not None and (
        reading.text[mention.end] == "." or _LEFT.search(reading.text[low:high]) is not None
    )


def _letterhead(reading: Reading, mention: Mention) -> bool:
    """Whether a speciality only heads a note ("Neurosurgery, General Hospital. Letter of 25 February")."""
    return (
        bool(mention.value.get("unspecific"))
        and mention.sentence == 0
        and not reading.text[reading.sentences[0].start : mention.start].strip()
        and _NAMED_ALONE.match(reading.text, mention.end) is not None
    )


def _proposed(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether a procedure is one of several to choose from, or a bare entry of the line in which a board speaks."""
    words = reading.expressions
    for other in reading.within(*clause, "LOCAL_THERAPY"):
        one, two = sorted((other, mention), key=lambda m: m.start)
        if one.end <= two.start and words["local_therapy.choice"].fullmatch(reading.text[one.end : two.start]):
            return True
    if words["local_therapy.finite"].search(reading.text, *clause):
        return False
    start = reading.sentences[reading.opening_of_line(mention.sentence)].start
    head = _HEAD.match(reading.text, start, mention.start)
    return bool(
        reading.within(start, mention.start, "LT_SPEAKER") or (head and reading.within(start, head.end(), "LT_BOARD"))
    )


def _status(reading: Reading, mention: Mention, clause: tuple[int, int]) -> _Status:
    sentence = reading.sentences[mention.sentence]
    weighed = _able(reading, *clause) or reading.within(*clause, "LT_OPTION")  # a form asks what is possible or wanted
    asked = reading.expressions["local_therapy.asked"].match(reading.text, mention.end, sentence.end + 8)
    if asked and not weighed:
        return _Status.NEGATED if asked["no"] else _Status.DONE if asked["yes"] else _Status.PLANNED
    denied = _is_denied(reading, mention, clause)
    if any(
        speaker.start <= mention.start < speaker.end
        for speaker in reading.within(sentence.start, sentence.end, "LT_SPEAKER")
    ):
        return _Status.NEGATED if denied else _Status.NONE
    if reading.within(clause[0], mention.start, "LT_CRITERIA") or reading.within(
        mention.end, min(clause[1], mention.end + 30), "LT_CRITERIA"
    ):
        return _Status.HYPOTHETICAL
    done = _is_done(reading, mention, clause)
    if denied is None and _called_off(reading, mention):
        return _Status.NEGATED
    if denied is not None:
        return _Status.NEGATED if denied else _Status.NONE
    if box_of(reading, mention) is False:
        return _Status.NONE
    answer = answer_of(reading.text[mention.end : sentence.end])
    if answer is not None and not weighed:
        return _Status.DONE if answer else _Status.NEGATED
    if ("HYPOTHETICAL" in mention.qualifiers.cues and not done) or _hoped_for(reading, mention, clause):
        return _Status.HYPOTHETICAL
    if done:
        return _Status.DONE
    if _able(reading, *clause):
        return _Status.NONE
    section = sentence.section.name if sentence.section else ""
    forward = (
        mention.qualifiers.temporality is Temporality.PLANNED
        or section == "plan"
        or (section == "indication" and _proposable(mention))
        or reading.within(
            sentence.start, mention.start, "LT_OPTION", *(("LT_SPEAKER",) if _proposable(mention) else ())
        )
        or any(
            not reading.expressions["local_therapy.reason"].search(reading.text, mention.end, option.start)
            for option in reading.within(mention.end, min(clause[1], mention.end + 45), "LT_OPTION")
        )
        or reading.sentence_text(mention.sentence).endswith("?")
        or "POSSIBLE" in mention.qualifiers.cues
        or _proposed(reading, mention, clause)
        or (
            _proposable(mention)
            and reading.within(*_block(reading, mention.sentence), "LAT_ABLE", "LT_BOARD", "LT_SPEAKER")
        )
    )
    if not forward:
        return _Status.DONE
    return _Status.NEGATED if _not_taken(reading, mention) else _Status.PLANNED


def _hoped_for(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether it is what another treatment is to make possible ("small enough for lobectomy")."""
    if reading.expressions["local_therapy.came_to_pass"].match(reading.text, mention.end):
        return False
    for hope in reversed(reading.within(max(clause[0], mention.start - _BEFORE_REACH), mention.start, "LT_HOPED")):
        return not reading.within(hope.end, mention.start, "LT_DONE", "LT_DONE_BEFORE")
    return False


def _not_taken(reading: Reading, mention: Mention) -> bool:
    """Whether what was offered or planned is then said not to have been taken."""
    words = reading.expressions
    end = reading.sentences[mention.sentence].end
    return bool(
        words["local_therapy.then_not"].match(reading.text, mention.end, end)
        or words["local_therapy.next_not"].match(reading.text[end - 1 : end + _BEFORE_REACH])
    )


def _called_off(reading: Reading, mention: Mention) -> bool:
    """Whether what is entered as done is then said never to have been done ("...: actually cancelled, not done")."""
    line = reading.sentences[mention.sentence].line
    rest = takewhile(
        lambda number: reading.sentences[number].line == line, range(mention.sentence, len(reading.sentences))
    )
    end = reading.sentences[max(rest)].end
    match = reading.expressions["local_therapy.called_off"].match(reading.text, mention.end, end)
    if match is None:
        return False
    return all(m.value.get("unspecific") for m in reading.within(mention.end, match.end(), "LOCAL_THERAPY"))


def _able(reading: Reading, start: int, end: int) -> list[Mention]:
    """Words of amenability; a patient "qualified for" radiotherapy is one for whom it was planned."""
    return [m for m in reading.within(start, end, "LAT_ABLE") if not m.text.lower().startswith("qualif")]


def _proposable(mention: Mention) -> bool:
    """Whether a board proposes it so often that its bare name in a board's note tells of no treatment given."""
    return mention.value["procedure"] != "surgery" or bool(
        mention.value.get("lung") or mention.value.get("metastasis") or mention.value.get("unspecific")
    )


def _block(reading: Reading, number: int) -> tuple[int, int]:
    """The paragraph of a sentence: where a board's view is told, a bare "SBRT" is its proposal."""
    block = reading.sentences[number].block
    first = last = number
    lowest, highest = max(0, number - _BLOCK_REACH), min(len(reading.sentences) - 1, number + _BLOCK_REACH)
    while first > lowest and reading.sentences[first - 1].block == block:
        first -= 1
    while last < highest and reading.sentences[last + 1].block == block:
        last += 1
    return reading.sentences[first].start, reading.sentences[last].end


def _is_done(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether words beside a procedure say that it took place: a verb, a date, what became of it."""
    words = reading.expressions
    if mention.value.get("done"):
        return True
    if mention.value.get("active") and mention.sentence + 1 < len(reading.sentences):
        further = reading.sentence_text(mention.sentence + 1)
        if words["local_therapy.specimen_next"].search(further):
            return True
    able = _able(reading, *clause)
    option = reading.within(max(clause[0], mention.start - 40), mention.start, "LT_OPTION")
    before = [
        done
        for done in reading.within(max(clause[0], mention.start - 40), mention.start, "LT_DONE", "LT_DONE_BEFORE")
        if not any(word.start < done.end and done.start < word.end for word in (*able, *option))
        and not any(
            word.end <= done.start and words["local_therapy.or"].search(reading.text[word.end : done.start])
            for word in able
        )
    ]
    behind = reading.within(mention.end, min(clause[1], mention.end + 90), "LT_DONE")
    if words["local_therapy.could_next"].match(reading.text, mention.end):
        return False  # "has had its dose, adrenalectomy can be added"
    if before and not (option and option[-1].start > before[-1].start):
        return True
    if behind and not reading.within(mention.end, behind[0].start, "LT_OPTION") and not option:
        return True
    sentence = reading.sentences[mention.sentence]
    dated = bool(_YEAR.search(reading.text, mention.end, min(clause[1], mention.end + 14)))
    if not reading.within(sentence.start, mention.start, "LT_SPEAKER", "LT_BOARD"):  # else the date is the meeting's
        dated = dated or bool(
            _YEAR.search(reading.text, max(sentence.start, mention.start - 16), mention.start)
            or _YEAR.match(reading.text[sentence.start : mention.start].lstrip(" -*•()"))
        )
    dated = dated or _given_on(reading, mention, clause)
    return dated and not option and not able and not reading.within(mention.end, clause[1], "LT_OPTION")


def _given_on(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether a line of history names it, or a day that lies behind follows as its own ("SRS to two mets 3 Feb")."""
    words = reading.expressions
    if mention.qualifiers.temporality is Temporality.PLANNED and "PLANNED" in mention.qualifiers.cues:
        return False
    start = reading.sentences[reading.opening_of_line(mention.sentence)].start
    if words["local_therapy.history_head"].match(reading.text[start : mention.end + 10]):
        return True
    if reading.within(start, mention.start, "LT_SPEAKER", "LT_BOARD"):
        return False
    day = next(reading.dates_within(mention.end, clause[1]), None)
    today = reading.note.note_date
    if day is None or day.date.month is None or today is None or day.date.earliest >= today:
        return False
    between = reading.text[mention.end : day.start]
    if words["local_therapy.person"].search(
        reading.text[max(reading.sentences[mention.sentence].start, mention.start - 25) : mention.start]
    ):
        return False  # "saw Dr. G, radiation, on 7/8"
    return len(between) <= 90 and not words["local_therapy.another_day"].search(between)


def _is_denied(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool | None:
    """Whether it was never given; False where only its advisability is denied ("not a candidate for"), else None."""
    for denial in reversed(reading.within(max(clause[0], mention.start - _DENIAL_REACH), mention.start, "LT_NOT")):
        if box_of(reading, denial) is False:
            continue
        if reading.expressions["local_therapy.unrelated"].search(reading.text, denial.end, mention.start):
            return None
        comma = reading.text.rfind(",", denial.end, mention.start)
        if comma >= 0 and (
            reading.within(comma, mention.start, "LT_DONE", "LT_DONE_BEFORE")
            or reading.expressions["local_therapy.own_day"].match(reading.text, mention.end, clause[1])
        ):
            continue  # "no surgery, SBRT to the adrenal in May"
        return not reading.within(denial.start, mention.start, "LAT_ABLE", "LT_OPTION")
    for denial in reading.within(mention.end, min(clause[1], mention.end + 60), "LT_NOT_BEHIND"):
        if box_of(reading, denial) is False:
            continue
        between = reading.text[mention.end : denial.start]
        return True if "," not in between or len(between) < 40 else None
    return None


def _assertion(status: _Status) -> Assertion:
    if status is _Status.NEGATED:
        return Assertion.NEGATED
    return Assertion.HYPOTHETICAL if status is _Status.HYPOTHETICAL else Assertion.AFFIRMED


def _experiencer(reading: Reading, mention: Mention, clause: tuple[int, int]) -> Experiencer:
    if reading.within(clause[0], mention.start, "LT_STUDY"):
        return Experiencer.OTHER
    return mention.qualifiers.experiencer


def _values(reading: Reading, place: _Place) -> Iterator[dict[str, Any]]:
    """The value of a treatment, one for each site that it was given to."""
    words = reading.expressions
    mention, limit, rule = place.mention, place.limit, place.mention.value
    targets = [str(rule["target"])] if "target" in rule else _targets(reading, place)
    of_metastasis = _organ_with_metastasis(reading, mention)
    if of_metastasis:
        targets = [of_metastasis]
    if rule.get("lung") and words["local_therapy.lung_metastasis"].search(
        reading.text[mention.start : min(limit, mention.end + 45)]
    ):
        targets = ["lung"]
    count = (
        words["local_therapy.count"].search(reading.text, mention.end, limit)
        if rule["procedure"] == "surgery"
        else None
    )
    for target in dict.fromkeys(targets):
        modality = _modality(mention)
        if target == "adrenal" and rule["procedure"] == "surgery" and _keyhole(reading, place):
            modality = "laparoscopic"
        elif target == "adrenal" and rule["procedure"] == "surgery" and modality is None and _opened(reading, place):
            modality = "open"
        value: dict[str, Any] = {"procedure": rule["procedure"], "target": target, "modality": modality}
        if count:
            number = count["number"].lower()
            value["count"] = _COUNTS.get(number) or int(number)
        flags = _flags(reading, place, target)
        if not flags.get("benign"):
            yield value | flags


def _organ_with_metastasis(reading: Reading, mention: Mention) -> str | None:
    """The site where the operation on an organ was for a metastasis ("nephrectomy for a renal metastasis")."""
    if "organ" not in mention.groups or not reading.expressions["local_therapy.for_metastasis"].match(
        reading.text, mention.end, _block(reading, mention.sentence)[1]
    ):
        return None
    organ = mention.groups["organ"].lower()
    return next((site for word, site in _ORGANS if word in organ), "other")


def _keyhole(reading: Reading, place: _Place) -> bool:
    """Whether the words beside an operation tell that it was laparoscopic; the protocol asks for it at the adrenal."""
    words = reading.expressions
    beside = reading.text[max(place.clause[0] - 5, 0) : place.limit]
    return bool(words["local_therapy.laparoscopic"].search(beside)) and not words["local_therapy.opened"].search(beside)


def _opened(reading: Reading, place: _Place) -> bool:
    """Whether an operation is told to have been an open one."""
    beside = reading.text[max(place.clause[0] - 5, 0) : place.limit]
    return reading.expressions["local_therapy.opened"].search(beside) is not None


def _modality(mention: Mention) -> str | None:
    given = mention.value.get("modality")
    if given:
        return str(given)
    text = mention.text.lower()
    names = {
        "radiofrequency": "RFA",
        "microwave": "microwave",
        "cryo": "cryoablation",
        "ethanol": "PEI",
        "ire": "IRE",
        "tace": "TACE",
    }
    for group, name in names.items():
        if group in mention.groups:
            return name
    for word in ("laparoscopic", "lobectomy", "pneumonectomy", "segmentectomy", "wedge", "vats", "metastasectomy"):
        if word in text:
            return "VATS" if word == "vats" else word
    if "keyhole" in text:
        return "laparoscopic"
    if "organ" in mention.groups:
        return mention.groups["organ"].lower()
    if "vertebroplast" in text or "kyphoplast" in text or "laminectomy" in text:
        return text
    return None


def _flags(reading: Reading, place: _Place, target: str) -> dict[str, bool]:
    mention, clause = place.mention, place.clause
    flags: dict[str, bool] = {}
    sentence = reading.sentences[mention.sentence]
    own = reading.within(sentence.start, sentence.end, "LT_LUNG_CANCER")
    history = sentence.section is not None and sentence.section.name in _HISTORIES
    if _organ_with_metastasis(reading, mention):
        pass  # the metastasis of this cancer, whatever the organ is named
    elif mention.value.get("other_tumour") or _of_another_tumour(reading, place, own, history):
        flags["other_tumour"] = True
    reason = _REASON.match(reading.text, mention.end)
    named = reason and reading.within(reason.start(), reason.end(), "LT_BENIGN")
    removed = _on_something_benign(reading, mention, clause)
    heart = mention.value["procedure"] == "ablation" and reading.within(sentence.start, sentence.end, "LT_HEART")
    if heart or named or removed or (reading.within(*clause, "LT_BENIGN") and not own):
        flags["benign"] = True
    if mention.value.get("palliative") and _long_before(reading, mention, clause):
        flags["benign"] = True
    if history and mention.value.get("unspecific") and not own:
        flags["benign"] = True
    radiotherapy = mention.value["procedure"] == "radiotherapy"
    stereotactic = mention.value.get("modality") in ("SBRT", "SABR", "SRS", "SRT", "WBRT")
    radical = reading.expressions["local_therapy.radical_words"].search(reading.sentence_text(mention.sentence))
    bone = radiotherapy and target == "bone" and not radical
    if (
        mention.value.get("palliative")
        or (radiotherapy and not stereotactic and bone)
        or (radiotherapy and not stereotactic and reading.within(sentence.start, sentence.end, "LT_PALLIATIVE"))
    ):
        flags["palliative"] = True
    if (
        radiotherapy
        and (reading.within(sentence.start, sentence.end, "LT_CAVITY"))
        and target in ("brain", "unspecified")
    ):
        flags["cavity"] = True
        flags.pop("palliative", None)  # five times five grays to a cavity are adjuvant
    after = min(_block(reading, mention.sentence)[1], sentence.end + _DIAGNOSTIC_REACH)
    if mention.value["procedure"] == "surgery" and reading.within(sentence.start, after, "LT_DIAGNOSTIC"):
        flags["diagnostic"] = True
    return flags


def _on_something_benign(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether the object of an operation is benign ("resection of a lung hamartoma"), wherever it sat."""
    for benign in reading.within(mention.end, min(clause[1], mention.end + 45), "LT_BENIGN"):
        return (
            reading.expressions["local_therapy.object"].fullmatch(reading.text[mention.end : benign.start]) is not None
        )
    return False


def _long_before(reading: Reading, mention: Mention, clause: tuple[int, int]) -> bool:
    """Whether a bone was stabilised years before the note: first-line patients had no bone metastasis then."""
    year = _FULL_YEAR.search(reading.text, mention.end, min(clause[1], mention.end + _BESIDE))
    on = reading.note.note_date
    return bool(year and on and on.year - int(year[0]) >= _YEARS_BEFORE)


def _of_another_tumour(reading: Reading, place: _Place, own: list[Mention], history: bool) -> bool:
    """Whether the nearest cancer beside a procedure is another one, or the procedure goes with such a one's."""
    mention, clause = place.mention, place.clause
    others = reading.within(*clause, "LT_OTHER_CANCER")
    beside = place.earlier[-1:] if place.earlier and mention.start - place.earlier[-1].end < _BESIDE else ()
    if any(m.value.get("other_tumour") and m.start >= clause[0] for m in beside):
        return True
    if not others:
        return False
    behind = [other for other in others if other.start >= mention.end]
    if behind and reading.expressions["local_therapy.found_in_it"].fullmatch(reading.text, mention.end, behind[0].end):
        return True  # "wedge resection (2017-03), AIS": what was found in it
    return history or not own or _distance(mention, others) < _distance(mention, own)


def _distance(mention: Mention, others: list[Mention]) -> int:
    return min(max(other.start - mention.end, mention.start - other.end, 0) for other in others)


def _targets(reading: Reading, place: _Place) -> list[str]:
    """The sites that a procedure without a place of its own is about: inside it, behind it, before it."""
    words = reading.expressions
    mention, rule = place.mention, place.mention.value
    inside = _sites(reading, mention.start, mention.end)
    if inside:
        return inside[-1:]
    if reading.text[mention.start - 1 : mention.start] == "(" and reading.text[mention.end : mention.end + 1] == ")":
        enclosed = _sites(reading, max(place.clause[0], mention.start - _BESIDE), mention.start)
        if enclosed:
            return enclosed[-1:]  # "right adrenal (irradiated), T12"
    if by := _performed_by(reading, place):
        return [by]
    if (
        rule["procedure"] == "radiotherapy"
        and not rule.get("dose")
        and words["local_therapy.chest_next"].match(reading.text, mention.end)
    ):
        return ["primary"]
    surgery, dose, unspecific = rule["procedure"] == "surgery", bool(rule.get("dose")), bool(rule.get("unspecific"))
    earlier = [m for m in place.earlier if place.clause[0] <= m.start]
    behind = _listed(reading, mention.end, min(place.limit, mention.end + _BEHIND_REACH), surgery)
    before = _sites(
        reading, max([place.clause[0], mention.start - _BEFORE_REACH, *(m.end for m in earlier)]), mention.start
    )
    if dose and not words["local_therapy.to"].match(reading.text, mention.end):
        found = (
            before or behind or _sites(reading, place.clause[0], mention.start)[-1:]
        )  # "the right iliac nodes and the sacrum received 30 Gy"
    elif rule.get("verb"):
        found = before[:1]  # "the adrenal was removed, the sacrum is stable"
    else:
        found = behind or ([] if unspecific else before[-1:])
    operated = [m for m in earlier if m.value["procedure"] == "surgery" and "target" in m.value]
    reach = _BESIDE if found else _SAME_OPERATION
    if surgery and not behind and not rule.get("verb") and operated and mention.start - operated[-1].end < reach:
        return [str(operated[-1].value["target"])]  # "craniotomy, gross total resection"
    if not found and rule["procedure"] == "radiotherapy" and operated:
        return [str(operated[-1].value["target"])]  # "nailing, then radiotherapy"
    radiotherapy = rule["procedure"] == "radiotherapy"
    if (
        not found
        and radiotherapy
        and (
            words["local_therapy.chest"].search(mention.text)
            or words["local_therapy.chest_behind"].match(reading.text[mention.end : place.limit])
        )
    ):
        return ["primary"]
    cavity = [
        m
        for m in reading.within(*place.clause, "LT_CAVITY")
        if "cavity" in m.text or rule.get("modality") in ("SRS", "SRT")
    ]
    if not found and not place.denied and radiotherapy and not cavity:
        found = _above(reading, mention.sentence)
    if not found and radiotherapy and any("bed" in m.text for m in reading.within(*place.clause, "LT_CAVITY")):
        start = _block(reading, mention.sentence)[0]
        beds = [m for m in place.earlier if m.value["procedure"] == "surgery" and m.start >= start]
        found = _targets_of_operation(reading, beds[-1]) if beds else []
    if not found and radiotherapy and cavity:
        return ["brain"]
    if found or not surgery or unspecific or rule.get("metastasis"):
        return found or ["unspecified"]
    block = _block(reading, mention.sentence)[0]
    told = [m for m in place.earlier if m.value["procedure"] == "surgery" and "target" in m.value and m.start >= block]
    return [str(told[-1].value["target"])] if told else ["primary"]


def _targets_of_operation(reading: Reading, operation: Mention) -> list[str]:
    """Where an operation was, for the irradiation of its bed."""
    if "target" in operation.value:
        return [str(operation.value["target"])]
    clause = clause_of(reading, operation.start)
    return _targets(reading, _Place(operation, clause, clause[1], (), False))


def _performed_by(reading: Reading, place: _Place) -> str | None:
    """The target of the operation through which another was done ("resection via craniotomy")."""
    if place.mention.value["procedure"] != "surgery":
        return None
    for other in reading.within(place.mention.end, place.clause[1], "LOCAL_THERAPY"):
        if "target" in other.value and reading.expressions["local_therapy.by"].fullmatch(
            reading.text[place.mention.end : other.start]
        ):
            return str(other.value["target"])
    return None


def _listed(reading: Reading, start: int, end: int, linked: bool) -> list[str]:
    """The first site of a stretch and those that a list adds to it."""
    words = reading.expressions
    places = outermost(reading.within(start, end, "PRIMARY", "SITE"))
    if not places or (linked and not words["local_therapy.linked"].fullmatch(reading.text[start : places[0].start])):
        return []
    last = places[0]
    chosen = [last]
    for place in places[1:]:
        if not words["local_therapy.listed"].fullmatch(reading.text[last.end : place.start]):
            break
        chosen.append(place)
        last = place
    return [_site(reading, place) for place in chosen]


def _above(reading: Reading, number: int) -> list[str]:
    """The sites of the line before, for a treatment sheet or "post-operative radiotherapy" after an operation."""
    form = _FORM_LINE.match(reading.sentence_text(number)) is not None
    for earlier in range(number - 1, max(-1, number - 1 - (_FORM_LINES if form else 2)), -1):
        if reading.sentences[earlier].block != reading.sentences[number].block:
            break
        sites = _sites(reading, reading.sentences[earlier].start, reading.sentences[earlier].end)
        if sites:
            return sites[-1:]
    return []


def _sites(reading: Reading, start: int, end: int) -> list[str]:
    return [_site(reading, place) for place in outermost(reading.within(start, end, "PRIMARY", "SITE"))]


def _site(reading: Reading, place: Mention) -> str:
    if place.category == "PRIMARY":
        return "primary"
    if place.value.get("site") == "lung":
        return (
            "lung"
            if reading.expressions["local_therapy.nodule_behind"].match(reading.text[place.end : place.end + 25])
            else "primary"
        )
    return str(place.value["site"])
