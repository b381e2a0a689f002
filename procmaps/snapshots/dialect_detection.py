"""The dialect of a text: `detect_dialect` finds it, `DialectMatch` says why."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.scan_text import scan
from procmaps.errors import UnknownDialect, escape_bytes
from procmaps.formats.dialects import DIALECTS, LINUX
from procmaps.grammar.loading import Grammar, dialect_markers
from procmaps.grammar.loading import load as load_grammar

REQUESTED = "requested"
"""The reason for a dialect that the caller chose."""

_DEFAULT_REASON = "no line is specific to another dialect"
"""The reason for Linux."""

_HEAD = 4096
"""Bytes at the start of a text that are searched for markers."""

_MAX_UNPARSED = 16
"""Unparsed ranges that are searched for markers."""


@attrs.frozen(eq=False)
class DialectMatch:
    """The dialect of a text, and the reason for it.

    Equal to its name: ``snapshot.dialect == "linux"``. The comparison with a ``str`` that is no
    dialect raises `UnknownDialect`, so a misspelled name is never just unequal.
    """

    name: str
    """The name of the dialect; see `procmaps.formats.dialects`."""
    reason: str
    """Why the text is read as this dialect, as a sentence."""

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            known = tuple(dialect.name for dialect in DIALECTS)
            if other not in known:
                raise UnknownDialect(other, known)
            return self.name == other
        if isinstance(other, bytes):
            raise TypeError(f"compare a dialect with a str such as 'linux', not {other!r}")
        return self.name == other.name if isinstance(other, DialectMatch) else NotImplemented

    def __hash__(self) -> int:
        # A dialect equals its name, so both have one hash.
        return hash(self.name)


def detect_dialect(text: bytes) -> tuple[Grammar, ColumnBuffers, DialectMatch]:
    """Scan *text* as Linux prints it, or as the first dialect that it contains a marker of."""
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


def _samples(text: bytes, columns: ColumnBuffers) -> Iterator[tuple[int, int]]:
    """Yield the ranges to search: the head, and what Linux does not print, with adjacent lines."""
    yield 0, min(_HEAD, len(text))
    for unparsed in columns.unparsed[:_MAX_UNPARSED]:
        before = text.rfind(b"\n", 0, max(0, unparsed.start - 1)) + 1
        after = text.find(b"\n", unparsed.end)
        yield before, after if after >= 0 else len(text)
    if columns.usage_table.extra:
        row = columns.usage_row.index(next(iter(columns.usage_table.extra)))
        yield columns.line_offset[row], (*columns.line_offset[row + 1 : row + 2], len(text))[0]
