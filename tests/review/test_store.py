"""Queues and decisions in SQLite and in a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from made_reviews import SINGLE, WHOLE, drawn
from postgresql_server import running_postgresql

from extractor.records import Note
from extractor.review.decisions import Act, Role, decision
from extractor.review.queue import Drawn
from extractor.review.store import Store, StoreError, opened, place_of, readable

ROOT = Path(__file__).parents[2]
HARD = "NUL \x00, half \ud83d, whole 😀, ' \" ; DROP TABLE review_items; -- \r\n"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def setting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database, as a user names it."""
    if request.param == "sqlite":
        return str(tmp_path / "review.sqlite")
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(setting: str) -> Iterator[Store]:
    with opened(setting) as one:
        yield one


def test_a_queue_comes_back_as_it_was(store: Store) -> None:
    for plan in (WHOLE, replace(SINGLE, size=9, seed=4, concepts=frozenset({"age", "ecog", "stage"}), blind=True)):
        found = drawn(plan)
        queue = store.add_queue(plan, found, "ann")
        assert store.items(queue.id) == found.items
        assert queue in store.queues()
        kept = [one.note for one in store.notes(queue.id)]
        texts = found.notes if plan.keep_notes else tuple(replace(note, text="") for note in found.notes)
        assert kept == list(texts)
        assert [one.note.patient_id for one in store.notes(queue.id, "A-000")] == ["A-000"] * len(kept)
        assert store.notes(queue.id, "nobody") == []


def test_decisions_come_back_in_their_order_and_once(store: Store) -> None:
    found = drawn(SINGLE)
    queue = store.add_queue(SINGLE, found, "ann")
    first = decision(queue.id, found.items[0], "ann", Act.CORRECT, {"value": {"low": 1}}, role=Role.ADJUDICATE)
    second = decision(queue.id, None, "bob", Act.UNDO, refers_to=first.id)
    assert [store.decide(made) for made in (first, second, first)] == [True, True, False]
    kept = store.decisions(queue.id)
    assert [replace(made, number=0) for made in kept] == [first, second]
    assert kept[0].number < kept[1].number
    assert store.decisions(queue.id, "bob") == kept[1:]
    assert store.decisions("another") == []
    assert kept[0].patterns == "0123456789ab"
    assert kept[0].decided_at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("statement", ["UPDATE review_decisions SET act = 'accept'", "DELETE FROM review_decisions"])
