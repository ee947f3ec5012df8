"""What a person fills in to say a concept's value, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["choice", "whole", "number", "words", "list"]

SITES = tuple(
    "brain leptomeninges lung pleura liver adrenal bone lymph_node_distant lymph_node_regional kidney spleen pancreas "
    "peritoneum skin soft_tissue pericardium other unspecified".split()
)
_CRANIAL = frozenset({"brain", "leptomeninges"})
_STAGES = tuple("I IA IA1 IA2 IA3 IB II IIA IIB III IIIA IIIB IIIC IV IVA IVB".split())


class FieldError(ValueError):
    """A value that cannot be read. Its message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a value.

    Attributes:
        key: Its key in the value.
        label: Its name for people.
        kind: A choice, a whole number, a number, words, or words separated by commas.
        options: Of a choice; "yes" and "no" stand for true and false.
        optional: Whether it may stay empty.
    """

    key: str
    label: str
    kind: Kind
    options: tuple[str, ...] = ()
    optional: bool = False


_YES_NO = ("yes", "no")
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "age": (Field("years", "Years", "whole"),),
    "sex": (Field("sex", "Sex", "choice", ("female", "male")),),
    "histology": (
        Field("group", "Group", "choice", ("nsclc", "sclc", "other")),
        Field(
            "subtype", "Subtype", "choice",
            ("adenocarcinoma", "squamous", "large_cell", "adenosquamous", "sarcomatoid", "nos"), optional=True,
        ),
    ),
    "tissue_confirmation": (Field("confirmed", "Confirmed in tissue", "choice", _YES_NO),),
    "stage": (Field("group", "Stage", "choice", _STAGES), Field("system", "System", "words", optional=True)),
    "tnm": (
        Field("prefix", "Prefix", "words", optional=True),
        Field("t", "T", "words", optional=True),
        Field("n", "N", "words", optional=True),
        Field("m", "M", "words", optional=True),
    ),
    "performance_status": (
        Field("scale", "Scale", "choice", ("ECOG", "KPS")),
        Field("low", "Lowest", "whole"),
        Field("high", "Highest", "whole"),
    ),
    "response": (
        Field("category", "Category", "choice", ("CR", "PR", "SD", "PD", "mixed", "NE")),
        Field("explicit", "The category is named", "choice", _YES_NO),
        Field("criteria", "Criteria", "words", optional=True),
    ),
    "metastasis": (
        Field("site", "Site", "choice", SITES),
        Field("low", "At least", "whole"),
        Field("high", "At most (empty: no bound)", "whole", optional=True),
        Field("status", "Status", "choice", ("present", "resolved", "treated")),
    ),
    "systemic_therapy": (
        Field("agents", "Agents, separated by commas", "list", optional=True),
        Field("line", "Line", "whole", optional=True),
        Field(
            "setting", "Setting", "choice", ("palliative", "adjuvant", "neoadjuvant", "definitive"), optional=True
        ),
    ),
    "therapy_cycles": (
        Field("completed", "Cycles completed", "whole", optional=True),
        Field("planned", "Cycles planned", "whole", optional=True),
    ),
    "therapy_duration": (Field("months", "Months", "number"),),
    "lat_amenability": (
        Field("amenable", "Amenable", "choice", _YES_NO),
        Field("target", "Target", "choice", ("all", "primary", "metastases", "cranial", *SITES), optional=True),
    ),
    "local_therapy": (
        Field("procedure", "Procedure", "choice", ("radiotherapy", "surgery", "ablation")),
        Field("target", "Target", "choice", ("primary", *SITES), optional=True),
        Field("modality", "Modality", "words", optional=True),
    ),
    "contraception": (
        Field("agrees", "Agrees", "choice", _YES_NO, optional=True),
        Field("not_applicable", "Not applicable because", "words", optional=True),
    ),
    "consent": (Field("given", "Signed", "choice", _YES_NO),),
}  # fmt: skip
"""By concept, in the order in which they are asked."""


def read(concept: str, given: Mapping[str, str | None]) -> dict[str, Any]:
    """A concept's value from what was filled in.

    Raises:
        FieldError: When something is missing or is no number.

    Example:
        >>> read("performance_status", {"scale": "ECOG", "low": "0", "high": "1"})
        {'scale': 'ECOG', 'low': 0, 'high': 1}
    """
    value = {field.key: _read(field, (given.get(field.key) or "").strip()) for field in FIELDS[concept]}
    low, high = value.get("low"), value.get("high")
    if low is not None and high is not None and high < low:
        raise FieldError("The highest is lower than the lowest.")
    if all(part is None for part in value.values()):
        raise FieldError("Nothing is filled in.")
    if concept == "metastasis":
        value["region"] = _region(value["site"])
    if concept == "contraception":
        value = {key: part for key, part in value.items() if part is not None}
    return value


def _region(site: str) -> str | None:
    if site == "unspecified":
        return None
    if site == "lymph_node_regional":
        return "regional"
    return "cranial" if site in _CRANIAL else "extracranial"


def _read(field: Field, text: str) -> Any:
    if not text and field.kind != "list":
        if not field.optional:
            raise FieldError(f"'{field.label}' is not filled in.")
        return None
    if field.options == _YES_NO:
        return text == "yes"
    if field.kind == "list":
        return list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if field.kind in ("whole", "number"):
        try:
            return int(text) if field.kind == "whole" else float(text.replace(",", "."))
        except ValueError:
            raise FieldError(f"'{field.label}' is no {'whole ' * (field.kind == 'whole')}number.") from None
    return text


def filled(field: Field, value: Mapping[str, Any]) -> str:
    """How a part of a known value is filled in; empty where it has none."""
    part = value.get(field.key)
    if part is None:
        return ""
    if field.options == _YES_NO:
        return "yes" if part else "no"
    if isinstance(part, (list, tuple)):
        return ", ".join(str(one) for one in part)
    return str(part)
