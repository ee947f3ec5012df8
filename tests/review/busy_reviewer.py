"""A reviewer in a process of her own: says on a line what was kept of her decisions, as she makes them.

She says that she is ready, and begins when she is told to, so that several begin at once.
"""

from __future__ import annotations

import sys
import time

from extractor.review.decisions import Act, decision
from extractor.review.store import opened


def main(setting: str, queue: str, reviewer: str, times: int) -> None:
    with opened(setting) as store:
        items = store.items(queue)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for number in range(times):
            made = decision(queue, items[number % len(items)], reviewer, Act.REJECT if number % 3 else Act.ACCEPT)
            assert store.decide(made)
            time.sleep(0.001)  # she looks up; else one alone may keep the file for as long as her process may run
            sys.stdout.write(f"{made.id} {made.item_id} {made.act}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
