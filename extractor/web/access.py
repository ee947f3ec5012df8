"""Who may do what. Pure: it knows no Streamlit; ``signin`` asks it.

Without sign-in everyone at the page may do everything, which is right on one's own machine. With
sign-in, what a person may do follows from the roles that the settings give to the e-mail address, or to
a value of a claim of the identity token; who has no role sees nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person is here."""

    SCREENER = "screener"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Right(StrEnum):
    """What a page or a button asks for.

    ``FILES`` is to name files and folders of the machine that the app runs on.
    """

    SCREEN = "screen"
    REVIEW = "review"
    SEE_PROTOCOLS = "see protocols"
    SAVE_PROTOCOLS = "save protocols"
    FILES = "files"


_GRANTED: Mapping[Role, frozenset[Right]] = {
    Role.SCREENER: frozenset({Right.SCREEN, Right.SEE_PROTOCOLS}),
    Role.REVIEWER: frozenset({Right.REVIEW, Right.SEE_PROTOCOLS}),
    Role.ADMIN: frozenset(Right),
}
_FROM_AFAR = frozenset(Right) - {Right.FILES, Right.SAVE_PROTOCOLS}
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class AccessError(ValueError):
    """Settings of roles that cannot be used. Its message is one line for a person."""


@dataclass(frozen=True, slots=True)
class RoleSettings:
    """The section ``[roles]`` of the settings.

    Attributes:
        members: By role, e-mail addresses, ``*@domain`` for all of a domain, or values of the claim.
        claim: The claim of the identity token whose values count too, e.g. ``groups``.
    """

    members: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    claim: str | None = None


def read_settings(section: Mapping[str, Any]) -> RoleSettings:
    """The settings of a section; roles that it leaves out have no members.

    Raises:
        AccessError: When it names another role, or a role's members are no list of texts.
    """
    members: dict[Role, frozenset[str]] = {}
    for name, value in section.items():
        if name == "claim":
            continue
        if name not in list(Role):
            raise AccessError(f"[roles]: there is no role '{name}'; the roles are {', '.join(Role)}")
        if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
            raise AccessError(f"[roles]: {name} should be a list, e.g. {name} = ['someone@example.org']")
        members[Role(name)] = frozenset(entry.strip().lower() for entry in value if entry.strip())
    claim = section.get("claim")
    if claim is not None and not isinstance(claim, str):
        raise AccessError("[roles]: claim should be a text, e.g. claim = 'groups'")
    return RoleSettings(members, claim)


def roles_of(user: Mapping[str, Any], settings: RoleSettings) -> frozenset[Role]:
    """The roles of a person who has signed in.

    Args:
        user: The claims of the identity token. An address that its provider calls unverified does not count.
        settings: Who has which role.
    """
    mine: set[str] = set()
    email = user.get("email")
    if isinstance(email, str) and "@" in email and user.get("email_verified") is not False:
        address = email.strip().lower()
        mine |= {address, "*" + address[address.rindex("@") :]}
    told = user.get(settings.claim) if settings.claim else None
    values = [told] if isinstance(told, str) else told if isinstance(told, Sequence) else ()
    # a value that looks like an address is none: only the provider's e-mail is
    mine |= {value.strip().lower() for value in values if isinstance(value, str) and "@" not in value}
    return frozenset(role for role, members in settings.members.items() if members & mine)


def rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    """What some roles together may do."""
    return frozenset().union(*(_GRANTED[role] for role in roles))


def rights_without_sign_in(address: str | None) -> frozenset[Right]:
    """What anyone may do where nobody signs in.

    Args:
        address: The address that the server listens at. Where other machines reach it, its files are nobody's.
    """
    return frozenset(Right) if address in _LOCAL else _FROM_AFAR
