"""Which findings a question is about."""

from __future__ import annotations

from extractor.ask.lexicon import Topic
from extractor.ask.question import Question
from extractor.ask.sentences import day, listed
from extractor.evidence.wording import say_site
from extractor.records import Experiencer, Finding, Report, Temporality

CRANIAL = frozenset(("brain", "leptomeninges"))
_REGIONS_OF_IMAGING = {"head": "cranial", "body": "extracranial"}


def told(finding: Finding) -> bool:
    """Whether a finding says that something is or was so, of the patient."""
    return finding.decides and finding.temporality is not Temporality.PLANNED


def region(question: Question) -> str | None:
    """The one region that a question is about: cranial or extracranial; None for both."""
    regions = set(question.regions) | {"cranial" if site in CRANIAL else "extracranial" for site in question.sites}
    return next(iter(regions)) if len(regions) == 1 else None


def matching(question: Question, report: Report, all_of_a_site: bool = False) -> list[Finding]:
    """The findings on the topics, places, drugs, values and days that a question names.

    Args:
        question: The question.
        report: The report.
        all_of_a_site: Whether a question for metastases in a place means everything told of the place.
    """
    concepts = {concept for topic in question.topics for concept in topic.concepts}
    placed = bool(question.sites or question.regions)
    if all_of_a_site and placed and {topic.id for topic in question.topics} == {"metastases"}:
        concepts = set()
    return [
        finding
        for finding in report.findings
        if (not concepts or finding.concept in concepts)
        and _whose(finding, question)
        and _there(finding, question)
        and asked(finding, question)
        and within(finding, question)
    ]


def of_topic(topic: Topic, question: Question, report: Report) -> list[Finding]:
    """The findings on one topic, in the places and of the drugs and days that a question names."""
    return [
        finding
        for finding in report.findings
        if finding.concept in topic.concepts
        and _whose(finding, question)
        and _there(finding, question)
        and within(finding, question)
    ]


def _whose(finding: Finding, question: Question) -> bool:
    return not question.relative or finding.experiencer is not Experiencer.PATIENT


def _there(finding: Finding, question: Question) -> bool:
    """Whether a finding is about a place or drug that is asked for; those that have none are about all."""
    value = finding.value
    if question.agents and not set(question.agents) & set(value.get("agents") or question.agents):
        return False
    if not question.sites and not question.regions:
        return True
    if finding.concept == "imaging" and not any(topic.id == "imaging" for topic in question.topics):
        return False
    if finding.concept == "imaging":
        return region(question) in (None, _REGIONS_OF_IMAGING.get(str(value.get("region"))))
    place = value.get("site") or value.get("target")
    if question.sites:
        return place in question.sites or (place == "cranial" and bool(question.sites & CRANIAL))
    found = value.get("region") or ("cranial" if place in CRANIAL | {"cranial"} else "extracranial")
    return place is not None and found in question.regions


def asked(finding: Finding, question: Question) -> bool:
    """Whether a finding has a value that is asked for by name, where it has a value of that kind."""
    wanted = [value for value in question.values if value.key in finding.value]
    return not wanted or any(finding.value[value.key] in value.any_of for value in wanted)


def within(finding: Finding, question: Question) -> bool:
    """Whether a finding is about a day that is asked for."""
    if question.period is None:
        return True
    moment = day(finding)
    if moment is None or finding.temporality is Temporality.HISTORICAL:
        return False
    start, end = question.period.start, question.period.end
    return (start is None or moment >= start) and (end is None or moment <= end)


def subject(question: Question) -> str:
    """What a question is about, in words."""
    places = [say_site(site) for site in sorted(question.sites)] + sorted(question.regions)
    if places:
        return listed(places)
    return listed([topic.label if topic.label.isupper() else topic.label.lower() for topic in question.topics])
