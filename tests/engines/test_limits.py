"""Work and memory are linear in the size of any input.

Work is the number of function calls, memory the number of bytes allocated. No clock is read.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest

from procmaps import loads

ENTRY = b"%x-%x rw-p 00000000 00:00 0                          [anon:%d]\n"


def good(size: int) -> bytes:
    return b"".join(ENTRY % (n << 12, n + 1 << 12, n) for n in range(size))


def junk(size: int) -> bytes:
    return b"what is this?\n" * size


def alternating(size: int) -> bytes:
    return b"".join(ENTRY % (n << 12, n + 1 << 12, n) + b"junk\n" for n in range(size))


def one_line(size: int) -> bytes:
    return b"1000-2000 rw-p 00000000 00:00 0 /" + b"x y\\012" * (size * 8)


def spaces(size: int) -> bytes:
    return b"1000-2000 rw-p 00000000 00:00 0" + b" " * (size * 64) + b"\0"


def forgotten_brackets(size: int) -> bytes:
    return b"1000-2000 rw-p 00000000 00:00 0 [anon:x\nb\n" * size


def changing_fields(size: int) -> bytes:
    return b"".join(
        ENTRY % (n << 12, n + 1 << 12, n) + b"Field%d:   4 kB\n" % n for n in range(size)
    )


KINDS = [good, junk, alternating, one_line, spaces, forgotten_brackets, changing_fields]


def calls(text: bytes) -> int:
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        snapshot = loads(text, errors="collect")
        for _ in snapshot:
            pass
        assert snapshot.problems is not None
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_work_is_linear(kind: Callable[[int], bytes]) -> None:
    calls(kind(16))  # loads and compiles what is cached
    small, large = calls(kind(500)), calls(kind(2000))
    assert large < 4.4 * small + 2000


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_a_small_multiple_of_the_text(kind: Callable[[int], bytes]) -> None:
    text = kind(4000)
    loads(kind(16), errors="collect")
    tracemalloc.start()
    try:
        snapshot = loads(text, errors="collect")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert snapshot.dumps() == text
    assert peak < 8 * len(text) + 2_000_000
