"""Every concept's table of wordings, ``tests/cases/<concept>.yaml``: all findings, and no others.

A case has a ``text`` and in ``find`` the exact list of the concept's findings, in the order of the
text: ``text``, ``value`` (only the keys given are compared) and, where it is not affirmed, patient or
current, ``assertion``, ``experiencer`` and ``temporality``. ``note_date`` and ``note_type`` are optional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from extractor.exports.report_json import plain
from extractor.files import read_yaml
from extractor.findings import CONCEPTS
from extractor.records import Finding, Note
from extractor.screener import Screener

FOLDER = Path(__file__).parent.parent / "cases"
FILES = {path.stem: read_yaml(path) for path in sorted(FOLDER.glob("*.yaml"))}
CASE_KEYS = {"text", "find", "note_date", "note_type", "note"}
FINDING_KEYS = {"text", "value", "assertion", "experiencer", "temporality", "date"}
DEFAULTS = {"assertion": "affirmed", "experiencer": "patient", "temporality": "current"}
WITHOUT_CASES = {"imaging"}
"""What no row of the clinical specification describes: it only serves the counting of metastases."""


def _cases() -> Iterator[Any]:
    for name, file in FILES.items():
        for number, case in enumerate(file.data["cases"]):
            line = file.lines["cases", number]
            yield pytest.param(file.data["concept"], case, f"{file.path.name}:{line}", id=f"{name}:{line}")


def _row(finding: Finding, wanted: Mapping[str, Any] | None) -> dict[str, Any]:
    """A finding as a case writes it, with the keys that the case asks for."""
    value = plain(finding.value)
    row: dict[str, Any] = {"text": finding.text, "value": value}
    if wanted and "value" in wanted:
        row["value"] = {key: value.get(key, "(no such key)") for key in wanted["value"]}
    row |= {key: str(getattr(finding, key)) for key in DEFAULTS}
    if wanted and "date" in wanted:
        row["date"] = plain(finding.date)
    return row


def _told(rows: list[dict[str, Any]]) -> str:
    return "\n".join(f"    {row}" for row in rows) or "    nothing"


@pytest.mark.parametrize(("concept", "case", "place"), _cases())
def test_wording(concept: str, case: Mapping[str, Any], place: str, screener: Screener) -> None:
    wanted = [DEFAULTS | row for row in case["find"]]
    day = date.fromisoformat(case["note_date"]) if "note_date" in case else None
    note = Note(case["text"], note_date=day, note_type=case.get("note_type"))
    findings = [finding for finding in screener.find(note) if finding.concept == concept]
    same_length = len(wanted) == len(findings)
    found = [_row(f, wanted[i] if same_length else None) for i, f in enumerate(findings)]
    if (
        wanted != [{key: row[key] for key in want} for row, want in zip(found, wanted, strict=same_length)]
        or not same_length
    ):
        pytest.fail(f"{place}: {case['text']!r}\n  wanted\n{_told(wanted)}\n  found\n{_told(found)}", pytrace=False)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_file_says_what_a_runner_understands(name: str) -> None:
    file = FILES[name]
    assert file.data.keys() == {"concept", "cases"}
    for number, case in enumerate(file.data["cases"]):
        place = f"{file.path.name}:{file.lines['cases', number]}"
        assert {"text", "find"} <= case.keys() <= CASE_KEYS, place
        for row in case["find"]:
            assert {"text"} <= row.keys() <= FINDING_KEYS, place
            assert row["text"] in case["text"], place


@pytest.mark.parametrize("concept", sorted(set(CONCEPTS) - WITHOUT_CASES))
def test_a_concept_has_wordings_and_false_friends(concept: str) -> None:
    cases = [case for file in FILES.values() if file.data["concept"] == concept for case in file.data["cases"]]
    assert any(case["find"] for case in cases), f"tests/cases has no wording of {concept}"
    assert any(not case["find"] for case in cases), f"tests/cases has no false friend of {concept}"
