"""Makes ``made_cohorts`` importable, and the stand-ins of the exports' tests."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "exports"), str(HERE.parent / "trial")]
