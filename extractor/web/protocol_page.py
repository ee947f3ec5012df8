"""The page of protocols: what one asks, what other thresholds would change, and what a rule matches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, groupby
from typing import Any

import streamlit as st

from extractor.cohort.changes import CohortChange, CriterionChange, PatientChange, compare, compare_all
from extractor.cohort.patients import reports_of
from extractor.cohort.table import say_status, say_verdict
from extractor.evidence.protocol_words import CHOICES, PARAMETERS, protocol_table
from extractor.evidence.wording import say_fact, say_name
from extractor.exports.rows import InputError
from extractor.exports.writing import safe_cell
from extractor.files import Place
from extractor.records import Status, Verdict
from extractor.trial.editing import Parameter, parameters, renamed, with_changes
from extractor.trial.library import StoredProtocol, file_name, house_folder, save_for_all, stored_protocols
from extractor.trial.protocol import ProtocolError, parse_protocol
from extractor.web import drafts, navigation, rule_trial, session, signin
from extractor.web.access import Right
from extractor.web.workspace import workspace

_TRIED = "protocol_tried"
"""The key of the changed text that is looked at, with the name of the protocol that it was made from."""
_COMPARED = "protocol_compared"
_SHOWN_PATIENTS = 500
_IN_A_ROW = 4
_OF_A_CRITERION = 3
"""The length of the place of a parameter that stands in its criterion itself."""


def show() -> None:
    """The page."""
    navigation.style("desk.css")
    stored, faults = stored_protocols()
    for fault in faults:
        st.warning(fault, icon=":material/warning:")
    names = {protocol.name for protocol in stored}
    known = [*stored, *(draft for draft in drafts.drafts() if draft.name not in names)]
    if not known:
        st.error("There is no protocol that can be used.")
        return
    chosen = st.selectbox(
        "Protocol", range(len(known)), format_func=lambda n: known[n].name, key="protocol", persist_state="page",
        width=420,
    )  # fmt: skip
    protocol = known[min(chosen or 0, len(known) - 1)]
    seen, changed, tried = st.tabs(["Criteria", "Change thresholds", "Try a rule"])
    with seen:
        st.markdown(f"**{_plain(protocol.protocol.title)}**")
        st.caption(_plain(protocol.protocol.description))
        st.html(protocol_table(protocol.protocol))
    with changed:
        _change(protocol)
    with tried:
        rule_trial.show()


def _plain(text: str) -> str:
    """A text of a file without what Markdown would take for its own."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+-.!|~$:" else sign for sign in text)


# ---------------------------------------------------------------------------------------- the thresholds


def _change(base: StoredProtocol) -> None:
    found = parameters(base.text)
    with st.form("thresholds"):
        values = _form(base, found)
        pressed = st.form_submit_button("See what changes", type="primary", icon=":material/compare_arrows:")
    if pressed:
        changes = {p.place: values[p.place] for p in found if values[p.place] != p.value}
        text = with_changes(base.text, changes)
        try:
            parse_protocol(text, base.protocol.path.name)
        except ProtocolError as error:
            st.error(str(error))
            st.session_state.pop(_TRIED, None)
            return
        st.session_state[_TRIED] = (base.name, text)
        st.session_state.pop(_COMPARED, None)
    name, text = st.session_state.get(_TRIED, ("", ""))
    if name != base.name:
        return
    if text == with_changes(base.text, {}):
        st.info("Nothing was changed.", icon=":material/info:")
        return
    after = StoredProtocol(parse_protocol(text, base.protocol.path.name), text)
    left, right = st.columns(2)
    with left:
        _on_the_patient(base, after)
    with right:
        _on_the_batch(base, after)
    _save(after)


def _form(base: StoredProtocol, found: Sequence[Parameter]) -> dict[Place, Any]:
    values: dict[Place, Any] = {}
    for criterion, group in groupby(found, key=lambda parameter: parameter.criterion):
        head, *slots, last = st.columns([1.5, *[1.3] * _IN_A_ROW, 1.1], vertical_alignment="bottom")
        head.markdown(f"**{say_name(criterion)}**")
        places = cycle(slots)
        for parameter in group:
            slot = last if parameter.name == "needed_from" else next(places)
            values[parameter.place] = _widget(slot, base, parameter)
    return values


