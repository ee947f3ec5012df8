r"""Where in a text which rules can begin to match: one scan instead of a search by every rule.

A regular expression tells by itself what its matches begin with. From each rule's parsed expression
the first few characters of all its matches are derived, as sets of characters and always too many
rather than too few ("liver" begins ``l i v e``; ``[1-4]`` a digit; ``(?<!\w)`` says that no word
character stands before). A place of the text is looked at once for all rules together, and a rule
is tried only where it can begin. ``re`` then decides, so that the matches are those of
``re.finditer`` over the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import prod
from typing import Any, NamedTuple

try:
    from re import _constants as op  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # they are no public part of Python
    op = parser = None

_DEPTH = 5
"""So many first characters of a match are looked at."""
_MOST_PATHS = 1500
"""An expression with more beginnings than that is looked at less deeply."""
_OFTEN = 0.0002
"""A path that is met at more than about this share of a text's places is replaced by anchors …"""
_WORTH = 50
"""… where these are so many times rarer."""
_MOST_WINDOWS = 200_000
"""Stretches of text whose rules are remembered; bounds the memory, not the work."""

_ALL_KINDS = r"^(?<!\w)(?:ab|[^c-e\d]f?)\b(?=x.)(?P<n>y)(?>y)\1z++(?!q)w*?(?-i:K)$"
_AS_KNOWN = (
    "[(AT, AT_BEGINNING), (ASSERT_NOT, (-1, [(IN, [(CATEGORY, CATEGORY_WORD)])])), (BRANCH, (None, [[(LITERAL, 97), "
    "(LITERAL, 98)], [(IN, [(NEGATE, None), (RANGE, (99, 101)), (CATEGORY, CATEGORY_DIGIT)]), (MAX_REPEAT, (0, 1, "
    "[(LITERAL, 102)]))]])), (AT, AT_BOUNDARY), (ASSERT, (1, [(LITERAL, 120), (ANY, None)])), (SUBPATTERN, (1, 0, 0, "
    "[(LITERAL, 121)])), (ATOMIC_GROUP, [(LITERAL, 121)]), (GROUPREF, 1), (POSSESSIVE_REPEAT, (1, MAXREPEAT, "
    "[(LITERAL, 122)])), (ASSERT_NOT, (1, [(LITERAL, 113)])), (MIN_REPEAT, (0, MAXREPEAT, [(LITERAL, 119)])), "
    "(SUBPATTERN, (None, 0, 2, [(LITERAL, 75)])), (AT, AT_END)]"
)
"""An expression with every kind of node that is looked at, and how Python 3.11 to 3.13 parse it."""

_WORD_OTHER, _SIGN_OTHER, _BEYOND = "\xaa", "\xac", "\xa4"
"""Stand for any word character and any sign outside ASCII, and for what lies beyond the text."""
_ALPHABET = [chr(code) for code in range(128) if not "A" <= chr(code) <= "Z"] + [_WORD_OTHER, _SIGN_OTHER, _BEYOND]
_BIT = {character: 1 << place for place, character in enumerate(_ALPHABET)}
_NOTHING_BEYOND = sum(_BIT.values()) - _BIT[_BEYOND]
_ANYTHING = sum(_BIT.values())
_OTHERS = _BIT[_WORD_OTHER] | _BIT[_SIGN_OTHER]
_WORD = sum(bit for c, bit in _BIT.items() if c.isalnum() or c == "_") | _BIT[_WORD_OTHER]
_WORD &= ~_BIT[_SIGN_OTHER] & ~_BIT[_BEYOND]
_LIKE_ASCII = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}
"""Letters outside ASCII that match ASCII ones where case is ignored."""


@cache
def available() -> bool:
    """Whether this Python parses regular expressions as is known here; if not, there is no gate."""
    try:
        return repr(list(parser.parse(_ALL_KINDS, re.IGNORECASE))) == _AS_KNOWN
    except (AttributeError, TypeError):
        return False


class _Folding(dict[int, str]):
    """A table for ``str.translate``: one character of the alphabet for every character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code < 128:
            folded = character.lower()
        else:
            folded = _LIKE_ASCII.get(character) or (_WORD_OTHER if character.isalnum() else _SIGN_OTHER)
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in the gate's alphabet, character by character."""
    return text.translate(_FOLDING)


class Path(NamedTuple):
    """How a match can begin.

    Attributes:
        before: The characters that may stand before it (``_BEYOND``: the beginning of the text).
        edge: Whether a word boundary was asked for before the first step.
        steps: The characters that may stand at its first places; fewer than ``_DEPTH`` where what
            follows is not known, or may be anything.
    """

    before: int
    edge: bool
    steps: tuple[int, ...]


