"""What a batch needs: the export, which of its columns hold what, the protocol, and where results stay."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from extractor.cohort.patients import load_cohort
from extractor.evidence.wording import say_name
from extractor.exports.background import BackgroundBatch, Job
from extractor.exports.column_guess import guess_columns
from extractor.exports.preview import Columns, columns_of
from extractor.exports.readers import KINDS, Inputs
from extractor.exports.rows import FIELDS, InputError, to_date
from extractor.exports.writing import safe_cell
from extractor.trial.library import stored_protocols
from extractor.web import drafts, signin
from extractor.web.access import Right
from extractor.web.workspace import Workspace

_UPLOAD, _PATH, _EARLIER = "Upload", "On this machine", "An earlier batch"
_SESSION, _FOLDER = "until this session ends", "in a folder"
_UPLOAD_LIMIT = 1_000
"""Megabytes of an upload."""
_SHOWN_ROWS, _SHOWN_CHARACTERS = 5, 90
_TYPES = [*(kind.removeprefix(".") for kind in KINDS), "gz", "zst"]
_FIELD_HELP = {
    "text": "The note itself. The only column that must be there.",
    "patient_id": "Notes of the same patient are read together. Without it, each note is a patient.",
    "note_date": "Days like 2025-03-14 or 14.3.2025, or date cells.",
    "as_of": "The day to screen for, where the export has one a patient; later notes are left out.",
}


def show(room: Workspace) -> None:
    """The inputs of a batch, and the button that starts it."""
    st.header("Screen an export")
    sources = [_UPLOAD, _PATH, _EARLIER] if signin.may(Right.FILES) else [_UPLOAD]
    source = sources[0]
    if len(sources) > 1:
        source = st.segmented_control(
            "Notes from", sources, default=_UPLOAD, required=True, key="batch_source", persist_state="page"
        )
    if source == _EARLIER:
        _earlier(room)
        return
    names = _uploaded(room) if source == _UPLOAD else _named()
    if not names:
        return
    try:
        inputs = Inputs(names)
        columns = _first_table(inputs)
    except InputError as error:
        st.error(str(error))
        return
    mapping = _mapping(columns) if columns else {}
    if mapping is not None:
        _start(room, names, mapping)


# ------------------------------------------------------------------------------------------- the export


def _uploaded(room: Workspace) -> tuple[str, ...]:
    st.file_uploader(
        "The export: a table, JSON lines, or text files",
        type=_TYPES,
        accept_multiple_files=True,
        key="batch_files",
        max_upload_size=_UPLOAD_LIMIT,
        on_change=_save_uploads,
        args=(room,),
        help="It is kept in a private folder of this machine, and deleted when this session ends.",
    )
    if room.uploaded and not st.session_state["batch_files"]:  # another page was open meanwhile
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(f"Uploaded: {', '.join(path.name for path in room.uploaded.values())}")
        right.button("Remove", icon=":material/delete:", on_click=_forget_uploads, args=(room,), width="stretch")
    return tuple(map(str, room.uploaded.values()))


def _save_uploads(room: Workspace) -> None:
    """Make the private folder hold what the uploader holds."""
    files = {file.file_id: file for file in st.session_state["batch_files"]}
    for gone in set(room.uploaded) - set(files):
        room.uploaded.pop(gone).unlink(missing_ok=True)
    for number, (file_id, file) in enumerate(files.items()):
        if file_id not in room.uploaded:
            folder = room.folder / "export" / f"{number}-{sha256(file_id.encode()).hexdigest()[:8]}"
            folder.mkdir(parents=True)
            path = folder / Path(file.name).name
            path.write_bytes(file.getbuffer())
            room.uploaded[file_id] = path


def _forget_uploads(room: Workspace) -> None:
    for path in room.uploaded.values():
        path.unlink(missing_ok=True)
    room.uploaded.clear()


def _named() -> tuple[str, ...]:
    path = st.text_input("File or folder", key="batch_path", persist_state="page", placeholder="/data/export.parquet")
    return (path.strip(),) if path.strip() else ()


def _earlier(room: Workspace) -> None:
    """Open what ``trialscreen batch`` has made."""
    with st.form("earlier"):
        folder = st.text_input("Folder of the results", key="earlier_folder", placeholder="/data/results")
        export = st.text_input(
            "The export it was made from",
            key="earlier_export",
            help="Needed only to show the notes' texts. Its columns are guessed.",
        )
        opened = st.form_submit_button("Open", type="primary", icon=":material/folder_open:")
    if not opened:
        return
    try:
        with st.spinner("Opening the reports …"):
            cohort = load_cohort(Path(folder.strip()).expanduser())
            inputs = (export.strip(),) if export.strip() else None
            columns = guess_columns(_first_table(Inputs(inputs))) if inputs else {}
    except InputError as error:
        st.error(str(error))
        return
    room.cohort, room.inputs, room.columns = cohort, inputs, columns
    st.rerun()


def _first_table(inputs: Inputs) -> Columns:
    return next((columns for path in inputs.files if (columns := columns_of(path))), {})


# ------------------------------------------------------------------------------------------ the columns


def _mapping(columns: Columns) -> dict[str, str] | None:
    """Which column holds what, as the person leaves it; None while the notes' column is not named."""
    guess = guess_columns(columns)
    signature = sha256("\n".join(columns).encode("utf-8", "replace")).hexdigest()[:8]
    st.subheader("Which column holds what", anchor=False)
    chosen: dict[str, str] = {}
    for place, (field, slot) in enumerate(zip(FIELDS_SHOWN, st.columns(3) * 2, strict=True)):
        options = list(columns) if field in columns else ["", *columns]
        name = slot.selectbox(
            say_name(field),
            options,
            index=options.index(guess.get(field, field if field in columns else "")),
            format_func=lambda option: option or "–",
            key=f"column_{place}_{signature}",
            persist_state="page",
            help=_FIELD_HELP.get(field),
        )
        if name:
            chosen[field] = name
    twice = [name for name in chosen.values() if list(chosen.values()).count(name) > 1]
    if twice:
        st.warning(f"The column '{twice[0]}' is chosen twice.", icon=":material/warning:")
    if "text" not in chosen:
        st.warning("Choose the column that holds the notes' text.", icon=":material/warning:")
        return None
    if "patient_id" not in chosen:
        st.warning("Without a patient's id, each note is taken for a patient of its own.", icon=":material/warning:")
    for field in ("note_date", "as_of"):
        _check_days(columns.get(chosen.get(field, ""), ()), say_name(field))
    st.dataframe(_preview(columns, chosen), hide_index=True)
    return chosen


