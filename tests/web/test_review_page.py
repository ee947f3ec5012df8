"""The reviewers' desk, without a browser."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_reports import report_on, review_report
from made_reviews import SINGLE, drawn, find
from streamlit.testing.v1 import AppTest

from extractor.cohort.patients import Cohort
from extractor.exports.report_json import to_jsonl
from extractor.records import Finding
from extractor.review.decisions import Act, Role, decision, standing
from extractor.review.queue import Item, Kind, Plan, draw
from extractor.review.store import SETTING, Queue, Store, opened
from extractor.web import review_page, session, signin
from extractor.web.note_view import Lit, Selection, pieces, selection
from extractor.web.review_source import open_cases
from extractor.web.workspace import Workspace

NASTY = "</div><script>alert(1)</script> & <b>ECOG 1</b>"


def _page() -> None:
    from extractor.web import review_page

    review_page.show()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The database that the page uses."""
    place = str(tmp_path / "review.sqlite")
    monkeypatch.setenv(SETTING, place)
    with opened(place) as one:
        yield one
    review_page._store.clear()


@pytest.fixture
def app(store: Store) -> AppTest:
    """The page, on which nobody has said who she is."""
    return AppTest.from_function(_page, default_timeout=30)


def _as(app: AppTest, reviewer: str) -> AppTest:
    app.run()
    app.text_input(key="review_reviewer").set_value(reviewer).run()
    return _fine(app)


