"""Reviewed notes as labelled lines: ``trialscreen evaluate`` reads them and finds the same figures."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_reports import CLINIC, review_report
from made_reviews import SINGLE, WHOLE, Record, corrected, drawn, find, missed, note_item

from extractor.records import Finding, Note, Report
from extractor.review.decisions import Act, Role
from extractor.review.evaluate import evaluate_file
from extractor.review.figures import scores
from extractor.review.gold import labelled_patients, labelled_texts
from extractor.review.queue import Kind


class Machine:
    """Tells again what it told when the queue was drawn."""

    def find(self, note: Note) -> tuple[Finding, ...]:
        return tuple(f for f in review_report().findings if note.text[f.start : f.end] == f.text)

    def screen(self, notes: Sequence[Note], as_of: date | None = None) -> Report:
        assert as_of == date(2025, 3, 14)
        return replace(review_report(), notes=tuple(notes))


def write(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_texts_come_back_with_the_same_figures(tmp_path: Path) -> None:
    found = drawn(WHOLE)
    record = Record()
    wrong = find(found.items, "stage", "colon")
    liver = find(found.items, "metastasis", "hepatic")
    for item in found.items:
        if item.kind is Kind.NOTE:
            record("ann", item, Act.READ)
        elif item == wrong:
            record("ann", item, Act.REJECT)
        elif item == liver:
            record("ann", item, Act.CORRECT, corrected({"site": "lung", "low": 2, "high": 2}))
        else:
            record("ann", item, Act.ACCEPT)
    letter = note_item(found.items, "n1")
    record("ann", letter, Act.MISSED, missed(CLINIC, "stage IVB at diagnosis", "stage", {"group": "IIIA"}))
    texts = {(note.patient_id, note.note_id): note for note in found.notes}
    gold = labelled_texts(found.items, record.made, texts)
    assert (len(gold.lines), gold.unknown, gold.without_text) == (2, 0, 0)
    for line in gold.lines:
        for mention in line["mentions"]:
            assert line["text"][mention["start"] : mention["end"]] == mention["text"]
    printed = evaluate_file(write(tmp_path / "gold.jsonl", gold.lines), Machine())  # type: ignore[arg-type]
    figures = scores(found.items, record.made)
    for concept in ("stage", "metastasis", "performance_status", "therapy_cycles"):
        tally = figures[concept].sought
        assert tally is not None
        row = next(line for line in printed.splitlines() if line.startswith(concept))
        assert [int(cell) for cell in re.findall(r"\d+", row)[:3]] == [tally.hits, tally.false_alarms, tally.misses]


def test_patients_come_back_with_the_same_statuses(tmp_path: Path) -> None:
    found = drawn(SINGLE)
    record = Record()
    for item in found.items:
        if item.kind is Kind.CRITERION:
            record("ann", item, Act.ACCEPT)
    texts = {(note.patient_id, note.note_id): note for note in found.notes}
    gold = labelled_patients(found.items, record.made, texts, texts)
    assert gold.lines[0]["gold"]["verdict"] == "review"
    printed = evaluate_file(write(tmp_path / "gold.jsonl", gold.lines), Machine())  # type: ignore[arg-type]
    assert "no disagreements" in printed
    record("ann", find(found.items, "cranial_metastases"), Act.CORRECT, {"status": "not_met"})
    gold = labelled_patients(found.items, record.made, texts, texts)
    assert gold.lines[0]["gold"]["criteria"]["cranial_metastases"] == "not_met"
    assert gold.lines[0]["gold"]["verdict"] == "ineligible"
    printed = evaluate_file(write(tmp_path / "gold.jsonl", gold.lines), Machine())  # type: ignore[arg-type]
    assert "criterion cranial_metastases: gold not_met, told unknown" in printed


@pytest.mark.parametrize("lacking", ["a judgement", "the whole reading", "a settlement", "the text", "nothing"])
def test_what_is_not_known_is_left_out(lacking: str) -> None:
    found = drawn(WHOLE)
    record = Record()
    for item in found.items:
        whole = item.kind is Kind.NOTE
        if not (lacking == "a judgement" and item.concept == "age") and not (lacking == "the whole reading" and whole):
            record("ann", item, Act.READ if whole else Act.ACCEPT)
    if lacking == "a settlement":
        mark = record("ann", note_item(found.items, "n1"), Act.MISSED, missed(CLINIC, "leaflet", "consent", {}))
        record("bob", note_item(found.items, "n1"), Act.READ)
    texts = {(note.patient_id, note.note_id): note for note in found.notes if lacking != "the text"}
    gold = labelled_texts(found.items, record.made, texts)
    expected = {
        "a judgement": (1, 1, 0), "the whole reading": (0, 2, 0), "a settlement": (1, 1, 0), "the text": (0, 0, 2),
        "nothing": (2, 0, 0),
    }  # fmt: skip
    assert (len(gold.lines), gold.unknown, gold.without_text) == expected[lacking]
    if lacking == "a settlement":
        record("eve", note_item(found.items, "n1"), Act.REJECT, role=Role.ADJUDICATE, refers_to=mark.id)
        assert len(labelled_texts(found.items, record.made, texts).lines) == 2


def test_a_patient_without_all_criteria_is_left_out() -> None:
    found = drawn(SINGLE)
    record = Record()
    for item in found.items:
        if item.kind is Kind.CRITERION and item.concept != "ecog":
            record("ann", item, Act.ACCEPT)
    texts = {(note.patient_id, note.note_id): note for note in found.notes}
    assert labelled_patients(found.items, record.made, texts, texts).unknown == 1
    record("ann", find(found.items, "ecog"), Act.REJECT)  # no status can be said
    assert labelled_patients(found.items, record.made, texts, texts).unknown == 1
    record("ann", find(found.items, "ecog"), Act.ACCEPT)
    assert len(labelled_patients(found.items, record.made, texts, texts).lines) == 1
    assert labelled_patients(found.items, record.made, {}, texts).without_text == 1
