"""What holds for any text: offsets, no crash, the same answer every time and in any order."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import extractor
from extractor.exports.report_json import to_dict
from extractor.records import Note
from extractor.screener import Screener

SCHEMA = json.loads((Path(extractor.__file__).parent / "report_schema.json").read_text(encoding="utf-8"))
CLINICAL = [
    "ECOG 1.", "Stage IVB, cT2a N2 M1c.", "No brain metastases;", "two liver metastases", "PR per RECIST 1.1", "C4D1",
    "carboplatin/pemetrexed x4", "\n", "\r\n", "  ", "(", ")", "was", "T4-T6", "12 x 9 mm", "left adrenal", "[x]", "[ ]",
    "MRI brain 3/4/2025:", "62-year-old man", "consent signed", "ﬁbrosis", "\u00ad", "≤", "–", "SBRT to L3", "?", "🙂", "\x00",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(CLINICAL), max_size=30).map(" ".join),
)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(text=TEXTS)
def test_offsets_are_those_of_the_note(text: str, screener: Screener) -> None:
    for finding in screener.find(Note(text)):
        assert text[finding.start : finding.end] == finding.text
        assert finding.rule


@SETTINGS
@given(text=TEXTS)
def test_any_text_gives_a_report_by_the_contract(text: str, screener: Screener) -> None:
    report = to_dict(screener.screen([Note(text, note_date=date(2025, 3, 14))]))
    jsonschema.validate(report, SCHEMA)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_notes_changes_nothing(
    seed: int, screener: Screener, sample_patients: dict[str, list[Note]]
) -> None:
    for notes in sample_patients.values():
        shuffled = list(notes)
        random.Random(seed).shuffle(shuffled)
        assert to_dict(screener.screen(shuffled)) == to_dict(screener.screen(notes))
