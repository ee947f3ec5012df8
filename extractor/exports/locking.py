"""A folder that one process at a time writes to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from extractor.exports.rows import InputError

_LOCK = ".lock"

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _hold(stream: BinaryIO) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Have a folder to oneself, and make it where there is none; it goes again if it stays empty.

    The system lets go of the lock when the process ends, however it ends.

    Raises:
        InputError: When another process has the folder.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            yield
    finally:
        for path in made:
            with suppress(OSError):  # it holds something, and stays
                path.rmdir()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    path = folder / _LOCK
    with path.open("ab") as stream:
        try:
            _hold(stream)
            mine = os.path.samestat(path.stat(), os.fstat(stream.fileno()))  # not one that was given up meanwhile
        except (BlockingIOError, PermissionError, FileNotFoundError):
            mine = False
        if not mine:
            raise InputError(f"{folder}: another batch is at work in it; wait, or choose another folder with -o")
        try:
            yield
        finally:
            if sys.platform != "win32":  # while it is held: nobody else's lock is removed
                path.unlink(missing_ok=True)
    if sys.platform == "win32":  # an open file cannot be removed
        with suppress(OSError):
            path.unlink()