_START = Path(_ANYTHING, False, ())


@cache
def _category(category: Any) -> int:
    r"""ASCII characters of a category such as ``\d``; those outside ASCII may always be."""
    tests: dict[Any, Callable[[str], bool]] = {
        op.CATEGORY_DIGIT: str.isdigit,
        op.CATEGORY_SPACE: str.isspace,
        op.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    }
    negated = {
        op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
        op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
        op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
    }
    test = tests[negated.get(category, category)]
    wanted = category not in negated
    return sum(_BIT[c] for c in _ALPHABET[:-3] if test(c) is wanted)


@cache
def _characters(first: int, last: int) -> int:
    """The classes of a range of code points and, where case is ignored, of their other case."""
    found = _OTHERS if last > 127 else 0
    for code in range(first, min(last, 127) + 1):
        found |= _BIT[chr(code).lower()]
    return found


@cache
def _wholly(items: tuple[tuple[Any, Any], ...]) -> int:
    """The classes of which a set of characters holds every member, whatever the case."""
    held = [False] * 128
    words = False
    for kind, value in items:
        if kind is op.LITERAL and value < 128:
            held[value] = True
        elif kind is op.RANGE:
            for code in range(value[0], min(value[1], 127) + 1):
                held[code] = True
        elif kind is op.CATEGORY:
            words = words or value is op.CATEGORY_WORD
            mask = _category(value)
            for code in range(128):
                held[code] = held[code] or bool(mask & _BIT[chr(code).lower()])
    found = _BIT[_WORD_OTHER] if words else 0
    for code in range(128):
        character = chr(code)
        # i, k and s stand for letters outside ASCII too
        if held[code] and not character.isupper() and (words or character not in "iks"):
            other = ord(character.upper())
            if held[other]:
                found |= _BIT[character]
    return found


@cache
def _set(items: tuple[tuple[Any, Any], ...]) -> int:
    if items and items[0][0] is op.NEGATE:
        return _NOTHING_BEYOND & ~_wholly(items[1:])
    found = 0
    for kind, value in items:
        if kind is op.LITERAL:
            found |= _characters(value, value)
        elif kind is op.RANGE:
            found |= _characters(*value)
        else:
            found |= _category(value) | _OTHERS
    return found


def _one(kind: Any, value: Any) -> int | None:
    """The characters that a node of one character may match; None for any other node."""
    if kind is op.LITERAL:
        return _characters(value, value)
    if kind is op.NOT_LITERAL:
        return _NOTHING_BEYOND & ~_wholly(((op.LITERAL, value),))
    if kind is op.ANY:
        return _NOTHING_BEYOND
    return _set(tuple(value)) if kind is op.IN else None


class _Beginnings:
    """Walks a parsed expression. Paths that need no more steps are put aside in ``done``."""

    def __init__(self, depth: int, flags: int) -> None:
        self._depth = depth
        self._lines = bool(flags & re.MULTILINE)
        self.done: set[Path] = set()

    def follow(self, nodes: Iterable[tuple[Any, Any]], paths: set[Path]) -> set[Path]:
        """The paths that go on behind a sequence of nodes."""
        for kind, value in nodes:
            if not paths:
                break
            characters = _one(kind, value)
            if characters is not None:
                paths = self._step(characters, paths)
            elif kind is op.BRANCH:
                paths = {path for branch in value[1] for path in self.follow(branch, paths)}
            elif kind is op.SUBPATTERN:
                paths = self.follow(value[3], paths)
            elif kind is op.ATOMIC_GROUP:
                paths = self.follow(value, paths)
            elif kind in _REPEATS:
                paths = self._repeat(paths, *value)
            elif kind is op.AT:
                paths = {self._at(value, path) for path in paths}
            elif kind is op.ASSERT:
                paths = {_looked(value, path) for path in paths}
            elif kind is op.ASSERT_NOT:
                paths = {_not_looked(value, path) for path in paths}
            else:  # a reference to a group: anything
                self.done |= paths
                paths = set()
        return paths

    def _step(self, characters: int, paths: set[Path]) -> set[Path]:
        if not characters:
            return set()
        following: set[Path] = set()
        for before, edge, steps in paths:
            if edge and not steps:
                for inside, outside in ((_WORD, ~_WORD), (~_WORD, _WORD)):
                    if characters & inside and before & outside:
                        following.add(Path(before & outside, False, (characters & inside,)))
            else:
                following.add(Path(before, edge, (*steps, characters)))
        full = {path for path in following if len(path.steps) >= self._depth}
        self.done |= full
        return following - full

    def _repeat(self, paths: set[Path], least: int, most: int, nodes: Any) -> set[Path]:
        after: set[Path] = set() if least else set(paths)
        current = paths
        for count in range(1, most + 1):
            following = self.follow(nodes, current)
            if not following or following == current:  # all full, or rounds that take nothing
                after |= following
                break
            current = following
            if count >= least:
                after |= current
        return after

    def _at(self, place: Any, path: Path) -> Path:
        if path.steps:
            return path
        if place is op.AT_BOUNDARY:
            return path._replace(edge=True)
        if place is op.AT_BEGINNING_STRING or (place is op.AT_BEGINNING and not self._lines):
            return path._replace(before=path.before & _BIT[_BEYOND])
        return path


