"""All matches of an expression, for ``trying``: a program of its own, which can be killed.

It reads a JSON object from standard input and writes one to standard output. It imports the standard
library only, so that it starts at once.
"""

import json
import re
import sys


def _answer(pattern: str, text: str, most: int) -> dict[str, object]:
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        return {"error": f"is no valid regular expression ({error})"}
    except (RecursionError, OverflowError, MemoryError) as error:
        return {"error": f"cannot be used ({type(error).__name__})"}
    if compiled.match(""):
        return {"error": "matches the empty text; a rule may not"}
    found: list[tuple[int, int, dict[str, str | None]]] = []
    for match in compiled.finditer(text):
        if len(found) == most:
            return {"found": found, "more": True}
        found.append((match.start(), match.end(), match.groupdict()))
    return {"found": found, "more": False}


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(json.dumps(_answer(**json.load(sys.stdin))))
