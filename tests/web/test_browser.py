"""The page and the report in a real browser: what is linked is seen, and no note runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser_tools import VISIBLE, needs_browser
from made_reports import review_report

from extractor.evidence.html_report import render_html

pytestmark = needs_browser

FILLER = "Slept well, appetite good, walks the dog twice a day.\n" * 60
NOTE = (
    "Clinic letter\n\n59-year-old woman.\n</div></style><script>window.ran = 1</script>"
    f"<img src=x onerror='window.ran = 2'>\n{FILLER}\n"
    f"Biopsy in May: adenocarcinoma of the lung. ECOG performance status 1.\n{FILLER}"
)


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
