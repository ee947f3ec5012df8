"""The command line: what goes to which stream, and the exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from exports.fake_screener import FakeScreener
from typer.testing import CliRunner, Result

from extractor import __version__, cli
from extractor.exports import screening
from extractor.exports.locking import claimed
from extractor.files import RuleFileError

ROOT = Path(__file__).resolve().parents[1]
MARKER = "Quokkasen"
"""Stands in the notes of these tests; nothing but a report may show it."""


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "screener", FakeScreener)


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], input=stdin)


def one_line(result: Result) -> str:
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1, result.stderr
    assert MARKER not in result.stderr
    return result.stderr


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    rows = [{"patient_id": f"P{n}", "note_id": "n", "text": f"Mrs {MARKER}, ECOG {n}"} for n in (1, 2)]
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def mixed(notes: Path) -> Path:
    """The same with a line that is broken."""
    with notes.open("a", encoding="utf-8") as stream:
        stream.write(f'{{"patient_id": "P3", "text": "{MARKER}\n')
    return notes


# ------------------------------------------------------------------------------------------ screen


def test_screen_json(notes: Path) -> None:
    result = call("screen", notes, "--format", "json")
    assert result.exit_code == 0 and result.stderr == ""
    assert [(r["patient_id"], r["verdict"]) for r in json.loads(result.stdout)] == [
        ("P1", "eligible"),
        ("P2", "ineligible"),
    ]


def test_screen_jsonl(notes: Path) -> None:
    result = call("screen", notes, "--format", "jsonl")
    assert [json.loads(line)["patient_id"] for line in result.stdout.splitlines()] == ["P1", "P2"]


def test_screen_shows_a_table_unless_told_otherwise(notes: Path) -> None:
    result = call("screen", notes)
    assert result.exit_code == 0 and "P1" in result.stdout and "eligible" in result.stdout


@pytest.mark.parametrize(("name", "begin"), [("o.json", "["), ("o.jsonl", "{"), ("o.html", "<"), ("o.txt", "\n")])
def test_the_name_of_the_output_says_its_form(notes: Path, tmp_path: Path, name: str, begin: str) -> None:
    result = call("screen", notes, "-o", tmp_path / name)
    assert result.exit_code == 0 and result.stdout == ""
    assert (tmp_path / name).read_text(encoding="utf-8").lower().startswith(begin)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.jsonl", name]


def test_failed_notes_are_listed_and_the_rest_is_done(mixed: Path, tmp_path: Path) -> None:
    result = call("screen", mixed, "-o", tmp_path / "o.json")
    assert result.exit_code == 1
    assert "notes.jsonl, line 3: is no valid JSON" in one_line(result)
    assert len(json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))) == 2
    assert "line 3" in (tmp_path / "o.json.failed.csv").read_text(encoding="utf-8")


def test_a_patient_that_cannot_be_screened_is_listed(tmp_path: Path) -> None:
    (tmp_path / "P1.txt").write_text(f"CRASH {MARKER}", encoding="utf-8")
    (tmp_path / "P2.txt").write_text("ECOG 1", encoding="utf-8")
    result = call("screen", tmp_path, "--format", "json")
    assert result.exit_code == 1 and len(json.loads(result.stdout)) == 1
    assert "patient P1: could not be screened (IndexError)" in one_line(result)


def test_as_of(tmp_path: Path) -> None:
    (tmp_path / "P1__2025-03-14__letter.txt").write_text("ECOG 1", encoding="utf-8")
    result = call("screen", tmp_path, "--format", "json", "--as-of", "2025-04-01")
    assert json.loads(result.stdout)[0]["as_of"] == "2025-04-01"
    result = call("screen", tmp_path, "--format", "json", "--as-of", "2025-03-01")
    assert result.exit_code == 1 and "later than 2025-03-01" in one_line(result)
    result = call("screen", tmp_path, "--as-of", "1/4/2025")
    assert result.exit_code == 2 and "is no date like 2025-03-14" in one_line(result)


def test_profile_tells_stages_and_no_note(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractor.findings import CONCEPTS
    from extractor.screener import Screener

    # ConText is asked only for what needs it
    notes.write_text(
        notes.read_text(encoding="utf-8").replace("ECOG 1", "ECOG 1. No liver metastases."), encoding="utf-8"
    )
    monkeypatch.setattr(screening, "screener", lambda protocol, stage: Screener(protocol, stage=stage))
    result = call("screen", notes, "--format", "json", "--profile")
    assert result.exit_code == 0 and len(json.loads(result.stdout)) == 2 and MARKER not in result.stderr
    head, *rows = [line.rsplit(maxsplit=2) for line in result.stderr.splitlines()]
    assert head == ["stage", "ms", "%"]
    reading = {"clean", "layout", "scan", "rules", "ConText", "dates", "frames"}
    stages = {"input", "set-up", "date order", *reading, *CONCEPTS, "patient", "criteria", "output"}
    assert {name for name, _, _ in rows} == {*stages, "all"}
    took = [float(milliseconds) for _, milliseconds, _ in rows]
    assert all(milliseconds >= 0 for milliseconds in took)
    assert sum(took[:-1]) == pytest.approx(took[-1], abs=0.1 * len(took))


def test_no_profile_unless_asked_for(notes: Path) -> None:
    assert call("screen", notes).stderr == ""


def test_standard_input() -> None:
    result = call("screen", "-", "--format", "json", stdin=b"ECOG 1 at K\xf6ln")
    assert result.exit_code == 0 and json.loads(result.stdout)[0]["verdict"] == "eligible"


@pytest.mark.parametrize(
    ("name", "content", "arguments", "message"),
    [
        ("none.txt", None, [], "there is no such file"),
        ("empty.txt", b"", [], "is empty"),
        ("empty.csv", b"", [], "is empty"),
        ("a.csv", f"patient_id,note\nP1,{MARKER}\n".encode(), [], "has no column 'text'"),
        ("a.csv", f"{MARKER} is well,x\n".encode(), [], "has no column 'text'"),
        ("a.csv", b"patient_id,text\nP1,x\n", ["--columns", "text=NOTE"], "has no column 'NOTE'"),
        ("a.csv", b"patient_id,text\nP1,x\n", ["--columns", "words=text"], "there is no 'words'"),
        ("a.docx", b"x", [], "is of no kind that is read"),
    ],
)
@pytest.mark.parametrize("command", ["screen", "batch"])
def test_unusable_input(
    tmp_path: Path, command: str, name: str, content: bytes | None, arguments: list[str], message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    result = call(command, tmp_path / name, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert message in one_line(result)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("data", [
    "Größe, ECOG 1".encode("latin-1"), "ECOG 1 ≤".encode("utf-16"), b"ECOG 1\x00\x07",
    b"ECOG 1\n" + b"x" * 5_000_000,
])  # fmt: skip
def test_odd_input_that_can_be_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "P1.txt").write_bytes(data)
    result = call("screen", tmp_path / "P1.txt", "--format", "json")
    assert result.exit_code == 0 and result.stderr == ""
    assert json.loads(result.stdout)[0]["findings"][0]["text"] == "ECOG 1"


def test_an_output_that_cannot_be(notes: Path, tmp_path: Path) -> None:
    before = notes.read_bytes()
    for output, message in [
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "o.json", "there is no folder"),
        (notes, "is one of"),
    ]:
        result = call("screen", notes, "-o", output)
        assert result.exit_code == 2 and message in one_line(result)
    assert notes.read_bytes() == before


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (RuleFileError("trial.yaml:3: 'hihg' is no key"), 2, "trialscreen: trial.yaml:3: 'hihg' is no key\n"),
        (
            PermissionError(13, "Permission denied", "trial.yaml"),
            2,
            "trialscreen: trial.yaml: Permission denied\n",
        ),
        (
            RuntimeError(MARKER),
            2,
            "trialscreen: ended by a fault of its own (RuntimeError); please report it\n",
        ),
        (KeyboardInterrupt(), 130, "trialscreen: stopped\n"),
    ],
)
def test_an_error_is_one_line(
    notes: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, message: str
) -> None:
    def raises(_: object) -> FakeScreener:
        raise error

    monkeypatch.setattr(screening, "screener", raises)
    result = call("screen", notes)
    assert (result.exit_code, result.stderr, result.stdout) == (status, message, "")


def test_a_wrong_protocol(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("extractor.screener")
    monkeypatch.undo()
    (tmp_path / "trial.yaml").write_text("id: mine\nversion: '1'\nkriteria: []\n", encoding="utf-8")
    for command in ("screen", "batch"):
        result = call(command, notes, "--protocol", tmp_path / "trial.yaml", "-o", tmp_path / "out")
        assert result.exit_code == 2 and "trial.yaml:" in one_line(result)
    result = call("screen", notes, "--protocol", tmp_path / "none.yaml")
    assert result.exit_code == 2 and "none.yaml" in one_line(result)
    assert not (tmp_path / "out").exists()


# ------------------------------------------------------------------------------------ batch, others


def test_batch(mixed: Path, tmp_path: Path) -> None:
    result = call("batch", mixed, "-o", tmp_path / "out")
    assert result.exit_code == 1 and "line 3" in one_line(result)
    assert result.stdout == f"{tmp_path / 'out'}: 2 patients (1 eligible, 1 ineligible)\n"
    again = call("batch", mixed, "-o", tmp_path / "out")
    assert again.exit_code == 1 and "finished before" in again.stdout and again.stderr == result.stderr


def test_a_second_batch_in_one_folder(notes: Path, tmp_path: Path) -> None:
    with claimed(tmp_path / "out"):
        result = call("batch", notes, "-o", tmp_path / "out")
    assert result.exit_code == 2 and "another batch is at work" in one_line(result)
    assert not (tmp_path / "out").exists()


def test_evaluate_tells_of_a_file_that_is_no_gold(notes: Path) -> None:
    pytest.importorskip("extractor.screener")
    result = call("evaluate", notes)
    assert result.exit_code == 2 and "gold" in one_line(result)


def test_evaluate_scores_labelled_texts(tmp_path: Path) -> None:
    stage = {"concept": "stage", "start": 6, "end": 14, "value": {"group": "IVB"}}
    lines = [
        {"id": "t1", "text": "NSCLC stage IV.", "mentions": [stage]},
        {"id": "t2", "text": "Stage IIIA.", "mentions": []},
    ]
    gold = tmp_path / "texts.jsonl"
    gold.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = call("evaluate", gold, "--errors", "1")
    assert result.exit_code == 0
    assert "stage" in result.stdout and "3 errors" in result.stdout
    assert result.stdout.endswith("... and 2 more\n")


def test_lint() -> None:
    result = call("lint", ROOT / "missing.yaml")
    assert result.exit_code == 2 and "missing.yaml" in result.stderr.splitlines()[-1]


def test_app_runs_streamlit_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        called.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(cli.subprocess, "run", run)
    result = call("app", "--port", "9000")
    assert result.exit_code == 0
    command = called[0]
    assert (
        command[1:4] == ["-m", "streamlit", "run"] and Path(command[4]).name == "app.py" and Path(command[4]).is_file()
    )
    for option, value in [("address", "127.0.0.1"), ("port", "9000")]:
        assert command[command.index(f"--server.{option}") + 1] == value


def test_version() -> None:
    result = call("--version")
    assert (result.exit_code, result.stdout) == (0, f"trialscreen {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["screen"],
        ["nothing"],
        ["batch", "x.txt"],
        ["batch", "x", "-o", "y", "--workers", "0"],
        ["batch", "x", "-o", "y", "--time-limit", "0"],
    ],
)
def test_a_wrong_call(arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2 and "Traceback" not in result.output


HEAVY = ("spacy", "medspacy", "pandas", "streamlit", "pyarrow", "sklearn")


@pytest.mark.parametrize("arguments", [["--help"], ["screen", "--help"], ["batch", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys; from extractor.cli import main; sys.argv[1:] = {arguments}\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        f"assert not set(sys.modules) & set({HEAVY}), set(sys.modules) & set({HEAVY})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "trialscreen" in done.stdout and done.stderr == ""


def test_as_a_module_with_the_real_screener(mixed: Path, tmp_path: Path) -> None:
    """The whole way in a process of its own: libraries may say nothing, and no note may leak."""
    pytest.importorskip("extractor.screener")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "extractor",
        "batch",
        str(mixed),
        "-o",
        str(tmp_path / "out"),
        "--workers",
        "2",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1 and "line 3" in done.stderr
    assert MARKER not in done.stdout + done.stderr
    assert len((tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()) == 2
