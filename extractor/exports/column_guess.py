"""Which column of an export holds which part of a note, guessed from names and first values.

A guess is for a person to confirm: the patient and the date are guessed by the column's name only, since
a wrong one mixes patients up or turns a verdict; a column of long texts is taken for the notes also
where its name says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Columns = Mapping[str, Sequence[Any]]

_EXACT, _LIKE, _BY_VALUE = 3, 2, 1
_LONG_TEXT = 60
"""Characters from which a cell is no name, code or date."""
_DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}(?:[T ].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?: .*)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class _Part:
    """How the column of one part of a note is known.

    Attributes:
        names: Names, squashed to letters and digits, the most telling first.
        like: What other names of it look like.
        fits: Whether values may be of it.
    """

    names: tuple[str, ...]
    like: re.Pattern[str]
    fits: Callable[[Sequence[str]], bool]


def _is_short(values: Sequence[str]) -> bool:
    return all(len(value) <= _LONG_TEXT for value in values)


def _are_days(values: Sequence[str]) -> bool:
    return sum(bool(_DATE.fullmatch(value)) for value in values) * 2 >= len(values)


def _is_text(values: Sequence[str]) -> bool:
    return not values or any(" " in value for value in values)


_PARTS: Mapping[str, _Part] = {
    "text": _Part(
        (
            "text", "notetext", "reporttext", "documenttext", "fulltext", "clinicalnote", "notecontent", "body",
            "content", "narrative", "note", "report", "freetext", "befundtext", "berichtstext", "dokumenttext",
            "volltext", "freitext", "befund", "bericht", "arztbrief", "inhalt", "findings", "impression",
        ),
        re.compile(r"(?:note|report|document|doc|befund|bericht|brief|clinical).*(?:te?xt|body|content|narrative)$"
                   r"|(?:te?xt|narrative|content|inhalt)$"),
        _is_text,
    ),
    "patient_id": _Part(
        (
            "patientid", "patid", "mrn", "patmrn", "patmrnid", "medicalrecordnumber", "patientmrn", "patientnumber",
            "patientno", "patientnr", "patnr", "pid", "subjectid", "personid", "patientennummer", "patientenid",
            "patientennr", "pizpatientid", "piz", "hospitalnumber", "hospitalno", "nhsnumber", "nhsno", "chinumber",
            "empi", "mpi", "patient", "patientkey", "patienticn", "patientsid", "subject", "patientidentifier",
        ),
        # an encounter is no patient
        re.compile(r"^(?!.*(?:enc|csn|visit|case|fall))(?:deid)?(?:pat|patient|subject|person).*(?:id|no|nr|num|number|nummer|mrn|key|code)$|mrn$"),
        _is_short,
    ),
    "note_date": _Part(
        (
            "notedate", "date", "reportdate", "dateofservice", "servicedate", "dos", "documentdate", "chartdate",
            "charttime", "notedatetime", "notedttm", "befunddatum", "berichtsdatum", "dokumentdatum", "erstelldatum",
            "erstelltam", "untersuchungsdatum", "datum", "examdate", "studydate", "visitdate", "contactdate",
            "entrydate", "eventdate", "written", "writtenon", "writtendate", "datewritten", "authored", "createdat",
            "creationdate", "createdate",
        ),
        re.compile(r"(?:note|report|doc|document|service|chart|exam|study|visit|befund|bericht|dokument|entry|scan)"
                   r".*(?:date|datum|dttm|time|dt|tag)$"),
        _are_days,
    ),
    "note_type": _Part(
        (
            "notetype", "documenttype", "doctype", "reporttype", "type", "notecategory", "category", "dokumenttyp",
            "dokumentart", "befundart", "befundtyp", "berichtsart", "noteclass", "notekind", "ipnotetype",
            "noteclasstype", "typ", "art", "kind", "title", "notetitle", "documenttitle", "modality", "description",
        ),
        re.compile(r"(?:note|report|doc|document|befund|bericht|dokument).*(?:type|typ|art|class|category|kind|title)$"),
        _is_short,
    ),
    "note_id": _Part(
        (
            "noteid", "documentid", "docid", "reportid", "accessionnumber", "accession", "accessionno", "notekey",
            "befundid", "berichtsid", "berichtid", "dokumentid", "dokid", "befundnummer", "befundnr", "rowid",
            "reportno", "tiudocumentsid", "notecsnid", "id",
        ),
        re.compile(r"(?:note|report|doc|document|befund|bericht|dokument).*(?:id|no|nr|num|number|nummer|key)$"),
        _is_short,
    ),
    "as_of": _Part(
        ("asof", "asofdate", "screeningdate", "screenedon", "indexdate", "stichtag", "referencedate"),
        re.compile(r"^(?:asof|screening).*(?:date|datum)$"),
        _are_days,
    ),
}  # fmt: skip
"""In the order in which a guess is told; the keys are ``rows.FIELDS``."""


def guess_columns(columns: Columns) -> dict[str, str]:
    """Our names of a note's parts to the export's, where the export shows them.

    Args:
        columns: The first values of each column, by its name.

    Example:
        >>> guess_columns({"MRN": [4711], "Befunddatum": ["14.03.2025"], "NOTE_TEXT": ["Seen in clinic."]})
        {'text': 'NOTE_TEXT', 'patient_id': 'MRN', 'note_date': 'Befunddatum'}
    """
    values = {name: [_shown(value) for value in held if value is not None] for name, held in columns.items()}
    scored = sorted(
        (-score, rank, place, field, name)
        for place, (name, held) in enumerate(values.items())
        for field in _PARTS
        for score, rank in [_score(field, name, held)]
        if score
    )
    found: dict[str, str] = {}
    for *_, field, name in scored:
        if field not in found and name not in found.values():
            found[field] = name
    return {field: found[field] for field in _PARTS if field in found}


def _score(field: str, name: str, values: Sequence[str]) -> tuple[int, int]:
    """How well a column fits a part, and the rank of its name among those that fit as well."""
    part, squashed = _PARTS[field], _squashed(name)
    filled = [value for value in values if value]
    if filled and not part.fits(filled):
        return 0, 0
    if squashed in part.names:
        return _EXACT, part.names.index(squashed)
    if part.like.search(squashed):
        return _LIKE, 0
    length = sum(map(len, filled)) // len(filled) if filled else 0
    return (_BY_VALUE, -length) if field == "text" and length >= _LONG_TEXT else (0, 0)


def _squashed(name: str) -> str:
    lower = unicodedata.normalize("NFC", name).lower().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain)


def _shown(value: Any) -> str:
    """A value as text; a date, which may have a time of day, as its day."""
    return value.isoformat()[:10] if isinstance(value, date) else str(value).strip()
