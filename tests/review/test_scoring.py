"""What counts as right, on figures worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.records import Assertion, Experiencer, Finding
from extractor.review.scoring import (
    Tally,
    close_months,
    is_swap,
    same_fact,
    same_sites,
    same_value,
    score_concept,
    wilson,
)


def finding(concept: str, start: int, end: int, value: dict[str, Any], **changes: Any) -> Finding:
    return Finding(concept, value, start, end, "", **changes)


def mention(concept: str, start: int, end: int, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"concept": concept, "start": start, "end": end, "value": value, **more}


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(81, 100, 0.7222, 0.8749), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_agrees_with_published_values(right: int, total: int, low: float, high: float) -> None:
    assert wilson(right, total) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_holds_the_share(right: int, more: int) -> None:
    low, high = wilson(right, right + more)
    assert 0 <= low <= high <= 1
    if right + more:
        assert low - 1e-9 <= right / (right + more) <= high + 1e-9


def test_tally() -> None:
    tally = Tally(6, 2, 1) + Tally(2, 0, 1)
    assert (tally.precision, tally.recall, tally.f1) == (0.8, 0.8, 0.8)
    low, high = tally.f1_interval
    assert low < 0.8 < high
    assert (Tally().precision, Tally().recall, Tally().f1) == (1.0, 1.0, 1.0)


ECOG01 = {"scale": "ECOG", "low": 0, "high": 1}
ECOG1 = {"scale": "ECOG", "low": 1, "high": 1}
ECOG2 = {"scale": "ECOG", "low": 2, "high": 2}
M1C = {"t": "1c", "n": None, "m": "1c"}


@pytest.mark.parametrize(
    ("concept", "told", "gold", "same"),
    [
        ("performance_status", ECOG1, dict(ECOG1), True),
        ("performance_status", ECOG01, ECOG1, False),
        ("stage", {"group": "IVB", "system": None}, {"group": "IVB", "system": "AJCC8"}, True),
        ("tnm", {**M1C, "prefix": "c", "m": "1C"}, {**M1C, "prefix": "p"}, True),
        ("tnm", {**M1C, "n": "0"}, M1C, False),
        ("metastasis", {"site": "liver", "low": 1}, {"site": "liver", "low": 3}, True),
        ("systemic_therapy", {"agents": ["b", "a"]}, {"agents": ["a", "b"]}, True),
        ("therapy_duration", {"months": 3.1}, {"months": 3.2}, True),
        ("contraception", {"not_applicable": "sterilised"}, {"agrees": True}, False),
    ],
)
def test_same_value(concept: str, told: dict[str, Any], gold: dict[str, Any], same: bool) -> None:
    assert same_value(concept, told, gold) is same


@pytest.mark.parametrize(
    ("case", "told", "gold", "all_", "firm"),
    [
        ("overlap is enough", [(5, 9, ECOG1)], [(0, 6, ECOG1, {})], (1, 0, 0), (1, 0, 0)),
        ("touching is none", [(6, 9, ECOG1)], [(0, 6, ECOG1, {})], (0, 1, 1), (0, 1, 1)),
        ("a second one", [(0, 3, ECOG1), (3, 6, ECOG1)], [(0, 6, ECOG1, {})], (1, 0, 0), (1, 0, 0)),
        ("another value", [(0, 6, ECOG2)], [(0, 6, ECOG1, {})], (0, 1, 1), (0, 1, 1)),
        ("negated", [(0, 6, ECOG1)], [(0, 6, ECOG1, {"assertion": "negated"})], (0, 1, 1), (0, 1, 1)),
        ("family", [(0, 6, ECOG1)], [(0, 6, ECOG1, {"experiencer": "family"})], (0, 1, 1), (0, 1, 1)),
        ("doubt, matched", [(0, 6, ECOG1)], [(0, 6, ECOG1, {"doubt": True})], (1, 0, 0), (0, 0, 0)),
        ("doubt, missed", [], [(0, 6, ECOG1, {"doubt": True})], (0, 0, 1), (0, 0, 0)),
        ("doubt, wrong", [(0, 6, ECOG2)], [(0, 6, ECOG1, {"doubt": True})], (0, 1, 1), (0, 0, 0)),
        ("one for two", [(0, 9, ECOG1)], [(0, 4, ECOG1, {}), (5, 9, ECOG1, {})], (1, 0, 1), (1, 0, 1)),
    ],
)
def test_score_concept(
    case: str,
    told: list[tuple[int, int, dict[str, Any]]],
    gold: list[tuple[int, int, dict[str, Any], dict[str, Any]]],
    all_: tuple[int, int, int],
    firm: tuple[int, int, int],
) -> None:
    findings = [finding("performance_status", *item) for item in told]
    mentions = [mention("performance_status", start, end, value, **more) for start, end, value, more in gold]
    score = score_concept("performance_status", findings, mentions)
    assert (score.all, score.firm) == (Tally(*all_), Tally(*firm)), case


def test_counts_are_scored_apart_from_the_site() -> None:
    findings = [
        finding("metastasis", 0, 5, {"site": "liver", "low": 2, "high": 2}),
        finding("metastasis", 10, 15, {"site": "bone", "low": 1, "high": None}),
    ]
    mentions = [
        mention("metastasis", 0, 5, {"site": "liver", "low": 2, "high": 2}),
        mention("metastasis", 10, 15, {"site": "bone", "low": 2, "high": None}),
    ]
    score = score_concept("metastasis", findings, mentions)
    assert (score.all, score.counted, score.counts_right) == (Tally(2, 0, 0), 2, 1)
    assert [error.kind for error in score.errors] == ["count"]


def test_other_concepts_and_suggested_responses_are_left_out() -> None:
    findings = [
        finding("response", 0, 5, {"category": "PR", "explicit": False}),
        finding("stage", 0, 5, {"group": "IV"}),
    ]
    assert score_concept("response", findings, []).all == Tally()


def test_assertion_and_experiencer_count() -> None:
    hers = {"assertion": Assertion.NEGATED, "experiencer": Experiencer.FAMILY}
    told = finding("stage", 0, 5, {"group": "IV"}, **hers)
    gold = mention("stage", 0, 5, {"group": "IV"}, assertion="negated", experiencer="family")
    assert score_concept("stage", [told], [gold]).all == Tally(1, 0, 0)


SRS = {"procedure": "radiotherapy", "target": "brain", "modality": "SRS"}


@pytest.mark.parametrize(
    ("name", "told", "gold", "same"),
    [
        ("stage", "IVB", "IVB", True),
        ("stage", None, None, True),
        ("stage", None, "IVB", False),
        ("stage", "IVB", None, False),
        ("months", 3.3, 3.2, True),
        ("months", 3.4, 3.2, False),
        ("months", 5.0, 5, True),
        ("ecog", {"low": 1, "high": 1}, {"low": 1, "high": 1}, True),
        ("ecog", {"low": 0, "high": 1}, {"low": 1, "high": 1}, False),
        ("extracranial_metastases", {"low": 2, "high": None, "by_site": {}}, {"low": 2, "high": None}, True),
        ("cranial_metastases", {"low": 0, "high": 1}, {"low": 0, "high": 0}, False),
        ("prior_local_therapy", [], [], True),
        ("prior_local_therapy", None, [], False),
        ("prior_local_therapy", [SRS], [{**SRS, "modality": "CyberKnife"}], True),
        ("prior_local_therapy", [SRS, SRS], [SRS], False),
        ("contraception", False, None, False),
    ],
)
def test_same_fact(name: str, told: object, gold: object, same: bool) -> None:
    assert same_fact(name, told, gold) is same


def test_same_sites() -> None:
    two, none = {"low": 2, "high": 2}, {"low": 0, "high": 0}
    assert same_sites({"by_site": {"liver": two, "bone": none}}, {"by_site": {"liver": two}}) is True
    assert same_sites({"by_site": {"bone": two}}, {"by_site": {"liver": two}}) is False
    assert same_sites(None, {"by_site": {"liver": two}}) is False
    assert same_sites({"by_site": {"liver": two}}, {"low": 2, "high": 2}) is None


def test_swaps_are_between_met_and_not_met_only() -> None:
    assert is_swap("met", "not_met") and is_swap("not_met", "met")
    assert not is_swap("met", "unknown") and not is_swap("met", "met")


def test_months_need_two_numbers() -> None:
    assert not close_months(None, 3.0)


def test_only_named_responses_are_scored() -> None:
    shrunk = finding("response", 0, 6, {"category": "PR", "explicit": False})
    named = finding("response", 10, 12, {"category": "PR", "explicit": True})
    labels = [
        mention("response", 0, 6, {"category": "PR", "explicit": False}),
        mention("response", 10, 12, {"category": "PR"}),
    ]
    assert score_concept("response", [shrunk, named], labels).all == Tally(1, 0, 0)
