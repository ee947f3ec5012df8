"""The reports of the sample notes, held against goldens. ``UPDATE_GOLDEN=1`` writes them anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from extractor.exports.report_json import to_dict
from extractor.files import sample_notes_folder
from extractor.records import Note
from extractor.screener import Screener

GOLDEN = Path(__file__).parent / "golden"
PATIENTS = sorted({path.name.split("__")[0] for path in sample_notes_folder().glob("*.txt")})


def told(screener: Screener, notes: Sequence[Note]) -> dict[str, Any]:
    """A report without what changes with every release, and without what only repeats other parts of it."""
    report = to_dict(screener.screen(notes))
    return {key: value for key, value in report.items() if key not in ("engine", "notes", "grounds")}


@pytest.mark.parametrize("patient", PATIENTS)
def test_report_is_the_golden_one(
    patient: str, screener: Screener, sample_patients: Mapping[str, Sequence[Note]]
) -> None:
    path = GOLDEN / f"{patient}.json"
    report = told(screener, sample_patients[patient])
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert report == json.loads(path.read_text(encoding="utf-8"))


def test_samples_show_every_status_of_every_kind(
    screener: Screener, sample_patients: Mapping[str, Sequence[Note]]
) -> None:
    reports = [screener.screen(notes) for notes in sample_patients.values()]
    assert {report.verdict.value for report in reports} == {"eligible", "ineligible", "review"}
    statuses = {(c.id, c.status.value) for report in reports for c in report.criteria}
    for criterion in ("ecog", "response", "extracranial_metastases", "cranial_metastases", "local_ablative_therapy"):
        assert {(criterion, status) for status in ("met", "not_met", "unknown")} <= statuses
