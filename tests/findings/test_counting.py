"""Quantity words, ranges, lists of vertebrae, ribs, segments and sizes: what they are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.findings import counting
from extractor.findings.counting import Count


@pytest.mark.parametrize(
    ("text", "expected"),
    [("three", 3), ("12", 12), ("4th", 4), ("VI", 6), ("ninth", 9), ("nil", 0), ("IVa", 4), ("many", None), ("", None)],
)
def test_number(text: str, expected: int | None) -> None:
    assert counting.number(text) == expected


@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [
        ({"low": "three"}, 3, 3),
        ({"low": "3", "high": "4"}, 3, 4),
        ({"low_b": "three", "high_b": "five"}, 3, 5),
        ({"bound": "up to", "low": "4"}, 1, 4),
        ({"bound": "at least", "low": "3"}, 3, None),
        ({"bound": ">", "low": "5"}, 6, None),
        ({"bound": "upwards of", "low": "five"}, 6, None),
        ({"bound": "no more than", "low": "three"}, 1, 3),
        ({"bound": "fewer than", "low": "3"}, 1, 2),
        ({"bound": "about", "low": "7"}, 7, 7),
        ({"couple": "couple"}, 2, 2),
        ({"trio": "trio"}, 3, 3),
        ({"one": "solitary"}, 1, 1),
        ({"article": "a"}, 1, 1),
        ({"both": "both"}, 2, 2),
        ({"some": "several"}, 2, None),
        ({"many": "innumerable"}, 6, None),
    ],
)
def test_quantity(groups: dict[str, str], low: int, high: int | None) -> None:
    assert counting.quantity(groups) == Count(low, high)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("T4", ("t4",)),
        ("T4-T6", ("t4", "t5", "t6")),
        ("C7 to T2", ("c7", "t1", "t2")),
        ("Th11 and L1-3", ("t11", "l1", "l2", "l3")),
        ("BWK 7, LWK 3", ("t7", "l3")),
        ("D10-L1", ("t10", "t11", "t12", "l1")),
        ("T4, T4", ("t4",)),
        ("T6-T4", ()),
        ("L9", ()),
        ("T13", ()),
    ],
)
def test_named_vertebrae(text: str, names: tuple[str, ...]) -> None:
    assert counting.named_vertebrae(text) == names
    assert counting.vertebrae(text) == len(names)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("4th and 5th ribs", 2),
        ("ribs 4, 5 and 7", 3),
        ("third rib", 1),
        ("ribs 5-7", 3),
        ("right 5th and left 10th ribs", 2),
        ("rib", 1),
    ],
)
def test_ribs(text: str, count: int) -> None:
    assert counting.ribs(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("segments II and VII", 2),
        ("segs IV, VI and VIII", 3),
        ("segment 4a", 1),
        ("segments VII/VIII", 1),
        ("S2, S6", 2),
        ("seg II-IV", 3),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert counting.segments(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1.2, 0.8 and 0.6 cm", 3),
        ("12 x 9 mm", 1),
        ("12 x 9 mm and 8 x 7 mm", 2),
        ("14 mm (22 mm)", 1),
        ("14, 11, 9 and 6 mm", 4),
        ("1.9 -> 1.0 cm", 1),
        ("14 mm, was 22 mm", 1),
    ],
)
def test_sizes(text: str, count: int) -> None:
    assert counting.sizes(text) == count


_counts = st.builds(
    lambda low, more: Count(low, None if more is None else low + more),
    st.integers(0, 20),
    st.none() | st.integers(0, 20),
)


@given(st.lists(_counts, max_size=6))
def test_totals_add_up_as_intervals(counts: list[Count]) -> None:
    total = counting.total(counts)
    assert total.low == sum(count.low for count in counts)
    if any(count.high is None for count in counts):
        assert total.high is None
    else:
        assert total.high == sum(count.high or 0 for count in counts)
