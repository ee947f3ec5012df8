"""How long a user of the Screen page waits, in a real browser, for three sizes of a note.

python tests/web/timings.py

prints a table: the median and the longest of some goes. Each note is the samples' tumour board, filled up.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from browser_tools import ARGUMENTS, CHROMIUM, DRAWN, LIT, ROOT, guarded_page, running_app, upload
from playwright.sync_api import sync_playwright

SIZES = (2_000, 50_000, 1_000_000)
GOES = 5
NOTE = (ROOT / "sample_notes" / "P04__2025-02-17__tumour board.txt").read_text(encoding="utf-8")
FILLER = "Slept well, appetite good, walks the dog twice a day.\n"
ANSWERED = """() => {
    const start = performance.now(), before = document.querySelectorAll(".turn").length;
    window.answered = new Promise((resolve, reject) => setTimeout(() => reject("no answer"), 10000) && new MutationObserver((_, observer) => {
        if (document.querySelectorAll(".turn").length === before) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve((performance.now() - start) / 1000)));
    }).observe(document.body, { childList: true, subtree: true }));
}"""


def note(size: int) -> str:
    """A note of about so many bytes."""
    return NOTE + FILLER * ((size - len(NOTE)) // len(FILLER))


def times(page: Any, address: str, size: int) -> Iterator[tuple[str, list[float]]]:
    """What is waited for, and the seconds that it took each time."""
    drawn = []
    for _ in range(GOES):
        upload(page, address, note(size))
        page.evaluate(DRAWN)
        page.get_by_role("button", name="Screen", exact=True).click()
        drawn.append(page.evaluate("window.drawn"))
    yield "Screen clicked: verdict and marks drawn", drawn
    lit = []
    page.wait_for_timeout(1000)
    links = [chip.get_attribute("href") for chip in page.locator(".card > .evidence a.chip").all()]
    for link in list(dict.fromkeys(links))[: 2 * GOES]:
        page.evaluate(LIT)
        page.locator(f"a.chip[href='{link}']").first.click()
        lit.append(page.evaluate("window.lit"))
    yield "evidence clicked: its words lit", lit
    page.get_by_text("Ask", exact=True).click()
    page.wait_for_timeout(1000)
    box, answered = page.get_by_placeholder("Ask about this patient"), []
    for question in ("latest ECOG?", "how many brain mets?", "what is missing?", "stage?", "why not eligible?")[:GOES]:
        box.fill(question)
        page.wait_for_timeout(300)
        page.evaluate(ANSWERED)
        box.press("Enter")
        answered.append(page.evaluate("window.answered"))
    yield "question sent: answer drawn", answered


def rows(page: Any, address: str) -> Iterator[Sequence[str]]:
    """The table's rows."""
    for size in SIZES:
        for what, seconds in times(page, address, size):
            yield f"{size // 1000} kB", what, f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}"


def main() -> None:
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with guarded_page(browser, 1280, 800) as page:
            sys.stdout.write("| note | what | median s | longest s |\n| ---: | --- | ---: | ---: |\n")
            for row in rows(page, address):
                sys.stdout.write(f"| {' | '.join(row)} |\n")
        browser.close()


if __name__ == "__main__":
    main()
