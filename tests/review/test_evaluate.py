"""``trialscreen evaluate`` on invented labelled files and a screener that says what it is told to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from extractor.records import (
    CriterionResult,
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
from extractor.review.evaluate import GoldFileError, evaluate_file, is_held_out
from extractor.review.scoring import KEYS

NEW = Finding("performance_status", {"low": 1}, 8, 14, "ECOG 1", note_id="n1", rule="ps.ecog")
OLD = replace(NEW, value={"low": 2}, text="ECOG 2", temporality=Temporality.HISTORICAL, rule="")


class Fake:
    """Tells every patient an ECOG of 1 and an agreed contraception; finds one stage a note."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, date | None]] = []

    def screen(self, notes: Sequence[Note], as_of: date | None = None) -> Report:
        self.asked.append((notes[0].patient_id, as_of))
        ecog = Fact({"low": 1, "high": 1}, (NEW,), (SetAside(OLD, "historical: at diagnosis"),))
        criteria = (
            CriterionResult("ecog", Status.MET, ecog.value, "ECOG 1 is within the limit", evidence=(NEW,)),
            CriterionResult("contraception", Status.MET, True, "agreed", at_visit=True),
        )
        facts = PatientFacts(as_of, {"ecog": ecog, "months": Fact(3.2)})
        return Report(notes[0].patient_id, as_of, "p", "1", "0", "h", Verdict.ELIGIBLE, criteria, facts, ())

    def find(self, note: Note) -> tuple[Finding, ...]:
        start = note.text.index("stage")
        return (Finding("stage", {"group": "IV"}, start, start + 8, note.text[start : start + 8]),)


def patient(name: str, ecog: int, status: str, verdict: str) -> dict[str, Any]:
    facts = {"ecog": {"low": ecog, "high": ecog}, "months": 3.1}
    return {
        "patient_id": name,
        "as_of": "2025-05-02",
        "notes": [{"note_id": "n1", "note_date": None, "note_type": None, "text": "ECOG 2, ECOG 1"}],
        "gold": {
            "facts": facts,
            "criteria": {"ecog": status, "contraception": "unknown"},
            "verdict": verdict,
        },
    }


