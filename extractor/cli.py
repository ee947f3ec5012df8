"""The command line, ``trialscreen``.

Exit status: 0 done; 1 done, but some notes could not be read or screened (listed on standard error);
2 the call or its input cannot be used, and nothing was written; 130 stopped by the user. What is heavy
is imported where it is used: ``--help`` must come at once.
"""

from __future__ import annotations

import errno
import functools
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from extractor import __version__

if TYPE_CHECKING:
    from extractor.exports.batch import Outcome, Progress
    from extractor.exports.rows import FailedNote
    from extractor.records import Report

_P = ParamSpec("_P")

app = typer.Typer(
    name="trialscreen",
    help="Read oncology notes and say, criterion by criterion, what they tell about a trial.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How ``screen`` shows its reports."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"


_Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files of notes (.jsonl .csv .tsv .parquet .xlsx .txt), folders, or - for one note typed in.",
        show_default=False,
    ),
]
_Protocol = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The protocol to check; without it, the trial that ships.")
]
_Columns = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=COLUMN,...",
        help="Which columns hold what, e.g. text=NOTE_TEXT,patient_id=MRN. Names: patient_id, note_id, "
        "note_date, note_type, text, as_of.",
    ),
]


def main() -> None:
    """Run the command line; the entry point of ``trialscreen``."""
    warnings.simplefilter("ignore")  # libraries' notices to programmers; a screener can do nothing about them
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal may lack a character of a note
    app(prog_name="trialscreen")


