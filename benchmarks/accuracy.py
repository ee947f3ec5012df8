"""How right the findings are: trialscreen beside three baselines, on the same texts in the same run.

    python -m benchmarks.accuracy LABELLED_FOLDER [--peer NAME=PYTHON ...]

LABELLED_FOLDER holds ``snippets.jsonl`` and ``real.jsonl`` (texts with labelled mentions). Only the
part that may be seen while rules are written is read. The table goes to ``benchmarks/ACCURACY.md``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.baselines import PlainExpressions, StockMedspacy, load_expressions
from benchmarks.peers import NOT_INSTALLED, PEERS
from extractor import __version__
from extractor.records import Assertion, Experiencer, Finding, Note
from extractor.review.evaluate import GoldFileError, labelled_lines
from extractor.review.scoring import ConceptScore, Tally, score_concept
from extractor.screener import Screener

FILES = {"snippets.jsonl": "Invented snippets", "real.jsonl": "Public texts by other people"}
CONCEPTS = (
    "age", "performance_status", "stage", "tnm", "histology", "response", "metastasis", "therapy_cycles",
    "local_therapy",
)  # fmt: skip
"""What is labelled in both files."""
_HERE = Path(__file__).parent
_PEER_MINUTES = 10

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """What is measured: its name and version, what it reads, and its findings by file, text by text."""

    name: str
    concepts: Sequence[str]
    findings: Mapping[str, Sequence[Sequence[Finding]]]


def main(
    folder: Annotated[Path, typer.Argument(metavar="LABELLED_FOLDER", help="Holds snippets.jsonl and real.jsonl.")],
    peer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PYTHON", help=f"The Python that has a peer installed: {', '.join(PEERS)}."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")] = _HERE / "ACCURACY.md",
) -> None:
    """Measure mention F1 by concept and write the table."""
    try:
        texts = {name: labelled_lines(folder / name, part="seen") for name in FILES}
    except GoldFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    screener = Screener()
    plain, stock = PlainExpressions(), StockMedspacy()
    known = sorted({each.concept for each in load_expressions()})
    systems = [
        _run(f"trialscreen {__version__}", CONCEPTS, texts, lambda text: screener.find(Note(text))),
        _run("regular expressions", known, texts, plain),
        _run(f"stock medspaCy {version('medspacy')}", known, texts, stock),
    ]
    pythons = dict(pair.split("=", 1) for pair in peer or () if "=" in pair)
    skipped = []
    for name in PEERS:
        told = _run_peer(name, pythons.get(name, sys.executable), texts)
        if isinstance(told, System):
            systems.append(told)
        else:
            skipped.append(told)
            typer.echo(told, err=True)
    output.write_text(_document(texts, systems, skipped), encoding="utf-8")
    typer.echo(f"{output}: written")


def _run(
    name: str,
    concepts: Sequence[str],
    texts: Mapping[str, Sequence[Line]],
    find: Callable[[str], Sequence[Finding]],
) -> System:
    return System(name, concepts, {file: [find(line["text"]) for line in lines] for file, lines in texts.items()})


def _run_peer(name: str, python: str, texts: Mapping[str, Sequence[Line]]) -> System | str:
    """A peer's findings, or one line that says why there are none."""
    every = [line["text"] for lines in texts.values() for line in lines]
    command = [python, "-W", "ignore", str(_HERE / "peers.py"), name]
    try:
        run = subprocess.run(
            command, input=json.dumps(every), capture_output=True, text=True, timeout=60 * _PEER_MINUTES, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{name}: skipped, its Python does not run it ({type(error).__name__})"
    if run.returncode == NOT_INSTALLED:
        return f"{name}: skipped, not installed. Install it in an environment of its own and add --peer {name}=PYTHON"
    if run.returncode:
        return f"{name}: skipped, it ended with exit status {run.returncode}"
    told = json.loads(run.stdout[run.stdout.index("{") :])
    found = iter([_finding(each) for each in text] for text in told["findings"])
    by_file = {file: [next(found) for _ in lines] for file, lines in texts.items()}
    return System(f"{name} {told['version']}", [PEERS[name][0]], by_file)


def _finding(told: Mapping[str, Any]) -> Finding:
    return Finding(
        told["concept"],
        told["value"],
        told["start"],
        told["end"],
        "",
        assertion=Assertion(told["assertion"]),
        experiencer=Experiencer(told["experiencer"]),
    )


def _document(texts: Mapping[str, Sequence[Line]], systems: Sequence[System], skipped: Sequence[str]) -> str:
    parts = [
        "# How right are the findings?",
        "Mention F1 in percent, with 95 % intervals (Wilson). A finding is right when it overlaps a labelled mention "
        "and agrees in value, assertion (affirmed, negated, possible, hypothetical) and experiencer (patient, family, "
        "other). Firm mentions only, if not said otherwise: where careful readers may differ, nothing is counted. "
        "A dash: the system has no rules for the concept.",
        "All systems read the same texts in the same run. The texts are not part of the project, and the part of "
        "them that is held out from whoever writes rules is not read here; so trialscreen, whose rules "
        "were improved on texts like these, is flattered, and the baselines are not.",
        f"Measured on {date.today().isoformat()}, Python {sys.version.split()[0]}:",
        "```\npython -m benchmarks.accuracy LABELLED_FOLDER "
        + " ".join(f"--peer {name}=PYTHON" for name in PEERS)
        + "\n```",
    ]
    for file, lines in texts.items():
        mentions = sum(m["concept"] in CONCEPTS for line in lines for m in line["mentions"])
        parts.append(f"## {FILES[file]}\n\n`{file}`: {len(lines)} texts, {mentions} mentions of these concepts.")
        parts.append(_table(lines, [(system, system.findings[file]) for system in systems]))
    parts.append(
        "## The baselines\n\n"
        "- Regular expressions: the ten of [baseline.yaml](baseline.yaml); everything found is affirmed.\n"
        "- Stock medspaCy: `medspacy.load()` with the same ten as target rules and its own ConText rules.\n"
        "- Peers that ship rules for one of the concepts, each in an environment of its own: cava-nlp (ECOG), "
        "EDS-NLP and openmed (TNM; EDS-NLP's cues of negation are French, openmed reads one descriptor a text, so it "
        "got single sentences). medkit-lib ships "
        "no rules for any of them; nlp-lc-recist cannot be installed from PyPI."
        + "".join(f"\n- {line}" for line in skipped)
    )
    return "\n\n".join(parts) + "\n"


def _table(lines: Sequence[Line], told: Sequence[tuple[System, Sequence[Sequence[Finding]]]]) -> str:
    scores = [_scores(lines, system.concepts, findings) for system, findings in told]
    rows = [["", *(system.name for system, _ in told)], ["---", *("---:" for _ in told)]]
    for concept in CONCEPTS:
        rows.append([concept, *(_cell(score[concept].firm) if concept in score else "–" for score in scores)])
    whole = [len(score) == len(CONCEPTS) for score in scores]
    for label, pick in (("together", _firm), ("together, all mentions", _all)):
        rows.append([f"**{label}**", *(_cell(pick(s.values())) if all_ else "–"
                                      for s, all_ in zip(scores, whole, strict=True))])  # fmt: skip
    counts = [score.get("metastasis", ConceptScore()) for score in scores]
    rows.append(["metastasis: counts right",
                 *(f"{c.counts_right}/{c.counted}" if c.counted else "–" for c in counts)])  # fmt: skip
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _scores(
    lines: Sequence[Line], concepts: Sequence[str], findings: Sequence[Sequence[Finding]]
) -> dict[str, ConceptScore]:
    scores = {concept: ConceptScore() for concept in CONCEPTS if concept in concepts}
    for line, found in zip(lines, findings, strict=True):
        for concept in scores:
            scores[concept] += score_concept(concept, found, line["mentions"])
    return scores


def _firm(scores: Iterable[ConceptScore]) -> Tally:
    return sum((score.firm for score in scores), Tally())


def _all(scores: Iterable[ConceptScore]) -> Tally:
    return sum((score.all for score in scores), Tally())


def _cell(tally: Tally) -> str:
    low, high = tally.f1_interval
    return f"{100 * tally.f1:.1f} ({100 * low:.0f}–{100 * high:.0f})"


if __name__ == "__main__":
    typer.run(main)
