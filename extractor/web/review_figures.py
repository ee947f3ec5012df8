"""The figures of a queue or of all: how good the machine is by the reviewers, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from extractor.evidence.wording import say_concept, say_name
from extractor.exports.report_json import to_line
from extractor.exports.writing import csv_text
from extractor.review.decisions import COLUMNS, Act, Decision, disagreements, is_unblinded, open_to, rows
from extractor.review.figures import (
    TOGETHER,
    Score,
    Settled,
    agreements,
    by_version,
    over_time,
    scores,
    settled,
)
from extractor.review.gold import Gold, labelled_patients, labelled_texts
from extractor.review.queue import Item, Kind
from extractor.review.scoring import wilson
from extractor.web import review_state as state
from extractor.web.review_state import Desk

_COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a person may see of a queue."""

    items: tuple[Item, ...]
    decisions: tuple[Decision, ...]


@st.fragment(run_every="5s")  # type: ignore[untyped-decorator]
def figures(desk: Desk) -> None:
    """Show them, and go on showing them as others answer."""
    everything = st.segmented_control(
        "Figures of", ["This queue", "All queues"], default="This queue", required=True, key="review_scope"
    )
    own = _seen(desk.items, desk.store.decisions(desk.queue.id), desk.reviewer)
    _gate(desk, own)
    seen = [own]
    if everything == "All queues":
        for queue in desk.store.queues():
            if queue.id != desk.queue.id:
                decisions = desk.store.decisions(queue.id)
                seen.append(_seen(desk.store.items(queue.id), decisions, desk.reviewer))
    elif desk.queue.plan.only_doubtful:
        st.caption("The queue holds doubtful items only: its figures say nothing of the others.")
    known = [one for each in seen for one in settled(each.items, each.decisions)]
    if not any(each.decisions for each in seen):
        st.info("There are no figures yet: they begin with the first answers.")
        return
    left, right = st.columns([6, 5])
    with left:
        _scores(seen)
    with right:
        _agreement(seen)
        if known:
            _chart(known)
            _versions(known)
    st.subheader("Take with you")
    _downloads(desk, own)


def _seen(items: Sequence[Item], decisions: Sequence[Decision], viewer: str) -> _Seen:
    visible = open_to(items, decisions, viewer)
    ids = {item.id for item in visible}
    return _Seen(visible, tuple(made for made in decisions if made.item_id in ids or not made.item_id))


def _gate(desk: Desk, own: _Seen) -> None:
    if len(own.items) == len(desk.items):
        return
    note, button = st.columns([3, 2], vertical_alignment="center")
    note.caption(
        f"So that nobody's answers sway yours, this shows the {len(own.items)} of {len(desk.items)} questions that you "
        "have answered. All are shown when you are done, or when you review this queue no further."
    )
    if not is_unblinded(own.decisions, desk.reviewer):
        button.button(
            "Show all; I review this queue no further",
            on_click=state.record,
            args=(desk, None, Act.UNBLIND),
            kwargs={"decision_id": state.new_id()},
        )


def _percent(share: float, interval: tuple[float, float]) -> str:
    return f"{100 * share:.1f} ({100 * interval[0]:.0f}–{100 * interval[1]:.0f})"


def _scores(seen: Sequence[_Seen]) -> None:
    st.subheader("How good the machine is")
    for kind, first in ((Kind.FINDING, "Concept"), (Kind.CRITERION, "Criterion")):
        found = _added([scores(each.items, each.decisions, kind) for each in seen])
        if found:
            table = [_row(first, name, score, kind) for name, score in found.items()]
            widths = {first: st.column_config.TextColumn(width="medium")}
            st.dataframe(pd.DataFrame(table), hide_index=True, height="content", column_config=widths)
    st.caption(
        "Percent with 95 % Wilson intervals. A corrected finding is a false alarm and a miss. Recall and F1 are those "
        "of notes that were read whole for what was missed. What reviewers differ on counts once it is settled."
    )


def _added(parts: Sequence[dict[str, Score]]) -> dict[str, Score]:
    total: dict[str, Score] = {}
    for part in parts:
        for name, score in part.items():
            before = total.get(name)
            if before is None:
                total[name] = score
            else:
                sought = (
                    before.sought + score.sought if before.sought and score.sought else before.sought or score.sought
                )
                total[name] = Score(before.judged + score.judged, sought)
    together = total.pop(TOGETHER, None)
    return {**total, **({TOGETHER: together} if together else {})}


