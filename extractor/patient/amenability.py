"""Whether everything that is left can be treated radically (specification, sections 2 and 3).

A statement on all sites settles it; so do statements on the primary and on each remaining site, one
by one. The newest word on a target counts. A site that was found after the statement is not covered
by it, and regional nodes go with the primary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from extractor.patient.timeline import Case, moment, weigh
from extractor.records import Fact, Finding

_CONCEPT = "lat_amenability"
_WITH_THE_PRIMARY = {"primary", "lymph_node_regional"}
_UNDECIDED = "lat_undecided"
"""The rule that finds what a board has not decided on."""
_CRANIAL = {"brain", "leptomeninges", "cranial"}


def lat_amenable(case: Case, extracranial: Fact, cranial: Fact) -> Fact:
    """Whether the primary and all remaining metastases are amenable to local ablative therapy.

    Args:
        case: The patient's findings.
        extracranial: The count of extracranial metastases: the sites that are left.
        cranial: The count of cranial metastases.
    """
    weighed = weigh(case.findings, _CONCEPT, case.as_of)
    told = weighed.drop(lambda f: None if f.value.get("target") or not f.value["amenable"] else "does not say of what")
    newest = _without_open(case, _newest_by_target(told.kept))
    if not newest:
        return Fact(set_aside=weighed.left, notes={"cranial": None, "missing": []})
    whole = newest.get("all")
    refused = [f for f in newest.values() if not f.value["amenable"] and not _overruled(f, whole, newest)]
    head = _cranial(newest, whole, refused)
    if refused:
        return Fact(False, tuple(refused), weighed.left, notes={"cranial": head, "missing": []})
    body_sites, head_sites = _left(extracranial), _left(cranial)
    if whole is not None and whole.value["amenable"]:
        later = _found_later(case, whole, body_sites | head_sites)
        if later:
            return Fact(
                None,
                (whole,),
                weighed.left,
                notes={"cranial": head, "missing": sorted(later)},
                hint="a site was found after the statement",
            )
        return Fact(True, (whole,), weighed.left, notes={"cranial": True, "missing": []})
    newest = {target: finding for target, finding in newest.items() if finding.value["amenable"]}
    whole_body = {target for target, finding in newest.items() if finding.context.get("nothing_else")} - _CRANIAL
    if whole_body:  # what is said to be all that is left
        named = set(newest) | (_CRANIAL if set(newest) & _CRANIAL else set())
        body_sites, head_sites = body_sites & named, head_sites & named
    missing = _missing(case, newest, body_sites, head_sites)
    evidence = tuple(newest.values())
    if missing or not evidence:
        return Fact(
            None,
            evidence,
            weighed.left,
            notes={"cranial": head, "missing": missing},
            hint=f"nothing is said of {', '.join(missing)}",
        )
    return Fact(True, evidence, weighed.left, notes={"cranial": head, "missing": []})


def _target(finding: Finding) -> str:
    return str(finding.value.get("target") or "all")


def _newest_by_target(findings: Sequence[Finding]) -> Mapping[str, Finding]:
    """The last word on each target; on one day a refusal outweighs a consent."""
    newest: dict[str, Finding] = {}
    for finding in findings:  # in the order of their days
        before = newest.get(_target(finding))
        if before is not None and moment(before) == moment(finding) and not before.value["amenable"]:
            continue
        newest[_target(finding)] = finding
    return newest


def _without_open(case: Case, newest: Mapping[str, Finding]) -> Mapping[str, Finding]:
    """The statements but for consents on a target, or on all, that a board left open in part on that day or later."""
    left_open = [
        f for f in case.findings if f.concept == _CONCEPT and f.rule == _UNDECIDED and f.assertion == "possible"
    ]

    def stands(target: str, finding: Finding) -> bool:
        return not finding.value["amenable"] or not any(
            _target(f) in (target, "all") or target == "all" or {target, _target(f)} <= _CRANIAL
            for f in left_open
            if (moment(f) or date.max) >= (moment(finding) or date.min)
        )

    return {target: finding for target, finding in newest.items() if stands(target, finding)}


def _overruled(refusal: Finding, whole: Finding | None, newest: Mapping[str, Finding]) -> bool:
    """Whether a later statement on all sites takes a refusal back, or later ones on some a refusal of them all."""
    if whole is refusal:
        later = [
            f
            for f in newest.values()
            if f.value["amenable"] and (moment(f) or date.min) > (moment(refusal) or date.min)
        ]
        return bool(later)
    return bool(
        whole is not None
        and whole is not refusal
        and whole.value["amenable"]
        and (moment(whole) or date.min) > (moment(refusal) or date.min)
    )


def _cranial(newest: Mapping[str, Finding], whole: Finding | None, refused: Sequence[Finding]) -> bool | None:
    told = [f for target, f in newest.items() if target in _CRANIAL or target == "metastases"]
    if any(_target(f) in _CRANIAL for f in refused):
        return False
    if whole is not None and whole.value["amenable"]:
        return True
    return True if any(f.value["amenable"] for f in told) else None


def _left(count: Fact) -> set[str]:
    """The sites where something is left, as far as the notes tell."""
    if count.value is None:
        return set()
    return {site for site, interval in count.value["by_site"].items() if interval["low"]}


def _found_later(case: Case, statement: Finding, sites: set[str]) -> set[str]:
    """Sites that were first told of after a statement was made."""
    said = moment(statement)
    if said is None:
        return set()
    met = statement.context.get("said")
    first: dict[str, tuple[date, bool]] = {}
    for finding in case.findings:
        day = moment(finding)
        if finding.concept in ("metastasis", "lesion") and finding.decides and finding.value["site"] in sites and day:
            if finding.note_id == statement.note_id and not finding.context.get("dated"):
                day = min(day, said)  # one note tells both: the site was known when it was written
            told = day, finding.note_id != statement.note_id
            first[finding.value["site"]] = min(told, first.get(finding.value["site"], told))
    # a meeting that a later note reports knew nothing of what another note found in between
    return {
        site
        for site, (day, elsewhere) in first.items()
        if day > said or (elsewhere and met is not None and day > date.fromisoformat(met))
    }


def _missing(case: Case, newest: Mapping[str, Finding], body: set[str], head: set[str]) -> list[str]:
    told = {target for target, finding in newest.items() if finding.value["amenable"]}
    if "metastases" in told:
        told |= body | head
    if "extracranial" in told:
        told |= body | {"primary"}
    if told & _CRANIAL:
        told |= _CRANIAL
    missing = sorted((body | head) - told)
    if not told & _WITH_THE_PRIMARY and not _primary_removed(case):
        missing.insert(0, "primary")
    return missing


def _primary_removed(case: Case) -> bool:
    return any(
        f.concept == "local_therapy" and f.decides and f.value.get("procedure") == "surgery" and f.value.get("target") == "primary"
        and not f.value.get("other_tumour")
        for f in weigh(case.findings, "local_therapy", case.as_of, historical=True).kept
    )  # fmt: skip
