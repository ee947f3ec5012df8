"""One screener, eight threads: the same reports as one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from extractor.exports.report_json import to_dict
from extractor.records import Note
from extractor.screener import Screener


def test_eight_threads_give_the_reports_of_one(
    screener: Screener, sample_patients: Mapping[str, Sequence[Note]]
) -> None:
    work = [notes for notes in sample_patients.values() for _ in range(3)]
    expected = [to_dict(screener.screen(notes)) for notes in work]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda notes: to_dict(screener.screen(notes)), work)) == expected