def write(path: Path, lines: list[Any]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def test_patients(tmp_path: Path) -> None:
    lines = [
        patient("A", 1, "met", "eligible"),
        patient("B", 2, "not_met", "ineligible"),
        patient("C", 1, "unknown", "review"),
    ]
    fake = Fake()
    text = evaluate_file(write(tmp_path / "gold.jsonl", lines), fake)
    figures = {" ".join(line.split()) for line in text.split("\n")}
    assert fake.asked == [("A", date(2025, 5, 2)), ("B", date(2025, 5, 2)), ("C", date(2025, 5, 2))]
    for line in (
        "verdicts right 1/3 33.3% [6.1, 79.2]",
        "false eligible 2",
        "met told as met 1/1 100.0% [20.7, 100.0]",
        "exceptions told right 0/2 0.0% [0.0, 65.8]",
        "unsafe swaps met <-> not_met 1",
        "facts right 5/6 83.3% [43.6, 97.0]",
        "ecog 2 3 66.7 0 0 1",
        "ecog 1 3 1/1 0/1 0/1 1",
    ):
        assert line in figures
    shown = text.split("disagreements")[1]
    assert "\nA  verdict eligible\n  criterion contraception: gold unknown, told met: agreed\n" in shown
    assert "criterion ecog: gold not_met, told met  UNSAFE: ECOG 1 is within the limit" in shown
    assert '[n1 undated] "ECOG 1" {"low": 1} firm by ps.ecog' in shown
    assert 'set aside, historical: at diagnosis: [n1 undated] "ECOG 2" {"low": 2} historical' in shown


def test_texts(tmp_path: Path) -> None:
    right = {"concept": "stage", "start": 0, "end": 8, "value": {"group": "IV"}, "assertion": "affirmed",
             "experiencer": "patient"}  # fmt: skip
    family = {**right, "experiencer": "family"}
    site = {"concept": "metastasis", "start": 0, "end": 3, "value": {"site": "liver", "low": 1, "high": 1}}
    lines = [
        {"id": "t1", "text": "stage IV", "mentions": [right]},
        {"id": "t2", "text": "stage IV in her father", "mentions": [family, {**site, "doubt": True}]},
        {"id": "t3", "text": "stage 4 CKD", "mentions": []},
    ]
    text = evaluate_file(write(tmp_path / "texts.jsonl", lines), Fake())
    figures = [" ".join(line.split()) for line in text.split("\n")]
    assert figures[0].startswith("3 texts (all), 3 mentions")
    # one hit, two told too many, one missed: 1/3, 1/2 and 2/5; F1 has the interval of 1/4 (hits of all that is either)
    assert figures.count("stage 1 2 1 33.3 6-80 50.0 9-91 40.0 8-83") == 2
    assert sum(line.startswith("metastasis 0 0 1") for line in figures) == 1
    assert sum(line.startswith("metastasis 0 0 0") for line in figures) == 1
    assert "metastasis: counts right 0/0 100.0% [0.0, 100.0]" in figures
    assert "4 errors" in figures
    assert 'miss stage gold "stage IV" {"group": "IV"} family' in figures
    assert 'false alarm stage told "stage 4 " {"group": "IV"} by -' in figures
    assert sum(line.endswith("(doubt)") for line in figures) == 1


def test_errors_are_listed_up_to_a_limit_and_counted_beyond(tmp_path: Path) -> None:
    lines = [{"id": f"t{n}", "text": "stage 4 CKD", "mentions": []} for n in range(5)]
    lines.append({"id": "right", "text": "stage 4", "mentions": [
        {"concept": "stage", "start": 0, "end": 7, "value": {"group": "IV"}}]})  # fmt: skip
    path = write(tmp_path / "texts.jsonl", lines)
    whole = evaluate_file(path, Fake())
    assert whole.count("false alarm") == 5 and "more" not in whole
    some = evaluate_file(path, Fake(), errors=2)
    assert some.count("false alarm") == 2
    assert "\n5 errors\n" in some and some.endswith("\n... and 3 more\n")
    assert some.split("\n5 errors")[0] == whole.split("\n5 errors")[0]
    none = evaluate_file(path, Fake(), errors=0)
    assert none.endswith("\n5 errors\n\n... and 5 more\n") and "t0" not in none


def test_disagreements_are_listed_up_to_a_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", [patient(name, 2, "not_met", "ineligible") for name in "ABC"])
    text = evaluate_file(path, Fake(), errors=1)
    assert "\nA  verdict" in text and "\nB  verdict" not in text
    assert text.endswith("\n... and 2 more\n")


def test_figures_fit_eighty_columns(tmp_path: Path) -> None:
    value = {name: None for keys in KEYS.values() for name in keys} | {"agents": []}
    labels = [{"concept": concept, "start": 0, "end": 8, "value": value} for concept in KEYS]
    long = "stage IV " + "and a good many words that go on and on without any end in sight " * 4
    texts = write(tmp_path / "texts.jsonl", [{"id": "t", "text": long, "mentions": labels}] * 300)
    patients = write(tmp_path / "gold.jsonl", [patient("A", 1, "met", "eligible")] * 150)
    told = evaluate_file(texts, Fake())
    assert all(len(line) <= 80 for line in told.split("\n"))
    figures = evaluate_file(patients, Fake()).split("disagreements")[0]
    assert all(len(line) <= 80 for line in figures.split("\n"))


def test_parts_are_disjoint_and_complete(tmp_path: Path) -> None:
    names = [f"P{number}" for number in range(30)]
    path = write(tmp_path / "gold.jsonl", [patient(name, 1, "met", "eligible") for name in names])
    asked = {}
    for part in ("all", "seen", "held"):
        fake = Fake()
        evaluate_file(path, fake, part)
        asked[part] = [name for name, _ in fake.asked]
    assert asked["all"] == names
    assert sorted(asked["seen"] + asked["held"]) == sorted(names)
    assert asked["held"] == [name for name in names if is_held_out(name)] != []


def test_held_out_is_by_hash() -> None:
    # The first bytes of the SHA-256 of these names are 223, 238, 18, 0, 227 and 125.
    names = ["P001", "P002", "P003", "P004", "P005", "P006"]
    assert [name for name in names if is_held_out(name)] == ["P003", "P004"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no labelled lines"),
        ('{"gold"', ":1: no JSON"),
        ("[1]", ":1: each line must be a JSON object"),
        ('{"id": "x", "text": "y"}', "every line needs 'gold'"),
    ],
)
def test_unusable_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GoldFileError) as caught:
        evaluate_file(path, Fake())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GoldFileError, match="cannot be read"):
        evaluate_file(tmp_path / "none.jsonl", Fake())
