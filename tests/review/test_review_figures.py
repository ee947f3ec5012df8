"""The figures, by hand and by the libraries that everybody trusts."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from made_reports import CLINIC
from made_reviews import SINGLE, WHOLE, Record, corrected, drawn, find, missed, note_item
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score
from statsmodels.stats.inter_rater import cohens_kappa, to_table
from statsmodels.stats.proportion import proportion_confint

from extractor.review.decisions import Act, Decision, Role, rows
from extractor.review.figures import TOGETHER, agreements, by_version, cohen_kappa, over_time, scores, settled
from extractor.review.queue import Item, Kind
from extractor.review.scoring import Tally

MISSED_CONSENT = missed(CLINIC, "Keen on the trial", "consent", {"given": True})


def by_chance(items: tuple[Item, ...], reviewers: str = "ann bob", seed: int = 5) -> list[Decision]:
    """Reviewers who judge most items, mostly alike, and read some notes whole."""
    chance, record = random.Random(seed), Record()
    for item in items:
        usual = chance.choices([Act.ACCEPT, Act.REJECT, Act.CORRECT], [6, 2, 2])[0]
        for reviewer in reviewers.split():
            act = usual if chance.random() < 0.8 else Act.REJECT
            if item.kind is Kind.NOTE:
                if chance.random() < 0.6:
                    record(reviewer, item, Act.READ)
            elif item.kind is Kind.CRITERION:
                said = {"status": "not_met"} if act is Act.CORRECT else {}
                record(reviewer, item, act, said)
            elif chance.random() < 0.9:
                record(reviewer, item, act, corrected(dict(item.told["value"]), "hypothetical"))
    return record.made


def table_of(items: tuple[Item, ...], made: list[Decision], *kinds: Kind) -> dict[str, dict[str, str]]:
    """The exported decisions, as an outsider would read them: the label by reviewer and item."""
    found: dict[str, dict[str, str]] = {}
    for row in rows("q", items, made, str):
        if row["stands"] == "yes" and row["kind"] in kinds and row["role"] == "review":
            key = f"{row['patient_id']} {row['note_id']} {row['concept']} {row['start']} {row['end']} {row['told']}"
            found.setdefault(key, {})[row["reviewer"]] = row["label"]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_kappa_equals_that_of_the_libraries_on_the_exported_decisions(seed: int) -> None:
    items = drawn(SINGLE, 4).items
    made = by_chance(items, seed=seed)
    (agreement,) = agreements(items, made)
    exported = [by for by in table_of(items, made, Kind.FINDING, Kind.CRITERION).values() if len(by) == 2]
    ann, bob = ([by[who] for by in exported] for who in ("ann", "bob"))
    assert agreement.items == len(exported) > 50
    assert agreement.agreed == sum(one == other for one, other in zip(ann, bob, strict=True))
    assert agreement.kappa == pytest.approx(cohen_kappa_score(ann, bob), abs=1e-12)
    _, codes = np.unique([*ann, *bob], return_inverse=True)
    table, _ = to_table(np.stack([codes[: len(ann)], codes[len(ann) :]], axis=1))
    theirs = cohens_kappa(table)
    assert agreement.kappa == pytest.approx(theirs.kappa, abs=1e-12)
    assert agreement.low == pytest.approx(theirs.kappa_low, abs=1e-9)
    assert agreement.high == pytest.approx(theirs.kappa_upp, abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a")] * 9, None),
        ([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15, 0.4),  # Wikipedia's example
    ],
)
def test_kappa_by_hand(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohen_kappa(pairs)[0] == (kappa if kappa is None else pytest.approx(kappa))


def test_three_reviewers_are_three_pairs() -> None:
    items = drawn(SINGLE).items
    found = agreements(items, by_chance(items, "eve ann bob"))
    assert [(one.first, one.second) for one in found] == [("ann", "bob"), ("ann", "eve"), ("bob", "eve")]


@pytest.mark.parametrize("seed", range(4))
def test_f1_equals_that_of_the_libraries_on_the_exported_decisions(seed: int) -> None:
    """Each finding is a prediction; each thing there is to find is a truth."""
    items = drawn(WHOLE, 6).items
    chance, record = random.Random(seed), Record()
    for item in items:
        act = chance.choices([Act.ACCEPT, Act.REJECT, Act.CORRECT], [6, 2, 2])[0]
        if item.kind is Kind.NOTE:
            record("ann", item, Act.READ)
            if item.note_id == "n1" and chance.random() < 0.5:
                record("ann", item, Act.MISSED, MISSED_CONSENT)
        else:
            record("ann", item, act, corrected(dict(item.told["value"]), "possible"))
    truth, told = [], []
    for row in rows("q", items, record.made, str):
        if row["act"] in ("accept", "reject", "correct"):
            truth.append(int(row["act"] == "accept"))
            told.append(1)
        if row["act"] in ("correct", "missed"):
            truth.append(1)
            told.append(0)
    score = scores(items, record.made)[TOGETHER]
    assert score.sought is not None
    assert score.sought.precision == pytest.approx(precision_score(truth, told))
    assert score.sought.recall == pytest.approx(recall_score(truth, told))
    assert score.sought.f1 == pytest.approx(f1_score(truth, told))
    low, high = proportion_confint(score.judged.hits, score.judged.hits + score.judged.false_alarms, method="wilson")
    assert score.precision_interval == (pytest.approx(low), pytest.approx(high))
    low, high = proportion_confint(score.sought.hits, score.sought.hits + score.sought.misses, method="wilson")
    assert score.recall_interval == (pytest.approx(low), pytest.approx(high))


ITEMS = drawn(WHOLE).items
ECOG = find(ITEMS, "performance_status", "ECOG 1")
LIVER = find(ITEMS, "metastasis", "hepatic")
LETTER, SCAN = note_item(ITEMS, "n1"), note_item(ITEMS, "n2")


def test_recall_only_where_misses_were_sought() -> None:
    record = Record()
    record("ann", ECOG, Act.ACCEPT)
    record("ann", LIVER, Act.CORRECT, corrected({"site": "liver", "low": 3, "high": 3}))
    record("ann", LETTER, Act.MISSED, MISSED_CONSENT)
    found = scores(ITEMS, record.made)
    assert found["performance_status"].sought is None
    assert (found["metastasis"].judged, found[TOGETHER].judged) == (Tally(0, 1), Tally(1, 1))
    assert "consent" not in found  # marked, but the note was not read to its end
    record("ann", LETTER, Act.READ)
    found = scores(ITEMS, record.made)
    assert found["performance_status"].sought == Tally(1)
    assert found["consent"].sought == Tally(0, 0, 1)
    assert found["metastasis"].sought is None  # the scan was not read
    record("ann", SCAN, Act.READ)
    assert scores(ITEMS, record.made)["metastasis"].sought == Tally(0, 1, 1)


def test_what_is_disputed_counts_once_it_is_settled() -> None:
    record = Record()
    record("ann", ECOG, Act.ACCEPT)
    record("bob", ECOG, Act.REJECT)
    mark = record("ann", LETTER, Act.MISSED, MISSED_CONSENT)
    record("ann", LETTER, Act.READ)
    record("bob", LETTER, Act.READ)
    assert scores(ITEMS, record.made) == {}
    record("eve", ECOG, Act.REJECT, role=Role.ADJUDICATE)
    record("eve", LETTER, Act.ACCEPT, role=Role.ADJUDICATE, refers_to=mark.id)
    found = scores(ITEMS, record.made)
    assert found["performance_status"].sought == Tally(0, 1)
    assert found["consent"].sought == Tally(0, 0, 1)


def test_criteria_have_figures_of_their_own() -> None:
    items = drawn(SINGLE).items
    record = Record()
    record("ann", find(items, "cranial_metastases"), Act.CORRECT, {"status": "met"})
    record("ann", find(items, "ecog"), Act.ACCEPT)
    found = scores(items, record.made, Kind.CRITERION)
    assert (found["ecog"].judged, found["cranial_metastases"].judged) == (Tally(1), Tally(0, 1))
    assert scores(items, record.made) == {}


def test_over_time_and_by_version() -> None:
    old = drawn(SINGLE).items
    new = tuple(replace(item, patterns="fff", id=f"new{item.id}"[:24]) for item in old)
    record = Record()
    for number, item in enumerate((*old, *new)):
        record("ann", item, Act.ACCEPT if number % 2 else Act.REJECT)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [replace(one, decided_at=start + timedelta(hours=one.number)) for one in record.made]
    known = settled((*old, *new), made)
    assert by_version(known) == {"0.0.0 / 0123456789ab": Tally(14, 14), "0.0.0 / fff": Tally(14, 14)}
    points = over_time(known)
    assert [(point.right, point.total) for point in points[:3]] == [(0, 1), (1, 2), (1, 3)]
    assert points[27].total == points[-1].total == 28
    assert points[0].when < points[1].when
    assert points[-1].share == 0.5
    many = over_time(known * 100)
    assert len(many) <= 2 * 202
    assert many[-1].total == 2800
