"""The reviewers' desk in a real browser: by the keyboard alone, and two reviewers at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser_tools import VISIBLE, guarded_page, needs_browser, running_app
from made_reports import report_on
from made_reviews import SINGLE, WHOLE, drawn
from sklearn.metrics import cohen_kappa_score

from extractor.records import Finding
from extractor.review.decisions import Act, standing
from extractor.review.figures import agreements
from extractor.review.queue import Kind, Plan, draw
from extractor.review.store import SETTING, Store, opened
from extractor.web.review_source import open_cases

pytestmark = needs_browser

EACH = 100
NASTY = (
    "😀 Ward round 👩‍⚕️\r\n</div><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>\r\n"
    "שלום ECOG 1 today.\r\n" + "Slept well, appetite good.\r\n" * 80 + "Informed consent signed today 🖊.\r\nBye."
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the database."""
    return str(tmp_path_factory.mktemp("review") / "review.sqlite")


@pytest.fixture(scope="module")
def address(place: str) -> Iterator[str]:
    """The app with a database of its own."""
    with running_app({SETTING: place}) as url:
        yield url


@pytest.fixture
def store(address: str, place: str) -> Iterator[Store]:
    """The same database."""
    with opened(place) as one:
        yield one


def _sit_down(page: Any, address: str, reviewer: str) -> None:
    """Come to the desk as a person does; the newest queue lies there."""
    page.goto(address)
    page.get_by_role("link", name="Review").click()
    page.get_by_label("Reviewer").fill(reviewer)
    page.keyboard.press("Enter")
    page.get_by_text("0 answered").wait_for()
    page.evaluate("document.activeElement.blur()")


def _nasty_queue(store: Store) -> str:
    start = NASTY.index("ECOG 1")
    found = Finding(
        "performance_status", {"scale": "ECOG", "low": 1, "high": 1}, start, start + 6, "ECOG 1", note_id="n1", id="f1"
    )
    plan = replace(WHOLE, name="nasty")
    return store.add_queue(plan, draw(open_cases([report_on(NASTY, (found,))]), plan), "ann").id


