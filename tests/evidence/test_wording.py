"""Values in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractor.evidence.wording import (
    CONCEPTS,
    say_concept,
    say_date,
    say_fact,
    say_interval,
    say_name,
    say_value,
)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (2, 2, "2"),
        (2, 4, "2-4"),
        (2, None, "at least 2"),
        (0, None, "any number"),
        (None, 3, "at most 3"),
        (None, None, "unknown"),
        (0, 0, "0"),
        (0, 2, "0-2"),
    ],
)
def test_intervals(low: int | None, high: int | None, words: str) -> None:
    assert say_interval(low, high) == words


@pytest.mark.parametrize(
    ("concept", "value", "words"),
    [
        ("age", {"years": 62}, "62 years"),
        ("sex", {"sex": "female"}, "female"),
        ("performance_status", {"scale": "ECOG", "low": 1, "high": 1}, "ECOG 1"),
        ("performance_status", {"scale": "ECOG", "low": 0, "high": 1}, "ECOG 0-1"),
        ("performance_status", {"scale": "KPS", "low": 70, "high": 80}, "KPS 70-80 %"),
        ("response", {"category": "PR", "criteria": "RECIST 1.1", "explicit": True}, "PR (RECIST 1.1)"),
        ("response", {"category": "SD", "criteria": None, "explicit": False}, "suggests SD"),
        ("stage", {"group": "IVB", "system": "AJCC8"}, "stage IVB (AJCC8)"),
        ("stage", {"group": "IV", "system": None}, "stage IV"),
        ("tnm", {"prefix": "c", "t": "2a", "n": "2", "m": "1c"}, "cT2a N2 M1c"),
        ("tnm", {"prefix": None, "t": None, "n": "0", "m": None}, "N0"),
        ("histology", {"group": "nsclc", "subtype": "nos"}, "NSCLC, not otherwise specified"),
        ("histology", {"group": "other", "subtype": None}, "other"),
        ("tissue_confirmation", {"confirmed": False}, "not confirmed in tissue"),
        ("metastasis", {"site": "liver", "low": 2, "high": None, "status": "present"}, "liver: at least 2"),
        (
            "metastasis",
            {"site": "brain", "low": 0, "high": 0, "status": "resolved"},
            "brain: none (resolved)",
        ),
        (
            "metastasis",
            {"site": "lymph_node_distant", "low": 1, "high": 3, "status": "treated"},
            "distant lymph nodes: 1-3 (treated)",
        ),
        ("lesion", {"site": "bone", "low": 1, "high": 1, "status": "present"}, "bone: 1"),
        ("imaging", {"region": "head", "modality": "MRI", "clear": True}, "MRI of the head (clear)"),
        ("imaging", {"region": "body", "nothing_else": True}, "study of the body (nothing else)"),
        ("systemic_therapy", {"agents": ["osimertinib"], "line": 2, "setting": None}, "osimertinib, line 2"),
        (
            "systemic_therapy",
            {"agents": [], "line": None, "setting": "adjuvant"},
            "systemic therapy, adjuvant",
        ),
        ("therapy_cycles", {"completed": 3, "planned": 4}, "3 cycles completed of 4 planned"),
        ("therapy_cycles", {"completed": 1, "planned": None}, "1 cycle completed"),
        ("therapy_cycles", {"completed": None, "planned": 6}, "6 cycles planned"),
        ("therapy_duration", {"months": 3.5}, "3.5 months"),
        ("lat_amenability", {"amenable": True, "target": "all"}, "amenable (all sites)"),
        ("lat_amenability", {"amenable": False, "target": "liver"}, "not amenable (liver)"),
        (
            "local_therapy",
            {"procedure": "radiotherapy", "target": "brain", "modality": "SRS"},
            "SRS (radiotherapy), target: brain",
        ),
        ("contraception", {"not_applicable": "postmenopausal"}, "not applicable: postmenopausal"),
        ("contraception", {"agrees": False}, "does not agree to contraception"),
        ("consent", {"given": True}, "signed"),
        ("something_new", {"low": 1, "high": 2}, "1-2"),
    ],
)
def test_findings(concept: str, value: dict[str, Any], words: str) -> None:
    assert say_value(concept, value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "yes"),
        ("nsclc", "NSCLC"),
        ("not_applicable", "not applicable"),
        (62, "62"),
        ({"low": 1, "high": 1}, "1"),
        (
            {"low": 2, "high": 4, "by_site": {"liver": {"low": 2, "high": 2}, "bone": {"low": 0, "high": 2}}},
            "2-4 metastases: liver 2, bone 0-2",
        ),
        ({"low": 1, "high": 1, "by_site": {}}, "1 metastasis"),
        ({"low": 0, "high": 0, "by_site": {}}, "no metastases"),
        ({"line": 1, "cycles": 4, "months": None}, "line 1, cycles 4"),
        ({"histology": "nsclc", "tissue_confirmed": False}, "histology NSCLC, not tissue confirmed"),
        ({"ecog": {"low": 0, "high": 1}}, "ECOG 0-1"),
        ([], "none"),
        (
            [
                {"procedure": "surgery", "target": "adrenal", "modality": "laparoscopic"},
                {"procedure": "ablation", "target": None},
            ],
            "laparoscopic (surgery), target: adrenal; ablation",
        ),
    ],
)
def test_facts(value: Any, words: str) -> None:
    assert say_fact(value) == words


def test_names_and_days() -> None:
    assert say_name("first_line_therapy") == "First line therapy"
    assert say_name("ecog") == "ECOG"
    assert say_concept("new_concept") == "New concept"
    assert (say_date(date(2025, 4, 3)), say_date(None)) == ("3 Apr 2025", "undated")


@pytest.mark.parametrize("concept", CONCEPTS)
def test_an_empty_value_is_no_error(concept: str) -> None:
    assert isinstance(say_value(concept, {}), str)
