"""Bytes to text: nothing lost, nothing changed."""

from __future__ import annotations

import io

import pytest

from extractor.exports.decoding import decode, open_text, wide_encoding

TEXT = "Größe 12 mm, ≤ 5 Läsionen\r\nECOG 1\rzweite Zeile\n"
WESTERN = "Größe 12 mm, fünf Läsionen\r\nECOG 1\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TEXT.encode(), TEXT),
        (TEXT.encode("utf-8-sig"), TEXT),
        (TEXT.encode("utf-16"), TEXT),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT),
        (TEXT.encode("utf-16-le"), TEXT),
        (TEXT.encode("utf-16-be"), TEXT),
        (TEXT.encode("utf-32"), TEXT),
        (TEXT.encode("utf-32-le"), TEXT),
        (TEXT.encode("utf-32-be"), TEXT),
        (WESTERN.encode("latin-1"), WESTERN),
        ("“PS 1” – stable".encode("cp1252"), "“PS 1” – stable"),
        (b"\x81\x8d", "\x81\x8d"),  # bytes that cp1252 has no character for
        ("Größe\n".encode() + "Größe\n".encode("latin-1"), "Größe\nGröße\n"),
        ("é".encode() + b"\xe9 same line", "éé same line"),
        (b"ECOG\x00 1\x07\x0b\x0c", "ECOG\x00 1\x07\x0b\x0c"),
        (b"", ""),
        (b"A", "A"),
        (b"\xef\xbb\xbf", ""),
        ("x\ufeffy".encode(), "x\ufeffy"),  # a mark in the middle is text
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize("data", [b"ECOG 1", b"a\x00b", b"\x00" * 8, b"A\x00", "Größe".encode()])
def test_text_of_single_bytes_is_not_taken_for_wide(data: bytes) -> None:
    assert wide_encoding(data) == ("utf-16-le" if data == b"A\x00" else None)


def test_a_character_across_two_reads_is_whole() -> None:
    text = "ä" * 10_000 + "x" + "€" * 10_000
    assert open_text(io.BufferedReader(io.BytesIO(text.encode()), 16)).read() == text


def test_an_odd_byte_at_the_end_is_shown() -> None:
    assert decode("ECOG 1".encode("utf-16") + b"x") == "ECOG 1\ufffd"
