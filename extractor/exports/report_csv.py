"""Reports as a CSV table for a spreadsheet: a row a patient and criterion, in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from extractor.evidence.summary import by_need
from extractor.evidence.wording import STATUS_WORDS, VERDICT_WORDS, say_fact, say_name
from extractor.exports.writing import safe_cell
from extractor.records import CriterionResult, Report

_COLUMNS = (
    "patient_id", "as_of", "protocol", "verdict", "criterion", "status", "value", "reason", "ask", "at_visit",
    "evidence", "set_aside",
)  # fmt: skip


def to_csv(reports: Iterable[Report]) -> str:
    """The criteria of some reports, those that need a person first; no cell can run as a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for report in reports:
        for result in by_need(report):
            writer.writerow([safe_cell(cell) for cell in _cells(report, result)])
    return stream.getvalue()


def _cells(report: Report, result: CriterionResult) -> Iterator[str]:
    yield report.patient_id
    yield report.as_of.isoformat() if report.as_of else ""
    yield f"{report.protocol_id} {report.protocol_version}"
    yield VERDICT_WORDS[report.verdict]
    yield say_name(result.id)
    yield STATUS_WORDS[result.status]
    yield say_fact(result.value)
    yield result.reason
    yield result.ask or ""
    yield "yes" if result.at_visit else "no"
    yield _quoted(finding.text for finding in result.evidence)
    yield _quoted(f"{aside.finding.text} ({aside.why})" for aside in result.set_aside)


def _quoted(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(" ".join(text.split()) for text in texts))
