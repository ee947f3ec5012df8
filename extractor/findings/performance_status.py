"""Performance status on the ECOG or the Karnofsky scale.

WHO and Zubrod are the ECOG scale, the Australia-modified Karnofsky is Karnofsky's; the Palliative Performance
Scale and Lansky's are neither (CLINICAL_SPEC sections 2 and 3). A printed scale ("0 1 2 3 4", "0 = fully
active, 1 = …") states nothing unless one of its values is marked.

The value has, beside the contract's keys, ``stay`` (``admission`` or ``discharge``) where the note tells
two points of one stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from extractor.findings.clauses import outermost
from extractor.findings.nearby import standing
from extractor.findings.options import choices
from extractor.language.frames import day_behind
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

CONCEPT = "performance_status"
PS, FOLLOW, NAME, FALSE = "PS", "PS_FOLLOW", "PS_NAME", "PS_FALSE"

_WORDS: Mapping[str, int] = {
    "o": 0, "zero": 0, "nought": 0, "naught": 0, "one": 1, "two": 2, "three": 3, "four": 4, "i": 1, "ii": 2, "iii": 3,
}  # fmt: skip
_AT_MOST = re.compile(
    r"^(?:<|≤|=<|at most|up to|less|no|not|below|under|max)|(?:better|less|lower|below|under|fitter)$", re.I
)
_STRICT = re.compile(r"^(?:<|>|less than|greater than|more than|below|above|under|over)$", re.I)
_OPEN = re.compile(r"better|less|lower|below|under|fitter|worse|higher|more|above|greater|over", re.I)
_WAS = re.compile(
    r"\b(?:had been|was (?:previously|initially)|(?:initial|baseline|previous)(?:ly)?|(?:at|on|upon) (?:\w+ )?(?:diagnosis|baseline|presentation|admission|arrival|referral|last visit)|(?:before|prior to) (?:\w+ )?\w+)\b",
    re.I,
)
_IF = re.compile(r"\b(?:would|could|should|might)\b", re.I)
_ADMISSION = re.compile(r"\b(?:on|at|upon) (?:hospital )?(?:admission|arrival)\b|\badmission\b", re.I)
_DISCHARGE = re.compile(r"\b(?:on|at|upon) (?:hospital )?discharge\b|\bdischarge\b", re.I)
_FROM = re.compile(r"\bfrom (?:an? |his |her |the )?$", re.I)
_TO = re.compile(r"^[ ](?:\w+ ){0,3}to\b", re.I)
_LEANS = re.compile(
    r"^[ ,;:(/-]*(?:(?:but|and|which|is|was|has|had|have|it|he|she|at|in|on|since|before|after|the|an?|of|by|over|diagnosis|baseline|"
    r"admission|presentation|start|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|"
    r"august|september|october|november|december|\d{4}|last|visit|week|month|year|today|now|improv\w+|declin\w+|worsen\w+|recover\w+|"
    r"deteriorat\w+|dropp\w+|fell|increased|decreased|went|gone|up|down|back|PS|ECOG|currently|clinician|physician|rated|per|"
    r"patient|same|day|however|while|whereas)\b[ ,;:(/-]*){0,7}$",
    re.I,
)
_SCALE_LEGEND = re.compile(r"^[ ]?(?:=|-|:|\()[ ]?[^\n]{3,120}?(?<![\w/.-])(?:[1-5])[ ]?(?:=|-|:|\()[ ]?[A-Za-z]")
_NUMBERS_IN_A_ROW = re.compile(r"(?:[ (\[*_/|,;-]*(?<!\d)[0-5](?![\d.%])[)\]*_✓]{0,2}){3,}")
_BOXED = re.compile(
    r"\[[ _]*[xX✓✔*+]?[ _]*\]|\([ ]?[xX✓✔*+]?[ ]?\)|[☐☑☒□■○●◯◉⬜✅✓✔✗✘❏]|(?<!\w)_{1,4}[xX✓]?_{0,4}(?!\w)"
)
_MARKED = re.compile(r"(?:[(\[*][ ]?([0-5])[ ]?[)\]*])|([0-5])[ ]?(?:✓|✔|<-+|←|x(?!\w))", re.I)
_NUMBER = re.compile(r"(?<![\w./-])([0-5]|100|[1-9]0)(?![\w%]|[./]\d)")
_OPTION_LINE = re.compile(
    r"[ ]*(?:[-*•][ ]*)?(?:\[[ xX✓]?\]|\([ xX✓]?\)|[☐☑☒□■○●✓])?[ ]*([0-5])(?![\d/.]\d|\d|[ ]*\))[ ]*(?:[-=:.)(]|[ ]{1,}[A-Za-z]|\[|\(|☐|☒|$)"
)
_CELL = re.compile(r"[0-5](?:[ ]?[-/][ ]?[0-5])?(?![\w%])|(?:100|[1-9]0)[ ]?%?(?!\w)")
_PAST_COLUMN = re.compile(
    r"baseline|initial|diagnos|previous|prior|admission|before|pre-?|first|start|past|last|old|c1\b|referral|present(?:ation)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One value told: its place, the interval, and what the words around it say of its time."""

    mention: Mention
    end: int
    value: dict[str, Any]
    past: bool | None = None
    supposed: bool = False
    date: date | None = None
    start: int | None = None