def _fine(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return _fine(app.run())


def _view(app: AppTest, name: str) -> AppTest:
    app.segmented_control(key="review_view").set_value(name)
    return _fine(app.run())


def _text(app: AppTest) -> str:
    """All that is shown."""
    kinds = (app.html, app.markdown, app.caption, app.info, app.success, app.warning, app.error, app.button)
    return "\n".join(str(getattr(one, "body", "") or getattr(one, "value", "") or "") for kind in kinds for one in kind)


FEW = replace(SINGLE, concepts=frozenset({"ecog", "performance_status"}))


def _queue(store: Store, plan: Plan = FEW) -> Queue:
    return store.add_queue(plan, drawn(plan), "ann")


def _judge(store: Store, queue: Queue, item: Item, reviewer: str, act: Act, said: dict[str, Any] | None = None) -> None:
    assert store.decide(decision(queue.id, item, reviewer, act, said))


def test_who_reviews_is_asked_first(app: AppTest) -> None:
    app.run()
    assert "Give your name first" in app.info[0].value
    assert not app.button


def test_a_queue_is_drawn_from_the_open_patients(app: AppTest, store: Store) -> None:
    app.session_state[session._OPENED] = session.Opened((review_report(),))
    _as(app, "ann")
    app.text_input[1].set_value("March")
    app.number_input[0].set_value(5)
    app.number_input[1].set_value(3)
    _press(app, "Draw the queue")
    (queue,) = store.queues()
    assert (queue.plan, queue.by, queue.size) == (Plan("March", size=5, seed=3), "ann", 5)
    assert store.items(queue.id) == draw(open_cases([review_report()]), queue.plan).items
    assert "Question 1 of 5" in app.get("progress")[0].proto.text


def _batch(folder: Path, text: str = "text") -> None:
    """A finished batch of three patients, and the export that it was made from."""
    reports = [replace(review_report(), patient_id=f"P{number}") for number in range(3)]
    (folder / "reports.jsonl").write_text(to_jsonl(reports), encoding="utf-8")
    rows = [{"patient_id": report.patient_id, "note_id": note.note_id, text: note.text, "note_date": None}
            for report in reports for note in report.notes]  # fmt: skip
    (folder / "export.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.parametrize("whole", [True, False])
def test_a_queue_is_drawn_from_the_folder_of_a_batch(app: AppTest, store: Store, tmp_path: Path, whole: bool) -> None:
    _batch(tmp_path)
    _as(app, "ann")
    folder, export, name = app.text_input[1:4]
    folder.set_value(str(tmp_path))
    export.set_value(str(tmp_path / "export.jsonl"))
    name.set_value("batch")
    if whole:
        app.radio[0].set_value("Whole notes, read for what was missed too")
    else:
        app.number_input[0].set_value(1)
    _press(app, "Draw the queue")
    (queue,) = store.queues()
    items = store.items(queue.id)
    assert sum(item.kind is Kind.NOTE for item in items) == 6 * whole
    assert {one.note.patient_id for one in store.notes(queue.id)} == {item.patient_id for item in items}
    assert not any(one.kept for one in store.notes(queue.id))
    assert "not kept" not in _text(app)  # the session still has the texts


def test_a_queue_is_drawn_from_the_open_batch_by_who_may_name_no_files(
    app: AppTest, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = {"is_logged_in": True, "email": "ben@example.org"}
    monkeypatch.setattr(signin, "_user", lambda: user)
    app.secrets["roles"] = {"reviewer": ["ben@example.org"]}
    _fine(app.run())
    assert "ask one of them" in app.info[0].value
    app.secrets["roles"] = {"reviewer": ["ben@example.org"], "screener": ["ben@example.org"]}
    _fine(app.run())
    assert "Nothing is open to draw from" in app.info[0].value
    assert not app.button
    _batch(tmp_path, "NOTE_TEXT")
    export = str(tmp_path / "export.jsonl")
    cohort = Cohort(tmp_path, (), (), "", (), True)
    app.session_state["workspace"] = Workspace(cohort=cohort, inputs=(export,), columns={"text": "NOTE_TEXT"})
    _fine(app.run())
    assert [one.label for one in app.text_input] == ["Reviewer", "Name of the queue"]
    app.text_input[1].set_value("batch")
    next(box for box in app.checkbox if box.label.startswith("Keep the text")).set_value(True)
    _press(app, "Draw the queue")
    (queue,) = store.queues()
    assert queue.by == "ben@example.org"
    kept = store.notes(queue.id)
    assert {one.note.text for one in kept} == {note.text for note in review_report().notes}


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read"), ("{}\n", "line 1: is no report"), ("", "nothing to review")],
)
def test_a_folder_without_reports_is_told(app: AppTest, tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "reports.jsonl").write_text(content, encoding="utf-8")
    _as(app, "ann")
    app.text_input[1].set_value(str(tmp_path))
    app.text_input[3].set_value("batch")
    _press(app, "Draw the queue")
    assert message in app.error[0].value


def test_answers_are_kept_and_taken_back(app: AppTest, store: Store) -> None:
    queue = _queue(store)
    _as(app, "ann")
    _press(app, "Accept")
    _press(app, "Reject")
    items = store.items(queue.id)
    stands = standing(store.decisions(queue.id))
    assert [stands[item.id]["ann"].act for item in items[:2]] == [Act.ACCEPT, Act.REJECT]
    _press(app, "Undo")
    assert list(standing(store.decisions(queue.id))) == [items[0].id]
    assert "Question 2 of 3" in app.get("progress")[0].proto.text
    _press(app, "Previous")
    assert "✓ right" in _text(app)


def test_a_value_is_corrected(app: AppTest, store: Store) -> None:
    queue = _queue(store)
    _as(app, "ann")
    _press(app, "Correct")
    lowest = next(one for one in app.text_input if one.label == "Lowest")
    assert lowest.value == "1"  # what the machine says
    lowest.set_value("2")
    _press(app, "Record")
    assert "lower than" in app.warning[0].value
    next(one for one in app.text_input if one.label == "Highest").set_value("2")
    next(one for one in app.selectbox if one.label == "Assertion").set_value("possible")
    _press(app, "Record")
    (made,) = store.decisions(queue.id)
    assert made.act is Act.CORRECT
    assert made.said == {"value": {"scale": "ECOG", "low": 2, "high": 2}, "assertion": "possible",
                         "experiencer": "patient"}  # fmt: skip


def test_a_criterion_is_answered_by_its_status(app: AppTest, store: Store) -> None:
    queue = _queue(store, replace(SINGLE, concepts=frozenset({"ecog"})))
    _as(app, "ann")
    assert "ECOG 1 on 14 Mar 2025 is at most 1." in _text(app)
    _press(app, "Not met")
    assert store.decisions(queue.id)[0].said == {"status": "not_met"}
    assert "✗ not met" in _text(app)


def test_blind_shows_what_the_machine_says_only_afterwards(app: AppTest, store: Store) -> None:
    queue = _queue(store, replace(SINGLE, concepts=frozenset({"ecog", "stage"}), blind=True))
    items = store.items(queue.id)
    assert [item.concept for item in items] == ["stage", "stage", "ecog", "stage"]
    _as(app, "ann")
    hidden = ("stage IV", "IVB", "rule", "about the patient", "family", "✓", "at most 1", "Accept")
    for label in ("Say the value", "Nothing of the kind", "Met"):
        shown = _text(app).replace("stage IVB</bdi>", "").replace("stage IV colon cancer</bdi>", "")  # the words
        assert not [words for words in hidden if words in shown.split("article", 1)[1]]
        assert "Accept" not in [button.label for button in app.button]
        _press(app, label)
        if label == "Say the value":
            group = next(one for one in app.selectbox if one.label == "Stage")
            assert group.value is None
            group.set_value("IVB")
            _press(app, "Record")
    assert [made.act for made in store.decisions(queue.id)] == [Act.ACCEPT, Act.REJECT, Act.ACCEPT]
    _press(app, "Previous")
    assert "at most 1" in _text(app)


def test_nothing_of_the_other_reviewer_is_shown_before_ones_own_answer(app: AppTest, store: Store) -> None:
    queue = _queue(store)
    items = store.items(queue.id)
    said = {"value": {"scale": "ECOG", "low": 4, "high": 4}, "assertion": "possible", "experiencer": "patient"}
    for item in items:
        if item.kind is Kind.FINDING:
            _judge(store, queue, item, "First-Reviewer", Act.CORRECT, said)
        else:
            _judge(store, queue, item, "First-Reviewer", Act.REJECT)
    _as(app, "bob")
    for view in ("Review", "Settle", "Figures"):
        _view(app, view)
        assert "First-Reviewer" not in _text(app)
        assert "ECOG 4" not in _text(app)
        assert not app.dataframe
    assert "Nothing is left to settle" not in _text(_view(app, "Review"))
    _press(app, "Accept")
    _view(app, "Figures")
    agreement = next(frame.value for frame in app.dataframe if "Reviewers" in frame.value)
    assert agreement["Items"].tolist() == [1, 1]  # of three; over findings, and over all
    assert set(agreement["Reviewers"]) == {"First-Reviewer, bob"}


def test_who_looks_at_all_reviews_no_further(app: AppTest, store: Store) -> None:
    queue = _queue(store)
    for item in store.items(queue.id):
        _judge(store, queue, item, "ann", Act.ACCEPT)
    _as(app, "bob")
    _view(app, "Figures")
    _press(app, "Show all; I review this queue no further")
    assert app.dataframe[0].value["Judged"].tolist() == [2, 2]
    _view(app, "Review")
    assert "you review it no further" in app.info[0].value
    assert "Accept" not in [button.label for button in app.button]


def test_a_disagreement_is_settled_without_names(app: AppTest, store: Store) -> None:
    queue = _queue(store)
    item = find(store.items(queue.id), "performance_status", "ECOG 1")
    said = {"value": {"scale": "ECOG", "low": 2, "high": 2}, "assertion": "affirmed", "experiencer": "patient"}
    _judge(store, queue, item, "First-Reviewer", Act.ACCEPT)
    _judge(store, queue, item, "Second-Reviewer", Act.CORRECT, said)
    _judge(store, queue, item, "eve", Act.UNBLIND)
    _as(app, "eve")
    _view(app, "Settle")
    assert {"✓ right", "✎ ECOG 2"} <= {button.label for button in app.button}
    assert "Reviewer" not in _text(app)
    _press(app, "✎ ECOG 2")
    last = store.decisions(queue.id)[-1]
    assert (last.role, last.act, last.reviewer, last.said) == (Role.ADJUDICATE, Act.CORRECT, "eve", said)
    assert "Nothing is left to settle" in app.success[0].value
    _press(app, "Undo")
    _press(app, "Another value")
    next(one for one in app.text_input if one.label == "Highest").set_value("3")
    _press(app, "Record")
    assert store.decisions(queue.id)[-1].said["value"] == {"scale": "ECOG", "low": 1, "high": 3}


def test_the_record_as_a_table_cannot_run_formulas(app: AppTest, store: Store) -> None:
    words = "=2+3 ECOG 1"
    found = (
        Finding(
            "performance_status", {"scale": "ECOG", "low": 1, "high": 1}, 0, len(words), words, note_id="n1", id="f1"
        ),
    )
    plan = Plan("@queue")
    queue = store.add_queue(plan, draw(open_cases([report_on(words, found, "+1")]), plan), "ann")
    _judge(store, queue, store.items(queue.id)[0], "-ann", Act.ACCEPT)
    from extractor.exports.report_json import to_line
    from extractor.exports.writing import csv_text
    from extractor.review.decisions import COLUMNS, rows

    text = csv_text(COLUMNS, rows(plan.name, store.items(queue.id), store.decisions(queue.id), to_line))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["words"], row["patient_id"], row["reviewer"], row["queue"]) == ("'" + words, "'+1", "'-ann", "'@queue")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_note_is_only_ever_shown_escaped(app: AppTest, store: Store) -> None:
    found = (Finding("performance_status", {"scale": "ECOG", "low": 1, "high": 1}, 0, len(NASTY), NASTY, note_id="n1",
                     rule=NASTY, section=NASTY, id="f1"),)  # fmt: skip
    plan = Plan("q", keep_notes=True)
    store.add_queue(plan, draw(open_cases([report_on(NASTY, found, NASTY)]), plan), "ann")
    _as(app, "ann")
    page = "".join(element.body for element in app.html)
    assert NASTY not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_note_that_is_not_kept_is_shown_while_its_patient_is_open(app: AppTest, store: Store) -> None:
    plan = replace(SINGLE, concepts=frozenset({"performance_status"}))
    store.add_queue(plan, draw(open_cases([review_report()]), plan), "ann")
    _as(app, "ann")
    assert "not kept with the queue" in app.info[0].value
    app.session_state[session._OPENED] = session.Opened((review_report(),))
    _fine(app.run())
    assert not app.info


def test_a_database_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "postgresql+psycopg://ann:Pass-Word@127.0.0.1:1/none")
    app = _fine(AppTest.from_function(_page, default_timeout=30).run())
    assert "did not take it (OperationalError)" in app.error[0].value
    assert "Pass-Word" not in app.error[0].value


