"""Sentences of an answer, each with the findings that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extractor.evidence.wording import TAG_WORDS, say_concept, say_date, say_value, tags
from extractor.patient.timeline import moment
from extractor.records import Finding


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        text: The sentence.
        findings: What it rests on; empty where it says that there is nothing.
    """

    text: str
    findings: tuple[Finding, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the findings."""
        return tuple(finding.id for finding in self.findings)


def day(finding: Finding) -> date | None:
    """The day that a finding is about."""
    return moment(finding)


def cite(finding: Finding, remark: str = "") -> Sentence:
    """A finding as a sentence: what it says, how and when, and a remark. Its words come with the link."""
    how = ", ".join(TAG_WORDS[tag] for tag in tags(finding))
    parts = [_of(finding), f"({how})" if how else "", f"on {say_date(day(finding))}" if day(finding) else "undated"]
    return Sentence(" ".join(part for part in parts if part) + (f"; {remark}." if remark else "."), (finding,))


def _of(finding: Finding) -> str:
    return f"{say_concept(finding.concept)}: {say_value(finding.concept, finding.value)}"


def many(label: str, findings: Sequence[Finding]) -> Sentence:
    """Findings of one day in one sentence."""
    said = listed(list(dict.fromkeys(say_value(finding.concept, finding.value) for finding in findings)))
    return Sentence(f"{label}: {said}, on {say_date(day(findings[0]))}.", tuple(findings))


def listed(words: Sequence[str]) -> str:
    """Words in a row: "one, two and three"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