def find(reading: Reading) -> Iterator[Finding]:
    """Every value of a performance status."""
    forms = list(_forms(reading))
    taken = [(r.mention.start, r.end) for r in forms] + list(_printed_scales(reading))
    mentions = [m for m in outermost(reading.of(PS)) if _meant(reading, m) and not _overlaps(m, taken)]
    found = sorted([*forms, *(r for m in mentions for r in _told(reading, m))], key=lambda r: (r.mention.start, r.end))
    for number, told in enumerate(found):
        floor = max((r.end for r in found[:number] if r.end <= told.mention.start), default=0)
        later = [r.mention.start for r in found[number + 1 :] if r.mention.start >= told.end]
        yield _finding(reading, told, floor, later[0] if later else None)


def _overlaps(mention: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < mention.end and mention.start < end for start, end in spans)


def _meant(reading: Reading, mention: Mention) -> bool:
    """Whether the words are a performance status and no pressure support, legend or list number."""
    low = mention.groups.get("low")
    bare = re.match(r"(?:PS|P\.S\.)(?![ ]?[(/-][ ]?(?:ECOG|WHO))", mention.text, re.I) is not None
    if bare and reading.in_sentence(mention.sentence, FALSE):
        return False
    if bare and low == "5":
        return False
    if bare and mention.text.startswith("P.S.") and not re.match(r"P\.S\.[ ]?[:=]?[ ]?\d", mention.text):
        return False
    if mention.text[:2] == "ps" and re.match(r"ps[ ]?[.]", mention.text):
        return False
    value = _interval(mention.groups, "")
    if value is not None and (value["low"], value["high"]) in ((0, 4), (0, 5)) and "bound" not in mention.groups:
        return False  # the scale's range, not a value on it
    return _SCALE_LEGEND.match(reading.text[mention.end : mention.end + 140].split("\n")[0]) is None


# ------------------------------------------------------------------------------------------- values


def _told(reading: Reading, mention: Mention) -> Iterator[_Reading]:
    """The values of one mention and of what leans on it."""
    groups = {key.rstrip("_"): text for key, text in mention.groups.items()}
    link = groups.get("link", "")
    value = _interval(groups, "k") if "klow" in groups and "low" not in groups else _interval(groups, "")
    if value is None:
        return
    if "former" in groups:
        former = _interval(
            {"low": groups["former"], **({"high": groups["former_high"]} if "former_high" in groups else {})}, ""
        )
        if former is not None:
            yield _Reading(mention, mention.end, former, past=True)
        yield _Reading(mention, mention.end, value, past=False)
    else:
        if _ADMISSION.search(link):
            value["stay"] = "admission"
        elif _DISCHARGE.search(link):
            value["stay"] = "discharge"
        before, after = (
            reading.text[max(0, mention.start - 12) : mention.start],
            reading.text[mention.end : mention.end + 20],
        )
        changed = _FROM.search(before) is not None and _TO.match(after) is not None
        past = True if changed or (_WAS.search(link) and "discharge" not in link.lower()) else None
        open_ended = "tail" in groups and _OPEN.search(groups["tail"]) is not None
        yield _Reading(mention, mention.end, value, past=past, supposed=_IF.search(link) is not None or open_ended)
        if "klow" in groups and "low" in groups:
            second = _interval(groups, "k")
            if second is not None:
                yield _Reading(mention, mention.end, second, past=past)
    yield from _leaning(reading, mention, value)


