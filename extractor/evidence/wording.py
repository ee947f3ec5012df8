"""Values in words for people: "ECOG 1", "2-4 metastases: liver 2, bone 0-2", "PR (RECIST 1.1)"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from extractor.records import Assertion, Experiencer, Finding, Status, Temporality, Value, Verdict

CONCEPTS: Mapping[str, str] = {
    "age": "Age",
    "sex": "Sex",
    "performance_status": "Performance status",
    "histology": "Histology",
    "tissue_confirmation": "Tissue confirmation",
    "stage": "Stage",
    "tnm": "TNM",
    "systemic_therapy": "Systemic therapy",
    "therapy_cycles": "Cycles",
    "therapy_duration": "Therapy duration",
    "response": "Response",
    "metastasis": "Metastases",
    "lesion": "Lesions",
    "imaging": "Imaging",
    "lat_amenability": "Amenability to local therapy",
    "local_therapy": "Local therapy",
    "contraception": "Contraception",
    "consent": "Consent",
}
"""The concepts of the clinical specification, and what counting rests on, in the order of a legend."""

STATUS_WORDS: Mapping[Status, str] = {Status.MET: "met", Status.NOT_MET: "not met", Status.UNKNOWN: "unknown"}
STATUS_SYMBOLS: Mapping[Status, str] = {Status.MET: "✓", Status.NOT_MET: "✗", Status.UNKNOWN: "?"}
VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.ELIGIBLE: "eligible",
    Verdict.INELIGIBLE: "ineligible",
    Verdict.REVIEW: "review",
}
VERDICT_SYMBOLS: Mapping[Verdict, str] = {Verdict.ELIGIBLE: "✓", Verdict.INELIGIBLE: "✗", Verdict.REVIEW: "!"}

_SPELLED = {
    "ecog": "ECOG", "kps": "KPS", "tnm": "TNM", "nsclc": "NSCLC", "sclc": "SCLC", "lat": "LAT", "cns": "CNS",
}  # fmt: skip
_SITES = {
    "lymph_node_distant": "distant lymph nodes",
    "lymph_node_regional": "regional lymph nodes",
    "unspecified": "site not specified",
    "other": "other site",
}
_SUBTYPES = {"nos": "not otherwise specified", "large_cell": "large cell"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_name(identifier: str) -> str:
    """A name of the protocol or of a fact, for a heading: ``first_line_therapy`` → "First line therapy"."""
    words = [_SPELLED.get(word, word) for word in identifier.replace("-", "_").split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def say_concept(concept: str) -> str:
    """A concept's name for a legend or a tooltip."""
    return CONCEPTS.get(concept, say_name(concept))


def say_date(day: date | None) -> str:
    """A day that nobody can read the wrong way round: "3 Apr 2025"."""
    return "undated" if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_site(site: str | None) -> str:
    """A site of metastases in words."""
    return _SITES.get(site or "unspecified", (site or "").replace("_", " "))


def say_interval(low: float | None, high: float | None, none: str = "0") -> str:
    """A count that may not be known exactly.

    Args:
        low: At least so many (None: unknown).
        high: At most so many (None: no upper bound).
        none: How exactly zero is said.

    Example:
        >>> say_interval(2, 4), say_interval(2, None), say_interval(0, 0, "none")
        ('2-4', 'at least 2', 'none')
    """
    if low is None and high is None:
        return "unknown"
    if high is None:
        return f"at least {low}" if low else "any number"
    if low is None:
        return f"at most {high}"
    if low == high:
        return none if low == 0 else f"{low}"
    return f"{low}-{high}"


def say_counts(counts: Value) -> str:
    """A total of metastases with its sites: "2-4 metastases: liver 2, bone 0-2"."""
    low, high = counts.get("low"), counts.get("high")
    total = say_interval(low, high, "no")
    noun = "metastasis" if low == high == 1 or (low == 1 and high is None) else "metastases"
    sites = [
        f"{say_site(site)} {say_interval(count.get('low'), count.get('high'))}"
        for site, count in (counts.get("by_site") or {}).items()
    ]
    return f"{total} {noun}" + (f": {', '.join(sites)}" if sites else "")