def test_two_reviewers_at_once_lose_no_decision(address: str, store: Store, browser: Any, tmp_path: Path) -> None:
    """200 decisions in two browsers, key by key; kappa is that of scikit-learn on what is then downloaded."""
    plan = replace(SINGLE, name="two", size=EACH, keep_notes=True, seed=2)
    queue = store.add_queue(plan, drawn(plan, 5), "ann")
    items = store.items(queue.id)
    keys = {"ann": "a", "bob": "aax"}
    with ExitStack() as stack:
        pages = {who: stack.enter_context(guarded_page(browser, 1280, 800)) for who in keys}
        for who, page in pages.items():
            _sit_down(page, address, who)
            page.locator(f".st-key-review_X_{items[0].id}").wait_for()
        for number in range(EACH):
            for who, page in pages.items():
                page.keyboard.press(keys[who][number % len(keys[who])])
            for page in pages.values():
                page.get_by_text(f"{number + 1} answered").wait_for()
                if number + 1 < EACH:  # keys that come while the next question is drawn are taken for none
                    page.locator(f".st-key-review_X_{items[number].id}").wait_for(state="detached")
                    page.locator(f".st-key-review_X_{items[number + 1].id}").wait_for()
        made = store.decisions(queue.id)
        assert len({one.id for one in made}) == len(made) == 2 * EACH
        stands = standing(made)
        assert all(set(stands[item.id]) == {"ann", "bob"} for item in items)
        assert sum(by["bob"].act is Act.REJECT for by in stands.values()) == EACH // 3
        page = pages["ann"]
        page.get_by_text("Figures", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Decisions (CSV)").click()
        download.value.save_as(tmp_path / "decisions.csv")
    with (tmp_path / "decisions.csv").open(encoding="utf-8-sig", newline="") as stream:
        labels = {(row["reviewer"], row["patient_id"], row["kind"], row["concept"], row["start"], row["note_id"]): row
                  for row in csv.DictReader(stream)}  # fmt: skip
    assert len(labels) == 2 * EACH
    ann, bob = ([labels[key]["label"] for key in sorted(labels) if key[0] == who] for who in ("ann", "bob"))
    (agreement,) = agreements(items, made)
    assert agreement.kappa == pytest.approx(cohen_kappa_score(ann, bob), abs=1e-12)


def test_a_missed_mention_is_marked_by_the_keyboard_alone(address: str, store: Store, browser: Any) -> None:
    queue = _nasty_queue(store)
    with guarded_page(browser, 1280, 800) as page:
        _sit_down(page, address, "ann")
        mark = page.locator("mark.lit")
        assert mark.inner_text() == "ECOG 1"
        assert mark.evaluate(VISIBLE)
        assert page.evaluate("window.ran") is None
        assert "<script>window.ran = 1</script>" in page.locator(".note-text").inner_text()
        page.keyboard.press("m")
        page.locator(".note-text[contenteditable]").wait_for()
        page.keyboard.type("typed in vain")
        page.keyboard.press("Control+End")
        for key in ("ArrowUp", "Home", "Shift+End", "Enter"):
            page.keyboard.press(key)
        concept = page.get_by_label("Concept")
        concept.wait_for()
        chosen = page.locator("mark.lit", has_text="Informed consent")
        chosen.wait_for()
        assert chosen.evaluate(VISIBLE)
        page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Concept'")
        page.keyboard.type("Consent")
        page.keyboard.press("Enter")
        page.get_by_label("Signed").wait_for()
        _tab_to(page, "Signed")
        page.keyboard.type("yes")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        page.get_by_text("Question 1 of 2").wait_for()
        page.get_by_label("Signed").wait_for(state="detached")
    (made,) = store.decisions(queue)
    note = next(item for item in store.items(queue) if item.kind is Kind.NOTE)
    assert (made.act, made.item_id) == (Act.MISSED, note.id)
    start, end = made.said["start"], made.said["end"]
    assert NASTY[start:end] == made.said["words"] == "Informed consent signed today 🖊."
    assert (made.said["concept"], made.said["value"]) == ("consent", {"given": True})


def _tab_to(page: Any, label: str) -> None:
    for _ in range(6):
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == label:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{label} is out of the keyboard's reach")


def test_words_are_marked_with_the_mouse(address: str, store: Store, browser: Any) -> None:
    _nasty_queue(store)
    with guarded_page(browser, 1280, 800) as page:
        _sit_down(page, address, "bob")
        page.keyboard.press("m")
        page.locator(".note-text[contenteditable]").wait_for()
        page.locator("mark.lit").dblclick(position={"x": 10, "y": 10})
        page.get_by_label("Concept").wait_for()
        page.wait_for_function("document.querySelector('mark.lit').textContent === 'ECOG'")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Accept").wait_for()


def test_a_correction_by_the_keyboard_alone_blind(address: str, store: Store, browser: Any) -> None:
    plan = Plan("blind", concepts=frozenset({"performance_status"}), blind=True, keep_notes=True)
    queue = store.add_queue(plan, drawn(plan), "ann")
    with guarded_page(browser, 1280, 800) as page:
        _sit_down(page, address, "ann")
        assert page.get_by_role("button", name="Accept").count() == 0
        page.keyboard.press("v")
        page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Scale'")
        page.keyboard.type("ECOG")
        page.keyboard.press("Enter")
        for label, value in (("Lowest", "1"), ("Highest", "1")):
            _tab_to(page, label)
            page.keyboard.type(value)
        page.keyboard.press("Enter")
        page.get_by_text("1 answered").wait_for()
        page.keyboard.press("u")
        page.get_by_text("0 answered").wait_for()
        page.keyboard.press("x")
        page.get_by_text("1 answered").wait_for()
    assert [made.act for made in store.decisions(queue.id)] == [Act.ACCEPT, Act.UNDO, Act.REJECT]
