"""Fixtures: a process that says what it touched, and calls without privilege."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.live.conftest import as_nobody, children_of_tests, spawn
from tests.pages.regions import PROGRAM, Truth, truth_of

__all__ = ["as_nobody", "spawn", "truth"]


@pytest.fixture(scope="module")
def truth() -> Iterator[Truth]:
    """Give a stopped process with its child, and what they touched."""
    with children_of_tests() as start:
        child = start(PROGRAM)
        found = truth_of(child)
        child.freeze()
        os.kill(found.child, signal.SIGSTOP)
        yield found
