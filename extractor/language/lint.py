"""The check of the rule files: whether they load, are complete, and whether each rule does what its examples say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extractor.files import RuleFileError, shipped_patterns_folder
from extractor.language.rules import Rule, RuleSet, load_rules


def lint(folder: Path) -> list[str]:
    """What is wrong with the rule files of a folder, one line a fault.

    A file that cannot be loaded hides the faults behind it: then that is the only line.
    """
    try:
        rules = load_rules(folder)
    except RuleFileError as error:
        return [str(error)]
    return [*missing(rules), *(fault for rule in (*rules.targets, *rules.cues) for fault in faults(rule))]


def missing(rules: RuleSet) -> Iterator[str]:
    """The expressions that the code asks for by name, as the rules that ship have them, and that are not there."""
    for name in load_rules(shipped_patterns_folder()).expressions:
        if name not in rules.expressions:
            file, _, key = name.partition(".")
            yield f"{file}.yaml: the expression '{key}' is missing"


def faults(rule: Rule) -> Iterator[str]:
    """The examples that a rule fails."""
    for text in rule.spec.examples.match:
        if not rule.pattern.search(text):
            yield f"rule '{rule.id}': does not match its example '{text}'"
    for text in rule.spec.examples.no_match:
        if rule.pattern.search(text):
            yield f"rule '{rule.id}': matches '{text}', which it must not"
