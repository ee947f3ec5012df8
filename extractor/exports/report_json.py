"""A report as the JSON object that other programs read; ``report_schema.json`` describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from extractor.records import CriterionResult, Fact, Finding, Report

SCHEMA = "trialscreen.report/1"
"""The name of the shape. Keys are added freely; to rename or remove one is a new major version."""

FACTS = (
    "age_years",
    "sex",
    "histology",
    "tissue_confirmed",
    "stage",
    "tnm",
    "ecog",
    "response",
    "line",
    "cycles",
    "months",
    "extracranial_metastases",
    "cranial_metastases",
    "lat_amenable",
    "contraception",
    "consent",
    "prior_local_therapy",
)
"""The keys of ``facts``, in the order in which they are written."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def to_dict(report: Report) -> dict[str, Any]:
    """A report as plain values."""
    ids = {_place(finding): finding.id or f"f{n}" for n, finding in enumerate(report.findings, start=1)}
    return {
        "schema": SCHEMA,
        "patient_id": report.patient_id,
        "as_of": plain(report.as_of),
        "protocol": {"id": report.protocol_id, "version": report.protocol_version},
        "engine": {"name": "trialscreen", "version": report.engine_version, "patterns": report.patterns_hash},
        "verdict": str(report.verdict),
        "criteria": [_criterion(criterion, ids) for criterion in report.criteria],
        "facts": {name: plain(report.facts.facts.get(name, Fact()).value) for name in FACTS},
        "findings": [_finding(finding, ids) for finding in report.findings],
        "warnings": list(report.warnings),
        "notes": [{"id": note.note_id, "date": plain(note.note_date), "type": note.note_type} for note in report.notes],
        "grounds": {name: _grounds(fact, ids) for name, fact in report.facts.facts.items()},
    }


def to_json(reports: Iterable[Report]) -> str:
    """Reports as a JSON list, indented for people."""
    data = [to_dict(report) for report in reports]
    return _encodable(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def to_jsonl(reports: Iterable[Report]) -> str:
    """Reports as JSON, one a line."""
    return "".join(to_line(to_dict(report)) + "\n" for report in reports)


def to_line(value: Any) -> str:
    """Plain values as JSON on one line."""
    return _encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def plain(value: Any) -> Any:
    """A value made of what JSON has: dates as ISO text, sets sorted, numbers that are none as null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, set | frozenset):
        return sorted((plain(part) for part in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return None
    return value


def _criterion(criterion: CriterionResult, ids: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "status": str(criterion.status),
        "value": plain(criterion.value),
        "reason": criterion.reason,
        "ask": criterion.ask,
        "evidence": [_id(finding, ids) for finding in criterion.evidence],
        "set_aside": [{"finding": _id(item.finding, ids), "why": item.why} for item in criterion.set_aside],
        "at_visit": criterion.at_visit,
        "text": criterion.text,
    }


def _grounds(fact: Fact, ids: Mapping[Any, str]) -> dict[str, Any]:
    """What a fact rests on: with its value, all that a protocol is checked against. Empty parts are left out."""
    parts = {
        "evidence": [_id(finding, ids) for finding in fact.evidence],
        "set_aside": [{"finding": _id(item.finding, ids), "why": item.why} for item in fact.set_aside],
        "conflicts": [_id(finding, ids) for finding in fact.conflicts],
        "notes": plain(fact.notes),
        "hint": fact.hint,
    }
    return {name: part for name, part in parts.items() if part}


def _finding(finding: Finding, ids: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "id": _id(finding, ids),
        "note_id": finding.note_id,
        "concept": finding.concept,
        "value": plain(finding.value),
        "start": finding.start,
        "end": finding.end,
        "text": finding.text,
        "assertion": str(finding.assertion),
        "experiencer": str(finding.experiencer),
        "temporality": str(finding.temporality),
        "date": plain(finding.date),
        "section": finding.section,
        "rule": finding.rule,
    }


def _place(finding: Finding) -> tuple[str, str, int, int, str, str]:
    """What tells a finding from others where it has no id yet, or was copied with changes."""
    value = json.dumps(plain(finding.value), sort_keys=True, default=str)
    return finding.note_id, finding.concept, finding.start, finding.end, finding.rule, value


def _id(finding: Finding, ids: Mapping[Any, str]) -> str:
    return finding.id or ids[_place(finding)]


def _encodable(text: str) -> str:
    """JSON that UTF-8 can hold: half of a surrogate pair, which a note may contain, is escaped."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
