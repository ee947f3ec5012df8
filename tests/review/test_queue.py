"""What is drawn: all, a sample that is the same for everybody, or what is doubtful."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from made_reviews import SINGLE, WHOLE, case, drawn

from extractor.review.queue import Drawn, Kind, Plan, QueueError, Statement, draw


def ids(found: Drawn) -> list[str]:
    return [item.id for item in found.items]


def kinds(found: Drawn) -> dict[Kind, int]:
    return {kind: sum(item.kind is kind for item in found.items) for kind in Kind}


@pytest.mark.parametrize(
    ("plan", "findings", "criteria", "notes"),
    [
        (SINGLE, 16, 12, 0),
        (WHOLE, 16, 0, 2),
        (replace(SINGLE, only_doubtful=True), 2, 2, 0),  # possible; evidence of an open criterion; two open criteria
        (replace(WHOLE, only_doubtful=True), 16, 0, 2),
        (replace(SINGLE, concepts=frozenset({"metastasis", "ecog"})), 3, 1, 0),
        (replace(WHOLE, concepts=frozenset({"metastasis"})), 3, 0, 2),
        (replace(SINGLE, size=5), None, None, 0),
        (replace(WHOLE, size=1), None, 0, 1),
    ],
)
def test_what_is_drawn(plan: Plan, findings: int | None, criteria: int | None, notes: int) -> None:
    found = drawn(plan)
    counts = kinds(found)
    assert counts[Kind.NOTE] == notes
    assert findings in (None, counts[Kind.FINDING])
    assert criteria in (None, counts[Kind.CRITERION])
    if plan.size and not plan.whole_notes:
        assert len(found.items) == plan.size


def test_a_sample_is_the_same_for_everybody_and_another_for_another_seed() -> None:
    cases = [case(f"A-{number:03}") for number in range(20)]
    plan = replace(SINGLE, size=40, seed=7)
    first = draw(cases, plan)
    random.Random(3).shuffle(cases)
    assert ids(draw(iter(cases), plan)) == ids(first)
    assert len(first.items) == 40
    assert len({item.patient_id for item in first.items}) > 10
    assert set(ids(draw(cases, replace(plan, seed=8)))) != set(ids(first))


def test_a_larger_sample_holds_the_smaller() -> None:
    small, large = (set(ids(drawn(replace(SINGLE, size=size), 10))) for size in (20, 60))
    assert small < large


def test_a_sample_favours_nobody() -> None:
    """Each finding comes up about as often as any other, over many seeds."""
    times = Counter(item for seed in range(200) for item in ids(drawn(replace(SINGLE, size=7, seed=seed))))
    assert len(times) == 28
    assert min(times.values()) > 25
    assert max(times.values()) < 80  # 50 are expected


def test_items_stand_in_the_order_of_reading() -> None:
    items = drawn(WHOLE, 2).items
    assert [(item.patient_id, item.note_id, item.kind) for item in items if item.kind is Kind.NOTE] == [
        ("A-000", "n1", Kind.NOTE), ("A-000", "n2", Kind.NOTE), ("A-001", "n1", Kind.NOTE), ("A-001", "n2", Kind.NOTE),
    ]  # fmt: skip
    places = [(item.patient_id, item.note_id, item.kind is Kind.NOTE, item.start) for item in items]
    assert places == sorted(places)


def test_an_item_knows_what_made_it() -> None:
    item = drawn(SINGLE).items[0]
    assert (item.protocol, item.engine, item.patterns) == ("lat-nsclc 1", "0.0.0", "0123456789ab")


def test_a_criterion_needs_all_notes_and_a_finding_its_own() -> None:
    assert [note.note_id for note in drawn(replace(SINGLE, concepts=frozenset({"ecog"}))).notes] == ["n1", "n2"]
    assert [note.note_id for note in drawn(replace(SINGLE, concepts=frozenset({"performance_status"}))).notes] == ["n1"]


def test_nothing_to_review_is_told() -> None:
    with pytest.raises(QueueError, match="nothing to review"):
        drawn(replace(SINGLE, concepts=frozenset({"nonsense"})))


def test_too_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.review.queue.MOST_ITEMS", 10)
    with pytest.raises(QueueError, match="draw a sample"):
        drawn(SINGLE)


@pytest.mark.parametrize(
    ("concept", "one", "other", "same"),
    [
        ("stage", {"group": "IVB", "system": "AJCC8"}, {"group": "ivb"}, True),
        ("stage", {"group": "IVB"}, {"group": "IVA"}, False),
        ("age", {"years": 59}, {"years": 59.0}, True),
        ("systemic_therapy", {"agents": ["a", "b"]}, {"agents": ["b", "A"]}, True),
        ("metastasis", {"site": "liver", "low": 2, "high": 2}, {"site": "liver", "low": 2, "high": 3}, False),
        ("metastasis", {"site": "liver", "low": 2, "high": 2}, {"site": "liver", "low": 2, "high": 2, "x": 1}, True),
        ("tissue_confirmation", {"confirmed": True}, {"confirmed": False}, False),
        ("therapy_cycles", {"completed": 1}, {"completed": True}, False),
    ],
)  # fmt: skip
def test_statements_are_compared_by_what_counts(concept: str, one: dict, other: dict, same: bool) -> None:
    assert (Statement(one).comparable(concept) == Statement(other).comparable(concept)) is same
