"""The dialect of a text: `detect_dialect` finds it, `DialectMatch` says why."""

from __future__ import annotations

from itertools import islice

from procmaps._frozen import Frozen
from procmaps.engines.scan_text import scan
from procmaps.grammar.loading import DEFAULT_DIALECT, dialect_markers, unmarked_lines
from procmaps.grammar.loading import load as load_grammar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.engines.column_buffers import ColumnBuffers
    from procmaps.grammar.loading import Grammar

REQUESTED = "requested"
"""The reason for a dialect that the caller chose."""

_DEFAULT_REASON = "no line is specific to another dialect"
"""The reason for Linux."""

_HEAD = 4096
"""Bytes at the start of a text that are searched for markers."""

_SHOWN = 200
"""Bytes of a marker that the reason shows."""

_MAX_UNPARSED = 16
"""Unparsed ranges that are searched for markers."""


class DialectMatch(Frozen):
    """The dialect of a text, and the reason for it.

    Equal to its name: ``snapshot.dialect == "linux"``. The comparison with a ``str`` that is no
    dialect raises `UnknownDialect`, so a misspelled name is never just unequal.
    """

    name: str
    """The name of the dialect; see `procmaps.formats.dialects`."""
    reason: str
    """Why the text is read as this dialect, as a sentence."""

    def __init__(self, name: str, reason: str) -> None:
        self._set(name=name, reason=reason)

    def __repr__(self) -> str:
        return f"DialectMatch(name={self.name!r}, reason={self.reason!r})"

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            from procmaps.formats.dialects import dialect  # noqa: PLC0415 - slow to import

            return self.name == dialect(other).name
        if isinstance(other, bytes):
            raise TypeError(f"compare a dialect with a str such as 'linux', not {other!r}")
        return self.name == other.name if isinstance(other, DialectMatch) else NotImplemented

    def __hash__(self) -> int:
        # A dialect equals its name, so both have one hash.
        return hash(self.name)


def detect_dialect(
    text: bytes, *, stop: bool = False
) -> tuple[Grammar, ColumnBuffers, DialectMatch]:
    """Scan *text* as Linux prints it, or as the first dialect that it contains a marker of.

    With *stop*, reading ends soon after the first line that no dialect accepts.
    """
    found = _find_marker(text, 0, min(_HEAD, len(text)))
    if found is None:
        grammar = load_grammar(DEFAULT_DIALECT)
        columns = scan(text, grammar, stop=stop)
        if stop and columns.unparsed and _can_be_read(text, columns.unparsed[0].end):
            columns = scan(text, grammar)
        samples = (_find_marker(text, *sample) for sample in _samples(text, columns))
        found = next(filter(None, samples), None)
        if found is None:
            return grammar, columns, DialectMatch(DEFAULT_DIALECT, _DEFAULT_REASON)
    grammar = load_grammar(found.name)
    return grammar, scan(text, grammar, stop=stop), found


def _can_be_read(text: bytes, end: int) -> bool:
    """Return whether a dialect with a marker reads *text* up to *end* without an error."""
    from procmaps.grammar.compiled_lines import compiled_lines  # noqa: PLC0415 - slow to import

    start, linux = text[:end], compiled_lines(load_grammar(DEFAULT_DIALECT))
    others = map(load_grammar, dialect_markers())
    return any(
        compiled_lines(other) != linux and not scan(start, other, stop=True).unparsed
        for other in others
    )


def _find_marker(text: bytes, start: int, end: int) -> DialectMatch | None:
    """Return the first dialect with a marker at the start of a line from *start* to *end*."""
    unmarked = unmarked_lines().match(text, start, end)
    first = unmarked.end() if unmarked else start
    if first == end:
        return None
    names, markers = [*dialect_markers()], [*dialect_markers().values()]
    found: tuple[str, int, bytes] | None = None
    # Every marker starts a line. Trying lines is five times as fast as `re.search`.
    for line in _line_starts(text, first, end):
        for index, marker in enumerate(markers):
            if match := marker.match(text, line, end):
                # Only a dialect before this one can still be found.
                found = names[index], line, match[0]
                del markers[index:]
                break
    if found is None:
        return None
    from procmaps.printable import escape_bytes  # noqa: PLC0415 - slow to import

    name, line, raw = found
    number = text.count(b"\n", 0, line) + 1
    reason = f"line {number} is specific to this dialect: {escape_bytes(raw[:_SHOWN])}"
    return DialectMatch(name, reason)


def _line_starts(text: bytes, start: int, end: int) -> Iterator[int]:
    """Yield *start*, and every index after a newline up to *end*."""
    while start >= 0:
        yield start
        newline = text.find(b"\n", start, end)
        start = newline + 1 if newline >= 0 else -1


def _samples(text: bytes, columns: ColumnBuffers) -> Iterator[tuple[int, int]]:
    """Yield the ranges that Linux does not print, with the lines beside them."""
    for unparsed in islice(columns.unparsed, _MAX_UNPARSED):
        before = text.rfind(b"\n", 0, max(0, unparsed.start - 1)) + 1
        after = text.find(b"\n", unparsed.end)
        yield before, after if after >= 0 else len(text)
    if columns.usage_table.extra:
        row = columns.usage_row.index(columns.usage_table.extra.rows[0])
        yield columns.line_offset[row], (*columns.line_offset[row + 1 : row + 2], len(text))[0]
