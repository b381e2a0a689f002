"""From text to `Snapshot`: `loads`, `load` and `dumps`, and the choice of the dialect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import FileIO
from typing import BinaryIO, Literal, get_args

from procmaps._arguments import BytesOrStr, StrOrBytesPath, as_bytes
from procmaps.engines.columns import Columns
from procmaps.engines.dispatch import scan
from procmaps.engines.read_file import read_all
from procmaps.errors import escape_bytes
from procmaps.formats.dialects import LINUX
from procmaps.grammar.loading import Grammar, dialect_markers
from procmaps.grammar.loading import load as load_grammar
from procmaps.snapshots.snapshot import DialectMatch, Snapshot

Errors = Literal["strict", "collect"]

REQUESTED = "requested"
"""Reason of a `DialectMatch` that the caller asked for by name."""

_DEFAULT_REASON = "no line is specific to another dialect"

_HEAD = 4096
"""Bytes at the start of a text that are searched for what only one dialect prints."""

_FAULTS = 16
"""Unread stretches that are searched for the same."""


def loads(data: BytesOrStr, *, errors: Errors = "strict", dialect: str = "auto") -> Snapshot:
    """Read the text of ``maps``, ``smaps`` or ``smaps_rollup``; which it is, the content says.

    A ``str`` is encoded as UTF-8 with surrogateescape, the way Python decodes such files. Empty
    input is an empty snapshot. ``dialect`` is a name of `procmaps.formats.dialects`, or ``auto``.

    Raises `ParseError` for the first line that cannot be read; with ``errors="collect"`` such lines
    stay where they are and are listed in `Snapshot.problems`. Raises
    `procmaps.errors.UnknownDialect` for a dialect that there is no grammar for, `ValueError` for
    other *errors* and `TypeError` for *data* that is no text.
    """
    if errors not in get_args(Errors):
        msg = f'errors must be "strict" or "collect", not {errors!r}'
        raise ValueError(msg)
    text = as_bytes(data)
    newline = _newline(text)
    if newline != b"\n":
        text = text.replace(newline, b"\n")
    if dialect == "auto":
        grammar, columns, choice = _choose(text)
    else:
        grammar = load_grammar(dialect)
        columns, choice = scan(text, grammar), DialectMatch(dialect, REQUESTED)
    snapshot = Snapshot(text, columns, grammar, choice, newline)
    if errors == "strict" and (error := snapshot.first_error):
        raise error
    return snapshot


def load(
    source: StrOrBytesPath | BinaryIO, *, errors: Errors = "strict", dialect: str = "auto"
) -> Snapshot:
    """Read a dump from a path or a binary file object; see `loads`. Raises `OSError` too."""
    data = _read(source) if isinstance(source, str | bytes | os.PathLike) else source.read()
    return loads(data, errors=errors, dialect=dialect)


def _read(place: StrOrBytesPath) -> bytes:
    with FileIO(os.fspath(place)) as file:
        text, error = read_all(file)
    if error:
        raise error
    return text


def dumps(snapshot: Snapshot) -> bytes:
    """The text that *snapshot* was loaded from, byte for byte."""
    return snapshot.dumps()


def _newline(text: bytes) -> bytes:
    """How lines end: with CR LF only where every line does, since a name may end in CR."""
    first = text.find(b"\n")
    if first < 1 or text[first - 1] != ord("\r"):
        return b"\n"
    return b"\r\n" if text.count(b"\r\n") == text.count(b"\n") else b"\n"


def _choose(text: bytes) -> tuple[Grammar, Columns, DialectMatch]:
    """Read *text* as Linux prints it, or as the one dialect whose mark it bears."""
    grammar = load_grammar(LINUX.name)
    columns = scan(text, grammar)
    for start, end in _samples(text, columns):
        lines = [*_line_starts(text, start, end)]
        for name, marker in dialect_markers().items():
            # Every marker starts a line. Trying lines is five times as fast as `re.search`.
            for line in lines:
                if found := marker.match(text, line, end):
                    number = text.count(b"\n", 0, line) + 1
                    reason = f"line {number} is specific to this dialect: {escape_bytes(found[0])}"
                    other = load_grammar(name)
                    return other, scan(text, other), DialectMatch(name, reason)
    return grammar, columns, DialectMatch(LINUX.name, _DEFAULT_REASON)


def _line_starts(text: bytes, start: int, end: int) -> Iterator[int]:
    """Yield *start*, and every index after a newline up to *end*."""
    while start >= 0:
        yield start
        newline = text.find(b"\n", start, end)
        start = newline + 1 if newline >= 0 else -1


def _samples(text: bytes, columns: Columns) -> Iterator[tuple[int, int]]:
    """Where a mark may be: the head, and what Linux does not print, with its neighbours."""
    yield 0, min(_HEAD, len(text))
    for fault in columns.unparsed[:_FAULTS]:
        before = text.rfind(b"\n", 0, max(0, fault.start - 1)) + 1
        behind = text.find(b"\n", fault.end)
        yield before, behind if behind >= 0 else len(text)
    if columns.usage_table.extra:
        row = columns.usage_row.index(next(iter(columns.usage_table.extra)))
        yield columns.at[row], (*columns.at[row + 1 : row + 2], len(text))[0]
