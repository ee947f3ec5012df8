"""Who signs in sees the pages of their roles, and nobody else sees anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from extractor.web import signin
from extractor.web.access import Right

ROOT = Path(__file__).parents[2]
ROLES = {"screener": ["anna@example.org"], "reviewer": ["ben@example.org"], "admin": ["eve@example.org"]}


def page() -> None:
    import streamlit as st

    from extractor.web import navigation
    from extractor.web.access import Right
    from extractor.web.navigation import Page

    def shown() -> None:
        st.text("inside")

    navigation.run(
        Page(shown, "Screen", ":material/fact_check:", Right.SCREEN),
        Page(shown, "Review", ":material/rule:", Right.REVIEW),
        Page(shown, "Protocol", ":material/rule:", Right.SEE_PROTOCOLS),
    )
    st.text(" ".join(st.session_state["pages"]))


def opened(monkeypatch: pytest.MonkeyPatch, user: dict[str, Any] | None, roles: Any = ROLES) -> AppTest:
    monkeypatch.setattr(signin, "_user", lambda: user)
    app = AppTest.from_function(page, default_timeout=30)
    app.secrets["roles"] = roles
    return app.run()


@pytest.mark.parametrize(
    ("user", "pages"),
    [
        (None, "Screen Review Protocol"),
        ({"is_logged_in": True, "email": "anna@example.org"}, "Screen Protocol"),
        ({"is_logged_in": True, "email": "ben@example.org"}, "Review Protocol"),
        ({"is_logged_in": True, "email": "eve@example.org"}, "Screen Review Protocol"),
    ],
)
def test_pages_by_role(user: dict[str, Any] | None, pages: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, user)
    assert not app.exception
    assert [text.value for text in app.text] == ["inside", pages]


@pytest.mark.parametrize(
    ("user", "roles", "told"),
    [
        ({"is_logged_in": False}, ROLES, "Please sign in"),
        ({"is_logged_in": False, "email": "eve@example.org"}, ROLES, "Please sign in"),
        ({"is_logged_in": True, "email": "mallory@example.org"}, ROLES, "mallory@example.org has no role here yet"),
        ({"is_logged_in": True, "email": "eve@example.org", "email_verified": False}, ROLES, "has no role here yet"),
        ({"is_logged_in": True, "email": "eve@example.org"}, {}, "has no role here yet"),
        ({"is_logged_in": True, "email": "eve@example.org"}, {"boss": ["x"]}, "there is no role 'boss'"),
    ],
)
def test_nobody_else_gets_in(user: dict[str, Any], roles: Any, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, user, roles)
    assert not app.exception
    assert not app.text
    shown = [*app.header, *app.warning, *app.error]
    assert told in "\n".join(element.value for element in shown)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (None, None),
        ({"is_logged_in": False, "email": "a@b.org"}, None),
        ({"is_logged_in": True, "email": "a@b.org", "name": "A"}, "a@b.org"),
        ({"is_logged_in": True, "name": "A"}, "A"),
        ({"is_logged_in": True}, None),
    ],
)
def test_who(user: dict[str, Any] | None, name: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "_user", lambda: user)
    assert signin.who() == name


def test_wrong_settings_grant_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signin, "_user", lambda: {"is_logged_in": True, "email": "eve@example.org"})
    monkeypatch.setattr(signin.st, "secrets", {"roles": {"boss": ["eve@example.org"]}})
    assert not any(signin.may(right) for right in Right)
