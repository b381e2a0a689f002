"""Paths of the checkout that the tests read."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout; for tests of the wheel, the copy that contains the tests."""
