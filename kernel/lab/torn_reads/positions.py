"""Where the kernel continues to print, and the text that follows from it.

Both rules are of ``m_start()`` and ``proc_get_vma()`` (fs/proc/task_mmu.c). ``seq_read_iter()``
(fs/seq_file.c) fills a page with whole entries, calls ``m_stop()``, which gives the lock back, and
keeps the position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

Range = tuple[int, int]
"""First address and end address, exclusive."""


@frozen
class Entry:
    """One mapping in a text: its range and its lines."""

    range: Range
    lines: bytes


@frozen
class Rule:
    """Where a read continues. ``position`` takes the last printed range and the one after it."""

    name: str
    what: str
    position: Callable[[Range, Range], int]


NEXT_START = Rule(
    "start of the next mapping",
    "`proc_get_vma()` sets the position to `vm_start` of the mapping that did not fit (6.1, 6.12)",
    lambda _, following: following[0],
)
LAST_END = Rule(
    "end of the last mapping",
    "`proc_get_vma()` sets the position to `vm_end` of the mapping that it returns, and "
    "`m_start()` goes back to the position before that, `last_pos` (since 6.17)",
    lambda last, _: last[1],
)
RULES = (NEXT_START, LAST_END)


def entries(text: bytes) -> list[Entry]:
    """Cut *text* into entries at lines that start with a range, with two calls of split.

    The texts of the laboratory have no name with a newline, and no field has a minus before its
    first blank.
    """
    found: list[Entry] = []
    for line in text.splitlines(keepends=True):
        start, dash, end = line.split(b" ", 1)[0].partition(b"-")
        if dash and b":" not in start:
            found.append(Entry((int(start, 16), int(end, 16)), line))
        else:
            last = found.pop()
            found.append(Entry(last.range, last.lines + line))
    return found


def predicted(rule: Rule, first: bytes, before: Sequence[Entry], after: Sequence[Entry]) -> bytes:
    """Return the text of a read whose first page was *first*.

    *before* and *after* are the entries before and after the change. The kernel continues with the
    mapping that contains the position, or the first one above it: each that ends above it.
    """
    printed = len(entries(first))
    position = rule.position(before[printed - 1].range, before[printed].range)
    return first + b"".join(entry.lines for entry in after if entry.range[1] > position)


def disorder(text: bytes) -> list[tuple[int, str]]:
    """Return the line and the kind of each mapping that does not start above the one before it.

    The kinds are those of `procmaps.Problem`.
    """
    found: list[tuple[int, str]] = []
    last, line = (0, 0), 1
    for entry in entries(text):
        start, end = entry.range
        if start < last[1]:
            kind = "overlap" if start >= last[0] else "backward"
            found.append((line, "repeated" if entry.range == last else kind))
        last = (start, end)
        line += entry.lines.count(b"\n")
    return found
