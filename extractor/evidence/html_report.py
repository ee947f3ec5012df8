"""Reports as one page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from extractor.evidence import cards
from extractor.evidence.highlight import show
from extractor.evidence.summary import deciding, headline
from extractor.evidence.wording import VERDICT_SYMBOLS, VERDICT_WORDS, say_date, say_name
from extractor.records import Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_html(reports: Sequence[Report]) -> str:
    """One self-contained page of all reports: to read, to keep, to print."""
    style = cards.style_sheet() + Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    overview = _overview(reports) if len(reports) > 1 else ""
    patients = "".join(_patient(report, number) for number, report in enumerate(reports, start=1))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Trial screening report</title><style>\n{style}</style></head>\n"
        f"<body><h1>Trial screening</h1>{overview}{patients}</body></html>\n"
    )


def _overview(reports: Sequence[Report]) -> str:
    rows = "".join(
        f'<tr><td><a href="#p{number}"><bdi>{show(report.patient_id)}</bdi></a></td>'
        f"<td>{VERDICT_SYMBOLS[report.verdict]} {VERDICT_WORDS[report.verdict]}</td>"
        f"<td>{say_date(report.as_of)}</td><td>{show(_why(report))}</td></tr>"
        for number, report in enumerate(reports, start=1)
    )
    head = "<thead><tr><th>Patient</th><th>Verdict</th><th>As of</th><th>Why</th></tr></thead>"
    return f'<table class="ts overview">{head}<tbody>{rows}</tbody></table>'


def _why(report: Report) -> str:
    names = ", ".join(say_name(result.id) for result in deciding(report))
    return f"{headline(report)}: {names}" if names else headline(report)


def _patient(report: Report, number: int) -> str:
    prefix = f"p{number}-"
    return (
        f'<section class="patient" id="p{number}"><h2>Patient <bdi>{show(report.patient_id)}</bdi></h2>'
        f"{cards.imprint(report)}{cards.banner(report)}{cards.warnings(report)}"
        f'<div class="panes"><div>{cards.cards(report, prefix)}</div>'
        f'<div class="pane">{cards.legend(report)}{cards.notes(report, prefix)}</div></div></section>\n'
    )
