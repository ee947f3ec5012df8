"""Findings shown in their note, also where they overlap or cross.

The text is cut at every border of a finding, and each piece becomes one element that names all
findings over it; so the pieces put together are the note, character by character. All text is
escaped here, and nowhere else is a note turned into HTML.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from extractor.evidence.wording import AFFIRMED, describe, say_concept, tags
from extractor.records import Finding

_UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Shown:
    """Which findings are coloured; an empty set stands for all.

    Attributes:
        concepts: Findings of these concepts.
        said: Findings that are said in one of these ways: a tag, or ``AFFIRMED`` for those that have none.
    """

    concepts: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()

    def __contains__(self, finding: Finding) -> bool:
        """Whether a finding is coloured."""
        ways = tags(finding) or (AFFIRMED,)
        return (not self.concepts or finding.concept in self.concepts) and (
            not self.said or not self.said.isdisjoint(ways)
        )


ALL = Shown()
"""Every finding is coloured."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a note that no finding begins or ends inside.

    Attributes:
        start: Its first code point in the note.
        end: One past its last.
        text: The stretch itself.
        findings: All findings that cover it, those that begin first ahead.
    """

    start: int
    end: int
    text: str
    findings: tuple[Finding, ...]


def cut(text: str, findings: Iterable[Finding]) -> list[Segment]:
    """Cut a note at all borders of its findings; the pieces' texts add up to the note.

    What of a finding lies outside the text is left out.
    """
    inside = [(_first(f), min(f.end, len(text)), f) for f in findings]
    waiting = sorted((span for span in inside if span[0] < span[1]), key=lambda span: span[0])[::-1]
    borders = sorted({0, len(text), *(border for start, end, _ in waiting for border in (start, end))})
    segments: list[Segment] = []
    open_now: list[tuple[int, int, Finding]] = []
    for start, end in itertools.pairwise(borders):
        open_now = [span for span in open_now if span[1] > start]
        while waiting and waiting[-1][0] == start:
            open_now.append(waiting.pop())
        segments.append(Segment(start, end, text[start:end], tuple(finding for _, _, finding in open_now)))
    return segments


def _first(finding: Finding) -> int:
    return max(0, finding.start)


def anchor(finding_id: str, prefix: str = "ev-") -> str:
    """The HTML id of a finding's first words; safe in an attribute, a URL and a selector."""
    return _NOT_IN_AN_ID.sub("-", prefix + finding_id)


def show(text: str) -> str:
    """Any text as HTML, code point by code point; what no page can hold becomes U+FFFD."""
    return escape(_UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def highlight(
    text: str,
    findings: Sequence[Finding],
    *,
    used: Mapping[str, str] = MappingProxyType({}),
    shown: Shown = ALL,
    prefix: str = "ev-",
    panels: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """A note's text as HTML with its findings marked.

    Args:
        text: The note's text.
        findings: The findings of this note.
        used: For the findings that are evidence of a criterion, its name by their ids; they are marked
            more strongly.
        shown: Which are coloured. The others keep their anchors, so that a link still finds and
            lights them.
        prefix: What the anchors begin with; unique on the page.
        panels: HTML that is to appear when a finding is lit, by the findings' ids. The marks are then
            links that light theirs.

    Returns:
        Elements for a container with ``white-space: pre-wrap``, and before them the style rules
        that light a finding which overlaps force apart.
    """
    segments = cut(text, findings)
    marks = "".join(
        _mark(segment, used, shown, prefix, panels) if segment.findings else show(segment.text) for segment in segments
    )
    return _rules_for_divided(segments, prefix) + marks


def _mark(segment: Segment, used: Mapping[str, str], shown: Shown, prefix: str, panels: Mapping[str, str]) -> str:
    coloured = [f for f in segment.findings if f in shown]
    lead = min(coloured or segment.findings, key=lambda f: (f.id not in used, not f.decides, f.end - f.start))
    beginning = [f for f in segment.findings if _first(f) == segment.start]
    ending = [f for f in coloured if f.end == segment.end]
    attributes = {
        "class": " ".join(_classes(lead, segment, bool(coloured), lead.id in used)),
        "title": "\n".join(_tooltip(f, used) for f in segment.findings),
        "data-findings": " ".join(anchor(f.id, prefix) for f in segment.findings),
        "data-name": ", ".join(dict.fromkeys(say_concept(f.concept) for f in ending)),
        "data-tag": " ".join(dict.fromkeys(tag for f in ending for tag in tags(f))),
    }
    words = show(segment.text)
    if lead.id in panels:
        reach = "" if beginning else ' tabindex="-1"'
        words = f'<a href="#{anchor(lead.id, prefix)}"{reach}>{words}</a>'
    elif beginning:
        attributes["tabindex"] = "0"
    if beginning:
        attributes["id"] = anchor(beginning[0].id, prefix)
    written = "".join(f' {name}="{show(value)}"' for name, value in attributes.items() if value)
    html = f"<mark{written}>{words}</mark>{_panel(beginning[:1], panels)}"
    for also in beginning[1:]:
        html = f'<span class="hit" id="{anchor(also.id, prefix)}">{html}</span>{_panel([also], panels)}'
    return html


def _panel(findings: Sequence[Finding], panels: Mapping[str, str]) -> str:
    """The panel stands right behind what its link lights, which is how the style sheet finds it."""
    return "".join(panels.get(finding.id, "") for finding in findings)


def _tooltip(finding: Finding, used: Mapping[str, str]) -> str:
    criteria = used.get(finding.id)
    return f"{describe(finding)} · evidence for {criteria}" if criteria else describe(finding)


def _classes(lead: Finding, segment: Segment, coloured: bool, is_used: bool) -> list[str]:
    classes = [
        f"c-{_NOT_IN_AN_ID.sub('-', lead.concept)}",
        f"a-{lead.assertion}",
        f"e-{lead.experiencer}",
        f"t-{lead.temporality}",
    ]
    if tags(lead):
        classes.append("aside")
    if is_used:
        classes.append("used")
    if len(segment.findings) > 1:
        classes.append("shared")
    if not coloured:
        classes.append("quiet")
    return classes


def _rules_for_divided(segments: Sequence[Segment], prefix: str) -> str:
    """``:target`` reaches one element only; these rules light all pieces of a divided finding."""
    pieces: dict[str, int] = {}
    for segment in segments:
        for finding in segment.findings:
            pieces[finding.id] = pieces.get(finding.id, 0) + 1
    divided = [anchor(finding_id, prefix) for finding_id, count in pieces.items() if count > 1]
    rules = "".join(
        f'.note-text:has(#{name}:target) mark[data-findings~="{name}"]{{outline:3px solid var(--lit);}}'
        for name in divided
    )
    return f"<style>{rules}</style>" if rules else ""
