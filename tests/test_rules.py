"""Rule files: their own examples, and what is said of a broken one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import extractor
from extractor.files import RuleFileError, patterns_folder
from extractor.language.lint import lint
from extractor.language.rules import RuleSet, load_rules

RULES = load_rules(patterns_folder())


@pytest.mark.parametrize("rule", [*RULES.targets, *RULES.cues], ids=lambda rule: rule.id)
def test_examples(rule: object) -> None:
    pattern, examples = rule.pattern, rule.spec.examples  # type: ignore[attr-defined]
    assert [text for text in examples.match if not pattern.search(text)] == []
    assert [text for text in examples.no_match if pattern.search(text)] == []


def broken(folder: Path, name: str, text: str) -> RuleSet:
    shutil.copytree(patterns_folder(), folder / "patterns", dirs_exist_ok=True)
    (folder / "patterns" / name).write_text(text, encoding="utf-8")
    return load_rules(folder / "patterns")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("new.yaml", "category: X\nrules:\n  - id: a.b\n    patern: 'x'\n", "a.b"),
        ("new.yaml", "category: X\nrules:\n  - {id: a.b, pattern: '('}\n", "no valid regular expression"),
        ("new.yaml", "rules:\n  - {id: a.b, pattern: 'x'}\n", "has no category"),
        ("new.yaml", "category: X\nrules:\n  - {id: a.b}\n", "exactly one of literal, words and pattern"),
        ("new.yaml", "category: X\nrules:\n  - {id: a.b, pattern: 'x', words: [y]}\n", "exactly one of"),
        ("new.yaml", "category: X\nrules:\n  - {id: a.b, pattern: '{nowhere}'}\n", "{nowhere}"),
        ("new.yaml", "category: X\nrules:\n  - {id: a.b, pattern: 'x*'}\n", "matches the empty text"),
        ("new.yaml", "category: X\nrules:\n  - {id: site.brain, pattern: 'x'}\n", "site.brain"),
        ("new.yaml", "category: X\ncategory: Y\nrules: []\n", "stands twice"),
        ("new.yaml", "category: [X\n", "new.yaml"),
        ("context_new.yaml", "rules:\n  - {id: a.b, category: X, direction: UP, words: [y]}\n", "direction"),
        ("new.yaml", "expressions:\n  a: '('\n", "new.yaml:2: expression 'a': no valid regular expression"),
        ("new.yaml", "expressions:\n  a: '{nowhere}'\n", "expression 'a': the term '{nowhere}'"),
        ("new.yaml", "expressions:\n  A.b: x\n", "expression 'A.b'"),
        ("new.yaml", "expressions:\n  a: x\n  a: y\n", "stands twice"),
        ("terms.yaml", "- a\n", "terms.yaml"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(RuleFileError) as error:
        broken(tmp_path, name, text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_line_numbers_are_told(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match=r"new\.yaml:3: rule 'a\.b'"):
        broken(tmp_path, "new.yaml", "category: X\nrules:\n  - id: a.b\n    pattern: '('\n")


def test_expressions_are_compiled_with_the_terms_of_their_file(tmp_path: Path) -> None:
    rules = broken(tmp_path, "new.yaml", "terms: {a: x|y}\nexpressions:\n  b: |-\n    (?:{a}|\n      z) w\n")
    assert rules.expressions["new.b"].fullmatch("Y W")
    assert rules.expressions["new.b"].pattern == "(?:x|y|z) w"
    with pytest.raises(RuleFileError, match=r"new\.yaml: the expression 'c' is missing"):
        rules.expressions["new.c"]


_ASKED = re.compile(r"""(?:expressions|words)\[\s*"([\w.]+)"\s*\]""")


def test_the_code_asks_for_the_expressions_that_there_are() -> None:
    package = Path(extractor.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert set(_ASKED.findall(code)) == set(RULES.expressions)


def test_lint_tells_the_expressions_that_a_folder_lacks(tmp_path: Path) -> None:
    broken(tmp_path, "response.yaml", "rules: []\n")
    faults = lint(tmp_path / "patterns")
    assert "response.yaml: the expression 'trial' is missing" in faults
