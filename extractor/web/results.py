"""The verdict, a card a criterion, and beside them the notes in which an evidence link lights its words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from extractor.evidence import cards
from extractor.evidence.html_report import render_html
from extractor.evidence.wording import CONCEPTS, VERDICT_SYMBOLS, VERDICT_WORDS, say_concept
from extractor.exports.report_json import to_json
from extractor.exports.rows import FailedNote
from extractor.records import Report
from extractor.web import session


def show(reports: Sequence[Report], failures: Sequence[FailedNote]) -> bool:
    """Show the reports, and what could not be read; gives True when other notes are wanted."""
    if failures:
        with st.expander(f"Not read or not screened: {len(failures)}", icon=":material/warning:"):
            st.text("\n".join(str(failure) for failure in failures))
    chooser, concepts, as_json, as_html, back = st.columns([3, 4, 1, 1, 1.4], vertical_alignment="bottom")
    with chooser:
        report = _choose(reports)
    with concepts:
        wanted = _concepts(report)
    as_json.download_button(
        "JSON", to_json(reports), "trialscreen.json", "application/json", on_click="ignore", width="stretch"
    )
    as_html.download_button(
        "HTML", render_html(reports), "trialscreen.html", "text/html", on_click="ignore", width="stretch"
    )
    again = back.button("Other notes", icon=":material/arrow_back:", width="stretch")
    left, right = st.columns([5, 6])
    left.html(
        f'<div class="ts-pane">{cards.banner(report)}{cards.warnings(report)}'
        f"{cards.cards(report)}{cards.imprint(report)}</div>"
    )
    right.html(f'<div class="ts-pane">{cards.legend(report)}{cards.notes(report, concepts=wanted)}</div>')
    return bool(again)


def _choose(reports: Sequence[Report]) -> Report:
    chosen = st.selectbox(
        "Patient", range(len(reports)), format_func=lambda number: _label(reports[number]), key=session.CHOSEN
    )
    return reports[chosen or 0]


def _label(report: Report) -> str:
    return f"{VERDICT_SYMBOLS[report.verdict]} {report.patient_id}: {VERDICT_WORDS[report.verdict]}"


def _concepts(report: Report) -> Collection[str] | None:
    found = {finding.concept for finding in report.findings}
    options = [concept for concept in CONCEPTS if concept in found]
    chosen = st.multiselect(
        "Highlight", options, format_func=say_concept, placeholder="everything found", key="concepts"
    )
    return chosen or None
