"""What is written is what the schema says, and no spreadsheet can run it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import pytest
from fake_screener import FakeScreener

from extractor.exports import report_json
from extractor.exports.rows import FailedNote
from extractor.exports.writing import replacing, safe_cell, write_failures, write_text
from extractor.records import Fact, Note, PatientFacts, Report, Status

SCHEMA = json.loads((files("extractor") / "report_schema.json").read_text(encoding="utf-8"))
NOTES = [Note("ECOG 2", "P1", "n1", date(2025, 1, 1)), Note("now ECOG 1", "P1", "n2", date(2025, 3, 14))]
COUNT = {
    "low": 4,
    "high": None,
    "by_site": {"liver": {"low": 2, "high": 2}, "bone": {"low": 2, "high": None}},
}


def report(**facts: Any) -> Report:
    made = FakeScreener().screen(NOTES)
    return replace(made, facts=PatientFacts(None, {name: Fact(value) for name, value in facts.items()}))


def valid(data: Mapping[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(data, SCHEMA, jsonschema.Draft202012Validator)


def test_the_shape() -> None:
    data = json.loads(report_json.to_line(report_json.to_dict(FakeScreener().screen(NOTES))))
    valid(data)
    assert list(data) == list(SCHEMA["properties"])
    assert set(data) - set(SCHEMA["required"]) == {"notes", "grounds"}
    assert list(data["facts"]) == SCHEMA["$defs"]["facts"]["required"] == list(report_json.FACTS)
    assert data["facts"]["ecog"] == {"low": 1, "high": 1} and data["facts"]["stage"] is None
    assert (data["patient_id"], data["as_of"], data["verdict"]) == ("P1", "2025-03-14", "eligible")
    (criterion,) = data["criteria"]
    assert criterion["evidence"] == ["f2"] and criterion["set_aside"] == [{"finding": "f1", "why": "older"}]
    for finding in data["findings"]:
        note = next(note for note in NOTES if note.note_id == finding["note_id"])
        assert note.text[finding["start"] : finding["end"]] == finding["text"]


def test_all_facts_filled() -> None:
    made = report(
        age_years=62, sex="male", histology="nsclc", tissue_confirmed=True, stage="IVB", tnm="cT2a N2 M1c",
        ecog={"low": 0, "high": 1}, response="PR", line=1, cycles=4, months=3.5,
        extracranial_metastases=COUNT,
        cranial_metastases={"low": 0, "high": 0, "by_site": {}}, lat_amenable=True,
        contraception="not_applicable",
        consent=False, prior_local_therapy=({"procedure": "surgery", "target": "brain"},),
    )  # fmt: skip
    data = report_json.to_dict(made)
    valid(data)
    assert data["facts"]["extracranial_metastases"] == COUNT
    assert data["facts"]["prior_local_therapy"] == [{"procedure": "surgery", "target": "brain"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "maybe"},
        {"as_of": "14.03.2025"},
        {"schema": "trialscreen.report/2"},
        {"facts": {}},
        {"criteria": [{"id": "ecog"}]},
    ],
)
def test_the_schema_refuses(changes: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        valid({**report_json.to_dict(report()), **changes})


def test_the_schema_lets_keys_be_added() -> None:
    valid({**report_json.to_dict(report()), "new": 1})


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (date(2025, 3, 14), "2025-03-14"),
        (Status.NOT_MET, "not_met"),
        (frozenset({"b", "a"}), ["a", "b"]),
        (MappingProxyType({"a": (1, None)}), {"a": [1, None]}),
        (float("nan"), None),
        (True, True),
        (Fact(3).value, 3),
    ],
)
def test_plain_values(value: Any, plain: Any) -> None:
    assert report_json.plain(value) == plain


def test_json_and_jsonl() -> None:
    made = replace(report(), patient_id="Größe\ud800\u2028")
    assert [r["patient_id"] for r in json.loads(report_json.to_json([made, made]))] == [made.patient_id] * 2
    text = report_json.to_jsonl([made, made])
    assert text.count("\n") == 2 and "Größe" in text
    assert json.loads(text.encode("utf-8").split(b"\n")[0])["patient_id"] == made.patient_id
    assert report_json.to_jsonl([]) == "" and json.loads(report_json.to_json([])) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["P001", "a=b", "", None, -1, "'=1"])
def test_other_cells_stay(value: Any) -> None:
    assert safe_cell(value) == value


def test_the_list_of_failures_is_safe(tmp_path: Path) -> None:
    write_failures(tmp_path / "failed.csv", [FailedNote("=a.csv", "line 2", "has no text", "@P", "-n")])
    rows = (tmp_path / "failed.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["source,place,patient_id,note_id,reason", "'=a.csv,line 2,'@P,'-n,has no text"]


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("half", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        raise RuntimeError
    assert path.read_text(encoding="utf-8") == "old"
    write_text(path, "new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
