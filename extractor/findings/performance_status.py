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
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from extractor.findings.clauses import clause_of, outermost
from extractor.findings.nearby import standing
from extractor.findings.options import choices
from extractor.language.reading import Mention, Reading
from extractor.records import Assertion, Experiencer, Finding, Temporality

CONCEPT = "performance_status"
PS, FOLLOW, NAME, FALSE = "PS", "PS_FOLLOW", "PS_NAME", "PS_FALSE"

_WORDS: Mapping[str, int] = {
    "o": 0, "zero": 0, "nought": 0, "naught": 0, "nil": 0, "ought": 0, "one": 1, "two": 2, "three": 3, "four": 4,
    "i": 1, "ii": 2, "iii": 3, "l": 1,
}  # fmt: skip
_AT_MOST = re.compile(
    r"^(?:<|≤|=<|at most|up to|less|no|not|below|under|max)|(?:better|less|lower|below|under|fitter)$", re.I
)
_STRICT = re.compile(r"^(?:<|>|less than|greater than|more than|below|above|under|over)$", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LINES_ABOVE = 9
"""So many sentences back a heading is looked for."""
_HEADING = 60
"""A heading is no longer than that, in characters."""
_KIN_REACH = 90
"""A relative who is the subject of a value stands within so many characters before it."""
_TO = re.compile(r"^[ ](?:\w+ ){0,3}to\b", re.I)
_SCALE_LEGEND = re.compile(r"^[ ]?(?:=|-|:|\()[ ]?[^\n]{3,120}?(?<![\w/.-])(?:[1-5])[ ]?(?:=|-|:|\()[ ]?[A-Za-z]")
_NUMBERS_IN_A_ROW = re.compile(r"(?:[ (\[*_/|,;:=-]*(?<!\d)[0-5](?![\d.%])[)\]*_✓]{0,2}){3,}")
_BOXED = re.compile(
    r"\[[ _]*[xX✓✔*+]?[ _]*\]|\([ ]?[xX✓✔*+]?[ ]?\)|[☐☑☒□■○●◯◉⬜✅✓✔✗✘❏]|(?<!\w)_{1,4}[xX✓]?_{0,4}(?!\w)"
)
_MARKED = re.compile(r"(?:[(\[*][ ]?([0-5])[ ]?[)\]*])|([0-5])[ ]?(?:✓|✔|<-+|←|x(?!\w))", re.I)
_NUMBER = re.compile(r"(?<![\w./-])([0-5]|100|[1-9]0)(?![\w%]|[./]\d)")
_OPTION_LINE = re.compile(
    r"[ ]*(?:[-*•][ ]*)?(?:\[[ xX✓]?\]|\([ xX✓]?\)|[☐☑☒□■○●✓])?[ ]*([0-5])(?![\d/.]\d|\d|[ ]*\))[ ]*"
    r"(?:[-=:.)(]|[ ]{1,}[A-Za-z]|\[|\(|☐|☒|$)"
)
_CELL = re.compile(r"[0-5](?:[ ]?[-/][ ]?[0-5])?(?![\w%])|(?:100|[1-9]0)[ ]?%?(?!\w)")


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
    legend = [m for m in mentions if reading.expressions["performance_status.legend"].match(reading.text, m.end)]
    if len({m.groups.get("low") for m in legend}) > 1:  # the scale is explained, a value to a line
        mentions = [m for m in mentions if m not in legend]
    found = sorted([*forms, *(r for m in mentions for r in _told(reading, m))], key=lambda r: (r.mention.start, r.end))
    findings: list[Finding] = []
    for number, told in enumerate(found):
        floor = max((r.end for r in found[:number] if r.end <= told.mention.start), default=0)
        later = [r.mention.start for r in found[number + 1 :] if r.mention.start >= told.end]
        findings.append(_finding(reading, told, floor, later[0] if later else None))
    yield from (_in_time(finding, findings) for finding in findings)


def _in_time(finding: Finding, findings: Sequence[Finding]) -> Finding:
    """A value of an admission or of a day before: former where the note has a later one."""
    others = [f for f in findings if f is not finding and f.decides and f.temporality is Temporality.CURRENT]
    if finding.value.get("stay") == "admission":
        later = any(f.value.get("stay") != "admission" for f in others)
    else:
        day = finding.date
        later = day is not None and not finding.value.get("stay") and any(f.date and f.date > day for f in others)
    return replace(finding, temporality=Temporality.HISTORICAL) if later else finding


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
    words = reading.expressions
    groups = {key.rstrip("_"): text for key, text in mention.groups.items()}
    link = groups.get("link", "")
    value = _interval(groups, "k") if "klow" in groups and "low" not in groups else _interval(groups, "")
    if value is None:
        return
    if "kformer" in groups:
        former = _interval({"klow": groups["kformer"]}, "k")
        if former is not None:
            yield _Reading(mention, mention.end, former, past=True)
        yield _Reading(mention, mention.end, value, past=False)
    elif "former" in groups:
        former = _interval(
            {"low": groups["former"], **({"high": groups["former_high"]} if "former_high" in groups else {})}, ""
        )
        if former is not None:
            yield _Reading(mention, mention.end, former, past=True)
        yield _Reading(mention, mention.end, value, past=False)
    else:
        if words["performance_status.admission"].search(link):
            value["stay"] = "admission"
        elif words["performance_status.discharge"].search(link):
            value["stay"] = "discharge"
        before, after = (
            reading.text[max(0, mention.start - 12) : mention.start],
            reading.text[mention.end : mention.end + 20],
        )
        changed = words["performance_status.from"].search(before) is not None and _TO.match(after) is not None
        past = (
            True
            if changed or (words["performance_status.was"].search(link) and "discharge" not in link.lower())
            else None
        )
        open_ended = "tail" in groups and words["performance_status.open_tail"].search(groups["tail"]) is not None
        yield _Reading(mention, mention.end, value, past=past, supposed=_supposed(reading, mention, link) or open_ended)
        if "klow" in groups and "low" in groups:
            second = _interval(groups, "k")
            if second is not None:
                yield _Reading(mention, mention.end, second, past=past)
    yield from _leaning(reading, mention, value)


def _supposed(reading: Reading, mention: Mention, link: str) -> bool:
    """Whether the verb supposes ("would be 1 without the fracture")."""
    words = reading.expressions
    if words["performance_status.dictated"].search(link) and not words["performance_status.condition"].search(
        reading.sentence_text(mention.sentence)
    ):
        return False
    return words["performance_status.supposing"].search(link) is not None


def _leaning(reading: Reading, mention: Mention, value: Mapping[str, Any]) -> Iterator[_Reading]:
    """Values that follow without a name: "ECOG 1 (previously 2)", "clinician-rated ECOG 1, patient-rated 2"."""
    end = mention.end
    stop = reading.sentences[mention.sentence].end
    nexts = [m.start for m in reading.within(end, stop, PS)]
    for follow in reading.within(end, min([stop, *nexts]), FOLLOW):
        if follow.start < end:
            continue
        if reading.expressions["performance_status.leans"].match(reading.text[end : follow.start]) is None:
            return
        told = _interval(
            {key.rstrip("_"): text for key, text in follow.groups.items()}, "k" if value["scale"] == "KPS" else ""
        )
        if told is None:
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
        row = _NUMBERS_IN_A_ROW.match(reading.text, _behind_request(reading, name), end)
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


def _behind_request(reading: Reading, name: Mention) -> int:
    """Where a printed scale begins: behind "(circle one)"."""
    asked = reading.expressions["performance_status.asked"].match(reading.text, name.end)
    return asked.end() if asked else name.end


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
    row = _NUMBERS_IN_A_ROW.match(text, _behind_request(reading, name), end)
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
            bool(reading.expressions["performance_status.past_column"].search(words))
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


# --------------------------------------------------------------------------------------------- when


def _stay(reading: Reading, told: _Reading, floor: int) -> str | None:
    """Which point of a stay in hospital the words behind or before a value name."""
    words = reading.expressions
    mention = told.mention
    sentence = reading.sentences[mention.sentence]
    behind = words["performance_status.stay_behind"].match(reading.text[told.end : min(sentence.end, told.end + 40)])
    if behind:
        return "admission" if behind["in"] else "discharge"
    before = reading.text[max(sentence.start, mention.start - 60, floor) : mention.start]
    if words["performance_status.stay_behind"].match(before) and floor > sentence.start:
        before = re.sub(r"^[^,;:.|]*", "", before)  # "ECOG 2 on admission, ECOG 1": said of the one before
    if words["performance_status.admission"].search(before):
        return "admission"
    if words["performance_status.discharge"].search(before):
        return "discharge"
    return _stay_above(reading, mention.sentence)


def _stay_above(reading: Reading, number: int) -> str | None:
    """Which point of a stay the head of a value's line names, else a line above that stands alone as a heading."""
    words = reading.expressions
    line = reading.sentences[number].line
    for earlier in range(number - 1, max(-1, number - _LINES_ABOVE), -1):
        sentence = reading.sentences[earlier]
        text = reading.sentence_text(earlier).rstrip()
        alone = not text.endswith((".", ";", ",")) and len(text) <= _HEADING
        if sentence.line == line or alone:
            if words["performance_status.admission_head"].search(text):
                return "admission"
            if words["performance_status.discharge_head"].search(text):
                return "discharge"
        if sentence.line != line and (sentence.heading or (alone and text.endswith(":"))):
            return None
    return None


def _day_told(reading: Reading, told: _Reading, floor: int, ceiling: int | None) -> date | None:
    """The day that a value is told of: "on 3 March he was PS 1", "ECOG 0 (12/08/2025)", "in April … 1"."""
    words = reading.expressions
    mention, text = told.mention, reading.text
    sentence = reading.sentences[mention.sentence]
    begin, stop = max(sentence.start, floor), min(sentence.end, ceiling or sentence.end)
    for inside in reading.dates_within(mention.start, told.end):
        return _until(inside.date.latest, reading)
    for behind in reading.dates_within(told.end, min(stop, told.end + 40)):
        own = text[behind.end : behind.end + 2].strip()[:1] not in (":", "=")  # "PS 1 (12 May: 2)"
        if own and not behind.relative and words["performance_status.day_behind"].match(text[told.end : behind.start]):
            return _until(behind.date.latest, reading)
        break
    month = words["performance_status.month_behind"].match(text[told.end : stop])
    if month:
        return _end_of_month(reading, month["month"], month["year"])
    for before in reversed(list(reading.dates_within(max(begin, mention.start - 60), mention.start))):
        between = text[before.end : mention.start]
        if (
            before.relative
            or words["performance_status.other_event"].search(between)
            or re.search(r"[;|]|,(?=.*\w)|\w.*[:]", between)
        ):
            break
        if words["performance_status.day_before"].search(text[begin : before.start]):
            return _until(before.date.latest, reading)
        break
    month = words["performance_status.month_before"].search(text[max(begin, mention.start - 70) : mention.start])
    if (
        month
        and not words["performance_status.other_event"].search(month["between"])
        and not re.search(r",(?=.*\w)", month["between"])
    ):
        return _end_of_month(reading, month["month"], month["year"])
    return None


def _until(day: date, reading: Reading) -> date:
    on = reading.note.note_date
    return min(day, on) if on else day


def _end_of_month(reading: Reading, month: str, year: str | None) -> date | None:
    """The last day of the latest such month that is not after the note; None where nothing tells the year."""
    on = reading.note.note_date
    number = _MONTHS.index(month[:3].lower()) + 1
    if year and year.isdigit():
        own = int(year)
    elif on is None:
        return None
    else:
        own = on.year - (year is not None or number > on.month)
    following = date(own + number // 12, number % 12 + 1, 1)
    return _until(following - timedelta(days=1), reading)


# ------------------------------------------------------------------------------------------ finding


def _carried_over(reading: Reading, start: int, end: int) -> bool:
    """Whether a value is only copied from an older note ("rooming note copied ECOG 0 from the last visit")."""
    words = reading.expressions
    sentence = reading.sentences[reading.sentence_at(start)]
    before = reading.text[max(sentence.start, start - 40) : start]
    return bool(
        words["performance_status.copied"].search(before)
        or words["performance_status.outdated"].match(reading.text, end, sentence.end)
    )


def _finding(reading: Reading, told: _Reading, floor: int, ceiling: int | None) -> Finding:
    words = reading.expressions
    mention = told.mention
    state = standing(reading, mention, floor, ceiling, kin=False)
    changes = state.changes()
    if told.past is not None:
        changes["temporality"] = Temporality.HISTORICAL if told.past else Temporality.CURRENT
    if told.past is not True and _carried_over(reading, mention.start, told.end):
        changes["temporality"] = Temporality.HISTORICAL
    if told.supposed:
        changes["assertion"] = Assertion.HYPOTHETICAL
    elif changes["assertion"] is Assertion.AFFIRMED and words["performance_status.doubted"].search(
        mention.groups.get("link", "")
    ):
        changes["assertion"] = Assertion.POSSIBLE
    begin = clause_of(reading, mention.start)[0]
    if words["performance_status.kin_is"].search(reading.text[max(begin, mention.start - _KIN_REACH) : mention.start]):
        return reading.finding(
            CONCEPT, told.value, mention.start, told.end, by=mention, **changes | {"experiencer": Experiencer.FAMILY}
        )
    if state.experiencer is Experiencer.FAMILY and "family" not in (mention.text.lower(),):
        section = reading.sentences[mention.sentence].section
        if section is None or section.name != "family_history":
            changes["experiencer"] = Experiencer.PATIENT
    value = dict(told.value)
    stay = value.get("stay") or (_stay(reading, told, floor) if told.past is None else None)
    if stay:
        value["stay"] = stay
        changes["temporality"] = Temporality.CURRENT
    day = told.date or (_day_told(reading, told, floor, ceiling) if told.past is None else None)
    if mention.rule == "ps.last_recorded":
        own = next(reading.dates_within(mention.start, told.end), None)
        day = _until(own.date.latest, reading) if own else day
    if day is not None:
        changes["date"] = day
    start = mention.start if told.start is None else told.start
    return reading.finding(CONCEPT, value, start, told.end, by=mention, **changes)
