"""The page and the report in a real browser: what is linked is seen, and no note runs.

Needs Chromium and the package ``playwright``. Without them the tests are skipped, but never where
``CI`` is set.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from made_reports import review_report

from extractor.evidence.html_report import render_html

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
pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and not (CHROMIUM and find_spec("playwright")),
    reason="no Chromium or no playwright",
)

FILLER = "Slept well, appetite good, walks the dog twice a day.\n" * 60
NOTE = (
    "Clinic letter\n\n59-year-old woman.\n</div></style><script>window.ran = 1</script>"
    f"<img src=x onerror='window.ran = 2'>\n{FILLER}\n"
    f"Biopsy in May: adenocarcinoma of the lung. ECOG performance status 1.\n{FILLER}"
)
VISIBLE = """mark => {
    const box = mark.getBoundingClientRect();
    const seen = document.elementFromPoint(box.left + 3, box.top + box.height / 2);
    return seen === mark || mark.contains(seen);
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app, started as a user starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/_stcore/health")
        yield url
    finally:
        server.terminate()
        output = server.communicate(timeout=20)[0].decode()
    assert "performance status" not in output
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 800), (1920, 1080)], ids=["1280", "1920"])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page that fails the test on any error in its console, and on any call to another machine."""
    width, height = request.param
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


def _lit_after_click(page: Any, link: Any) -> Any:
    target = link.get_attribute("href")
    link.click()
    mark = page.locator(f"mark:target, {target} mark")
    mark.wait_for()
    page.wait_for_timeout(300)
    assert mark.evaluate("mark => getComputedStyle(mark).outlineStyle") == "solid"
    assert mark.evaluate(VISIBLE)
    return mark


def test_a_pasted_note_is_screened_and_its_evidence_lit(address: str, page: Any) -> None:
    page.goto(address)
    page.get_by_text("Paste", exact=True).click()
    page.get_by_label("Note 1").fill(NOTE)
    page.get_by_role("button", name="Screen", exact=True).click()
    page.locator(".banner").wait_for()
    chip = page.locator("article.card", has=page.get_by_role("heading", name="Histology")).locator("a.chip").first
    mark = _lit_after_click(page, chip)
    assert "adenocarcinoma" in mark.inner_text()
    assert chip.evaluate(VISIBLE)  # only the pane with the note has moved
    assert page.evaluate("window.ran") is None
    assert "<script>window.ran = 1</script>" in page.locator(".note-text").inner_text()


def test_the_downloads_are_the_reports(address: str, page: Any, tmp_path: Path) -> None:
    page.goto(address)
    page.get_by_text("Paste", exact=True).click()
    page.get_by_label("Note 1").fill(NOTE)
    page.get_by_role("button", name="Screen", exact=True).click()
    for label, beginning in (("JSON", "["), ("HTML", "<!DOCTYPE html>")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        saved = tmp_path / label
        download.value.save_as(saved)
        assert saved.read_text(encoding="utf-8").startswith(beginning)


def test_a_link_of_the_report_lights_its_words(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html([review_report(), review_report()]), encoding="utf-8")
    page.goto(path.as_uri())
    for number in (0, 3, -1):
        _lit_after_click(page, page.locator(".evidence > li > a.chip").nth(number))
