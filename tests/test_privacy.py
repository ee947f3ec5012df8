"""No word of a note reaches a log, stderr or a file left behind."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from extractor.records import Note
from extractor.screener import Screener

SECRETS = ("Zyxwvut", "Qabbalah", "987-65-4321")
TEXT = (
    "Zyxwvut Qabbalah, 61-year-old man, SSN 987-65-4321.\nStage IVB NSCLC of the right upper lobe. ECOG 1.\n"
    "Zyxwvut has two liver metastases. Qabbalah agrees to SBRT. PR after 4 cycles.\n"
)


def test_nothing_is_logged(
    screener: Screener, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        screener.screen([Note(TEXT)])
    streams = "".join(capfd.readouterr())
    assert not any(secret in caplog.text + streams for secret in SECRETS)


def test_the_command_keeps_the_note_to_its_output(tmp_path: Path) -> None:
    note, out, scratch = tmp_path / "n.txt", tmp_path / "r.json", tmp_path / "scratch"
    scratch.mkdir()
    note.write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-m", "extractor", "screen", str(note), "--format", "json", "-o", str(out)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env={"TMPDIR": str(scratch), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert out.is_file()
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    assert not [path for path in scratch.rglob("*") if path.is_file()]
    assert tempfile.gettempdir()
