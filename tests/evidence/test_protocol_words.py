"""Each kind of rule in words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from extractor.evidence.protocol_words import CHOICES, PARAMETERS, say_rule
from extractor.files import patterns_folder
from extractor.trial.editing import parameters
from extractor.trial.protocol import Rule, load_protocol

_RULE: TypeAdapter[Any] = TypeAdapter(Rule)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"kind": "threshold", "fact": "age_years", "min": 18}, "Age in years at least 18"),
        ({"kind": "threshold", "fact": "ecog", "max": 1, "max_age_days": 42}, "ECOG at most 1, not older than 42 days"),
        ({"kind": "threshold", "fact": "months", "min": 2.5, "max": 6}, "Months from 2.5 to 6"),
        ({"kind": "interval_count", "fact": "cranial_metastases", "max": 5, "leptomeningeal": "not_met"},
         "Cranial metastases at most 5; leptomeningeal spread fails"),
        ({"kind": "category", "fact": "response", "met": ["PR", "SD"], "not_met": ["CR", "PD"]},
         "Response: PR or SD; fails with CR or PD; all else is unknown"),
        ({"kind": "category", "fact": "tissue_confirmed", "met": [True]}, "Tissue confirmed: yes; all else is unknown"),
        ({"kind": "stage", "groups": ["IIIB", "IV"]}, "Stage before treatment: IIIB or IV"),
        ({"kind": "first_line_therapy", "min_cycles": 3, "max_cycles": 4, "min_months": 3, "min_days": 84},
         "First line of systemic therapy: 3 to 4 cycles, or 3 months (84 days)"),
        ({"kind": "amenability", "scope": "cranial", "when_not": "unknown"},
         "Amenable to surgery or radiotherapy: the cranial metastases; if not, a person decides"),
        ({"kind": "prior_local_therapy", "allowed": [{"procedure": "surgery", "target": ["brain"], "diagnostic": True,
          "max_count": 1}], "excluded": [{"procedure": "radiotherapy", "modality": ["SBRT", "SRS"]}],
          "person_decides": [{"cavity": True}, {"palliative": False}]},
         "Local treatment before. Allowed: diagnostic surgery of brain, at most 1 lesion (at most 1 together); "
         "Fails: radiotherapy (SBRT, SRS); A person decides: treatment to the cavity, not palliative treatment"),
        ({"kind": "all_of", "parts": [{"kind": "threshold", "fact": "line", "max": 1},
          {"kind": "any_of", "parts": [{"kind": "threshold", "fact": "cycles", "min": 3},
           {"kind": "threshold", "fact": "months", "min": 3}]}]},
         "Line at most 1 AND (Cycles at least 3 OR Months at least 3)"),
    ],
)  # fmt: skip
def test_a_rule(rule: dict[str, Any], words: str) -> None:
    assert say_rule(_RULE.validate_python(rule)) == words


def test_every_rule_and_parameter_that_ships_has_words() -> None:
    assert all(say_rule(criterion.rule) for criterion in load_protocol().criteria)
    for path in (patterns_folder() / "protocols").glob("*.yaml"):
        for parameter in parameters(path.read_text(encoding="utf-8")):
            assert parameter.name in PARAMETERS
            assert parameter.kind != "choice" or set(parameter.options) <= set(CHOICES)
