"""The parts of a report as HTML, for the report's page and for the web app: banner, cards, notes.

No part needs a script: a link to a finding is a plain link to its anchor, and CSS lights its target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from extractor.evidence.highlight import ALL, Shown, anchor, cut, highlight, show
from extractor.evidence.roles import Role, roles
from extractor.evidence.summary import by_need, headline, not_met, open_questions, to_confirm_at_visit
from extractor.evidence.wording import (
    CONCEPTS,
    STATUS_SYMBOLS,
    STATUS_WORDS,
    TAG_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    describe,
    say_concept,
    say_date,
    say_fact,
    say_name,
    say_value,
    tags,
)
from extractor.records import CriterionResult, Experiencer, Finding, Note, Report, Status

_SHOWN = 6
"""So many pieces of evidence stand open on a card."""

A_PERSON_DECIDES = "A person decides. This is a proposal from the notes alone."


def style_sheet() -> str:
    """The style sheet of all parts, light and dark."""
    return Path(__file__).with_name("evidence.css").read_text(encoding="utf-8")


def banner(report: Report) -> str:
    """The verdict, what it rests on, and what to ask next."""
    lists = [
        _list("Not met", ((say_name(r.id), r.reason) for r in not_met(report))),
        _list("Ask next", ((say_name(r.id), r.ask or r.reason) for r in open_questions(report))),
    ]
    visit = ", ".join(say_name(r.id) for r in to_confirm_at_visit(report))
    if visit:
        lists.append(f'<p class="visit"><b>To confirm at the visit:</b> {show(visit)}</p>')
    return (
        f'<section class="ts banner v-{report.verdict}"><p class="verdict">'
        f'<span class="icon" aria-hidden="true">{VERDICT_SYMBOLS[report.verdict]}</span> '
        f"<b>{show(VERDICT_WORDS[report.verdict].capitalize())}</b>"
        f'<span class="headline">{show(headline(report))}</span></p>{"".join(lists)}'
        f'<p class="person">{A_PERSON_DECIDES}</p></section>'
    )


def _list(title: str, rows: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<li><b>{show(name)}:</b> <bdi>{show(words)}</bdi></li>" for name, words in rows)
    return f'<div class="list"><h3>{title}</h3><ul>{items}</ul></div>' if items else ""


def warnings(report: Report) -> str:
    """What a person should read beside the verdict; empty where there is nothing."""
    items = "".join(f"<li><bdi>{show(warning)}</bdi></li>" for warning in report.warnings)
    return f'<section class="ts warnings"><h3>Please note</h3><ul>{items}</ul></section>' if items else ""


def cards(report: Report, prefix: str = "ev-") -> str:
    """A card a criterion, those that need a person first.

    Args:
        report: The report.
        prefix: What the anchors of its findings begin with.
    """
    return "".join(_card(result, report, prefix) for result in by_need(report))


def _card(result: CriterionResult, report: Report, prefix: str) -> str:
    value = say_fact(result.value)
    visit = '<span class="at-visit">at the visit</span>' if result.at_visit else ""
    ask = f'<p class="ask"><b>Ask:</b> <bdi>{show(result.ask)}</bdi></p>' if result.ask else ""
    return (
        f'<article class="ts card s-{result.status}" id="{card_anchor(result, prefix)}"><header>'
        f"{_status(result.status)}<h3>{show(say_name(result.id))}</h3>{visit}"
        + (f'<span class="value"><bdi>{show(value)}</bdi></span>' if value else "")
        + f'</header><p class="reason"><bdi>{show(result.reason)}</bdi></p>{ask}'
        + _evidence(result.evidence, report, prefix)
        + _set_aside(result, report, prefix)
        + (f'<p class="criterion">{show(result.text)}</p>' if result.text else "")
        + "</article>"
    )


def card_anchor(result: CriterionResult, prefix: str = "ev-") -> str:
    """The HTML id of a criterion's card."""
    return anchor(f"crit-{result.id}", prefix)


def _status(status: Status) -> str:
    icon = f'<span class="icon" aria-hidden="true">{STATUS_SYMBOLS[status]}</span>'
    return f'<span class="status">{icon} {STATUS_WORDS[status]}</span>'


def _evidence(findings: Sequence[Finding], report: Report, prefix: str) -> str:
    chips = [f"<li>{chip(finding, report, prefix)}</li>" for finding in findings]
    shown, more = chips[:_SHOWN], chips[_SHOWN:]
    html = f'<ul class="evidence" aria-label="Evidence">{"".join(shown)}</ul>' if shown else ""
    if more:
        inner = f'<ul class="evidence">{"".join(more)}</ul>'
        html += f"<details><summary>More evidence ({len(more)})</summary>{inner}</details>"
    return html


def chip(finding: Finding, report: Report, prefix: str = "ev-") -> str:
    """A link to the words in the note, with the words themselves."""
    note_type = next((note.note_type for note in report.notes if note.note_id == finding.note_id), None)
    source = " · ".join(filter(None, (say_date(finding.date or finding.note_date), note_type)))
    tag = "".join(f'<sup class="tag">{tag}</sup>' for tag in tags(finding))
    return (
        f'<a class="chip" href="#{anchor(finding.id, prefix)}" title="{show(describe(finding))}">'
        f"<q><bdi>{show(_shorten(finding.text))}</bdi></q>{tag}<small>{show(source)}</small></a>"
    )


