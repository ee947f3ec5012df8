"""The files that people write: rules, lexicons, protocols. Where they are, and how they are read.

YAML is read by the 1.2 core schema: ``no`` and ``on`` are words, ``1:30`` is no number, and a key
that stands twice is an error. Every message names the file and the line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ASK_FILE = "ask.yaml"
"""The words of questions, among the rule files; they find nothing in notes."""

Place = tuple[str | int, ...]
"""Where in a document a value stands: keys and list positions from its top."""


class RuleFileError(ValueError):
    """A rule file, lexicon or protocol that cannot be used. Its message is one line for a person."""


@dataclass(frozen=True)
class YamlFile:
    """A YAML document and the line of each of its values (from 1)."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def error(self, place: Place, message: str) -> RuleFileError:
        """An error that names this file and the line of the value nearest to ``place``."""
        while place and place not in self.lines:
            place = place[:-1]
        return RuleFileError(f"{self.path}:{self.lines.get(place, 1)}: {message}")


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _CoreLoader(_Base):  # type: ignore[misc]
    """The fast loader with the resolvers of the YAML 1.2 core schema."""


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file.

    Raises:
        RuleFileError: When the file is missing, no UTF-8, or no YAML.
    """
    try:
        return parse_yaml(path.read_text(encoding="utf-8-sig"), path)
    except OSError as error:
        raise RuleFileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RuleFileError(f"{path}: is not UTF-8 text") from error


def parse_yaml(text: str, path: Path) -> YamlFile:
    """Read the text of a YAML file.

    Args:
        text: The text.
        path: The file it is of, for messages.

    Raises:
        RuleFileError: When it is no YAML.
    """
    try:
        loader = _CoreLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        data = None if node is None else _construct(loader, node, (), lines, path)
    except RecursionError:
        raise RuleFileError(f"{path}: is nested too deeply, or contains itself") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "no valid YAML"
        raise RuleFileError(f"{path}{line}: {problem}") from error
    return YamlFile(path, data, lines)


def _construct(loader: Any, node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                line = key_node.start_mark.line + 1
                raise RuleFileError(f"{path}:{line}: a key is a single word or number")
            key = loader.construct_object(key_node, deep=True)
            if key in mapping:
                raise RuleFileError(f"{path}:{key_node.start_mark.line + 1}: the key '{key}' stands twice")
            mapping[key] = _construct(loader, value_node, (*place, key), lines, path)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*place, i), lines, path) for i, item in enumerate(node.value)]
    return loader.construct_object(node, deep=True)


@cache
def _data_folder(name: str) -> Path:
    """A folder of the project: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent
    for folder in (package.parent / name, package / f"_{name}"):
        if folder.is_dir():
            return folder
    raise RuleFileError(f"the folder '{name}' of trialscreen is missing; install it again")


def patterns_folder() -> Path:
    """Where the rules are: ``TRIALSCREEN_PATTERNS`` if set, else those that ship."""
    chosen = os.environ.get("TRIALSCREEN_PATTERNS")
    if chosen:
        folder = Path(chosen)
        if not folder.is_dir():
            raise RuleFileError(f"{folder}: TRIALSCREEN_PATTERNS names no folder")
        return folder
    return shipped_patterns_folder()


def shipped_patterns_folder() -> Path:
    """Where the rules are that ship."""
    return _data_folder("patterns")


def sample_notes_folder() -> Path:
    """Where the sample notes are."""
    return _data_folder("sample_notes")


def patterns_hash(folder: Path) -> str:
    """A short hash of all files that find findings: which rules found them."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.glob("*.yaml") if path.name != ASK_FILE):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
