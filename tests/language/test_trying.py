"""An expression is tried in time, whatever it is."""

from __future__ import annotations

import time

import pytest

from extractor.files import patterns_folder
from extractor.language.rules import load_terms
from extractor.language.trying import Match, PatternError, fill_terms, try_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (
            r"ECOG (?P<low>[0-4])(?:-(?P<high>[0-4]))?",
            "ecog 0-1, ECOG 2",
            [Match(0, 8, {"low": "0", "high": "1"}), Match(10, 16, {"low": "2"})],
        ),
        ("nothing", "ECOG 1", []),
        ("Größe", "Die größe \U0001f600 GRÖSSE Größe", [Match(4, 9, {}), Match(19, 24, {})]),
        ("\ud800", "a\ud800b", [Match(1, 2, {})]),
    ],
)
def test_matches(pattern: str, text: str, found: list[Match]) -> None:
    matches = try_pattern(pattern, text)
    assert list(matches.found) == found and not matches.more


def test_too_many_to_tell() -> None:
    matches = try_pattern("a", "a" * 2000)
    assert len(matches.found) == 500 and matches.more


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(ECOG", "is no valid regular expression"),
        ("a{2", None),
        ("(?P<a>x)(?P<a>y)", "is no valid regular expression"),
        ("a*", "matches the empty text"),
        ("", "matches the empty text"),
        ("(" * 5000 + "a" + ")" * 5000, "the expression"),
    ],
)
def test_a_bad_expression_is_one_line(pattern: str, message: str | None) -> None:
    if message is None:
        assert try_pattern(pattern, "a{2").found
        return
    with pytest.raises(PatternError, match=message) as caught:
        try_pattern(pattern, "text")
    assert "\n" not in str(caught.value)


def test_one_that_takes_for_ever_is_ended() -> None:
    begun = time.monotonic()
    with pytest.raises(PatternError, match=r"takes more than 0\.5 seconds"):
        try_pattern(r"(a+)+b", "a" * 60, seconds=0.5)
    assert time.monotonic() - begun < 5


def test_terms() -> None:
    terms = load_terms(patterns_folder())
    name = next(iter(terms))
    assert fill_terms(f"x{{{name}}}y{{2}}", terms) == f"x{terms[name]}y{{2}}"
    with pytest.raises(PatternError, match=r"the term \{nowhere\} is not defined"):
        fill_terms("{nowhere}", terms)
