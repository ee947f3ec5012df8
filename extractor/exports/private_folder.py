"""A folder in the system's temporary one that nobody else may read, and that goes with its owner."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from extractor.exports.locking import claimed
from extractor.exports.rows import InputError

_PREFIX = "trialscreen-"
_FRESH = 60
"""Seconds in which a folder may not be claimed yet by who made it."""


class PrivateFolder:
    """A new folder with the mode 0700. It is claimed as long as its owner lives.

    What owners that were killed have left is removed when the next one comes.
    """

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._claim = ExitStack()
        self._claim.enter_context(claimed(self.path))
        atexit.register(self.remove)

    def remove(self) -> None:
        """Remove the folder and all it holds; more than once is no harm."""
        atexit.unregister(self.remove)
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            self._claim.close()


def _sweep() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, InputError):  # somebody else's, or in use
            made = path.stat()
            if path.is_symlink() or made.st_uid != _user(made) or time.time() - made.st_mtime < _FRESH:
                continue
            with claimed(path):
                shutil.rmtree(path)


def _user(made: os.stat_result) -> int:
    """Who runs this process; on a system that does not number its users, whoever made the folder."""
    return os.getuid() if hasattr(os, "getuid") else made.st_uid
