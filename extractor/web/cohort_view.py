"""The patients of a finished batch: a table to filter and sort, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from extractor.cohort import figures, table
from extractor.cohort.figures import Wanted
from extractor.cohort.notes import checked_notes, notes_of
from extractor.cohort.patients import Cohort, CohortPatient, report_lines, report_of
from extractor.evidence.html_report import render_html
from extractor.evidence.wording import VERDICT_SYMBOLS, VERDICT_WORDS, say_date, say_name
from extractor.exports.rows import FailedNote, InputError
from extractor.exports.writing import safe_cell
from extractor.records import Report, Status, Verdict
from extractor.web import charts, navigation, session
from extractor.web.workspace import Workspace

_SPREAD = ("ecog", "response", "extracranial_metastases", "cranial_metastases", "age_years")
_FAILURES = 1_000
_AT_ONCE = 50
"""So many patients are opened, or put into one HTML file, at once."""


def show(room: Workspace, cohort: Cohort) -> None:
    """The cohort: filters, then the table and the figures of the patients that they let through."""
    _head(room, cohort)
    wanted = _filters(cohort)
    patients = [patient for patient in cohort.patients if wanted.fits(patient)]
    listed, funnel, missing, spread = st.tabs(["Patients", "Attrition", "What is missing", "Distributions"])
    with listed:
        _table(room, cohort, patients)
    with funnel:
        _funnel(cohort, patients)
    with missing:
        _missing(cohort, patients)
    with spread:
        _spread(patients)


def _head(room: Workspace, cohort: Cohort) -> None:
    counts = {verdict: sum(p.verdict is verdict for p in cohort.patients) for verdict in Verdict}
    title, unread, away = st.columns([6, 1.4, 1.4], vertical_alignment="bottom")
    told = [f"{VERDICT_SYMBOLS[verdict]} {count:,} {VERDICT_WORDS[verdict]}" for verdict, count in counts.items()]
    title.subheader(f"{_patients(len(cohort.patients))}: {' · '.join(told)}", anchor=False)
    private = room.is_private(cohort.folder)
    if away.button("Close and delete" if private else "Close", icon=":material/close:", width="stretch"):
        room.clear()
        st.rerun()
    place = "deleted when this session ends" if private else f"in {cohort.folder}"
    st.caption(f"Protocol {cohort.protocol}. The results are {place}. A person decides; these are proposals.")
    if cohort.failures:
        with unread.popover(f"Not read: {len(cohort.failures):,}", icon=":material/warning:", width="stretch"):
            st.caption("What could not be read or screened, and why.")
            st.dataframe([_failure(failure) for failure in cohort.failures[:_FAILURES]], hide_index=True)


def _failure(failure: FailedNote) -> dict[str, str]:
    """A row of the list of what failed."""
    source = "" if failure.source.startswith("patient ") else Path(failure.source).name
    return {
        "Patient": safe_cell(failure.patient_id or ""),
        "Note": safe_cell(failure.note_id or ""),
        "Place": safe_cell(", ".join(filter(None, (source, failure.place)))),
        "Why": failure.reason,
    }


def _patients(count: int) -> str:
    return "1 patient" if count == 1 else f"{count:,} patients"


def _filters(cohort: Cohort) -> Wanted:
    verdicts, statuses, words = st.columns([3, 4, 2], vertical_alignment="bottom")
    chosen = verdicts.pills(
        "Verdict", list(Verdict), selection_mode="multi", format_func=table.say_verdict, key="cohort_verdicts",
        persist_state="page",
    )  # fmt: skip
    options = [f"{name}={status}" for name in cohort.criteria for status in Status]
    picked = statuses.multiselect(
        "Criteria", options, format_func=_say_option, key="cohort_statuses", persist_state="page", placeholder="any"
    )
    looked_for = words.text_input("Patient", key="cohort_words", persist_state="page", placeholder="any")
    asked: dict[str, list[Status]] = {}
    for option in picked:
        name, _, status = option.rpartition("=")
        asked.setdefault(name, []).append(Status(status))
    return Wanted(chosen, asked, looked_for)


def _say_option(option: str) -> str:
    name, _, status = option.rpartition("=")
    return f"{say_name(name)}: {table.say_status(Status(status))}"


# ------------------------------------------------------------------------------------------- the table


def _table(room: Workspace, cohort: Cohort, patients: Sequence[CohortPatient]) -> None:
    bar = st.container()
    picked = st.dataframe(
        table.safe(table.frame(patients, cohort.criteria)),
        hide_index=True,
        height=min(440, 38 + 35 * max(len(patients), 1)),
        key="cohort_table",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            table.PATIENT: st.column_config.TextColumn(pinned=True),
            table.VERDICT: st.column_config.TextColumn(pinned=True),
            table.OPEN: st.column_config.NumberColumn(help="Criteria that the notes should settle and do not"),
            table.AS_OF: st.column_config.DateColumn(format="D MMM YYYY"),
            table.ASK: st.column_config.TextColumn(width="large"),
        },
    )
    rows = [row for row in picked.selection.rows if row < len(patients)]
    chosen = [patients[row] for row in rows]
    of = "" if len(patients) == len(cohort.patients) else f" of {len(cohort.patients):,}"
    slots = bar.columns([2, 1, 1, 1, 1, 1])
    bar.caption(
        f"{_patients(len(chosen))} ticked."
        if chosen
        else f"{_patients(len(patients))}{of}. Click a heading to sort; tick patients to open them."
    )
    _open_button(slots[0], room, cohort, chosen)
    _downloads(slots[1:], room, cohort, chosen or patients)
    if len(chosen) == 1:
        _summary(chosen[0])


def _open_button(slot: Any, room: Workspace, cohort: Cohort,
                 chosen: Sequence[CohortPatient]) -> None:  # fmt: skip
    ready = 0 < len(chosen) <= _AT_ONCE and navigation.can_go_to("Screen")
    pressed = slot.button(
        "Open on Screen", type="primary", icon=":material/open_in_new:", disabled=not ready, width="stretch",
        help=f"Tick up to {_AT_ONCE} patients in the table.",
    )  # fmt: skip
    if not pressed:
        return
    try:
        with st.spinner("Looking up the notes …"):
            reports = _reports(room, cohort, chosen)
    except InputError as error:
        st.error(str(error))
        return
    session.open_patients(reports)
    navigation.go_to("Screen")


def _reports(room: Workspace, cohort: Cohort, chosen: Sequence[CohortPatient]) -> list[Report]:
    notes = notes_of(room.inputs, room.columns, [patient.patient_id for patient in chosen]) if room.inputs else {}
    return [checked_notes(report_of(cohort, patient, notes.get(patient.patient_id, ()))) for patient in chosen]


def _downloads(slots: Sequence[Any], room: Workspace, cohort: Cohort,
               patients: Sequence[CohortPatient]) -> None:  # fmt: skip
    """Each file is made when its button is pressed."""

    def tabled(write: Callable[..., bytes]) -> Callable[[], bytes]:
        return lambda: write(table.frame(patients, cohort.criteria))

    def html() -> bytes:
        return render_html(_reports(room, cohort, patients)).encode("utf-8", "replace")

    few = len(patients) <= _AT_ONCE
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files: Sequence[tuple[str, str, str, Callable[[], bytes], str, bool]] = (
        ("CSV", "patients.csv", "text/csv", tabled(table.to_csv), "The table.", True),
        ("Excel", "patients.xlsx", workbook, tabled(table.to_xlsx), "The table.", True),
        ("Parquet", "patients.parquet", "application/octet-stream", tabled(table.to_parquet), "The table.", True),
        ("JSONL", "reports.jsonl", "application/x-ndjson", lambda: report_lines(cohort, patients),
         "The whole reports, one a line.", True),
        ("HTML", "reports.html", "text/html", html,
         f"The whole reports to read and print; of up to {_AT_ONCE} patients: tick them, or filter.", few),
    )  # fmt: skip
    for slot, (label, name, kind, make, about, enabled) in zip(slots, files, strict=True):
        slot.download_button(
            label, make, name, kind, on_click="ignore", disabled=not (enabled and patients), width="stretch", help=about
        )


def _summary(patient: CohortPatient) -> None:
    """What a click on a row tells at once."""
    with st.container(border=True):
        left, right = st.columns([1, 3])
        left.markdown(f"**{table.say_verdict(patient.verdict)}**")
        left.text(patient.patient_id)
        left.caption(f"as of {say_date(patient.as_of)}")
        not_met = [say_name(name) for name, status in patient.statuses.items() if status is Status.NOT_MET]
        if not_met:
            right.text(f"Not met: {', '.join(not_met)}")
        for name, ask in patient.asks.items():
            right.text(f"{say_name(name)}{' (at the visit)' if name in patient.at_visit else ''}: {ask}")


# ----------------------------------------------------------------------------------------- the figures


def _funnel(cohort: Cohort, patients: Sequence[CohortPatient]) -> None:
    steps = figures.funnel(patients, cohort.criteria)
    if not patients:
        st.caption("No patient is left by the filters.")
        return
    st.caption("The criteria in the protocol's order. A patient is counted out once, by the first that rules them out.")
    st.altair_chart(
        charts.funnel(steps, st.context.theme.type),
        alt="Patients left behind each criterion; the table below has the numbers",
    )
    rows = [
        {"Criterion": say_name(s.criterion), "Ruled out here": s.out, "Left": s.left, "All met": s.met, "Open": s.open}
        for s in steps
    ]
    with st.expander("The numbers"):
        st.dataframe(rows, hide_index=True, height="content")


def _missing(cohort: Cohort, patients: Sequence[CohortPatient]) -> None:
    items = figures.missing(patients, cohort.criteria)
    if not items:
        st.caption("Nothing is missing.")
        return
    st.caption("For how many patients the notes leave a criterion open, and the questions that would settle it.")
    st.altair_chart(charts.missing(items), alt="Patients for whom each criterion is unknown, most first")
    rows = [
        {"Criterion": say_name(item.criterion), "Ask": ask, "Patients": count}
        for item in items
        for ask, count in item.asks[:20]
    ]
    st.dataframe(rows, hide_index=True, column_config={"Ask": st.column_config.TextColumn(width="large")})


def _spread(patients: Sequence[CohortPatient]) -> None:
    slots = [*st.columns(3), *st.columns(2)]
    for slot, fact in zip(slots, _SPREAD, strict=True):
        title = table.fact_title(fact, ())
        slot.markdown(f"**{title}**")
        bars = figures.distribution(patients, fact)
        slot.altair_chart(charts.distribution(bars, title, st.context.theme.type), alt=f"Patients by {title}")
