"""The chat box over the open patient. Questions and answers live in the session only."""

from __future__ import annotations

import streamlit as st

from extractor.ask.answer import ask
from extractor.ask.conversation import Turn, conversation
from extractor.files import RuleFileError
from extractor.records import Report
from extractor.web import engine, session

_EXAMPLES = ("What is missing?", "Why this verdict?", "How many brain mets?", "Latest ECOG?", "What was set aside?")


def show(report: Report) -> None:
    """Ask about a patient, and read the answers, the newest first."""
    question = st.chat_input("Ask about this patient", key="question", max_chars=500)
    st.pills("Examples", _EXAMPLES, key="example", label_visibility="collapsed", on_change=_take_example, wrap=True)
    question = question or st.session_state.pop("asked_example", None)
    turns = session.turns()
    if question:
        try:
            turns.append(Turn(question, ask(question, report, engine.question_words())))
        except RuleFileError as error:
            st.error(str(error))
    hint = (
        "" if turns else '<p class="ts hint">Answers come from the findings and criteria alone, with their words.</p>'
    )
    st.html(f'<div class="ts-pane asked">{hint}{conversation(turns, report, session.anchor_prefix())}</div>')


def _take_example() -> None:
    st.session_state["asked_example"] = st.session_state["example"]
    st.session_state["example"] = None
