"""What many tests share: the shipped rules, read once, and the sample notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import settings

from extractor.exports.grouping import by_patient
from extractor.exports.readers import Inputs
from extractor.files import patterns_folder, sample_notes_folder
from extractor.language.nlp import Reader
from extractor.records import Note
from extractor.screener import Screener

settings.register_profile("same", derandomize=True)
settings.load_profile("same")
"""The same examples in every run: a change that is not at fault does not fail. Look for new ones with
``--hypothesis-profile=default``."""


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.from_folder(patterns_folder())


@pytest.fixture(scope="session")
def screener() -> Screener:
    return Screener()


@pytest.fixture(scope="session")
def sample_patients() -> Mapping[str, Sequence[Note]]:
    patients, failures = by_patient(Inputs([str(sample_notes_folder())]))
    assert not failures
    return {patient.patient_id: patient.notes for patient in patients}
