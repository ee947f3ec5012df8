"""The style sheet: text can be read in light and dark, and nothing is said by colour alone."""

from __future__ import annotations

import re

import pytest
from made_reports import review_report

from extractor.evidence import cards
from extractor.evidence.wording import STATUS_SYMBOLS, STATUS_WORDS, VERDICT_SYMBOLS, VERDICT_WORDS

COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", cards.style_sheet()
    )
}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
@pytest.mark.parametrize("text", ["ink", "soft", "met", "not-met", "unknown", "review"])
def test_text_has_contrast(text: str, ground: str, scheme: int) -> None:
    assert _contrast(COLOURS[text][scheme], COLOURS[ground][scheme]) >= 4.5


def test_status_and_verdict_are_told_in_words_and_symbols() -> None:
    assert len(set(STATUS_SYMBOLS.values())) == len(set(STATUS_WORDS.values())) == 3
    assert len(set(VERDICT_SYMBOLS.values())) == len(set(VERDICT_WORDS.values())) == 3
    html = cards.banner(review_report()) + cards.cards(review_report())
    for word in ("Review", "</span> met", "</span> unknown"):
        assert word in html


def test_all_that_a_mark_may_be_has_a_look() -> None:
    sheet = cards.style_sheet()
    for selector in ("mark.aside", "mark.used", "mark.shared", "mark.quiet", "mark:target", "mark[data-tag]::after"):
        assert selector in sheet
