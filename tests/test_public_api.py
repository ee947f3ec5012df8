"""What ``import extractor`` offers, and only that."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import extractor

PUBLIC = ["CriterionResult", "Finding", "Note", "Report", "Screener", "Status", "Verdict", "__version__"]


def test_what_is_exported() -> None:
    assert sorted(extractor.__all__) == PUBLIC
    assert all(getattr(extractor, name) is not None for name in PUBLIC)


def test_star_import_brings_what_is_exported() -> None:
    names: dict[str, object] = {}
    exec("from extractor import *", names)
    assert sorted(name for name in names if name != "__builtins__") == PUBLIC


@pytest.mark.parametrize("name", ["Reader", "screener_", "Rule", "find_all"])
def test_nothing_else_is_offered(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(extractor, name)


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_every_public_class_says_what_it_is(name: str) -> None:
    public = getattr(extractor, name)
    assert inspect.isclass(public) and inspect.getdoc(public)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("__init__", ["self", "protocol"]),
        ("screen", ["self", "notes", "as_of"]),
        ("screen_many", ["self", "notes", "workers"]),
    ],
)
def test_screener_is_called_as_documented(method: str, parameters: list[str]) -> None:
    signature = inspect.signature(getattr(extractor.Screener, method))
    assert list(signature.parameters)[: len(parameters)] == parameters


def test_the_import_is_light() -> None:
    """``trialscreen --help`` must not wait for spaCy."""
    told = (
        "import sys, extractor; print(*[m for m in ('spacy', 'medspacy', 'pandas', 'streamlit') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == []
