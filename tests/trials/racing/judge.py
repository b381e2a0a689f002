"""Laws of a snapshot of a process that changes during the read.

The laws do not use the parser: the ranges are cut out of the text here, with two calls of split.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import procmaps
from tests.trials.racing.racer_process import StableMapping

Range = tuple[int, int, int]
"""Number of the line, first address, end address."""


def ranges(text: bytes) -> list[Range]:
    """Return the range of every header line of Linux in *text*, whose names contain no newline."""
    found: list[Range] = []
    for number, line in enumerate(text.split(b"\n"), 1):
        start, dash, end = line.split(b" ", 1)[0].partition(b"-")
        if dash and b":" not in start:
            found.append((number, int(start, 16), int(end, 16)))
    return found


def disorder(text: bytes) -> list[int]:
    """Return the numbers of the lines whose mapping does not start above the one before it."""
    return [
        number
        for (_, _, last_end), (number, start, _) in pairwise(ranges(text))
        if start < last_end
    ]


def violations(
    snapshot: procmaps.Snapshot, stable: Sequence[StableMapping], *, replaced: bool = False
) -> Iterator[str]:
    """Yield what is wrong with *snapshot*: an empty iterator for a sound one.

    A snapshot of the racer has each of *stable* once. With *replaced*, the process may have
    executed another program, which has none of them; then it is all or none.
    """
    text = snapshot.dumps()
    wanted = Counter((each.start, each.end, each.perms, each.name) for each in stable)
    found = Counter((m.start, m.end, str(m.perms), m.name.raw) for m in snapshot)
    present = wanted & found
    if not replaced or present:
        for start, end, perms, name in wanted - present:
            yield f"missing: {start:x}-{end:x} {perms} {name!r}"
        for key in present:
            if found[key] > 1 and not snapshot.problems:
                yield f"{found[key]} times, without a problem: {key}"
    if len(snapshot) != len(ranges(text)):
        yield f"{len(snapshot)} mappings in a text of {len(ranges(text))} header lines"
    reported = {problem.line for problem in snapshot.problems}
    for line in disorder(text):
        if line not in reported:
            yield f"line {line} is out of order, and no problem reports it"
    for mapping in snapshot:
        if mapping.usage and mapping.usage.size != mapping.size:
            yield f"Size of {mapping!r} is {mapping.usage.size}"


def query_violations(
    result: procmaps.QueryResult | None, address: int, stable: StableMapping | None
) -> Iterator[str]:
    """Yield what is wrong with the answer to a query at *address*, which may be in *stable*."""
    if result is None:
        if stable:
            yield f"a query at {address:#x} did not find {stable}"
        return
    m = result.mapping
    if address not in m:
        yield f"a query at {address:#x} found {m!r}"
    if stable:
        found = (m.start, m.end, str(m.perms), m.name.raw)
        if found != (stable.start, stable.end, stable.perms, stable.name):
            yield f"a query at {address:#x} found {m!r} instead of {stable}"
        if result.method == "ioctl" and result.unescaped_name != stable.unescaped_name:
            yield f"a query at {address:#x} found the name {result.unescaped_name!r}"
