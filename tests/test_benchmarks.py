"""The accuracy benchmark on a few invented texts: its baselines, and what it says of peers that are not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks.accuracy import CONCEPTS, main
from benchmarks.baselines import PlainExpressions, StockMedspacy
from extractor.review.evaluate import is_held_out


@pytest.mark.parametrize(
    ("text", "concept", "value"),
    [
        ("A 62-year-old man", "age", {"years": 62}),
        ("ECOG PS 0-1", "performance_status", {"scale": "ECOG", "low": 0, "high": 1}),
        ("KPS of 80", "performance_status", {"scale": "KPS", "low": 80, "high": 80}),
        ("Stage 4B", "stage", {"group": "IVB"}),
        ("cT2a N2 M1c", "tnm", {"t": "2a", "n": "2", "m": "1c"}),
        ("small cell carcinoma", "histology", {"group": "sclc"}),
        ("Partial response", "response", {"category": "PR", "explicit": True}),
        ("three hepatic metastases", "metastasis", {"site": "liver", "low": 3, "high": 3}),
        ("multiple bone mets", "metastasis", {"site": "bone", "low": 2, "high": None}),
        ("metastatic to the adrenals", "metastasis", {"site": "adrenal"}),
        ("C4 today", "therapy_cycles", {"completed": 3}),
        ("after four cycles", "therapy_cycles", {"completed": 4}),
        ("lobectomy", "local_therapy", {"procedure": "surgery"}),
    ],
)
def test_expressions(text: str, concept: str, value: dict[str, Any]) -> None:
    (finding,) = PlainExpressions()(text)
    assert (finding.concept, dict(finding.value)) == (concept, value)
    assert text[finding.start : finding.end] == finding.text


def test_stock_medspacy_negates_what_plain_expressions_affirm() -> None:
    text = "There is no evidence of liver metastases."
    assert [str(f.assertion) for f in PlainExpressions()(text)] == ["affirmed"]
    assert [str(f.assertion) for f in StockMedspacy()(text)] == ["negated"]


def test_table(tmp_path: Path) -> None:
    text = "ECOG 1. No liver metastases. Stage IVB."
    mentions = [
        {"concept": "performance_status", "start": 0, "end": 6, "value": {"scale": "ECOG", "low": 1, "high": 1}},
        {"concept": "metastasis", "start": 11, "end": 27, "assertion": "negated",
         "value": {"site": "liver", "low": 0, "high": 0}},
        {"concept": "stage", "start": 29, "end": 38, "value": {"group": "IVB"}},
    ]  # fmt: skip
    seen = next(f"t{number}" for number in range(99) if not is_held_out(f"t{number}"))
    held = next(f"t{number}" for number in range(99) if is_held_out(f"t{number}"))
    wrong = [{"concept": "stage", "start": 0, "end": 5, "value": {"group": "I"}}]
    for name in ("snippets.jsonl", "real.jsonl"):
        lines = [{"id": seen, "text": text, "mentions": mentions}, {"id": held, "text": text, "mentions": wrong}]
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    output = tmp_path / "table.md"
    app = Typer()
    app.command()(main)
    missing = ["--peer", f"openmed={tmp_path / 'no-python'}"]
    result = CliRunner().invoke(app, [str(tmp_path), "-o", str(output), *missing])
    assert result.exit_code == 0, result.output
    written = output.read_text(encoding="utf-8")
    assert "openmed: skipped, its Python does not run it" in written
    assert "1 texts, 3 mentions" in written
    cells = {row.split("|")[1].strip(): row.split("|")[2:5] for row in written.splitlines() if row.startswith("|")}
    f1 = {concept: [cell.split()[0] for cell in cells[concept]] for concept in CONCEPTS}
    assert f1["performance_status"] == ["100.0", "100.0", "100.0"]
    assert f1["metastasis"] == ["100.0", "0.0", "100.0"]
    assert f1["stage"] == ["100.0", "100.0", "100.0"]


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    app = Typer()
    app.command()(main)
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert result.exit_code == 2 and "snippets.jsonl" in result.output
