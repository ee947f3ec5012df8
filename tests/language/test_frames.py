"""Which day a statement is about, what is of an earlier time, and what supersedes what.

Each row is a note of 18 March 2025 with a statement in ``«»`` and the day of that statement: a date, or
``note`` where nothing but the note dates it.
"""

from __future__ import annotations

from datetime import date

import pytest

from extractor.findings import find_all
from extractor.language.dates import DateOrder
from extractor.language.nlp import Reader
from extractor.records import Finding, Note
from extractor.screener import Screener

NOTE_DAY = date(2025, 3, 18)
LINES = [
    ("02.03.2025: «ECOG 1»", "2025-03-02"),
    ("2025-03-02 «ECOG 1»", "2025-03-02"),
    ("2 March 2025 - «ECOG 1»", "2025-03-02"),
    ("- 2 Mar 2025: «ECOG 1»", "2025-03-02"),
    ("(2 March 2025) «ECOG 1»", "2025-03-02"),
    ("March 2, 2025: «ECOG 1».", "2025-03-02"),
    ("14/02/2025 «ECOG 2»\n16/03/2025 ECOG 1", "2025-02-14"),
    ("14/02/2025 ECOG 2\n16/03/2025 «ECOG 1»", "2025-03-16"),
    ("14.02.2025: «ECOG 2»\nToday ECOG 1.", "2025-02-14"),
    ("14.02.2025: ECOG 2\n\nToday «ECOG 1».", "note"),
    ("Seen in clinic. «ECOG 1».", "note"),
    ("Diagnosed 14 February 2024.\n«ECOG 1».", "note"),
    ("Born 14.02.1960. «ECOG 1».", "note"),
    ("On 3 March 2025 «ECOG 1».", "2025-03-03"),
    ("«ECOG 1» on 3 March 2025.", "2025-03-03"),
    ("«ECOG 1» (3 March 2025).", "2025-03-03"),
    ("«ECOG 1» (03.03.2025), unchanged.", "2025-03-03"),
    ("ECOG 2 (03.02.2025), «ECOG 1» (04.03.2025).", "2025-03-04"),
    ("«Partial response» on 3 March 2025.", "2025-03-03"),
    ("«Progressive disease» (03.03.2025).", "2025-03-03"),
    ("On 3 March 2025 he was admitted. «ECOG 1».", "note"),
    ("On 3 March 2025 he was ECOG 3 and now is «ECOG 1».", "note"),
    ("Medications (as of 03.03.2025):\ndexamethasone\n\n«ECOG 1».", "note"),
]
STUDIES = [
    ("CT 3 March 2025: two «liver metastases».", "2025-03-03"),
    ("CT of 3 March 2025 shows two «liver metastases».", "2025-03-03"),
    ("CT chest/abdomen (3 March 2025): two «liver metastases».", "2025-03-03"),
    ("On 3 March 2025 a CT showed two «liver metastases».", "2025-03-03"),
    ("3 March 2025 CT: two «liver metastases».", "2025-03-03"),
    ("CT dated 03.03.2025. Two «liver metastases». Stable.", "2025-03-03"),
    ("CT 03.03.2025: primary smaller. Two «liver metastases». Bones clear.", "2025-03-03"),
    ("CT 03.03.2025: stable.\n\nExamination: «ECOG 1».", "note"),
    ("CT 03.03.2025: two liver metastases.\nMRI brain 05.03.2025: one «cerebellar metastasis».", "2025-03-05"),
    ("CT 03.03.2025: two «liver metastases».\nMRI brain 05.03.2025: clear.", "2025-03-03"),
    ("CT 03.03.2025 (vs 04.12.2024): two «liver metastases».", "2025-03-03"),
    ("CT 03.03.2025 compared with 04.12.2024: two «liver metastases» remain.", "2025-03-03"),
    ("Compared with the CT of 04.12.2024 the two «liver metastases» are smaller.", "note"),
    ("CT March 2025: two «liver metastases».", "2025-03-18"),
    ("CT February 2025: two «liver metastases».", "2025-02-28"),
    ("CT 02/2025: two «liver metastases».", "2025-02-28"),
    ("CT in 2024: two «liver metastases».", "2024-12-31"),
    ("PET-CT 10 February: «partial response».", "2025-02-10"),
    ("PET-CT on 10 December: «partial response».", "2024-12-10"),
    ("CT three weeks ago: «partial response».", "2025-02-25"),
    ("CT 3 weeks ago showed «partial response».", "2025-02-25"),
    ("CT 10 days ago: «partial response».", "2025-03-08"),
    ("CT yesterday: «partial response».", "2025-03-17"),
    ("Restaging CT 12-Feb-25: «stable disease».", "2025-02-12"),
    ("CT on the 5th of February 2025: «stable disease».", "2025-02-05"),
]
SECTIONS = [
    ("Imaging (03.03.2025):\nTwo «liver metastases».", "2025-03-03"),
    ("CT THORAX/ABDOMEN 03.03.2025\nFindings:\nTwo «liver metastases».", "2025-03-03"),
    ("CT THORAX/ABDOMEN 03.03.2025\nComparison: 04.12.2024\nImpression: «Partial response».", "2025-03-03"),
    ("Oncological history:\n- 12/2023 stage IVA\n- 03/2024 «SBRT» to the left adrenal metastasis", "2024-03-31"),
    (
        "Oncological history:\n- 14.02.2024 CT: three «liver metastases»\n- 02.01.2025 CT: one liver metastasis",
        "2024-02-14",
    ),
    (
        "Oncological history:\n- 14.02.2024 CT: three liver metastases\n- 02.01.2025 CT: one «liver metastasis»",
        "2025-01-02",
    ),
]
ROWS = [*LINES, *STUDIES, *SECTIONS]


