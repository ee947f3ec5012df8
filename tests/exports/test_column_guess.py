"""Columns as hospitals name them, and what is guessed of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from extractor.exports.column_guess import guess_columns

NOTE = "Seen in clinic today. ECOG performance status 1, restaging shows a partial response."
DAY, ID, KIND = "2025-03-14", "4711", "clinic letter"


@pytest.mark.parametrize(
    ("columns", "guess"),
    [
        # our own names
        ({"patient_id": ID, "note_id": "n1", "note_date": DAY, "note_type": KIND, "text": NOTE, "as_of": DAY},
         {"patient_id": "patient_id", "note_id": "note_id", "note_date": "note_date", "note_type": "note_type",
          "text": "text", "as_of": "as_of"}),
        # Epic Clarity
        ({"PAT_ID": "Z123", "PAT_ENC_CSN_ID": "99", "NOTE_ID": "55", "IP_NOTE_TYPE": KIND, "NOTE_TEXT": NOTE,
          "CONTACT_DATE": DAY, "BIRTH_DATE": "1960-01-01"},
         {"patient_id": "PAT_ID", "note_id": "NOTE_ID", "note_type": "IP_NOTE_TYPE", "text": "NOTE_TEXT",
          "note_date": "CONTACT_DATE"}),
        # MIMIC
        ({"note_id": "10-DS-1", "subject_id": ID, "hadm_id": "77", "note_type": "DS", "charttime": "2180-05-07 00:00:00",
          "text": NOTE},
         {"note_id": "note_id", "patient_id": "subject_id", "note_type": "note_type", "note_date": "charttime",
          "text": "text"}),
        # OMOP
        ({"note_id": "1", "person_id": ID, "note_date": DAY, "note_datetime": DAY, "note_title": "x",
          "note_text": NOTE, "encoding_concept_id": "0", "visit_occurrence_id": "3"},
         {"note_id": "note_id", "patient_id": "person_id", "note_date": "note_date", "note_type": "note_title",
          "text": "note_text"}),
        # a German report export, with dates as there
        ({"Patienten-Nr.": ID, "Fallnummer": "8", "Befunddatum": "14.03.2025", "Geburtsdatum": "01.01.1960",
          "Befundart": "CT", "Befundtext": NOTE},
         {"patient_id": "Patienten-Nr.", "note_date": "Befunddatum", "note_type": "Befundart", "text": "Befundtext"}),
        ({"PatientenID": ID, "Datum": "14.03.2025", "Dokumenttyp": KIND, "Inhalt": NOTE},
         {"patient_id": "PatientenID", "note_date": "Datum", "note_type": "Dokumenttyp", "text": "Inhalt"}),
        # radiology
        ({"MRN": ID, "Accession Number": "A1", "Exam Date": "3/14/2025", "Modality": "CT", "report_text": NOTE},
         {"patient_id": "MRN", "note_id": "Accession Number", "note_date": "Exam Date", "note_type": "Modality",
          "text": "report_text"}),
        # UK
        ({"NHS Number": ID, "DocumentDate": DAY, "DocType": KIND, "DocumentText": NOTE},
         {"patient_id": "NHS Number", "note_date": "DocumentDate", "note_type": "DocType", "text": "DocumentText"}),
        # camel case, byte order mark, blanks
        ({"\ufeffpatientId": ID, " noteText ": NOTE, "noteDate": DAY},
         {"patient_id": "\ufeffpatientId", "text": " noteText ", "note_date": "noteDate"}),
        ({"patient_mrn": ID, "service_date": DAY, "body": NOTE},
         {"patient_id": "patient_mrn", "note_date": "service_date", "text": "body"}),
        ({"deid_patient_key": ID, "rpt_txt": NOTE}, {"patient_id": "deid_patient_key", "text": "rpt_txt"}),
    ],
)  # fmt: skip
def test_a_guess(columns: dict[str, Any], guess: dict[str, str]) -> None:
    assert guess_columns({name: [value, None, value] for name, value in columns.items()}) == guess


@pytest.mark.parametrize(
    ("columns", "guess"),
    [
        # a name that says nothing: long texts are the notes, but no number is taken for a patient
        ({"c1": [ID], "c2": [NOTE], "c3": [DAY]}, {"text": "c2"}),
        # the longest of two
        ({"c1": [NOTE], "c2": [NOTE * 2]}, {"text": "c2"}),
        # a name that the values belie
        ({"date": ["every day"], "text": ["17", "18"], "patient_id": [NOTE]}, {"text": "patient_id"}),
        # days as the readers of Excel and Parquet give them
        ({"Date": [datetime(2025, 3, 14, 8, 30)], "text": [NOTE]}, {"text": "text", "note_date": "Date"}),
        # birth, admission and death date no note
        ({"PAT_ENC_CSN_ID": [ID], "text": [NOTE]}, {"text": "text"}),
        ({"dob": [DAY], "admission_date": [DAY], "Geburtsdatum": [DAY], "text": [NOTE]}, {"text": "text"}),
        # no values yet: the names alone
        ({"MRN": [], "report_text": []}, {"text": "report_text", "patient_id": "MRN"}),
        # a better name wins over one that only looks like it
        ({"note_text_length": [9], "doc_text": [NOTE], "text": [NOTE]}, {"text": "text"}),
        ({}, {}),
    ],
)
def test_names_and_values(columns: dict[str, Any], guess: dict[str, str]) -> None:
    assert guess_columns(columns) == guess