_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) if op is not None else ()


def _looked(value: tuple[int, Any], path: Path) -> Path:
    """What a look behind says of the character before the match."""
    direction, nodes = value
    if direction != -1 or path.steps or not nodes:
        return path
    characters = _one(*nodes[-1])
    if nodes[-1] == (op.AT, op.AT_BEGINNING):
        characters = None
    return path if characters is None else path._replace(before=path.before & characters)


def _not_looked(value: tuple[int, Any], path: Path) -> Path:
    direction, nodes = value
    if direction != -1 or path.steps or len(nodes) != 1:
        return path
    kind, items = nodes[0]
    if kind is op.LITERAL:
        items = [(kind, items)]
    elif kind is not op.IN or items[0][0] is op.NEGATE:
        return path
    return path._replace(before=path.before & ~_wholly(tuple(items)))


def beginnings(nodes: Any, flags: int, depth: int, before: int = _ANYTHING) -> set[Path]:
    """How the matches of a parsed expression can begin; a superset of it.

    Args:
        nodes: A sequence of the parser's nodes.
        flags: The flags of the expression.
        depth: So many first characters are told.
        before: The characters that may stand before it.
    """
    walk = _Beginnings(depth, flags)
    return walk.follow(nodes, {Path(before, False, ())}) | walk.done


def _elsewhere(nodes: list[Any], flags: int, depth: int, before: int = _ANYTHING) -> set[Path]:
    """The anchors of all matches that begin by a path that is often met."""
    if not any(_frequency([path]) > _OFTEN for path in beginnings(nodes, flags, depth, before)):
        return set()
    best = anchors(nodes, flags, depth, before)
    for number, (kind, value) in enumerate(nodes):
        parts = value[1] if kind is op.BRANCH else [value[3]] if kind is op.SUBPATTERN else []
        if parts:
            behind = nodes[number + 1 :]
            split = {path for part in parts for path in _elsewhere([*part, *behind], flags, depth, before)}
            best = min(best, split, key=_frequency)
        if parts or kind not in (op.AT, op.ASSERT, op.ASSERT_NOT):
            break
        before = _ending([(kind, value)], before)
    return best


def anchors(nodes: Any, flags: int, depth: int, before: int = _ANYTHING) -> set[Path]:
    r"""What every match of a sequence of nodes has somewhere, and is seldom met.

    "(?:\w+ ){0,2}nurse" can begin anywhere, but there is a nurse in it.
    """
    best = beginnings(nodes, flags, depth, before)
    for number, (kind, value) in enumerate(nodes):
        inner: set[Path] | None = None
        if kind is op.BRANCH:
            inner = {path for branch in value[1] for path in anchors(branch, flags, depth, before)}
        elif kind is op.SUBPATTERN:
            inner = anchors(value[3], flags, depth, before)
        if inner is not None and _frequency(inner) < _frequency(best):
            best = inner
        before = _ending([(kind, value)], before)
        rest = beginnings(nodes[number + 1 :], flags, depth, before)
        if _frequency(rest) < _frequency(best):
            best = rest
    return best


def _ending(nodes: Iterable[tuple[Any, Any]], before: int) -> int:
    """The characters that may stand right before the place behind a sequence of nodes."""
    for kind, value in nodes:
        characters = _one(kind, value)
        if characters is not None:
            before = characters
        elif kind is op.BRANCH:
            before = _union(_ending(branch, before) for branch in value[1])
        elif kind is op.SUBPATTERN:
            before = _ending(value[3], before)
        elif kind is op.ATOMIC_GROUP:
            before = _ending(value, before)
        elif kind in _REPEATS:
            least, _, inner = value
            once = _ending(inner, before)
            before = once | _ending(inner, once) | (0 if least else before)
        elif kind is op.ASSERT:
            before = _looked(value, Path(before, False, ())).before
        elif kind is op.ASSERT_NOT:
            before = _not_looked(value, Path(before, False, ())).before
        elif kind is not op.AT:  # a reference to a group: anything
            before = _ANYTHING
    return before


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


