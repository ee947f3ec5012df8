"""Cohorts made by hand, for the tests of figures, tables and pages."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from extractor.cohort.patients import CohortPatient
from extractor.exports.report_json import to_dict
from extractor.records import Fact, Finding, Note, PatientFacts, Report, Status, Verdict
from extractor.trial.checker import check
from extractor.trial.protocol import Protocol, load_protocol

_LETTERS = {"m": Status.MET, "n": Status.NOT_MET, "?": Status.UNKNOWN}


def patient(name: str, statuses: str, visit: str = "", **facts: Any) -> CohortPatient:
    """A patient by one letter a criterion: met, not met or "?"; the criteria are a, b, c …

    Args:
        name: The patient's id.
        statuses: The letters.
        visit: The criteria that are settled at the visit.
        **facts: The facts.
    """
    found = {criterion: _LETTERS[letter] for criterion, letter in zip("abcdefgh", statuses, strict=False)}
    unknown = [criterion for criterion, status in found.items() if status is Status.UNKNOWN]
    verdict = (
        Verdict.INELIGIBLE
        if Status.NOT_MET in found.values()
        else Verdict.REVIEW
        if set(unknown) - set(visit)
        else Verdict.ELIGIBLE
    )
    asks = {criterion: f"What of {criterion}?" for criterion in unknown}
    return CohortPatient(name, date(2025, 3, 14), verdict, found, asks, frozenset(visit), facts)


def made_report(number: int, protocol: Protocol, notes: Iterable[Note] = ()) -> Report:
    """A patient whose facts depend on a number only, checked against a protocol in earnest."""
    dice = random.Random(number)
    day = date(2025, 1, 1 + number % 28)
    ecog, liver = dice.choice([0, 1, 1, 2, None]), dice.choice([0, 1, 3, 6, None])
    values: Mapping[str, Any] = {
        "age_years": dice.randrange(35, 88),
        "sex": dice.choice(["female", "male"]),
        "histology": dice.choice(["nsclc", "nsclc", "nsclc", "sclc"]),
        "tissue_confirmed": dice.choice([True, True, None]),
        "stage": dice.choice(["IVA", "IVB", "IVB", "IIIB"]),
        "ecog": None if ecog is None else {"low": ecog, "high": ecog},
        "response": dice.choice(["PR", "SD", "SD", "PD", "CR", None]),
        "line": 1,
        "cycles": dice.choice([3, 4, 4, 2, None]),
        "extracranial_metastases": None
        if liver is None
        else {"low": liver, "high": liver, "by_site": {"liver": {"low": liver, "high": liver}}},
        "cranial_metastases": {"low": 0, "high": 0, "by_site": {}},
        "lat_amenable": dice.choice([True, True, None]),
        "prior_local_therapy": [],
    }
    findings = {
        name: Finding(
            concept=name, value={}, start=0, end=6, text=f"made {number % 10}", date=day, rule="made", note_id="n1",
            note_date=day, id=f"f{place}",
        )
        for place, (name, value) in enumerate(values.items(), start=1)
        if value is not None
    }  # fmt: skip
    facts = PatientFacts(
        day,
        {
            name: Fact(
                value, (findings[name],) if name in findings else (), notes={"date": day} if name == "ecog" else {}
            )
            for name, value in values.items()
        },
    )
    criteria, verdict, warnings = check(protocol, facts)
    return Report(
        f"P{number:05}", day, protocol.id, protocol.version, "0", "made", verdict, criteria, facts,
        tuple(findings.values()), warnings, tuple(notes) or (Note(f"made {number % 10}.", f"P{number:05}", "n1", day, "letter"),),
    )  # fmt: skip


def write_batch(folder: Path, reports: Iterable[Report]) -> Path:
    """Reports as a finished batch leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "reports.jsonl").open("w", encoding="utf-8") as stream:
        for report in reports:
            stream.write(json.dumps(to_dict(report)) + "\n")
    (folder / "failed.csv").write_text(
        "source,place,patient_id,note_id,reason\nexport.csv,line 7,,,has no text\n", encoding="utf-8"
    )
    (folder / "run.json").write_text("{}", encoding="utf-8")
    return folder


def made_batch(folder: Path, patients: int) -> Path:
    """A finished batch of so many made patients."""
    protocol = load_protocol()
    return write_batch(folder, (made_report(number, protocol) for number in range(patients)))
