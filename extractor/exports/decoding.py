"""Bytes to text, whatever wrote them, and nothing lost on the way.

Exports come as UTF-8 with or without a byte order mark, as UTF-16 from Windows tools, as Latin-1 or
cp1252 from old systems, and as several of these in one file. Text in a wide encoding is known by its
mark or by where its NUL bytes stand. All else is UTF-8 in which each byte that is no UTF-8 is read as
cp1252, or as Latin-1 where cp1252 has no character: every byte gives text, line ends stay as they are.
"""

from __future__ import annotations

import codecs
import io

_HEAD = 4096
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = (
    ("utf-32-le", 4, (2, 3)),
    ("utf-32-be", 4, (0, 1)),
    ("utf-16-le", 2, (1,)),
    ("utf-16-be", 2, (0,)),
)
"""Encoding, bytes a character, and which of these bytes are NUL in Western text."""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(_CP1252[byte] for byte in error.object[error.start : error.end]), error.end


_CP1252 = [bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256)]
_FALLBACK = "trialscreen.cp1252"
codecs.register_error(_FALLBACK, _as_cp1252)


def wide_encoding(head: bytes) -> str | None:
    """The encoding of a text of two or four bytes a character; None for every other text.

    Args:
        head: The first few thousand bytes of the text.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for encoding, width, high in _UNMARKED:
        columns = [head[place::width] for place in range(width)]
        if not head or len(head) % width:
            continue
        empty = [column.count(0) / len(column) if column else 0.0 for column in columns]
        filled = 0 if width - 1 in high else width - 1
        if all(empty[place] > 0.7 for place in high) and empty[filled] < 0.1:
            return encoding
    return None


def open_text(stream: io.BufferedReader, newline: str = "") -> io.TextIOWrapper:
    r"""A byte stream as text, read piece by piece.

    Args:
        stream: The bytes.
        newline: ``""`` ends a line at CR, LF and CRLF; ``"\n"`` at LF only. Neither changes the text.
    """
    wide = wide_encoding(stream.peek(_HEAD)[:_HEAD])
    if wide:
        return io.TextIOWrapper(stream, wide, errors="replace", newline=newline)
    return io.TextIOWrapper(stream, "utf-8-sig", errors=_FALLBACK, newline=newline)


def decode(data: bytes) -> str:
    """All of some bytes as text; see the module's head."""
    return open_text(io.BufferedReader(io.BytesIO(data), max(len(data), 1))).read()