@cache
def _share(characters: int) -> float:
    """About the share of some characters in a text."""
    return sum(
        0.03 if character.isalpha() and character < _WORD_OTHER else 0.16 if character == " " else 0.003
        for character, bit in _BIT.items()
        if characters & bit
    )


def _frequency(paths: Iterable[Path]) -> float:
    """About how often one of some paths is met at a place of a text."""
    return sum((1.0 if path.before & _WORD else 0.2) * prod(map(_share, path.steps)) for path in paths)


def _in_one_line(nodes: Any, last: bool = False) -> bool:
    """Whether an expression looks at nothing beyond the end of the line that its match lies in.

    Args:
        nodes: A sequence of the parser's nodes.
        last: Whether it ends a look ahead: its last node may be the line break.
    """
    for number, (kind, value) in enumerate(nodes, start=1):
        ends = last and number == len(nodes)
        characters = _one(kind, value)
        if characters is not None:
            within = ends or kind is op.ANY or not characters & _BIT["\n"]
        elif kind is op.BRANCH:
            within = all(_in_one_line(branch, ends) for branch in value[1])
        elif kind is op.SUBPATTERN:
            within = not value[1] & re.DOTALL and _in_one_line(value[3], ends)
        elif kind is op.ATOMIC_GROUP:
            within = _in_one_line(value)
        elif kind in _REPEATS:
            within = _in_one_line(value[2])
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            within = value[0] == -1 or _in_one_line(value[1], True)
        else:  # not a reference to a group
            within = kind is op.AT
        if not within:
            return False
    return True


def _paths(expression: Any) -> tuple[set[Path], set[Path]]:
    """How a rule's matches can begin, and the anchors of those that can begin almost anywhere."""
    flags = expression.state.flags
    found: set[Path] = set()
    depth = _DEPTH
    for depth in range(_DEPTH, 0, -1):
        found = beginnings(expression, flags, depth)
        if len(found) <= _MOST_PATHS:
            break
    often = {path for path in found if _frequency([path]) > _OFTEN}
    if often:
        anywhere = _elsewhere(list(expression), flags, depth)
        if _frequency(anywhere) * _WORTH < _frequency(often):
            return found - often, anywhere
    return found, set()


