"""What the cancer is: histology and its confirmation, stage and TNM before treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractor.patient.therapy import CURATIVE
from extractor.patient.timeline import Case, Weighed, conflict, earliest, moment, newest, settle
from extractor.records import Fact, Finding

_PATHOLOGY = ("patholog", "histolog", "cytolog", "biopsy")
_STAGE_OF_M = {"1a": "IVA", "1b": "IVA", "1c": "IVB", "1c1": "IVB", "1c2": "IVB", "1": "IV"}


# --------------------------------------------------------------------------------------- histology


def histology(case: Case) -> Fact:
    """``nsclc``, ``sclc`` or ``other``.

    Where notes differ, a revision of the diagnosis wins, then the newest pathology report; letters
    that quote an older diagnosis never outvote it. Letters alone that differ are a conflict.
    """
    weighed = case.weigh("histology", historical=True)
    if len(_groups(weighed)) > 1:
        weighed = weighed.drop(_superseded)
    if len(_groups(weighed)) > 1:
        weighed = _last_word(case, weighed)
    subtypes = [subtype for finding in weighed.kept if (subtype := finding.value.get("subtype"))]
    named = [subtype for subtype in subtypes if subtype != "nos"] or subtypes
    notes = {"subtype": named[-1]} if named else {}
    return settle(weighed, lambda finding: finding.value["group"], notes)


def _groups(weighed: Weighed) -> set[Any]:
    return {finding.value["group"] for finding in weighed.kept}


def _superseded(finding: Finding) -> str | None:
    return "historical: a former diagnosis" if finding.temporality == "historical" else None


def _last_word(case: Case, weighed: Weighed) -> Weighed:
    """The findings that outrank the others on the diagnosis."""
    revised = [finding for finding in weighed.kept if finding.value.get("revised")]
    if revised:
        return newest(weighed.keep(revised, "the diagnosis was revised"))
    reported = [finding for finding in weighed.kept if _by_pathology(case, finding)]
    if reported:
        return newest(weighed.keep(reported, "a pathology report outranks it"))
    return weighed


def _by_pathology(case: Case, finding: Finding) -> bool:
    return any(word in case.kinds.get(finding.note_id, "") for word in _PATHOLOGY)


def tissue_confirmed(case: Case) -> Fact:
    """Whether tissue or cells showed the malignancy.

    Once shown it stays shown: a later biopsy that is pending or shows nothing does not undo it. A
    named subtype implies tissue, unless the notes of that day or a later one say that it is pending,
    or the subtype is only presumed.
    """
    weighed = case.weigh("tissue_confirmation", historical=True)
    shown = [finding for finding in weighed.kept if finding.value.get("confirmed")]
    if shown:
        return Fact(True, tuple(shown), weighed.keep(shown, "tissue was obtained").left)
    named = case.weigh("histology", historical=True).kept
    subtyped = [finding for finding in named if finding.value.get("subtype")]
    if not weighed.kept:
        return Fact(True, tuple(subtyped)) if subtyped else Fact(set_aside=weighed.left)
    pending = [day for day in map(moment, weighed.kept) if day]
    later = [f for f in subtyped if (day := moment(f)) and pending and day > max(pending)]
    if later:
        return Fact(True, tuple(later), weighed.keep((), "a subtype was named later").left)
    return Fact(False, weighed.kept, weighed.left)


# ----------------------------------------------------------------------------------- stage and TNM


def stage_and_tnm(case: Case) -> tuple[Fact, Fact]:
    """The stage group and the TNM before treatment: the earliest stated, or a revision of them.

    An explicit M decides the group where none is stated, and says which IV where only IV is. Beside
    M1 and a stated IV, a stage I-III is somebody else's or another disease's, unless treatment for
    cure came before: then it is the initial stage of a recurrence. The
    marks of the stage are ``m`` (the M of the TNM), ``recurrence`` (stage I-III or M0, and metastatic
    later) and ``metastatic_hint`` (metastases are told, a stage is not).
    """
    tnm, parts = _tnm(case)
    weighed = case.weigh("stage", historical=True)
    m = parts.get("m") if parts else None
    notes: dict[str, Any] = {"m": m} if m else {}
    metastatic = _metastatic(case)
    fourth = [finding for finding in weighed.kept if _is_four(finding.value["group"])]
    if m in _STAGE_OF_M and fourth and not _treated_for_cure(case):
        weighed = weighed.keep(fourth, f"does not agree with the M{m} of the TNM")
    if not weighed.kept:
        group = _STAGE_OF_M.get(m or "")
        if metastatic and not group:
            notes["recurrence" if m == "0" else "metastatic_hint"] = True
        hint = "metastases are told, but no stage before treatment" if "metastatic_hint" in notes else None
        evidence = tnm.evidence if group else metastatic[:1] if hint else ()
        return Fact(group, evidence, weighed.left, tnm.conflicts, notes, hint), tnm
    first = earliest(weighed)
    group = _most_specific(first.kept)
    if group is None:
        local = [finding for finding in first.kept if not _is_four(finding.value["group"])]
        group = _most_specific(local)
        if group is None or len(local) == len(first.kept):
            told = " and ".join(dict.fromkeys(f"stage {finding.value['group']}" for finding in first.kept))
            return conflict(first, told, notes), tnm
        first = first.keep(local, "told as the stage of a later recurrence")
    if not _is_four(group):
        if metastatic or fourth or m in _STAGE_OF_M:
            notes["recurrence"] = True
        return Fact(group, first.kept, first.left, notes=notes), tnm
    if m == "0":
        return conflict(first, f"stage {group} and M0", notes), tnm
    same = [finding for finding in weighed.kept if str(finding.value["group"]).startswith(group)]
    group = _most_specific(same) or group
    if group == "IV":
        group = _STAGE_OF_M.get(m or "", group)
    return Fact(group, (*first.kept, *tnm.evidence), first.left, notes=notes), tnm


def _is_four(group: object) -> bool:
    return str(group).startswith("IV")


def _treated_for_cure(case: Case) -> bool:
    """Whether treatment of a localised stage is told: adjuvant, definitive, or of the primary tumour."""
    therapies = (*case.weigh("systemic_therapy", True).kept, *case.weigh("therapy_cycles", True).kept)
    local = case.weigh("local_therapy", historical=True).kept
    return any(finding.value.get("setting") in CURATIVE for finding in therapies) or any(
        finding.value.get("target") == "primary" and not finding.value.get("palliative") for finding in local
    )


def _metastatic(case: Case) -> tuple[Finding, ...]:
    """Distant metastases that the notes tell of, now or before."""
    return tuple(
        finding
        for finding in case.weigh("metastasis", historical=True).kept
        if finding.value.get("region") != "regional" and (finding.value.get("low") or 0) > 0
    )


def _most_specific(findings: Sequence[Finding]) -> str | None:
    """The stage group that all of them mean ("IV" and "IVB" are one); None when they differ."""
    groups = {str(finding.value["group"]) for finding in findings}
    longest = max(groups, key=lambda group: (len(group), group), default=None)
    one = longest and all(longest.startswith(group) for group in groups)
    return longest if one and len({group.rstrip("ABC123") for group in groups}) == 1 else None


def _tnm(case: Case) -> tuple[Fact, dict[str, Any] | None]:
    weighed = case.weigh("tnm", historical=True).drop(_after_treatment)
    if not weighed.kept:
        return Fact(set_aside=weighed.left), None
    whole = [finding for finding in weighed.kept if all(finding.value.get(part) for part in "tnm")]
    pool = weighed.keep(whole, "a whole TNM is told elsewhere") if whole else weighed
    first = earliest(pool)
    parts = _merged(first.kept)
    if parts is None:
        clinical = [f for f in first.kept if not str(f.value.get("prefix") or "").startswith("p")]
        if clinical and len(clinical) < len(first.kept):
            first = first.keep(clinical, "the clinical TNM is the one before treatment")
            parts = _merged(first.kept)
    if parts is None:
        told = " and ".join(dict.fromkeys(written(finding.value) for finding in first.kept))
        return conflict(first, told), None
    if parts["prefix"] is None:  # a later note that tells the same TNM has the prefix
        same = [f for f in weighed.kept if all(str(f.value.get(part)) == str(parts[part]) for part in "tnm")]
        parts["prefix"] = "c" if any(f.value.get("prefix") == "c" for f in same) else None
    return Fact(written(parts), first.kept, first.left), parts


def _after_treatment(finding: Finding) -> str | None:
    prefix = str(finding.value.get("prefix") or "")
    return "after treatment (yc, yp), not before it" if prefix[:1] in ("y", "r") else None


def _merged(findings: Sequence[Finding]) -> dict[str, Any] | None:
    """One TNM out of several of one day: the more specific part wins; None when they differ."""
    parts: dict[str, Any] = {"prefix": None}
    for part in "tnm":
        told = [str(value) for finding in findings if (value := finding.value.get(part)) not in (None, "")]
        longest = max(told, key=len, default=None)
        if longest is not None and not all(longest.startswith(value) for value in told):
            return None
        parts[part] = longest
    prefixes = [str(prefix) for finding in findings if (prefix := finding.value.get("prefix"))]
    parts["prefix"] = "c" if "c" in prefixes else prefixes[0] if prefixes else None
    return parts


def written(value: Any) -> str:
    """A TNM in one line, e.g. ``cT2a N2 M1c``; parts that are not known are left out."""
    shown = [f"{part.upper()}{value[part]}" for part in "tnm" if value.get(part) not in (None, "")]
    return f"{value.get('prefix') or ''}{' '.join(shown)}"
