"""Signing in, where the settings ask for it: OpenID Connect by Streamlit, roles by ``access``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from extractor.web.access import (
    AccessError,
    Right,
    read_settings,
    rights_of,
    rights_without_sign_in,
    roles_of,
)


def rights() -> frozenset[Right]:
    """What the person at the page may do.

    Raises:
        AccessError: When the settings of roles cannot be used.
    """
    user = _user()
    if user is None:
        return rights_without_sign_in(st.get_option("server.address"))
    if not user.get("is_logged_in"):
        return frozenset()
    return rights_of(roles_of(user, read_settings(st.secrets.get("roles", {}))))


def may(right: Right) -> bool:
    """Whether the person at the page may do something; pages ask it before they show what does it."""
    try:
        return right in rights()
    except AccessError:
        return False


def who() -> str | None:
    """Who has signed in: the e-mail address, else what the provider calls the person; None without sign-in."""
    user = _user() or {}
    told = user.get("email") or user.get("preferred_username") or user.get("name") or user.get("sub")
    return str(told) if user.get("is_logged_in") and told else None


def admit() -> frozenset[Right]:
    """What the person may do; whoever may do nothing yet is asked to sign in, and the page ends there."""
    try:
        granted = rights()
    except AccessError as error:
        st.error(f"{error}. An administrator of this page must correct .streamlit/secrets.toml.")
        st.stop()
    user = _user()
    if user is None:
        return granted
    if not user.get("is_logged_in"):
        st.header("Please sign in")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        st.stop()
    with st.sidebar:
        st.caption(f"Signed in as {who() or 'somebody without a name'}")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout)
    if not granted:
        st.warning(f"{who() or 'This account'} has no role here yet. Ask an administrator of this page for one.")
        st.stop()
    return granted


def _user() -> Mapping[str, Any] | None:
    """The claims of whoever has signed in, or has to; None where the settings ask nobody to."""
    user: Mapping[str, Any] = st.user.to_dict()
    return user if "is_logged_in" in user else None
