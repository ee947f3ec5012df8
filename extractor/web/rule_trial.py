"""Trying a rule on a text: what it matches, and what the whole reader finds there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from extractor.evidence.highlight import highlight
from extractor.evidence.wording import TAG_WORDS, say_concept, say_date, say_value, tags
from extractor.exports.writing import safe_cell
from extractor.files import RuleFileError, patterns_folder
from extractor.language.rules import load_terms
from extractor.language.trying import Matches, PatternError, fill_terms, try_pattern
from extractor.records import Finding, Note
from extractor.web import engine

_OWN, _SHIPPED = "An expression", "A rule that ships"
_LONGEST = 200_000
"""Characters of a text to try a rule on."""
_EXAMPLE = "61-year-old man, ECOG performance status 1 (was 2). No brain metastases."


def show() -> None:
    """The rule, the text, and what came of them."""
    try:
        rules = {rule.id: rule for rule in (*engine.screener().rules.targets, *engine.screener().rules.cues)}
    except RuleFileError as error:
        st.error(str(error))
        return
    kind = st.segmented_control("Try", [_OWN, _SHIPPED], default=_OWN, required=True, key="try_kind",
                                persist_state="page")  # fmt: skip
    if kind == _SHIPPED:
        rule = rules[st.selectbox("Rule", sorted(rules), key="try_rule", persist_state="page")]
        name, pattern = rule.id, rule.pattern.pattern
        if rule.spec.note:
            st.caption(rule.spec.note)
        with st.expander("The expression, terms filled in"):
            st.code(pattern, language=None, wrap_lines=True)
    else:
        name = "tried"
        pattern = st.text_input(
            "Regular expression", key="try_pattern", persist_state="page", placeholder=r"ECOG (?P<low>[0-4])",
            help="Python's, in any case; {terms} of terms.yaml are filled in, as in a rule file.",
        )  # fmt: skip
    left, right = st.columns(2)
    text = left.text_area("Text", key="try_text", persist_state="page", height=300, placeholder=_EXAMPLE,
                        max_chars=_LONGEST)  # fmt: skip
    pressed = left.button("Try it", type="primary", icon=":material/play_arrow:")
    with right:
        if pressed and text.strip():
            _show_matches(name, pattern, text)
            _show_findings(text)


def _show_matches(name: str, pattern: str, text: str) -> None:
    if not pattern.strip():
        return
    reading = engine.screener().read(Note(text))
    try:
        with st.spinner("Matching …"):
            matches = try_pattern(fill_terms(pattern, load_terms(patterns_folder())), reading.text)
    except PatternError as error:
        st.error(f"T{str(error)[1:]}.")
        return
    found = [
        Finding("match", match.groups, start, end, text[start:end], rule=name, id=f"m{number}")
        for number, match in enumerate(matches.found)
        for start, end in [reading.clean.to_note(match.start, match.end)]
    ]
    st.subheader(_counted(matches), anchor=False)
    _show_text(text, found)
    groups = [
        {"Words": safe_cell(f.text), **{name: safe_cell(words) for name, words in f.value.items()}}
        for f in found
        if f.value
    ]
    if groups:
        st.dataframe(groups, hide_index=True)


def _counted(matches: Matches) -> str:
    count = len(matches.found)
    more = " or more" if matches.more else ""
    return "No match" if not count else "1 match" if count == 1 else f"{count}{more} matches"


def _show_findings(text: str) -> None:
    """What all rules together find, with what frames it; this is what a screening would use."""
    found = [replace(f, id=f"r{n}") for n, f in enumerate(engine.screener().find(Note(text)))]
    st.subheader(f"The whole reader finds {len(found) or 'nothing'}", anchor=False)
    if not found:
        return
    _show_text(text, found)
    st.dataframe([_row(finding) for finding in found], hide_index=True, height="content" if len(found) < 12 else 400)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "Concept": say_concept(finding.concept),
        "Value": say_value(finding.concept, finding.value),
        "Words": safe_cell(finding.text),
        "How": ", ".join(TAG_WORDS[tag] for tag in tags(finding)) or "affirmed, current",
        "Of": say_date(finding.date),
        "Rule": finding.rule,
    }


def _show_text(text: str, found: Sequence[Finding]) -> None:
    st.html(f'<div class="ts"><div class="note-text tried">{highlight(text, found, prefix="try-")}</div></div>')
