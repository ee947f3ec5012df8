"""The figures of a cohort as charts. Colours are Okabe's and Ito's; every bar says in words what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from extractor.cohort.figures import Bars, Missing, Step
from extractor.evidence.wording import say_name

_INK = {"dark": "#eceef2", "light": "#1a1c20"}
_BLUE, _SKY, _GREY, _ORANGE = "#0072B2", "#56B4E9", "#8D95A3", "#D55E00"
_MET, _OPEN, _OUT = "all met so far", "something open", "ruled out here"
_WORTH, _MOOT = "still in question", "ruled out anyway"
_ROW = 34
"""Pixels of a bar and the room about it."""
_TICKS = 8
_FEW, _WIDEST = 4, 64
"""Fewer bars than this would be clumsily wide; so many pixels at most."""


def funnel(steps: Sequence[Step], theme: str | None) -> Any:
    """Who is left behind each criterion, and whom it rules out; ``theme`` is ``dark`` or ``light``."""
    rows: list[dict[str, Any]] = []
    for step in steps:
        parts = ((_MET, step.met), (_OPEN, step.open), (_OUT, step.out))
        rows += [
            {"Criterion": say_name(step.criterion), "Patients": count, "They are": part, "order": order}
            for order, (part, count) in enumerate(parts)
        ]
    names = [say_name(step.criterion) for step in steps]
    colours = {_MET: _BLUE, _OPEN: _SKY, _OUT: _ORANGE}
    left = [{"Criterion": say_name(s.criterion), "left": s.left, "label": f"{s.left:,} left, {s.out:,} out",
             "end": s.left + s.out} for s in steps]  # fmt: skip
    labels = (
        alt.Chart(alt.InlineData(values=left))
        .mark_text(align="left", dx=6, color=ink(theme))
        .encode(x=alt.X("end:Q"), y=alt.Y("Criterion:N", sort=names), text="label:N")
    )
    return (_stacked(rows, names, colours) + labels).properties(height=_ROW * len(names) + 40)


def missing(items: Sequence[Missing]) -> Any:
    """For how many patients a criterion is unknown."""
    rows: list[dict[str, Any]] = []
    for item in items:
        parts = ((_WORTH, item.worth_asking), (_MOOT, item.unknown - item.worth_asking))
        rows += [
            {"Criterion": _named(item), "Patients": count, "They are": part, "order": order}
            for order, (part, count) in enumerate(parts)
        ]
    names = [_named(item) for item in items]
    return _stacked(rows, names, {_WORTH: _BLUE, _MOOT: _GREY}).properties(height=_ROW * len(names) + 40)


def _named(item: Missing) -> str:
    return say_name(item.criterion) + (" (at the visit)" if item.at_visit else "")


def _stacked(rows: Sequence[Mapping[str, Any]], names: Sequence[str], colours: Mapping[str, str]) -> Any:
    return (
        alt.Chart(alt.InlineData(values=list(rows)))
        .mark_bar()
        .encode(
            x=alt.X("Patients:Q", title="Patients", axis=alt.Axis(tickMinStep=1, tickCount=_TICKS)),
            y=alt.Y("Criterion:N", sort=list(names), title=None, axis=alt.Axis(labelLimit=280)),
            color=alt.Color(
                "They are:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                legend=alt.Legend(orient="top", title=None),
            ),
            order="order:Q",
            tooltip=["Criterion:N", "They are:N", "Patients:Q"],
        )
    )


def distribution(bars: Bars, title: str, theme: str | None) -> Any:
    """How a fact is spread over the patients; ``theme`` is ``dark`` or ``light``."""
    names = [label for label, _ in bars]
    values = [{title: label, "Patients": count, "known": label != "unknown"} for label, count in bars]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X(f"{title}:N", sort=names, title=None, axis=alt.Axis(labelAngle=0 if len(names) < 9 else -45)),
        y=alt.Y("Patients:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=_TICKS // 2)),
        tooltip=[f"{title}:N", "Patients:Q"],
    )
    colour = alt.condition("datum.known", alt.value(_BLUE), alt.value(_GREY))
    drawn = base.mark_bar(size=_WIDEST) if len(names) < _FEW else base.mark_bar()
    return (drawn.encode(color=colour) + base.mark_text(dy=-7, color=ink(theme)).encode(text="Patients:Q")).properties(
        height=200
    )


def ink(theme: str | None) -> str:
    """The colour of words: Streamlit's theme of charts leaves those at marks black."""
    return _INK.get(theme or "light", _INK["light"])
