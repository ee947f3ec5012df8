"""The page for cohorts, without a browser: the columns are guessed, a batch runs, is stopped, and is looked at."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from extractor.exports import background
from extractor.exports.background import Job, Phase, State
from extractor.web import batch_input
from extractor.web.workspace import Workspace

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "cohort"))

from made_cohorts import made_batch  # noqa: E402

EXPORT = (
    "MRN,Befunddatum,Befundart,NOTE_TEXT\n"
    'P1,14.03.2025,CT,"Quokkasen, ECOG 1, seen in clinic today."\n'
    'P2,03/14/2025,CT,"=HYPERLINK(""http://x"") Quokkasen, ECOG 2."\n'
)


class MadeBatch:
    """A batch that does what a test tells it; what it was asked to do is in ``jobs``."""

    jobs: list[Job] = []  # noqa: RUF012
    discarded: list[Job] = []  # noqa: RUF012
    patients = 12

    def __init__(self, job: Job) -> None:
        self.job = job
        self.jobs.append(job)
        self.state = State(Phase.SCREENING, 3, 12)

    def finish(self) -> None:
        made_batch(Path(self.job.folder), self.patients)
        self.state = State(Phase.DONE, self.patients, self.patients)

    def stop(self) -> None:
        if self.state.phase not in background.ENDED:
            self.state = State(Phase.STOPPED, 3, 12)

    def discard(self) -> None:
        self.discarded.append(self.job)

    def wait(self, seconds: float | None = None) -> State:
        return self.state


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AppTest]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(batch_input, "BackgroundBatch", MadeBatch)
    MadeBatch.jobs.clear()
    MadeBatch.discarded.clear()

    def page() -> None:
        from extractor.web import batch_page

        batch_page.show()

    yield AppTest.from_function(page, default_timeout=30).run()


def room(app: AppTest) -> Workspace:
    found: Workspace = app.session_state["workspace"]
    return found


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def upload(app: AppTest, *files: tuple[str, str]) -> AppTest:
    app.file_uploader(key="batch_files").set_value([(name, text.encode(), "") for name, text in files])
    return app.run()


def texts(app: AppTest) -> str:
    assert not app.exception
    elements: list[Any] = [*app.subheader, *app.caption, *app.markdown, *app.warning, *app.error, *app.info, *app.text]
    return "\n".join(str(element.value) for element in elements)


def open_batch(app: AppTest, folder: Path, patients: int = 40) -> AppTest:
    made_batch(folder, patients)
    app.segmented_control(key="batch_source").set_value("An earlier batch").run()
    app.text_input(key="earlier_folder").set_value(str(folder))
    return press(app, "Open")


def test_columns_are_guessed_and_days_checked(app: AppTest) -> None:
    upload(app, ("export.csv", EXPORT))
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen["Text"] == "NOTE_TEXT" and chosen["Patient id"] == "MRN"
    assert chosen["Note date"] == "Befunddatum" and chosen["Note type"] == "Befundart"
    assert chosen["Note id"] == chosen["As of"] == ""
    assert "1 of the first 2 rows would fail: the Note date '03/14/2025' is no date" in texts(app)
    shown = app.dataframe[0].value
    assert shown["Text"][1].startswith("'=HYPERLINK")
    (saved,) = room(app).uploaded.values()
    assert saved.read_text(encoding="utf-8") == EXPORT
    assert room(app).folder.stat().st_mode & 0o777 == 0o700


def test_a_column_may_be_chosen_otherwise(app: AppTest) -> None:
    upload(app, ("export.csv", EXPORT))
    box = next(box for box in app.selectbox if box.label == "Note date")
    box.set_value("").run()
    assert "would fail" not in texts(app)
    next(box for box in app.selectbox if box.label == "Text").set_value("MRN").run()
    assert "The column 'MRN' is chosen twice." in texts(app)


def test_a_batch_runs_and_its_patients_are_shown(app: AppTest) -> None:
    upload(app, ("export.csv", EXPORT))
    press(app, "Screen the export")
    (job,) = MadeBatch.jobs
    assert job.columns == {
        "text": "NOTE_TEXT", "patient_id": "MRN", "note_date": "Befunddatum", "note_type": "Befundart",
    }  # fmt: skip
    assert job.protocol and job.protocol.endswith("lat-nsclc.yaml")
    assert room(app).is_private(Path(job.folder))
    assert "gone on with" in texts(app)
    room(app).batch.finish()  # type: ignore[union-attr]
    app.run()
    assert "12 patients" in app.subheader[0].value
    assert "deleted when this session ends" in texts(app)
    folder = room(app).folder
    press(app, "Close and delete")
    assert not folder.exists() and room(app).cohort is None


def test_a_stopped_batch_goes_on_with_the_same_job(app: AppTest) -> None:
    upload(app, ("export.csv", EXPORT))
    press(app, "Screen the export")
    room(app).batch.stop()  # type: ignore[union-attr]
    app.run()
    assert "Stopped after 3 notes." in texts(app)
    press(app, "Go on")
    first, second = MadeBatch.jobs
    assert first == second
    room(app).batch.state = State(Phase.FAILED, message="/data: there is no room")  # type: ignore[union-attr,misc]
    app.run()
    assert "/data: there is no room" in texts(app)
    press(app, "Discard it")
    assert room(app).batch is None
    assert MadeBatch.discarded == [first]


def test_what_cannot_be_discarded_is_told(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: MadeBatch) -> None:
        raise OSError(30, "Read-only file system", "/data/out")

    monkeypatch.setattr(MadeBatch, "discard", locked)
    upload(app, ("export.csv", EXPORT))
    press(app, "Screen the export")
    room(app).batch.stop()  # type: ignore[union-attr]
    app.run()
    press(app, "Discard it")
    assert "(/data/out: Read-only file system)" in texts(app) and "What it has written stays in" in texts(app)
    app.run()
    assert "Read-only" not in texts(app)


def test_results_are_kept_where_the_person_says(app: AppTest, tmp_path: Path) -> None:
    app.segmented_control(key="batch_source").set_value("On this machine").run()
    source = tmp_path / "export.csv"
    source.write_text(EXPORT, encoding="utf-8")
    app.text_input(key="batch_path").set_value(str(source)).run()
    app.selectbox(key="batch_kept").set_value("in a folder").run()
    press(app, "Screen the export")
    assert "Name the folder" in texts(app) and not MadeBatch.jobs
    app.text_input(key="batch_folder").set_value(str(tmp_path / "kept")).run()
    press(app, "Screen the export")
    assert (MadeBatch.jobs[0].folder, MadeBatch.jobs[0].inputs) == (str(tmp_path / "kept"), (str(source),))
    room(app).batch.finish()  # type: ignore[union-attr]
    app.run()
    assert f"in {tmp_path / 'kept'}" in texts(app)
    press(app, "Close")
    assert (tmp_path / "kept" / "reports.jsonl").exists()


def test_filters(app: AppTest, tmp_path: Path) -> None:
    open_batch(app, tmp_path / "out")
    everybody = app.dataframe(key="cohort_table").value
    assert len(everybody) == 40
    app.multiselect(key="cohort_statuses").set_value(["ecog=unknown"]).run()
    some = app.dataframe(key="cohort_table").value
    assert 0 < len(some) < 40 and set(some["ECOG"]) == {"? unknown"}
    assert f"{len(some)} patients of 40." in texts(app)
    app.text_input(key="cohort_words").set_value("nobody").run()
    assert len(app.dataframe(key="cohort_table").value) == 0
    assert "No patient is left by the filters." in texts(app)


@pytest.mark.parametrize(
    ("folder", "message"), [("/nowhere", "there is no such folder"), ("/tmp", "holds no finished batch")]
)
def test_a_folder_that_holds_no_batch(app: AppTest, folder: str, message: str) -> None:
    app.segmented_control(key="batch_source").set_value("An earlier batch").run()
    app.text_input(key="earlier_folder").set_value(folder)
    press(app, "Open")
    assert message in texts(app)


def test_a_damaged_export_is_one_line(app: AppTest) -> None:
    upload(app, ("export.xlsx", "Quokkasen"))
    assert "export.xlsx: cannot be read" in texts(app) and "Quokkasen" not in texts(app)


def test_the_workspace_goes_with_its_session(app: AppTest) -> None:
    upload(app, ("export.csv", EXPORT))
    press(app, "Screen the export")
    found = room(app)
    folder, batch = found.folder, found.batch
    found.clear()
    found.clear()
    end = time.monotonic() + 5
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not folder.exists()
    assert batch and batch.state.phase is Phase.STOPPED