def _leaning(reading: Reading, mention: Mention, value: Mapping[str, Any]) -> Iterator[_Reading]:
    """Values that follow without a name: "ECOG 1 (previously 2)", "clinician-rated ECOG 1, patient-rated 2"."""
    end = mention.end
    stop = reading.sentences[mention.sentence].end
    nexts = [m.start for m in reading.within(end, stop, PS)]
    for follow in reading.within(end, min([stop, *nexts]), FOLLOW):
        if follow.start < end:
            continue
        if _LEANS.match(reading.text[end : follow.start]) is None:
            return
        told = _interval(follow.groups, "")
        if told is None or value["scale"] != "ECOG":
            return
        yield _Reading(follow, follow.end, told, past=follow.value.get("past"))
        end = follow.end


def _interval(groups: Mapping[str, str], prefix: str) -> dict[str, Any] | None:
    """``{"scale", "low", "high"}`` of the groups of a match."""
    if f"{prefix}low" not in groups:
        return None
    low = _number(groups[f"{prefix}low"])
    second = groups.get(f"{prefix}high")
    high = low if second is None else _number(second)
    best, worst, step = (100, 10, 10) if prefix else (0, 4, 1)
    if not prefix and second is not None and high in (4, 5) and high - low > 1 and "/" in groups.get("whole", "/"):
        high = low  # "1/4" and "2/5" are one value of the scale's four or five
    if high < low:
        low, high = high, low
    bound = groups.get(f"{prefix}bound") or groups.get(f"{prefix}tail") or ""
    bound = bound.strip().replace(" =", "=")
    if second is None and bound and bound != "between":
        strict = step if _STRICT.match(bound) else 0
        if prefix:
            down = _AT_MOST.search(bound) is not None and "better" not in bound
            low, high = (worst, low - strict) if down else (low + strict, best)
        elif _AT_MOST.search(bound):
            low, high = best, low - strict
        else:
            low, high = low + strict, worst
    if low > high:
        return None
    return {"scale": "KPS" if prefix else "ECOG", "low": low, "high": high}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _WORDS[text.lower()]


# --------------------------------------------------------------------------------- forms and tables


def _line(text: str, place: int) -> tuple[int, int]:
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end


def _forms(reading: Reading) -> Iterator[_Reading]:
    """Values that a form or table tells by its layout."""
    for name in outermost(reading.of(NAME)):
        _, end = _line(reading.text, name.start)
        yield from _ticked(reading, name, end)
        yield from _row(reading, name, end)
        yield from _column(reading, name)


def _printed_scales(reading: Reading) -> Iterator[tuple[int, int]]:
    """Stretches where the whole scale is printed; a number in there is no value unless it is marked."""
    for name in outermost(reading.of(NAME)):
        _, end = _line(reading.text, name.start)
        options = _options(reading.text, name, end)
        if len(options) >= 2:
            yield name.start, options[-1][1]
        row = _NUMBERS_IN_A_ROW.match(reading.text, name.end, end)
        if row and re.search(r"0\D+1\D+2", row[0]):
            yield name.start, row.end()
        lines = _option_lines(reading, name, end)
        if lines:
            yield name.start, lines[-1][1]


def _options(text: str, name: Mention, end: int) -> list[tuple[int, int]]:
    """The numbers with boxes behind a name, where the form prints them in one line."""
    first = _BOXED.search(text, name.end, end)
    if first is None or first.start() - name.end > 30 or re.search(r"[a-z]{3,}", text[name.end : first.start()], re.I):
        return []
    options: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(text, name.end, end):
        previous = options[-1] if options else None
        if previous is not None and (
            int(match[1]) != int(text[previous[0] : previous[1]]) + 1 or match.start() - previous[1] > 60
        ):
            break
        options.append((match.start(), match.end()))
    return options


