"""A screener without spaCy: it finds ``ECOG N`` and decides one criterion by the newest one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from extractor.records import (
    CriterionResult,
    Fact,
    Finding,
    Note,
    PatientFacts,
    Report,
    SetAside,
    Status,
    Verdict,
)
from extractor.stopwatch import Stage, unwatched


class FakeScreener:
    """Screens as the real one does, as far as files and reports go."""

    def __init__(self, protocol: object = None, stage: Stage = unwatched) -> None:
        self.protocol = protocol
        self.stage = stage

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        notes = sorted(notes, key=lambda note: note.note_date or date.min)
        if any("CRASH" in note.text for note in notes):
            raise IndexError(f"the message quotes {notes[0].text}")
        findings = [
            Finding(
                concept="performance_status",
                value={"scale": "ECOG", "low": int(match[1]), "high": int(match[1])},
                start=match.start(),
                end=match.end(),
                text=match[0],
                date=note.note_date,
                rule="fake.ecog",
                note_id=note.note_id,
                note_date=note.note_date,
            )
            for note in notes
            for match in re.finditer(r"ECOG (\d)", note.text)
        ]
        last = findings[-1:]
        status = Status.UNKNOWN if not last else Status.MET if last[0].value["low"] <= 1 else Status.NOT_MET
        verdict = {Status.MET: Verdict.ELIGIBLE, Status.NOT_MET: Verdict.INELIGIBLE}.get(status, Verdict.REVIEW)
        value = {"low": last[0].value["low"], "high": last[0].value["high"]} if last else None
        return Report(
            patient_id=notes[0].patient_id,
            as_of=as_of or max((note.note_date for note in notes if note.note_date), default=None),
            protocol_id="fake",
            protocol_version="1",
            engine_version="0",
            patterns_hash="none",
            verdict=verdict,
            criteria=(
                CriterionResult(
                    id="ecog",
                    status=status,
                    value=value,
                    reason="The newest ECOG decides.",
                    ask=None if last else "What is the ECOG?",
                    evidence=tuple(last),
                    set_aside=tuple(SetAside(finding, "older") for finding in findings[:-1]),
                ),
            ),
            facts=PatientFacts(as_of, {"ecog": Fact(value, tuple(last))}),
            findings=tuple(findings),
            notes=tuple(notes),
        )
