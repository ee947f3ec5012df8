"""Answers, put together from a report's findings and results, and from nothing else.

Each sentence carries the findings that it rests on, so that a person can read the note's own words.
What the findings do not hold is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from extractor.ask import history, select, values
from extractor.ask.lexicon import Lexicon, Topic
from extractor.ask.question import Question, read
from extractor.ask.sentences import Sentence, cite, day, listed, many
from extractor.evidence.roles import roles
from extractor.evidence.summary import by_need, deciding, headline, open_questions, to_confirm_at_visit
from extractor.evidence.wording import STATUS_WORDS, VERDICT_WORDS, say_name
from extractor.records import CriterionResult, Fact, Report, Status

_SHOWN = 40
"""So many findings are listed in one answer."""
_ASIDE_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        sentences: The answer, in order.
        understood: False where the findings cannot answer the question; the sentences then say so.
    """

    sentences: tuple[Sentence, ...]
    understood: bool = True


def ask(text: str, report: Report, lexicon: Lexicon) -> Answer:
    """Answer a question about a patient.

    Args:
        text: The question, in plain English.
        report: The patient's report.
        lexicon: The words that questions are made of.
    """
    return answer(read(text, lexicon, report.as_of), report, lexicon)


def answer(question: Question, report: Report, lexicon: Lexicon) -> Answer:
    """Answer a question that was understood already."""
    if question.declined:
        return _decline(question.declined, lexicon)
    beyond = [f"Not read from notes: {listed(question.beyond)}."] if question.beyond else []
    handler = _handler(question)
    if handler is None:
        return _decline(beyond or _not_understood(question), lexicon)
    sentences = [*(Sentence(text) for text in beyond), *handler(question, report)]
    if question.ignored:
        sentences += [Sentence(text) for text in _not_understood(question)]
    return Answer(tuple(sentences))


def _not_understood(question: Question) -> list[str]:
    return [f"Not understood: {listed(question.ignored)}."] if question.ignored else []


def _decline(reasons: Iterable[str], lexicon: Lexicon) -> Answer:
    topics = listed(
        [topic.label if topic.label.isupper() else topic.label.lower() for topic in lexicon.topics.values()]
    )
    able = (
        "You can ask for the verdict and what decides it, what is missing, contradicts itself or was set aside, and "
        f"what the notes say, or said before, of: {topics}."
    )
    first = Sentence("The findings cannot answer this.")
    return Answer((first, *(Sentence(reason) for reason in reasons), Sentence(able)), understood=False)


_Handler = Callable[[Question, Report], Iterable[Sentence]]


def _handler(question: Question) -> _Handler | None:
    """What composes the answer; None where the question names nothing that findings hold."""
    about = bool(question.topics)
    for intent, handler in _ALWAYS.items():
        if intent in question.intents:
            return handler
    if "why" in question.intents:
        return _why if about else _verdict
    if "missing" in question.intents:
        return _missing
    if "show" in question.intents:
        return _show if about or question.period or question.relative else _summary
    if "when" in question.intents and about:
        return _when
    if not about and (question.period or question.relative):
        return _show
    if about and not (question.intents >= {"verdict"} and _only_named(question)):
        return _value
    return _verdict if "verdict" in question.intents else None


def _only_named(question: Question) -> bool:
    """Whether the verdict is meant, and the topic only part of its name ("candidate for the trial")."""
    return {topic.id for topic in question.topics} <= {"amenability", "consent"}


# --------------------------------------------------------------------------------- the whole report


def _verdict(question: Question, report: Report) -> Iterator[Sentence]:
    yield Sentence(f"The proposal is {VERDICT_WORDS[report.verdict]}: {_lowered(headline(report))}.")
    for result in deciding(report):
        yield _criterion(result)
    visit = to_confirm_at_visit(report)
    if visit:
        yield Sentence(f"To confirm at the visit: {listed([say_name(result.id) for result in visit])}.")


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _criterion(result: CriterionResult) -> Sentence:
    ask_next = f" To ask: {result.ask}" if result.ask and result.status is Status.UNKNOWN else ""
    text = f"{say_name(result.id)}: {STATUS_WORDS[result.status]}. {result.reason}{ask_next}"
    return Sentence(text, result.evidence)


def _criteria(question: Question, report: Report) -> Iterator[Sentence]:
    results = _results(question, report) if question.topics else by_need(report)
    yield from map(_criterion, results)
    if not results:
        yield Sentence("No criterion asks for it.")


def _missing(question: Question, report: Report) -> Iterator[Sentence]:
    about = _results(question, report) if question.topics else report.criteria
    still = [result for result in open_questions(report) if result in about]
    visit = [result for result in to_confirm_at_visit(report) if result in about]
    if not still:
        yield Sentence("Nothing that the notes should settle is open" + (" there." if question.topics else "."))
    for result in still:
        yield Sentence(f"{say_name(result.id)}: {result.ask or result.reason}", result.evidence)
    if visit:
        yield Sentence(f"To confirm at the visit: {listed([say_name(result.id) for result in visit])}.")


