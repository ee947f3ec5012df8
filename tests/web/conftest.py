"""What the tests of the page share: a browser, the running app, and a page that guards its console."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "evidence"), str(HERE.parent / "review")]

from browser_tools import ARGUMENTS, CHROMIUM, guarded_page, running_app  # noqa: E402


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its page as the main module, which processes started by later tests would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The app's address."""
    with running_app() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window. It ends with its module: AppTest cannot run beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 800), (1920, 1080)], ids=["1280", "1920"])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page that fails the test on any error in its console, at both usual sizes of a screen."""
    with guarded_page(browser, *request.param) as opened:
        yield opened


@pytest.fixture
def desk(browser: Any) -> Iterator[Any]:
    """The same at one size, where the size does not matter."""
    with guarded_page(browser, 1280, 800) as opened:
        yield opened
