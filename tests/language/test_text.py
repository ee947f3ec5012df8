"""The cleaning of a note's text, and the way back to the note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.language.text import clean

# what cleaning changes, mixed with ordinary words
ODD = st.sampled_from(
    "ﬁ ﬂ ﬀ ﬃ ﬄ ﬅ ­ \u200b \u200d \ufeff \u2060 – — − × ≤ ⩽ “ ” ’ « » \u00a0 \u2009 \t \r \n \r\n \x00 \x0c \u2028 <br> </p> <b> < > & &amp; &lt; &nbsp; "
    "** __ [** **] é 𝛼 😀 İ ß ̈".split(" ")
)
SCANNED_AS = {"I": "1", "O": "0"}
"""The digits that a scanner leaves where a letter stood."""
NOTES = st.lists(st.one_of(ODD, st.sampled_from(["PS", "1", "-", "2", "met", " ", "."]), st.text(max_size=4))).map(
    "".join
)

TABLE = [
    ("PS 1–2", "PS 1-2"),
    ("PS 1—2", "PS 1-2"),
    ("PS 1‑2", "PS 1-2"),
    ("PS\u00a01", "PS 1"),
    ("PS\t1", "PS 1"),
    ("12 × 9 mm", "12 x 9 mm"),
    ("ECOG ⩽1", "ECOG ≤1"),
    ("„stable“", '"stable"'),
    ("patient’s", "patient's"),
    ("a\r\nb", "a \nb"),
    ("a\rb", "a\nb"),
    ("a\x00b", "a b"),
    ("a\x0cb", "a\nb"),
    ("no<br>yes", "no   \nyes"),
    ("<b>no</b>", "   no    "),
    ("<p>no</p>", "  \nno   \n"),
    ("a <5 mm b", "a <5 mm b"),
    ("&lt;5 mm", "   <5 mm"),
    ("a&nbsp;b", "a      b"),
    ("**PR**", "  PR  "),
    ("[**Name**]", "   Name   "),
    ("ﬁt", "fit"),
    ("eﬀusion", "effusion"),
    ("meta­stases", "metastases"),
    ("\ufeffPS 1", "PS 1"),
    ("meta\u200bstases", "metastases"),
]


@pytest.mark.parametrize(("note", "text"), TABLE)
def test_cleaned(note: str, text: str) -> None:
    assert clean(note).text == text


@pytest.mark.parametrize(
    ("note", "word", "evidence"),
    [
        ("eﬀusion, PS 1", "PS 1", "PS 1"),
        ("\ufeffECOG 1", "ECOG 1", "ECOG 1"),
        ("meta\u00adstases", "metastases", "meta\u00adstases"),
        ("a eﬀusion b", "effusion", "eﬀusion"),
        ("😀 PS 1–2", "PS 1-2", "PS 1–2"),
    ],
)
def test_a_span_leads_back_to_the_note(note: str, word: str, evidence: str) -> None:
    cleaned = clean(note)
    start = cleaned.text.index(word)
    first, last = cleaned.to_note(start, start + len(word))
    assert note[first:last] == evidence


@given(NOTES)
def test_each_place_leads_to_its_character(note: str) -> None:
    cleaned = clean(note)
    length = len(cleaned.text)
    assert cleaned.to_note(0, length)[1] <= len(note)
    for place, character in enumerate(cleaned.text):
        start, end = cleaned.to_note(place, place + 1)
        assert 0 <= start < end <= len(note)
        if character.isalnum():
            scanned = note[start] in SCANNED_AS.get(character, "")
            assert scanned or character in note[start] or note[start] in "ﬁﬂﬀﬃﬄﬅﬆ×✕" or note[start:].startswith("&")


@given(NOTES, st.data())
def test_places_keep_their_order(note: str, data: st.DataObject) -> None:
    cleaned = clean(note)
    start = data.draw(st.integers(0, len(cleaned.text)))
    end = data.draw(st.integers(start, len(cleaned.text)))
    first, last = cleaned.to_note(start, end)
    assert 0 <= first <= last <= len(note)


@given(NOTES)
def test_cleaning_is_idempotent_where_no_mark_up_hides_mark_up(note: str) -> None:
    if not set("&<>*_") & set(note):
        once = clean(note).text
        assert clean(once).text == once


@given(NOTES)
def test_from_note_is_the_way_there(note: str) -> None:
    cleaned = clean(note)
    for place in range(len(cleaned.text)):
        start, end = cleaned.to_note(place, place + 1)
        assert cleaned.from_note(start) <= place < cleaned.from_note(end)


@given(st.text())
def test_lines_stay_lines(note: str) -> None:
    """No line break is lost but those that another follows at once."""
    breaks = note.replace("\r\n", "\n")
    assert clean(note).text.count("\n") >= breaks.count("\n") + breaks.count("\r")
