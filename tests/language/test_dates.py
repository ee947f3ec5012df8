"""Dates: how precise they are, their order of day and month, and what is no date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.language.dates import DateOrder, PartialDate, find_dates, infer_order

NOTE_DAY = date(2025, 3, 18)  # a Tuesday


def _told(text: str, reference: date | None = None, order: DateOrder | None = None) -> list[str]:
    return [_say(mention.date) for mention in find_dates(text, reference, order)]


def _say(day: PartialDate) -> str:
    return "-".join([str(day.year), *(f"{part:02}" for part in (day.month, day.day) if part is not None)])


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("CT 2025-03-14", ["2025-03-14"]),
        ("CT 2025/03/14", ["2025-03-14"]),
        ("CT 2025.03.14", ["2025-03-14"]),
        ("CT of 14 March 2025", ["2025-03-14"]),
        ("CT of 14th March 2025", ["2025-03-14"]),
        ("CT of the 14th of March 2025", ["2025-03-14"]),
        ("CT of 14 Mar 2025", ["2025-03-14"]),
        ("CT of 14-Mar-2025", ["2025-03-14"]),
        ("CT of 14-MAR-25", ["2025-03-14"]),
        ("CT of 14. März 2025", ["2025-03-14"]),
        ("CT of March 14, 2025", ["2025-03-14"]),
        ("CT of March 14th, 2025", ["2025-03-14"]),
        ("CT of Mar. 14, 2025", ["2025-03-14"]),
        ("CT of 14.03.2025", ["2025-03-14"]),
        ("CT of 14.3.25", ["2025-03-14"]),
        ("CT of 03.04.2025", ["2025-04-03"]),  # with points only where the day comes first
        ("CT of 14/03/2025", ["2025-03-14"]),
        ("CT of 03/14/2025", ["2025-03-14"]),
        ("CT of 04/04/2025", ["2025-04-04"]),
        ("CT of 03/04/2025", ["2025"]),  # ambiguous: only the year is sure
        ("since March 2025", ["2025-03"]),
        ("since March, 2025", ["2025-03"]),
        ("since Mar '25", ["2025-03"]),
        ("since 03/2025", ["2025-03"]),
        ("since 3/2025", ["2025-03"]),
        ("since May of 2024", ["2024-05"]),
        ("in 2019", ["2019"]),
        ("from 06.11.2024-29.01.2025", ["2024-11-06", "2025-01-29"]),
        ("2024-12-01 and 2025-03-01", ["2024-12-01", "2025-03-01"]),
        ("Sept 2024", ["2024-09"]),
        ("Okt 2024", ["2024-10"]),
        # no dates
        ("31/02/2025", []),
        ("32.01.2025", []),
        ("2025-13-01", []),
        ("BP 120/70", []),
        ("for 3/12", []),
        ("PS 1", []),
        ("RECIST 1.1", []),
        ("1.2 x 0.8 cm", []),
        ("2000 mg", []),
        ("Hb 12.4.", []),
        ("he may progress", []),
        ("may 62% of them", []),
        ("ratio 1/2/3/4", []),
        ("tel 0041 44 255 11 11", []),
    ],
)
def test_without_a_note_date(text: str, dates: list[str]) -> None:
    assert _told(text) == dates


@pytest.mark.parametrize(
    ("text", "order", "dates"),
    [
        ("CT of 03/04/2025", "day_first", ["2025-04-03"]),
        ("CT of 03/04/2025", "month_first", ["2025-03-04"]),
        ("CT of 03-04-25", "day_first", ["2025-04-03"]),
        ("CT of 25/12/2024", "month_first", ["2024-12-25"]),  # only one reading
        ("CT of 12/25/2024", "day_first", ["2024-12-25"]),
        ("CT of 03.04.2025", "month_first", ["2025-03-04"]),
        ("CT of 3/4", "day_first", ["2024-04-03"]),  # the year that puts it before the note
        ("CT of 3/4", "month_first", ["2025-03-04"]),
        ("CT of 3/14", "month_first", ["2025-03-14"]),
        ("CT of 14/3", "day_first", ["2025-03-14"]),
    ],
)
def test_by_the_order_of_the_notes(text: str, order: DateOrder, dates: list[str]) -> None:
    assert _told(text, NOTE_DAY, order) == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("CT 14 March", ["2025-03-14"]),
        ("CT March 14", ["2025-03-14"]),
        ("CT 20 March", ["2025-03-20"]),  # a week of grace
        ("CT 2 December", ["2024-12-02"]),
        ("CT 14.03.", ["2025-03-14"]),
        ("CT 02.12.", ["2024-12-02"]),
        ("yesterday", ["2025-03-17"]),
        ("seen today", ["2025-03-18"]),
        ("this morning", ["2025-03-18"]),
        ("3 days ago", ["2025-03-15"]),
        ("two weeks ago", ["2025-03-04"]),
        ("a week ago", ["2025-03-11"]),
        ("3 months ago", ["2024-12"]),  # a month, never a made-up day
        ("2 years ago", ["2023"]),
        ("on 5/60 fractions", []),
        ("BP 120/70", []),
        ("3/12 mm", []),
        ("2/5 nodes", []),
        ("CT 03/25", ["2025-03"]),
        ("given 27.1., 17.2., 10.3. Cycle 4 cancelled", ["2025-01-27", "2025-02-17", "2025-03-10"]),
        ("SUV 13.4. Then 12.3.", []),
        ("FEV1 too low", []),
    ],
)
def test_with_a_note_date(text: str, dates: list[str]) -> None:
    assert _told(text, NOTE_DAY) == dates


@pytest.mark.parametrize(
    ("notes", "order"),
    [
        ([("CT 14/03/2025", None)], "day_first"),
        ([("CT 03/14/2025", None)], "month_first"),
        ([("CT 03/04/2025", None)], None),
        ([("nothing", None)], None),
        ([("CT 04/04/2025", None)], None),
        ([("Visit 03/04/2025", date(2025, 4, 3))], "day_first"),
        ([("Visit 03/04/2025", date(2025, 3, 4))], "month_first"),
        ([("CT 03/04/2025, MRI 25/04/2025", None)], "day_first"),
        ([("CT 03/04/2025", None), ("CT 11/30/2024", None)], "month_first"),
        ([("14/03/2025 and 03/14/2025", None)], None),  # the notes disagree
        ([("14.03.2025", None)], "day_first"),
        ([("dose 40/60/2025", None)], None),
        ([("C1 9/10/24, C2 10/1, C3 10/22; PET 8/30", None)], "month_first"),
        ([("CT 03/04/2025, 30 Gy 20/5, 20/4", None)], None),  # a dose tells no order
        ([("CT 03/04/2025, nodes 1/14", None)], None),  # one alone may count something
        ([("C1 24/03, C2 14/04, CT 05/06", None)], "day_first"),
        ([("CT 5/28, C4 on 6/2", None)], "month_first"),
        ([("Held 3/20-3/27", None)], "month_first"),
        ([("CT 24/03, CT 3/24", None)], None),
        ([("since 2/4/25, CT 4/8/25", date(2025, 6, 11))], "month_first"),  # no scan of August in June
        ([("review on 3/7/2025", date(2025, 6, 11))], None),
    ],
)
def test_the_order_that_the_notes_show(notes: list[tuple[str, date | None]], order: DateOrder | None) -> None:
    assert infer_order(notes) == order


@pytest.mark.parametrize(
    ("partial", "full", "earliest", "latest"),
    [
        (PartialDate(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29)),
        (PartialDate(2024, 2), None, date(2024, 2, 1), date(2024, 2, 29)),
        (PartialDate(2024), None, date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_what_a_partial_date_can_mean(partial: PartialDate, full: date | None, earliest: date, latest: date) -> None:
    assert (partial.full, partial.earliest, partial.latest) == (full, earliest, latest)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_way_to_write_a_day_gives_that_day(day: date) -> None:
    ways = {
        f"{day:%Y-%m-%d}": None,
        f"{day:%d.%m.%Y}": None,
        f"{day:%d/%m/%Y}": "day_first",
        f"{day:%m/%d/%Y}": "month_first",
        f"{day.day} {day:%B} {day.year}": None,
        f"{day:%B} {day.day}, {day.year}": None,
        f"{day:%d-%b-%Y}": None,
    }
    for text, order in ways.items():
        found = find_dates(f"CT of {text}: stable", None, order)  # type: ignore[arg-type]
        assert [mention.date.full for mention in found] == [day], text
        assert f"CT of {text}"[found[0].start : found[0].end] == text


@given(st.text(alphabet="0123456789./- MarchJan,':", max_size=60), st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_no_text_breaks_the_dates(text: str, reference: date) -> None:
    for mention in find_dates(text, reference, "day_first"):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.date.earliest <= mention.date.latest
