"""Facts in words for a screener. Clauses begin in lower case and end without a full stop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from extractor.records import Fact, Finding

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED_AT_MOST = 4
_QUOTE_LENGTH = 60

TOPICS: Mapping[str, str] = {
    "age_years": "the age",
    "sex": "the sex",
    "histology": "the histology",
    "tissue_confirmed": "tissue confirmation",
    "stage": "the stage before treatment",
    "ecog": "the ECOG performance status",
    "response": "the response in restaging",
    "line": "the line of therapy",
    "cycles": "the number of completed cycles",
    "months": "the duration of therapy",
    "extracranial_metastases": "the number of extracranial metastases",
    "cranial_metastases": "the number of cranial metastases",
    "lat_amenable": "the amenability to local ablative treatment",
    "prior_local_therapy": "prior local treatment",
    "contraception": "contraception",
    "consent": "consent",
}

_SITES = {
    "brain": "brain",
    "adrenal": "adrenal glands",
    "lymph_node_distant": "distant lymph nodes",
    "lymph_node_regional": "regional lymph nodes",
    "soft_tissue": "soft tissue",
    "primary": "primary tumour",
    "other": "another site",
    "unspecified": "an unspecified site",
}

_CATEGORIES: Mapping[tuple[str, Any], str] = {
    ("histology", "nsclc"): "the histology is NSCLC",
    ("histology", "sclc"): "the histology is small cell lung cancer",
    ("histology", "other"): "the histology is another one than NSCLC",
    ("tissue_confirmed", True): "tissue has confirmed the cancer",
    ("tissue_confirmed", False): "the tissue diagnosis is pending or was not diagnostic",
    ("response", "mixed"): "the response is mixed",
    ("response", "NE"): "the response was not evaluable",
    ("contraception", True): "the patient agrees to contraception",
    ("contraception", False): "the patient does not agree to contraception",
    ("contraception", "not_applicable"): "contraception is not needed",
    ("consent", True): "the consent form is signed",
    ("consent", False): "the patient declined the trial",
}


def sentence(clauses: Iterable[str]) -> str:
    """Clauses as one sentence, each told once."""
    text = "; ".join(dict.fromkeys(clauses))
    return f"{text[:1].upper()}{text[1:]}."


def day(value: date) -> str:
    """A date that is read alike everywhere, e.g. "13 Mar 2025"."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def dated(fact: Fact) -> str:
    """Where the fact is dated: " on 13 Mar 2025"; else nothing."""
    told = fact.notes.get("date")
    return f" on {day(told)}" if isinstance(told, date) else ""


def site(name: str) -> str:
    """A site in words."""
    return _SITES.get(name, name.replace("_", " "))


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words in a row: a, b and c."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def interval(low: float, high: float | None, to: str = " to ") -> str:
    """An interval in words: "3", "2 to 4", "2 or more"."""
    if high is None:
        return f"{low:g} or more"
    return f"{low:g}" if low == high else f"{low:g}{to}{high:g}"


def measured(name: str, value: Any, fact: Fact) -> str:
    """A number or an interval of one with what it measures, e.g. "ECOG 0-1 (from KPS 90)"."""
    match name:
        case "age_years":
            return f"age {value:g}"
        case "ecog":
            kps = fact.notes.get("kps")
            source = f" (from KPS {interval(kps[0], kps[1], '-')})" if kps else ""
            return f"ECOG {interval(value['low'], value['high'], '-')}{source}{dated(fact)}"
        case "cycles":
            return f"the number of completed cycles, {value:g},"
        case "months":
            return f"the duration of therapy, {value:g} months,"
        case "line":
            return f"the line of therapy, {value:g},"
        case _:
            return counted(name, value)


def counted(name: str, value: Mapping[str, Any]) -> str:
    """A count of metastases with its sites, e.g. "2 or more cranial metastases (brain 2 or more)"."""
    low, high = value["low"], value["high"]
    region = name.removesuffix("_metastases")
    if high == 0:
        return f"no {region} metastases"
    sites = [
        f"{site(where)} {interval(part['low'], part['high'])}"
        for where, part in (value.get("by_site") or {}).items()
        if part["high"] != 0
    ]
    where = f" ({', '.join(sites)})" if sites else ""
    return f"{interval(low, high)} {region} {'metastasis' if low == high == 1 else 'metastases'}{where}"


def category(name: str, value: Any) -> str:
    """A fact that is one of a few values, as a clause."""
    return _CATEGORIES.get((name, value), f"{TOPICS[name]} is {value}")


def untold(name: str, fact: Fact) -> str:
    """That the notes leave a fact open, with the hint that they give."""
    hint = fact.hint
    if hint is None and fact.notes.get("hint"):
        hint = f"the wording suggests {fact.notes['hint']} without naming it"
    return f"the notes do not settle {TOPICS[name]}" + (f" ({hint})" if hint else "")


def contradiction(name: str, fact: Fact) -> str:
    """That the notes contradict each other, with the statements."""
    return f"the notes contradict each other on {TOPICS[name]}: {listed(_quotes(fact.conflicts), 'against')}"


def which_holds(name: str, fact: Fact) -> str:
    """The question that settles a contradiction."""
    return f"Which holds for {TOPICS[name]}: {listed(_quotes(fact.conflicts), 'or')}?"


def _quotes(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(map(_quote, findings)))[:_QUOTED_AT_MOST]


def _quote(finding: Finding) -> str:
    words = re.sub(r"\s+", " ", finding.text).strip()
    if len(words) > _QUOTE_LENGTH:
        words = f"{words[:_QUOTE_LENGTH].rstrip()} …"
    told = finding.date or finding.note_date
    return f"“{words}”" + (f" ({day(told)})" if told else "")


def treatment(entry: Mapping[str, Any]) -> str:
    """A local treatment in words, e.g. "radiotherapy of the liver (SBRT)"."""
    target = entry.get("target")
    where = f" of the {site(target)}" if target not in (None, "other", "unspecified") else ""
    how = [entry.get("modality"), "palliative" if entry.get("palliative") else None]
    how += ["to the cavity" if entry.get("cavity") else None]
    told = ", ".join(dict.fromkeys(word for word in how if word))
    return f"{entry['procedure']}{where}" + (f" ({told})" if told else "")
