"""The page of protocols, without a browser: what thresholds change, and what a rule matches."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from extractor import cli
from extractor.files import patterns_folder
from extractor.screener import Screener
from extractor.trial.library import HOUSE
from extractor.trial.protocol import load_protocol
from extractor.web import engine
from extractor.web.session import Opened
from extractor.web.workspace import Workspace

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "cohort"))

from made_cohorts import made_batch, made_report  # noqa: E402

from extractor.cohort.patients import load_cohort  # noqa: E402

NASTY = "</div><script>alert(1)</script> ECOG 1 & more"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, screener: Screener) -> Iterator[AppTest]:
    monkeypatch.setattr(engine, "screener", lambda: screener)

    def page() -> None:
        from extractor.web import protocol_page

        protocol_page.show()

    yield AppTest.from_function(page, default_timeout=30).run()


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def texts(app: AppTest) -> str:
    assert not app.exception
    elements: list[Any] = [*app.subheader, *app.caption, *app.markdown, *app.warning, *app.error, *app.info, *app.text]
    return "\n".join(str(element.value) for element in elements)


def html(app: AppTest) -> str:
    return "".join(element.body for element in app.html)


def set_threshold(app: AppTest, place: str, value: Any) -> None:
    app.number_input(key=f"threshold/lat-nsclc, version 1/{place}").set_value(value)


def test_the_protocol_is_told(app: AppTest) -> None:
    assert not app.exception
    page = html(app)
    for criterion in load_protocol().criteria:
        assert criterion.text in page
    assert "ECOG at most 1, not older than 42 days" in page


def test_what_a_threshold_changes(app: AppTest, tmp_path: Path) -> None:
    protocol = load_protocol()
    report = next(
        r for r in (made_report(n, protocol) for n in range(99)) if r.facts.facts["ecog"].value == {"low": 2, "high": 2}
    )
    room = Workspace()
    room.cohort = load_cohort(made_batch(tmp_path, 60))
    app.session_state["workspace"] = room
    app.session_state["opened"] = Opened((report,))
    press(app, "See what changes")
    assert "Nothing was changed." in texts(app)
    set_threshold(app, "criteria/3/max", 2.0)
    press(app, "See what changes")
    told = texts(app)
    assert "ECOG: ✗ not met → ✓ met" in told
    assert "of 60 patients come out otherwise. No note was read again." in told
    metrics = [metric for metric in app.metric if "eligible" in metric.label or "review" in metric.label]
    assert sum(int(metric.value) for metric in metrics) == 60
    assert sum(int(metric.delta) for metric in metrics) == 0
    changed = app.dataframe[-1].value
    assert all("ECOG: ✗ not met → ✓ met" in words for words in changed["Criteria"])


def test_a_threshold_that_cannot_be(app: AppTest) -> None:
    set_threshold(app, "criteria/4/min_cycles", 9)
    press(app, "See what changes")
    assert "'min_cycles' 9 is above 'max_cycles' 4" in app.error[0].value
    assert len(app.error) == 1 and not app.exception


def test_a_new_protocol_is_kept_and_offered(app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOUSE, str(tmp_path))
    set_threshold(app, "criteria/3/max", 2.0)
    press(app, "See what changes")
    assert "is the protocol as it was" in texts(app)
    app.text_input(key="new_id").set_value("lat-wide").run()
    press(app, "Use in this session")
    assert "lat-wide, version 1" in app.selectbox(key="protocol").options
    press(app, "Save for all")
    saved = load_protocol(tmp_path / "lat-wide-1.yaml")
    assert (saved.id, saved.version) == ("lat-wide", "1")
    assert [c.id for c in saved.criteria if c not in load_protocol().criteria] == ["ecog"]
    note = tmp_path / "note.txt"
    note.write_text("61-year-old man. ECOG performance status 2.", encoding="utf-8")
    result = CliRunner().invoke(
        cli.app, ["screen", str(note), "--protocol", str(tmp_path / "lat-wide-1.yaml"), "--format", "json"]
    )
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)
    (ecog,) = [c for c in report["criteria"] if c["id"] == "ecog"]
    assert ecog["status"] == "met"
    press(app, "Save for all")
    assert "there is one already" in app.error[0].value


def test_without_the_right_nothing_is_saved(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.web.signin.may", lambda right: False)
    set_threshold(app, "criteria/3/max", 2.0)
    press(app, "See what changes")
    assert "An administrator can save it" in texts(app)
    assert "Save for all" not in [button.label for button in app.button]


def try_it(app: AppTest, pattern: str, text: str) -> AppTest:
    app.text_input(key="try_pattern").set_value(pattern)
    app.text_area(key="try_text").set_value(text)
    return press(app, "Try it")


def test_an_expression_is_tried(app: AppTest) -> None:
    try_it(app, r"ECOG (?P<low>[0-4])", NASTY)
    assert "1 match" in texts(app)
    assert NASTY not in html(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html(app)
    (groups, findings) = (frame.value for frame in app.dataframe[-2:])
    assert list(groups["low"]) == ["1"]
    assert "ECOG 1" in list(findings["Value"])


def test_a_rule_that_ships_is_tried(app: AppTest) -> None:
    app.segmented_control(key="try_kind").set_value("A rule that ships").run()
    rules = app.selectbox(key="try_rule")
    assert len(rules.options) > 100
    rules.set_value(next(rule for rule in rules.options if "ecog" in rule.lower())).run()
    app.text_area(key="try_text").set_value("ECOG performance status 1").run()
    press(app, "Try it")
    assert not app.exception
    assert any("match" in element.value.lower() for element in app.subheader)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(ECOG", "is no valid regular expression"),
        ("{nowhere}", "not defined"),
        (r"(a+)+b", "takes more than 2 seconds"),
    ],
)
def test_a_bad_expression_is_one_line_in_time(app: AppTest, pattern: str, message: str) -> None:
    begun = time.monotonic()
    try_it(app, pattern, "a" * 50)
    assert time.monotonic() - begun < 15
    assert len(app.error) == 1 and message in app.error[0].value
    assert "The whole reader finds nothing" in texts(app)


def test_a_broken_protocol_of_the_house_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app: AppTest) -> None:
    monkeypatch.setenv(HOUSE, str(tmp_path))
    shipped = (patterns_folder() / "protocols" / "lat-nsclc.yaml").read_text(encoding="utf-8")
    (tmp_path / "old.yaml").write_text(shipped.replace("kind: stage", "kind: stages"), encoding="utf-8")
    app.run()
    assert "old.yaml" in app.warning[0].value and "the kind 'stages' is not known" in app.warning[0].value
