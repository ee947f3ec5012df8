"""Whether a value is the one that was asked for: yes, no, or not settled."""

from __future__ import annotations

from typing import Any

from extractor.ask.question import Number, Question
from extractor.records import Finding

_KPS_FROM = 10
"""Numbers from here on are on Karnofsky's scale."""


def says(verdict: bool | None) -> str:
    """The first word of an answer."""
    return {True: "Yes. ", False: "No. ", None: "Not settled. "}[verdict]


def interval(low: float | None, high: float | None, number: Number) -> bool | None:
    """Whether a count that may not be known exactly is as asked; None where it may be or not.

    Example:
        >>> interval(0, 1, Number(0, 1)), interval(1, 2, Number(0, 1)), interval(3, None, Number(0, 1))
        (True, None, False)
    """
    low = 0 if low is None else low
    if (number.high is not None and low > number.high) or (high is not None and high < number.low):
        return False
    inside = low >= number.low and (number.high is None or (high is not None and high <= number.high))
    return True if inside else None


def any_of(verdicts: list[bool | None]) -> bool | None:
    """Yes as soon as one is, no when all are; None in between."""
    if True in verdicts:
        return True
    return None if None in verdicts or not verdicts else False


def finding(found: Finding, question: Question) -> bool | None:
    """Whether a finding says what is asked for by value or number."""
    value = found.value
    named = [item for item in question.values if item.key in value]
    if named:
        return any(value[item.key] in item.any_of for item in named)
    number = question.number
    if number is None:
        return True
    if found.concept == "performance_status":
        kps = value.get("scale") == "KPS"
        if kps != (number.low >= _KPS_FROM):
            return None
    bounds = numbers(value)
    return None if bounds is None else interval(*bounds, number)


def numbers(value: Any) -> tuple[float | None, float | None] | None:
    """The interval that a value is; None for a value that is no number."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value, value
    if isinstance(value, list) and len(value) == 2:
        return value[0], value[1]
    if not hasattr(value, "get"):
        return None
    if "low" in value:
        return value["low"], value.get("high")
    number = next((value[key] for key in ("years", "completed", "months", "line") if value.get(key) is not None), None)
    return None if number is None else (number, number)
