"""What was so: ever, before treatment, formerly, at first, or in a given time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from extractor.ask import compare, select
from extractor.ask.lexicon import Topic
from extractor.ask.question import Question
from extractor.ask.sentences import Sentence, cite, day, listed
from extractor.ask.values import facts, findings, said
from extractor.evidence.wording import say_date
from extractor.records import Assertion, Finding, Report, Temporality

_BEFORE_TREATMENT = ("stage", "tnm", "histology", "tissue")
"""Topics whose facts are those before treatment anyway."""
_SHOWN = 12
_PAST = frozenset(("ever", "baseline", "former", "first"))


def asks(topic: Topic, question: Question) -> bool:
    """Whether a question is about the past."""
    if question.period is not None:
        return True
    return bool(question.times & _PAST) and not (topic.id in _BEFORE_TREATMENT and "ever" not in question.times)


def told_of(topic: Topic, question: Question, report: Report) -> Iterator[Sentence]:
    """What the notes tell of a topic for the time that is asked for."""
    every = [f for f in select.of_topic(topic, question, report) if _holds(f)]
    found = sorted(every, key=lambda finding: day(finding) or date.min)
    if question.period is None:
        found = _of_time(found, question)
    if not found:
        yield Sentence(f"{topic.label}: the notes tell nothing of {_then(question)}.")
        if question.period is None and topic.id != "metastases":
            now = replace(question, times=frozenset())
            yield from facts(topic, now, report, {}) if topic.facts else findings(topic, now, report)
        return
    if question.values or question.number is not None:
        yield from _whether(topic, found, question)
        return
    for finding in found[:_SHOWN]:
        yield cite(finding)
    if len(found) > _SHOWN:
        yield Sentence(f"And {len(found) - _SHOWN} more.", tuple(found[_SHOWN:]))


def _holds(finding: Finding) -> bool:
    """Whether a finding tells how something was: also that there was none."""
    denied = finding.assertion is Assertion.NEGATED and finding.experiencer == "patient"
    return select.told(finding) or (denied and finding.concept in ("metastasis", "lesion"))


def _of_time(found: Sequence[Finding], question: Question) -> list[Finding]:
    if "baseline" in question.times or "first" in question.times:
        past = [finding for finding in found if finding.temporality is Temporality.HISTORICAL]
        days = [moment for finding in found if (moment := day(finding))]
        first = [f for f in found if days and day(f) == min(days) and min(days) < max(days) and f not in past]
        return first + past
    if "former" in question.times:
        days = [day(f) or date.min for f in found if f.temporality is Temporality.CURRENT]
        newest = max(days, default=date.min)
        return [f for f in found if f.temporality is Temporality.HISTORICAL or (day(f) or date.min) < newest]
    return list(found)


def _whether(topic: Topic, found: Sequence[Finding], question: Question) -> Iterator[Sentence]:
    judged = [(finding, compare.finding(finding, question)) for finding in found]
    yes = [finding for finding, verdict in judged if verdict is True]
    if yes:
        for finding in yes[:_SHOWN]:
            sentence = cite(finding)
            yield Sentence(f"Yes. {sentence.text}", sentence.findings)
        return
    open_ = [finding for finding, verdict in judged if verdict is None]
    told = listed(list(dict.fromkeys(map(said, found))))
    start = "Not settled." if open_ else f"No finding says so of {_then(question)}."
    yield Sentence(f"{start} {topic.label} as told: {told}.", tuple(found))


def _then(question: Question) -> str:
    """The time that a question is about, in words."""
    period = question.period
    if period is not None:
        if period.start and period.end:
            return f"{say_date(period.start)} to {say_date(period.end)}"
        return f"the time from {say_date(period.start)}" if period.start else f"the time to {say_date(period.end)}"
    if "baseline" in question.times or "first" in question.times:
        return "the beginning"
    return "an earlier time" if "former" in question.times else "any time"
