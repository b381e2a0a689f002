"""The pages of a process counted in C, from pagemap and ``PAGEMAP_SCAN``: `walk_rows`.

`procmaps.pages.walking` does the same in Python. How a frame is shared, pagemap does not say, so
the frames that have to be looked at are returned, and `count_frames` looks at them.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from procmaps.engines import _scanner

COUNTED: Final = (
    "present",
    "exclusive",
    "exclusive_file",
    "guard",
    "swapped",
    "marked",
    "soft_dirty",
    "zero",
    "huge_mapped",
    "first_anonymous",
    "first_file",
)
"""What is counted of a row, in pages, in the order of ``_c/python/walk_pages.c``. The last two are
a frame of each kind, 0 if there is none."""

HUGE: Final = 1
"""Flag of a row: without a scan, its bit "exclusive" is not trusted."""

HAS_FILE: Final = 2
"""Flag of a row: it has a file, so bit 61 of its huge entries is not trusted."""

HIDDEN: Final = 1
"""Option: frames and swap types are zeros, because the kernel hides them."""

EVERY_FRAME: Final = 2
"""Option: frames are returned that one entry maps, too."""

SOFT_DIRTY: Final = 4
"""Option: the kernel keeps the soft-dirty bit."""

Runs = list[tuple[int, "array[int]"]]
"""Rows, each with frames of its pages."""


@attrs.frozen
class RowsToWalk:
    """Ranges of address space in the order of their starts, and what is asked of them.

    start, end   The range, in bytes; the end is exclusive. The start is below 2**63.
    flags        `HUGE` and `HAS_FILE`, for each row.
    page         Bytes of a page.
    categories   The categories to ask the scan for; 0 without a scan.
    options      `HIDDEN`, `EVERY_FRAME` and `SOFT_DIRTY`.
    """

    start: array[int]
    end: array[int]
    flags: bytes
    page: int
    categories: int
    options: int


def walk_rows(
    descriptor: int, rows: RowsToWalk, numbers: array[int]
) -> Iterator[tuple[Runs, Runs, Runs]]:
    """Count the pages of *rows* into *numbers*, `COUNTED` for each row, in parts.

    *descriptor* is an open pagemap. Yields for each part the frames of pages of no file, those of
    pages of a file, and those of pages of huge entries of rows with a file, which may be either.
    Raises `OSError`.
    """
    row = address = 0
    while row < len(rows.flags):
        error, row, address, classes = _scanner.walk_pages(
            descriptor,
            rows.page,
            rows.categories,
            rows.options,
            rows.start,
            rows.end,
            rows.flags,
            numbers,
            row,
            address,
        )
        if error:
            raise OSError(error, os.strerror(error))
        none, of_file, unsure = (_runs(*each) for each in classes)
        yield none, of_file, unsure


def _runs(frames: bytes, lengths: bytes) -> Runs:
    numbers, pairs = array("Q", frames), array("Q", lengths)
    found: Runs = []
    at = 0
    for row, length in zip(pairs[::2], pairs[1::2], strict=True):
        found.append((row, numbers[at : at + length]))
        at += length
    return found


def count_frames(
    descriptor: int, groups: Sequence[array[int]]
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Count the frames of each group by the number that a file like ``kpagecount`` has for them.

    Returns triples of the index of a group, a number and how many frames have it, and pairs of the
    index of a group and a frame whose number is 0. Raises `OSError`.
    """
    frames = array("Q")
    for group in groups:
        frames.extend(group)
    lengths = array("Q", map(len, groups))
    error, counted, unmapped = _scanner.count_frames(descriptor, frames, lengths)
    if error:
        raise OSError(error, os.strerror(error))
    triples, pairs = iter(array("Q", counted)), iter(array("Q", unmapped))
    return [*zip(triples, triples, triples, strict=True)], [*zip(pairs, pairs, strict=True)]