def _option_lines(reading: Reading, name: Mention, end: int) -> list[tuple[int, int, int]]:
    """The lines below a name that print the scale: start, end and number of each."""
    text = reading.text
    if re.search(r"\w", text[name.end : end].replace("select one", "")):
        return []
    lines: list[tuple[int, int, int]] = []
    start = end + 1
    while start < len(text) and len(lines) < 6:
        stop = _line(text, start)[1]
        option = _OPTION_LINE.match(text, start, stop)
        if option is None or (lines and int(option[1]) != lines[-1][2] + 1):
            break
        lines.append((start, stop, int(option[1])))
        start = stop + 1
    return lines if len(lines) >= 2 else []


def _ticked(reading: Reading, name: Mention, end: int) -> Iterator[_Reading]:
    text = reading.text
    options = _options(text, name, end)
    if len(options) >= 2 or (options and _BOXED.search(text, name.end, options[0][0] + 8)):
        ticked = [option for option, on in choices(text, options).items() if on]
        yield from _chosen(name, [(int(text[s:e]), e) for s, e in ticked])
        return
    row = _NUMBERS_IN_A_ROW.match(text, name.end, end)
    if row and re.search(r"0\D+1\D+2", row[0]):
        marks = [(int(m[1] or m[2]), m.end()) for m in _MARKED.finditer(text, name.end, row.end() + 1)]
        yield from _chosen(name, marks if len(marks) == 1 else [])
        return
    lines = _option_lines(reading, name, end)
    spans = {}
    for start, stop, number in lines:
        option = _OPTION_LINE.match(text, start, stop)
        if option is not None:
            spans[option.span(1)] = (number, stop)
    on = [spans[span] for span, marked in choices(text, spans).items() if marked]
    yield from _chosen(name, on)


def _chosen(name: Mention, ticked: Sequence[tuple[int, int]]) -> Iterator[_Reading]:
    if not ticked:
        return
    numbers = [number for number, _ in ticked]
    scale = "KPS" if max(numbers) >= 10 else "ECOG"
    yield _Reading(name, max(end for _, end in ticked), {"scale": scale, "low": min(numbers), "high": max(numbers)})


def _row(reading: Reading, name: Mention, end: int) -> Iterator[_Reading]:
    """A row of a table with several values: "ECOG | 2 | 1" below "Baseline | Restaging"."""
    text = reading.text
    tail = text[name.end : end]
    wide = re.match(r"[ :]*(?:\||[ ]{2,})", tail)
    if wide is None:
        return
    cells: list[re.Match[str]] = []
    place = name.end
    for match in _CELL.finditer(text, name.end, end):
        if text[place : match.start()].strip(" |:") or (
            cells and not re.fullmatch(r"[ ]{2,}|[ ]*\|[ ]*", text[place : match.start()])
        ):
            break
        cells.append(match)
        place = match.end()
    if len(cells) < 2:
        return
    headers = _headers(reading, name.start, cells)
    if headers is None:
        return
    told = [(cell, header, _day(reading, header)) for cell, header in zip(cells, headers, strict=True)]
    days = [day for _, _, day in told if day]
    for number, (cell, header, day) in enumerate(told):
        words = text[header[0] : header[1]]
        past = (
            bool(_PAST_COLUMN.search(words))
            or (day is not None and day < max(days))
            or (not days and number < len(told) - 1)
        )
        yield _Reading(name, cell.end(), _cell_value(cell[0]), past=past, date=day)


def _cell_value(cell: str) -> dict[str, Any]:
    numbers = [int(number) for number in re.findall(r"\d+", cell)]
    return {"scale": "KPS" if numbers[0] >= 10 else "ECOG", "low": min(numbers), "high": max(numbers)}


