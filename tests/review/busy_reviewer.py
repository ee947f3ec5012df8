"""A reviewer in a process of her own: decides on all items of a queue, in her own order."""

from __future__ import annotations

import sys

from extractor.review.decisions import Act, decision
from extractor.review.store import opened


def main(setting: str, queue: str, reviewer: str, times: int) -> None:
    with opened(setting) as store:
        items = store.items(queue)
        for number in range(times):
            assert store.decide(decision(queue, items[number % len(items)], reviewer, Act.ACCEPT))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