def _widget(slot: Any, base: StoredProtocol, parameter: Parameter) -> Any:
    nested = len(parameter.place) > _OF_A_CRITERION
    label = f"{say_name(parameter.about)}: {PARAMETERS[parameter.name]}" if nested else PARAMETERS[parameter.name]
    key = f"threshold/{base.name}/{'/'.join(map(str, parameter.place))}"
    match parameter.kind:
        case "number":
            return slot.number_input(label, 0.0, value=float(parameter.value), step=1.0, format="%g", key=key)
        case "whole":
            return slot.number_input(label, 1, value=parameter.value, step=1, key=key)
        case "choice":
            place = parameter.options.index(parameter.value)
            return slot.selectbox(label, parameter.options, index=place, format_func=CHOICES.__getitem__, key=key)
    chosen = slot.multiselect(
        label, parameter.options, default=parameter.value, format_func=_say_option, key=key, placeholder="none"
    )
    # in the order of the file, so that nothing seems changed that is not
    return tuple(chosen) if set(chosen) != set(parameter.value) else parameter.value


def _say_option(option: Any) -> str:
    return say_fact(option)


# ------------------------------------------------------------------------------------- what it changes


def _on_the_patient(base: StoredProtocol, after: StoredProtocol) -> None:
    st.subheader("On the open patient", anchor=False)
    report = session.looked_at()
    if report is None:
        st.caption("No patient is open. Screen one, or open one of a batch.")
        return
    change = compare(report.patient_id, report.facts, base.protocol, after.protocol)
    st.text(f"{report.patient_id}: {_say_change(change)}")
    for item in change.criteria:
        st.text(_say_criterion(item))
        if item.after:
            st.caption(_plain(item.after.reason))
    if not change.criteria:
        st.caption("No criterion comes out otherwise.")


def _on_the_batch(base: StoredProtocol, after: StoredProtocol) -> None:
    st.subheader("On the open batch", anchor=False)
    cohort = workspace().cohort
    if cohort is None:
        st.caption("No batch is open.")
        return
    if not cohort.recheckable:
        st.caption("An earlier version made this batch; its reports lack what a check needs. Run it again.")
        return
    key = (str(cohort.folder), base.text, after.text)
    if st.session_state.get(_COMPARED, (None, None))[0] != key:
        try:
            with st.spinner("Checking the facts again …"):
                st.session_state[_COMPARED] = key, compare_all(reports_of(cohort), base.protocol, after.protocol)
        except InputError as error:
            st.error(str(error))
            return
    _show_cohort(st.session_state[_COMPARED][1])


def _show_cohort(change: CohortChange) -> None:
    for slot, verdict in zip(st.columns(len(Verdict)), Verdict, strict=True):
        count = change.after[verdict]
        slot.metric(say_verdict(verdict), f"{count:,}", delta=f"{count - change.before[verdict]:+,}", delta_color="off")
    st.caption(f"{len(change.changed):,} of {change.patients:,} patients come out otherwise. No note was read again.")
    rows = [
        {
            "Patient": safe_cell(item.patient_id),
            "Verdict": _say_change(item),
            "Criteria": "; ".join(map(_say_criterion, item.criteria)),
        }
        for item in change.changed[:_SHOWN_PATIENTS]
    ]
    if rows:
        st.dataframe(rows, hide_index=True, column_config={"Criteria": st.column_config.TextColumn(width="large")})


def _say_change(change: PatientChange) -> str:
    if change.before is change.after:
        return f"{say_verdict(change.after)}, as before"
    return f"{say_verdict(change.before)} → {say_verdict(change.after)}"


def _say_criterion(change: CriterionChange) -> str:
    before, after = (say_status(status) if isinstance(status, Status) else "–" for status in change.statuses)
    return f"{say_name(change.id)}: {before} → {after}"


# --------------------------------------------------------------------------------------------- keeping it


def _save(after: StoredProtocol) -> None:
    st.subheader("Keep it", anchor=False)
    if not signin.may(Right.SAVE_PROTOCOLS):
        st.caption("An administrator can save it as a new protocol.")
        return
    left, right, *slots = st.columns([2, 1, 1.4, 1.4, 1.4], vertical_alignment="bottom")
    name = left.text_input("Id", value=after.protocol.id, key="new_id")
    version = right.text_input("Version", value=after.protocol.version, key="new_version")
    try:
        text, protocol = renamed(after.text, name, version)
        written = file_name(protocol)
    except ProtocolError as error:
        st.caption(_plain(str(error)))
        return
    slots[0].download_button(
        "Download", text, written, "application/yaml", on_click="ignore", icon=":material/download:", width="stretch"
    )
    kept = slots[1].button(
        "Use in this session", icon=":material/bookmark:", width="stretch", help="The Batch page then offers it.",
        on_click=drafts.keep, args=(StoredProtocol(protocol, text),),
    )  # fmt: skip
    if kept:
        st.toast(f"{written} can be chosen on the Batch page.")
    house = house_folder()
    if house and slots[2].button("Save for all", icon=":material/save:", width="stretch"):
        try:
            st.success(f"Saved: {save_for_all(text, house).name}")
        except ProtocolError as error:
            st.error(str(error))
