"""Notes as hospitals of several countries write them, read from the text to the facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractor.records import Note
from extractor.screener import Screener

Notes = list[tuple[str, str]]

ECOG_1 = {"low": 1, "high": 1}

STAY: list[tuple[str, Notes, dict[str, Any]]] = [
    (
        "headings of a letter tell admission and discharge",
        [
            (
                "2025-08-29",
                "Findings on admission\nReduced general condition, ECOG 3.\n\nCourse\nGood.\n\n"
                "State on discharge\nECOG 1, afebrile.",
            )
        ],
        {"ecog": ECOG_1},
    ),
    (
        "the head of the line does",
        [("2025-08-29", "Condition on arrival: confused. PS 3.\nCondition at dismissal: walks unaided. PS 1.")],
        {"ecog": ECOG_1},
    ),
    (
        "the verb of the line does",
        [("2025-08-29", "Admitted 20.08. with fever. ECOG 2.\nDischarged 29.08. in good condition. ECOG 1.")],
        {"ecog": ECOG_1},
    ),
    (
        "two readings of one visit are a conflict",
        [("2025-08-29", "Nurse: ECOG 2.\nPhysician: ECOG 1.")],
        {"ecog": None},
    ),
]

HEAD = "First-line carboplatin/pemetrexed/pembrolizumab.\n\n"

LOG: list[tuple[str, Notes, dict[str, Any]]] = [
    (
        "a log with a column of yes and no",
        [
            (
                "2025-10-17",
                HEAD + "Cycle   Date       Given   Comment\n1       07/18/25   Y       full dose\n"
                "2       08/08/25   Y       -\n3       08/29/25   N       ANC 0.6\n3       09/12/25   Y       80%\n"
                "4       10/03/25   N       pneumonitis\n\nCT CAP 10/01/2025: PR.",
            )
        ],
        {"cycles": 3, "months": 2.5},
    ),
    (
        "a log with the day of each dose that was given",
        [
            (
                "2025-10-17",
                HEAD + "Cycle | Planned | Given | Remarks\n1 | 18 Jul 2025 | 18 Jul 2025 | -\n"
                "2 | 8 Aug 2025 | 15 Aug 2025 | delayed\n3 | 5 Sep 2025 | not given | rash\n\nCT CAP 01 Oct 2025: PR.",
            )
        ],
        {"cycles": 2},
    ),
    (
        "a log that opens with the day",
        [
            (
                "2025-10-17",
                HEAD + "Date        Cycle   Given\n18/07/2025  1       yes\n08/08/2025  2       yes\n"
                "29/08/2025  3       yes (d15 omitted)\n19/09/2025  4       no, held\n\nCT 01/10/2025: PR.",
            )
        ],
        {"cycles": 3},
    ),
    (
        "a line for each cycle, one of them held",
        [("2025-10-17", HEAD + "Cycle 1: 18/07/2025 given\nCycle 2: 08/08/2025 given\nCycle 3: 29/08/2025 held")],
        {"cycles": 2},
    ),
    (
        "a cycle that is awaited",
        [("2025-10-17", HEAD + "C1 18/07/2025, C2 08/08/2025. Will look again when the third cycle is in.")],
        {"cycles": 2},
    ),
    (
        "from when to when, the year told once",
        [
            (
                "2025-06-18",
                "03.02. - 07.04.2025 first-line carboplatin/pemetrexed, four cycles\nCT thorax 19.05.2025: PR.",
            )
        ],
        {"cycles": 4, "months": 3.4},
    ),
    (
        "from when to when over the new year",
        [("2025-03-18", "First-line: carboplatin/pemetrexed x4 (28.11. - 30.01.2025)\nCT thorax 28.02.2025: PR.")],
        {"cycles": 4, "months": 3.0},
    ),
]
LOOK: list[tuple[str, Notes, dict[str, Any]]] = [
    (
        "the day of looking is not that of the scan",
        [
            (
                "2025-10-17",
                HEAD.replace(".", ", C1 18 July 2025.") + "CT CAP 1 October 2025: PR by RECIST.\n"
                "I reviewed the CT on 6 October with the radiologist: PR.",
            )
        ],
        {"months": 2.5},
    ),
    (
        "a bare day behind a scan that was looked at is that of the scan where no other is told",
        [("2025-10-17", HEAD.replace(".", ", C1 18 July 2025.") + "I reviewed his CT 1 October: PR.")],
        {"months": 2.5},
    ),
]


@pytest.mark.parametrize(("notes", "wanted"), [pytest.param(n, w, id=name) for name, n, w in (*STAY, *LOG, *LOOK)])
def test_letter(notes: Notes, wanted: dict[str, Any], screener: Screener) -> None:
    told = [Note(text, note_id=day, patient_id="P", note_date=date.fromisoformat(day)) for day, text in notes]
    facts = screener.screen(told).facts.facts
    assert {name: facts[name].value for name in wanted} == wanted