def _day(reading: Reading, span: tuple[int, int]) -> date | None:
    return next((m.date.full for m in reading.dates_within(span[0], span[1]) if m.date.full), None)


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The cells of a line: between bars, else between gaps of two blanks."""
    pattern = r"[^|\n]+" if "|" in text[start:end] else r"\S+(?:[ ]\S+)*"
    return [(m.start(), m.end()) for m in re.finditer(pattern, text[start:end]) if m[0].strip()]


def _headers(reading: Reading, place: int, cells: Sequence[re.Match[str]]) -> list[tuple[int, int]] | None:
    """The heads of a row's columns, from a line above with as many."""
    text = reading.text
    start, _ = _line(text, place)
    wanted = len(cells)
    for _ in range(8):
        if start == 0:
            return None
        above, stop = _line(text, start - 1)
        heads = _cells(text, above, stop)
        words = [h for h in heads if re.search(r"[A-Za-z]|\d[./-]\d", text[above + h[0] : above + h[1]])]
        if len(words) in (wanted, wanted + 1) and len(words) >= 2 and len(heads) == len(words):
            return [(above + a, above + b) for a, b in words[-wanted:]]
        start = above
    return None


def _column(reading: Reading, name: Mention) -> Iterator[_Reading]:
    """A column headed by the name, one dated row a visit."""
    text = reading.text
    start, end = _line(text, name.start)
    heads = _cells(text, start, end)
    own = next((n for n, (a, b) in enumerate(heads) if start + a <= name.start < start + b), None)
    if own is None or (len(heads) < 3 and "|" not in text[start:end]) or len(heads) < 2:
        return
    rows: list[tuple[int, str, date | None]] = []
    place = end + 1
    while place < len(text) and len(rows) < 40:
        stop = _line(text, place)[1]
        cells = _cells(text, place, stop)
        if set(text[place:stop]) <= set(" |-+=:"):
            place = stop + 1
            if place > len(text) or not text[place - 1 : stop].strip():
                pass
            if not text[place - 1 - (stop - place + 1) : stop].strip():
                break
            continue
        if len(cells) != len(heads):
            break
        cell = text[place + cells[own][0] : place + cells[own][1]].strip()
        if _CELL.fullmatch(cell):
            rows.append(
                (
                    place + cells[own][0] + len(text[place + cells[own][0] : place + cells[own][1]].rstrip()),
                    cell,
                    _day(reading, (place, stop)),
                )
            )
        place = stop + 1
    days = [day for _, _, day in rows if day]
    for at, cell, day in rows:
        past = day is not None and day < max(days)
        yield _Reading(name, at, _cell_value(cell), past=past, date=day, start=at - len(cell))


# ------------------------------------------------------------------------------------------ finding


def _finding(reading: Reading, told: _Reading, floor: int, ceiling: int | None) -> Finding:
    mention = told.mention
    state = standing(reading, mention, floor, ceiling, kin=False)
    changes = state.changes()
    if told.past is not None:
        changes["temporality"] = Temporality.HISTORICAL if told.past else Temporality.CURRENT
    if told.supposed:
        changes["assertion"] = Assertion.HYPOTHETICAL
    if state.experiencer is Experiencer.FAMILY and "family" not in (mention.text.lower(),):
        section = reading.sentences[mention.sentence].section
        if section is None or section.name != "family_history":
            changes["experiencer"] = Experiencer.PATIENT
    value = dict(told.value)
    if "stay" not in value and told.past is not False:
        around = reading.text[max(reading.sentences[mention.sentence].start, mention.start - 40, floor) : mention.start]
        if _ADMISSION.search(around):
            value["stay"] = "admission"
        elif _DISCHARGE.search(around):
            value["stay"] = "discharge"
    if value.get("stay") == "discharge":
        changes["temporality"] = Temporality.CURRENT
    elif value.get("stay") == "admission":
        changes["temporality"] = Temporality.HISTORICAL
    day = told.date or day_behind(reading, told.end, mention.sentence)
    if day is not None:
        changes["date"] = day
    start = mention.start if told.start is None else told.start
    return reading.finding(CONCEPT, value, start, told.end, by=mention, **changes)
