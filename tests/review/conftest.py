"""Lets the tests import the hand-made reports of the evidence's tests and the reviewers beside them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "evidence")]
