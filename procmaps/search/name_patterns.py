"""Patterns of names: globs, and libraries with any version."""

from __future__ import annotations

import re
from collections.abc import Iterable

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.records.names import DELETED

_VERSION = re.compile(rb"(?:-[0-9][^/]*)?\.so(?:\.[^/]*)?", re.DOTALL)
"""What may follow the name of a library: ``-2.31.so``, ``.so``, ``.so.6``."""


def name_pattern(glob: BytesOrStr) -> re.Pattern[bytes]:
    """Return the pattern of a glob: ``*`` is any text, ``?`` is any byte.

    Brackets are themselves: most names that the kernel gives are in brackets.
    """
    pieces = re.split(rb"([*?])", as_bytes(glob))
    wild = {b"*": b".*", b"?": b"."}
    return re.compile(b"".join(wild.get(each) or re.escape(each) for each in pieces), re.DOTALL)


def library_pattern(name: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a library's file: *name*, a glob, with or without its version.

    ``libc`` is ``libc.so.6``, ``libc-2.31.so`` and ``libc``, but not ``libcrypto.so.3``.
    """
    glob = name_pattern(name).pattern
    return re.compile(b"(?:" + glob + b")(?:" + _VERSION.pattern + b")?", re.DOTALL)


def base_name(raw: bytes) -> bytes:
    """Return the last component of a name column, without `` (deleted)``."""
    return raw.removesuffix(DELETED).rpartition(b"/")[2]


def has_name(raw: bytes, patterns: Iterable[re.Pattern[bytes]]) -> bool:
    """Return whether a name column, or its last component, matches one of *patterns*."""
    base = base_name(raw)
    return any(pattern.fullmatch(raw) or pattern.fullmatch(base) for pattern in patterns)
