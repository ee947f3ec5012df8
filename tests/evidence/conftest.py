"""Lets the tests import the hand-made reports beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
