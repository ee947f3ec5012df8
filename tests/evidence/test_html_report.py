"""The self-contained page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from made_reports import eligible_report, finding, ineligible_report, report_on, review_report

from extractor.evidence.cards import A_PERSON_DECIDES
from extractor.evidence.html_report import render_html
from extractor.evidence.summary import by_need
from extractor.records import CriterionResult, SetAside, Status

NASTY = (
    '</style><script>alert(1)</script><img src=x onerror="alert(2)"> & \'quoted\' "twice" שָׁלוֹם \u202e evil 👩‍⚕️ </title>'
)
VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """A strict reading of a page: every element closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "aside"} & set(self._open):
            self.text += data

    def all(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.elements if attribute in attributes]


REPORTS = [review_report(), ineligible_report(), eligible_report()]


@pytest.mark.parametrize("reports", [REPORTS, REPORTS[:1], []], ids=["three", "one", "none"])
def test_the_page_needs_nothing_from_anywhere(reports: list[object]) -> None:
    html = render_html(reports)  # type: ignore[arg-type]
    page = Page(html)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "form"}
    assert not [
        name for _, attributes in page.elements for name in attributes if name.startswith("on") or name == "src"
    ]
    assert all(target.startswith("#") for target in page.all("href"))
    assert not re.search(r"url\(|@import|https?:", html)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.all("content")[0]


def test_every_link_has_its_one_target() -> None:
    page = Page(render_html(REPORTS))
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert page.all("href")
    assert {target[1:] for target in page.all("href")} <= set(ids)


def test_everything_a_person_needs_is_on_the_page() -> None:
    report = review_report()
    page = Page(render_html([report]))
    for result in report.criteria:
        assert result.reason in page.text
        assert result.ask is None or result.ask in page.text
        assert all(aside.why in page.text for aside in result.set_aside)
    for words in (*report.warnings, *(note.text for note in report.notes)):
        assert words in page.text
    assert "Protocol lat-nsclc, version 1 · trialscreen 0.0.0 · patterns 0123456789ab" in page.text
    assert A_PERSON_DECIDES in page.text


def test_what_needs_a_person_stands_first() -> None:
    order = [result.id for result in by_need(ineligible_report())]
    assert order[:5] == ["ecog", "cranial_metastases", "local_ablative_therapy", "contraception", "consent"]


def test_much_evidence_does_not_bury_the_card() -> None:
    report = review_report()
    many = replace(report.criteria[0], evidence=report.findings[:9])
    text = Page(render_html([replace(report, criteria=(many,))])).text
    assert "More evidence (3)" in text


def test_whatever_a_note_holds_is_shown_and_does_nothing() -> None:
    note = replace(report_on(NASTY).notes[0], note_type=NASTY, note_id=NASTY)
    found = replace(
        finding(note, "alert(1)", "stage", {"group": NASTY, "system": None}),
        id="f1",
        rule=NASTY,
        section=NASTY,
    )
    result = CriterionResult(
        NASTY, Status.UNKNOWN, {"low": NASTY}, NASTY, NASTY, (found,), (SetAside(found, NASTY),), False, NASTY
    )
    report = replace(
        report_on(NASTY, (found,), patient_id=NASTY),
        notes=(note,),
        criteria=(result,),
        warnings=(NASTY,),
        protocol_id=NASTY,
    )
    page = Page(render_html([report, report]))
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img"})
    assert page.text.count(NASTY) >= 10


def test_a_panel_tells_all_of_its_finding() -> None:
    html = render_html([review_report()])
    (panel,) = re.findall(r'id="p1-f9".*?(<aside.*?</aside>)', html, re.DOTALL)[:1]
    for words in (
        "Performance status: ECOG 2",
        "historical, about the patient",
        "14 Mar 2025",
        "performance_status.made",
    ):
        assert words in panel
    assert "Set aside for ECOG: an older value" in panel
    (family,) = re.findall(r'id="p1-f10".*?(<aside.*?</aside>)', html, re.DOTALL)[:1]
    assert "about a relative" in family
    (both,) = re.findall(r'id="p1-f3".*?(<aside.*?</aside>)', html, re.DOTALL)[:1]
    assert 'On the same words: <a href="#p1-f4">Tissue confirmation</a>' in both
    assert 'Evidence for <a href="#p1-crit-histology">Histology</a> (met)' in both
