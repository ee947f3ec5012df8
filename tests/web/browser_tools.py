"""What the tests in a real browser share besides the fixtures: the app's server, and what is seen."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
needs_browser = [
    pytest.mark.skipif(
        not os.environ.get("CI") and not (CHROMIUM and find_spec("playwright")),
        reason="no Chromium or no playwright",
    ),
    pytest.mark.flaky(reruns=1),
]
"""Marks tests that are skipped without Chromium and playwright, but never where ``CI`` is set.

They get a second try: a server, a browser and a test that share a loaded machine can miss each other once; a fault
stays a fault, and the report tells of every second try.
"""

VISIBLE = """mark => {
    const box = mark.getClientRects()[0];
    const seen = document.elementFromPoint(box.left + 3, box.top + box.height / 2);
    return seen === mark || mark.contains(seen);
}"""
"""Script that tells whether an element is seen, not hidden under another."""

DRAWN = """() => {
    window.clicked = null;
    document.addEventListener("pointerdown", () => { window.clicked ??= performance.now(); }, true);
    window.drawn = new Promise(resolve => new MutationObserver((_, observer) => {
        if (!document.querySelector(".banner") || !document.querySelector(".note-text mark")) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve((performance.now() - window.clicked) / 1000)));
    }).observe(document.body, { childList: true, subtree: true }));
}"""
"""Script that times from the click to the second frame in which the verdict and the marks are there."""
LIT = """() => {
    window.clicked = null;
    document.addEventListener("pointerdown", () => { window.clicked = performance.now(); }, { capture: true, once: true });
    window.lit = new Promise((resolve, reject) => {
        setTimeout(() => reject("nothing was lit"), 10000);
        window.addEventListener("hashchange", () => {
            requestAnimationFrame(() => requestAnimationFrame(() => resolve((performance.now() - window.clicked) / 1000)));
        }, { once: true });
    });
}"""
"""Script that times from the click on evidence to the second frame after the page has moved to it."""

READ = """() => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
    && document.querySelectorAll("[data-testid=stDataFrame]").length === 1"""
"""Script that tells whether the table of an uploaded file is there, and that of the sample no longer."""


@contextmanager
def running_app(settings: Mapping[str, str] | None = None, secrets: Sequence[str] = ()) -> Iterator[str]:
    """The app, started as a user starts it; gives its address.

    Args:
        settings: Environment variables beside those of the tests.
        secrets: Words of notes, which the server must not write.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, **(settings or {})}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        server.terminate()
        output = server.communicate(timeout=20)[0].decode()
    assert not [secret for secret in ("performance status", *secrets) if secret in output]
    assert "Traceback" not in output


def _wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def upload(page: Any, address: str, text: str) -> None:
    """Open the Screen page and give it a file with one note; the button is not yet pressed."""
    page.goto(address)
    page.get_by_text("Upload", exact=True).click()
    file = {"name": "P-1__2025-03-18__letter.txt", "mimeType": "text/plain", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files([file])
    page.get_by_test_id("stFileChipName").wait_for()
    page.wait_for_function(READ)


@contextmanager
def guarded_page(browser: Any, width: int, height: int) -> Iterator[Any]:
    """A page that fails the test on any error in its console, and on any call to another machine."""
    context = browser.new_context(viewport={"width": width, "height": height})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda sent: None if _is_local(sent.url) else faults.append(sent.url))
    yield opened
    context.close()
    assert faults == []


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:"))
