"""A cohort as a table for people, on the screen and in a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from extractor.cohort.patients import CohortPatient
from extractor.evidence.wording import (
    STATUS_SYMBOLS,
    STATUS_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    say_fact,
    say_name,
)
from extractor.exports.writing import safe_cell
from extractor.records import Status, Verdict

PATIENT, VERDICT, AS_OF, OPEN, ASK = "Patient", "Verdict", "As of", "Open", "Ask next"
_UNHOLDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
FACTS = ("age_years", "sex", "stage", "ecog", "response", "cycles", "extracranial_metastases", "cranial_metastases")
"""The facts that the table shows beside the criteria."""


def frame(patients: Collection[CohortPatient], criteria: Sequence[str]) -> pd.DataFrame:
    """A row a patient: verdict, a column a criterion, what is open, and some facts, all in words.

    Numbers and days are numbers and days, so that a table sorts them.
    """
    columns: dict[str, list[Any]] = {
        PATIENT: [_text(patient.patient_id) for patient in patients],
        VERDICT: [say_verdict(patient.verdict) for patient in patients],
        OPEN: [_open(patient) for patient in patients],
        AS_OF: [patient.as_of for patient in patients],
    }
    for name in criteria:
        columns[say_name(name)] = [_status(patient.statuses.get(name)) for patient in patients]
    for fact in FACTS:
        columns[fact_title(fact, criteria)] = [_fact(patient.facts.get(fact)) for patient in patients]
    columns[ASK] = [_text(" ".join(_asks(patient))) for patient in patients]
    return pd.DataFrame(columns).convert_dtypes(convert_string=False)


def fact_title(fact: str, criteria: Sequence[str]) -> str:
    """The heading of a fact; one that a criterion is named after is told from it."""
    title = {"age_years": "Age in years"}.get(fact, say_name(fact))
    return f"{title}, value" if fact in criteria else title


def say_verdict(verdict: Verdict) -> str:
    """A verdict with its sign."""
    return f"{VERDICT_SYMBOLS[verdict]} {VERDICT_WORDS[verdict]}"


def say_status(status: Status) -> str:
    """A criterion's status with its sign."""
    return f"{STATUS_SYMBOLS[status]} {STATUS_WORDS[status]}"


def _status(status: Status | None) -> str:
    return say_status(status) if status else ""


def _open(patient: CohortPatient) -> int:
    """How many criteria the notes should settle and do not."""
    return sum(s is Status.UNKNOWN and name not in patient.at_visit for name, s in patient.statuses.items())


def _asks(patient: CohortPatient) -> list[str]:
    """What to ask of a patient whom nothing rules out."""
    if patient.verdict is Verdict.INELIGIBLE:
        return []
    return [ask for name, ask in patient.asks.items() if name not in patient.at_visit]


def _fact(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _text(say_fact(value)) or None


def _text(words: str) -> str:
    """Words as every table can hold them: no control characters, no half of a surrogate pair."""
    return _UNHOLDABLE.sub("\N{REPLACEMENT CHARACTER}", words)


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as CSV that no spreadsheet runs, with the mark by which Excel knows UTF-8."""
    return safe(table).to_csv(index=False).encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame) -> bytes:
    """The table as an Excel workbook. Cells that begin like a formula are text there too."""
    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="openpyxl") as writer:
        safe(table).to_excel(writer, index=False, sheet_name="Patients", freeze_panes=(1, 1))
    return written.getvalue()


def to_parquet(table: pd.DataFrame) -> bytes:
    """The table as Parquet."""
    written = io.BytesIO()
    table.to_parquet(written, index=False)
    return written.getvalue()


def safe(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its words such that no spreadsheet takes them for a formula."""
    words = table.select_dtypes(exclude="number").columns
    return table.assign(**{name: table[name].map(safe_cell) for name in words}).rename(columns=safe_cell)
