"""Excel workbooks, their texts kept out of memory.

A workbook keeps all its texts in one table, which openpyxl holds in memory while the sheets are read.
A large one is put into a file instead, which has no name, so that the system takes it back when the
process ends.
"""

from __future__ import annotations

import tempfile
import warnings
from array import array
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

_IN_MEMORY = 32_000_000
"""So many bytes of texts are held in memory."""
_STRING = f"{{{SHEET_MAIN_NS}}}si"


def open_workbook(path: Path) -> Any:
    """A workbook to be read sheet by sheet and row by row.

    Raises:
        zipfile.BadZipFile, KeyError, ValueError, SyntaxError: When it is none, or a damaged one.
    """
    reader = _Reader(path, read_only=True, data_only=True, keep_links=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and extensions that hold no text
        reader.read()
    return reader.wb


class _Reader(ExcelReader):  # type: ignore[misc]
    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Texts(source)


class _Texts:
    """The texts of a workbook by their numbers."""

    def __init__(self, source: IO[bytes]) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - open as long as the workbook is
        self._ends = array("Q", [0])
        root = None
        for event, node in iterparse(source, ("start", "end")):
            root = node if root is None else root
            if event == "end" and node.tag == _STRING:
                text = Text.from_tree(node).content.replace("x005F_", "")  # as openpyxl does
                self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))
                root.clear()

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        self._file.seek(self._ends[number])
        return self._file.read(self._ends[number + 1] - self._ends[number]).decode("utf-8", "surrogatepass")
