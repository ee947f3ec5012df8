"""What a list of words matches: whole words, blanks of one to three, signs that touch a word."""

from __future__ import annotations

import re

import pytest

from extractor.language.rules import RuleSpec, _source


@pytest.mark.parametrize(
    ("words", "text", "matched"),
    [
        (["met"], "met", ["met"]),
        (["met"], "metastasis, comet, a met.", ["met"]),
        (["liver met"], "liver   met", ["liver   met"]),
        (["liver met"], "liver    met", []),
        (["sub ?cutaneous"], "sub cutaneous subcutaneous", ["sub cutaneous", "subcutaneous"]),
        ([r"\?", "query"], "PD?", ["?"]),
        ([r"\?", "query"], "?met query met", ["?", "query"]),
        ([r"\?", "query"], "queryable", []),
        (["=>", "so"], "5=>3, also so", ["=>", "so"]),
        ([r"\?(?: ?had)?"], "?had carboplatin", ["?had"]),
    ],
)
def test_words(words: list[str], text: str, matched: list[str]) -> None:
    pattern = re.compile(_source(RuleSpec(id="x", category="X", words=words)), re.IGNORECASE)
    assert [match[0] for match in pattern.finditer(text)] == matched
