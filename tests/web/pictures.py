"""Takes the pictures of the README and of docs/app.md anew, from the sample notes in the running app.

python tests/web/pictures.py
"""

from __future__ import annotations

from typing import Any

from browser_tools import ARGUMENTS, CHROMIUM, ROOT, guarded_page, running_app
from playwright.sync_api import sync_playwright

FOLDER = ROOT / "docs" / "images"
PATIENT = "P04"


def _open(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name=PATIENT).click()
    page.wait_for_timeout(2000)  # until the other patient's notes are listed
    page.get_by_role("button", name="Screen", exact=True).click()
    page.locator(".note-text mark").first.wait_for()


def _keep(page: Any, name: str) -> None:
    page.mouse.move(640, 799)
    page.wait_for_timeout(1200)  # for what still moves or is drawn
    page.screenshot(path=FOLDER / f"{name}.png")


def _screen(page: Any) -> None:
    page.locator(".card a.chip").first.click()
    _keep(page, "screen")


def _ask(page: Any) -> None:
    page.get_by_text("Ask", exact=True).click()
    box = page.get_by_placeholder("Ask about this patient")
    for question in ("What is missing?", "was he ever ECOG 0?", "at least three bone mets?", "how many brain mets?"):
        box.fill(question)
        box.press("Enter")
        page.locator(".turn", has_text=question).wait_for()
    page.locator(".turn a.chip", has_text="one metastasis in the right frontal lobe").first.click()
    _keep(page, "ask")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with running_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with guarded_page(browser, 1280, 800) as page:
            _open(page, address)
            _screen(page)
            _ask(page)
        browser.close()


if __name__ == "__main__":
    main()
