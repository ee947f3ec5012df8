"""The course of therapy over several notes: what was planned and then given, and what ended a line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractor.records import Note
from extractor.screener import Screener

Notes = list[tuple[str, str]]

TABLE: list[tuple[str, Notes, dict[str, Any]]] = [
    (
        "a plan that was carried out gives the first dose",
        [
            ("2025-02-03", "Plan: alectinib 600 mg bd, first-line, start 10 February 2025."),
            ("2025-06-20", "On alectinib. CT chest and abdomen 10 June 2025: PR."),
        ],
        {"line": 1, "months": 3.9},
    ),
    (
        "a plan that nobody tells as done does not",
        [
            ("2025-02-03", "Plan: alectinib 600 mg bd, first-line, start 10 February 2025."),
            ("2025-06-20", "CT chest and abdomen 10 June 2025: PR."),
        ],
        {"line": None, "months": None},
    ),
    (
        "the days of the doses give the first one",
        [("2025-06-20", "1L cemiplimab #1 2025-03-03 #2 2025-03-24 #3 2025-04-14. CT chest/abdomen 2025-06-03: SD.")],
        {"cycles": 3, "months": 3.0, "response": "SD"},
    ),
    (
        "a cycle given that day is completed when a later note is written",
        [
            ("2025-04-30", "Carboplatin/pemetrexed first-line, C4 given today."),
            ("2025-06-12", "Doing well after chemotherapy. CT chest and abdomen 9 June 2025: PR."),
        ],
        {"cycles": 4},
    ),
    (
        "a cycle given that day is not yet completed",
        [("2025-06-12", "Carboplatin/pemetrexed first-line, C4 given today.")],
        {"cycles": 3},
    ),
    (
        "a later note that counts the cycles stands",
        [
            ("2025-04-30", "Carboplatin/pemetrexed first-line, C4 given today."),
            ("2025-06-12", "Completed 3 cycles of carboplatin/pemetrexed; the fourth was stopped at once."),
        ],
        {"cycles": 3},
    ),
    (
        "days without a year show their order",
        [("2025-06-19", "1L carboplatin/pemetrexed: C1 25/02, C2 18/03, C3 08/04, C4 29/04. Imaging 05/06: SD.")],
        {"cycles": 4, "months": 3.3, "response": "SD"},
    ),
    (
        "the twelfth of May is no five months",
        [("2025-06-05", "Had 3 cycles carbo/pem as first line, last 5/12. CT 5/26: PR. Labs 5/28.")],
        {"cycles": 3, "months": None},
    ),
    (
        "a month told for the first dose is no day",
        [("2025-06-18", "1/2025 Carbo/pem x1, first line\n2/25/2025 C2 carbo/pem\nCT chest 6/11/2025: PR")],
        {"months": None},
    ),
    (
        "drugs added to those of the second line are of that line",
        [
            (
                "2025-06-13",
                "Line 1: osimertinib from 9 December 2024.\n"
                "Line 2: osimertinib continued (CT 27 May 2025: PD) with carbo/pem added 2 June, one cycle so far.",
            )
        ],
        {"line": 2, "cycles": None, "response": "PD"},
    ),
    (
        "the day of a meeting is no restaging",
        [
            (
                "2025-06-05",
                "Osimertinib first line since 10 March 2025.\nCT 27 May 2025: PR.\nMDT 3 June: all sites can have SBRT.",
            )
        ],
        {"months": 2.6, "lat_amenable": True},
    ),
    (
        "an outpatient report is no report of a scan",
        [("2025-06-19", "Line 1: pembrolizumab since 25 February 2025.\nCT 09/06/2025: SD. CT of 15/05: PR.")],
        {"months": 3.4},
    ),
    (
        "the progression that the second line answered",
        [
            (
                "2025-08-25",
                "First-line: carboplatin/paclitaxel, 4 courses from 25 November 2024 to 12 February 2025.\n"
                "CT on 28 February 2025 showed PD.\nSecond-line: docetaxel from 14 March 2025.\n"
                "CT on 14 August 2025: SD.",
            )
        ],
        {"line": 2, "cycles": 4, "response": "PD"},
    ),
    (
        "the response told with its line, though a second one runs",
        [
            (
                "2025-10-02",
                "1L carboplatin/pemetrexed x 4 cycles, PR.\n2L sotorasib since 30 June 2025.\n"
                "CT 24 September 2025 shows stable disease.",
            )
        ],
        {"line": 2, "cycles": 4, "response": "PR"},
    ),
    (
        "more cycles of the drugs of a chemoradiotherapy are no first line of stage IV",
        [
            (
                "2025-08-19",
                "Stage IIIB. Concurrent chemoradiation with cisplatin/etoposide and 60 Gy.\n"
                "\nAdmitted on day 6 of her third cycle of cisplatin and etoposide.",
            )
        ],
        {"line": None, "cycles": None},
    ),
    (
        "the only category is non-CR/non-PD",
        [("2025-05-27", "First-line selpercatinib since 15 January 2025. CT 19 May 2025. Valuation: non-CR/non-PD.")],
        {"response": "SD"},
    ),
]


@pytest.mark.parametrize(("notes", "wanted"), [pytest.param(n, w, id=name) for name, n, w in TABLE])
def test_course(notes: Notes, wanted: dict[str, Any], screener: Screener) -> None:
    told = [Note(text, note_id=day, patient_id="P", note_date=date.fromisoformat(day)) for day, text in notes]
    facts = screener.screen(told).facts.facts
    assert {name: facts[name].value for name in wanted} == wanted
