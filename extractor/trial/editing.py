"""A protocol file with other numbers: which parameters it has, and the same file with some of them changed.

The file is changed as a person would: order, comments and all else stay as they were.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

from extractor.files import Place, parse_yaml
from extractor.trial.protocol import CATEGORIES, Protocol, ProtocolError, parse_protocol

Kind = Literal["number", "whole", "choice", "choices"]

_NUMBERS: Mapping[str, Kind] = {
    "min": "number",
    "max": "number",
    "min_months": "number",
    "max_age_days": "whole",
    "min_days": "whole",
    "min_cycles": "whole",
    "max_cycles": "whole",
    "allowed_together": "whole",
    "max_count": "whole",
}
_CHOICES: Mapping[str, tuple[str, ...]] = {"needed_from": ("notes", "at_visit"), "when_not": ("not_met", "unknown")}
_STAGES = ("I", "IA", "IB", "II", "IIA", "IIB", "III", "IIIA", "IIIB", "IIIC", "IV", "IVA", "IVB")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a protocol file that a form may change.

    Attributes:
        place: Where in the file it stands.
        criterion: The id of its criterion.
        about: The fact, or the kind of rule, that it belongs to.
        name: The key.
        kind: A number, a whole number of at least one, one of the options, or some of them.
        value: What it is; a tuple where it is some of the options.
        options: What it may be, where it is not a number.
    """

    place: Place
    criterion: str
    about: str
    name: str
    kind: Kind
    value: Any
    options: tuple[Any, ...] = ()


def parameters(text: str) -> list[Parameter]:
    """The parameters of a protocol file that a form may change, in the order of the file.

    Args:
        text: The text of a file that ``load_protocol`` accepts.
    """
    data = parse_yaml(text, Path("protocol")).data
    return [
        parameter
        for number, criterion in enumerate(data["criteria"])
        for parameter in _within(criterion, ("criteria", number), criterion["id"])
    ]


def _within(rule: Mapping[str, Any], place: Place, criterion: str) -> Iterator[Parameter]:
    about = str(rule.get("fact") or rule.get("procedure") or rule.get("kind") or "treatment")
    for name, value in rule.items():
        here = (*place, name)
        if name in _NUMBERS:
            yield Parameter(here, criterion, about, name, _NUMBERS[name], value)
        elif name in _CHOICES:
            yield Parameter(here, criterion, about, name, "choice", value, _CHOICES[name])
        elif name in ("met", "not_met") and isinstance(value, list):
            yield Parameter(here, criterion, about, name, "choices", tuple(value), CATEGORIES[rule["fact"]])
        elif name == "groups":
            options = tuple(dict.fromkeys([*_STAGES, *value]))
            yield Parameter(here, criterion, about, name, "choices", tuple(value), options)
        elif isinstance(value, list):
            for number, part in enumerate(value):
                if isinstance(part, dict):
                    yield from _within(part, (*here, number), criterion)


def with_changes(text: str, changes: Mapping[Place, Any], head: Mapping[str, str] | None = None) -> str:
    """The text of a protocol file with other values.

    Args:
        text: The text as it is.
        changes: New values by their places. A whole number may be given as a float.
        head: New values of ``id``, ``version``, ``title`` or ``description``.

    Raises:
        KeyError, IndexError: When a place is not in the file.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000  # no line is broken that was whole
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    for name, value in (head or {}).items():
        data[name] = value
    for (*way, last), value in changes.items():
        spot = data
        for step in way:
            spot = spot[step]
        if isinstance(value, tuple | list):
            spot[last][:] = value  # the list stays, and how it is written
        else:
            spot[last] = int(value) if isinstance(value, float) and value.is_integer() else value
    written = io.StringIO()
    yaml.dump(data, written)
    return written.getvalue()


def renamed(text: str, protocol_id: str, version: str) -> tuple[str, Protocol]:
    """A changed protocol under a name of its own, checked.

    Raises:
        ProtocolError: When the protocol cannot be used, or would have the name of the one it was made from.
    """
    before = parse_protocol(text, "protocol")
    name, number = protocol_id.strip(), version.strip()
    if (before.id, before.version) == (name, number):
        raise ProtocolError(f"{name}, version {number}, is the protocol as it was; give another id or version")
    written = with_changes(text, {}, {"id": name, "version": number})
    return written, parse_protocol(written, "the new protocol")
