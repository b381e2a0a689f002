"""Dumps larger than memory: read in chunks, each a `Snapshot` of whole entries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import attrs

from procmaps._arguments import StrOrBytesPath, as_binary_file, as_count, as_path
from procmaps.errors import ParseError
from procmaps.grammar.loading import load as load_grammar
from procmaps.snapshots.loading import Errors, loads
from procmaps.snapshots.snapshot import Snapshot

CHUNK_SIZE = 1 << 24
"""Bytes in a chunk by default, some 80,000 lines."""


def iterload(
    source: StrOrBytesPath | BinaryIO,
    *,
    chunk_size: int = CHUNK_SIZE,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Iterator[Snapshot]:
    """Parse a dump from a path or a binary file object, about *chunk_size* bytes at a time.

    Each snapshot contains whole entries, and the joined texts of all snapshots are the input.
    Memory is bounded by *chunk_size*, or by the longest range without a header line if that is
    longer. ``auto`` chooses the dialect by the first chunk. An `overlap` or another problem of two
    adjacent entries is not noticed between two chunks.

    Raises what `procmaps.load` raises, with line and offset counted from the start of the input.
    In `Snapshot.problems` they count from the start of the chunk. Raises `ValueError` for a
    *chunk_size* below 1.
    """
    as_count("chunk_size", chunk_size, least=1)
    if isinstance(source, str | bytes | os.PathLike):
        with as_path(source).open("rb") as file:
            yield from _snapshots(file, chunk_size, errors, dialect)
    else:
        yield from _snapshots(as_binary_file(source), chunk_size, errors, dialect)


def _snapshots(file: BinaryIO, chunk_size: int, errors: Errors, dialect: str) -> Iterator[Snapshot]:
    lines = offset = 0
    rest, wanted = b"", chunk_size
    while block := file.read(wanted):
        text = rest + block
        end = _last_entry(text, dialect)
        # Without an end, read twice as much, so that a long range is searched only a few times.
        wanted = chunk_size if end else len(text)
        rest = text[end:]
        if end:
            snapshot = _loads(text[:end], errors, dialect, lines, offset)
            yield snapshot
            dialect = snapshot.dialect.name
            lines += text.count(b"\n", 0, end)
            offset += end
    if rest:
        yield _loads(rest, errors, dialect, lines, offset)


def _last_entry(text: bytes, dialect: str) -> int:
    """Return the offset of the last header line in *text*; 0 if only the first line can be one."""
    header = load_grammar("linux" if dialect == "auto" else dialect).header
    end = text.rfind(b"\n")
    while (start := text.rfind(b"\n", 0, max(end, 0))) >= 0:
        if header.match(text, start + 1):
            return start + 1
        end = start
    return 0


def _loads(text: bytes, errors: Errors, dialect: str, lines: int, offset: int) -> Snapshot:
    try:
        return loads(text, errors=errors, dialect=dialect)
    except ParseError as error:
        raise attrs.evolve(error, line=error.line + lines, offset=error.offset + offset) from None
