"""Figures on the labelled patients, where they are at hand: never worse than promised."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import jsonschema
import pytest

import extractor
from extractor.exports.report_json import to_dict
from extractor.records import Note
from extractor.screener import Screener

ROOT = Path(__file__).parent.parent
LABELLED = Path(os.environ.get("TRIALSCREEN_DEV", ROOT.parent / "shared" / "dev")) / "patients.jsonl"
DECIDING = (
    "age", "histology", "stage", "ecog", "first_line_therapy", "response", "extracranial_metastases",
    "cranial_metastases", "local_ablative_therapy", "prior_local_therapy",
)  # fmt: skip
pytestmark = pytest.mark.skipif(not LABELLED.is_file(), reason="the labelled patients are not here")


def test_labelled_patients(screener: Screener) -> None:
    schema = json.loads((Path(extractor.__file__).parent / "report_schema.json").read_text(encoding="utf-8"))
    met = met_right = exceptions = exceptions_right = swaps = 0
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        patient = json.loads(line)
        notes = [
            Note(n["text"], patient["patient_id"], n["note_id"], date.fromisoformat(n["note_date"]), n["note_type"])
            for n in patient["notes"]
        ]
        report = to_dict(screener.screen(notes, date.fromisoformat(patient["as_of"])))
        jsonschema.validate(report, schema)
        told = {criterion["id"]: criterion["status"] for criterion in report["criteria"]}
        for criterion in DECIDING:
            gold = patient["gold"]["criteria"][criterion]
            if gold == "met":
                met, met_right = met + 1, met_right + (told[criterion] == "met")
            else:
                exceptions, exceptions_right = exceptions + 1, exceptions_right + (told[criterion] == gold)
            swaps += {gold, told[criterion]} == {"met", "not_met"}
    assert met_right / met >= 0.93
    assert exceptions_right / exceptions >= 0.75
    assert swaps <= 12