def _stage(value: Value) -> str:
    return f"stage {value.get('group') or '?'}" + _in_brackets(value.get("system"))


def _tnm(value: Value) -> str:
    parts = [
        f"{letter}{value[key]}" for letter, key in (("T", "t"), ("N", "n"), ("M", "m")) if value.get(key) is not None
    ]
    return (value.get("prefix") or "") + " ".join(parts)


def _histology(value: Value) -> str:
    group, subtype = value.get("group") or "unknown", value.get("subtype")
    return _SPELLED.get(group, group) + (f", {_SUBTYPES.get(subtype, subtype)}" if subtype else "")


def _performance_status(value: Value) -> str:
    percent = " %" if value.get("scale") == "KPS" else ""
    return f"{value.get('scale', 'ECOG')} {say_interval(value.get('low'), value.get('high'))}{percent}"


def _response(value: Value) -> str:
    named = "" if value.get("explicit", True) else "suggests "
    return f"{named}{value.get('category')}" + _in_brackets(value.get("criteria"))


def _metastasis(value: Value) -> str:
    status = value.get("status")
    count = say_interval(value.get("low"), value.get("high"), "none")
    return f"{say_site(value.get('site'))}: {count}" + _in_brackets(None if status == "present" else status)


def _imaging(value: Value) -> str:
    if value.get("region") == "uncovered":
        return f"not looked at: {value.get('words')}"
    result = (
        "clear"
        if value.get("clear")
        else "nothing else"
        if value.get("nothing_else")
        else "others unchanged"
        if value.get("others_same")
        else None
    )
    return f"{value.get('modality') or 'study'} of the {value.get('region') or 'body'}" + _in_brackets(result)


def _systemic_therapy(value: Value) -> str:
    line = value.get("line")
    parts = [
        " + ".join(value.get("agents") or ()) or "systemic therapy",
        f"line {line}" if line else "",
        value.get("setting") or "",
    ]
    return ", ".join(part for part in parts if part)


def _therapy_cycles(value: Value) -> str:
    completed, planned = value.get("completed"), value.get("planned")
    if completed is None:
        return f"{planned} {_plural('cycle', planned)} planned" if planned is not None else "cycles, number unknown"
    return f"{completed} {_plural('cycle', completed)} completed" + (
        f" of {planned} planned" if planned is not None else ""
    )


def _lat_amenability(value: Value) -> str:
    target = value.get("target")
    where = "all sites" if target == "all" else say_site(target) if target else None
    return ("amenable" if value.get("amenable") else "not amenable") + _in_brackets(where)


def _local_therapy(value: Value) -> str:
    procedure, modality, target = value.get("procedure"), value.get("modality"), value.get("target")
    what = (
        f"{modality} ({procedure})"
        if modality and procedure and modality != procedure
        else modality or procedure or "local therapy"
    )
    return what + (f", target: {say_site(target)}" if target else "")


def _contraception(value: Value) -> str:
    if value.get("not_applicable"):
        return f"not applicable: {value['not_applicable']}".replace("_", " ")
    return "agrees to contraception" if value.get("agrees") else "does not agree to contraception"


def _in_brackets(text: object) -> str:
    return f" ({text})" if text else ""


def _plural(noun: str, count: object) -> str:
    return noun if count == 1 else f"{noun}s"


