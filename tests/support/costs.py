"""Costs of an action in units that do not depend on the machine: bytes allocated, functions called.

No clock is read, so a busy machine does not change the result.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

MAX_MULTIPLE = 8
"""Bytes that any entry point may allocate for each byte of its text, without what it returns."""

MAX_GROWTH = 6
"""How many times as much work four times the text may take. Four is linear, sixteen quadratic; a
step that a short text does without adds something."""

Action = Callable[[bytes], object]


def peak(action: Action, text: bytes) -> int:
    """Return the most bytes that were allocated at once while *action* read *text*.

    What it returns is kept until the end. Memory that C code allocates without the interpreter does
    not count: the native engine has 48 bytes for each distinct name.
    """
    tracemalloc.start(1)
    try:
        result = action(text)
        found = tracemalloc.get_traced_memory()[1]
        del result
    finally:
        tracemalloc.stop()
    return found


def calls(action: Action, text: bytes) -> int:
    """Return the number of functions called, those in C included."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        action(text)
    finally:
        sys.setprofile(None)
    return count


def bytes_for_each_byte(action: Action, make: Callable[[int], bytes], size: int) -> float:
    """Return how much more *action* allocates for each byte more of what *make* returns.

    It compares *size* with three times as much, so constants cancel out.
    """
    small, large = make(size), make(3 * size)
    action(small)  # loads and compiles what is cached; a shorter text may need less
    return (peak(action, large) - peak(action, small)) / (len(large) - len(small))


def growth_of_calls(action: Action, make: Callable[[int], bytes], size: int) -> float:
    """Return how many times as many functions are called for four times the text.

    A thousand calls are added to both, so that a constant number of calls is no growth.
    """
    action(make(4 * size))  # loads and compiles what is cached
    small, large = calls(action, make(size)), calls(action, make(4 * size))
    return (large + 1000) / (small + 1000)
