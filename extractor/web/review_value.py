"""The fields in which a reviewer says what a note's words mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from extractor.evidence.wording import say_concept, say_name
from extractor.records import Assertion, Experiencer
from extractor.review.fields import FIELDS, Field, FieldError, filled, read
from extractor.review.queue import Statement
from extractor.web import review_state as state

FOCUS = ".st-key-review_value"
"""The CSS selector of the fields."""


def ask_value(
    concept: str | None, known: Statement | None, on_said: Callable[[str, Statement, str], None], prompt: str
) -> None:
    """Ask what some words mean.

    Args:
        concept: The concept that they are about, None to ask for that too.
        known: What the fields hold at first, or None.
        on_said: Is given the concept, what was said, and an id for the decision.
        prompt: What is asked, in words.
    """
    with st.container(key="review_value"):
        st.markdown(f"**{prompt}**")
        number = state.round_number()
        if concept is None:
            concept = st.selectbox(
                "Concept", list(FIELDS), index=None, format_func=say_concept, key=f"review_concept_{number}"
            )
            if concept is None:
                st.button("Cancel", shortcut="Esc", on_click=state.set_mode, args=(state.JUDGE,), key="review_cancel")
                return
        with st.form(f"review_form_{number}", border=False):
            fields = [*FIELDS[concept], *_QUALIFIERS]
            for field, column in zip(fields, _grid(len(fields)), strict=True):
                with column:
                    _field(field, _first(field, known), _key(concept, field))
            with st.container(horizontal=True):
                st.form_submit_button(
                    "Record", type="primary", shortcut="Ctrl+Enter",
                    on_click=_said, args=(concept, on_said, state.new_id()),
                )  # fmt: skip
                st.form_submit_button("Cancel", shortcut="Esc", on_click=state.set_mode, args=(state.JUDGE,))
        if state.message():
            st.warning(state.message())


_QUALIFIERS = (
    Field("assertion", "Assertion", "choice", tuple(map(str, Assertion))),
    Field("experiencer", "Whom it is about", "choice", tuple(map(str, Experiencer))),
)


def _grid(number: int) -> list[Any]:
    columns: list[Any] = []
    while len(columns) < number:
        columns += st.columns(2)
    return columns[:number]


def _key(concept: str, field: Field) -> str:
    return f"review_field_{state.round_number()}_{concept}_{field.key}"


def _first(field: Field, known: Statement | None) -> str:
    if field.key == "assertion":
        return known.assertion if known else Assertion.AFFIRMED
    if field.key == "experiencer":
        return known.experiencer if known else Experiencer.PATIENT
    return filled(field, known.value) if known else ""


def _field(field: Field, first: str, key: str) -> None:
    if field.kind != "choice":
        st.text_input(field.label, first, key=key)
        return
    options = [*(("",) if field.optional else ()), *field.options]
    if first and first not in options:
        options.append(first)
    index = options.index(first) if first in options else None
    st.selectbox(field.label, options, index=index, key=key, format_func=_say_option, placeholder="Choose")


def _say_option(option: str) -> str:
    return option if option.isupper() or len(option) < 3 or option[:2] == "IV" else say_name(option) or "not said"


def _said(concept: str, on_said: Callable[[str, Statement, str], None], decision_id: str) -> None:
    given = {field.key: st.session_state.get(_key(concept, field)) for field in (*FIELDS[concept], *_QUALIFIERS)}
    try:
        value = read(concept, given)
    except FieldError as error:
        state.say(str(error))
        return
    on_said(concept, Statement(value, str(given["assertion"]), str(given["experiencer"])), decision_id)
