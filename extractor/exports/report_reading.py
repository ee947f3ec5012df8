"""A report from its JSON: what a batch has written, to be looked at, or held against another protocol.

The notes' texts are not in it; a report that was read has notes without text unless they are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from extractor.records import (
    Assertion,
    CriterionResult,
    Experiencer,
    Fact,
    Finding,
    Note,
    PatientFacts,
    Report,
    SetAside,
    Status,
    Temporality,
    Verdict,
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def to_report(data: Mapping[str, Any], notes: Iterable[Note] = ()) -> Report:
    """A report as ``report_json`` has written it.

    Args:
        data: The JSON object.
        notes: The patient's notes, where they are at hand. Those that the report did not read are left out.

    Returns:
        The report. Of its findings, only ``context`` is lost, which nothing behind the patient stage reads.

    Raises:
        KeyError, ValueError, TypeError: When it is no report.
    """
    read = {note["id"]: note for note in data.get("notes", ())}
    findings = {entry["id"]: _finding(entry, read) for entry in data["findings"]}
    texts = {note.note_id: note for note in notes}
    return Report(
        patient_id=data["patient_id"],
        as_of=_day(data["as_of"]),
        protocol_id=data["protocol"]["id"],
        protocol_version=data["protocol"]["version"],
        engine_version=data["engine"]["version"],
        patterns_hash=data["engine"]["patterns"],
        verdict=Verdict(data["verdict"]),
        criteria=tuple(_criterion(entry, findings) for entry in data["criteria"]),
        facts=_facts(data, findings),
        findings=tuple(findings.values()),
        warnings=tuple(data["warnings"]),
        notes=tuple(texts[note_id] for note_id in read if note_id in texts),
    )


def has_grounds(data: Mapping[str, Any]) -> bool:
    """Whether the facts of a report can be checked against another protocol; older reports lack what it takes."""
    return "grounds" in data and "notes" in data


def _facts(data: Mapping[str, Any], findings: Mapping[str, Finding]) -> PatientFacts:
    grounds = data.get("grounds", {})
    values = {name: value for name, value in data["facts"].items() if name in grounds or value is not None}
    facts = {name: _fact(value, grounds.get(name, {}), findings) for name, value in values.items()}
    return PatientFacts(_day(data["as_of"]), facts)


def _fact(value: Any, grounds: Mapping[str, Any], findings: Mapping[str, Finding]) -> Fact:
    return Fact(
        value=value,
        evidence=_named(grounds.get("evidence", ()), findings),
        set_aside=_set_aside(grounds.get("set_aside", ()), findings),
        conflicts=_named(grounds.get("conflicts", ()), findings),
        notes={name: _mark(mark) for name, mark in grounds.get("notes", {}).items()},
        hint=grounds.get("hint"),
    )


def _mark(value: Any) -> Any:
    """A mark of a fact; one that reads like a day is a day."""
    return date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value


def _criterion(entry: Mapping[str, Any], findings: Mapping[str, Finding]) -> CriterionResult:
    return CriterionResult(
        id=entry["id"],
        status=Status(entry["status"]),
        value=entry["value"],
        reason=entry["reason"],
        ask=entry["ask"],
        evidence=_named(entry["evidence"], findings),
        set_aside=_set_aside(entry.get("set_aside", ()), findings),
        at_visit=entry.get("at_visit", False),
        text=entry.get("text", ""),
    )


def _named(ids: Iterable[str], findings: Mapping[str, Finding]) -> tuple[Finding, ...]:
    return tuple(findings[name] for name in ids)


def _set_aside(entries: Iterable[Mapping[str, str]], findings: Mapping[str, Finding]) -> tuple[SetAside, ...]:
    return tuple(SetAside(findings[entry["finding"]], entry["why"]) for entry in entries)


def _finding(entry: Mapping[str, Any], read: Mapping[str, Mapping[str, Any]]) -> Finding:
    return Finding(
        concept=entry["concept"],
        value=entry["value"],
        start=entry["start"],
        end=entry["end"],
        text=entry["text"],
        assertion=Assertion(entry["assertion"]),
        experiencer=Experiencer(entry["experiencer"]),
        temporality=Temporality(entry["temporality"]),
        date=_day(entry["date"]),
        section=entry["section"],
        rule=entry["rule"],
        note_id=entry["note_id"],
        note_date=_day(read.get(entry["note_id"], {}).get("date")),
        id=entry["id"],
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
