"""``trialscreen evaluate``: the screener against labelled notes, as figures and a list of errors.

Two kinds of labelled files are read. Lines with ``gold`` are patients: facts, criteria and verdict
are compared. Lines with ``mentions`` are texts: findings are compared one by one. What counts as
right is :mod:`extractor.review.scoring`'s business.
"""

from __future__ import annotations

import hashlib
import json
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from extractor.records import Fact, Finding, Note, Report, Status, Verdict
from extractor.review.scoring import (
    KEYS,
    PARTLY_LABELLED,
    ConceptScore,
    MentionError,
    Tally,
    is_swap,
    same_fact,
    same_sites,
    score_concept,
    wilson,
)

Part = Literal["all", "seen", "held"]
_SHOWN = 90
"""So many characters of a text are shown round an error."""
_WIDTH = 80
"""The figures fit a terminal of so many columns, and errors are wrapped to it."""


class GoldFileError(ValueError):
    """A labelled file that cannot be used. Its message is one line for a person."""


class Screens(Protocol):
    """What an evaluation asks of a screener."""

    def screen(self, notes: list[Note], as_of: date | None = None) -> Report:
        """Screen one patient."""

    def find(self, note: Note) -> tuple[Finding, ...]:
        """All findings of one note."""


def is_held_out(identifier: str) -> bool:
    """Whether a patient or text belongs to the sixth that nobody looks at while writing rules.

    The first byte of the identifier's SHA-256 decides, so the parts never depend on a file's order.
    """
    return hashlib.sha256(identifier.encode()).digest()[0] % 6 == 0


def evaluate_file(path: Path, screener: Screens, part: Part = "all", errors: int | None = None) -> str:
    """The figures of an evaluation against a labelled file, as text.

    Args:
        path: A JSONL file; see the module's head.
        screener: What is evaluated.
        part: ``held`` takes the held-out sixth only, ``seen`` the rest.
        errors: List so many errors (of patients: the disagreements of so many patients) at most;
            None lists all. The figures always count all.

    Raises:
        GoldFileError: When the file cannot be read, is no JSONL, or holds no labels.
    """
    lines = labelled_lines(path, part)
    if all("gold" in line for line in lines):
        return patients_report([judge_patient(line, screener) for line in lines], part, errors)
    if all("mentions" in line for line in lines):
        return mentions_report(lines, screener, part, errors)
    raise GoldFileError(f"{path}: every line needs 'gold' (patients) or every line 'mentions' (texts)")


