"""trialscreen: reads oncology notes and says, criterion by criterion, what they tell about a trial.

Example:
    >>> from extractor import Note, Screener
    >>> report = Screener().screen([Note("NSCLC stage IVB. ECOG 1.")])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from extractor.records import CriterionResult, Finding, Note, Report, Status, Verdict
    from extractor.screener import Screener

__all__ = ["CriterionResult", "Finding", "Note", "Report", "Screener", "Status", "Verdict", "__version__"]

_HOMES = {"Screener": "extractor.screener"}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: ``--help`` must not load spaCy."""
    if name in __all__:
        return getattr(import_module(_HOMES.get(name, "extractor.records")), name)
    raise AttributeError(f"module 'extractor' has no attribute '{name}'")