def test_the_database_refuses_to_change_a_decision(store: Store, setting: str, statement: str) -> None:
    queue = store.add_queue(SINGLE, drawn(SINGLE), "ann")
    store.decide(decision(queue.id, None, "ann", Act.UNBLIND))
    with (
        pytest.raises(sa.exc.DBAPIError, match="decisions are only added"),
        sa.create_engine(place_of(setting)).begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert len(store.decisions(queue.id)) == 1


def test_any_text_is_kept(store: Store) -> None:
    found = drawn(SINGLE)
    item = replace(found.items[0], words=HARD, note_id=HARD, patient_id=HARD)
    note = Note(HARD, HARD, HARD, None, HARD)
    plan = replace(SINGLE, name=HARD, keep_notes=True)
    queue = store.add_queue(plan, Drawn((item,), (note,)), HARD)
    store.decide(decision(queue.id, item, HARD.replace("\ud83d", ""), Act.CORRECT, {"words": HARD}))
    assert store.items(queue.id) == (item,)
    assert store.notes(queue.id)[0].note == note
    assert store.decisions(queue.id)[0].said == {"words": HARD}
    assert next(one for one in store.queues() if one.id == queue.id) == queue


def test_the_texts_of_notes_can_be_removed(store: Store) -> None:
    plan, found = WHOLE, drawn(WHOLE)
    queue = store.add_queue(plan, found, "ann")
    kept = store.notes(queue.id)
    assert set(readable(queue.id, kept, ())) == {("A-000", "n1"), ("A-000", "n2")}
    store.forget_notes(queue.id)
    kept = store.notes(queue.id)
    assert not any(one.note.text for one in kept)
    assert readable(queue.id, kept, ()) == {}
    changed = replace(found.notes[1], text=found.notes[1].text + " ")
    assert readable(queue.id, kept, [found.notes[0], changed]) == {("A-000", "n1"): found.notes[0]}
    assert len(store.items(queue.id)) == len(found.items)


def test_reviewers_at_once_lose_nothing(store: Store, setting: str) -> None:
    """Four processes and 200 decisions, with hardly a pause between them: all that was called kept is there, as it was made."""
    queue = store.add_queue(SINGLE, drawn(SINGLE), "ann")
    script = str(Path(__file__).with_name("busy_reviewer.py"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = {
        who: subprocess.Popen(
            [sys.executable, script, setting, queue.id, who, "50"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in ("ann", "bob", "eve", "kim")
    }  # fmt: skip
    for process in running.values():
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in running.values():
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = {who: process.communicate(timeout=120)[0].splitlines() for who, process in running.items()}
    assert [process.returncode for process in running.values()] == [0] * 4
    made = store.decisions(queue.id)
    assert len(made) == len({one.number for one in made}) == 200
    assert {who: [f"{one.id} {one.item_id} {one.act}" for one in made if one.reviewer == who] for who in told} == told
    turns = [one.reviewer for one in made]
    assert sum(one != other for one, other in pairwise(turns)) > 4  # at once, not one after the other


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    """One that holds the file for longer than SQLite itself would wait."""
    place = str(tmp_path / "r.sqlite")
    with opened(place) as store:
        queue = store.add_queue(SINGLE, drawn(SINGLE), "ann")
    holder = sa.create_engine(place_of(place), connect_args={"check_same_thread": False}).connect()
    holder.exec_driver_sql("BEGIN IMMEDIATE")
    timer = threading.Timer(1.0, holder.rollback)
    timer.start()
    with opened(place) as store:
        store._engine.dispose()
        store._engine = sa.create_engine(place_of(place), connect_args={"timeout": 0.05})
        assert store.decide(decision(queue.id, None, "ann", Act.UNBLIND))
    timer.join()
    holder.close()


def test_a_decision_on_no_queue_is_refused_in_one_line(store: Store) -> None:
    with pytest.raises(StoreError, match=r"did not take it \(\w+\)\.$") as told:
        store.decide(decision("nowhere", None, "Secret-Name", Act.UNBLIND))
    assert "Secret-Name" not in str(told.value)


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX")
def test_only_the_owner_may_read_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    before = os.umask(0)
    try:
        with opened() as store:
            store.add_queue(SINGLE, drawn(SINGLE), "ann")
            files = sorted((tmp_path / "home" / "trialscreen").iterdir())
            assert files[0].name == "review.sqlite"
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
            assert files[0].parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("://", "is no database URL"),
        ("nonsense://user:Pass-Word@host/db", "needs a driver that is not installed"),
        ("postgresql+psycopg://user:Pass-Word@127.0.0.1:1/db", "did not take it"),
        ("/proc/nowhere/review.sqlite", "cannot be written"),
    ],
)
def test_what_cannot_be_opened_is_told_without_the_password(setting: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as told, opened(setting):
        pass
    assert "Pass-Word" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    place = str(tmp_path / "r.sqlite")
    with opened(place):
        pass
    with sa.create_engine(place_of(place)).begin() as connection:
        connection.exec_driver_sql("UPDATE review_about SET value = '2'")
    with pytest.raises(StoreError, match="another version"), opened(place):
        pass


def test_no_text_of_a_note_is_kept_unless_chosen(tmp_path: Path) -> None:
    """Only the words of the evidence, and what the criteria quote, stand in the file."""
    place = tmp_path / "r.sqlite"
    with opened(str(place)) as store:
        store.add_queue(SINGLE, drawn(SINGLE), "ann")
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"59-year-old" in content
    assert b"leaflet given" not in content
    with opened(str(place)) as store:
        queue = store.add_queue(WHOLE, drawn(WHOLE), "ann")
        assert b"leaflet given" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
        store.forget_notes(queue.id)
    assert b"leaflet given" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
