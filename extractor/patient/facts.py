"""All of a patient's findings, read together: the facts that a protocol is checked against.

Each fact's ``notes`` carries what the checker needs beyond the value:

- ``histology``: ``subtype``
- ``stage``: ``m`` (the M of the TNM), ``recurrence`` (stage I-III or M0 at first, metastatic later),
  ``metastatic_hint`` (metastases are told, a stage is not)
- ``ecog``: ``date``, ``scale`` (``ECOG`` or ``KPS``), ``kps`` (low and high of the index, or None)
- ``response``: ``date``, ``criteria``, ``hint`` (the category that an unnamed response suggests)
- ``line``: ``counted_in_cycles``; ``cycles``: ``uncertain``; ``months``: ``from``, ``to``, ``days``
- ``contraception``: ``because`` (why it does not apply)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from extractor.patient import amenability, counts, disease, local, performance, person, therapy
from extractor.patient.timeline import Case, in_order
from extractor.records import Fact, Finding, Note, PatientFacts


def gather(notes: Sequence[Note], findings: Sequence[Finding], as_of: date | None) -> PatientFacts:
    """Read the findings of all of a patient's notes together.

    The order in which notes and findings come changes nothing.

    Args:
        notes: The patient's notes.
        findings: All findings in them.
        as_of: The day that the facts hold for; nothing later counts.
    """
    case = Case(in_order(findings), as_of, _kinds(notes))
    body, head = counts.extracranial(case), counts.cranial(case)
    facts = {
        **clinical_facts(case),
        "extracranial_metastases": body,
        "cranial_metastases": head,
        "lat_amenable": amenability.lat_amenable(case, body, head),
    }
    return PatientFacts(as_of, facts, _undated(notes))


def clinical_facts(case: Case) -> dict[str, Fact]:
    """Every fact but the counts of metastases and their amenability."""
    course = therapy.course(case)
    stage, tnm = disease.stage_and_tnm(case)
    response = therapy.response(case, course)
    return {
        "age_years": person.age_years(case),
        "sex": person.sex(case),
        "histology": disease.histology(case),
        "tissue_confirmed": disease.tissue_confirmed(case),
        "stage": stage,
        "tnm": tnm,
        "ecog": performance.ecog(case),
        "response": response,
        "line": therapy.line(case, course),
        "cycles": therapy.cycles(case, course),
        "months": therapy.months(case, course, response),
        "contraception": person.contraception(case),
        "consent": person.consent(case),
        "prior_local_therapy": local.prior_local_therapy(case),
    }


def _kinds(notes: Sequence[Note]) -> dict[str, str]:
    """The types of the notes by id; notes that share an id share their types."""
    kinds: dict[str, str] = {}
    for kind, note_id in sorted((str(note.note_type or "").lower(), note.note_id) for note in notes):
        kinds[note_id] = f"{kinds.get(note_id, '')} {kind}".strip()
    return kinds


def _undated(notes: Sequence[Note]) -> tuple[str, ...]:
    count = sum(note.note_date is None for note in notes)
    if not count or len(notes) == 1:
        return ()
    which = "One note has" if count == 1 else f"{count} notes have"
    return (f"{which} no date: what is told there cannot be put in order with the other notes.",)
