"""Annotated text to findings: one module a concept, all of one shape.

A concept's module has a function ``find`` that looks at a reading and yields findings. It knows the
mentions of its own rule file (``patterns/<concept>.yaml``) and turns each into the normalised value
of the clinical specification. What several findings mean together is the patient stage's business.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import cache

from extractor.language.reading import Reading
from extractor.records import Finding

Extractor = Callable[[Reading], Iterator[Finding]]

CONCEPTS: tuple[str, ...] = (
    "age",
    "sex",
    "histology",
    "tissue_confirmation",
    "stage",
    "tnm",
    "performance_status",
    "response",
    "metastasis",
    "imaging",
    "systemic_therapy",
    "therapy_cycles",
    "therapy_duration",
    "lat_amenability",
    "local_therapy",
    "contraception",
    "consent",
)
"""The modules of this package, one a concept of the clinical specification."""


def find_all(reading: Reading) -> list[Finding]:
    """All findings of a reading, in the order of the text."""
    findings: list[Finding] = []
    for name in CONCEPTS:
        with reading.stage(name):
            findings.extend(_extractor(name)(reading))
    return sorted(findings, key=lambda finding: (finding.start, finding.end, finding.concept, finding.rule))


@cache
def _extractor(name: str) -> Extractor:
    module = importlib.import_module(f"extractor.findings.{name}")
    extractor: Extractor = module.find
    return extractor
