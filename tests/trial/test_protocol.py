"""Protocol files: the shipped one, and what a person is told about a wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from extractor.files import RuleFileError
from extractor.trial.protocol import (
    AllOf,
    Amenability,
    AnyOf,
    FirstLineTherapy,
    InCategory,
    IntervalCount,
    PriorLocalTherapy,
    ProtocolError,
    Stage,
    Threshold,
    load_protocol,
)

RULES = (
    AllOf,
    Amenability,
    AnyOf,
    FirstLineTherapy,
    InCategory,
    IntervalCount,
    PriorLocalTherapy,
    Stage,
    Threshold,
)

HEAD = 'id: t\nversion: "1"\ntitle: T\ncriteria:\n'
CRITERION = "  - id: c\n    text: C\n    needed_from: notes\n"


def test_the_shipped_protocol_has_the_trials_criteria_in_order() -> None:
    protocol = load_protocol()
    assert (protocol.id, protocol.version) == ("lat-nsclc", "1")
    assert [criterion.id for criterion in protocol.criteria] == [
        "age",
        "histology",
        "stage",
        "ecog",
        "first_line_therapy",
        "response",
        "extracranial_metastases",
        "cranial_metastases",
        "local_ablative_therapy",
        "prior_local_therapy",
        "contraception",
        "consent",
    ]
    assert [criterion.id for criterion in protocol.criteria if criterion.at_visit] == [
        "contraception",
        "consent",
    ]
    assert all(criterion.text for criterion in protocol.criteria)


def test_the_documents_example_is_a_protocol(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")
    file = tmp_path / "example.yaml"
    file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert [criterion.id for criterion in load_protocol(file).criteria] == ["ecog"]


@pytest.mark.parametrize("rule", RULES)
def test_the_document_tells_every_kind_with_its_parameters(rule: type[BaseModel]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")
    (kind,) = get_args(rule.model_fields["kind"].annotation)
    row = next(line for line in page.splitlines() if line.startswith(f"| `{kind}` |"))
    for parameter in set(rule.model_fields) - {"kind", "ask"}:
        assert f"`{parameter}`" in row or f"`{parameter}:" in row


def test_a_path_may_be_text(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(HEAD + CRITERION + "    kind: threshold\n    fact: age_years\n    max: 80\n", encoding="utf-8")
    protocol = load_protocol(str(file))
    assert protocol.path == file
    assert protocol.criteria[0].rule.kind == "threshold"


WRONG = [
    # (the criterion's own lines, the line of the mistake, words of the message)
    (
        "    kind: treshold\n    fact: ecog\n",
        8,
        "the kind 'treshold' is not known; the kinds are 'threshold'",
    ),
    ("    fact: ecog\n", 5, "'kind' is missing"),
    ("    kind: threshold\n    max: 1\n", 5, "'fact' is missing"),
    ("    kind: threshold\n    fact: ecgo\n    max: 1\n", 9, "'fact' is 'ecgo'; it should be 'age_years'"),
    ("    kind: threshold\n    fact: ecog\n    maximum: 1\n", 10, "the key 'maximum' is not known here"),
    ("    kind: threshold\n    fact: ecog\n", 5, "give 'min', 'max' or both"),
    ("    kind: threshold\n    fact: ecog\n    min: 2\n    max: 1\n", 5, "'min' 2 is above 'max' 1"),
    ("    kind: threshold\n    fact: ecog\n    max: one\n", 10, "'max': "),
    ("    kind: threshold\n    fact: ecog\n    max: true\n", 10, "'max': "),
    ("    kind: threshold\n    fact: ecog\n    max: -1\n", 10, "'max': "),
    ("    kind: threshold\n    fact: ecog\n    max: 1.0e999\n", 10, "'max': "),
    ("    kind: threshold\n    fact: ecog\n    max: 1\n    max_age_days: 0\n", 11, "'max_age_days': "),
    ("    kind: interval_count\n    fact: ecog\n    max: 5\n", 9, "'fact' is 'ecog'; it should be "),
    (
        "    kind: category\n    fact: response\n    met: [PR, stable]\n",
        5,
        "'stable' is no value of 'response'",
    ),
    ("    kind: category\n    fact: consent\n    met: ['true']\n", 5, "'true' is no value of 'consent'"),
    (
        "    kind: category\n    fact: response\n    met: [PR]\n    not_met: [PR]\n",
        5,
        "both 'met' and 'not_met'",
    ),
    ("    kind: category\n    fact: response\n    met: []\n", 10, "'met': "),
    ("    kind: stage\n    groups: [4]\n", 9, "'groups' is a text; write it in quotes: '4'"),
    ("    kind: stage\n    groups: [III, fourth]\n", 9, "'groups': 'fourth' is not of the form"),
    (
        "    kind: first_line_therapy\n    min_cycles: 5\n    max_cycles: 4\n    min_months: 3\n",
        5,
        "'min_cycles' 5 is above 'max_cycles' 4",
    ),
    (
        "    kind: amenability\n    scope: everything\n",
        9,
        "'scope' is 'everything'; it should be 'all' or 'cranial'",
    ),
    (
        "    kind: prior_local_therapy\n    excluded:\n      - {procedure: surgery}\n      - {procedur: ablation}\n",
        11,
        "the key 'procedur' is not known here",
    ),
    (
        "    kind: all_of\n    parts:\n      - kind: threshold\n        fact: ecog\n        max: 1\n"
        "      - kind: any_of\n        parts:\n          - {kind: threshold, fact: cycles}\n",
        15,
        "give 'min', 'max' or both",
    ),
    ("    kind: all_of\n    parts: []\n", 9, "'parts': "),
]


@pytest.mark.parametrize(("lines", "line", "words"), WRONG)
def test_a_wrong_criterion_is_told_with_file_line_and_id(tmp_path: Path, lines: str, line: int, words: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(HEAD + CRITERION + lines, encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol(file)
    message = str(caught.value)
    assert message.startswith(f"{file}:{line}: criterion 'c': ")
    assert words in message
    assert "\n" not in message


RULE = "    kind: threshold\n    fact: ecog\n    max: 1\n"
WRONG_FILES = [
    ("", 1, "a mapping with id, version, title and criteria is expected"),
    ("- a\n- b\n", 1, "a mapping with id, version, title and criteria is expected"),
    ('id: t\nversion: "1"\ntitle: T\n', 1, "'criteria' is missing"),
    ('id: t\nversion: "1"\ntitle: T\ncriteria: []\n', 4, "'criteria': "),
    ('id: t\nversion: "1"\ntitle: T\ncriteria:\n  - age\n', 5, "'criteria': "),
    ("id: t\nversion: 1\n" + HEAD[18:] + CRITERION + RULE, 2, "'version' is a text; write it in quotes: '1'"),
    (HEAD + CRITERION + RULE + "verdict: x\n", 11, "the key 'verdict' is not known here"),
    (HEAD + CRITERION + RULE + CRITERION + RULE, 11, "criterion 'c': this id stands twice"),
    (HEAD + "  - text: C\n    needed_from: notes\n" + RULE, 5, "criterion number 1: 'id' is missing"),
    (HEAD + "  - id: c\n    text: C\n" + RULE, 5, "criterion 'c': 'needed_from' is missing"),
    (
        HEAD + "  - id: c\n    text: C\n    needed_from: home\n" + RULE,
        7,
        "'needed_from' is 'home'; it should be",
    ),
    (HEAD + "  - id: C 1\n    text: C\n    needed_from: notes\n" + RULE, 5, "'id': 'C 1' is not of the form"),
    (HEAD + CRITERION + RULE + "    max: 2\n", 11, "the key 'max' stands twice"),
    (
        HEAD + CRITERION + RULE + "warnings:\n  - {kind: old_negative_scan, fact: cranial_metastases, text: x}\n",
        12,
        "'max_age_days' is missing",
    ),
    ("id: t\ntitle: [\n", 3, ""),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG_FILES)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "? [a, b]\n: 1\n", "a: \x00\n", "a: !!python/name:os.system x\n"])
def test_odd_yaml_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolError, match=r"odd\.yaml") as caught:
        load_protocol(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match=r"gone\.yaml: cannot be read"):
        load_protocol(tmp_path / "gone.yaml")