def labelled_lines(path: Path, part: Part = "all") -> list[dict[str, Any]]:
    """The lines of a labelled file, or of a part of it.

    Raises:
        GoldFileError: When the file cannot be read, is no JSONL, or has nothing in the part.
    """
    lines = [line for line in _read(path) if part == "all" or is_held_out(_name(line)) is (part == "held")]
    if not lines:
        raise GoldFileError(f"{path}: no labelled lines in the part '{part}'")
    return lines


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GoldFileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise GoldFileError(f"{path}: is not UTF-8 text") from error
    lines: list[dict[str, Any]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise GoldFileError(f"{path}:{number}: no JSON") from error
        if not isinstance(line, dict):
            raise GoldFileError(f"{path}:{number}: each line must be a JSON object")
        lines.append(line)
    return lines


def _name(line: Mapping[str, Any]) -> str:
    return str(line.get("patient_id") or line.get("id") or "")


# ---------------------------------------------------------------------------------------- patients


@dataclass(frozen=True, slots=True)
class Judged:
    """One patient, told and gold.

    Attributes:
        name: The patient's id.
        gold: The labels: ``facts``, ``criteria``, ``verdict``.
        report: What the screener told.
    """

    name: str
    gold: Mapping[str, Any]
    report: Report

    @property
    def told(self) -> Mapping[str, Fact]:
        """The facts that were told."""
        return self.report.facts.facts

    def value(self, fact: str) -> Any:
        """The value that was told for a fact."""
        return self.told[fact].value if fact in self.told else None

    def wrong_facts(self) -> list[str]:
        """The facts that differ from gold."""
        facts = self.gold["facts"].items()
        return [name for name, gold in facts if not same_fact(name, self.value(name), gold)]


def judge_patient(line: Mapping[str, Any], screener: Screens) -> Judged:
    """Screen one labelled patient."""
    name = _name(line)
    notes = [
        Note(
            text=note["text"],
            patient_id=name,
            note_id=str(note.get("note_id") or f"note {number}"),
            note_date=date.fromisoformat(note["note_date"]) if note.get("note_date") else None,
            note_type=note.get("note_type"),
        )
        for number, note in enumerate(line["notes"], start=1)
    ]
    as_of = date.fromisoformat(line["as_of"]) if line.get("as_of") else None
    return Judged(name, line["gold"], screener.screen(notes, as_of))


def patients_report(judged: Sequence[Judged], part: Part = "all", errors: int | None = None) -> str:
    """Figures, tables and the disagreements of an evaluation on patients; ``errors`` of them at most."""
    tables = [_fact_table(judged), _criterion_table(judged)]
    blocks = [_patient_figures(judged, part), *tables, _disagreements(judged, errors)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _pairs(judged: Sequence[Judged], at_visit: bool | None = None) -> Iterator[tuple[str, str, str]]:
    """Criterion, status in gold, status told; of all criteria or of one kind."""
    for patient in judged:
        for criterion in patient.report.criteria:
            gold = patient.gold["criteria"].get(criterion.id)
            if gold is not None and at_visit in (None, criterion.at_visit):
                yield criterion.id, gold, str(criterion.status)


def _patient_figures(judged: Sequence[Judged], part: Part) -> list[str]:
    deciding = list(_pairs(judged, at_visit=False))
    met = [told for _, gold, told in deciding if gold == Status.MET]
    others = [(gold, told) for _, gold, told in deciding if gold != Status.MET]
    verdicts = [(str(p.gold["verdict"]), str(p.report.verdict)) for p in judged]
    facts = [name for p in judged for name in p.gold["facts"]]
    wrong = sum(len(p.wrong_facts()) for p in judged)
    eligible = str(Verdict.ELIGIBLE)
    lines = [
        f"{len(judged)} patients ({part})",
        _share("verdicts right", sum(gold == told for gold, told in verdicts), len(verdicts)),
        f"{'false eligible':38}{sum(told == eligible != gold for gold, told in verdicts)}",
        "deciding criteria",
        _share("  met told as met", sum(told == Status.MET for told in met), len(met)),
        _share("  exceptions told right", sum(gold == told for gold, told in others), len(others)),
        _share("    not_met", *_right(others, Status.NOT_MET)),
        _share("    unknown", *_right(others, Status.UNKNOWN)),
        f"{'  unsafe swaps met <-> not_met':38}{sum(is_swap(told, gold) for _, gold, told in deciding)}",
        _share("facts right", len(facts) - wrong, len(facts)),
    ]
    sites = [same_sites(p.value(name), gold or {}) for p in judged for name, gold in _counts(p)]
    told_sites = [right for right in sites if right is not None]
    if told_sites:
        lines.append(_share("counts by site right", sum(told_sites), len(told_sites)))
    return lines


def _counts(patient: Judged) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, gold) for name, gold in patient.gold["facts"].items() if name.endswith("_metastases")]


def _right(pairs: Sequence[tuple[str, str]], status: Status) -> tuple[int, int]:
    of_status = [told for gold, told in pairs if gold == status]
    return sum(told == status for told in of_status), len(of_status)


def _share(label: str, right: int, total: int) -> str:
    low, high = wilson(right, total)
    percent = 100 * right / total if total else 100.0
    return f"{label:38}{right}/{total}  {percent:.1f}% [{100 * low:.1f}, {100 * high:.1f}]"


