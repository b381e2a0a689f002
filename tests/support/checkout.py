"""Paths of the checkout that the tests read."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout; on the built wheel, the copy of it that holds the tests."""
