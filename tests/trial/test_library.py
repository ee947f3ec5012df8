"""The protocols at hand, and one more for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.files import patterns_folder
from extractor.trial.editing import renamed
from extractor.trial.library import HOUSE, save_for_all, stored_protocols
from extractor.trial.protocol import ProtocolError

SHIPPED = (patterns_folder() / "protocols" / "lat-nsclc.yaml").read_text(encoding="utf-8")


def test_those_that_ship() -> None:
    found, faults = stored_protocols()
    assert "lat-nsclc, version 1" in [stored.name for stored in found] and faults == []


def test_a_house_keeps_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOUSE, str(tmp_path))
    text, _ = renamed(SHIPPED, "lat-wide", "2")
    path = save_for_all(text, tmp_path)
    assert (path.name, path.read_text(encoding="utf-8")) == ("lat-wide-2.yaml", text)
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    found, faults = stored_protocols()
    assert [stored.text for stored in found if stored.name == "lat-wide, version 2"] == [text]
    assert len(faults) == 1 and "broken.yaml" in faults[0]
    with pytest.raises(ProtocolError, match="there is one already"):
        save_for_all(text, tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../evil", "letters, digits"),
        ("a/b", "letters, digits"),
        (".hidden", "letters, digits"),
        ("ä", "letters, digits"),
    ],
)
def test_names_that_leave_the_folder(name: str, message: str, tmp_path: Path) -> None:
    text, _ = renamed(SHIPPED, name, "1")
    with pytest.raises(ProtocolError, match=message):
        save_for_all(text, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    text, _ = renamed(SHIPPED, "x", "1")
    with pytest.raises(ProtocolError, match="cannot be written"):
        save_for_all(text, tmp_path / "nowhere")
