"""Smaller parts of a case: to show a failure by the fewest lines that still show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import attrs

from procmaps.check.cases import Case

_HEADER = re.compile(rb"^[0-9a-f]+-[0-9a-f]+ [r=-][w=-][x=-][psSg] ", re.MULTILINE)

_MOST = 16
"""Parts that are tried for one failure; each is a run of the command."""


def smaller(case: Case) -> Iterator[Case]:
    """Cases with fewer of the areas of *case*: each alone, then each pair, in their order.

    Only where one answer is right: what else is allowed speaks of the dump as a whole.
    """
    starts = [match.start() for match in _HEADER.finditer(case.data)]
    if case.either or case.faults or len(starts) != len(case.records) or len(starts) < 2:  # noqa: PLR2004
        return
    if starts[0] != 0:
        return
    chunks = [case.data[a:b] for a, b in pairwise([*starts, len(case.data)])]
    chosen = [(at,) for at in range(len(chunks))] + [
        (at, at + 1)
        for at in range(len(chunks) - 1)
        if len(chunks) > 2  # noqa: PLR2004
    ]
    for indices in chosen[:_MOST]:
        yield attrs.evolve(
            case,
            data=b"".join(chunks[at] for at in indices),
            records=tuple(case.records[at] for at in indices),
            readings=tuple(
                attrs.evolve(reading, record=indices.index(reading.record))
                for reading in case.readings
                if reading.record in indices
            ),
        )
