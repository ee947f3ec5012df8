"""Next and previous evidence, by button or key: the note moves to it and lights it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import streamlit as st

_SCRIPT = """
export default function({ data, parentElement }) {
  if (!data.press || window.lastPress === data.stamp) return;
  window.lastPress = data.stamp;
  const at = data.order.indexOf(decodeURIComponent(location.hash.slice(1)));
  const last = data.order.length - 1;
  const next = at < 0 ? (data.step > 0 ? 0 : last) : (at + data.step + last + 1) % (last + 1);
  location.hash = data.order[next];
  document.querySelector(`a.chip[href="#${data.order[next]}"]`)?.focus();
}
"""
"""Moves the browser to an anchor and marks the link to it. It gets anchors, no text of a note."""


@cache
def _component() -> Any:
    return st.components.v2.component("trialscreen_step", js=_SCRIPT)


@st.fragment  # type: ignore[untyped-decorator]
def show(anchors: Sequence[str]) -> None:
    """The two buttons; J and K press them as well.

    Args:
        anchors: The ids of what is stepped through, in order. After the last comes the first.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        back = st.button("Previous", icon=":material/arrow_upward:", shortcut="K", disabled=not anchors)
        on = st.button("Next evidence", icon=":material/arrow_downward:", shortcut="J", disabled=not anchors)
        presses = st.session_state.get("presses", 0) + (back or on)
        st.session_state["presses"] = presses
        step = {"order": list(anchors), "step": 1 if on else -1, "press": back or on, "stamp": presses}
        _component()(data=step, key="step", width="content")
