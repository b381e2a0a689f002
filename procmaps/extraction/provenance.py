"""Where the bytes of a repaired line come from: runs of bytes of the input.

A line on its way to a dump is changed many times. Its runs say which bytes of the input it was made
from, so that every byte of the input can be accounted for at the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload


class Run(NamedTuple):
    """Consecutive bytes of a line, and the bytes of the input that they were made from.

    size    Bytes in the line. 0: the bytes of the input were removed.
    begin   First byte of the input.
    end     End in the input, exclusive. If it is ``begin + size``, each byte comes from one byte;
            otherwise all of them come from all.
    """

    size: int
    begin: int
    end: int

    @property
    def is_copy(self) -> bool:
        """Whether each byte of the line comes from one byte of the input."""
        return self.size == self.end - self.begin


class Runs(Sequence[Run]):
    """The runs of one line, in the order of its text.

    They are numbers in an array: a long line of escapes has as many runs.
    """

    __slots__ = ("_numbers",)

    def __init__(self, runs: Iterable[Run]) -> None:
        self._numbers = _numbers(runs)

    def __len__(self) -> int:
        return len(self._numbers) // 3

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __getitem__(self, index: int | slice) -> Run | list[Run]:
        """Return a run, or a list of some."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        first = index % len(self) * 3
        return Run(*self._numbers[first : first + 3])

    def __iter__(self) -> Iterator[Run]:
        numbers = iter(self._numbers)
        return map(Run, numbers, numbers, numbers)

    def __eq__(self, other: object) -> bool:
        return self._numbers == other._numbers if isinstance(other, Runs) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._numbers))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _numbers(runs: Iterable[Run]) -> array[int]:
    """Return all numbers of *runs*, of four bytes if that is enough."""
    numbers = array("I")
    for count, run in enumerate(runs):
        try:
            numbers.extend(run)
        except OverflowError:
            numbers = array("Q", numbers[: 3 * count])
            numbers.extend(run)
    return numbers


Edit = tuple[int, int, int]
"""Bytes of a line that are replaced: their begin, their end, and the size of the new text."""


def sliced(runs: Sequence[Run], begin: int, end: int, *, is_last: bool = False) -> Runs:
    """Return the runs of the bytes from *begin* to *end* of a line.

    A replaced run that is cut goes to the part with its first byte. *is_last* says that no part
    follows, so that bytes removed at the end of the line belong to this one.
    """
    return Runs(_sliced(runs, begin, end, is_last=is_last))


def _sliced(runs: Iterable[Run], begin: int, end: int, *, is_last: bool) -> Iterator[Run]:
    position = 0
    for run in runs:
        stop = position + run.size
        if not run.size:
            if begin <= position < end or (is_last and position == end):
                yield run
        elif (low := max(begin, position)) < (high := min(end, stop)):
            yield _piece(run, low - position, high - position)
        position = stop


def cut(runs: Sequence[Run], begin: int, end: int) -> Runs:
    """Return the runs of a line of which only the bytes from *begin* to *end* are kept."""
    total = sum(run.size for run in runs)
    return edited(runs, ((0, begin, 0), (end, total, 0)))


def edited(runs: Sequence[Run], edits: Iterable[Edit]) -> Runs:
    """Return the runs of a line after *edits*, which are in order and do not overlap."""
    return Runs(_merged(_edited(Walker(runs), edits)))


def _edited(walker: Walker, edits: Iterable[Edit]) -> Iterator[Run]:
    for begin, end, size in edits:
        yield from walker.take(begin)
        yield from _replaced(walker.take(end), size, walker)
    yield from walker.rest()


def _piece(run: Run, low: int, high: int) -> Run:
    """Return the bytes of *run* from *low* to *high*, counted from its start."""
    if run.is_copy:
        return Run(high - low, run.begin + low, run.begin + high)
    return Run(high - low, run.begin if not low else run.end, run.end)


class Walker:
    """Takes the runs of a line from the left, each once."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._index = 0
        self._offset = 0
        """Bytes of the run at the index that are taken already."""
        self._position = 0
        self.place = runs[0].begin if runs else 0
        """Where the last byte that was taken ends in the input."""

    def take(self, end: int) -> Iterator[Run]:
        """Yield the runs up to the byte *end* of the line."""
        while self._position < end and self._index < len(self._runs):
            run = self._runs[self._index]
            high = min(run.size, self._offset + end - self._position)
            piece = _piece(run, self._offset, high) if run.size else run
            self._position += high - self._offset
            self.place = piece.end
            self._offset = high
            if high == run.size:
                self._index, self._offset = self._index + 1, 0
            yield piece

    def rest(self) -> Iterator[Run]:
        """Yield all other runs."""
        if self._offset:
            run = self._runs[self._index]
            offset, self._offset, self._index = self._offset, 0, self._index + 1
            yield _piece(run, offset, run.size)
        for index in range(self._index, len(self._runs)):
            yield self._runs[index]


def _replaced(runs: Iterable[Run], size: int, walker: Walker) -> Iterator[Run]:
    """Yield *size* new bytes in place of *runs*: one run for each stretch of the input.

    Without runs, the new bytes are where *walker* is.
    """
    stretch: Run | None = None
    for run in runs:
        if not stretch:
            stretch = Run(size, run.begin, run.end)
        elif run.begin != stretch.end:
            yield stretch
            stretch = Run(0, run.begin, run.end)
        else:
            stretch = Run(stretch.size, stretch.begin, run.end)
    if stretch:
        yield stretch
    elif size:
        yield Run(size, walker.place, walker.place)


def _merged(runs: Iterable[Run]) -> Iterable[Run]:
    """Yield *runs*, with neighbours joined that are copies of neighbours, or removed together."""
    last: Run | None = None
    for run in runs:
        if last and last.end == run.begin and _are_alike(last, run):
            last = Run(last.size + run.size, last.begin, run.end)
        else:
            if last:
                yield last
            last = run
    if last:
        yield last


def _are_alike(one: Run, other: Run) -> bool:
    if not one.size or not other.size:
        return not one.size and not other.size
    return one.is_copy and other.is_copy
