"""What holds of the record, what reviewers differ on, and who may see what."""

from __future__ import annotations

import pytest
from made_reports import CLINIC
from made_reviews import SINGLE, WHOLE, Record, corrected, drawn, find, missed, note_item

from extractor.review.decisions import (
    Act,
    Role,
    answer,
    decided_by,
    disagreements,
    is_unblinded,
    label,
    last_of,
    live,
    marks,
    next_open,
    open_to,
    rows,
    settlements,
    standing,
)
from extractor.review.queue import Statement

ITEMS = drawn(WHOLE).items
ECOG = find(ITEMS, "performance_status", "ECOG 1")
LIVER = find(ITEMS, "metastasis", "hepatic")
LETTER = note_item(ITEMS, "n1")
CRITERIA = drawn(SINGLE).items
HEAD = find(CRITERIA, "cranial_metastases")
AIRWAY = missed(CLINIC, "EBUS-TBNA", "tissue_confirmation", {"confirmed": True})
BROADER = missed(CLINIC, "lung (EBUS-TBNA", "tissue_confirmation", {"confirmed": True})


def test_the_later_decision_of_a_reviewer_stands() -> None:
    record = Record()
    record("ann", ECOG, Act.ACCEPT)
    last = record("ann", ECOG, Act.REJECT)
    assert standing(record.made) == {ECOG.id: {"ann": last}}


def test_what_is_taken_back_gives_way_to_what_was_before() -> None:
    record = Record()
    first = record("ann", ECOG, Act.ACCEPT)
    record.undo("ann", record("ann", ECOG, Act.REJECT))
    assert standing(record.made)[ECOG.id]["ann"] == first
    record.undo("ann", first)
    assert standing(record.made) == {}
    assert len(record.made) == 4  # nothing is ever taken out


def test_taking_back_goes_step_by_step_and_only_over_ones_own() -> None:
    record = Record()
    first = record("ann", ECOG, Act.ACCEPT)
    record("bob", ECOG, Act.REJECT)
    second = record("ann", LIVER, Act.ACCEPT)
    assert last_of(record.made, "ann") == second
    record.undo("ann", second)
    assert last_of(record.made, "ann") == first
    record.undo("ann", first)
    assert last_of(record.made, "ann") is None


@pytest.mark.parametrize(
    ("item", "act", "said", "expected"),
    [
        (ECOG, Act.ACCEPT, {}, "accept"),
        (ECOG, Act.REJECT, {}, "reject"),
        (HEAD, Act.ACCEPT, {}, "unknown"),
        (HEAD, Act.CORRECT, {"status": "met"}, "met"),
        (HEAD, Act.REJECT, {}, "reject"),
        (LETTER, Act.READ, {}, "read"),
    ],
)
def test_labels(item, act, said, expected) -> None:
    assert label(item, Record()("ann", item, act, said)) == expected


def test_equal_corrections_have_equal_labels() -> None:
    one, same, other = (
        label(ECOG, Record()("x", ECOG, Act.CORRECT, corrected(value)))
        for value in ({"scale": "ECOG", "low": 0, "high": 1}, {"high": 1, "low": 0, "scale": "ecog"},
                      {"scale": "ECOG", "low": 0, "high": 0})
    )  # fmt: skip
    assert one == same != other


@pytest.mark.parametrize(
    ("given", "act"),
    [
        (Statement({"scale": "ECOG", "low": 1, "high": 1}), Act.ACCEPT),
        (Statement({"scale": "ECOG", "low": 1, "high": 2}), Act.CORRECT),
        (Statement({"scale": "ECOG", "low": 1, "high": 1}, "possible"), Act.CORRECT),
        (Statement({"scale": "ECOG", "low": 1, "high": 1}, experiencer="family"), Act.CORRECT),
    ],
)
def test_a_blind_answer_is_compared(given: Statement, act: Act) -> None:
    assert answer(ECOG, given)[0] is act


def test_a_blind_answer_on_a_criterion_is_compared() -> None:
    assert answer(HEAD, "unknown") == (Act.ACCEPT, {"status": "unknown"})
    assert answer(HEAD, "met") == (Act.CORRECT, {"status": "met"})


