"""Nobody else reads it, and nothing is left of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from extractor.exports.private_folder import PrivateFolder

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_private_and_goes(temp: Path) -> None:
    folder = PrivateFolder()
    assert folder.path.parent == temp
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    (folder.path / "inner").mkdir()
    (folder.path / "inner" / "note.txt").write_text("ECOG 1", encoding="utf-8")
    folder.remove()
    folder.remove()
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize(("signal_name", "left"), [("kill", 1), ("end", 0)])
def test_what_a_process_leaves_is_swept(temp: Path, signal_name: str, left: int) -> None:
    program = "import sys; from extractor.exports.private_folder import *; f = PrivateFolder(); print(f.path, flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(temp)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    made = Path(process.stdout.readline().strip())
    assert made.is_dir()
    if signal_name == "kill":
        process.kill()
    process.communicate(timeout=20)
    assert len(list(temp.iterdir())) == left
    hour_ago = time.time() - 3600
    if left:
        os.utime(made, (hour_ago, hour_ago))
    mine = PrivateFolder()
    os.utime(mine.path, (hour_ago, hour_ago))
    other = PrivateFolder()
    assert sorted(temp.iterdir()) == sorted([mine.path, other.path])  # in use: not swept
    mine.remove()
    other.remove()