FIELDS_SHOWN = sorted(FIELDS, key=("text patient_id note_date note_type note_id as_of").split().index)


def _check_days(values: Sequence[Any], title: str) -> None:
    """Warn of days that the batch will not read."""
    wrong: list[str] = []
    for value in values:
        try:
            to_date(value, title)
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        st.warning(
            f"{len(wrong)} of the first {len(values)} rows would fail: {wrong[0]}. "
            "Correct the days in the export, or choose no column here.",
            icon=":material/warning:",
        )


def _preview(columns: Columns, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    rows = max((len(columns[name]) for name in chosen.values()), default=0)
    return [
        {say_name(field): safe_cell(_cell(columns[name], place)) for field, name in chosen.items()}
        for place in range(min(rows, _SHOWN_ROWS))
    ]


def _cell(values: Sequence[Any], place: int) -> str:
    value = values[place] if place < len(values) else None
    text = "" if value is None else value.isoformat(" ") if isinstance(value, datetime) else str(value)
    flat = " ".join(text[: 4 * _SHOWN_CHARACTERS].split())
    return flat if len(flat) <= _SHOWN_CHARACTERS else flat[: _SHOWN_CHARACTERS - 1] + "…"


# ---------------------------------------------------------------------------------------------- the run


@dataclass(frozen=True, slots=True)
class _Choice:
    """A protocol to check: its name, and its file or its text."""

    name: str
    path: Path | None
    text: str = ""


def _start(room: Workspace, names: tuple[str, ...], mapping: Mapping[str, str]) -> None:
    protocols = [_Choice(stored.name, stored.protocol.path) for stored in stored_protocols()[0]]
    protocols += [_Choice(f"{draft.name} (of this session)", None, draft.text) for draft in drafts.drafts()]
    left, middle, right = st.columns(3)
    protocol = left.selectbox("Protocol", protocols, format_func=lambda choice: choice.name, key="batch_protocol")
    workers = middle.number_input(
        "Processes", 1, max(os.cpu_count() or 1, 1), value=max((os.cpu_count() or 1) - 1, 1), key="batch_workers",
        help="Each needs about 300 MB of memory.",
    )  # fmt: skip
    folder = None
    if signin.may(Right.FILES):
        kept = right.selectbox("Keep the results", [_SESSION, _FOLDER], key="batch_kept")
        if kept == _FOLDER:
            folder = st.text_input("Folder for the results", key="batch_folder", placeholder="/data/results")
    if not st.button("Screen the export", type="primary", icon=":material/play_arrow:"):
        return
    if folder is not None and not folder.strip():
        st.warning("Name the folder for the results.", icon=":material/warning:")
        return
    job = Job(
        inputs=names,
        folder=folder.strip() if folder else str(room.folder / _results_name(names, mapping, protocol)),
        columns=dict(mapping),
        protocol=str(_file_of(room, protocol)),
        workers=int(workers),
    )
    start(room, job)
    st.rerun()


def start(room: Workspace, job: Job) -> None:
    """Start a batch, or go on with one that was stopped."""
    room.inputs, room.columns, room.cohort = job.inputs, job.columns, None
    room.batch = BackgroundBatch(job)


def _results_name(names: Sequence[str], mapping: Mapping[str, str], protocol: _Choice) -> str:
    """A folder of its own for each input, mapping and protocol, so that a stopped batch is found again."""
    parts = [*names, *(f"{ours}={theirs}" for ours, theirs in sorted(mapping.items())), protocol.name, protocol.text]
    return f"results-{sha256(chr(10).join(parts).encode('utf-8', 'replace')).hexdigest()[:12]}"


def _file_of(room: Workspace, protocol: _Choice) -> Path:
    if protocol.path:
        return protocol.path
    path = room.folder / f"protocol-{sha256(protocol.text.encode()).hexdigest()[:12]}.yaml"
    path.write_text(protocol.text, encoding="utf-8")
    return path
