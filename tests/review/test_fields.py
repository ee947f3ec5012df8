"""What is filled in is read as the value it was filled in from."""

from __future__ import annotations

import pytest
from made_reviews import SINGLE, drawn

from extractor.review.fields import FIELDS, FieldError, filled, read
from extractor.review.queue import Kind, Statement
from extractor.review.scoring import KEYS


def test_every_scored_concept_can_be_said() -> None:
    assert set(FIELDS) == set(KEYS)
    for concept, fields in FIELDS.items():
        assert set(KEYS[concept]) <= {field.key for field in fields}


@pytest.mark.parametrize("item", [i for i in drawn(SINGLE).items if i.kind is Kind.FINDING], ids=lambda i: i.concept)
def test_what_the_machine_says_comes_back(item) -> None:
    value = item.told["value"]
    again = read(item.concept, {field.key: filled(field, value) for field in FIELDS[item.concept]})
    assert Statement(again).comparable(item.concept) == Statement(value).comparable(item.concept)
    assert again == {**again, **{key: part for key, part in value.items() if part is not None}}


@pytest.mark.parametrize(
    ("concept", "given", "value"),
    [
        ("metastasis", {"site": "brain", "low": "1", "status": "present"},
         {"site": "brain", "low": 1, "high": None, "status": "present", "region": "cranial"}),
        ("therapy_duration", {"months": "3,5"}, {"months": 3.5}),
        ("systemic_therapy", {"agents": "Pemetrexed, carboplatin ,"},
         {"agents": ["pemetrexed", "carboplatin"], "line": None, "setting": None}),
        ("contraception", {"not_applicable": "postmenopausal"}, {"not_applicable": "postmenopausal"}),
        ("consent", {"given": "no"}, {"given": False}),
    ],
)  # fmt: skip
def test_values(concept, given, value) -> None:
    assert read(concept, given) == value


@pytest.mark.parametrize(
    ("concept", "given", "message"),
    [
        ("age", {"years": "old"}, "no whole number"),
        ("age", {}, "not filled in"),
        ("therapy_duration", {"months": "x"}, "is no number"),
        ("performance_status", {"scale": "ECOG", "low": "2", "high": "1"}, "lower than"),
        ("tnm", {"t": " "}, "Nothing is filled in"),
    ],
)
def test_what_cannot_be_read_is_told(concept, given, message) -> None:
    with pytest.raises(FieldError, match=message):
        read(concept, given)