class Lines(NamedTuple):
    """The lines of a text that hold all matches of a rule; each is searched by itself.

    Attributes:
        spans: Where they begin, and end behind their line break.
    """

    spans: tuple[tuple[int, int], ...]

    def __contains__(self, place: object) -> bool:
        return isinstance(place, int) and any(start <= place < end for start, end in self.spans)

    def matches(self, pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
        """The matches in these lines.

        A character beyond each is shown to the expression, so that ``$`` holds at the end of the text only.
        """
        return [
            match
            for start, end in self.spans
            for match in pattern.finditer(text, start, end + 1)
            if match.start() < end
        ]

    @classmethod
    def of(cls, text: str, places: Iterable[int]) -> Lines:
        """The lines in which some places lie."""
        spans: list[tuple[int, int]] = []
        end = 0
        for place in sorted(places):
            if place >= end:
                start = text.rfind("\n", 0, place) + 1
                end = text.find("\n", place) + 1 or len(text)
                spans.append((start, end))
        return cls(tuple(spans))


Places = Sequence[int] | Lines | None
"""Where a rule can begin to match: places in order, anywhere in some lines, or (None) anywhere."""


class Gate:
    """Finds where rules can begin to match.

    Args:
        expressions: The rules' parsed expressions. They are numbered in this order.
    """

    def __init__(self, expressions: Sequence[Any]) -> None:
        self._rules = len(expressions)
        self._in_one_line = [not e.state.flags & re.DOTALL and _in_one_line(e) for e in expressions]
        owners: dict[Path, list[int]] = {}
        for number, expression in enumerate(expressions):
            begin, anywhere = _paths(expression)
            for path in begin:
                owners.setdefault(path, []).append(number)
            for path in anywhere:
                owners.setdefault(path, []).append(self._rules + number)
        self._groups: dict[str, list[tuple[Path, list[int]]]] = {}
        self._tables: dict[str, _Table] = {}
        self._windows: dict[str, tuple[int, ...]] = {}
        starts = 0
        inside: set[tuple[int, ...]] = set()
        for path, numbers in owners.items():
            first = path.steps[0] if path.steps else _ANYTHING
            for character, bit in _BIT.items():
                if first & bit:
                    self._groups.setdefault(character, []).append((path, numbers))
            if first & _BIT[" "] or (first & _WORD and path.before & _WORD):
                inside.add(path.steps)
            starts |= first
        self._places = re.compile(_places(starts, inside))

    @classmethod
    def of(cls, patterns: Iterable[re.Pattern[str]]) -> Gate:
        """A gate for compiled expressions, numbered in their order."""
        return cls([parser.parse(pattern.pattern, pattern.flags) for pattern in patterns])

    def scan(self, text: str) -> dict[int, Places]:
        """The places of a text where each rule can begin to match, by the rule's number.

        A rule that is missing matches nowhere.
        """
        folded = _BEYOND + text.translate(_FOLDING) + _BEYOND * _DEPTH
        windows = self._windows
        found: dict[int, list[int]] = {}
        for match in self._places.finditer(folded, 1, len(text) + 1):
            place = match.start()
            window = folded[place - 1 : place + _DEPTH]
            numbers = windows.get(window)
            if numbers is None:
                numbers = self._look(window)
            for number in numbers:
                if number in found:
                    found[number].append(place - 1)
                else:
                    found[number] = [place - 1]
        places: dict[int, Places] = {}
        for number, at in found.items():
            rule = number - self._rules
            if rule < 0:
                places.setdefault(number, at)
            else:
                places[rule] = Lines.of(text, [*at, *found.get(rule, ())]) if self._in_one_line[rule] else None
        return places

    def _look(self, window: str) -> tuple[int, ...]:
        table = self._tables.get(window[1])
        if table is None:
            table = self._tables[window[1]] = _Table(self._groups.get(window[1], ()))
        numbers = table.rules(window)
        if len(self._windows) >= _MOST_WINDOWS:
            self._windows.clear()
        self._windows[window] = numbers
        return numbers


class _Table:
    """The paths that begin with one character, a bit each."""

    def __init__(self, paths: Sequence[tuple[Path, list[int]]]) -> None:
        self._owners = [numbers for _, numbers in paths]
        columns = [[path.before for path, _ in paths]]
        for place in range(1, _DEPTH):
            columns.append([path.steps[place] if len(path.steps) > place else _ANYTHING for path, _ in paths])
        self._columns = columns
        self._masks: list[dict[str, int]] = [{} for _ in columns]

    def rules(self, window: str) -> tuple[int, ...]:
        """The rules that can begin at the second character of a window."""
        left = self._mask(0, window[0])
        for place in range(1, _DEPTH):
            if not left:
                return ()
            left &= self._mask(place, window[place + 1])
        numbers: set[int] = set()
        while left:
            lowest = left & -left
            numbers.update(self._owners[lowest.bit_length() - 1])
            left ^= lowest
        return tuple(sorted(numbers))

    def _mask(self, place: int, character: str) -> int:
        masks = self._masks[place]
        if character not in masks:
            bit = _BIT[character]
            digits = "".join(["1" if column & bit else "0" for column in reversed(self._columns[place])])
            masks[character] = int(digits or "0", 2)
        return masks[character]


def _places(starts: int, inside: set[tuple[int, ...]]) -> str:
    """Where a rule can begin: at words and signs that some rule begins with, and seldom elsewhere."""
    words, signs = _class(starts & _WORD), _class(starts & ~_WORD & ~_BIT[" "])
    parts = [rf"(?<!\w){words}" if words else "", signs, f"(?={_tree(inside)})" if inside else ""]
    return "|".join(part for part in parts if part) or r"(?!)"


def _tree(paths: set[tuple[int, ...]]) -> str:
    """An expression for some paths that looks at each character but once."""
    following: dict[str, set[tuple[int, ...]]] = {}
    for first, *rest in paths:
        for character, bit in _BIT.items():
            if first & bit:
                following.setdefault(character, set()).add(tuple(rest))
    together: dict[frozenset[tuple[int, ...]], int] = {}
    for character, rests in following.items():
        key = frozenset([()]) if () in rests else frozenset(rests)
        together[key] = together.get(key, 0) | _BIT[character]
    return "|".join(
        sorted(
            _class(characters) + ("" if () in rests else f"(?:{_tree(set(rests))})")
            for rests, characters in together.items()
        )
    )


def _class(characters: int) -> str:
    members = "".join(re.escape(character) for character, bit in _BIT.items() if characters & bit)
    return f"[{members}]" if members else ""
