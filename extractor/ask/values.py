"""What is so now: facts, counts and what is only told, not summed up in a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from extractor.ask import compare, select
from extractor.ask.lexicon import NamedValue, Topic
from extractor.ask.question import Question
from extractor.ask.sentences import Sentence, cite, day, listed
from extractor.evidence.wording import say_date, say_fact, say_interval, say_name, say_site, say_value
from extractor.records import Assertion, Fact, Finding, Report, Temporality

_LABELS = {
    "age_years": "Age",
    "cycles": "Cycles of the first line",
    "ecog": "Performance status",
    "lat_amenable": "Amenability to local therapy",
    "line": "Line of therapy",
    "months": "Months of first-line therapy",
    "tissue_confirmed": "Tissue confirmation",
}
_NOT_COUNTED = "lymph_node_regional"
_SHOWN = 6


def said(finding: Finding) -> str:
    """What a finding says, in a few words with its day."""
    when = f" ({say_date(day(finding))})" if day(finding) else ""
    return f"{say_value(finding.concept, finding.value)}{when}"


# -------------------------------------------------------------------------------------------- facts

_IN_WORDS: Mapping[str, Callable[[Any], str]] = {
    "age_years": lambda value: f"{value} years",
    "tissue_confirmed": lambda value: "confirmed" if value else "not confirmed",
    "lat_amenable": lambda value: "all sites are amenable" if value else "said not to be possible",
    "cycles": lambda value: f"{value} completed",
    "contraception": lambda value: {True: "agreed", False: "not agreed"}.get(value, "not applicable"),
    "consent": lambda value: "signed" if value else "refused",
    "prior_local_therapy": lambda value: say_fact(value) if value else "none is told in the treatment history",
}


def fact_sentence(name: str, fact: Fact, prefix: str = "") -> Sentence:
    """A fact that is known, as a sentence."""
    words = _IN_WORDS.get(name, say_fact)(fact.value)
    if name == "ecog":
        words = f"ECOG {words}" + _from_karnofsky(fact)
    subtype = fact.notes.get("subtype")
    words += f", {str(subtype).replace('_', ' ')}" if subtype else ""
    when = fact.notes.get("date")
    on = f" on {say_date(when)}" if isinstance(when, date) else ""
    return Sentence(f"{prefix}{_LABELS.get(name, say_name(name))}: {words}{on}.", fact.evidence)


def _from_karnofsky(fact: Fact) -> str:
    kps = fact.notes.get("kps")
    bounds = compare.numbers(kps)
    return f" (from KPS {say_interval(*bounds, 'none')})" if bounds else ""


def facts(topic: Topic, question: Question, report: Report, asks: Mapping[str, str]) -> Iterator[Sentence]:
    """What the facts of a topic are, and whether they are what was asked."""
    for name in topic.facts:
        fact = report.facts.facts.get(name, Fact())
        if fact.value is None:
            yield from _no_fact(topic, name, fact, question, asks.get(name))
        elif name == "prior_local_therapy":
            yield _local_therapy(fact, question)
        else:
            verdict = _agrees(name, fact, topic, question)
            yield fact_sentence(name, fact, "" if verdict is _NOT_ASKED else compare.says(verdict))


_NOT_ASKED: Any = object()


def _agrees(name: str, fact: Fact, topic: Topic, question: Question) -> Any:
    """Whether a fact is what was asked: True, False, None where that is open, or that nothing was."""
    named = [value for value in question.values if value.topic == topic.id]
    if len({value.any_of for value in named}) > 1:
        return _NOT_ASKED  # "squamous or adeno?" has no yes for an answer
    if named:
        return any(_fact_value(fact, value) in value.any_of for value in named)
    if question.number is None:
        return _NOT_ASKED
    value = fact.notes.get("kps") if name == "ecog" and question.number.low >= 10 else fact.value
    bounds = compare.numbers(value)
    return None if bounds is None else compare.interval(*bounds, question.number)


def _fact_value(fact: Fact, value: NamedValue) -> Any:
    return fact.notes.get("subtype") if value.key == "subtype" else fact.value


def _no_fact(topic: Topic, name: str, fact: Fact, question: Question, ask: str | None) -> Iterator[Sentence]:
    label = _LABELS.get(name, say_name(name))
    if fact.conflicts:
        what = listed(list(dict.fromkeys(map(said, fact.conflicts))))
        yield Sentence(f"{label}: the notes contradict each other: {what}.", fact.conflicts)
    else:
        hint = f": {fact.hint}" if fact.hint else ""
        yield Sentence(f"{label}: the notes do not settle it{hint}.", fact.evidence)
    for aside in fact.set_aside[:_SHOWN]:
        yield cite(aside.finding, f"set aside: {aside.why}")
    if ask:
        yield Sentence(f"To ask: {ask}")


def _local_therapy(fact: Fact, question: Question) -> Sentence:
    procedures = {name for value in question.values if value.key == "procedure" for name in value.any_of}
    given = [
        item
        for item in fact.value
        if (not procedures or item.get("procedure") in procedures)
        and (not question.sites or item.get("target") in question.sites)
    ]
    if not procedures and not question.sites:
        return fact_sentence("prior_local_therapy", fact)
    if not given:
        told = f"told is: {say_fact(fact.value)}" if fact.value else "none at all is told"
        return Sentence(f"No such local therapy is in the treatment history; {told}.", fact.evidence)
    targets = {item.get("target") for item in given}
    evidence = tuple(f for f in fact.evidence if f.value.get("target") in targets or not f.value.get("target"))
    return Sentence(f"Yes. Local therapy: {say_fact(given)}.", evidence or fact.evidence)


# ------------------------------------------------------------------------------------------- counts


def counts(question: Question, report: Report) -> Iterator[Sentence]:
    """How many metastases there are: by region, or at the sites that are asked for."""
    if question.sites:
        for site in sorted(question.sites):
            yield from _site(site, question, report)
        return
    for region in sorted(question.regions) or ("extracranial", "cranial"):
        fact = report.facts.facts.get(f"{region}_metastases", Fact())
        if fact.value is None:
            ask = next((r.ask for r in report.criteria if r.id == f"{region}_metastases" and r.ask), None)
            name = f"{region}_metastases"
            yield from _no_fact_of_region(name, fact, ask)
            continue
        yield Sentence(f"{_asked(fact.value, question)}{region.capitalize()}: {say_fact(fact.value)}.", fact.evidence)
        yield from _possible([aside.finding for aside in fact.set_aside])


def _no_fact_of_region(name: str, fact: Fact, ask: str | None) -> Iterator[Sentence]:
    topic = Topic(id="metastases", label="", concepts=(), facts=(name,), criteria=(), words=())
    return _no_fact(topic, name, fact, Question(), ask)


def _asked(value: Any, question: Question) -> str:
    bounds = compare.numbers(value)
    if question.number is None or bounds is None:
        return ""
    return compare.says(compare.interval(*bounds, question.number))


def _site(site: str, question: Question, report: Report) -> Iterator[Sentence]:
    region = "cranial" if site in select.CRANIAL else "extracranial"
    fact = report.facts.facts.get(f"{region}_metastases", Fact())
    here = [f for f in report.findings if f.concept in ("metastasis", "lesion") and f.value.get("site") == site]
    label = say_site(site).capitalize()
    count = (fact.value or {}).get("by_site", {}).get(site)
    evidence = tuple(f for f in fact.evidence if f in here)
    affirmed = tuple(f for f in here if select.told(f) and f.temporality is Temporality.CURRENT)
    denied = tuple(f for f in here if f.assertion is Assertion.NEGATED and f.experiencer == "patient")
    if count:
        many = say_interval(count["low"], count["high"], "none")
        yield Sentence(f"{_asked(count, question)}{label}: {many}.", evidence or affirmed or denied)
    elif site == _NOT_COUNTED and affirmed:
        yield Sentence(f"{label}: told of, but not counted as distant metastases.", affirmed)
    elif fact.conflicts:
        yield from _no_fact_of_region(f"{region}_metastases", fact, None)
    elif denied:
        yield Sentence(f"{label}: none ({say_date(day(denied[-1]))}).", denied)
    elif fact.value and fact.value.get("high") == 0:
        yield Sentence(f"{label}: none; no {region} metastases remain.", fact.evidence)
    elif affirmed:
        told = listed(list(dict.fromkeys(map(said, affirmed))))
        yield Sentence(f"{told[0].upper()}{told[1:]}; not among the counts.", affirmed)
    elif not here:
        yield Sentence(f"{label}: the notes tell of no metastasis there, and do not exclude one.")
    yield from _possible(here)


def _possible(found: list[Finding]) -> Iterator[Sentence]:
    for finding in found:
        if finding.assertion is Assertion.POSSIBLE:
            yield cite(finding, "it changes no count")


# ------------------------------------------------------------------------- what no fact sums up


def findings(topic: Topic, question: Question, report: Report) -> Iterator[Sentence]:
    """What the notes tell of a topic that has no fact: drugs, imaging."""
    found = [finding for finding in select.of_topic(topic, question, report) if select.asked(finding, question)]
    told = [f for f in found if select.told(f) and (not question.agents or f.value.get("agents"))]
    if "latest" in question.times and (days := [moment for f in told if (moment := day(f))]):
        told = [finding for finding in told if day(finding) == max(days)]
    groups: dict[str, list[Finding]] = {}
    for finding in told:
        groups.setdefault(say_value(finding.concept, finding.value), []).append(finding)
    for words, group in groups.items():
        days = sorted({moment for finding in group if (moment := day(finding))})
        yield Sentence(f"{topic.label}: {words} ({_days(days)}).", tuple(group))
    if not told:
        nothing = f"do not tell that {listed(question.agents)} was given" if question.agents else "tell nothing of it"
        yield Sentence(f"{topic.label}: the notes {nothing}.")
        for finding in found[:_SHOWN]:
            yield cite(finding)


def _days(days: list[date]) -> str:
    return listed([say_date(moment) for moment in days[-3:]]) or "undated"
