"""Screening on Apache Spark: a table of notes to a table of reports, a row a patient.

Spark brings a patient's notes together and spreads the patients over the machines; what is done with a
patient is what a batch on one machine does, so the reports are the same. The extra ``trialscreen[spark]``
brings PySpark; on a cluster trialscreen must be installed on every machine.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.exports import report_json
from extractor.exports.grouping import by_patient
from extractor.exports.rows import FIELDS, FailedNote, InputError, Record, to_record
from extractor.exports.screening import Screens, screen_patient, screener
from extractor.exports.tables import locate
from extractor.trial.protocol import load_protocol

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

RESULT = (
    "patient_id string, verdict string, report string, "
    "failed array<struct<patient_id: string, note_id: string, place: string, reason: string>>"
)
"""The columns of the result. ``report`` is the report's JSON, null where no note could be screened."""

_SHARES = 1000
"""Rows without a patient are spread over so many groups: one of them all might not fit into memory."""
_BLANK = r"(?U)^\s+|\s+$"


def screen_table(
    notes: DataFrame, protocol: str | Path | None = None, columns: Mapping[str, str] | None = None
) -> DataFrame:
    """Screen all patients of a table of notes.

    Args:
        notes: A note a row, with the columns that the files of a batch have. Notes of a patient that
            have no ``note_id`` are numbered in the order of their dates.
        protocol: A protocol file, read here; the machines that screen need not have it.
        columns: Our names to the table's, where they differ.

    Returns:
        A lazy table with the columns of ``RESULT``, a row a patient; rows without ``patient_id`` are
        listed in ``failed`` of rows that have none either.

    Raises:
        InputError: When the column of the text or the patient is missing.
        RuleFileError: When the protocol cannot be used.
    """
    from pyspark.sql import functions as f

    where = locate(notes.columns, columns or {}, "the table")
    if "patient_id" not in where:
        raise InputError("the table: has no column 'patient_id'; map the one of the patients")
    names = {field: notes.columns[index] for field, index in where.items()}
    rules = None
    if protocol is not None:
        load_protocol(protocol)  # a wrong protocol shows here, not on the machines
        rules = Path(protocol).read_bytes()
    ours = notes.select(*(f.col(f"`{name}`").alias(field) for field, name in names.items()))
    patient = f.regexp_replace(f.col("patient_id").cast("string"), _BLANK, "")
    owned = f.coalesce(f.length(patient) > 0, f.lit(False))
    share = f.when(owned, f.lit(0)).otherwise(f.pmod(f.xxhash64(f.col("text")), f.lit(_SHARES)))
    return ours.groupBy(patient.alias("_patient"), share.alias("_share")).applyInPandas(_group(rules), RESULT)


def _group(rules: bytes | None) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def screen(rows: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(_results(rows.to_dict("records"), rules), columns=[*_COLUMNS])

    return screen


_COLUMNS = ("patient_id", "verdict", "report", "failed")


def _results(rows: list[dict[Any, Any]], rules: bytes | None) -> list[tuple[Any, ...]]:
    """The results of one group: of a patient, or of rows that have none."""
    patients, failures = by_patient(_records(rows))
    unowned = [_failure(failure) for failure in failures if failure.patient_id is None]
    results: list[tuple[Any, ...]] = [(None, None, None, unowned)] if unowned else []
    for patient in patients:
        report, unscreened = screen_patient(_screener(rules), patient) if patient.notes else (None, ())
        line = report_json.to_line(report_json.to_dict(report)) if report else None
        verdict = str(report.verdict) if report else None
        failed = [_failure(failure) for failure in (*patient.failures, *unscreened)]
        results.append((patient.patient_id, verdict, line, failed))
    return results


def _records(rows: list[dict[Any, Any]]) -> list[Record]:
    """The notes in an order that does not depend on how Spark moved them."""
    rows = sorted(rows, key=lambda row: (str(row.get("note_date")), str(row.get("note_id")), str(row.get("text"))))
    return [_record({field: row[field] for field in FIELDS if field in row}, n) for n, row in enumerate(rows, start=1)]


def _record(row: Mapping[str, Any], number: int) -> Record:
    record = to_record(row, "the table", f"note {number}", "", f"note-{number}")
    if isinstance(record, FailedNote) and record.note_id:
        return FailedNote("the table", f"note {record.note_id}", record.reason, record.patient_id, record.note_id)
    return record


def _failure(failure: FailedNote) -> dict[str, str | None]:
    return {name: getattr(failure, name) for name in ("patient_id", "note_id", "place", "reason")}


@cache
def _screener(rules: bytes | None) -> Screens:
    """The screener for the content of a protocol file, once in each Python process."""
    warnings.simplefilter("ignore")
    if rules is None:
        return screener(None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "protocol.yaml"
        path.write_bytes(rules)
        return screener(path)
