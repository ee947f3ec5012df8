"""Rule files: what they may hold, checked at load, and compiled for medspaCy.

A rule is one of three things: ``literal`` (words, matched as tokens), ``words`` (a lexicon: many
small expressions with one meaning) or ``pattern`` (a regular expression whose named groups become
part of the value). An expression may run over several lines. ``{name}`` in it stands for a term of
the same file or of ``terms.yaml``. The key names are medspaCy's wherever medspaCy has one.

Beside its rules a file may have ``expressions``, by name: words that the code of a concept looks for
around a mention. They make no mentions; a reading gives them compiled, as ``<file>.<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from extractor.files import ASK_FILE, RuleFileError, YamlFile, patterns_hash, read_yaml
from extractor.language.layout import LayoutRules
from extractor.records import Value

_CONTEXT_FILES = "context*.yaml"
_NO_TARGETS = ("sections.yaml", "sentences.yaml", "terms.yaml", ASK_FILE)
_Model = TypeVar("_Model", bound=BaseModel)
_BLANK = re.compile(r"\[[^\]]*\]| \??")
_SIGN = re.compile(r"\\[?+*.|]|[,;=→>]")
TERM = re.compile(r"\{([a-z_]+)\}")
"""A term in an expression."""
_LINE_END = re.compile(r"\n[ ]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _one_line(expression: str) -> str:
    """An expression that runs over several lines: line ends and indentation are layout, not part of it."""
    return _LINE_END.sub("", expression)


_Expression = Annotated[str, AfterValidator(_one_line)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Strict):
    """Texts that a rule must and must not match. They are its documentation and its test."""

    match: list[str] = []
    no_match: list[str] = []


class RuleSpec(_Strict):
    """One rule as it stands in a file."""

    id: str
    category: str | None = None
    literal: list[str] | None = None
    words: list[_Expression] | None = None
    pattern: _Expression | None = None
    value: dict[str, Any] = {}
    examples: Examples = Examples()
    note: str | None = None


class ContextSpec(RuleSpec):
    """One ConText cue: a rule with a direction and a reach (Harkema et al. 2009)."""

    direction: Literal["FORWARD", "BACKWARD", "BIDIRECTIONAL", "TERMINATE", "PSEUDO"] = "FORWARD"
    allowed_types: list[str] | None = None
    excluded_types: list[str] | None = None
    terminated_by: list[str] | None = None
    max_scope: int | None = None


class _RuleFile(_Strict):
    category: str | None = None
    terms: dict[str, _Expression] = {}
    rules: list[RuleSpec] = []
    expressions: dict[str, _Expression] = {}


class _ContextFile(_Strict):
    category: str | None = None
    terms: dict[str, _Expression] = {}
    rules: list[ContextSpec]


class _SectionSpec(_Strict):
    id: str
    headings: list[str]
    qualifies: dict[str, str] = {}


class _SentencesFile(_Strict):
    abbreviations: str
    closing: str
    bullets: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready for matching.

    Attributes:
        id: Its unique id, named in every finding that rests on it.
        category: The label of its mentions, in upper case.
        pattern: The whole regular expression, terms filled in.
        value: What a match means, whatever its groups say.
        spec: As it stands in the file.
    """

    id: str
    category: str
    pattern: re.Pattern[str]
    value: Value
    spec: RuleSpec


class Expressions(dict[str, re.Pattern[str]]):
    """The compiled expressions of a patterns folder, by ``<file>.<name>``."""

    def __missing__(self, name: str) -> re.Pattern[str]:
        file, _, key = name.partition(".")
        raise RuleFileError(f"{file}.yaml: the expression '{key}' is missing; the one that ships has it")


@dataclass(frozen=True)
class RuleSet:
    """All rules of a patterns folder.

    Attributes:
        targets: What finds mentions.
        cues: ConText cues; their ``spec`` is a ``ContextSpec``.
        expressions: What the concepts' code looks for around mentions.
        layout: Headings, abbreviations, bullets.
        version: Hash of the files.
    """

    targets: tuple[Rule, ...]
    cues: tuple[Rule, ...]
    expressions: Expressions
    layout: LayoutRules
    version: str


def load_rules(folder: Path) -> RuleSet:
    """Read and check every rule file of a folder.

    Raises:
        RuleFileError: One line with file, line, rule and what is wrong.
    """
    shared = load_terms(folder)
    targets: list[Rule] = []
    cues: list[Rule] = []
    expressions = Expressions()
    for path in sorted(folder.glob("*.yaml")):
        if path.name in _NO_TARGETS:
            continue
        file = read_yaml(path)
        if path.match(_CONTEXT_FILES):
            context = _validated(file, _ContextFile, file.data)
            cues.extend(_rules(file, context, _own_terms(file, context, shared)))
        else:
            data = _validated(file, _RuleFile, file.data)
            terms = _own_terms(file, data, shared)
            targets.extend(_rules(file, data, terms))
            expressions.update(_expressions(file, data.expressions, terms))
    seen: set[str] = set()
    for rule in (*targets, *cues):
        if rule.id in seen:
            raise RuleFileError(f"{folder}: two rules have the id '{rule.id}'; rename one")
        seen.add(rule.id)
    return RuleSet(tuple(targets), tuple(cues), expressions, _layout(folder), patterns_hash(folder))


