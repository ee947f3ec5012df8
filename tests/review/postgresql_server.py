"""A real PostgreSQL for the tests, thrown away afterwards.

It needs the server's programs (Debian's package ``postgresql``). Without them the tests are skipped, but
never where ``CI`` is set.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest


def _programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


def _another_user(place: str) -> dict[str, Any]:
    """The server refuses to run as root, so then another user runs it, to whom the folder is given."""
    if os.name != "posix" or os.getuid() != 0:
        return {}
    import pwd

    user = pwd.getpwnam("nobody")
    os.chown(place, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def running_postgresql() -> Iterator[str]:
    """Start one; gives its URL.

    Its folder is none of pytest's: another run of pytest that starts takes those from all other users.
    """
    programs = _programs()
    if programs is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL")
    assert programs is not None, "no PostgreSQL"
    with TemporaryDirectory(prefix="postgresql-") as place:
        yield from _run_in(place, programs)


def _run_in(place: str, programs: Path) -> Iterator[str]:
    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", f"{place}/data", *arguments]
        subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=120, **as_user)

    as_user = _another_user(place)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run("initdb", "-U", "reviewer", "-A", "trust", "-E", "UTF8", "--no-sync")
    flags = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run("pg_ctl", "-w", "-l", f"{place}/log", "-o", flags, "start")
    try:
        yield f"postgresql+psycopg://reviewer@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
