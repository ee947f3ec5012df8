"""Where queues and decisions are kept: an SQL database, SQLite in a file of the user's by default.

Decisions are only ever added; where the database can, it refuses to change or delete one. What holds
text of a note, a patient or a person is kept as ASCII JSON, because a text may hold what databases
cannot (PostgreSQL: NUL; none: half of a surrogate pair). Every value travels beside its SQL statement,
never in it, and no message quotes one.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import platformdirs
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from extractor.records import Note
from extractor.review.decisions import Act, Decision, Role
from extractor.review.queue import Drawn, Item, Kind, Plan, as_date, canonical, text_digest

SETTING = "TRIALSCREEN_REVIEW_DB"
"""The environment variable, and the name in the page's secrets: a path, or a URL as SQLAlchemy knows it."""

_VERSION = "1"
_PATIENCE = 30.0
"""Seconds that a writer waits for another."""
_ROWS = 500
"""Rows of one statement."""

_R = TypeVar("_R")


class StoreError(Exception):
    """A store that cannot be used. Its message is one line for a person and quotes no password."""


_tables = sa.MetaData()
_about = sa.Table(
    "review_about",
    _tables,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(40), nullable=False),
)
_queues = sa.Table(
    "review_queues",
    _tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_items = sa.Table(
    "review_items",
    _tables,
    sa.Column("queue_id", sa.String(32), sa.ForeignKey("review_queues.id"), primary_key=True),
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_notes = sa.Table(
    "review_notes",
    _tables,
    sa.Column("queue_id", sa.String(32), sa.ForeignKey("review_queues.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
)
_decisions = sa.Table(
    "review_decisions",
    _tables,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("queue_id", sa.String(32), sa.ForeignKey("review_queues.id"), nullable=False, index=True),
    sa.Column("item_id", sa.String(24), nullable=False),
    sa.Column("reviewer", sa.String(200), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False),
    sa.Column("act", sa.String(20), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("refers_to", sa.String(32)),
    sa.Column("protocol", sa.String(200), nullable=False),
    sa.Column("engine", sa.String(40), nullable=False),
    sa.Column("patterns", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

_REFUSED = "decisions are only added"
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS review_keep_{act.lower()} BEFORE {act} ON review_decisions "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION review_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{_REFUSED}'; END$$",
        "CREATE OR REPLACE TRIGGER review_keep BEFORE UPDATE OR DELETE ON review_decisions "
        "FOR EACH ROW EXECUTE FUNCTION review_keep()",
    ],
}
"""By dialect: what makes the database refuse to change a decision."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A stored queue.

    Attributes:
        id: Its id.
        plan: How it was drawn.
        size: How many items it has.
        by: Who drew it.
        created_at: When, in UTC.
    """

    id: str
    plan: Plan
    size: int
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class QueueNote:
    """A note that a queue is about.

    Attributes:
        note: The note; its text is empty where it is not kept.
        digest: Tells its text.
        kept: Whether its text is kept.
    """

    note: Note
    digest: str
    kept: bool


def default_place() -> Path:
    """The file of the database where none is named: in the user's own data folder."""
    return platformdirs.user_data_path("trialscreen", appauthor=False) / "review.sqlite"


def place_of(setting: str | None) -> sa.URL:
    """The database that a setting names: a URL, the path of an SQLite file, or nothing for the default.

    Raises:
        StoreError: When it is no URL that SQLAlchemy knows.
    """
    if not setting:
        return sa.URL.create("sqlite", database=str(default_place()))
    if "://" not in setting:
        return sa.URL.create("sqlite", database=str(Path(setting).expanduser()))
    try:
        return sa.make_url(setting)
    except ArgumentError:
        raise StoreError(f"{SETTING} is no database URL; for example postgresql+psycopg://user@host/name") from None


class Store:
    """The queues and decisions of one database. Safe to share between threads.

    Args:
        url: The database; see :func:`place_of`.

    Raises:
        StoreError: When it cannot be opened, or was written by a newer version.
    """

    def __init__(self, url: sa.URL) -> None:
        self.place = url.render_as_string(hide_password=True)
        self._sqlite = url.get_backend_name() == "sqlite"
        if self._sqlite and url.database:
            _make_private(Path(url.database))
        try:
            self._engine = sa.create_engine(
                url,
                hide_parameters=True,
                pool_pre_ping=not self._sqlite,
                connect_args={"timeout": _PATIENCE} if self._sqlite else {},
            )
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            missing = getattr(error, "name", None) or url.drivername
            raise StoreError(f"The database {self.place} needs a driver that is not installed ({missing}).") from None
        if self._sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        self._retry(self._create)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _create(self) -> None:
        if self._sqlite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # two that start at once take turns
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7140513)")
            _tables.create_all(connection)
            version = connection.execute(sa.select(_about.c.value).where(_about.c.name == "version")).scalar()
            if version is None:
                for guard in _GUARDS.get(connection.dialect.name, ()):
                    connection.exec_driver_sql(guard)
                unless_there = _about.insert().prefix_with("OR IGNORE", dialect="sqlite")
                connection.execute(unless_there.values(name="version", value=_VERSION))
            elif version != _VERSION:
                raise StoreError(
                    f"{self.place} was written by another version of trialscreen (store {version}, not {_VERSION})."
                )

    def _retry(self, work: Callable[[], _R]) -> _R:
        """Do some work in a transaction of its own; again where another was in the way."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                return work()
            except SQLAlchemyError as error:
                if not _in_the_way(error) or time.monotonic() > end:
                    raise StoreError(f"The database {self.place} did not take it ({_kind(error)}).") from None
                time.sleep(random.uniform(0.01, 0.1))

    def _read(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        def work() -> Sequence[sa.Row[Any]]:
            with self._engine.connect() as connection:
                return connection.execute(query).all()

        return self._retry(work)

    # ------------------------------------------------------------------------------------ queues

    def add_queue(self, plan: Plan, drawn: Drawn, by: str) -> Queue:
        """Keep a queue, all of it or nothing."""
        queue = Queue(uuid4().hex, plan, len(drawn.items), by, datetime.now(UTC))
        body = {"plan": {**asdict(plan), "concepts": sorted(plan.concepts)}, "by": by, "size": queue.size}
        items = [
            {"queue_id": queue.id, "id": item.id, "position": place, "body": canonical(asdict(item))}
            for place, item in enumerate(drawn.items)
        ]
        notes = [
            {
                "queue_id": queue.id,
                "position": place,
                "body": canonical({**asdict(replace(note, text="")), "digest": text_digest(queue.id, note.text)}),
                "text": json.dumps(note.text) if plan.keep_notes else None,
            }
            for place, note in enumerate(drawn.notes)
        ]

        def work() -> None:
            with self._engine.begin() as connection:
                connection.execute(
                    _queues.insert().values(id=queue.id, created_at=queue.created_at.isoformat(), body=canonical(body))
                )
                for table, rows in ((_items, items), (_notes, notes)):
                    for part in _parts(rows):
                        connection.execute(table.insert(), part)

        self._retry(work)
        return queue

    def queues(self) -> list[Queue]:
        """All queues, the newest first."""
        rows = self._read(sa.select(_queues).order_by(_queues.c.created_at.desc(), _queues.c.id))
        return [_queue(row) for row in rows]

    def items(self, queue_id: str) -> tuple[Item, ...]:
        """The items of a queue, in the order in which everybody gets them."""
        rows = self._read(sa.select(_items.c.body).where(_items.c.queue_id == queue_id).order_by(_items.c.position))
        return tuple(_item(json.loads(row.body)) for row in rows)

    def notes(self, queue_id: str, patient_id: str | None = None) -> list[QueueNote]:
        """The notes that a queue is about, or those of one patient, with their texts where kept."""
        rows = self._read(sa.select(_notes).where(_notes.c.queue_id == queue_id).order_by(_notes.c.position))
        found = ((json.loads(row.body), row.text) for row in rows)
        return [_note(body, text) for body, text in found if patient_id in (None, body["patient_id"])]

    def forget_notes(self, queue_id: str) -> None:
        """Remove the texts of a queue's notes for good. Items and decisions stay."""

        def work() -> None:
            with self._engine.begin() as connection:
                connection.execute(_notes.update().where(_notes.c.queue_id == queue_id).values(text=None))
            if self._sqlite:  # the texts also stand in the log of what was written
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        self._retry(work)

    # --------------------------------------------------------------------------------- decisions

    def decide(self, made: Decision) -> bool:
        """Keep a decision.

        Returns:
            Whether it is new; False when it was kept before, which changes nothing.

        Raises:
            StoreError: When the database does not take it. Then nothing is kept.
        """
        row = {
            "id": made.id,
            "queue_id": made.queue_id,
            "item_id": made.item_id,
            "reviewer": _ascii(made.reviewer),
            "decided_at": made.decided_at.isoformat(),
            "act": str(made.act),
            "role": str(made.role),
            "refers_to": made.refers_to,
            "protocol": _ascii(made.protocol)[:200],
            "engine": _ascii(made.engine)[:40],
            "patterns": _ascii(made.patterns)[:40],
            "body": canonical(made.said),
        }

        def work() -> bool:
            with self._engine.begin() as connection:
                connection.execute(_decisions.insert().values(**row))
            return True

        try:
            return self._retry(work)
        except StoreError:
            if self._read(sa.select(_decisions.c.number).where(_decisions.c.id == made.id)):
                return False
            raise

    def decisions(self, queue_id: str, reviewer: str | None = None) -> list[Decision]:
        """The decisions on a queue, or those of one reviewer, in the order in which they were kept."""
        query = sa.select(_decisions).where(_decisions.c.queue_id == queue_id).order_by(_decisions.c.number)
        if reviewer is not None:
            query = query.where(_decisions.c.reviewer == _ascii(reviewer))
        return [_decision(row) for row in self._read(query)]


def _make_private(path: Path) -> None:
    """A file that only its owner may read; its log gets the same rights."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path == default_place():
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}); {SETTING} names another place.") from None


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")  # a decision that was shown as kept survives a power cut
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _in_the_way(error: SQLAlchemyError) -> bool:
    """Whether the same work may succeed when it is done again."""
    if isinstance(error, IntegrityError):
        return False
    text = str(getattr(error, "orig", "")).lower()
    return any(words in text for words in ("locked", "busy", "deadlock", "serialize", "already exists"))


def _kind(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return type(cause).__name__


def _parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _ROWS):
        yield [dict(row) for row in rows[start : start + _ROWS]]


def _ascii(text: str) -> str:
    """Text as a database can hold it; a name that it cannot is told apart all the same."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _queue(row: sa.Row[Any]) -> Queue:
    body = json.loads(row.body)
    plan = Plan(**{**body["plan"], "concepts": frozenset(body["plan"]["concepts"])})
    return Queue(row.id, plan, body["size"], body["by"], datetime.fromisoformat(row.created_at))


def _item(body: dict[str, Any]) -> Item:
    return Item(**{**body, "kind": Kind(body["kind"])})


def _note(body: dict[str, Any], text: str | None) -> QueueNote:
    digest = body.pop("digest")
    note = Note(**{**body, "note_date": as_date(body["note_date"]), "text": json.loads(text) if text else ""})
    return QueueNote(note, digest, text is not None)


def _decision(row: sa.Row[Any]) -> Decision:
    return Decision(
        row.id, row.queue_id, row.item_id, row.reviewer, Act(row.act), Role(row.role), row.refers_to,
        json.loads(row.body), row.protocol, row.engine, row.patterns, datetime.fromisoformat(row.decided_at),
        row.number,
    )  # fmt: skip


def readable(
    queue_id: str, kept: Iterable[QueueNote], at_hand: Iterable[Note], items: Iterable[Item] = ()
) -> dict[tuple[str, str], Note]:
    """The notes that can be shown: those whose text is kept, and those at hand that are the same.

    The same is a note whose digest was kept; where the queue was drawn without notes, one that has the
    words of every item where the item says.
    """
    digests = {(one.note.patient_id, one.note.note_id): one.digest for one in kept}
    found = {(one.note.patient_id, one.note.note_id): one.note for one in kept if one.kept}
    spans = list(_spans(items)) if not digests else []
    for note in at_hand:
        place = note.patient_id, note.note_id
        same = (
            digests.get(place) == text_digest(queue_id, note.text)
            if digests
            else all(note.text[start:end] == words for where, start, end, words in spans if where == place)
        )
        if same and place not in found:
            found[place] = note
    return found


def _spans(items: Iterable[Item]) -> Iterator[tuple[tuple[str, str], int, int, str]]:
    for item in items:
        if item.kind is Kind.FINDING:
            yield (item.patient_id, item.note_id), item.start, item.end, item.words
        for one in item.told.get("evidence", ()):
            yield (item.patient_id, one["note_id"]), one["start"], one["end"], one["text"]


@contextlib.contextmanager
def opened(setting: str | None = None) -> Iterator[Store]:
    """A store for the time of a block."""
    store = Store(place_of(setting))
    try:
        yield store
    finally:
        store.close()