def load_lexicon(path: Path) -> tuple[Rule, ...]:
    """The rules of one file, for those who need its words and read no notes.

    Raises:
        RuleFileError: One line with file, line, rule and what is wrong.
    """
    file = read_yaml(path)
    data = _validated(file, _RuleFile, file.data)
    return tuple(_rules(file, data, _own_terms(file, data, load_terms(path.parent))))


def load_terms(folder: Path) -> Mapping[str, str]:
    """The terms that all rule files share, each as a regular expression.

    Raises:
        RuleFileError: When the file is wrong.
    """
    return _terms(read_yaml(folder / "terms.yaml"))


def _validated(file: YamlFile, model: type[_Model], data: Any) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"]
        rule = ""
        if len(place) > 1 and isinstance(place[1], int) and isinstance(data, dict):
            rule = (
                f"rule '{data['rules'][place[1]].get('id', place[1])}': "
                if isinstance(data["rules"][place[1]], dict)
                else ""
            )
        where = ".".join(str(part) for part in place)
        raise file.error(place, f"{rule}{where}: {first['msg']}") from None


def _terms(file: YamlFile) -> dict[str, str]:
    if not isinstance(file.data, dict):
        raise file.error((), "a mapping of names to regular expressions is expected")
    terms: dict[str, _Expression] = {}
    for name, pattern in file.data.items():
        terms[name] = _filled(_one_line(str(pattern)), terms, file, (name,), f"term '{name}'")
    return terms


def _filled(pattern: str, terms: Mapping[str, str], file: YamlFile, place: tuple[str | int, ...], whose: str) -> str:
    def term(match: re.Match[str]) -> str:
        if match[1] not in terms:
            raise file.error(place, f"{whose}: the term '{{{match[1]}}}' is defined nowhere")
        return terms[match[1]]

    return TERM.sub(term, pattern)


def _own_terms(file: YamlFile, data: _RuleFile | _ContextFile, shared: Mapping[str, str]) -> dict[str, str]:
    terms = dict(shared)
    for name, pattern in data.terms.items():
        terms[name] = _filled(pattern, terms, file, ("terms", name), f"term '{name}'")
    return terms


def _rules(file: YamlFile, data: _RuleFile | _ContextFile, terms: Mapping[str, str]) -> Iterator[Rule]:
    for number, spec in enumerate(data.rules):
        place = ("rules", number)
        given = [spec.literal, spec.words, spec.pattern]
        if sum(part is not None for part in given) != 1:
            raise file.error(place, f"rule '{spec.id}': give exactly one of literal, words and pattern")
        category = spec.category or data.category
        if category is None:
            raise file.error(place, f"rule '{spec.id}': has no category, and neither has its file")
        source = _filled(_source(spec), terms, file, place, f"rule '{spec.id}'")
        try:
            pattern_ = re.compile(source, re.IGNORECASE)
        except re.error as error:
            raise file.error(place, f"rule '{spec.id}': no valid regular expression ({error})") from None
        if pattern_.match(""):
            raise file.error(place, f"rule '{spec.id}': matches the empty text")
        yield Rule(spec.id, category.upper(), pattern_, spec.value, spec)


def _expressions(
    file: YamlFile, expressions: Mapping[str, str], terms: Mapping[str, str]
) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, expression in expressions.items():
        place = ("expressions", name)
        if not _NAME.fullmatch(name):
            raise file.error(place, f"expression '{name}': a name is of small letters, digits and '_'")
        source = _filled(expression, terms, file, place, f"expression '{name}'")
        try:
            yield f"{file.path.stem}.{name}", re.compile(source, re.IGNORECASE)
        except re.error as error:
            raise file.error(place, f"expression '{name}': no valid regular expression ({error})") from None


def _source(spec: RuleSpec) -> str:
    if spec.pattern is not None:
        return spec.pattern
    words = spec.words if spec.words is not None else [re.escape(w).replace(r"\ ", " ") for w in spec.literal or []]
    filled = [_BLANK.sub(_blanks, word) for word in words]
    # "PD?": a sign may stand right behind a word, and a word right behind a sign
    signs = "|".join(word for word in filled if _SIGN.match(word))
    others = "|".join(word for word in filled if not _SIGN.match(word))
    parts = [rf"(?<!\w)(?:{others})(?!\w)" if others else "", rf"(?:{signs})(?:(?!\w)|(?<=\W))" if signs else ""]
    return "|".join(part for part in parts if part)


def _blanks(match: re.Match[str]) -> str:
    """A blank in a word list stands for one to three, " ?" for none to three."""
    return {" ": "[ ]{1,3}", " ?": "[ ]{0,3}"}.get(match[0], match[0])


def _layout(folder: Path) -> LayoutRules:
    sections, sentences = read_yaml(folder / "sections.yaml"), read_yaml(folder / "sentences.yaml")
    if not isinstance(sections.data, list):
        raise sections.error((), "a list of sections is expected")
    headings: list[tuple[str, str, Value]] = []
    for number, entry in enumerate(sections.data):
        spec = _validated(sections, _SectionSpec, entry)
        pattern = "|".join(spec.headings)
        try:
            re.compile(pattern)
        except re.error as error:
            raise sections.error((number,), f"section '{spec.id}': no valid regular expression ({error})") from None
        headings.append((spec.id, pattern, spec.qualifies))
    words = _validated(sentences, _SentencesFile, sentences.data)
    return LayoutRules(
        headings, frozenset(words.abbreviations.split()), frozenset(words.closing.split()), words.bullets
    )
