"""The lines of a text between two layers, in little memory.

Lines are in blocks. A block of lines that no layer has changed is a range of the input, any other
block is packed. A line becomes an object when it is read, and only those of the blocks read last
stay objects. So a layer that reads its lines in order needs no memory for the others.
"""

from __future__ import annotations

import bisect
import itertools
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import attrs

from procmaps.extraction.packed_lines import pack, pattern, unpack, unpack_texts
from procmaps.extraction.source_lines import Source, SourceLine, split_part

_MAX_LINES = 128
"""Lines of one block, at most."""

_MAX_BYTES = 1024
"""Bytes of the text of one block, except the last line of it."""

_MAX_RECENT = 2
"""Blocks that stay objects: layers look at the lines beside a line, too."""


Search = Callable[[bytes, int, int], object]
"""A search in a text from one byte to another: it returns something true if it finds anything."""


@attrs.frozen
class _Copied:
    """Lines as they are in the input, from a first to a last byte, exclusive."""

    begin: int
    end: int

    def lines(self, source: Source) -> list[SourceLine]:
        return [*split_part(source, self.begin, self.end)]


@attrs.frozen
class _Packed:
    """Lines that a layer has changed."""

    data: bytes
    like: bytes
    """Lines of the same store as they are packed, the same object for many blocks."""

    def lines(self, source: Source) -> list[SourceLine]:
        return unpack(self.data, self.like, source)

    def text(self, source: Source) -> bytes:
        return b"\n".join(unpack_texts(self.data, self.like, source))


_Block = _Copied | _Packed


@attrs.frozen
class _Unpacked:
    """The lines of a block as objects."""

    first: int
    """The index of the first one."""
    lines: list[SourceLine]
    indices: dict[int, int]
    """The index of each line in the block, by its identity."""


class LineStore(Sequence[SourceLine]):
    """A sequence of lines. Reading them in order, or near each other, is fast."""

    def __init__(self) -> None:
        self._source = Source(b"")
        self._blocks: list[_Block] = []
        self._firsts = array("Q")
        """The index of the first line of each block."""
        self._count = 0
        self._like = b""
        """The first lines that were packed."""
        self._has_cut_off = False
        """Whether the rest of a line is missing: then its text is not all that layers look at."""
        self._searched: dict[Search, bool] = {}
        """What `may_have` has returned."""
        self._recent: dict[int, _Unpacked] = {}
        """The blocks read last, the latest at the end."""

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> SourceLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[SourceLine]: ...
    def __getitem__(self, index: int | slice) -> SourceLine | list[SourceLine]:
        """Return a line, or a list of some: all of those become objects."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        index %= self._count
        block = self._unpacked(bisect.bisect_right(self._firsts, index) - 1)
        return block.lines[index - block.first]

    def __iter__(self) -> Iterator[SourceLine]:
        for number in range(len(self._blocks)):
            yield from self._unpacked(number).lines

    def may_have(self, search: Search) -> bool:
        """Return whether *search* finds something in a line, or in some neighbours together.

        A newline or a NUL is between two lines. No line becomes an object for this. True if a line
        is cut off, because it contains no mapping even if its text is one.
        """
        found = self._searched.get(search)
        if found is None:
            found = self._has_cut_off or any(search(*part) for part in self._texts())
            self._searched[search] = found
        return found

    def _texts(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield texts that have all the lines, each with its first byte and its end."""
        copied: _Copied | None = None
        for block in self._blocks:
            if copied and isinstance(block, _Copied) and block.begin == copied.end + 1:
                copied = _Copied(copied.begin, block.end)
                continue
            if copied:
                yield self._source.data, copied.begin, copied.end
            copied = block if isinstance(block, _Copied) else None
            if isinstance(block, _Packed):
                text = block.text(self._source)
                yield text, 0, len(text)
        if copied:
            yield self._source.data, copied.begin, copied.end

    def place_of(self, line: SourceLine) -> tuple[int, int] | None:
        """Return the block of a line read last, and its index there; None for any other line."""
        for number, block in self._recent.items():
            if (index := block.indices.get(id(line))) is not None:
                return number, index
        return None

    def size_of_block(self, number: int) -> int:
        """Return the number of lines in a block."""
        following = number + 1
        end = self._firsts[following] if following < len(self._firsts) else self._count
        return end - self._firsts[number]

    def append_block_of(self, other: LineStore, number: int) -> None:
        """Append a block of another store, which both share from now on."""
        self._source = other._source
        self._has_cut_off = self._has_cut_off or other._has_cut_off
        self._append(other._blocks[number], other.size_of_block(number))

    def append_lines(self, lines: Sequence[SourceLine]) -> None:
        """Append lines as a block."""
        self._source = lines[0].source
        if _are_untouched_neighbours(lines):
            block: _Block = _Copied(lines[0].begin, lines[-1].begin + len(lines[-1].text))
        else:
            self._like = self._like or pattern(lines)
            block = _Packed(pack(lines, self._like), self._like)
            self._has_cut_off = self._has_cut_off or any(line.is_cut_off for line in lines)
        self._append(block, len(lines))

    def _append(self, block: _Block, count: int) -> None:
        self._firsts.append(self._count)
        self._blocks.append(block)
        self._count += count

    def _unpacked(self, number: int) -> _Unpacked:
        if found := self._recent.get(number):
            return found
        lines = self._blocks[number].lines(self._source)
        indices = {id(line): index for index, line in enumerate(lines)}
        found = self._recent[number] = _Unpacked(self._firsts[number], lines, indices)
        if len(self._recent) > _MAX_RECENT:
            del self._recent[next(iter(self._recent))]
        return found


def stored(lines: Iterable[SourceLine], origin: Sequence[SourceLine] = ()) -> LineStore:
    """Return *lines* in a store. Those that are lines of the store *origin* cost nothing more."""
    if isinstance(lines, LineStore):
        return lines
    builder = _Builder(origin if isinstance(origin, LineStore) else LineStore())
    for line in lines:
        builder.add(line)
    return builder.finish()


class _Builder:
    """Collects lines until they are a block."""

    def __init__(self, origin: LineStore) -> None:
        self._origin = origin
        self._store = LineStore()
        self._pending: list[SourceLine] = []
        self._size = 0
        """Bytes of the text of the pending lines."""
        self._block = -1
        """The block of the origin whose first lines the pending lines are, or -1."""

    def add(self, line: SourceLine) -> None:
        """Append a line."""
        place = self._origin.place_of(line)
        if place and place[1] == 0:
            self._flush()
            self._block = place[0]
        elif place != (self._block, len(self._pending)):
            self._block = -1
        self._pending.append(line)
        self._size += len(line.text)
        if self._block >= 0:
            if len(self._pending) == self._origin.size_of_block(self._block):
                self._store.append_block_of(self._origin, self._block)
                self._clear()
        elif len(self._pending) >= _MAX_LINES or self._size >= _MAX_BYTES:
            self._flush()

    def finish(self) -> LineStore:
        """Return all the lines."""
        self._flush()
        return self._store

    def _flush(self) -> None:
        if self._pending:
            self._store.append_lines(self._pending)
        self._clear()

    def _clear(self) -> None:
        self._pending = []
        self._size = 0
        self._block = -1


def _are_untouched_neighbours(lines: Sequence[SourceLine]) -> bool:
    """Return whether splitting the input gives these lines."""
    source = lines[0].source
    if len(source.newline) > 1 or not all(line.is_untouched for line in lines):
        return False
    ends = ((line.begin + len(line.text), after.begin) for line, after in itertools.pairwise(lines))
    return all(end + 1 == begin and source.is_line_end(end) for end, begin in ends)
