"""The reviewers' desk in a real browser: by the keyboard alone, and two reviewers at once."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_tools import VISIBLE, guarded_page, needs_browser, running_app
from made_reports import report_on, review_report
from made_reviews import WHOLE, drawn
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score
from statsmodels.stats.inter_rater import cohens_kappa, to_table
from statsmodels.stats.proportion import proportion_confint

from extractor.exports.report_json import to_jsonl
from extractor.records import Finding, Note
from extractor.review.decisions import Act, disagreements, standing
from extractor.review.evaluate import evaluate_file
from extractor.review.queue import Item, Kind, Plan, draw
from extractor.review.store import SETTING, Store, opened
from extractor.web.review_source import open_cases

pytestmark = needs_browser

NASTY = (
    "😀 Ward round 👩‍⚕️\r\n</div><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>\r\n"
    "שלום ECOG 1 today.\r\n" + "Slept well, appetite good.\r\n" * 80 + "Informed consent signed today 🖊."
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


def _come_in(page: Any, address: str, reviewer: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Review").click()
    page.get_by_label("Reviewer").fill(reviewer)
    page.keyboard.press("Enter")


def _sit_down(page: Any, address: str, reviewer: str) -> None:
    """Come to the desk as a person does; the newest queue lies there."""
    _come_in(page, address, reviewer)
    page.get_by_text("0 answered").wait_for()
    page.evaluate("document.activeElement.blur()")


def _nasty_queue(store: Store) -> str:
    start = NASTY.index("ECOG 1")
    found = Finding(
        "performance_status", {"scale": "ECOG", "low": 1, "high": 1}, start, start + 6, "ECOG 1", note_id="n1", id="f1"
    )
    plan = replace(WHOLE, name="nasty")
    return store.add_queue(plan, draw(open_cases([report_on(NASTY, (found,))]), plan), "ann").id


def _one_after_another(pages: Mapping[str, Any], keys: Mapping[str, Sequence[str]], items: Sequence[Item]) -> None:
    """All press the key for a question at once, then wait until each sees the next."""
    shown = [f".st-key-review_{'D' if item.kind is Kind.NOTE else 'X'}_{item.id}" for item in items]
    for page in pages.values():
        page.locator(shown[0]).wait_for()
    for number in range(len(items)):
        for who, page in pages.items():
            page.keyboard.press(keys[who][number])
        for page in pages.values():
            page.get_by_text(f"{number + 1} answered").wait_for()
            if number + 1 < len(items):  # keys that come while the next question is drawn are taken for none
                page.locator(shown[number]).wait_for(state="detached")
                page.locator(shown[number + 1]).wait_for()


def _table_tells(page: Any, heading: str, name: str, cells: list[str]) -> None:
    """A row of a table of the figures, as a screen reader hears it; the figures are live, so they may come late."""
    table = page.locator("canvas table", has=page.get_by_text(heading, exact=True)).first
    table.locator("tbody tr").first.wait_for(state="attached")
    end = time.monotonic() + 20
    while True:
        rows = table.evaluate("t => [...t.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent))")
        told = {row[0]: row[1:] for row in rows}.get(name)
        if told == cells or time.monotonic() > end:
            break
        page.wait_for_timeout(200)
    assert told == cells


def _download(page: Any, name: str, path: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    download.value.save_as(path)
    return path


@pytest.mark.timeout(600)  # two browsers and a server share the machine's cores
def test_two_reviewers_at_once_lose_no_decision(address: str, store: Store, browser: Any, tmp_path: Path) -> None:
    """Both answer 100 questions, key by key, and differ; one settles some while the other watches the figures.

    These are then those of scikit-learn and statsmodels on the decisions that are downloaded.
    """
    plan = replace(WHOLE, name="two", size=10, seed=3)
    queue = store.add_queue(plan, drawn(plan, 6), "eve")
    items = store.items(queue.id)
    keys = _keys(items)
    with ExitStack() as stack:
        pages = {who: stack.enter_context(guarded_page(browser, 1280, 800)) for who in keys}
        for who, page in pages.items():
            _sit_down(page, address, who)
        _mark_last_line(pages["ann"], "Keen on the trial")
        _one_after_another(pages, keys, items)
        made = store.decisions(queue.id)
        assert len({one.id for one in made}) == len(made) == 2 * len(items) + 1 == 201
        stands = standing(made)
        expected = {"a": Act.ACCEPT, "x": Act.REJECT, "d": Act.READ}
        for number, item in enumerate(items):
            assert {who: one.act for who, one in stands[item.id].items()} == {
                w: expected[keys[w][number]] for w in keys
            }
        ann, bob = pages["ann"], pages["bob"]
        assert not re.search(r"\bann\b", bob.locator("body").inner_text())
        bob.get_by_text("Figures", exact=True).click()
        open_questions = disagreements(items, made)
        bob.get_by_text(f"{len(open_questions)} disagreements are left to settle").wait_for()
        ann.get_by_text("Settle", exact=True).click()
        taken = "12212"[: len(open_questions) - 1]
        for question, key in zip(open_questions, taken, strict=False):
            shown = ann.locator(f".st-key-review_take_{question.about}_{key}")
            shown.wait_for()
            ann.keyboard.press(key)
            shown.wait_for(state="detached")
        left = len(open_questions) - len(taken)
        ann.get_by_text(f"{left} to settle").wait_for()
        bob.get_by_text(f"{left} disagreements are left to settle").wait_for()  # though nothing was touched there
        bob.locator('[data-test-script-state="notRunning"]').wait_for()
        table = _download(bob, "Decisions (CSV)", tmp_path / "decisions.csv")
        ours = Outsider(table.read_text(encoding="utf-8-sig"))
        assert len(ours.rows) == 2 * len(items) + 1 + len(taken)
        _table_tells(bob, "Cohen's kappa", "all", ["ann, bob", *ours.agreement()])
        _table_tells(bob, "Recall", "All", ours.scores())
        gold = _download(bob, "Labelled texts (JSONL)", tmp_path / "gold.jsonl")
    lines = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    assert {line["id"] for line in lines} == ours.complete_notes()
    printed = evaluate_file(gold, Machine())  # type: ignore[arg-type]
    assert f"{len(lines)} texts" in printed


def _keys(items: Sequence[Item]) -> dict[str, list[str]]:
    """What each presses: at first they often differ, later never."""
    ann = ["d" if item.kind is Kind.NOTE else "aaaax"[number % 5] for number, item in enumerate(items)]
    bob = ["x" if key == "a" and number % 3 == 2 and number < 50 else key for number, key in enumerate(ann)]
    return {"ann": ann, "bob": bob}


class Machine:
    """Tells again what it told when the queue was drawn."""

    def find(self, note: Note) -> tuple[Finding, ...]:
        return tuple(found for found in review_report().findings if note.text[found.start : found.end] == found.text)


class Outsider:
    """The figures from the downloaded decisions alone, by scikit-learn and statsmodels."""

    def __init__(self, table: str) -> None:
        self.rows = list(csv.DictReader(io.StringIO(table)))
        answers: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        for row in self.rows:
            if row["kind"] == "finding" and row["stands"] == "yes":
                key = ("patient_id", "note_id", "concept", "start", "end", "told")
                who = row["role"] if row["role"] == "adjudicate" else row["reviewer"]
                answers[tuple(row[name] for name in key)][who] = row["label"]
        self.answers = answers

    def agreement(self) -> list[str]:
        pairs = [(by["ann"], by["bob"]) for by in self.answers.values()]
        ann, bob = zip(*pairs, strict=True)
        _, codes = np.unique([*ann, *bob], return_inverse=True)
        table, _ = to_table(np.stack([codes[: len(ann)], codes[len(ann) :]], axis=1))
        theirs = cohens_kappa(table)
        assert theirs.kappa == pytest.approx(cohen_kappa_score(ann, bob))
        alike = sum(one == other for one, other in pairs)
        return [
            str(len(pairs)), f"{100 * alike / len(pairs):.0f} %",
            f"{theirs.kappa:.2f} ({theirs.kappa_low:.2f} to {theirs.kappa_upp:.2f})",
        ]  # fmt: skip

    def scores(self) -> list[str]:
        """Each finding with a known answer is a prediction; each thing there is to find is a truth."""
        known = [label for by in self.answers.values() if (label := self._known(by))]
        settled = [row["label"] for row in self.rows if row["role"] == "adjudicate" and row["kind"] == "note"]
        truth = [int(label == "accept") for label in known] + [1] * settled.count("correct")
        told = [1] * len(known) + [0] * settled.count("correct")
        hits, missed = known.count("accept"), settled.count("correct")

        def said(share: float, of: int) -> str:
            low, high = proportion_confint(hits, of, method="wilson")
            return f"{100 * share:.1f} ({100 * low:.0f}–{100 * high:.0f})"

        low, high = proportion_confint(hits, len(known) + missed, method="wilson")
        f1 = f"{100 * f1_score(truth, told):.1f} ({200 * low / (1 + low):.0f}–{200 * high / (1 + high):.0f})"
        precision = said(precision_score(truth, told), len(known))
        recall = said(recall_score(truth, told), hits + missed)
        return [str(len(known)), str(hits), precision, str(missed), recall, f1]

    @staticmethod
    def _known(by: Mapping[str, str]) -> str | None:
        return by.get("adjudicate") or (by["ann"] if by["ann"] == by["bob"] else None)

    def complete_notes(self) -> set[str]:
        """Notes in which nothing is open; a mark that one reviewer made and nobody settled is."""
        settled = {row["refers_to"] for row in self.rows if row["role"] == "adjudicate"}
        unsettled = {f"{key[0]}/{key[1]}" for key, by in self.answers.items() if not self._known(by)}
        unsettled |= {
            f"{row['patient_id']}/{row['note_id']}"
            for row in self.rows
            if row["act"] == "missed" and row["id"] not in settled
        }
        return {f"{key[0]}/{key[1]}" for key in self.answers} - unsettled


def test_a_queue_is_drawn_from_the_folder_of_a_batch(address: str, store: Store, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "reports.jsonl").write_text(to_jsonl([review_report()]), encoding="utf-8")
    known = len(store.queues())
    with guarded_page(browser, 1280, 800) as page:
        _come_in(page, address, "eve")
        if known:
            page.get_by_text("Queues", exact=True).click()
        page.get_by_role("textbox", name="Folder of the batch").fill(str(tmp_path))
        page.get_by_role("textbox", name="Name of the queue").fill("drawn")
        page.locator("input[aria-label='Random sample of (0: all)']").fill("7")
        page.get_by_role("button", name="Draw the queue").click()
        page.get_by_text("Drawn: 7 questions" if known else "Question 1 of 7").wait_for()
    assert (store.queues()[0].plan, store.queues()[0].by) == (Plan("drawn", size=7), "eve")


def test_a_missed_mention_is_marked_by_the_keyboard_alone(address: str, store: Store, browser: Any) -> None:
    queue = _nasty_queue(store)
    with guarded_page(browser, 1280, 800) as page:
        _sit_down(page, address, "ann")
        mark = page.locator("mark.lit")
        assert mark.inner_text() == "ECOG 1"
        assert mark.evaluate(VISIBLE)
        assert page.evaluate("window.ran") is None
        assert "<script>window.ran = 1</script>" in page.locator(".note-text").inner_text()
        _mark_last_line(page, "Informed consent")
        page.get_by_text("Question 1 of 2").wait_for()
    (made,) = store.decisions(queue)
    note = next(item for item in store.items(queue) if item.kind is Kind.NOTE)
    assert (made.act, made.item_id) == (Act.MISSED, note.id)
    start, end = made.said["start"], made.said["end"]
    assert NASTY[start:end] == made.said["words"] == "Informed consent signed today 🖊."
    assert (made.said["concept"], made.said["value"]) == ("consent", {"given": True})


def _mark_last_line(page: Any, words: str) -> None:
    """Mark the last line of the note, which begins with some words, as a missed consent, by the keyboard alone."""
    page.keyboard.press("m")
    page.locator(".note-text[contenteditable]").wait_for()
    page.keyboard.type("typed in vain")
    for key in ("Control+End", "Home", "Shift+End", "Enter"):
        page.keyboard.press(key)
    page.get_by_label("Concept").wait_for()
    chosen = page.locator("mark.lit", has_text=words)
    chosen.wait_for()
    assert chosen.evaluate(VISIBLE)
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Concept'")
    page.keyboard.type("Consent")
    page.keyboard.press("Enter")
    page.get_by_label("Signed").wait_for()
    _tab_to(page, "Signed")
    page.keyboard.type("yes")
    page.keyboard.press("Enter")
    page.locator("[aria-label=Signed][aria-expanded=false]").wait_for()  # the open list would take the next key
    page.keyboard.press("Control+Enter")
    page.get_by_label("Signed").wait_for(state="detached")


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
        for given_up in (True, False):
            page.get_by_role("button", name="Say the value").wait_for()
            page.keyboard.press("v")
            page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Scale'")
            if given_up:
                page.keyboard.press("Escape")
        page.keyboard.type("ECOG")
        page.keyboard.press("Enter")
        for label, value in (("Lowest", "1"), ("Highest", "1")):
            _tab_to(page, label)
            page.keyboard.type(value)
        page.keyboard.press("Enter")
        page.get_by_text("1 answered").wait_for()
        page.locator(".st-key-review_undo button:enabled").wait_for()
        page.keyboard.press("u")
        page.get_by_text("0 answered").wait_for()
        first, second = (page.locator(f".st-key-review_X_{item.id}") for item in store.items(queue.id)[:2])
        second.wait_for(state="detached")
        first.wait_for()
        page.keyboard.press("x")
        page.get_by_text("1 answered").wait_for()
    assert [made.act for made in store.decisions(queue.id)] == [Act.ACCEPT, Act.UNDO, Act.REJECT]