_WORDING: Mapping[str, Callable[[Value], str]] = {
    "age": lambda value: f"{value.get('years')} years",
    "sex": lambda value: str(value.get("sex")),
    "histology": _histology,
    "tissue_confirmation": lambda value: "confirmed in tissue" if value.get("confirmed") else "not confirmed in tissue",
    "stage": _stage,
    "tnm": _tnm,
    "performance_status": _performance_status,
    "response": _response,
    "metastasis": _metastasis,
    "lesion": _metastasis,
    "imaging": _imaging,
    "systemic_therapy": _systemic_therapy,
    "therapy_cycles": _therapy_cycles,
    "therapy_duration": lambda value: f"{value.get('months')} {_plural('month', value.get('months'))}",
    "lat_amenability": _lat_amenability,
    "local_therapy": _local_therapy,
    "contraception": _contraception,
    "consent": lambda value: "signed" if value.get("given") else "declined",
}


def say_value(concept: str, value: Value) -> str:
    """A finding's value in words.

    Example:
        >>> say_value("response", {"category": "PR", "criteria": "RECIST 1.1", "explicit": True})
        'PR (RECIST 1.1)'
    """
    wording = _WORDING.get(concept)
    return wording(value) if wording else say_fact(value)


def say_fact(value: Any) -> str:
    """A fact of the report, or several under their names, in words; empty where nothing is known.

    Example:
        >>> say_fact({"low": 1, "high": 4, "by_site": {"liver": {"low": 1, "high": 4}}})
        '1-4 metastases: liver 1-4'
        >>> say_fact({"cycles": 4, "months": None})
        'cycles 4'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _say_mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(filter(None, (say_fact(item) for item in value))) or "none"
    return _SPELLED.get(value, value.replace("_", " ")) if isinstance(value, str) else str(value)


def _say_mapping(value: Value) -> str:
    if "by_site" in value:
        return say_counts(value)
    if "low" in value and "high" in value:
        return say_interval(value["low"], value["high"])
    if "procedure" in value:
        return _local_therapy(value)
    return ", ".join(_say_entry(str(key), item) for key, item in value.items() if item is not None)


def _say_entry(key: str, item: Any) -> str:
    name = say_name(key)
    name = name if name.split()[0].isupper() else name[:1].lower() + name[1:]
    if isinstance(item, bool):
        return name if item else f"not {name}"
    if isinstance(item, Mapping) and "by_site" in item:
        return say_counts(item)  # which says itself of what
    return f"{name} {say_fact(item)}"


_TAGS: Sequence[tuple[str, str, str]] = (
    (Assertion.NEGATED, "neg", "negated"),
    (Assertion.POSSIBLE, "poss", "only possible"),
    (Assertion.HYPOTHETICAL, "hyp", "hypothetical"),
    (Experiencer.FAMILY, "fam", "about a relative"),
    (Experiencer.OTHER, "other", "about someone else"),
    (Temporality.HISTORICAL, "hist", "historical"),
    (Temporality.PLANNED, "plan", "planned"),
)
TAG_WORDS: Mapping[str, str] = {tag: words for _, tag, words in _TAGS}
"""The short tags that stand beside a highlight, and what they mean."""


def tags(finding: Finding) -> tuple[str, ...]:
    """The short tags of a finding's qualifiers; empty for an affirmed, current one of the patient."""
    said = {finding.assertion, finding.experiencer, finding.temporality}
    return tuple(tag for qualifier, tag, _ in _TAGS if qualifier in said)


AFFIRMED = "aff"
"""How a filter calls a finding that has no tag."""

SAID_WORDS: Mapping[str, str] = {AFFIRMED: "affirmed, current", **TAG_WORDS}
"""All ways in which something is said, for a filter."""


def describe(finding: Finding) -> str:
    """Everything that a tooltip says of a finding, in one line."""
    qualifiers = ", ".join(TAG_WORDS[tag] for tag in tags(finding)) or "affirmed, current"
    parts = [
        f"{say_concept(finding.concept)}: {say_value(finding.concept, finding.value)}",
        qualifiers,
        say_date(finding.date or finding.note_date),
        f"section {finding.section.replace('_', ' ')}" if finding.section else "",
        f"rule {finding.rule}" if finding.rule else "",
    ]
    return " · ".join(part for part in parts if part)
