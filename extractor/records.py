"""The values that flow between the stages: notes in, findings, facts, criteria, a report out.

Everything here is immutable and depends on the standard library only, so each stage can be read
and tested without the ones before it. Offsets are half-open and count Unicode code points of the
note's text exactly as it came: ``note.text[finding.start:finding.end] == finding.text``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = Mapping[str, Any]
"""A finding's normalised value, e.g. ``{"scale": "ECOG", "low": 1, "high": 1}``."""


class Assertion(StrEnum):
    """Whether the note says that the thing is so (ConText, Harkema et al. 2009)."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"


class Experiencer(StrEnum):
    """Whom the statement is about."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"


class Temporality(StrEnum):
    """When the statement holds, seen from its note."""

    CURRENT = "current"
    HISTORICAL = "historical"
    PLANNED = "planned"


class Status(StrEnum):
    """The three values of a criterion."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What the criteria add up to. A proposal for a person, never a decision."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Note:
    """One note or report of one patient, its text exactly as it came.

    Attributes:
        text: The note. Never changed: all offsets point into it.
        patient_id: Whose note it is.
        note_id: Unique among the patient's notes.
        note_date: The day it was written, or None where the export does not say.
        note_type: Free text such as "radiology report", or None.
    """

    text: str
    patient_id: str = "patient"
    note_id: str = "note"
    note_date: datetime.date | None = None
    note_type: str | None = None


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """The qualifiers of a statement and the words that gave them.

    Attributes:
        assertion: affirmed, negated, possible or hypothetical.
        experiencer: patient, family or other.
        temporality: current, historical or planned.
        cues: Categories of all ConText cues that reach the statement (also those that are no
            qualifier, such as ``RESOLVED``), in upper case.
    """

    assertion: Assertion = Assertion.AFFIRMED
    experiencer: Experiencer = Experiencer.PATIENT
    temporality: Temporality = Temporality.CURRENT
    cues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement that a note makes about one concept, with the words it rests on.

    Attributes:
        concept: A concept of the clinical specification, e.g. ``performance_status``.
        value: Its normalised value.
        start: First code point of the evidence in the note's text.
        end: One past the last code point.
        text: The evidence itself.
        assertion: affirmed, negated, possible or hypothetical.
        experiencer: patient, family or other.
        temporality: current, historical or planned.
        date: The day that the statement is about (None where nothing dates it).
        section: The section of the note it stands in, or None.
        rule: The id of the rule that found it.
        note_id: The note it stands in.
        note_date: That note's own date.
        context: What the patient stage needs beyond the contract, e.g. ``{"study": "head"}`` for
            a line of a head scan. Never decides what a finding means.
        id: Unique within a report ("f1", "f2", …); empty until the report is put together.
    """

    concept: str
    value: Value
    start: int
    end: int
    text: str
    assertion: Assertion = Assertion.AFFIRMED
    experiencer: Experiencer = Experiencer.PATIENT
    temporality: Temporality = Temporality.CURRENT
    date: datetime.date | None = None
    section: str | None = None
    rule: str = ""
    note_id: str = ""
    note_date: datetime.date | None = None
    context: Value = field(default_factory=dict)
    id: str = ""

    @property
    def decides(self) -> bool:
        """Whether it may decide a criterion: affirmed, and about the patient."""
        return self.assertion is Assertion.AFFIRMED and self.experiencer is Experiencer.PATIENT


@dataclass(frozen=True, slots=True)
class SetAside:
    """A finding that does not decide a fact, and why not, in words for a screener."""

    finding: Finding
    why: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What the notes, read together, say about one question.

    Attributes:
        value: The value (its shape is the contract's ``facts``), or None when nothing supports
            one or when the evidence is in conflict.
        evidence: The findings that carry the value.
        set_aside: Findings that were weighed and left, each with the reason.
        conflicts: Findings that contradict each other; then ``value`` is None.
        notes: Marks that the rules read, e.g. ``{"uncertain": True}``; see ``patient/facts.py``.
        hint: One clause for the screener where the value is None or doubtful, else None.
    """

    value: Any = None
    evidence: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """All facts of one patient as of a date.

    Attributes:
        as_of: The day the facts hold.
        facts: By name: the keys of the contract's ``facts`` object.
        warnings: Whole sentences a person should read beside the verdict.
    """

    as_of: datetime.date | None
    facts: Mapping[str, Fact]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion of the protocol, decided or not, and on what grounds.

    Attributes:
        id: The protocol's id of the criterion.
        status: met, not_met or unknown.
        value: The fact(s) that it looked at, as in the report's ``facts``.
        reason: One sentence that a screener understands.
        ask: For ``unknown``: the question that would settle it.
        evidence: The findings that decide.
        set_aside: The findings that were weighed and left, with the reason.
        at_visit: Whether the protocol settles it at the visit, not from notes.
        text: The criterion in the protocol's words.
    """

    id: str
    status: Status
    value: Any
    reason: str
    ask: str | None = None
    evidence: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    at_visit: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is said about one patient; ``extractor.exports.report_json`` writes it.

    Attributes:
        patient_id: Whose report it is.
        as_of: The day it holds for.
        protocol_id: The protocol that was checked.
        protocol_version: Its version.
        engine_version: The version of trialscreen.
        patterns_hash: The hash of the rule files that found the findings.
        verdict: eligible, ineligible or review.
        criteria: In the protocol's order.
        facts: The facts that the criteria rest on.
        findings: All of them, those that do not decide included, in the order of the notes.
        warnings: Whole sentences for the screener.
        notes: The notes that were read.
    """

    patient_id: str
    as_of: datetime.date | None
    protocol_id: str
    protocol_version: str
    engine_version: str
    patterns_hash: str
    verdict: Verdict
    criteria: tuple[CriterionResult, ...]
    facts: PatientFacts
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
