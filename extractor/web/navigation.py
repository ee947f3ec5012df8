"""The pages of the app, each for those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from extractor.evidence.cards import style_sheet
from extractor.web import signin
from extractor.web.access import Right

_PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        show: Shows it.
        title: Its name in the menu; in lower case also its address.
        icon: Its icon in the menu.
        right: What one must be allowed to see it.
    """

    show: Callable[[], None]
    title: str
    icon: str
    right: Right


def run(*pages: Page) -> None:
    """Show the menu of the pages that the person may see, and the one that is chosen."""
    granted = signin.admit()
    seen = {
        page.title: st.Page(page.show, title=page.title, icon=page.icon, url_path=page.title.lower())
        for page in pages
        if page.right in granted
    }
    st.session_state[_PAGES] = seen
    st.navigation(list(seen.values()), position="top").run()


def can_go_to(title: str) -> bool:
    """Whether there is such a page for this person."""
    return title in st.session_state.get(_PAGES, {})


def go_to(title: str) -> None:
    """Leave this page for another that ``can_go_to`` names."""
    st.switch_page(st.session_state[_PAGES][title])


def style(sheet: str) -> None:
    """The look of a page: that of evidence, which reports have too, and a style sheet of the page's own.

    Args:
        sheet: The name of a file beside this one.
    """
    own = Path(__file__).with_name(sheet).read_text(encoding="utf-8")
    st.html(f"<style>{style_sheet()}{own}</style>")