def _marked(reader: Reader, marked: str, order: DateOrder | None = None) -> list[Finding]:
    before, words, after = marked.replace("»", "«").split("«")
    note = Note(before + words + after, note_date=NOTE_DAY)
    end = len(before) + len(words)
    return [f for f in find_all(reader.read(note, order)) if f.start < end and len(before) < f.end]


@pytest.mark.parametrize(("marked", "wanted"), ROWS)
def test_day(reader: Reader, marked: str, wanted: str) -> None:
    found = _marked(reader, marked)
    assert found, "nothing is found on the marked words"
    assert {str(f.date) for f in found} == {str(NOTE_DAY) if wanted == "note" else wanted}


@pytest.mark.parametrize(
    ("marked", "order", "wanted"),
    [
        ("CT 02/03/2025: «stable disease».", "day_first", "2025-03-02"),
        ("CT 02/03/2025: «stable disease».", "month_first", "2025-02-03"),
        ("02/03/2025: «ECOG 1»", "day_first", "2025-03-02"),
        ("02/03/2025: «ECOG 1»", "month_first", "2025-02-03"),
        ("2/3/25 «ECOG 1»", "month_first", "2025-02-03"),
        ("CT 2/3: «stable disease».", "day_first", "2025-03-02"),
        ("CT 14/02/2025: «stable disease».", "month_first", "2025-02-14"),
        ("CT 2 March 2025: «stable disease».", "month_first", "2025-03-02"),
    ],
)
def test_order_of_day_and_month(reader: Reader, marked: str, order: DateOrder, wanted: str) -> None:
    assert {str(f.date) for f in _marked(reader, marked, order)} == {wanted}


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("Previously «ECOG 2».", "historical"),
        ("At diagnosis: six «liver metastases».", "historical"),
        ("At diagnosis six «liver metastases»; now two remain.", "historical"),
        ("The previous CT had shown six «liver metastases».", "historical"),
        ("On the prior scan six «liver metastases» were seen.", "historical"),
        ("Initially three «brain metastases».", "historical"),
        ("Before treatment there were six «liver metastases».", "historical"),
        ("Baseline: «ECOG 2». Today: ECOG 1.", "historical"),
        ("ECOG 2 in January, now «ECOG 1».", "current"),
        ("Two «liver metastases» (previously six).", "current"),
        ("Two «liver metastases», compared with six at baseline.", "current"),
        ("Compared with the previous CT the two «liver metastases» are smaller.", "current"),
        ("Unchanged two «liver metastases» since the prior study.", "current"),
        ("«Partial response» compared to the prior CT.", "current"),
        ("Compared with baseline «partial response».", "current"),
    ],
)
def test_earlier_or_now(reader: Reader, marked: str, wanted: str) -> None:
    assert {str(f.temporality) for f in _marked(reader, marked)} == {wanted}


SUPERSEDED = [
    ("ecog", "14.01.2025: ECOG 2\n10.03.2025: ECOG 1", 1),
    ("ecog", "10.03.2025: ECOG 1\n14.01.2025: ECOG 2", 1),
    ("ecog", "ECOG 1 today. ECOG was 2 in January 2025.", 1),
    ("ecog", "ECOG 2 on 14 January 2025, ECOG 0 on 10 March 2025.", 0),
    ("ecog", "On admission ECOG 3, at discharge ECOG 1.", 1),
    ("ecog", "ECOG 1.\n\nAddendum: ECOG corrected to 2.", 2),
    ("ecog", "3 weeks ago ECOG 2. Today ECOG 1.", 1),
    ("ecog", "ECOG 1. A trial asks for ECOG 0.", 1),
    ("ecog", "ECOG 1 this morning. ECOG 2 this morning.", None),
    ("response", "CT 10.12.2024: partial response under carboplatin/pemetrexed.\nCT 10.03.2025: stable disease.", "SD"),
    ("response", "CT 10.03.2025: stable disease.\nCT 10.12.2024: partial response.", "SD"),
    ("response", "Previously stable disease, now partial response.", "PR"),
    ("response", "If progressive disease, docetaxel. CT 10.03.2025: partial response.", "PR"),
]


@pytest.mark.parametrize(("fact", "text", "wanted"), SUPERSEDED)
def test_what_supersedes_what(screener: Screener, fact: str, text: str, wanted: object) -> None:
    value = screener.screen([Note(text, note_date=NOTE_DAY)]).facts.facts[fact].value
    assert value == ({"low": wanted, "high": wanted} if fact == "ecog" and wanted is not None else wanted)


def test_a_later_note_supersedes_an_earlier_one(screener: Screener) -> None:
    old = Note("ECOG 2.", note_id="old", note_date=date(2025, 1, 14))
    new = Note("ECOG 1.", note_id="new", note_date=NOTE_DAY)
    for notes in ([old, new], [new, old]):
        assert screener.screen(notes).facts.facts["ecog"].value == {"low": 1, "high": 1}


def test_the_date_in_the_text_counts_not_that_of_the_note(screener: Screener) -> None:
    copied = Note("14.01.2025: ECOG 2", note_id="late", note_date=NOTE_DAY)
    seen = Note("ECOG 1.", note_id="early", note_date=date(2025, 3, 4))
    assert screener.screen([copied, seen]).facts.facts["ecog"].value == {"low": 1, "high": 1}