def _row(first: str, name: str, score: Score, kind: Kind) -> dict[str, Any]:
    judged, sought = score.judged, score.sought
    naming = say_concept if kind is Kind.FINDING else say_name
    row: dict[str, Any] = {
        first: "All" if name == TOGETHER else naming(name),
        "Judged": judged.hits + judged.false_alarms,
        "Right": judged.hits,
        "Precision" if kind is Kind.FINDING else "Right, %": (
            _percent(judged.precision, score.precision_interval) if judged.hits + judged.false_alarms else "–"
        ),
    }
    if kind is Kind.FINDING:
        row["Missed"] = sought.misses if sought else None
        row["Recall"] = _percent(sought.recall, score.recall_interval) if sought else "not sought"
        row["F1"] = _percent(sought.f1, sought.f1_interval) if sought else "not sought"
    return row


def _agreement(seen: Sequence[_Seen]) -> None:
    st.subheader("How far reviewers agree")
    items = [item for each in seen for item in each.items]
    decisions = [made for each in seen for made in each.decisions]
    table = []
    for name, kind in (("all", None), ("findings", Kind.FINDING), ("criteria", Kind.CRITERION)):
        for one in agreements(items, decisions, kind) if len(seen) == 1 else ():
            kappa = "undefined" if one.kappa is None else f"{one.kappa:.2f} ({one.low:.2f} to {one.high:.2f})"
            table.append(
                {"Of": name, "Reviewers": f"{one.first}, {one.second}", "Items": one.items,
                 "Alike": f"{100 * one.agreed / one.items:.0f} %", "Cohen's kappa": kappa}
            )  # fmt: skip
    if table:
        st.dataframe(pd.DataFrame(table), hide_index=True, height="content")
        left = sum(len(disagreements(each.items, each.decisions)) for each in seen)
        st.caption(f"With 95 % intervals; before anything was settled. {left} disagreements are left to settle.")
    else:
        st.caption(
            "Choose one queue to see it." if len(seen) > 1 else "It takes two reviewers who answered the same items."
        )


def _chart(known: Sequence[Settled]) -> None:
    st.subheader("Over time")
    table = pd.DataFrame(
        [
            {"When": point.when, "Right, %": 100 * point.share, "low": 100 * point.interval[0],
             "high": 100 * point.interval[1], "Version / rules": point.patterns, "Of": point.total}
            for point in over_time(known)
        ]
    )  # fmt: skip
    several = table["Version / rules"].nunique() > 1
    legend = alt.Legend(orient="bottom", columns=2, symbolOpacity=1) if several else None
    base = alt.Chart(table, height=220).encode(
        x=alt.X("When:T", title=None),
        color=alt.Color("Version / rules:N", scale=alt.Scale(range=_COLOURS), legend=legend),
    )
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", title="Right, %"), y2="high:Q")
    line = base.mark_line(point=True).encode(
        y=alt.Y("Right, %:Q", scale=alt.Scale(domain=[0, 100])),
        strokeDash=alt.StrokeDash("Version / rules:N", legend=None),
        shape=alt.Shape("Version / rules:N", legend=legend),
        tooltip=["When:T", "Version / rules:N", alt.Tooltip("Right, %:Q", format=".1f"), "Of:Q"],
    )
    st.altair_chart(alt.layer(band, line), width="stretch")
    st.caption("The share of right findings and criteria among all answered so far, with its 95 % interval.")


def _versions(known: Sequence[Settled]) -> None:
    table = [
        {
            "Version / rules": name,
            "Judged": tally.hits + tally.false_alarms,
            "Right, %": _percent(tally.precision, wilson(tally.hits, tally.hits + tally.false_alarms)),
        }
        for name, tally in by_version(known).items()
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content")


def _downloads(desk: Desk, own: _Seen) -> None:
    texts = labelled_texts(own.items, own.decisions, desk.notes)
    patients = labelled_patients(own.items, own.decisions, desk.notes, desk.places)
    table = rows(desk.queue.plan.name, own.items, own.decisions, to_line)
    with st.container(horizontal=True):
        st.download_button("Decisions (CSV)", csv_text(COLUMNS, table), "decisions.csv", "text/csv", on_click="ignore")
        for label, name, gold in (
            ("Labelled texts (JSONL)", "gold-texts.jsonl", texts),
            ("Labelled patients (JSONL)", "gold-patients.jsonl", patients),
        ):
            lines = "".join(to_line(line) + "\n" for line in gold.lines)
            st.download_button(label, lines, name, "application/jsonl", on_click="ignore", disabled=not gold.lines)
    st.caption(
        "These files hold patients' data. `trialscreen evaluate` reads the labelled ones. "
        f"Texts: {_left_out(texts)}. Patients: {_left_out(patients)}."
    )


def _left_out(gold: Gold) -> str:
    parts = [f"{len(gold.lines)} labelled"]
    if gold.unknown:
        parts.append(f"{gold.unknown} without all answers")
    if gold.without_text:
        parts.append(f"{gold.without_text} whose text is neither kept nor open")
    return ", ".join(parts)