def test_disagreements_until_they_are_settled() -> None:
    record = Record()
    record("ann", ECOG, Act.ACCEPT)
    record("ann", LIVER, Act.ACCEPT)
    record("bob", LIVER, Act.ACCEPT)
    assert disagreements(ITEMS, record.made) == []
    record("bob", ECOG, Act.REJECT)
    (question,) = disagreements(ITEMS, record.made)
    assert question.item == ECOG
    assert {who: made.act for who, made in question.answers.items()} == {"ann": Act.ACCEPT, "bob": Act.REJECT}
    third = record("eve", ECOG, Act.ACCEPT, role=Role.ADJUDICATE)
    assert disagreements(ITEMS, record.made) == []
    assert settlements(record.made) == {ECOG.id: third}
    assert "eve" not in standing(record.made)[ECOG.id]  # to settle is not to review
    record.undo("eve", third)
    assert len(disagreements(ITEMS, record.made)) == 1


def test_overlapping_marks_are_one_mention() -> None:
    record = Record()
    record("ann", LETTER, Act.MISSED, AIRWAY)
    record("bob", LETTER, Act.MISSED, BROADER)
    record("bob", LETTER, Act.MISSED, missed(CLINIC, "Keen on the trial", "consent", {"given": True}))
    assert [(mark.concept, sorted(mark.by)) for mark in marks(ITEMS, record.made)] == [
        ("consent", ["bob"]),
        ("tissue_confirmation", ["ann", "bob"]),
    ]


def test_a_mark_that_another_reader_did_not_make_is_a_disagreement() -> None:
    record = Record()
    mark = record("ann", LETTER, Act.MISSED, AIRWAY)
    record("ann", LETTER, Act.READ)
    assert disagreements(ITEMS, record.made) == []  # nobody else has read the note
    record("bob", LETTER, Act.READ)
    (question,) = disagreements(ITEMS, record.made)
    assert question.answers == {"ann": mark, "bob": None}
    record("eve", LETTER, Act.REJECT, role=Role.ADJUDICATE, refers_to=mark.id)
    assert disagreements(ITEMS, record.made) == []


def test_nothing_of_others_is_open_before_ones_own_decision() -> None:
    record = Record()
    for item in ITEMS:
        record("ann", item, Act.READ if item.concept == "" else Act.ACCEPT)
    assert open_to(ITEMS, record.made, "bob") == ()
    record("bob", ECOG, Act.REJECT)
    assert open_to(ITEMS, record.made, "bob") == (ECOG,)
    assert open_to(ITEMS, record.made, "ann") == ITEMS  # she is done
    record("bob", None, Act.UNBLIND)
    assert open_to(ITEMS, record.made, "bob") == ITEMS
    assert is_unblinded(record.made, "bob")
    assert not is_unblinded(record.made, "ann")


def test_the_next_open_item_comes_round() -> None:
    decided = frozenset(item.id for item in ITEMS[1:])
    assert next_open(ITEMS, decided, 5) == 0
    assert next_open(ITEMS, decided | {ITEMS[0].id}, 5) == 5
    assert next_open(ITEMS, frozenset(), 2) == 3
    assert next_open((), frozenset(), 0) == 0


def test_the_table_tells_what_stands() -> None:
    record = Record()
    record("ann", ECOG, Act.ACCEPT)
    record("ann", ECOG, Act.REJECT)
    record("ann", LETTER, Act.MISSED, AIRWAY)
    record.undo("ann", record("ann", LIVER, Act.ACCEPT))
    table = rows("q", ITEMS, record.made, str)
    assert [(row["act"], row["stands"], row["words"]) for row in table] == [
        ("accept", "no", "ECOG 1"), ("reject", "yes", "ECOG 1"), ("missed", "yes", "EBUS-TBNA"),
        ("accept", "no", LIVER.words), ("undo", "no", ""),
    ]  # fmt: skip
    assert len(decided_by(ITEMS, record.made, "ann")) == 1
    assert len(live(record.made)) == 3
