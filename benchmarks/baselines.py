"""Two baselines on the same ten expressions: plain regular expressions, and stock medspaCy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import medspacy
import yaml
from loguru import logger
from medspacy.target_matcher import TargetRule

from extractor.records import Assertion, Experiencer, Finding

_ASSERTIONS = {"is_hypothetical": "hypothetical", "is_negated": "negated", "is_uncertain": "possible"}


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression of ``baseline.yaml``: what it matches and how its groups become a value."""

    concept: str
    pattern: re.Pattern[str]
    normalise: Mapping[str, Mapping[str, Any]]
    value: Mapping[str, Any]

    def value_of(self, match: re.Match[str]) -> dict[str, Any]:
        """The value that a match stands for."""
        groups = {name: words for name, words in match.groupdict().items() if words is not None}
        value = {**self.value, **{name: self._normal(name, words) for name, words in groups.items()}}
        if "letter" in value:
            value["group"] = f"{value['group']}{value.pop('letter').upper()}"
        if "cycle" in value:
            value["completed"] = value.pop("cycle") - 1  # the one that has begun is not completed
        if "low" in value:
            value.setdefault("high", None if groups["low"] == "multiple" else value["low"])
        return value

    def _normal(self, name: str, words: str) -> Any:
        for pattern, normal in self.normalise.get(name, {}).items():
            if re.fullmatch(pattern, words, re.IGNORECASE):
                return normal
        return int(words) if words.isdigit() and name not in ("t", "n", "m") else words.lower()


def load_expressions() -> list[Expression]:
    """The expressions of ``baseline.yaml``."""
    data = yaml.safe_load(Path(__file__).with_name("baseline.yaml").read_text(encoding="utf-8"))
    return [
        Expression(
            entry["concept"],
            re.compile(entry["pattern"], re.IGNORECASE),
            entry.get("normalise", {}),
            entry.get("value", {}),
        )
        for entry in data
    ]


class PlainExpressions:
    """Every match is a finding, affirmed and about the patient."""

    def __init__(self) -> None:
        self._expressions = load_expressions()

    def __call__(self, text: str) -> list[Finding]:
        """The findings of one text."""
        return [
            Finding(each.concept, each.value_of(match), match.start(), match.end(), match[0])
            for each in self._expressions
            for match in each.pattern.finditer(text)
        ]


class StockMedspacy:
    """medspaCy's default pipeline: its tokenizer, PyRuSH's sentences, its target matcher, its ConText."""

    def __init__(self) -> None:
        logger.disable("PyRuSH")  # it would log the text
        self._expressions = {f"rule {number}": each for number, each in enumerate(load_expressions())}
        self._nlp = medspacy.load()
        self._nlp.get_pipe("medspacy_target_matcher").add(
            [TargetRule(name, each.concept, pattern=each.pattern.pattern) for name, each in self._expressions.items()]
        )

    def __call__(self, text: str) -> list[Finding]:
        """The findings of one text."""
        return list(self._findings(text))

    def _findings(self, text: str) -> Iterator[Finding]:
        for span in self._nlp(text).ents:
            rule = self._expressions[span._.target_rule.literal]
            match = rule.pattern.search(text, span.start_char)
            if match is None or match.start() >= span.end_char:
                continue
            assertion = next((told for cue, told in _ASSERTIONS.items() if getattr(span._, cue)), "affirmed")
            experiencer = Experiencer.FAMILY if span._.is_family else Experiencer.PATIENT
            yield Finding(
                rule.concept,
                rule.value_of(match),
                span.start_char,
                span.end_char,
                span.text,
                assertion=Assertion(assertion),
                experiencer=experiencer,
            )
