"""Hand-made reports for the tests of what people see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from extractor.records import (
    Assertion,
    CriterionResult,
    Experiencer,
    Finding,
    Note,
    PatientFacts,
    Report,
    SetAside,
    Status,
    Temporality,
    Verdict,
)

CLINIC = """Oncology clinic, follow-up

59-year-old woman with adenocarcinoma of the lung (EBUS-TBNA of station 7), stage IVB at diagnosis.
Four cycles of carboplatin, pemetrexed and pembrolizumab finished on 3 March.
Performance status: ECOG 1, was 2 at presentation.
Her father died of stage IV colon cancer.
If she progressed, docetaxel would be next.

Assessment
Partial response (RECIST 1.1). The board finds the remaining lesions amenable to SBRT.
Keen on the trial, leaflet given.
"""

SCAN = """CT chest, abdomen and pelvis with contrast

Two hepatic metastases, both smaller. No adrenal metastases.
A sclerotic focus in L3 is possibly a metastasis.
Primary in the right upper lobe 22 mm (was 41 mm).
Impression: partial response.
"""


def notes() -> tuple[Note, ...]:
    """A clinic letter and a scan of one patient."""
    return (
        Note(CLINIC, "A-017", "n1", date(2025, 3, 14), "clinic letter"),
        Note(SCAN, "A-017", "n2", date(2025, 3, 10), "radiology report"),
    )


def finding(note: Note, words: str, concept: str, value: dict[str, Any], **changes: Any) -> Finding:
    """A finding on words that stand in a note."""
    start = note.text.index(words)
    found = Finding(
        concept=concept,
        value=value,
        start=start,
        end=start + len(words),
        text=words,
        date=note.note_date,
        rule=f"{concept}.made",
        note_id=note.note_id,
        note_date=note.note_date,
    )
    return replace(found, **changes)


def findings() -> tuple[Finding, ...]:
    """What the two notes say, numbered as in a report."""
    letter, scan = notes()
    found = [
        finding(letter, "59-year-old", "age", {"years": 59}),
        finding(letter, "woman", "sex", {"sex": "female"}),
        finding(letter, "adenocarcinoma of the lung", "histology", {"group": "nsclc", "subtype": "adenocarcinoma"}),
        finding(letter, "adenocarcinoma of the lung (EBUS-TBNA", "tissue_confirmation", {"confirmed": True}),
        finding(letter, "stage IVB", "stage", {"group": "IVB", "system": None}),
        finding(letter, "Four cycles", "therapy_cycles", {"completed": 4, "planned": None}),
        finding(
            letter,
            "cycles of carboplatin, pemetrexed and pembrolizumab",
            "systemic_therapy",
            {"agents": ["carboplatin", "pemetrexed", "pembrolizumab"], "line": 1, "setting": "palliative"},
        ),
        finding(letter, "ECOG 1", "performance_status", {"scale": "ECOG", "low": 1, "high": 1}),
        finding(
            letter, "2 at presentation", "performance_status", {"scale": "ECOG", "low": 2, "high": 2},
            temporality=Temporality.HISTORICAL,
        ),
        finding(
            letter, "stage IV colon cancer", "stage", {"group": "IV", "system": None}, experiencer=Experiencer.FAMILY,
        ),
        finding(
            letter, "progressed", "response", {"category": "PD", "criteria": None, "explicit": True},
            assertion=Assertion.HYPOTHETICAL,
        ),
        finding(
            letter, "Partial response (RECIST 1.1)", "response",
            {"category": "PR", "criteria": "RECIST 1.1", "explicit": True}, section="assessment",
        ),
        finding(letter, "amenable to SBRT", "lat_amenability", {"amenable": True, "target": "metastases"}),
        finding(
            scan, "Two hepatic metastases", "metastasis",
            {"site": "liver", "region": "extracranial", "low": 2, "high": 2, "status": "present"},
        ),
        finding(
            scan, "adrenal metastases", "metastasis",
            {"site": "adrenal", "region": "extracranial", "low": 0, "high": 0, "status": "present"},
            assertion=Assertion.NEGATED,
        ),
        finding(
            scan, "sclerotic focus in L3", "metastasis",
            {"site": "bone", "region": "extracranial", "low": 1, "high": 1, "status": "present"},
            assertion=Assertion.POSSIBLE,
        ),
    ]  # fmt: skip
    return tuple(replace(item, id=f"f{number}") for number, item in enumerate(found, start=1))


def review_report() -> Report:
    """Two criteria are open, two wait for the visit, the rest is met."""
    f = {item.id: item for item in findings()}
    criteria = (
        _met("age", 59, "The patient is 59 years old, at least 18.", f["f1"]),
        _met(
            "histology",
            {"histology": "nsclc", "tissue_confirmed": True},
            "Adenocarcinoma, confirmed in tissue.",
            f["f3"],
            f["f4"],
        ),
        replace(
            _met("stage", "IVB", "Stage IVB before treatment.", f["f5"]),
            set_aside=(SetAside(f["f10"], "it is about a relative"),),
        ),
        replace(
            _met("ecog", {"low": 1, "high": 1}, "ECOG 1 on 14 Mar 2025 is at most 1.", f["f8"]),
            set_aside=(SetAside(f["f9"], "an older value"),),
        ),
        _met(
            "first_line_therapy",
            {"line": 1, "cycles": 4, "months": None},
            "4 cycles of the first line are completed.",
            f["f6"],
            f["f7"],
        ),
        replace(
            _met("response", "PR", "Partial response at restaging.", f["f12"]),
            set_aside=(SetAside(f["f11"], "only a hypothesis"),),
        ),
        CriterionResult(
            "extracranial_metastases",
            Status.MET,
            {
                "low": 2,
                "high": 2,
                "by_site": {"liver": {"low": 2, "high": 2}, "adrenal": {"low": 0, "high": 0}},
            },
            "2 residual extracranial metastases, at most 5.",
            evidence=(f["f14"], f["f15"]),
            set_aside=(SetAside(f["f16"], "only possible; it changes no count"),),
            text="At most 5 residual extracranial distant metastases.",
        ),
        CriterionResult(
            "cranial_metastases",
            Status.UNKNOWN,
            None,
            "No imaging of the head is documented.",
            ask="Is there an MRI or CT of the head, and how many cranial metastases does it show?",
            text="At most 5 cranial metastases, amenable to radiotherapy or surgery.",
        ),
        CriterionResult(
            "local_ablative_therapy",
            Status.UNKNOWN,
            None,
            "Amenability is stated for the metastases, not for the primary tumour.",
            ask="Is the primary tumour amenable to radical radiotherapy or surgery?",
            evidence=(f["f13"],),
        ),
        _met("prior_local_therapy", [], "The treatment history tells of no local treatment."),
        CriterionResult(
            "contraception",
            Status.UNKNOWN,
            None,
            "Not documented.",
            ask="Does she agree to double contraception?",
            at_visit=True,
        ),
        CriterionResult(
            "consent",
            Status.UNKNOWN,
            None,
            "Interest is no consent.",
            ask="Is the consent signed?",
            at_visit=True,
        ),
    )
    return Report(
        patient_id="A-017",
        as_of=date(2025, 3, 14),
        protocol_id="lat-nsclc",
        protocol_version="1",
        engine_version="0.0.0",
        patterns_hash="0123456789ab",
        verdict=Verdict.REVIEW,
        criteria=criteria,
        facts=PatientFacts(date(2025, 3, 14), {}),
        findings=findings(),
        warnings=("A focus in the skeleton is only possible: it was not counted.",),
        notes=notes(),
    )


def _met(criterion: str, value: Any, reason: str, *evidence: Finding) -> CriterionResult:
    return CriterionResult(
        criterion, Status.MET, value, reason, evidence=evidence, text=f"The protocol's words on {criterion}."
    )


def ineligible_report() -> Report:
    """The same patient with a performance status that rules her out."""
    report = review_report()
    bad = CriterionResult(
        "ecog",
        Status.NOT_MET,
        {"low": 2, "high": 2},
        "ECOG 2 on 14 Mar 2025 is above 1.",
        evidence=(findings()[8],),
    )
    criteria = tuple(bad if result.id == "ecog" else result for result in report.criteria)
    return replace(report, patient_id="B-204", verdict=Verdict.INELIGIBLE, criteria=criteria)


def eligible_report() -> Report:
    """All that the notes can settle is met."""
    report = review_report()
    criteria = tuple(
        replace(result, status=Status.MET, ask=None)
        if result.status is Status.UNKNOWN and not result.at_visit
        else result
        for result in report.criteria
    )
    return replace(report, patient_id="C-3", verdict=Verdict.ELIGIBLE, criteria=criteria, warnings=())


def report_on(text: str, found: tuple[Finding, ...] = (), patient_id: str = "X-1") -> Report:
    """A report on any text."""
    note = Note(text, patient_id, "n1", None, None)
    return replace(review_report(), patient_id=patient_id, notes=(note,), findings=found, criteria=(), warnings=())
