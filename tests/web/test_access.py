"""Who may do what, by e-mail, domain and claim."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.web.access import (
    AccessError,
    Right,
    Role,
    read_settings,
    rights_of,
    rights_without_sign_in,
    roles_of,
)

SECTION = {
    "screener": ["Anna@Example.org", "*@clinic.example.org", "trial-staff"],
    "reviewer": ["ben@example.org", "anna@example.org"],
    "admin": ["eve@example.org", "trial-admins"],
    "claim": "groups",
}
SCREENER, REVIEWER, ADMIN = Role.SCREENER, Role.REVIEWER, Role.ADMIN


@pytest.mark.parametrize(
    ("user", "roles"),
    [
        ({"email": "ben@example.org"}, {REVIEWER}),
        ({"email": " ANNA@example.ORG "}, {SCREENER, REVIEWER}),
        ({"email": "new@clinic.example.org"}, {SCREENER}),
        ({"email": "new@clinic.example.org", "email_verified": True}, {SCREENER}),
        # no role, nobody, and what only looks like somebody
        ({"email": "mallory@elsewhere.org"}, set()),
        ({}, set()),
        ({"email": None}, set()),
        ({"email": "eve@example.org", "email_verified": False}, set()),
        ({"email": "eve@example.org.evil.org"}, set()),
        ({"email": "x@evil-clinic.example.org"}, set()),
        ({"email": '"x@clinic.example.org"@evil.org'}, set()),
        ({"name": "eve@example.org"}, set()),
        # by claim
        ({"email": "a@b.org", "groups": ["other", "Trial-Staff"]}, {SCREENER}),
        ({"groups": "trial-admins"}, {ADMIN}),
        ({"groups": ["eve@example.org"]}, set()),
        ({"groups": ["*@clinic.example.org"]}, set()),
        ({"groups": 7}, set()),
        ({"roles": ["trial-admins"]}, set()),
        ({"email": "trial-admins"}, set()),
    ],
)
def test_roles(user: dict[str, Any], roles: set[Role]) -> None:
    assert roles_of(user, read_settings(SECTION)) == roles


def test_without_settings_nobody_has_a_role() -> None:
    assert roles_of({"email": "ben@example.org", "groups": ["x"]}, read_settings({})) == set()


@pytest.mark.parametrize(
    ("roles", "rights"),
    [
        (set(), set()),
        ({SCREENER}, {Right.SCREEN, Right.SEE_PROTOCOLS}),
        ({REVIEWER}, {Right.REVIEW, Right.SEE_PROTOCOLS}),
        ({SCREENER, REVIEWER}, {Right.SCREEN, Right.REVIEW, Right.SEE_PROTOCOLS}),
        ({ADMIN}, set(Right)),
    ],
)
def test_rights(roles: set[Role], rights: set[Right]) -> None:
    assert rights_of(frozenset(roles)) == rights


@pytest.mark.parametrize(
    ("address", "files"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), (None, False), ("10.0.0.7", False)],
)
def test_files_are_for_the_own_machine(address: str | None, files: bool) -> None:
    rights = rights_without_sign_in(address)
    assert (Right.FILES in rights) is (Right.SAVE_PROTOCOLS in rights) is files
    assert {Right.SCREEN, Right.REVIEW, Right.SEE_PROTOCOLS} <= rights


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"boss": ["a@b.org"]}, "there is no role 'boss'; the roles are screener, reviewer, admin"),
        ({"admin": "a@b.org"}, r"admin should be a list, e.g. admin = \['someone@example.org'\]"),
        ({"admin": [7]}, "admin should be a list"),
        ({"claim": ["groups"]}, "claim should be a text"),
    ],
)
def test_wrong_settings_are_one_line(section: dict[str, Any], message: str) -> None:
    with pytest.raises(AccessError, match=message):
        read_settings(section)
