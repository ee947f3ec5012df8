"""The page that screens, without a browser."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from made_reports import notes
from made_screener import MadeScreener
from streamlit.testing.v1 import AppTest

from extractor.exports.rows import NoteRecord
from extractor.files import RuleFileError
from extractor.web import engine, note_input, screen_page

ROOT = Path(__file__).parents[2]
NASTY = "</div><script>alert(1)</script> & <b>ECOG 1</b>"


@pytest.fixture
def made_screener(monkeypatch: pytest.MonkeyPatch) -> MadeScreener:
    """The app's screener, replaced."""
    screener = MadeScreener()
    monkeypatch.setattr(engine, "screener", lambda: screener)
    return screener


@pytest.fixture
def app(made_screener: MadeScreener, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app with one sample patient."""
    monkeypatch.setattr(note_input, "sample_patients", lambda: {"A-017": [NoteRecord(note) for note in notes()]})
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def _paste(app: AppTest, text: str) -> AppTest:
    app.segmented_control(key="source").set_value("Paste").run()
    app.text_area(key="text_1").set_value(text).run()
    return app


def _page(app: AppTest) -> str:
    assert not app.exception
    return "".join(element.body for element in app.html)


def test_it_opens_with_a_notice_and_nothing_screened(app: AppTest, made_screener: MadeScreener) -> None:
    assert not app.exception
    assert "patients' data" in app.info[0].value
    assert made_screener.asked == []


def test_a_sample_is_screened(app: AppTest, made_screener: MadeScreener) -> None:
    page = _page(_press(app, "Screen"))
    assert [note.note_id for note in made_screener.asked[0][0]] == ["n1", "n2"]
    assert 'class="ts banner v-review"' in page
    assert 'href="#ev1-0-f8"' in page
    assert 'id="ev1-0-f8"' in page
    assert "A person decides" in page


def test_a_pasted_note_comes_with_its_date_and_type(app: AppTest, made_screener: MadeScreener) -> None:
    _paste(app, "ECOG 1.")
    app.text_input(key="paste_patient").set_value("P-9")
    app.date_input(key="date_1").set_value(date(2025, 3, 14))
    app.selectbox(key="type_1").set_value("radiology report")
    app.date_input(key="as_of").set_value(date(2025, 4, 1))
    _press(app, "Screen")
    ((note,), as_of) = made_screener.asked[0]
    assert (note.text, note.patient_id, note.note_date, note.note_type) == (
        "ECOG 1.", "P-9", date(2025, 3, 14), "radiology report",
    )  # fmt: skip
    assert as_of == date(2025, 4, 1)


def test_several_notes_can_be_pasted(app: AppTest, made_screener: MadeScreener) -> None:
    _paste(app, "First.")
    _press(app, "Add a note")
    app.text_area(key="text_2").set_value("Second.")
    _press(app, "Screen")
    assert [note.text for note in made_screener.asked[0][0]] == ["First.", "Second."]


def test_what_was_pasted_is_still_there_afterwards(app: AppTest) -> None:
    _press(_paste(app, "ECOG 1."), "Screen")
    _press(app, "Other notes")
    assert app.text_area(key="text_1").value == "ECOG 1."


def test_nothing_to_screen_is_told(app: AppTest, made_screener: MadeScreener) -> None:
    _press(_paste(app, "  \n"), "Screen")
    assert "There is no note yet" in app.warning[0].value
    assert made_screener.asked == []


def test_notes_later_than_the_day_are_told(app: AppTest) -> None:
    app.date_input(key="as_of").set_value(date(2020, 1, 1))
    _press(app, "Screen")
    assert "all notes are later than 2020-01-01" in app.error[0].value


def test_a_wrong_rule_file_is_one_line(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuleFileError("stage.yaml:3: the key 'id' stands twice")

    monkeypatch.setattr(engine, "screener", broken)
    _press(app, "Screen")
    assert app.error[0].value == "stage.yaml:3: the key 'id' stands twice"


def test_a_fault_does_not_quote_the_note(
    app: AppTest,
    made_screener: MadeScreener,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fails(notes: object, as_of: object = None) -> None:
        raise ValueError(f"cannot read {notes}")

    monkeypatch.setattr(made_screener, "screen", fails)
    _press(_paste(app, "Quoted-nowhere"), "Screen")
    assert "could not be screened (ValueError)" in app.error[0].value
    assert "Quoted-nowhere" not in app.error[0].value + "".join(capfd.readouterr())


def test_uploads_of_several_kinds(app: AppTest, made_screener: MadeScreener) -> None:
    app.segmented_control(key="source").set_value("Upload").run()
    line = {"patient_id": "P2", "note_id": "a", "note_date": "2025-01-02", "text": "Stage IV."}
    app.file_uploader(key="files").set_value(
        [
            ("P1__2025-03-14__clinic letter.txt", b"ECOG 1.", "text/plain"),
            ("more.jsonl", (json.dumps(line) + "\n{broken\n").encode(), "application/json"),
            ("rows.csv", b"text,patient_id\nAged 61,P3\n", "text/csv"),
            ("empty.txt", b"", "text/plain"),
        ]
    ).run()
    assert "more.jsonl, line 2" in app.warning[0].value
    assert "empty.txt: is empty" in app.warning[0].value
    _press(app, "Screen")
    read = [note for asked, _ in made_screener.asked for note in asked]
    assert [(note.patient_id, note.text) for note in read] == [
        ("P1", "ECOG 1."),
        ("P2", "Stage IV."),
        ("P3", "Aged 61"),
    ]
    assert read[0].note_date == date(2025, 3, 14)
    assert app.selectbox(key="patient").options == ["! P1: review", "! P2: review", "! P3: review"]


def test_a_note_is_only_ever_shown_escaped(app: AppTest) -> None:
    page = _page(_press(_paste(app, NASTY), "Screen"))
    assert NASTY not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_filter_leaves_the_anchors(app: AppTest) -> None:
    _press(app, "Screen")
    app.multiselect(key="concepts").set_value(["age"]).run()
    page = _page(app)
    assert page.count(" quiet") > 5
    assert 'id="ev1-0-f8"' in page


def test_notes_stay_out_of_caches_logs_and_addresses() -> None:
    for path in [ROOT / "app.py", *Path(screen_page.__file__).parent.glob("*.py")]:
        source = path.read_text(encoding="utf-8")
        assert not re.findall(r"cache_data|query.params|logging|\bprint\(", source)


def test_the_filter_by_how_it_is_said_leaves_the_rest_uncoloured(app: AppTest) -> None:
    _press(app, "Screen")
    app.multiselect(key="said").set_value(["neg"]).run()
    page = _page(app)
    assert re.search(r'class="[^"]*a-negated[^"]*" title', page)
    assert re.search(r'class="[^"]*a-affirmed[^"]* quiet" title', page)


def _ask(app: AppTest, question: str) -> str:
    app.chat_input(key="question").set_value(question).run()
    return _page(app)


def test_a_question_is_answered_beside_the_notes(app: AppTest) -> None:
    _press(app, "Screen")
    app.segmented_control(key="view").set_value("Ask").run()
    page = _ask(app, "what is missing?")
    assert "Cranial metastases: Is there an MRI or CT of the head" in page
    page = _ask(app, "show the ECOG")
    assert page.index("show the ECOG") < page.index("what is missing?")
    assert re.search(r'class="ts turn".*?href="#ev1-0-f8"', page, re.DOTALL)
    assert 'id="ev1-0-f8"' in page


def test_a_question_is_only_ever_shown_escaped(app: AppTest) -> None:
    _press(app, "Screen")
    app.segmented_control(key="view").set_value("Ask").run()
    page = _ask(app, NASTY)
    assert NASTY not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_was_asked_is_gone_with_the_patient(app: AppTest) -> None:
    _press(app, "Screen")
    app.segmented_control(key="view").set_value("Ask").run()
    assert "zorgle" in _ask(app, "zorgle?")
    _press(app, "Other notes")
    page = _page(_press(app, "Screen"))
    assert "zorgle" not in page


def test_the_timeline_comes_with_a_table(app: AppTest) -> None:
    _press(app, "Screen")
    app.segmented_control(key="view").set_value("Timeline").run()
    assert not app.exception
    shown = [tuple(row) for row in app.dataframe[-1].value.to_numpy()]
    assert ("14 Mar 2025", "ECOG", "ECOG 1") in shown


def test_no_two_patients_share_an_anchor(app: AppTest) -> None:
    anchors = []
    for _ in range(2):
        page = _page(_press(app, "Screen"))
        anchors.append(set(re.findall(r' id="(ev[^"]+)"', page)))
        _press(app, "Other notes")
    assert anchors[0]
    assert anchors[0].isdisjoint(anchors[1])
