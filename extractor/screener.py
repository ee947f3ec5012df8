"""The one place that chains the stages: a patient's notes in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from extractor import __version__
from extractor.files import patterns_folder
from extractor.findings import find_all
from extractor.language.dates import DateOrder, infer_order
from extractor.language.nlp import Reader
from extractor.language.reading import Reading
from extractor.language.rules import RuleSet
from extractor.language.text import clean
from extractor.patient.facts import gather
from extractor.records import Finding, Note, Report
from extractor.stopwatch import Stage, unwatched
from extractor.trial.checker import check
from extractor.trial.protocol import load_protocol


class Screener:
    """Screens patients against a protocol. Built once, safe to share between threads.

    Args:
        protocol: Path of a protocol file; the trial that ships when None.
        patterns: Folder of the rule files; those that ship when None.
        date_order: How ambiguous numeric dates are written, where the export says so.
        stage: Counts the time of a stage.

    Raises:
        RuleFileError: When a rule file or the protocol is wrong; one line says where and what.

    Example:
        >>> report = Screener().screen([Note("NSCLC stage IVB. ECOG 1.", patient_id="P001")])
        >>> report.verdict.value
        'review'
    """

    def __init__(
        self,
        protocol: str | Path | None = None,
        patterns: Path | None = None,
        date_order: DateOrder | None = None,
        stage: Stage = unwatched,
    ) -> None:
        self.protocol = load_protocol(Path(protocol) if protocol is not None else None)
        self._reader = Reader.from_folder(patterns or patterns_folder())
        self._date_order = date_order
        self._stage = stage

    @property
    def patterns_version(self) -> str:
        """The hash of the rule files in use."""
        return self._reader.rules.version

    def prepare(self) -> None:
        """Do now what would make one later note wait: for a server that starts before its users come."""
        self.screen([Note("ECOG 1")])
        self._reader.prepare()

    @property
    def rules(self) -> RuleSet:
        """The rules in use."""
        return self._reader.rules

    def read(self, note: Note) -> Reading:
        """One note as the rules see it."""
        return self._reader.read(note, self._date_order)

    def find(self, note: Note, order: DateOrder | None = None) -> tuple[Finding, ...]:
        """All findings of one note, in the order of its text, without ids."""
        return tuple(find_all(self._reader.read(note, order or self._date_order, self._stage)))

    def screen(self, notes: Iterable[Note], as_of: date | None = None) -> Report:
        """Read one patient's notes together and check them against the protocol.

        Args:
            notes: The notes of one patient, in any order.
            as_of: The day the report holds for; the newest note's date when None. Notes written
                later are left out.

        Raises:
            ValueError: When the notes are of more than one patient, or there is none.
        """
        ordered = _ordered(notes, as_of)
        patients = {note.patient_id for note in ordered}
        if len(patients) != 1:
            raise ValueError("screen() takes the notes of exactly one patient; see screen_many()")
        day = as_of or max((note.note_date for note in ordered if note.note_date), default=None)
        with self._stage("date order"):
            order = self._date_order or infer_order((clean(note.text).text, note.note_date) for note in ordered)
        found = [finding for note in ordered for finding in self.find(note, order)]
        findings = tuple(replace(finding, id=f"f{number}") for number, finding in enumerate(found, start=1))
        with self._stage("patient"):
            facts = gather(ordered, findings, day)
        with self._stage("criteria"):
            criteria, verdict, warnings = check(self.protocol, facts)
        return Report(
            patient_id=ordered[0].patient_id,
            as_of=day,
            protocol_id=self.protocol.id,
            protocol_version=self.protocol.version,
            engine_version=__version__,
            patterns_hash=self.patterns_version,
            verdict=verdict,
            criteria=criteria,
            facts=facts,
            findings=findings,
            warnings=(*facts.warnings, *(w for w in warnings if w not in facts.warnings)),
            notes=tuple(ordered),
        )

    def screen_many(self, notes: Iterable[Note], workers: int = 1) -> Iterator[Report]:
        """One report a patient, in the order in which the patients first appear.

        Args:
            notes: Notes of any number of patients, in any order; they are held in memory.
            workers: Processes to share the work between.
        """
        patients: dict[str, list[Note]] = {}
        for note in notes:
            patients.setdefault(note.patient_id, []).append(note)
        if workers <= 1 or len(patients) <= 1:
            yield from map(self.screen, patients.values())
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(
            workers,
            mp_context=get_context("spawn"),
            initializer=_set_up,
            initargs=(self.protocol.path, self._date_order),
        ) as pool:
            yield from pool.map(_screen_one, patients.values(), chunksize=4)


_worker: list[Screener] = []


def _set_up(protocol: Path, date_order: DateOrder | None) -> None:
    _worker[:] = [Screener(protocol, date_order=date_order)]


def _screen_one(notes: Sequence[Note]) -> Report:
    return _worker[0].screen(notes)


def _ordered(notes: Iterable[Note], as_of: date | None) -> list[Note]:
    """The notes by date (undated ones first), those after ``as_of`` left out."""
    return sorted(
        (note for note in notes if as_of is None or note.note_date is None or note.note_date <= as_of),
        key=lambda note: (note.note_date or date.min, note.note_id, note.text),
    )
