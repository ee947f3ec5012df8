"""What an expression matches in a text, tried where it can do no harm.

Python's ``re`` cannot be interrupted, and an expression such as ``(a+)+b`` takes for ever on some texts.
So a process of its own tries it, and is killed when its time is up.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from extractor.language.rules import TERM

TIME_LIMIT = 2.0
"""Seconds that an expression may take over a text."""
_MOST = 500
"""So many matches are told at most."""
_PROGRAM = Path(__file__).with_name("_matching.py")


class PatternError(ValueError):
    """An expression that cannot be used. Its message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Match:
    """One match.

    Attributes:
        start: First place in the text.
        end: One past the last.
        groups: The named groups that took part.
    """

    start: int
    end: int
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matches:
    """The matches of an expression, in order.

    Attributes:
        found: The matches.
        more: Whether there are more than are told.
    """

    found: tuple[Match, ...]
    more: bool = False


def try_pattern(pattern: str, text: str, seconds: float = TIME_LIMIT) -> Matches:
    """All matches of an expression in a text, as a rule would have them: in any case.

    Args:
        pattern: The regular expression, terms filled in.
        text: The text.
        seconds: How long it may take.

    Raises:
        PatternError: When it is no expression, matches the empty text, or takes too long.

    Example:
        >>> [match.start for match in try_pattern(r"ECOG (?P<low>[0-4])", "ECOG 1, was ecog 2").found]
        [0, 12]
    """
    asked = json.dumps({"pattern": pattern, "text": text, "most": _MOST})
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)],
            input=asked,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise PatternError(
            f"the expression takes more than {seconds:g} seconds over this text; "
            "look for a repeat inside a repeat, such as (a+)+, and name what it may not cross"
        ) from None
    except ValueError:  # it has died
        raise PatternError("the expression cannot be tried; it may need too much memory") from None
    if "error" in answer:
        raise PatternError(f"the expression {answer['error']}")
    return Matches(tuple(_match(*told) for told in answer["found"]), answer["more"])


def _match(start: int, end: int, groups: Mapping[str, str | None]) -> Match:
    return Match(start, end, {name: words for name, words in groups.items() if words is not None})


def fill_terms(pattern: str, terms: Mapping[str, str]) -> str:
    """An expression with its ``{terms}`` filled in, as in a rule file.

    Raises:
        PatternError: When a term is not defined.
    """

    def term(match: re.Match[str]) -> str:
        if match[1] not in terms:
            raise PatternError(f"the term {{{match[1]}}} is not defined in terms.yaml")
        return terms[match[1]]

    return TERM.sub(term, pattern)
