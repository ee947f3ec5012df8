"""Highlights: nothing of a note is lost, moved or run, however its findings overlap."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.evidence.highlight import Shown, anchor, cut, highlight
from extractor.records import Assertion, Experiencer, Finding, Temporality


class Page(HTMLParser):
    """The text of some HTML with what covers each of its characters, and all elements and ids."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.cover: list[frozenset[str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[tuple[str, frozenset[str]]] = []
        self.feed(html)
        self.close()

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self._open.append((tag, frozenset((attributes.get("data-findings") or "").split())))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any(tag == "style" for tag, _ in self._open):
            return
        self.text += data
        covered = frozenset[str]().union(*(names for _, names in self._open))
        self.cover += [covered] * len(data)


def found(start: int, end: int, number: int = 1, **changes: object) -> Finding:
    settings: dict[str, object] = {
        "concept": "stage",
        "value": {"group": "IV"},
        "text": "",
        "id": f"f{number}",
    }
    return Finding(start=start, end=end, **(settings | changes))  # type: ignore[arg-type]


@st.composite
def notes_with_spans(draw: st.DrawFn) -> tuple[str, list[Finding]]:
    odd = st.sampled_from(
        ["<script>", "</style>", "&amp;", '"', "'", "\x00", "\r\n", "\u202e", "שלום", "👩‍⚕️", "\ud800"]
    )
    text = "".join(draw(st.lists(st.one_of(st.text(max_size=8), odd), max_size=8)))
    places = st.integers(0, len(text) + 2)
    spans = draw(st.lists(st.tuples(places, places), max_size=8))
    return text, [found(min(span), max(span), number) for number, span in enumerate(spans)]


@given(notes_with_spans())
def test_the_pieces_add_up_to_the_note(case: tuple[str, list[Finding]]) -> None:
    text, findings = case
    segments = cut(text, findings)
    assert "".join(segment.text for segment in segments) == text
    assert all(segment.text == text[segment.start : segment.end] != "" for segment in segments)
    for segment in segments:
        for place in range(segment.start, segment.end):
            assert {f.id for f in segment.findings} == {f.id for f in findings if f.start <= place < f.end}


@given(notes_with_spans())
def test_the_page_shows_every_character_under_the_findings_that_cover_it(
    case: tuple[str, list[Finding]],
) -> None:
    text, findings = case
    page = Page(highlight(text, findings))
    assert page.text == "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    assert {tag for tag, _ in page.elements} <= {"mark", "span", "style"}
    expected = [{anchor(f.id) for f in findings if f.start <= place < f.end} for place in range(len(text))]
    assert page.cover == expected
    assert sorted(page.ids) == sorted({anchor(f.id) for f in findings if f.start < min(f.end, len(text))})


def test_an_anchor_stands_at_the_first_words_only() -> None:
    page = Page(highlight("abcdef", [found(0, 4, 1), found(2, 6, 2), found(2, 3, 3)]))
    marks = [attributes for tag, attributes in page.elements if tag == "mark"]
    assert [mark["data-findings"] for mark in marks] == ["ev-f1", "ev-f1 ev-f2 ev-f3", "ev-f1 ev-f2", "ev-f2"]
    assert page.ids.count("ev-f1") == page.ids.count("ev-f2") == page.ids.count("ev-f3") == 1


def test_a_divided_finding_is_lit_in_all_its_pieces() -> None:
    html = highlight("abcdef", [found(0, 4, 1), found(2, 6, 2)])
    for name in ("ev-f1", "ev-f2"):
        assert f':has(#{name}:target) mark[data-findings~="{name}"]' in html


@pytest.mark.parametrize(
    ("changes", "kind", "tag"),
    [
        ({"assertion": Assertion.NEGATED}, "a-negated", "neg"),
        ({"assertion": Assertion.POSSIBLE}, "a-possible", "poss"),
        ({"assertion": Assertion.HYPOTHETICAL}, "a-hypothetical", "hyp"),
        ({"experiencer": Experiencer.FAMILY}, "e-family", "fam"),
        ({"experiencer": Experiencer.OTHER}, "e-other", "other"),
        ({"temporality": Temporality.HISTORICAL}, "t-historical", "hist"),
        ({"temporality": Temporality.PLANNED}, "t-planned", "plan"),
    ],
)
def test_what_is_not_so_now_of_the_patient_looks_otherwise(changes: dict[str, object], kind: str, tag: str) -> None:
    (_, mark), (_, plain) = (
        _marks(highlight("stage IV", [found(0, 8, **changes)])),
        _marks(highlight("stage IV", [found(0, 8)])),
    )
    assert {kind, "aside", "c-stage"} <= set((mark["class"] or "").split())
    assert mark["data-tag"] == tag
    assert "aside" not in (plain["class"] or "")
    assert "data-tag" not in plain


def _marks(html: str) -> Iterator[object]:
    page = Page(html)
    return iter((page, page.elements[0][1]))


def test_the_evidence_for_a_criterion_says_so() -> None:
    page = Page(highlight("stage IV", [found(0, 8)], used={"f1": "Stage"}))
    assert "used" in (page.elements[0][1]["class"] or "").split()
    assert (page.elements[0][1]["title"] or "").endswith("evidence for Stage")


def test_a_concept_filtered_out_keeps_its_anchor() -> None:
    findings = [found(0, 2, 1), found(4, 6, 2, concept="age", value={"years": 61})]
    page = Page(highlight("ab cdef", findings, shown=Shown(frozenset({"age"}))))
    quiet = {a["id"]: "quiet" in (a["class"] or "").split() for _, a in page.elements}
    assert quiet == {"ev-f1": True, "ev-f2": False}


def test_the_tooltip_tells_value_assertion_date_section_and_rule() -> None:
    finding = found(0, 8, assertion=Assertion.NEGATED, section="past_medical_history", rule='stage."group"')
    title = Page(highlight("stage IV", [finding])).elements[0][1]["title"]
    assert title == 'Stage: stage IV · negated · undated · section past medical history · rule stage."group"'


def test_an_id_cannot_leave_its_attribute() -> None:
    assert anchor('f"><script>') == "ev-f---script-"


def test_a_filter_by_how_it_is_said() -> None:
    negated, affirmed = found(0, 2, 1, assertion=Assertion.NEGATED), found(4, 6, 2)
    past = found(0, 2, 3, assertion=Assertion.NEGATED, temporality=Temporality.HISTORICAL)
    for said, expected in (("neg", {1, 3}), ("aff", {2}), ("hist", {3})):
        shown = Shown(said=frozenset({said}))
        assert {int(f.id[1:]) for f in (negated, affirmed, past) if f in shown} == expected
    assert negated not in Shown(frozenset({"age"}), frozenset({"neg"}))
    assert negated in Shown()


def test_a_mark_with_a_panel_is_a_link_that_opens_it() -> None:
    panels = {f"f{number}": f"<aside>panel {number}</aside>" for number in (1, 2, 3)}
    html = highlight("abcdef", [found(0, 4, 1), found(0, 2, 2), found(5, 6, 3)], panels=panels)
    page = Page(html)
    links = [(attributes["href"], attributes.get("tabindex")) for tag, attributes in page.elements if tag == "a"]
    assert links == [("#ev-f2", None), ("#ev-f1", "-1"), ("#ev-f3", None)]
    assert html.count("<aside>") == 3
    assert "</mark><aside>panel 1</aside>" in html  # right behind what is lit
    assert "</span><aside>panel 2</aside>" in html