def _fact_table(judged: Sequence[Judged]) -> list[str]:
    header = ("fact", "right", "of", "%", "left null", "for null", "other value")
    rows = []
    for name in dict.fromkeys(name for p in judged for name in p.gold["facts"]):
        pairs = [(p.value(name), p.gold["facts"][name]) for p in judged if name in p.gold["facts"]]
        wrong = [(told, gold) for told, gold in pairs if not same_fact(name, told, gold)]
        missed = sum(told is None for told, _ in wrong)
        invented = sum(gold is None for _, gold in wrong)
        right = len(pairs) - len(wrong)
        share = f"{100 * right / len(pairs):.1f}"
        rows.append((name, right, len(pairs), share, missed, invented, len(wrong) - missed - invented))
    return _table(header, rows)


def _criterion_table(judged: Sequence[Judged]) -> list[str]:
    counts = Counter(_pairs(judged))
    header = ("criterion", "right", "of", "met", "not_met", "unknown", "swaps")
    rows = []
    for name in dict.fromkeys(name for name, _, _ in counts):
        cells = {(gold, told): n for (criterion, gold, told), n in counts.items() if criterion == name}
        totals = {s: sum(n for (gold, _), n in cells.items() if gold == s) for s in Status}
        shown = [f"{cells.get((str(s), str(s)), 0)}/{totals[s]}" for s in Status]
        right = sum(n for (gold, told), n in cells.items() if gold == told)
        swaps = sum(n for (gold, told), n in cells.items() if is_swap(told, gold))
        rows.append((name, right, sum(totals.values()), *shown, swaps))
    return _table(header, rows)


