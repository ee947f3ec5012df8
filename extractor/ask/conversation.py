"""Questions and answers as HTML, the newest first; the evidence of a sentence is a link into the notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.ask.answer import Answer
from extractor.ask.sentences import Sentence
from extractor.evidence import cards
from extractor.evidence.highlight import show
from extractor.records import Report

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer."""

    question: str
    answer: Answer


def conversation(turns: Sequence[Turn], report: Report, prefix: str = "ev-") -> str:
    """All turns, the newest first.

    Args:
        turns: In the order in which they were asked.
        report: The report that they are about.
        prefix: What the anchors of its findings begin with.
    """
    return "".join(_turn(turn, report, prefix) for turn in reversed(turns))


def _turn(turn: Turn, report: Report, prefix: str) -> str:
    kind = "answer" if turn.answer.understood else "answer declined"
    sentences = "".join(f"<li>{_sentence(sentence, report, prefix)}</li>" for sentence in turn.answer.sentences)
    return (
        f'<article class="ts turn"><h3 class="question"><bdi>{show(turn.question)}</bdi></h3>'
        f'<ul class="{kind}">{sentences}</ul></article>'
    )


def _sentence(sentence: Sentence, report: Report, prefix: str) -> str:
    chips = [f"<li>{cards.chip(finding, report, prefix)}</li>" for finding in sentence.findings]
    first, rest = "".join(chips[:_SHOWN]), "".join(chips[_SHOWN:])
    links = f'<ul class="evidence">{first}</ul>' if first else ""
    more = (
        f'<details><summary>More evidence ({len(chips) - _SHOWN})</summary><ul class="evidence">{rest}</ul></details>'
    )
    return f"<bdi>{show(sentence.text)}</bdi>{links}{more if rest else ''}"
