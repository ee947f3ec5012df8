"""Lets the tests import the hand-made screener beside them and the reports of the evidence's tests."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "evidence")]