def _shorten(words: str, limit: int = 80) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _set_aside(result: CriterionResult, report: Report, prefix: str) -> str:
    rows = "".join(
        f'<li>{chip(aside.finding, report, prefix)} <span class="why"><bdi>{show(aside.why)}</bdi></span></li>'
        for aside in result.set_aside
    )
    if not rows:
        return ""
    return f"<details><summary>Set aside ({len(result.set_aside)})</summary><ul>{rows}</ul></details>"


def evidence_in_order(report: Report) -> list[Finding]:
    """The findings that decide, as the cards show them, each once."""
    found = (finding for result in by_need(report) for finding in result.evidence)
    return list({finding.id: finding for finding in found}.values())


def notes(report: Report, prefix: str = "ev-", shown: Shown = ALL) -> str:
    """All notes of a report with their findings marked, each finding with a panel that tells of it.

    Args:
        report: The report.
        prefix: What the anchors of its findings begin with.
        shown: Which findings are coloured.
    """
    became = roles(report)
    used = {
        finding.id: ", ".join(say_name(result.id) for result in became[finding.id].decides)
        for finding in report.findings
        if became[finding.id].decides
    }
    return "".join(_note(note, report, became, used, prefix, shown) for note in report.notes)


def _note(
    note: Note, report: Report, became: Mapping[str, Role], used: Mapping[str, str], prefix: str, shown: Shown
) -> str:
    findings = [finding for finding in report.findings if finding.note_id == note.note_id]
    heading = " · ".join(filter(None, (say_date(note.note_date), note.note_type, note.note_id)))
    beside: dict[str, dict[str, Finding]] = {}
    for segment in cut(note.text, findings):
        for finding in segment.findings if len(segment.findings) > 1 else ():
            beside.setdefault(finding.id, {}).update({f.id: f for f in segment.findings if f is not finding})
    panels = {f.id: _panel(f, became[f.id], list(beside.get(f.id, {}).values()), prefix) for f in findings}
    text = highlight(note.text, findings, used=used, shown=shown, prefix=prefix, panels=panels)
    return f'<article class="ts note"><h3>{show(heading)}</h3><div class="note-text">{text}</div></article>'


def _panel(finding: Finding, role: Role, beside: Sequence[Finding], prefix: str) -> str:
    """What is known of one finding: value, assertion, date, section, rule, and what became of it."""
    said = f"{finding.assertion}, {finding.temporality}, about the {finding.experiencer}"
    if finding.experiencer is not Experiencer.PATIENT:
        said = f"{finding.assertion}, {finding.temporality}, {TAG_WORDS[tags(finding)[-1]]}"
    rows = (
        ("Said", said),
        ("Date", say_date(finding.date or finding.note_date)),
        ("Section", (finding.section or "").replace("_", " ")),
        ("Rule", finding.rule),
    )
    table = "".join(f"<dt>{name}</dt><dd>{show(value)}</dd>" for name, value in rows if value)
    does = [
        f'<p>{STATUS_SYMBOLS[result.status]} Evidence for <a href="#{card_anchor(result, prefix)}">'
        f"{show(say_name(result.id))}</a> ({STATUS_WORDS[result.status]})</p>"
        for result in role.decides
    ]
    does += [f"<p>Set aside for {show(name)}: {show(why)}</p>" for name, why in role.aside]
    does += [f"<p>Decides nothing: {show(role.otherwise)}</p>"] if role.otherwise else []
    also = ", ".join(f'<a href="#{anchor(f.id, prefix)}">{show(say_concept(f.concept))}</a>' for f in beside)
    shut = anchor(f"close-{finding.id}", prefix)  # a link to itself: whatever else was lit is so no more
    return (
        f'<aside class="finding" aria-label="Finding">'
        f'<a class="close" id="{shut}" href="#{shut}" aria-label="Close">✕</a>'
        f"<p><b>{show(say_concept(finding.concept))}: {show(say_value(finding.concept, finding.value))}</b></p>"
        f"<dl>{table}</dl>{''.join(does)}{f'<p>On the same words: {also}</p>' if also else ''}</aside>"
    )


def legend(report: Report) -> str:
    """What the colours and tags of the marks in a report's notes mean."""
    found = {finding.concept for finding in report.findings}
    concepts = [concept for concept in CONCEPTS if concept in found] + sorted(found - CONCEPTS.keys())
    seen = {tag for finding in report.findings for tag in tags(finding)}
    swatches = [f'<mark class="c-{anchor(concept, "")}">{show(say_concept(concept))}</mark>' for concept in concepts]
    asides = [f'<mark class="aside" data-tag="{tag}">{words}</mark>' for tag, words in TAG_WORDS.items() if tag in seen]
    used = '<mark class="used">evidence for a criterion</mark>'
    return f'<p class="ts legend">{" ".join([*swatches, used, *asides])}</p>' if swatches else ""


def imprint(report: Report) -> str:
    """Which protocol, engine and rules made the report."""
    parts = (
        f"Protocol {report.protocol_id}, version {report.protocol_version}",
        f"trialscreen {report.engine_version}",
        f"patterns {report.patterns_hash}",
        f"as of {say_date(report.as_of)}",
    )
    return f'<p class="ts imprint">{show(" · ".join(parts))}</p>'
