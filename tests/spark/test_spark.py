"""On a real Spark the reports are those of a batch on one machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.exports.batch import run_batch
from extractor.exports.readers import Inputs
from extractor.exports.rows import InputError
from extractor.exports.spark import screen_table
from extractor.files import RuleFileError, patterns_folder, sample_notes_folder
from extractor.records import Note
from extractor.screener import Screener

pyspark = pytest.importorskip("pyspark")
if not shutil.which("java") and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark's own, on the pandas that is there
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .config("spark.local.dir", str(folder / "local"))
            .getOrCreate()
        )
        yield session
        session.stop()


ODD: list[dict[str, Any]] = [
    {"patient_id": "X1", "note_id": "n", "note_date": "2025-01-03", "text": "ECOG 1. Stage IVB NSCLC."},
    {"patient_id": " X1 ", "note_id": "n", "note_date": "2025-02-03", "text": "ECOG 2 today, partial response."},
    {"patient_id": "X1", "note_id": "later", "note_date": "2025-03-03", "text": "ECOG 0.", "as_of": "2025-02-28"},
    {"patient_id": "X2", "note_id": "a", "note_date": None, "text": "Four liver metastases, one brain metastasis.\r\n"},
    {"patient_id": "X3", "note_id": "a", "note_date": "2025-01-01", "text": ""},
    {"patient_id": None, "note_id": "a", "note_date": "2025-01-01", "text": "ECOG 1"},
    {"patient_id": "nan", "note_id": "a", "note_date": "2025-01-01", "text": "ECOG 1"},
]


def rows_of(notes: list[Note]) -> list[dict[str, Any]]:
    return [
        {
            "patient_id": note.patient_id,
            "note_id": note.note_id,
            "note_date": note.note_date.isoformat() if note.note_date else None,
            "note_type": note.note_type,
            "text": note.text,
        }
        for note in notes
    ]


def test_the_reports_are_those_of_a_batch(
    spark: Any, screener: Screener, sample_patients: dict[str, list[Note]], tmp_path: Path
) -> None:
    assert sample_notes_folder().is_dir()
    rows = rows_of([note for notes in sample_patients.values() for note in notes]) + ODD
    rows = rows[::2] + rows[1::2]  # no patient in one piece
    export = tmp_path / "export.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    outcome = run_batch(Inputs([str(export)]), tmp_path / "out", lambda: screener, workers=0)
    batch = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()

    spark.read.json(str(export)).repartition(4).write.parquet(str(tmp_path / "table"))
    found = screen_table(spark.read.parquet(str(tmp_path / "table"))).collect()
    reports = sorted((row for row in found if row.report), key=lambda row: row.patient_id)
    assert [row.report for row in reports] == batch
    assert [row.verdict for row in reports] == [json.loads(line)["verdict"] for line in batch]
    failed = [(f.patient_id, f.note_id, f.reason) for row in found for f in row.failed]
    assert sorted(failed, key=str) == sorted(((f.patient_id, f.note_id, f.reason) for f in outcome.failures()), key=str)
    assert len(failed) == 3


def test_other_column_names_and_a_protocol(spark: Any, tmp_path: Path) -> None:
    protocol = tmp_path / "mine.yaml"
    shipped = (patterns_folder() / "protocols" / "lat-nsclc.yaml").read_text(encoding="utf-8")
    protocol.write_text(shipped.replace("id: lat-nsclc", "id: mine", 1), encoding="utf-8")
    table = spark.createDataFrame(
        [(17, "ECOG 1", "not ours"), (17, "Stage IV NSCLC.", "")], "MRN long, `NOTE TEXT` string, x string"
    )
    screened = screen_table(table, protocol, {"patient_id": "MRN", "text": "NOTE TEXT"})
    protocol.unlink()  # what the machines need went with the work
    (row,) = screened.collect()
    report = json.loads(row.report)
    assert (row.patient_id, report["protocol"]["id"], report["facts"]["stage"]) == ("17", "mine", "IV")
    assert {finding["note_id"] for finding in report["findings"]} == {"note-1", "note-2"}


def test_what_cannot_be_used_shows_at_once(spark: Any, tmp_path: Path) -> None:
    table = spark.createDataFrame([("P1", "ECOG 1")], "patient_id string, note string")
    with pytest.raises(InputError, match="no column 'text'"):
        screen_table(table)
    with pytest.raises(InputError, match="no column 'patient_id'"):
        screen_table(table.withColumnsRenamed({"patient_id": "MRN", "note": "text"}))
    (tmp_path / "wrong.yaml").write_text("id: mine\n", encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"wrong\.yaml"):
        screen_table(table, tmp_path / "wrong.yaml", {"text": "note"})