def _conflicts(question: Question, report: Report) -> Iterator[Sentence]:
    names = {name for topic in question.topics for name in topic.facts}
    told = [(name, fact) for name, fact in report.facts.facts.items() if not names or name in names]
    found = [(name, fact) for name, fact in told if fact.conflicts]
    for name, fact in found:
        yield _contradiction(say_name(name), fact)
    for warning in () if names else report.warnings:
        yield Sentence(warning)
    if not found and (names or not report.warnings):
        rest = "." if names else ", and nothing is warned of."
        yield Sentence(f"No statements that decide contradict each other{rest}")


def _contradiction(label: str, fact: Fact) -> Sentence:
    what = listed(list(dict.fromkeys(values.said(finding) for finding in fact.conflicts)))
    return Sentence(f"{label}: the notes contradict each other: {what}.", fact.conflicts)


def _set_aside(question: Question, report: Report) -> Iterator[Sentence]:
    seen: dict[str, Sentence] = {}
    for finding in select.matching(question, report):
        for name, why in roles(report)[finding.id].aside:
            seen.setdefault(finding.id, cite(finding, f"set aside for {name}: {why}"))
    yield from list(seen.values())[:_SHOWN]
    if not seen:
        yield Sentence("Nothing was set aside" + (" there." if question.topics else "."))


def _summary(question: Question, report: Report) -> Iterator[Sentence]:
    yield from _verdict(question, report)
    for name, fact in report.facts.facts.items():
        if fact.value is not None:
            yield values.fact_sentence(name, fact)


# ------------------------------------------------------------------------------------- of one topic


def _results(question: Question, report: Report) -> list[CriterionResult]:
    """The criteria that a question is about: by their ids, else by the concepts of their evidence."""
    ids = {name for topic in question.topics for name in topic.criteria}
    region = select.region(question)
    if region:
        ids -= {"cranial_metastases", "extracranial_metastases"} - {f"{region}_metastases"}
    named = [result for result in report.criteria if result.id in ids]
    concepts = {concept for topic in question.topics for concept in topic.concepts}
    return named or [
        result for result in report.criteria if any(finding.concept in concepts for finding in result.evidence)
    ]


def _why(question: Question, report: Report) -> Iterator[Sentence]:
    results = _results(question, report)
    if not results:
        yield Sentence("No criterion asks for it.")
        yield from _value(question, report)
    for result in results:
        yield _criterion(result)
        for aside in result.set_aside[:_ASIDE_SHOWN]:
            yield cite(aside.finding, f"set aside: {aside.why}")


def _show(question: Question, report: Report) -> Iterator[Sentence]:
    became = roles(report)
    found = select.matching(question, report, all_of_a_site=True)
    for finding in found[:_SHOWN]:
        role = became[finding.id]
        does = [f"decides {say_name(result.id)}" for result in role.decides]
        yield cite(finding, "; ".join(does) or (f"set aside: {role.aside[0][1]}" if role.aside else ""))
    if len(found) > _SHOWN:
        yield Sentence(f"And {len(found) - _SHOWN} more; the filter above the notes shows them all.")
    if not found:
        yield Sentence(f"The notes say nothing of {select.subject(question) or 'that'}.")


def _when(question: Question, report: Report) -> Iterator[Sentence]:
    for topic in question.topics:
        found = [f for f in select.of_topic(topic, question, report) if select.told(f) and select.asked(f, question)]
        dated = [finding for finding in found if day(finding)]
        if not dated:
            yield Sentence(f"{topic.label}: the notes give no day for it.", tuple(found))
            continue
        ordered = sorted(dated, key=lambda finding: day(finding) or date.min)
        chosen = ordered[0] if "first" in question.times else ordered[-1]
        same = [finding for finding in ordered if day(finding) == day(chosen)]
        yield many(topic.label, same)


def _value(question: Question, report: Report) -> Iterator[Sentence]:
    for topic in question.topics:
        if question.relative:
            yield from _of_relatives(topic, question, report)
        elif history.asks(topic, question):
            yield from history.told_of(topic, question, report)
        elif topic.id == "metastases":
            yield from values.counts(question, report)
        elif topic.facts:
            yield from values.facts(topic, question, report, _asks(topic, report))
        else:
            yield from values.findings(topic, question, report)


def _asks(topic: Topic, report: Report) -> Mapping[str, str]:
    """What would settle a topic's facts."""
    ask_next = [result.ask for result in report.criteria if result.id in topic.criteria and result.ask]
    return dict.fromkeys(topic.facts, ask_next[0]) if ask_next else {}


def _of_relatives(topic: Topic, question: Question, report: Report) -> Iterator[Sentence]:
    found = select.of_topic(topic, question, report) or select.matching(Question(relative=True), report)
    for finding in found:
        yield cite(finding)
    if not found:
        yield Sentence(f"{topic.label}: the notes tell nothing of that of relatives.")


_ALWAYS: Mapping[str, _Handler] = {
    "set_aside": _set_aside,
    "conflicts": _conflicts,
    "criteria": _criteria,
    "summary": _summary,
}
"""What some words ask for, whatever stands beside them."""
