"""Facts for the tests, by what they say; each value gets a firm finding as its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from extractor.records import Fact, Finding, PatientFacts

AS_OF = date(2025, 6, 2)


def finding(text: str = "as told", concept: str = "told", **changes: Any) -> Finding:
    """A finding, affirmed and about the patient unless told otherwise."""
    return Finding(concept, changes.pop("value", {}), 0, len(text), text, **changes)


def fact(value: Any, **notes: Any) -> Fact:
    """A fact with firm evidence (none where there is no value)."""
    return Fact(value, () if value is None else (finding(str(value)),), notes=notes)


def conflict(*texts: str) -> Fact:
    """A fact whose statements contradict each other."""
    return Fact(conflicts=tuple(finding(text, date=AS_OF) for text in texts), hint="the notes contradict each other")


def count(low: int, high: int | None, **sites: tuple[int, int | None]) -> dict[str, Any]:
    """A count of metastases; sites as (low, high)."""
    by_site = {site: {"low": bounds[0], "high": bounds[1]} for site, bounds in sites.items()}
    return {"low": low, "high": high, "by_site": by_site}


def made(facts: Mapping[str, Any], as_of: date | None = AS_OF) -> PatientFacts:
    """A patient's facts; plain values become facts with firm evidence."""
    return PatientFacts(as_of, {name: f if isinstance(f, Fact) else fact(f) for name, f in facts.items()})


FITTING: Mapping[str, Any] = {
    "age_years": 64,
    "sex": "female",
    "histology": "nsclc",
    "tissue_confirmed": True,
    "stage": "IVB",
    "ecog": fact({"low": 1, "high": 1}, date=date(2025, 5, 28)),
    "response": "PR",
    "line": 1,
    "cycles": 4,
    "extracranial_metastases": count(3, 3, liver=(2, 2), adrenal=(1, 1)),
    "cranial_metastases": count(1, 1, brain=(1, 1)),
    "lat_amenable": True,
    "prior_local_therapy": [],
}
"""A patient who meets all that the notes must settle."""
