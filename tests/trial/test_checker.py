"""What counts as what: the decision rules of the clinical specification, a row a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_facts import AS_OF, FITTING, conflict, count, fact, finding, made

from extractor.records import (
    Assertion,
    CriterionResult,
    Experiencer,
    Fact,
    SetAside,
    Status,
    Temporality,
    Verdict,
)
from extractor.trial.checker import check
from extractor.trial.limits import compare
from extractor.trial.protocol import load_protocol

PROTOCOL = load_protocol()
OTHER = load_protocol(Path(__file__).parent / "protocols" / "stage3.yaml")
MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"


def result(criterion: str, facts: dict[str, Any], as_of: date | None = AS_OF) -> CriterionResult:
    """One criterion of the shipped protocol."""
    results, _, _ = check(PROTOCOL, made(facts, as_of))
    return next(found for found in results if found.id == criterion)


def ecog(low: int, high: int, days_ago: int = 3, **notes: Any) -> Fact:
    return fact({"low": low, "high": high}, date=AS_OF - timedelta(days=days_ago), **notes)


def therapy(procedure: str | None, target: str | None, modality: str | None = None, **more: Any) -> dict[str, Any]:
    return {"procedure": procedure, "target": target, "modality": modality, **more}


CRANIOTOMY = therapy("surgery", "brain", "craniotomy", diagnostic=True)
ADRENALECTOMY = therapy("surgery", "adrenal", "laparoscopic")
TARGETED = fact(1, counted_in_cycles=False)

ROWS: list[tuple[str, dict[str, Any], str]] = [
    # age
    ("age", {"age_years": 18}, MET),
    ("age", {"age_years": 17}, NOT_MET),
    ("age", {}, UNKNOWN),
    # histology
    ("histology", {"histology": "nsclc", "tissue_confirmed": True}, MET),
    ("histology", {"histology": "nsclc", "tissue_confirmed": False}, UNKNOWN),
    ("histology", {"histology": "nsclc"}, UNKNOWN),
    ("histology", {"tissue_confirmed": True}, UNKNOWN),
    ("histology", {"tissue_confirmed": False}, UNKNOWN),
    ("histology", {"histology": "sclc", "tissue_confirmed": True}, NOT_MET),
    ("histology", {"histology": "other", "tissue_confirmed": True}, NOT_MET),
    ("histology", {"histology": conflict("adenocarcinoma", "small cell"), "tissue_confirmed": True}, UNKNOWN),
    # stage
    ("stage", {"stage": "IV"}, MET),
    ("stage", {"stage": "IVA"}, MET),
    ("stage", {"stage": fact("IVB", m="1c")}, MET),
    ("stage", {"stage": fact("IVB", m="1c2")}, MET),
    ("stage", {"stage": fact(None, m="1a"), "tnm": "cT2 N1 M1a"}, MET),
    ("stage", {"stage": "IIIC"}, NOT_MET),
    ("stage", {"stage": fact("IIIA", m="0")}, NOT_MET),
    ("stage", {"stage": "IA2"}, NOT_MET),
    ("stage", {"stage": "0"}, NOT_MET),
    ("stage", {"stage": fact(None, m="0"), "tnm": "cT2 N1 M0"}, NOT_MET),
    ("stage", {"stage": fact(None, m="0", later_metastatic=True), "tnm": "cT2 N1 M0"}, UNKNOWN),
    ("stage", {"stage": fact("IIB", recurrence=True)}, UNKNOWN),
    ("stage", {"stage": fact("IIIB", later_metastatic=True)}, UNKNOWN),
    ("stage", {"stage": fact("IIIB", m="1b")}, UNKNOWN),
    ("stage", {"stage": fact("IVA", m="0")}, UNKNOWN),
    ("stage", {"stage": fact(None, metastatic_hint=True)}, UNKNOWN),
    ("stage", {"stage": fact("IVA", later_metastatic=True)}, MET),
    ("stage", {"stage": conflict("stage IIIB", "stage IVA")}, UNKNOWN),
    ("stage", {"stage": "extensive"}, UNKNOWN),
    ("stage", {}, UNKNOWN),
    # performance status
    ("ecog", {"ecog": ecog(0, 0)}, MET),
    ("ecog", {"ecog": ecog(0, 1)}, MET),
    ("ecog", {"ecog": ecog(1, 1)}, MET),
    ("ecog", {"ecog": ecog(1, 2)}, UNKNOWN),
    ("ecog", {"ecog": ecog(2, 2)}, NOT_MET),
    ("ecog", {"ecog": ecog(2, 3, kps=[60, 60])}, NOT_MET),
    ("ecog", {"ecog": ecog(1, 1, days_ago=42)}, MET),
    ("ecog", {"ecog": ecog(1, 1, days_ago=43)}, UNKNOWN),
    ("ecog", {"ecog": ecog(3, 3, days_ago=43)}, UNKNOWN),
    ("ecog", {"ecog": fact({"low": 1, "high": 1}, date=None)}, MET),
    ("ecog", {"ecog": conflict("ECOG 1", "ECOG 2")}, UNKNOWN),
    ("ecog", {}, UNKNOWN),
    # first line: a count of cycles
    ("first_line_therapy", {"line": 1, "cycles": 3}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 4}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 4, "months": 6.8}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 3, "months": 2.1}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 5}, UNKNOWN),
    ("first_line_therapy", {"line": 1, "cycles": 6, "months": 4.2}, UNKNOWN),
    ("first_line_therapy", {"line": 1, "cycles": 2}, NOT_MET),
    ("first_line_therapy", {"line": 1, "cycles": 2, "months": 1.4}, NOT_MET),
    ("first_line_therapy", {"line": 1, "cycles": 2, "months": 3.1}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 2, "months": fact(2.8, days=84)}, MET),
    ("first_line_therapy", {"line": 1, "cycles": 2, "months": fact(2.7, days=83)}, NOT_MET),
    ("first_line_therapy", {"line": 1, "cycles": 0}, NOT_MET),
    ("first_line_therapy", {"line": 1, "cycles": fact(None, uncertain=True), "months": 4.0}, UNKNOWN),
    ("first_line_therapy", {"line": 1, "cycles": conflict("C3", "C4"), "months": 4.0}, UNKNOWN),
    ("first_line_therapy", {"line": 1, "cycles": 2, "months": conflict("2 months", "4 months")}, UNKNOWN),
    ("first_line_therapy", {"line": 1, "cycles": 3, "months": conflict("2 months", "4 months")}, MET),
    # first line: months
    ("first_line_therapy", {"line": TARGETED, "months": 3.0}, MET),
    ("first_line_therapy", {"line": TARGETED, "months": fact(2.8, days=84)}, MET),
    ("first_line_therapy", {"line": TARGETED, "months": 2.8}, MET),  # told as twelve weeks
    ("first_line_therapy", {"line": TARGETED, "months": fact(2.7, days=83)}, NOT_MET),
    ("first_line_therapy", {"line": TARGETED, "months": 2.7}, NOT_MET),
    ("first_line_therapy", {"line": fact(1, counted_in_cycles=True), "months": 2.5}, UNKNOWN),
    ("first_line_therapy", {"line": fact(1, counted_in_cycles=True), "months": 3.5}, MET),
    ("first_line_therapy", {"line": TARGETED, "months": conflict("2 months", "4 months")}, UNKNOWN),
    ("first_line_therapy", {"line": TARGETED}, UNKNOWN),
    # other lines
    ("first_line_therapy", {"line": 2, "cycles": 4}, NOT_MET),
    ("first_line_therapy", {"line": 2, "cycles": conflict("C3", "C4")}, NOT_MET),
    ("first_line_therapy", {"line": conflict("first line", "second line"), "cycles": 4}, UNKNOWN),
    ("first_line_therapy", {"cycles": 4}, UNKNOWN),
    ("first_line_therapy", {}, UNKNOWN),
    # response
    ("response", {"response": "PR"}, MET),
    ("response", {"response": "SD"}, MET),
    ("response", {"response": "CR"}, NOT_MET),
    ("response", {"response": "PD"}, NOT_MET),
    ("response", {"response": "mixed"}, UNKNOWN),
    ("response", {"response": "NE"}, UNKNOWN),
    ("response", {"response": fact(None, hint="PD")}, UNKNOWN),
    ("response", {"response": conflict("PR", "PMD")}, UNKNOWN),
    ("response", {}, UNKNOWN),
    # extracranial metastases
    ("extracranial_metastases", {"extracranial_metastases": count(0, 0)}, MET),
    ("extracranial_metastases", {"extracranial_metastases": count(5, 5)}, MET),
    ("extracranial_metastases", {"extracranial_metastases": count(2, 5)}, MET),
    ("extracranial_metastases", {"extracranial_metastases": count(5, 6)}, UNKNOWN),
    ("extracranial_metastases", {"extracranial_metastases": count(2, None)}, UNKNOWN),
    ("extracranial_metastases", {"extracranial_metastases": count(6, 6)}, NOT_MET),
    ("extracranial_metastases", {"extracranial_metastases": count(6, None)}, NOT_MET),
    ("extracranial_metastases", {"extracranial_metastases": {"low": 3, "high": 3}}, MET),
    ("extracranial_metastases", {"extracranial_metastases": conflict("two", "seven")}, UNKNOWN),
    ("extracranial_metastases", {}, UNKNOWN),
    # cranial metastases
    ("cranial_metastases", {"cranial_metastases": count(0, 0)}, MET),
    ("cranial_metastases", {"cranial_metastases": count(1, 1), "lat_amenable": True}, MET),
    (
        "cranial_metastases",
        {"cranial_metastases": count(5, 5), "lat_amenable": fact(None, cranial=True)},
        MET,
    ),
    ("cranial_metastases", {"cranial_metastases": count(0, 2), "lat_amenable": True}, MET),
    ("cranial_metastases", {"cranial_metastases": count(0, 2)}, UNKNOWN),
    ("cranial_metastases", {"cranial_metastases": count(1, 1)}, UNKNOWN),
    ("cranial_metastases", {"cranial_metastases": count(2, 2), "lat_amenable": False}, UNKNOWN),
    (
        "cranial_metastases",
        {"cranial_metastases": count(2, 2), "lat_amenable": fact(False, cranial=True)},
        MET,
    ),
    (
        "cranial_metastases",
        {"cranial_metastases": count(2, 2), "lat_amenable": fact(False, cranial=False)},
        UNKNOWN,
    ),
    (
        "cranial_metastases",
        {"cranial_metastases": count(2, 2), "lat_amenable": conflict("yes", "no")},
        UNKNOWN,
    ),
    ("cranial_metastases", {"cranial_metastases": count(2, None), "lat_amenable": True}, UNKNOWN),
    ("cranial_metastases", {"cranial_metastases": count(5, 6), "lat_amenable": True}, UNKNOWN),
    ("cranial_metastases", {"cranial_metastases": count(6, 6), "lat_amenable": True}, NOT_MET),
    ("cranial_metastases", {"cranial_metastases": count(6, None)}, NOT_MET),
    (
        "cranial_metastases",
        {"cranial_metastases": fact(count(6, None, leptomeninges=(6, None)), leptomeningeal=True)},
        NOT_MET,
    ),
    ("cranial_metastases", {"lat_amenable": True}, UNKNOWN),
    ("cranial_metastases", {"cranial_metastases": conflict("none", "two")}, UNKNOWN),
    # local ablative therapy
    ("local_ablative_therapy", {"lat_amenable": True}, MET),
    ("local_ablative_therapy", {"lat_amenable": False}, NOT_MET),
    ("local_ablative_therapy", {"lat_amenable": fact(None, cranial=True, missing=["bone"])}, UNKNOWN),
    ("local_ablative_therapy", {"lat_amenable": conflict("amenable", "not amenable")}, UNKNOWN),
    ("local_ablative_therapy", {}, UNKNOWN),
    # prior local therapy
    ("prior_local_therapy", {"prior_local_therapy": []}, MET),
    ("prior_local_therapy", {}, UNKNOWN),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("surgery", "primary", "lobectomy")]}, MET),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "primary", palliative=True)]},
        MET,
    ),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", "lymph_node_regional")]}, MET),
    ("prior_local_therapy", {"prior_local_therapy": [CRANIOTOMY]}, MET),
    ("prior_local_therapy", {"prior_local_therapy": [CRANIOTOMY, therapy("surgery", "primary")]}, MET),
    ("prior_local_therapy", {"prior_local_therapy": [{**CRANIOTOMY, "count": 2}]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [{**CRANIOTOMY, "diagnostic": False}]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [{**CRANIOTOMY, "diagnostic": None}]}, UNKNOWN),
    ("prior_local_therapy", {"prior_local_therapy": [ADRENALECTOMY]}, MET),
    ("prior_local_therapy", {"prior_local_therapy": [{**ADRENALECTOMY, "modality": "open"}]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [{**ADRENALECTOMY, "modality": None}]}, UNKNOWN),
    ("prior_local_therapy", {"prior_local_therapy": [{**ADRENALECTOMY, "count": 2}]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [CRANIOTOMY, ADRENALECTOMY]}, UNKNOWN),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [CRANIOTOMY, therapy("radiotherapy", "brain", "SRS", cavity=True)]},
        UNKNOWN,
    ),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [CRANIOTOMY, therapy("radiotherapy", "brain", "SRS")]},
        NOT_MET,
    ),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "bone", palliative=True)]},
        UNKNOWN,
    ),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "bone", "palliative")]},
        UNKNOWN,
    ),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("surgery", "bone", "intramedullary nailing")]},
        UNKNOWN,
    ),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("surgery", "bone", "vertebroplasty")]}, UNKNOWN),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", "bone")]}, UNKNOWN),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", None, "SBRT")]}, UNKNOWN),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "unspecified", "SBRT")]},
        UNKNOWN,
    ),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", "adrenal", "SBRT")]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", "bone", "SABR")]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("radiotherapy", "brain", "WBRT")]}, NOT_MET),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "brain", "Whole brain")]},
        NOT_MET,
    ),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("surgery", "liver", "segmentectomy")]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("surgery", "liver")]}, NOT_MET),
    ("prior_local_therapy", {"prior_local_therapy": [therapy("ablation", "liver", "microwave")]}, NOT_MET),
    (
        "prior_local_therapy",
        {
            "prior_local_therapy": [
                therapy("radiotherapy", "bone", palliative=True),
                therapy("ablation", "lung"),
            ]
        },
        NOT_MET,
    ),
    ("prior_local_therapy", {"prior_local_therapy": conflict("SBRT given", "SBRT not given")}, UNKNOWN),
    # at the visit
    ("contraception", {"contraception": True}, MET),
    ("contraception", {"contraception": "not_applicable"}, MET),
    ("contraception", {"contraception": False}, NOT_MET),
    ("contraception", {}, UNKNOWN),
    ("consent", {"consent": True}, MET),
    ("consent", {"consent": False}, NOT_MET),
    ("consent", {}, UNKNOWN),
]


@pytest.mark.parametrize(("criterion", "facts", "status"), ROWS)
def test_decision(criterion: str, facts: dict[str, Any], status: str) -> None:
    found = result(criterion, facts)
    assert found.status == status, found.reason
    assert (found.ask is not None) == (found.status is Status.UNKNOWN)
    assert found.reason[0].isupper() or found.reason[0].isdigit()
    assert found.reason.endswith(".")


REASONS = [
    ("age", {"age_years": 17}, "Age 17 is below the minimum of 18."),
    ("ecog", {"ecog": ecog(1, 1)}, "ECOG 1 on 30 May 2025 is within the limit of 1."),
    (
        "ecog",
        {"ecog": ecog(1, 2, kps=[70, 70])},
        "ECOG 1-2 (from KPS 70) on 30 May 2025 may be above the limit of 1.",
    ),
    (
        "ecog",
        {"ecog": ecog(0, 0, days_ago=50)},
        "ECOG 0 on 13 Apr 2025 is 50 days old, older than the 42 days allowed.",
    ),
    (
        "ecog",
        {"ecog": conflict("ECOG 1", "PS of\n  2")},
        "The notes contradict each other on the ECOG performance status: "
        "“ECOG 1” (2 Jun 2025) against “PS of 2” (2 Jun 2025).",
    ),
    (
        "extracranial_metastases",
        {"extracranial_metastases": count(3, 3, liver=(2, 2), adrenal=(1, 1), bone=(0, 0))},
        "3 extracranial metastases (liver 2, adrenal glands 1) are within the limit of 5.",
    ),
    (
        "extracranial_metastases",
        {"extracranial_metastases": count(6, None, liver=(6, None))},
        "6 or more extracranial metastases (liver 6 or more) are above the limit of 5.",
    ),
    ("cranial_metastases", {"cranial_metastases": count(0, 0)}, "No cranial metastases remain."),
    (
        "cranial_metastases",
        {"cranial_metastases": count(1, 1, brain=(1, 1)), "lat_amenable": True},
        "1 cranial metastasis (brain 1) is within the limit of 5; "
        "the cranial metastases are amenable to local ablative treatment.",
    ),
    (
        "cranial_metastases",
        {"cranial_metastases": fact(count(6, None), leptomeningeal=True)},
        "Leptomeningeal spread is described.",
    ),
    (
        "response",
        {"response": fact(None, hint="PR")},
        "The notes do not settle the response in restaging (the wording suggests PR without naming it).",
    ),
    (
        "stage",
        {"stage": fact(None, metastatic_hint=True)},
        "The notes do not settle the stage before treatment (only the word metastatic is told).",
    ),
    (
        "first_line_therapy",
        {"line": 1, "cycles": 2, "months": 1.4},
        "2 completed cycles of first-line therapy over 1.4 months, fewer than 3 and less than 3 months.",
    ),
    (
        "extracranial_metastases",
        {"extracranial_metastases": Fact(count(4, 6), (finding("4"),), hint="the bones were not imaged")},
        "4 to 6 extracranial metastases may be above the limit of 5; the bones were not imaged.",
    ),
    (
        "prior_local_therapy",
        {"prior_local_therapy": [therapy("radiotherapy", "bone", "SBRT")]},
        "Radiotherapy of the bone (SBRT) before inclusion is more than the protocol allows.",
    ),
]


@pytest.mark.parametrize(("criterion", "facts", "reason"), REASONS)
def test_the_reason_is_a_plain_sentence(criterion: str, facts: dict[str, Any], reason: str) -> None:
    assert result(criterion, facts).reason == reason


ASKS = [
    (
        "extracranial_metastases",
        {"extracranial_metastases": count(3, None, liver=(1, None), bone=(2, 2), lymph_node_distant=(0, 2))},
        "How many metastases remain exactly, by site: liver (1 or more told) and distant lymph nodes (0 to 2 told)?",
    ),
    ("ecog", {"ecog": conflict("ECOG 1", "ECOG 2")}, "“ECOG 1” (2 Jun 2025) or “ECOG 2” (2 Jun 2025)?"),
    ("ecog", {"ecog": ecog(1, 1, days_ago=60)}, "What is the ECOG performance status now?"),
    (
        "local_ablative_therapy",
        {"lat_amenable": fact(None, missing=["primary", "bone"])},
        "Can radical surgery or radiotherapy treat the primary tumour and the bone?",
    ),
    ("cranial_metastases", {"cranial_metastases": count(2, 2)}, "Are the cranial metastases amenable"),
    ("histology", {}, "pathology report say about the histology of the lung tumour? Has a biopsy"),
    ("first_line_therapy", {"line": 1}, "How many cycles, or months, of first-line therapy"),
]


@pytest.mark.parametrize(("criterion", "facts", "ask"), ASKS)
def test_an_unknown_says_what_would_settle_it(criterion: str, facts: dict[str, Any], ask: str) -> None:
    assert ask in (result(criterion, facts).ask or "")


# ---- nobody is ruled out on weak grounds

FAILING: dict[str, dict[str, Any]] = {
    "age": {"age_years": 16},
    "histology": {"histology": "sclc", "tissue_confirmed": True},
    "stage": {"stage": "IIIA"},
    "ecog": {"ecog": {"low": 3, "high": 3}},
    "first_line_therapy": {"line": 1, "cycles": 1},
    "response": {"response": "PD"},
    "extracranial_metastases": {"extracranial_metastases": count(9, 9)},
    "cranial_metastases": {"cranial_metastases": count(9, 9)},
    "local_ablative_therapy": {"lat_amenable": False},
    "prior_local_therapy": {"prior_local_therapy": [therapy("ablation", "liver")]},
    "contraception": {"contraception": False},
    "consent": {"consent": False},
}
LAST = {name: list(facts)[-1] if name != "histology" else "histology" for name, facts in FAILING.items()}
WEAK = [
    finding("possibly", assertion=Assertion.POSSIBLE),
    finding("if so", assertion=Assertion.HYPOTHETICAL),
    finding("her father", experiencer=Experiencer.FAMILY),
    finding("is planned", temporality=Temporality.PLANNED),
    finding("bigger", value={"explicit": False}),
]


def test_every_criterion_has_a_failing_row() -> None:
    assert set(FAILING) == {criterion.id for criterion in PROTOCOL.criteria}
    for criterion, facts in FAILING.items():
        assert result(criterion, facts).status is Status.NOT_MET


@pytest.mark.parametrize("criterion", FAILING)
@pytest.mark.parametrize("evidence", [*([f] for f in WEAK), []], ids=[*(f.text for f in WEAK), "none"])
def test_weak_evidence_alone_rules_nobody_out(criterion: str, evidence: list[Any]) -> None:
    name = LAST[criterion]
    facts = {**FAILING[criterion], name: Fact(FAILING[criterion][name], tuple(evidence))}
    found = result(criterion, facts)
    assert found.status is Status.UNKNOWN
    assert found.ask


@pytest.mark.parametrize("criterion", FAILING)
def test_one_firm_statement_beside_weak_ones_decides(criterion: str) -> None:
    name = LAST[criterion]
    facts = {**FAILING[criterion], name: Fact(FAILING[criterion][name], (*WEAK, finding("firm")))}
    assert result(criterion, facts).status is Status.NOT_MET


@pytest.mark.parametrize("criterion", FAILING)
def test_a_conflict_is_unknown_whatever_the_value(criterion: str) -> None:
    name = LAST[criterion]
    facts = {
        **FAILING[criterion],
        name: Fact(FAILING[criterion][name], conflicts=(finding("a"), finding("b"))),
    }
    found = result(criterion, facts)
    assert found.status is Status.UNKNOWN
    assert {f.text for f in found.evidence} >= {"a", "b"}


# ---- what a result carries


def test_a_result_carries_value_evidence_and_what_was_set_aside() -> None:
    old = SetAside(finding("ECOG 2 in March"), "older")
    now = replace(ecog(1, 1), set_aside=(old,))
    found = result("ecog", {"ecog": now})
    assert found.value == {"low": 1, "high": 1}
    assert found.evidence == now.evidence
    assert found.set_aside == (old,)
    assert found.text == "ECOG performance status of at most 1"
    assert not found.at_visit


def test_several_facts_are_told_by_name() -> None:
    assert result("first_line_therapy", {"line": 1, "cycles": 4}).value == {
        "line": 1,
        "cycles": 4,
        "months": None,
    }


def test_a_failing_part_shows_only_its_own_evidence() -> None:
    found = result("histology", {"histology": "sclc", "tissue_confirmed": True})
    assert [f.text for f in found.evidence] == ["sclc"]


def test_an_m_category_alone_shows_the_tnm() -> None:
    found = result("stage", {"stage": fact(None, m="1c"), "tnm": "cT4 N2 M1c"})
    assert found.reason == "Stage IVB before treatment is as required."
    assert [f.text for f in found.evidence] == ["cT4 N2 M1c"]


# ---- verdict

VERDICTS: list[tuple[dict[str, Any], Verdict]] = [
    ({}, Verdict.ELIGIBLE),
    ({"contraception": True, "consent": True}, Verdict.ELIGIBLE),
    ({"consent": False}, Verdict.INELIGIBLE),
    ({"contraception": False}, Verdict.INELIGIBLE),
    ({"response": None}, Verdict.REVIEW),
    ({"response": "PD"}, Verdict.INELIGIBLE),
    ({"response": "PD", "stage": None}, Verdict.INELIGIBLE),
    ({"cycles": 6}, Verdict.REVIEW),
]


@pytest.mark.parametrize(("changes", "verdict"), VERDICTS)
def test_verdict(changes: dict[str, Any], verdict: Verdict) -> None:
    assert check(PROTOCOL, made({**FITTING, **changes}))[1] is verdict


def test_nothing_known_is_for_review() -> None:
    results, verdict, warnings = check(PROTOCOL, made({}, None))
    assert verdict is Verdict.REVIEW
    assert {found.status for found in results} == {Status.UNKNOWN}
    assert [found.id for found in results if found.at_visit] == ["contraception", "consent"]
    assert warnings == ()


# ---- warnings

CLEAN = count(0, 0)


def test_both_regions_at_zero_warn_and_stay_met() -> None:
    facts = {**FITTING, "extracranial_metastases": CLEAN, "cranial_metastases": CLEAN}
    _, verdict, warnings = check(PROTOCOL, made(facts))
    assert verdict is Verdict.ELIGIBLE
    assert [warning.startswith("No residual metastasis is documented") for warning in warnings] == [True]


@pytest.mark.parametrize(
    "facts",
    [
        {"extracranial_metastases": CLEAN},
        {"extracranial_metastases": CLEAN, "cranial_metastases": count(0, 1)},
        {"extracranial_metastases": count(1, 1), "cranial_metastases": CLEAN},
    ],
)
def test_no_such_warning_unless_both_are_zero(facts: dict[str, Any]) -> None:
    assert check(PROTOCOL, made(facts))[2] == ()


@pytest.mark.parametrize(("days", "warned"), [(84, False), (85, True)])
def test_an_old_negative_head_scan_warns(days: int, warned: bool) -> None:
    scan = AS_OF - timedelta(days=days)
    facts = {**FITTING, "cranial_metastases": fact(CLEAN, negative_scan_date=scan)}
    _, verdict, warnings = check(PROTOCOL, made(facts))
    assert verdict is Verdict.ELIGIBLE
    assert any("9 Mar 2025" in warning for warning in warnings) is warned
    assert check(PROTOCOL, made(facts, None))[2] == ()


# ---- another trial needs no code


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, [MET, MET, MET]),
        ({"ecog": ecog(2, 2, days_ago=400)}, [MET, MET, MET]),
        ({"ecog": ecog(3, 3)}, [NOT_MET, MET, MET]),
        ({"stage": "IIIB"}, [MET, MET, MET]),
        ({"stage": "IVA"}, [MET, NOT_MET, MET]),
        ({"stage": "IIB"}, [MET, NOT_MET, MET]),
        ({"stage": fact(None, m="0"), "tnm": "M0"}, [MET, UNKNOWN, MET]),
        ({"cranial_metastases": count(4, 4)}, [MET, MET, NOT_MET]),
        ({"cranial_metastases": count(3, 4)}, [MET, MET, UNKNOWN]),
    ],
)
def test_another_trial(changes: dict[str, Any], status: list[str]) -> None:
    facts = {"ecog": ecog(2, 2), "stage": "IIIA", "cranial_metastases": count(3, 3), **changes}
    results, _, _ = check(OTHER, made(facts))
    assert [found.id for found in results] == ["performance", "stage_three", "brain"]
    assert [found.status for found in results] == status


def test_a_subgroup_of_a_stage() -> None:
    groups = {"IIIA": MET, "III": UNKNOWN, "IIIB": NOT_MET, "IV": NOT_MET}
    part = next(criterion for criterion in OTHER.criteria if criterion.id == "stage_three")
    rule = part.rule.model_copy(update={"groups": ("IIIA",)})
    protocol = replace(OTHER, criteria=(replace(part, rule=rule),))
    assert {group: str(check(protocol, made({"stage": group}))[0][0].status) for group in groups} == groups


# ---- properties

BOUND = st.integers(0, 12)
INTERVAL = st.tuples(BOUND, st.none() | BOUND).filter(lambda both: both[1] is None or both[0] <= both[1])
ORDER = {Status.MET: 0, Status.UNKNOWN: 1, Status.NOT_MET: 2}


@given(INTERVAL, BOUND)
def test_more_metastases_never_make_a_better_status(interval: tuple[int, int | None], more: int) -> None:
    low, high = interval
    counts = [count(low, high)]
    counts.append(count(low + more, None if high is None else high + more))
    counts.append(count(low + more if high is None else min(low + more, high), high))
    before, shifted, narrowed = (
        result("extracranial_metastases", {"extracranial_metastases": told}).status for told in counts
    )
    assert ORDER[shifted] >= ORDER[before]
    assert ORDER[narrowed] >= ORDER[before]
    assert before is Status.UNKNOWN or narrowed is before  # a narrower interval keeps what is decided


@given(INTERVAL, st.none() | BOUND, st.none() | BOUND)
def test_an_interval_decides_as_all_its_members_do(
    interval: tuple[int, int | None], least: int | None, most: int | None
) -> None:
    low, high = interval
    members = range(low, (30 if high is None else high) + 1)
    fits = {(least is None or n >= least) and (most is None or n <= most) for n in members}
    expected = {frozenset({True}): Status.MET, frozenset({False}): Status.NOT_MET}.get(frozenset(fits), Status.UNKNOWN)
    if least is not None and most is not None and least > most:
        return
    assert compare(low, high, least, most) is expected


@given(st.sets(st.sampled_from(sorted(FITTING))))
def test_leaving_facts_out_never_decides_anything(left_out: set[str]) -> None:
    facts = {name: value for name, value in FITTING.items() if name not in left_out}
    results, verdict, _ = check(PROTOCOL, made(facts))
    assert all(found.status is not Status.NOT_MET for found in results)
    assert verdict is (Verdict.REVIEW if left_out - {"sex"} else Verdict.ELIGIBLE)


@given(st.dictionaries(st.sampled_from(sorted(FAILING)), st.booleans()))
def test_the_verdict_follows_from_the_statuses(chosen: dict[str, bool]) -> None:
    facts = dict(FITTING)
    for criterion, failing in chosen.items():
        facts |= FAILING[criterion] if failing else {LAST[criterion]: None}
    results, verdict, _ = check(PROTOCOL, made(facts))
    failed = any(found.status is Status.NOT_MET for found in results)
    open_ = any(found.status is Status.UNKNOWN and not found.at_visit for found in results)
    assert verdict is (Verdict.INELIGIBLE if failed else Verdict.REVIEW if open_ else Verdict.ELIGIBLE)
