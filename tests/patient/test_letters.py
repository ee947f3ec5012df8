"""Notes as hospitals of several countries write them, read from the text to the facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractor.records import Note
from extractor.screener import Screener

Notes = list[tuple[str, str]]

ECOG_1 = {"low": 1, "high": 1}

STAY: list[tuple[str, Notes, dict[str, Any]]] = [
    (
        "headings of a letter tell admission and discharge",
        [
            (
                "2025-08-29",
                "Findings on admission\nReduced general condition, ECOG 3.\n\nCourse\nGood.\n\n"
                "State on discharge\nECOG 1, afebrile.",
            )
        ],
        {"ecog": ECOG_1},
    ),
    (
        "the head of the line does",
        [("2025-08-29", "Condition on arrival: confused. PS 3.\nCondition at dismissal: walks unaided. PS 1.")],
        {"ecog": ECOG_1},
    ),
    (
        "the verb of the line does",
        [("2025-08-29", "Admitted 20.08. with fever. ECOG 2.\nDischarged 29.08. in good condition. ECOG 1.")],
        {"ecog": ECOG_1},
    ),
    (
        "two readings of one visit are a conflict",
        [("2025-08-29", "Nurse: ECOG 2.\nPhysician: ECOG 1.")],
        {"ecog": None},
    ),
]


@pytest.mark.parametrize(("notes", "wanted"), [pytest.param(n, w, id=name) for name, n, w in STAY])
def test_letter(notes: Notes, wanted: dict[str, Any], screener: Screener) -> None:
    told = [Note(text, note_id=day, patient_id="P", note_date=date.fromisoformat(day)) for day, text in notes]
    facts = screener.screen(told).facts.facts
    assert {name: facts[name].value for name in wanted} == wanted
