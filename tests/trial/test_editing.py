"""A changed protocol differs from the file in what was changed, and in nothing else."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from extractor.files import Place, patterns_folder
from extractor.trial.editing import Parameter, parameters, renamed, with_changes
from extractor.trial.protocol import ProtocolError, Threshold, parse_protocol

SHIPPED = (patterns_folder() / "protocols" / "lat-nsclc.yaml").read_text(encoding="utf-8")


def place_of(criterion: str, name: str, number: int = 0) -> Place:
    found = [p.place for p in parameters(SHIPPED) if (p.criterion, p.name) == (criterion, name)]
    return found[number]


def test_the_parameters_of_the_trial_that_ships() -> None:
    found = {(p.criterion, p.about, p.name): p for p in parameters(SHIPPED)}
    assert found["age", "age_years", "min"] == Parameter(
        ("criteria", 0, "min"), "age", "age_years", "min", "number", 18
    )
    assert found["ecog", "ecog", "max_age_days"].kind == "whole"
    response = found["response", "response", "met"]
    assert (response.value, response.kind) == (("PR", "SD"), "choices")
    assert response.options == ("CR", "PR", "SD", "PD", "mixed", "NE")
    assert found["cranial_metastases", "cranial_metastases", "max"].value in (0, 5)
    assert found["cranial_metastases", "amenability", "when_not"].options == ("not_met", "unknown")
    assert found["prior_local_therapy", "surgery", "max_count"].value == 1
    assert found["stage", "stage", "groups"].value == ("IV",)
    assert {criterion for criterion, *_ in found} == {c.id for c in parse_protocol(SHIPPED, "x").criteria}


def changed_lines(after: str) -> list[str]:
    lines = difflib.unified_diff(SHIPPED.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, []),
        ({("criteria", 0, "min"): 21.0}, ["-    min: 18", "+    min: 21"]),
        ({place_of("first_line_therapy", "min_months"): 2.5}, ["-    min_months: 3", "+    min_months: 2.5"]),
        # the comment behind it stays
        (
            {place_of("first_line_therapy", "min_days"): 70},
            ["-    min_days: 84   # twelve weeks count as three months",
             "+    min_days: 70   # twelve weeks count as three months"],
        ),
        ({place_of("response", "met"): ("PR", "SD", "CR"), place_of("response", "not_met"): ("PD",)},
         ["-    met: [PR, SD]", "-    not_met: [CR, PD]", "+    met: [PR, SD, CR]", "+    not_met: [PD]"]),
        ({place_of("histology", "met", 1): (True, False)}, ["-        met: [true]", "+        met: [true, false]"]),
        ({place_of("consent", "needed_from"): "notes"}, ["-    needed_from: at_visit", "+    needed_from: notes"]),
        ({place_of("prior_local_therapy", "max_count", 1): 2},
         ["-      - {procedure: surgery, target: [adrenal], modality: [laparoscopic], max_count: 1}",
          "+      - {procedure: surgery, target: [adrenal], modality: [laparoscopic], max_count: 2}"]),
    ],
)  # fmt: skip
def test_only_the_changes_change(changes: dict[Place, Any], lines: list[str]) -> None:
    after = with_changes(SHIPPED, changes)
    assert changed_lines(after) == lines
    parse_protocol(after, "changed")


def test_every_parameter_can_be_written_again() -> None:
    after = with_changes(SHIPPED, {p.place: p.value for p in parameters(SHIPPED)})
    assert after == SHIPPED


def test_a_new_name() -> None:
    text, protocol = renamed(with_changes(SHIPPED, {place_of("ecog", "max"): 2}), " lat-nsclc-wide ", "1")
    assert (protocol.id, protocol.version) == ("lat-nsclc-wide", "1")
    assert next(c.rule for c in protocol.criteria if c.id == "ecog") == Threshold(
        kind="threshold", fact="ecog", max=2, max_age_days=42, ask="What is the ECOG performance status now?"
    )
    assert parse_protocol(text, "again").criteria == protocol.criteria
    assert 'version: "1"' in text


@pytest.mark.parametrize(
    ("changes", "name", "version", "message"),
    [
        ({}, "lat-nsclc", "1", "is the protocol as it was"),
        ({}, " ", "1", "id"),
        ({}, "x", "", "version"),
        ({("criteria", 4, "min_cycles"): 9}, "x", "1", "'min_cycles' 9 is above 'max_cycles' 4"),
        ({place_of("response", "met"): ()}, "x", "1", "met"),
        ({place_of("response", "met"): ("PR", "PD")}, "x", "1", "'PD' stands in both"),
    ],
)
def test_a_protocol_that_cannot_be_used(changes: dict[Place, Any], name: str, version: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message) as caught:
        renamed(with_changes(SHIPPED, changes), name, version)
    assert "\n" not in str(caught.value)