def _guarded(command: Callable[_P, int]) -> Callable[_P, None]:
    """A command that ends with its exit status; an error is one line, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> None:
        from extractor.exports.rows import InputError
        from extractor.files import RuleFileError

        try:
            status = command(*args, **kwargs)
        except typer.Exit:
            raise
        except (InputError, RuleFileError) as error:
            status = _unusable(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of a pipe has gone; Typer ends quietly
            status = _unusable(f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}")
        except KeyboardInterrupt:
            _say("stopped")
            status = 130
        except Exception as error:  # its message could quote a note
            status = _unusable(f"ended by a fault of its own ({type(error).__name__}); please report it")
        raise typer.Exit(status)

    return guarded


def _say(message: str) -> None:
    line = "".join(c if c.isprintable() else " " for c in message)
    typer.echo(f"trialscreen: {line}", err=True)


def _unusable(message: str) -> int:
    _say(message)
    return 2


def _tell_failures(failures: Iterable[FailedNote]) -> int:
    """List what failed; the exit status."""
    status = 0
    for failure in failures:
        _say(f"failed: {failure}")
        status = 1
    return status


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialscreen {__version__}")
        raise typer.Exit()


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    pass


@app.command()
@_guarded
def screen(
    inputs: _Inputs,
    protocol: _Protocol = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day to screen for; later notes are left out.")
    ] = None,
    format: Annotated[
        Format | None,
        typer.Option(help="How to show the reports; else as the name behind -o says, or a table."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to a file."),
    ] = None,
    columns: _Columns = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show on standard error how long each stage took.")
    ] = False,
) -> int:
    """Screen a few patients: a verdict each, and what it rests on."""
    from extractor.exports.grouping import by_patient
    from extractor.exports.readers import Inputs
    from extractor.exports.rows import InputError, parse_columns, to_date
    from extractor.exports.screening import screen_patient, screener
    from extractor.exports.writing import write_failures, write_text
    from extractor.stopwatch import Stopwatch

    try:
        day = to_date(as_of, "day after --as-of")
    except ValueError as error:
        raise InputError(str(error)) from None
    notes = Inputs(inputs, parse_columns(columns))
    if output is not None:
        _check_output(output, notes.files)
    watch = Stopwatch()
    with watch.stage("input"):
        patients, failures = by_patient(notes)
    with watch.stage("set-up"):
        engine = screener(protocol, watch.stage) if profile else screener(protocol)
    results = [screen_patient(engine, patient, day) for patient in patients if patient.notes]
    reports = [report for report, _ in results if report]
    failures += [failure for _, failed in results for failure in failed]
    form = format or _format_of(output)
    with watch.stage("output"):
        text = _shown(reports, form, to_file=output is not None)
        if output is None:
            typer.echo(text.encode("utf-8", "replace") if format in (Format.JSON, Format.JSONL) else text, nl=False)
        else:
            write_text(output, text)
            if failures:
                write_failures(output.with_name(f"{output.name}.failed.csv"), failures)
    if profile:
        typer.echo(watch.table(), nl=False, err=True)
    return _tell_failures(failures)


def _check_output(output: Path, inputs: Sequence[Path]) -> None:
    from extractor.exports.rows import InputError

    if output.is_dir():
        raise InputError(f"{output}: is a folder; name a file behind -o")
    if not output.parent.is_dir():
        raise InputError(f"{output}: there is no folder {output.parent}; make it first")
    if any(output.exists() and output.samefile(path) for path in inputs):
        raise InputError(f"{output}: is one of the inputs; name another file behind -o")


def _format_of(output: Path | None) -> Format:
    suffix = output.suffix.lower() if output else ""
    return {".json": Format.JSON, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".html": Format.HTML}.get(
        suffix, Format.TABLE
    )


def _shown(reports: Sequence[Report], form: Format, to_file: bool) -> str:
    if form is Format.HTML:
        from extractor.evidence.html_report import render_html

        return render_html(reports)
    if form is Format.TABLE:
        from extractor.evidence.table import render_table

        terminal = not to_file and sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        return render_table(reports, width, colour=terminal and "NO_COLOR" not in os.environ)
    from extractor.exports import report_json

    return report_json.to_json(reports) if form is Format.JSON else report_json.to_jsonl(reports)


@app.command()
@_guarded
def batch(
    inputs: _Inputs,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the results go.")],
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Number of processes.")] = 1,
    columns: _Columns = None,
    protocol: _Protocol = None,
    time_limit: Annotated[
        float, typer.Option(min=0.1, metavar="SECONDS", help="How long one note may take; then it is listed as failed.")
    ] = 120,
) -> int:
    """Screen an export of any size into a folder. Stopped at any moment, the same command goes on."""
    from extractor.exports.batch import run_batch
    from extractor.exports.readers import Inputs
    from extractor.exports.rows import parse_columns
    from extractor.exports.screening import screener

    mapping = parse_columns(columns)
    with _progress() as progress:
        outcome = run_batch(
            Inputs(inputs, mapping),
            output,
            functools.partial(screener, protocol),
            protocol=protocol,
            columns=mapping,
            workers=workers,
            limit=time_limit,
            progress=progress,
        )
    typer.echo(_summary(outcome, output))
    return _tell_failures(outcome.failures())


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar with the rate and the time that is left, on a terminal; nothing in a log."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("reading", total=None, rate="")

        def show(phase: str, done: int, total: int | None) -> None:
            if phase != bar.tasks[0].description:
                bar.reset(task, description=phase, total=total, completed=done, rate="")
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f} notes/s" if speed else "")

        yield show


def _summary(outcome: Outcome, folder: Path) -> str:
    patients = "1 patient" if outcome.patients == 1 else f"{outcome.patients} patients"
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in outcome.verdicts.items())
    earlier = "was finished before: " if outcome.earlier else ""
    return f"{folder}: {earlier}{patients}" + (f" ({verdicts})" if verdicts else "")


@app.command()
@_guarded
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Labels, one patient or text a line.")],
    protocol: _Protocol = None,
    errors: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="List so many errors at most; without it, all.")
    ] = None,
) -> int:
    """Compare what is told with labels: figures with 95 % intervals, and the errors. It quotes the texts."""
    from extractor.exports.rows import InputError
    from extractor.review.evaluate import GoldFileError, evaluate_file
    from extractor.screener import Screener

    try:
        typer.echo(evaluate_file(gold, Screener(protocol), errors=errors), nl=False)
    except GoldFileError as error:
        raise InputError(str(error)) from None
    return 0


@app.command("app")
@_guarded
def web(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8501,
    host: Annotated[str, typer.Option(help="The address; this machine only unless changed.")] = "127.0.0.1",
) -> int:
    """Open the web page. It sends nothing anywhere."""
    command = [sys.executable, "-m", "streamlit", "run", str(_app_file()), "--server.address", host]
    command += [
        "--server.port",
        str(port),
        "--browser.gatherUsageStats",
        "false",
        "--server.showEmailPrompt",
        "false",
    ]
    return 0 if subprocess.run(command, check=False).returncode in (0, 130, -2) else 2


def _app_file() -> Path:
    """The page's script: at the root of a checkout, inside the package of an installation."""
    from importlib.util import find_spec

    from extractor.exports.rows import InputError

    if find_spec("streamlit") is None:
        raise InputError("the web page needs the package 'streamlit'; install it with pip")
    package = Path(__file__).resolve().parent
    for path in (package / "_app" / "app.py", package.parent / "app.py"):
        if path.is_file():
            return path
    raise InputError("the web page's script is missing; install trialscreen again")


@app.command()
@_guarded
def lint(
    protocols: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PROTOCOL]...", help="Protocols to check too.", show_default=False),
    ] = None,
) -> int:
    """Check the rule files and protocols: one line a fault, and exit status 2 when there is one."""
    from extractor.ask.lexicon import load as load_questions
    from extractor.files import RuleFileError, patterns_folder
    from extractor.language.lint import lint as check_rules
    from extractor.trial.protocol import load_protocol

    folder = patterns_folder()
    faults = check_rules(folder)
    checks: list[Callable[[], object]] = [functools.partial(load_questions, folder)]
    for path in (*sorted((folder / "protocols").glob("*.yaml")), *(protocols or ())):
        checks.append(functools.partial(load_protocol, path))
    for check in checks:
        try:
            check()
        except RuleFileError as error:
            faults.append(str(error))
    for fault in faults:
        _say(fault)
    if not faults:
        typer.echo(f"{folder}: no faults")
    return 2 if faults else 0
