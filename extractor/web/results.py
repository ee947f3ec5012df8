"""The verdict, a card a criterion, and beside them the notes in which an evidence link lights its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from extractor.evidence import cards
from extractor.evidence.highlight import Shown, anchor
from extractor.evidence.html_report import render_html
from extractor.evidence.wording import (
    AFFIRMED,
    CONCEPTS,
    SAID_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    say_concept,
    tags,
)
from extractor.exports.report_csv import to_csv
from extractor.exports.report_json import to_json
from extractor.exports.rows import FailedNote
from extractor.records import Report
from extractor.web import ask_panel, session, stepper, timeline_chart


def show(reports: Sequence[Report], failures: Sequence[FailedNote]) -> bool:
    """Show the reports, and what could not be read; gives True when other notes are wanted."""
    if failures:
        with st.expander(f"Not read or not screened: {len(failures)}", icon=":material/warning:"):
            st.text("\n".join(str(failure) for failure in failures))
    chooser, concepts, said, exports, back = st.columns([3, 3, 2.4, 1.1, 1.4], vertical_alignment="bottom")
    with chooser:
        report = _choose(reports)
    with concepts:
        wanted = _concepts(report)
    with said:
        ways = _ways(report)
    with exports.popover("Export", icon=":material/download:", width="stretch"):
        _exports(reports, report)
    again = back.button("Other notes", icon=":material/arrow_back:", width="stretch")
    left, right = st.columns([5, 7])
    with left:
        views: Mapping[str, Callable[[Report], None]] = {
            "Criteria": _criteria,
            "Ask": ask_panel.show,
            "Timeline": timeline_chart.show,
        }
        view = st.segmented_control(
            "View", list(views), default="Criteria", required=True, key="view", label_visibility="collapsed"
        )
        views[view or "Criteria"](report)
    with right:
        prefix = session.anchor_prefix()
        stepper.show([anchor(finding.id, prefix) for finding in cards.evidence_in_order(report)])
        notes = cards.notes(report, prefix, Shown(wanted, ways))
        st.html(f'<div class="ts-pane">{cards.legend(report)}{notes}</div>')
    return bool(again)


def _criteria(report: Report) -> None:
    st.html(
        f'<div class="ts-pane">{cards.banner(report)}{cards.warnings(report)}'
        f"{cards.cards(report, session.anchor_prefix())}{cards.imprint(report)}</div>"
    )


def _choose(reports: Sequence[Report]) -> Report:
    chosen = st.selectbox(
        "Patient", range(len(reports)), format_func=lambda number: _label(reports[number]), key=session.CHOSEN
    )
    return reports[chosen or 0]


def _label(report: Report) -> str:
    return f"{VERDICT_SYMBOLS[report.verdict]} {report.patient_id}: {VERDICT_WORDS[report.verdict]}"


def _concepts(report: Report) -> frozenset[str]:
    found = {finding.concept for finding in report.findings}
    options = [concept for concept in CONCEPTS if concept in found]
    return frozenset(
        st.multiselect("Highlight", options, format_func=say_concept, placeholder="everything found", key="concepts")
    )


def _ways(report: Report) -> frozenset[str]:
    found = {way for finding in report.findings for way in tags(finding) or (AFFIRMED,)}
    options = [way for way in SAID_WORDS if way in found]
    return frozenset(
        st.multiselect("Said", options, format_func=SAID_WORDS.__getitem__, placeholder="in any way", key="said")
    )


def _exports(reports: Sequence[Report], report: Report) -> None:
    """What can be downloaded; each is made when it is asked for."""
    kinds: Sequence[tuple[str, str, str, Callable[[], str | bytes]]] = (
        ("Report of this patient (HTML, to print)", "report.html", "text/html", lambda: render_html([report])),
        ("All reports (HTML)", "trialscreen.html", "text/html", lambda: render_html(reports)),
        ("Criteria (CSV)", "trialscreen.csv", "text/csv", lambda: to_csv(reports).encode("utf-8-sig", "replace")),
        ("Everything (JSON)", "trialscreen.json", "application/json", lambda: to_json(reports)),
    )
    for label, name, kind, make in kinds:
        st.download_button(label, make, name, kind, on_click="ignore", width="stretch")
