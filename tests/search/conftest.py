"""Fixtures of the tests of live reading, for searches over real processes."""

from tests.live.conftest import as_nobody, spawn

__all__ = ["as_nobody", "spawn"]
