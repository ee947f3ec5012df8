"""Performance status: one interval on the ECOG scale."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.patient.timeline import Case, Weighed, conflict, moment, newest
from extractor.records import Fact, Finding

KPS_TO_ECOG: dict[int, tuple[int, int]] = {
    100: (0, 0),
    90: (0, 1),
    80: (1, 1),
    70: (1, 2),
    60: (2, 3),
    50: (2, 3),
    40: (3, 4),
    30: (3, 4),
    20: (4, 4),
    10: (4, 4),
}
"""The ECOG interval of a Karnofsky index (percent). Published conversions disagree, hence intervals;
the clinical specification, section 3, settles them. The Australia-modified Karnofsky maps alike."""

_STAY = {"admission": 0, "discharge": 1}


def ecog(case: Case) -> Fact:
    """The newest current performance status as ``{"low": …, "high": …}`` on the ECOG scale.

    Readings of one day that do not overlap are a conflict, unless one corrects the other or comes
    later in the same stay. Beside a Karnofsky index that overlaps it, the ECOG stands.
    """
    weighed = case.weigh("performance_status").drop(_not_on_the_scale)
    last = _later_of_the_stay(newest(weighed))
    if not last.kept:
        return Fact(set_aside=last.left, hint=_former(case))
    common = _common(last.kept)
    if common is None:
        told = " and ".join(dict.fromkeys(finding.text for finding in last.kept))
        return conflict(last, told)
    on_scale = [finding for finding in last.kept if not is_kps(finding)]
    if on_scale and len(on_scale) < len(last.kept):
        last = last.keep(on_scale, "the ECOG beside it stands")
        common = _common(last.kept) or common
    days = [day for day in map(moment, last.kept) if day]
    notes = {
        "date": max(days, default=None),
        "scale": "ECOG" if on_scale else "KPS",
        "kps": None if on_scale else [last.kept[0].value["low"], last.kept[0].value["high"]],
    }
    return Fact({"low": common[0], "high": common[1]}, last.kept, last.left, notes=notes)


def is_kps(finding: Finding) -> bool:
    """Whether a performance status is told on the Karnofsky scale."""
    return str(finding.value.get("scale", "ECOG")).upper().endswith("KPS")


def interval(finding: Finding) -> tuple[int, int]:
    """The ECOG interval of one performance status."""
    low, high = finding.value["low"], finding.value["high"]
    if not is_kps(finding):
        return low, high
    steps = [KPS_TO_ECOG[step] for step in KPS_TO_ECOG if low // 10 * 10 <= step < high + 10]
    return min(step[0] for step in steps), max(step[1] for step in steps)


def _not_on_the_scale(finding: Finding) -> str | None:
    low, high = finding.value.get("low"), finding.value.get("high")
    if low is None or high is None:
        return "no number"
    scale = str(finding.value.get("scale", "ECOG")).upper()
    if scale not in ("ECOG", "KPS", "AKPS"):
        return f"{scale} is a scale that does not map to ECOG"
    if is_kps(finding):
        return None if 10 <= low <= high <= 100 else "no value of the Karnofsky scale that maps to ECOG"
    return None if 0 <= low <= high <= 5 else "no value of the ECOG scale"


def _common(findings: Sequence[Finding]) -> tuple[int, int] | None:
    """What all readings allow; None when two of them exclude each other."""
    intervals = [interval(finding) for finding in findings]
    low, high = max(low for low, _ in intervals), min(high for _, high in intervals)
    return (low, high) if low <= high else None


def _later_of_the_stay(weighed: Weighed) -> Weighed:
    """Of one stay the latest point only: discharge before admission."""
    points = {_STAY[stay] for f in weighed.kept if (stay := f.value.get("stay")) in _STAY}
    if not points:
        return weighed
    last = max(points)
    places = [(f.note_id, f.start) for f in weighed.kept if _STAY.get(str(f.value.get("stay"))) == last]

    def earlier(finding: Finding) -> str | None:
        point = _STAY.get(str(finding.value.get("stay")))
        if point is None and last == _STAY["discharge"]:
            told_before = any(note == finding.note_id and finding.start < place for note, place in places)
            return "told before the discharge of the same stay" if told_before else None
        return "of an earlier point of the same stay" if point is not None and point < last else None

    return weighed.drop(earlier)


def _former(case: Case) -> str | None:
    former = case.weigh("performance_status", historical=True).kept
    return f"only a former performance status is told: {former[-1].text}" if former else None