def test_the_setting_is_read_from_the_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    app = AppTest.from_function(_page, default_timeout=30)
    app.secrets[SETTING] = str(tmp_path / "named.sqlite")
    _fine(app.run())
    assert (tmp_path / "named.sqlite").exists()


def test_pieces_are_the_note_code_point_by_code_point() -> None:
    text = "😀 a\r\n\x00b\ud83dc"
    note = replace(review_report().notes[0], text=text)
    found = pieces(note, [Lit("n1", 0, 3, "lit"), Lit("n1", 2, 6, "c-age", "x"), Lit("other", 0, 1, "lit")])
    assert "".join(piece["text"] for piece in found) == "😀 a\r\n\ufffdb\ufffdc"
    assert [piece.get("css") for piece in found] == ["lit", "lit c-age", "c-age", None]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"note": 0, "start": 0, "end": 8}, "Oncology"),
        ({"note": 0, "start": 8, "end": 16}, "clinic,"),
        ({"note": 0, "start": 8, "end": 9}, None),
        ({"note": 2, "start": 0, "end": 8}, None),
        ({"note": 0, "start": 0, "end": 10**9}, None),
        ({"note": 0, "start": -3, "end": 8}, None),
        ({"note": 0, "start": "0", "end": 8}, None),
        ({"start": 0}, None),
        (None, None),
        ("x", None),
    ],
)
def test_what_the_browser_tells_of_a_selection(told: object, words: str | None) -> None:
    found = selection(review_report().notes, told)
    assert (found.words if isinstance(found, Selection) else None) == words
