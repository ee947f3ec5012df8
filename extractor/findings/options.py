"""Choices on a form: "[ ] CR [x] PR", "○ CR ● PR", "CR [ ] PR [X]", one to a line or many.

A printed option that nobody ticked states nothing. Which side of its option a box stands on is read
from the line as a whole, since both are common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BOX = re.compile(
    r"\[[ _]*[xX✓✔*+]?[ _]*\]|\([ ]?[xX✓✔*+]?[ ]?\)|[☐☑☒□■▢▣○●◯◉◎⬜⬛✅✓✔✗✘❏❑]|"
    r"(?<!\w)_{1,4}[xX✓]?_{0,4}(?!\w)"
)
_TICKED = re.compile(r"[xX✓✔*+☑☒■▣●◉◎⬛✅]")
_BULLETS = "○●◯◉◎□■▢▣"
"""Signs that mark the items of plain lists too."""
_ANSWERED = re.compile(r"[ ]?[:=][ ]?(?P<yes>yes|y|ja|x)\b|[ ]?[:=][ ]?(?:no|n|nein|-)(?!\w)", re.I)

Span = tuple[int, int]


def choices(text: str, options: Iterable[Span]) -> dict[Span, bool]:
    """Which of some printed options are ticked.

    Args:
        text: The note's text.
        options: Places of words that may be options.

    Returns:
        Whether it is ticked, for each option that has a box (or a yes or no, beside others that
        have one); options without any are left out.

    Example:
        >>> choices("[ ] CR [x] PR", [(4, 6), (11, 13)])
        {(4, 6): False, (11, 13): True}
    """
    lines: dict[int, list[Span]] = {}
    for option in sorted(options):
        lines.setdefault(text.rfind("\n", 0, option[0]) + 1, []).append(option)
    found: dict[Span, bool] = {}
    bulleted: dict[Span, bool] = {}
    for start, spans in lines.items():
        end = text.find("\n", start)
        line = text[start : len(text) if end < 0 else end]
        target = bulleted if sum(line.count(sign) for sign in _BULLETS) == 1 else found
        target |= _choices_of_line(text, start, start + len(line), spans)
    if len(set(bulleted.values())) > 1:  # some ticked, some not: a list of choices, not of items
        found |= bulleted
    return found


def _choices_of_line(text: str, start: int, end: int, options: Sequence[Span]) -> dict[Span, bool]:
    boxes = list(_BOX.finditer(text, start, end))
    if not boxes:
        answers = {option: match for option in options if (match := _ANSWERED.match(text, option[1], end))}
        return {option: match["yes"] is not None for option, match in answers.items()} if len(answers) > 1 else {}
    before = _before(text, boxes, options)
    found: dict[Span, bool] = {}
    for option in options:
        box = _box_of(text, boxes, option, before)
        if box is not None and not (not before and any(option[1] <= o[0] < box.start() for o in options)):
            found[option] = _TICKED.search(box[0]) is not None
    return found


def _before(text: str, boxes: Sequence[re.Match[str]], options: Sequence[Span]) -> bool:
    """Whether the boxes stand before their options.

    So they do unless a box ends the list or each clings to what it follows.
    """
    first = any(not text[box.end() : options[0][0]].strip(" :") for box in boxes if box.end() <= options[0][0])
    last = any(not text[options[-1][1] : box.start()].strip(" :") for box in boxes if box.start() >= options[-1][1])
    glued = all(text[box.start() - 1].isalnum() and not text[box.end() : box.end() + 1].isalnum() for box in boxes)
    return first or not (last or glued)


def _box_of(text: str, boxes: Sequence[re.Match[str]], option: Span, before: bool) -> re.Match[str] | None:
    """The box of an option: the nearest on its side with few words between."""
    if before:
        earlier = [box for box in boxes if box.end() <= option[0]]
        return earlier[-1] if earlier and len(text[earlier[-1].end() : option[0]].split()) <= 3 else None
    later = [box for box in boxes if box.start() >= option[1]]
    return later[0] if later and len(text[option[1] : later[0].start()].split()) <= 3 else None