def _table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return [
        "  ".join(cell.ljust(width) if not column else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]  # fmt: skip


def _disagreements(judged: Sequence[Judged], limit: int | None) -> list[str]:
    blocks = []
    for patient in judged:
        own = [*_wrong_criteria(patient), *_wrong_fact_lines(patient)]
        gold, told = patient.gold["verdict"], str(patient.report.verdict)
        if own or gold != told:
            verdict = f"verdict {told}" if gold == told else f"verdict: gold {gold}, told {told}"
            blocks.append(["", f"{patient.name}  {verdict}", *own])
    if not blocks:
        return ["no disagreements"]
    return ["disagreements", *(line for block in blocks[:limit] for line in block), *_left_out(len(blocks), limit)]


def _left_out(errors: int, limit: int | None) -> list[str]:
    return ["", f"... and {errors - limit} more"] if limit is not None and errors > limit else []


def _wrong_criteria(patient: Judged) -> Iterator[str]:
    for criterion in patient.report.criteria:
        gold = patient.gold["criteria"].get(criterion.id)
        if gold is None or gold == str(criterion.status):
            continue
        unsafe = "  UNSAFE" if is_swap(str(criterion.status), gold) else ""
        yield f"  criterion {criterion.id}: gold {gold}, told {criterion.status}{unsafe}: {criterion.reason}"
        yield from (f"    {_evidence(finding)}" for finding in criterion.evidence)


def _wrong_fact_lines(patient: Judged) -> Iterator[str]:
    for name in patient.wrong_facts():
        fact = patient.told.get(name, Fact())
        hint = f" ({fact.hint})" if fact.hint else ""
        yield f"  fact {name}: gold {_json(patient.gold['facts'][name])}, told {_json(fact.value)}{hint}"
        yield from (f"    {_evidence(finding)}" for finding in fact.evidence)
        yield from (f"    conflict {_evidence(finding)}" for finding in fact.conflicts)
        yield from (f"    set aside, {item.why}: {_evidence(item.finding)}" for item in fact.set_aside)


def _evidence(finding: Finding) -> str:
    text = " ".join(finding.text.split())
    qualifiers = "/".join(
        str(q) for q in (finding.assertion, finding.experiencer, finding.temporality)
        if q not in ("affirmed", "patient", "current")
    )  # fmt: skip
    day = finding.date.isoformat() if finding.date else "undated"
    value = _json(dict(finding.value))
    return f'[{finding.note_id} {day}] "{text}" {value} {qualifiers or "firm"} by {finding.rule or "-"}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


# ---------------------------------------------------------------------------------------- mentions


def label_concepts(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The concepts that can be scored on labelled texts: those labelled there, and in full."""
    labelled = {mention["concept"] for line in lines for mention in line["mentions"]}
    return [name for name in KEYS if name in labelled and name not in PARTLY_LABELLED]


def mentions_report(
    lines: Sequence[Mapping[str, Any]], screener: Screens, part: Part = "all", errors: int | None = None
) -> str:
    """Precision, recall and F1 of each concept, and the errors, on labelled texts.

    Only concepts that the file labels at all are scored.
    """
    scores = dict.fromkeys(label_concepts(lines), ConceptScore())
    shown: list[str] = []
    count = 0
    for line in lines:
        name, text = _name(line), line["text"]
        findings = screener.find(Note(text=text, patient_id=name))
        own: list[MentionError] = []
        for concept in scores:
            score = score_concept(concept, findings, line["mentions"])
            scores[concept] += score
            own += score.errors
        listed = own if errors is None else own[: max(0, errors - count)]
        if listed:
            shown += ["", name, *(_error(error, text) for error in listed)]
        count += len(own)
    mentions = sum(len(line["mentions"]) for line in lines)
    head = [f"{len(lines)} texts ({part}), {mentions} mentions; percent, with 95 % intervals"]
    blocks = [head, _mention_table(scores, firm=True), _mention_table(scores, firm=False)]
    if "metastasis" in scores:
        score = scores["metastasis"]
        blocks.append([_share("metastasis: counts right", score.counts_right, score.counted)])
    blocks.append([f"{count} errors" if count else "no errors", *shown, *_left_out(count, errors)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _mention_table(scores: Mapping[str, ConceptScore], firm: bool) -> list[str]:
    tallies = {name: score.firm if firm else score.all for name, score in scores.items()}
    tallies["together"] = sum(tallies.values(), Tally())
    header = ("firm mentions" if firm else "all mentions", "hits", "false", "missed", "precision", "recall", "F1")
    rows = [
        (name, t.hits, t.false_alarms, t.misses,
         _percent(t.precision, wilson(t.hits, t.hits + t.false_alarms)),
         _percent(t.recall, wilson(t.hits, t.hits + t.misses)),
         _percent(t.f1, t.f1_interval))
        for name, t in tallies.items()
    ]  # fmt: skip
    return _table(header, rows)


def _percent(share: float, bounds: tuple[float, float]) -> str:
    """A share and its interval, e.g. "97.3 91-99"; the interval is rounded outwards."""
    low, high = 100 * bounds[0], 100 * bounds[1]
    return f"{100 * share:.1f} {math.floor(low + 1e-6):>2}-{math.ceil(high - 1e-6)}"


def _error(error: MentionError, text: str) -> str:
    parts = [f"  {error.kind}  {error.concept}"]
    if error.finding is not None:
        parts.append(_told(error.finding))
    if error.mention is not None:
        gold = error.mention
        marks = [str(gold.get(key)) for key in ("assertion", "experiencer")
                 if gold.get(key) not in (None, "affirmed", "patient")]  # fmt: skip
        quoted = text[gold["start"] : gold["end"]]
        parts.append(" ".join(["gold", f'"{quoted}"', _json(gold["value"]), *marks]))
    parts.append("" if error.firm else "(doubt)")
    start = error.finding.start if error.finding else (error.mention or {}).get("start", 0)
    around = text[max(0, start - _SHOWN // 2) : start + _SHOWN]
    lines = (" ".join(part for part in parts if part), f"    | {' '.join(around.split())}")
    return "\n".join(
        textwrap.fill(line, _WIDTH, subsequent_indent="    " + "| " * (line is lines[1]), break_on_hyphens=False)
        for line in lines
    )


def _told(finding: Finding) -> str:
    marks = [str(q) for q in (finding.assertion, finding.experiencer) if q not in ("affirmed", "patient")]
    return " ".join(["told", f'"{finding.text}"', _json(dict(finding.value)), *marks, f"by {finding.rule or '-'}"])
