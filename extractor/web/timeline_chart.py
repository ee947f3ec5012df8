"""The course of performance status, response and metastases, as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import streamlit as st

from extractor.evidence.timeline import Point, course
from extractor.evidence.wording import say_date
from extractor.records import Report
from extractor.web.charts import ink

_RESPONSES = ("CR", "PR", "SD", "mixed", "NE", "PD")
_COUNTS = {"extracranial_metastases": "extracranial", "cranial_metastases": "cranial"}
_COLOURS = {
    "light": {"ecog": "#009e73", "response": "#7a5195", "extracranial": "#0072b2", "cranial": "#d55e00"},
    "dark": {"ecog": "#2bc79b", "response": "#cc79a7", "extracranial": "#56b4e9", "cranial": "#e69f00"},
}
"""By theme: what is seen on white is not on black."""
_SHAPES = {"extracranial": "circle", "cranial": "triangle-up"}
_OPEN_ENDED = "≥"
_MARGIN = 40
"""Pixels for what stands left of an axis: keeps the days of all charts in line."""


def show(report: Report) -> None:
    """Draw the chart, with a table of the same values for those who cannot see it."""
    points = course(report)
    if not points:
        st.info("No performance status, response or count of metastases has a date in these notes.")
        return
    theme = st.context.theme.type
    with st.container(height="content", key="timeline"):
        for number, chart in enumerate(_charts(points, theme if theme in _COLOURS else "light")):
            st.altair_chart(chart, width="stretch", key=f"course_{number}", alt=_alt(points))
    with st.expander("The same as a table"):
        rows = [{"Day": say_date(point.day), "What": _named(point), "Value": point.label} for point in points]
        st.dataframe(rows, hide_index=True, height="content")


def _named(point: Point) -> str:
    return {"ecog": "ECOG", "response": "Response"}.get(point.series, _COUNTS.get(point.series, "") + " metastases")


def _alt(points: Sequence[Point]) -> str:
    return "; ".join(f"{say_date(point.day)}: {_named(point)} {point.label}" for point in points)


def _charts(points: Sequence[Point], theme: str) -> Iterator[Any]:
    """A chart for each kind of value, one below the other, over the same days."""
    days = [point.day.isoformat() for point in points]
    scale = alt.Scale(domain=[min(days), max(days)], nice=True, padding=18)
    axis = alt.Axis(format="%d %b %Y", labelOverlap=True, tickCount=5)
    x = alt.X("day:T", title=None, scale=scale, axis=axis)
    for series, draw in ((("ecog",), _ecog), (("response",), _response), (tuple(_COUNTS), _counts)):
        own = [point for point in points if point.series in series]
        if own:
            yield draw(own, x, theme)


def _data(points: Sequence[Point]) -> Any:
    return alt.Data(  # type: ignore[no-untyped-call]
        values=[
            {
                "day": point.day.isoformat(),
                "low": point.low,
                "high": point.low if point.high is None else point.high,
                "says": point.label,
                "short": _short(point),
                "region": _COUNTS.get(point.series),
                "response": point.label,
            }
            for point in points
        ]
    )


def _short(point: Point) -> str:
    if point.low is None:
        return point.label
    if point.high is None:
        return f"{_OPEN_ENDED}{point.low:g}"
    return f"{point.low:g}" if point.low == point.high else f"{point.low:g}-{point.high:g}"


_TOOLTIP = [alt.Tooltip("day:T", title="Day", format="%d %b %Y"), alt.Tooltip("says:N", title="Value")]


def _axis(**settings: Any) -> alt.Axis:
    return alt.Axis(minExtent=_MARGIN, maxExtent=_MARGIN, **settings)


def _ecog(points: Sequence[Point], x: Any, theme: str) -> Any:
    y = alt.Y("low:Q", title="ECOG", scale=alt.Scale(domain=[-0.4, 4.4]), axis=_axis(values=[0, 1, 2, 3, 4]))
    return _layers(points, x, y, alt.value(_COLOURS[theme]["ecog"]), alt.value("square"), theme).properties(height=150)


def _response(points: Sequence[Point], x: Any, theme: str) -> Any:
    scale = alt.Scale(domain=_RESPONSES)
    y = alt.Y("response:N", title="Response", sort=_RESPONSES, scale=scale, axis=_axis())
    marks = alt.Chart(_data(points)).mark_point(
        size=110, filled=True, opacity=1, shape="diamond", color=_COLOURS[theme]["response"]
    )
    return marks.encode(x=x, y=y, tooltip=_TOOLTIP).properties(height=190)


def _counts(points: Sequence[Point], x: Any, theme: str) -> Any:
    names = list(_SHAPES)
    colour = alt.Color(
        "region:N",
        title="Metastases",
        scale=alt.Scale(domain=names, range=[_COLOURS[theme][name] for name in names]),
        legend=alt.Legend(orient="bottom", symbolOpacity=1),
    )
    shape = alt.Shape("region:N", title="Metastases", scale=alt.Scale(domain=names, range=list(_SHAPES.values())))
    scale = alt.Scale(domainMin=0, nice=True)
    y = alt.Y("low:Q", title="Metastases", scale=scale, axis=_axis(tickMinStep=1, format="d"))
    return _layers(points, x, y, colour, shape, theme).properties(height=230)


def _layers(points: Sequence[Point], x: Any, y: Any, colour: Any, shape: Any, theme: str) -> Any:
    base = alt.Chart(_data(points)).encode(x=x)
    steps = base.mark_line(interpolate="step-after", strokeDash=[3, 3], opacity=0.6).encode(y=y, color=colour)
    spans = base.mark_rule(strokeWidth=4, opacity=0.45).encode(y=y, y2="high:Q", color=colour)
    marks = base.mark_point(size=90, filled=True, opacity=1).encode(y=y, color=colour, shape=shape, tooltip=_TOOLTIP)
    words = base.mark_text(dy=-13, fontSize=12, color=ink(theme)).encode(y="high:Q", text="short:N")
    return steps + spans + marks + words
