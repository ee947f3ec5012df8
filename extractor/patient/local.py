"""Local treatment of this cancer that was given before inclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extractor.patient.timeline import Case
from extractor.records import Fact, Finding

_HISTORY = ("systemic_therapy", "therapy_cycles", "therapy_duration")
_STEREOTACTIC = ("srs", "sbrt", "sabr", "srt", "radiosurg", "stereotact", "cyberknife", "gamma knife")
_MARKS = ("palliative", "cavity", "diagnostic")


def prior_local_therapy(case: Case) -> Fact:
    """The local treatments that were given, each once, as a list of procedure, target and modality.

    A treatment told in several notes counts once. The list is empty when a history of treatment
    tells of none, and the fact is empty when no history of treatment is told at all.
    """
    weighed = case.weigh("local_therapy", historical=True).drop(_not_of_this_cancer)
    groups: list[list[Finding]] = []
    for finding in sorted(weighed.kept, key=_vagueness):
        same = next((group for group in groups if _same_treatment(group, finding)), None)
        if same is None:
            groups.append([finding])
        else:
            same.append(finding)
    if groups:
        return Fact([_treatment(group) for group in groups], weighed.kept, weighed.left)
    denied = [item.finding for item in weighed.left if item.finding.assertion == "negated"]
    told = [f for f in case.findings if f.concept in _HISTORY and f.decides and f.temporality != "planned"]
    if not told and not denied:
        return Fact(set_aside=weighed.left, hint="no history of treatment is told")
    return Fact([], (*denied, *told[:1]), weighed.left)


def _not_of_this_cancer(finding: Finding) -> str | None:
    return "treatment of something benign" if finding.value.get("benign") else None


def _vagueness(finding: Finding) -> int:
    """Those that say most come first, so that vaguer ones can join them."""
    value = finding.value
    return sum(not value.get(key) or value.get(key) == "unspecified" for key in ("target", "modality"))


def _same_treatment(group: Sequence[Finding], finding: Finding) -> bool:
    first = group[0].value
    if first.get("procedure") != finding.value.get("procedure"):
        return False
    if not _agree(_part(first), _part(finding.value)):
        return False
    return all(_agree(_class(member.value), _class(finding.value)) for member in group)


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _target(value: Mapping[str, Any]) -> str | None:
    target = value.get("target")
    return None if target == "unspecified" else target


def _part(value: Mapping[str, Any]) -> str | None:
    """The target; the regional nodes taken out with the primary are part of that operation."""
    target = _target(value)
    return "primary" if target == "lymph_node_regional" and value.get("procedure") == "surgery" else target


def _class(value: Mapping[str, Any]) -> str | None:
    """The modality as far as it tells two courses of one procedure on one target apart."""
    modality = str(value.get("modality") or "").lower()
    if value.get("procedure") != "radiotherapy" or not modality:
        return None
    if any(word in modality for word in _STEREOTACTIC):
        return "stereotactic"
    return "whole brain" if modality in ("wbrt", "whole brain") else None


def _treatment(group: Sequence[Finding]) -> dict[str, Any]:
    values = [finding.value for finding in group]
    treatment: dict[str, Any] = {
        "procedure": values[0].get("procedure"),
        "target": next((target for value in values if (target := _target(value))), "unspecified"),
        "modality": next((value["modality"] for value in values if value.get("modality")), None),
    }
    treatment |= {mark: True for mark in _MARKS if any(value.get(mark) for value in values)}
    if treatment["target"] == "brain" and any(_class(value) and not value.get("palliative") for value in values):
        treatment.pop("palliative", None)  # "RT: whole brain, 30 Gy": the fuller words tell that it was no palliation
    counts = [int(count) for value in values if (count := value.get("count"))]
    return treatment | ({"count": max(counts)} if counts else {})
