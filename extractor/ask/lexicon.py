"""The words of questions: ``patterns/ask.yaml``, with the sites and drugs that the rules know anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.files import ASK_FILE, read_yaml
from extractor.language.rules import load_lexicon

_BETWEEN = r"(?:[ ]+\w+){0,3}?[ ]+"
_SITE_RULES = ("SITE", "PRIMARY")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Topic(_Strict):
    """Something that is asked about; see the head of ``ask.yaml``."""

    id: str
    label: str
    concepts: tuple[str, ...]
    facts: tuple[str, ...]
    criteria: tuple[str, ...]
    words: tuple[str, ...]
    instead_of: tuple[str, ...] = ()
    weak: bool = False


class NamedValue(_Strict):
    """A value of a topic's findings that a question may name.

    Attributes:
        topic: The topic that it implies.
        key: The key of the findings' values that holds it.
        any_of: The values that it covers.
        label: Its name in an answer.
        words: How it is said.
    """

    topic: str
    key: str
    any_of: tuple[str | int, ...]
    label: str
    words: tuple[str, ...]


class _Words(_Strict):
    id: str
    words: tuple[str, ...]


class _Declined(_Strict):
    label: str
    words: tuple[str, ...]


class _AskFile(_Strict):
    topics: tuple[Topic, ...]
    intents: tuple[_Words, ...]
    times: tuple[_Words, ...]
    values: tuple[NamedValue, ...]
    regions: dict[str, tuple[str, ...]]
    sites: dict[str, tuple[str, ...]]
    comparisons: dict[str, tuple[str, ...]]
    numbers: dict[str, int]
    relatives: tuple[str, ...]
    declined: tuple[_Declined, ...]
    beyond: tuple[str, ...]
    ordinary: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What some words of a question mean.

    Attributes:
        kind: ``topic``, ``value``, ``intent``, ``time``, ``region``, ``site``, ``comparison``, ``relative``,
            ``declined``, ``beyond`` or ``agent``.
        meaning: The topic, the value, or the name of what it stands for; for an agent None, where the
            expression's groups are the agents.
        pattern: The words.
    """

    kind: str
    meaning: Any
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """All words that a question may be made of.

    Attributes:
        entries: What words mean, in the order of the file.
        topics: The topics by id.
        numbers: Number words.
        ordinary: Words that change nothing.
        spelling: Words worth mending.
    """

    entries: tuple[Entry, ...]
    topics: Mapping[str, Topic]
    numbers: Mapping[str, int]
    ordinary: frozenset[str]
    spelling: tuple[str, ...]


def load(folder: Path) -> Lexicon:
    """Read the words of questions from a patterns folder.

    Raises:
        RuleFileError: One line with file, line and what is wrong.
    """
    file = read_yaml(folder / ASK_FILE)
    try:
        data = _AskFile.model_validate(file.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise file.error(first["loc"], f"{where}: {first['msg']}") from None
    topics = {topic.id: topic for topic in data.topics}
    named = [(("topics", n), name) for n, topic in enumerate(data.topics) for name in topic.instead_of]
    for place, name in [*named, *((("values", n), value.topic) for n, value in enumerate(data.values))]:
        if name not in topics:
            raise file.error(place, f"there is no topic '{name}'")
    entries = [
        *(_entry("topic", topic, topic.words) for topic in data.topics),
        *(_entry("value", value, value.words) for value in data.values),
        *(_entry("intent", item.id, item.words) for item in data.intents),
        *(_entry("time", item.id, item.words) for item in data.times),
        *(_entry("region", name, words) for name, words in data.regions.items()),
        *(_entry("site", name, words) for name, words in data.sites.items()),
        *(_entry("comparison", name, words) for name, words in data.comparisons.items()),
        _entry("relative", "relative", data.relatives),
        *(_entry("declined", item.label, item.words) for item in data.declined),
        _entry("beyond", "beyond", data.beyond),
        *_places(folder),
        *_agents(folder),
    ]
    return Lexicon(tuple(entries), topics, data.numbers, frozenset(data.ordinary.split()), tuple(data.spelling.split()))


def _entry(kind: str, meaning: Any, words: Sequence[str]) -> Entry:
    return Entry(kind, meaning, _compiled(words))


def _compiled(words: Iterable[str]) -> re.Pattern[str]:
    """One expression of all wordings, the longest first."""
    parts = [_wording(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile("|".join(parts), re.IGNORECASE)


def _wording(words: str) -> str:
    pattern = re.escape(words.lower()).replace(r"\ \~\ ", _BETWEEN).replace(r"\ ", "[ ]+").replace(r"\*", r"\w*")
    return rf"(?<!\w){pattern}(?!\w)" if words[0].isalnum() else pattern


def _places(folder: Path) -> Iterable[Entry]:
    for rule in load_lexicon(folder / "anatomy.yaml"):
        if rule.category in _SITE_RULES and "site" in rule.value:
            yield Entry("site", rule.value["site"], rule.pattern)


def _agents(folder: Path) -> Iterable[Entry]:
    for rule in load_lexicon(folder / "drugs.yaml"):
        if rule.category == "DRUG" and "parts" not in rule.value:
            yield Entry("agent", None, rule.pattern)
