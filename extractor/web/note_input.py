"""Where the notes come from: a sample, the clipboard, or files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from extractor.exports.rows import NoteRecord, Record
from extractor.records import Note
from extractor.web.note_table import TYPES, edited
from extractor.web.uploads import KINDS, read_uploads, sample_patients

_AS_OF = "Later notes are left out. Empty: the day of the newest note."
_FILES = (
    "A text file is one note; name it PATIENT__2025-03-14__TYPE.txt to tell whose and when. "
    "Tables and JSON lines have text, patient_id, note_id, note_date and note_type."
)


def ask_for_notes() -> tuple[list[Record], date | None]:
    """Show the inputs; gives the notes that they hold now and the day that the report is to hold for.

    A day of None stands for that of the newest note.
    """
    sources: dict[str, Callable[[], list[Record]]] = {"A sample": _sample, "Paste": _paste, "Upload": _upload}
    left, right = st.columns([3, 1])
    source = left.segmented_control(
        "Notes from", list(sources), default="A sample", required=True, key="source", persist_state="page"
    )
    day = right.date_input("As of", None, key="as_of", persist_state="page", format="YYYY-MM-DD", help=_AS_OF)
    return sources[source or "A sample"](), day if isinstance(day, date) else None


def _sample() -> list[Record]:
    patients = sample_patients()
    if not patients:
        st.info("There are no sample notes here. Paste a note, or upload a file.")
        return []
    patient = st.selectbox("Sample patient", list(patients), key="sample", persist_state="page")
    return edited(patients.get(patient or "", []), f"sample_{patient}")


def _paste() -> list[Record]:
    patient = st.text_input("Patient", value="patient", key="paste_patient", persist_state="page", width=300)
    count = st.session_state.setdefault("pasted", 1)
    notes = [_pasted_note(number, patient.strip() or "patient") for number in range(1, count + 1)]
    if st.button("Add a note", icon=":material/add:"):
        st.session_state["pasted"] = count + 1
        st.rerun()
    return [NoteRecord(note) for note in notes if note.text.strip()]


def _pasted_note(number: int, patient: str) -> Note:
    left, right = st.columns([3, 1])
    text = left.text_area(
        f"Note {number}",
        height=180,
        key=f"text_{number}",
        persist_state="page",
        placeholder="Paste the note here",
    )
    day = right.date_input("Written on", None, key=f"date_{number}", persist_state="page", format="YYYY-MM-DD")
    kind = right.selectbox("Type", TYPES, key=f"type_{number}", persist_state="page")
    return Note(text, patient, f"note {number}", day if isinstance(day, date) else None, kind)


def _upload() -> list[Record]:
    files = st.file_uploader("Files with notes", type=KINDS, accept_multiple_files=True, key="files", help=_FILES)
    records = read_uploads((file.name, file.getvalue()) for file in files or ())
    return edited(records, "-".join(["upload", *(file.file_id for file in files or ())]))
