"""Hard sentence boundaries (``boundaries.yaml``): abbreviations, decimals, lists, wraps, tables and the like."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from extractor.files import patterns_folder
from extractor.language.layout import lay_out
from extractor.language.rules import load_rules
from extractor.language.text import clean

RULES = load_rules(patterns_folder()).layout
TABLE: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("boundaries.yaml").read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _texts() -> list[tuple[str, str]]:
    return [(kind, text.replace("\\n", "\n").replace("\\t", "\t")) for kind, texts in TABLE.items() for text in texts]


def test_the_table_is_large_enough() -> None:
    assert sum(text.count("|") for _, text in _texts()) >= 200


@pytest.mark.parametrize(("kind", "marked"), _texts())
def test_boundaries(kind: str, marked: str, request: pytest.FixtureRequest) -> None:
    if kind == "known faults":
        request.applymarker(pytest.mark.xfail(strict=True))
    wanted = [_plain(clean(part.replace("¦", "|")).text) for part in marked.split("|")]
    layout = lay_out(clean(marked.replace("|", "").replace("¦", "|")).text, RULES)
    found = [_plain(layout.text[s.start : s.end]) for s in layout.sentences]
    assert found == [part for part in wanted if part]
