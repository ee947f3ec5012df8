"""Reports as a table in a terminal: a row a patient."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from extractor.evidence.summary import by_need, deciding, headline, to_confirm_at_visit
from extractor.evidence.wording import (
    STATUS_SYMBOLS,
    STATUS_WORDS,
    VERDICT_SYMBOLS,
    VERDICT_WORDS,
    say_name,
)
from extractor.records import CriterionResult, Report, Status, Verdict

_PLAIN_WIDTH = 80
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_STYLES = {
    Verdict.ELIGIBLE: "bold blue",
    Verdict.INELIGIBLE: "bold red",
    Verdict.REVIEW: "bold yellow",
    Status.MET: "blue",
    Status.NOT_MET: "red",
    Status.UNKNOWN: "yellow",
}


def render_table(reports: Sequence[Report], console_width: int | None = None, colour: bool = False) -> str:
    """The reports as text: verdict, day, and what decides or what is open; for one patient the criteria too.

    Args:
        reports: In the order of the rows.
        console_width: Columns to fill; None: 80.
        colour: Whether to write the escape codes of a terminal.
    """
    console = Console(
        file=io.StringIO(),
        width=console_width or _PLAIN_WIDTH,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        highlight=False,
        emoji=False,
    )
    for part in _parts(reports):
        console.print(part)
    output = console.file
    assert isinstance(output, io.StringIO)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def _parts(reports: Sequence[Report]) -> Iterator[RenderableType]:
    yield _patients(reports)
    if len(reports) == 1:
        yield _criteria(reports[0])
        for warning in reports[0].warnings:
            yield _text(f"Please note: {warning}")
    yield Text("A person decides. These are proposals from the notes alone.", style="dim")


def _patients(reports: Sequence[Report]) -> Table:
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), leading=1)
    table.add_column("Patient", max_width=16, overflow="fold")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("As of", no_wrap=True)
    table.add_column("Why, or what to ask", ratio=1, overflow="fold")
    for report in reports:
        verdict = Text(
            f"{VERDICT_SYMBOLS[report.verdict]} {VERDICT_WORDS[report.verdict]}",
            style=_STYLES[report.verdict],
        )
        as_of = report.as_of.isoformat() if report.as_of else "-"
        table.add_row(_text(report.patient_id), verdict, as_of, _why(report))
    return table


def _why(report: Report) -> Text:
    lines = [_line(result, result.ask or result.reason) for result in deciding(report)]
    if not lines:
        lines.append(Text(headline(report)))
        visit = ", ".join(say_name(result.id) for result in to_confirm_at_visit(report))
        if visit:
            lines.append(_text(f"At the visit: {visit}"))
    return Text("\n").join(lines)


def _line(result: CriterionResult, words: str) -> Text:
    return Text.assemble(
        (f"{STATUS_SYMBOLS[result.status]} ", _STYLES[result.status]),
        (_clean(say_name(result.id)), "bold"),
        f": {_clean(words)}",
    )


def _criteria(report: Report) -> Table:
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0))
    table.add_column("Criterion", max_width=24, overflow="fold")
    table.add_column("Status", no_wrap=True)
    table.add_column("Reason", ratio=1, overflow="fold")
    for result in by_need(report):
        status = Text(f"{STATUS_SYMBOLS[result.status]} {STATUS_WORDS[result.status]}", style=_STYLES[result.status])
        name = say_name(result.id) + (" (at the visit)" if result.at_visit else "")
        table.add_row(_text(name), status, _text(result.reason))
    return table


def _text(words: str) -> Text:
    return Text(_clean(words))


def _clean(words: str) -> str:
    """Words without what would steer a terminal."""
    return _CONTROLS.sub(" ", words)
