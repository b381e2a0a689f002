"""Addresses in a backtrace, as debuggers, runtimes and crash reports print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NUMBER: Final = rb"(?:0x)?([0-9a-fA-F]{1,16})"

_ALONE: Final = re.compile(rb"[ \t]*" + _NUMBER + rb"[ \t\r]*")
"""A line with nothing but an address."""

_COUNTER: Final = re.compile(
    rb"(?<![\w.])(?:pc|PC|ip|IP|rip|RIP|eip|EIP)(?:=0x|=|: 0x|:0x| 0x| (?=[0-9a-f]{8}))"
    rb"([0-9a-fA-F]{1,16})(?![\w.]|[ \t]+[(/])"
)
"""A program counter: ``pc=0x45e5c1``, ``segfault at 0 ip 00007f…``. Android prints ``pc`` before an
address in a file, and then the file: ``pc 0000000000012345  /system/lib64/libc.so``."""

_FIRST: Final = re.compile(rb"(?<![\w.+])0x([0-9a-fA-F]{1,16})(?![\w.])")
"""The address of a frame. After ``+`` is a distance: ``main+0x1f``."""


def addresses_in(backtrace: bytes) -> Iterator[tuple[int, int]]:
    """Yield the number of each line that has an address, from 1, with that address.

    The address of a frame is alone in its line, or a program counter (``pc=0x…``, ``ip …``), or the
    first hexadecimal number with ``0x`` that is no distance. So gdb, glibc, the sanitizers, Go,
    Rust, and ``dmesg`` are understood. Each line has one; the arguments of a call are left out.
    """
    for number, line in enumerate(backtrace.split(b"\n"), 1):
        found = _ALONE.fullmatch(line) or _COUNTER.search(line) or _FIRST.search(line)
        if found:
            yield number, int(found[1], 16)
