"""What the views of the reviewers' desk share: the queue that is reviewed, by whom, and where she is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import streamlit as st

from extractor.records import Note
from extractor.review.decisions import Act, Decision, Role, decision
from extractor.review.queue import Item
from extractor.review.store import Queue, Store, StoreError

JUDGE, CORRECT, MARK, MISSED = "judge", "correct", "mark", "missed"
"""What the reviewer is at: the question, the right value, the words that were missed, what these say."""

_MODE, _MESSAGE, _ROUND, _SELECTION = "review_mode", "review_message", "review_round", "review_selection"


@dataclass(frozen=True, slots=True)
class Desk:
    """A queue on somebody's desk.

    Attributes:
        store: Where it is kept.
        queue: The queue.
        items: Its items.
        notes: The notes that can be shown, by patient and id.
        places: Patient and id of all notes that it is about.
        reviewer: Who reviews.
    """

    store: Store
    queue: Queue
    items: tuple[Item, ...]
    notes: Mapping[tuple[str, str], Note]
    places: tuple[tuple[str, str], ...]
    reviewer: str

    @property
    def place_key(self) -> str:
        """The key under which the session keeps where the reviewer is."""
        return f"review_place_{self.queue.id}_{self.reviewer}"


def mode() -> str:
    """What the reviewer is at."""
    return str(st.session_state.get(_MODE, JUDGE))


def set_mode(new: str, selection: Any = None) -> None:
    """Turn to something; fields that are then filled in are new ones."""
    st.session_state[_MODE] = new
    st.session_state[_SELECTION] = selection
    st.session_state[_ROUND] = round_number() + 1
    st.session_state.pop(_MESSAGE, None)


def selection() -> Any:
    """The words that were selected, or None."""
    return st.session_state.get(_SELECTION)


def round_number() -> int:
    """Changes with each turn; part of the keys of fields, so that none keeps an earlier value."""
    return int(st.session_state.get(_ROUND, 0))


def say(message: str) -> None:
    """Keep a message for the reviewer."""
    st.session_state[_MESSAGE] = message


def message() -> str:
    """The message, or an empty text."""
    return str(st.session_state.get(_MESSAGE, ""))


def new_id() -> str:
    """An id for the decision that a button makes, however often it is pressed before the page is drawn anew."""
    return uuid4().hex


def record(
    desk: Desk,
    item: Item | None,
    act: Act,
    said: Mapping[str, Any] | None = None,
    *,
    decision_id: str,
    role: Role = Role.REVIEW,
    refers_to: str | None = None,
    then: Callable[[], None] | None = None,
) -> None:
    """Keep a decision and go on.

    Args:
        desk: The desk.
        item: What it is on.
        act: What was decided.
        said: What goes with it.
        decision_id: Its id; one that was kept before changes nothing.
        role: As reviewer, or to settle a disagreement.
        refers_to: The decision that it is about, or None.
        then: What is done when it was kept.
    """
    made: Decision = decision(
        desk.queue.id, item, desk.reviewer, act, said, role=role, refers_to=refers_to, decision_id=decision_id
    )
    try:
        new = desk.store.decide(made)
    except StoreError as error:
        say(f"Not kept: {error}")
        return
    if new:
        set_mode(JUDGE)
        if then:
            then()
