"""Funnel, missing and distributions, against counts by hand."""

from __future__ import annotations

from typing import Any

import pytest
from made_cohorts import patient

from extractor.cohort.figures import Missing, Step, Wanted, distribution, funnel, missing
from extractor.records import Status, Verdict

MET, NOT_MET, UNKNOWN = Status.MET, Status.NOT_MET, Status.UNKNOWN


@pytest.mark.parametrize(
    ("patients", "steps"),
    [
        ([], [Step("a", 0, 0, 0), Step("b", 0, 0, 0), Step("c", 0, 0, 0)]),
        (["mmm"], [Step("a", 1, 0, 0), Step("b", 1, 0, 0), Step("c", 1, 0, 0)]),
        # ruled out once only, by the first that does
        (["nnn"], [Step("a", 0, 0, 1), Step("b", 0, 0, 0), Step("c", 0, 0, 0)]),
        # unknown stays open to the end
        (["m?m"], [Step("a", 1, 0, 0), Step("b", 0, 1, 0), Step("c", 0, 1, 0)]),
        # open, then ruled out
        (["?mn"], [Step("a", 0, 1, 0), Step("b", 0, 1, 0), Step("c", 0, 0, 1)]),
        (["mmm", "m?m", "mn?", "n??", "??n"], [Step("a", 3, 1, 1), Step("b", 1, 2, 1), Step("c", 1, 1, 1)]),
        # a criterion that a patient's protocol lacks changes nothing
        (["m", "mm"], [Step("a", 2, 0, 0), Step("b", 2, 0, 0), Step("c", 2, 0, 0)]),
    ],
)
def test_funnel(patients: list[str], steps: list[Step]) -> None:
    found = funnel([patient(f"P{n}", letters) for n, letters in enumerate(patients)], "abc")
    assert found == steps
    assert [step.left for step in found] == [step.met + step.open for step in steps]


def test_nobody_is_lost_in_the_funnel() -> None:
    cohort = [patient(f"P{n}", letters) for n, letters in enumerate(["mmm", "m?m", "mn?", "n??", "??n"])]
    steps = funnel(cohort, "abc")
    assert sum(step.out for step in steps) + steps[-1].left == len(cohort)
    assert steps[-1].left == sum(p.verdict is not Verdict.INELIGIBLE for p in cohort)


def test_missing() -> None:
    cohort = [
        patient("1", "m?m?", "d"),
        patient("2", "n?m?", "d"),
        patient("3", "??mm", "d"),
        patient("4", "mmmm", "d"),
    ]
    assert missing(cohort, "abcd") == [
        Missing("b", 3, 2, False, (("What of b?", 3),)),
        Missing("d", 2, 1, True, (("What of d?", 2),)),
        Missing("a", 1, 1, False, (("What of a?", 1),)),
    ]
    assert missing([], "abcd") == []


def between(low: int, high: int | None) -> dict[str, Any]:
    return {"low": low, "high": high, "by_site": {}}


@pytest.mark.parametrize(
    ("fact", "values", "bars"),
    [
        ("age_years", [71, 59, 50, 8, None], [("0-9", 1), ("50-59", 2), ("70-79", 1), ("unknown", 1)]),
        ("ecog", [between(1, 1), between(0, 1), between(0, 0), None, between(1, 1)],
         [("0", 1), ("0-1", 1), ("1", 2), ("unknown", 1)]),
        ("response", ["PD", "SD", "PR", "SD", None, "mixed"],
         [("PR", 1), ("SD", 2), ("PD", 1), ("mixed", 1), ("unknown", 1)]),
        ("extracranial_metastases", [between(2, None), between(2, 2), between(2, 4), between(14, 14), between(0, 0)],
         [("0", 1), ("2", 1), ("2-4", 1), ("2+", 1), ("10+", 1)]),
        ("consent", [True, False, None], [("no", 1), ("yes", 1), ("unknown", 1)]),
        ("stage", ["IVB", "IVA", "IVB"], [("IVA", 1), ("IVB", 2)]),
    ],
)  # fmt: skip
def test_distribution(fact: str, values: list[Any], bars: list[tuple[str, int]]) -> None:
    assert distribution([patient(f"P{n}", "m", **{fact: value}) for n, value in enumerate(values)], fact) == bars


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), "1234"),
        (Wanted(verdicts=[Verdict.REVIEW]), "2"),
        (Wanted(verdicts=[Verdict.REVIEW, Verdict.ELIGIBLE]), "12"),
        (Wanted(statuses={"b": [UNKNOWN]}), "23"),
        (Wanted(statuses={"b": [UNKNOWN, MET]}), "1234"),
        (Wanted(statuses={"b": [UNKNOWN], "a": [NOT_MET]}), "3"),
        (Wanted(statuses={"nowhere": [MET]}), ""),
        (Wanted(words=" p-3 "), "3"),
        (Wanted(verdicts=[Verdict.INELIGIBLE], words="p-4"), "4"),
    ],
)
def test_wanted(wanted: Wanted, found: str) -> None:
    cohort = [patient("P-1", "mm"), patient("P-2", "m?"), patient("P-3", "n?"), patient("P-4", "nm")]
    assert "".join(p.patient_id[2:] for p in cohort if wanted.fits(p)) == found
