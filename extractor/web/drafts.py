"""Protocols that were changed in this session and are not saved."""

from __future__ import annotations

import streamlit as st

from extractor.trial.library import StoredProtocol

_KEY = "drafts"


def drafts() -> list[StoredProtocol]:
    """This session's drafts, in the order in which they were kept."""
    return list(st.session_state.get(_KEY, {}).values())


def keep(draft: StoredProtocol) -> None:
    """Keep a draft until the session ends; one of the same name makes place."""
    st.session_state.setdefault(_KEY, {})[draft.name] = draft
