"""Reads texts with a peer that ships rules for one of the concepts; a script of its own.

Peers ask for other versions of spaCy than trialscreen, so each runs in the Python of its own
environment: texts come in as a JSON list on standard input, findings go out as JSON. It imports
nothing but the standard library and the peer.

    PYTHON_OF_THE_PEER peers.py NAME < texts.json
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

NOT_INSTALLED = 3
"""Exit status when the peer is not there."""

Found = dict[str, Any]
Read = Callable[[str], Iterator[Found]]


def cava_nlp() -> Read:
    """cava-nlp: its English ECOG rules, behind its normalizer and sentence splitter."""
    engine = Path(str(import_module("cava_nlp.rule_engine").__file__)).parent / "engine_config" / "core.yaml"
    nlp = import_module("cava_nlp").CaVaLang()
    nlp.add_pipe("clinical_normalizer")
    config = {"engine_config_path": str(engine), "component_name": "ecog_status"}
    nlp.add_pipe("rule_engine", name="ecog_status", config=config)

    def read(text: str) -> Iterator[Found]:
        doc = nlp(text, whitespace_strip=())
        for span in doc.spans.get("ecog", ()):
            value = {"scale": "ECOG", "low": span._.value, "high": span._.value}
            yield _found("performance_status", value, span.start_char, span.end_char)

    return read


def edsnlp() -> Read:
    """EDS-NLP: its TNM pipe, and its (French) rules for negation, hypothesis and family."""
    nlp = import_module("edsnlp").blank("eds")
    for pipe in ("sentences", "normalizer", "tnm", "negation", "hypothesis", "family"):
        nlp.add_pipe(f"eds.{pipe}")

    def read(text: str) -> Iterator[Found]:
        doc = nlp(text)
        for span in doc.spans.get("tnm", ()):
            said = span._.value
            parts = {
                "t": (said.tumour, said.tumour_specification),
                "n": (said.node, said.node_specification),
                "m": (said.metastasis, said.metastasis_specification),
            }
            value = {name: _joined(*part) for name, part in parts.items()}
            assertion = "negated" if span._.negation else "possible" if span._.hypothesis else "affirmed"
            whose = "family" if span._.family else "patient"
            yield _found("tnm", value, span.start_char, span.end_char, assertion, whose)

    return read


def openmed() -> Read:
    """openmed: its TNM parser, which reads one descriptor a text; so it gets the text by sentences."""
    parse = import_module("openmed.clinical.cancer_staging").parse_tnm

    def read(text: str) -> Iterator[Found]:
        for sentence in re.finditer(r"[^\n]+?(?:[.;](?=\s)|(?=\n)|$)", text):
            said = parse(sentence[0])
            if said["span"] is None:
                continue
            value = {name: _joined((said[f"{name}_category"] or "")[1:], said[f"{name}_subcategory"]) for name in "tnm"}
            start, end = said["span"]
            yield _found("tnm", value, sentence.start() + start, sentence.start() + end)

    return read


PEERS: dict[str, tuple[str, Callable[[], Read]]] = {
    "cava-nlp": ("performance_status", cava_nlp),
    "edsnlp": ("tnm", edsnlp),
    "openmed": ("tnm", openmed),
}
"""By the name of their distribution: the concept that they ship rules for, and how to read with them."""


def _joined(category: object, more: object) -> str | None:
    return f"{category}{more or ''}" if category not in (None, "") else None


def _found(
    concept: str, value: dict[str, Any], start: int, end: int, assertion: str = "affirmed", whose: str = "patient"
) -> Found:
    return {
        "concept": concept,
        "value": value,
        "start": start,
        "end": end,
        "assertion": assertion,
        "experiencer": whose,
    }


def main() -> int:
    """Read the texts of standard input with the peer that is named."""
    name = sys.argv[1]
    logging.disable(logging.CRITICAL)
    try:
        read = PEERS[name][1]()
    except ImportError:
        return NOT_INSTALLED
    texts = json.load(sys.stdin)
    json.dump({"version": version(name), "findings": [list(read(text)) for text in texts]}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
