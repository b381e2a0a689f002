"""The smallest part of a dump that still shows a failure: lines are taken away while it stays.

What is expected of the part follows from what is expected of the whole: a mapping goes with its
header line, a field with its own. Where lines and records do not stand side by side (torn,
repeated, forged) the whole dump is the smallest there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import attrs

from procmaps.check.cases import Case
from procmaps.fields import FIELDS
from procmaps.records import Mapping, Usage

_HEADER: Final = re.compile(rb"[0-9a-f]+-[0-9a-f]+ ")
_ATTRIBUTES: Final = {field.key: field.attribute for field in FIELDS.values()}


def lines_of(case: Case) -> list[bytes]:
    """The lines of a dump, each with its newline."""
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", case.data)


def part(case: Case, kept: Iterable[int]) -> Case | None:
    """The case with only these lines, by their numbers from 0; None where it cannot be cut so."""
    chosen = sorted(set(kept))
    lines = lines_of(case)
    headers = [at for at, line in enumerate(lines) if _HEADER.match(line)]
    if case.either or case.faults or len(headers) != len(case.records) or headers[:1] != [0]:
        return None
    if not chosen or chosen[-1] >= len(lines):
        return None
    owner = {at: sum(head <= at for head in headers) - 1 for at in range(len(lines))}
    records: list[Mapping] = []
    place: dict[int, int] = {}
    for number, head in enumerate(headers):
        own = [at for at in range(len(lines)) if owner[at] == number and at != head]
        if head not in chosen:
            if any(at in chosen for at in own):
                return None  # fields without their mapping
            continue
        record = _without(case.records[number], [lines[at] for at in own if at not in chosen])
        if record is None:
            return None
        place[number] = len(records)
        records.append(record)
    return attrs.evolve(
        case,
        data=b"".join(lines[at] for at in chosen),
        records=tuple(records),
        readings=tuple(
            attrs.evolve(reading, record=place[reading.record])
            for reading in case.readings
            if reading.record in place
        ),
    )


def _without(record: Mapping, lines: Sequence[bytes]) -> Mapping | None:
    """The record without the fields of these lines; None where a line is none of its fields."""
    usage = record.usage
    for line in lines:
        key = line.partition(b":")[0]
        if usage is None:
            return None
        attribute = _ATTRIBUTES.get(key)
        extra = tuple(field for field in usage.extra if field.key != key)
        if attribute is not None and getattr(usage, attribute) is not None:
            usage = _evolved(usage, {attribute: None})
        elif len(extra) == len(usage.extra) - 1:
            usage = _evolved(usage, {"extra": extra})
        else:
            return None
    return attrs.evolve(record, usage=usage)


def _evolved(usage: Usage, changes: dict[str, Any]) -> Usage:
    return attrs.evolve(usage, **changes)


def reduce(case: Case, fails: Callable[[Case], bool]) -> tuple[int, ...]:
    """The fewest lines, by number, for which *fails* still holds; all of them where none can go.

    Whole mappings are tried first, then ever smaller runs of lines: at the end no single line can
    be taken away.
    """
    lines = lines_of(case)
    everything = tuple(range(len(lines)))
    if part(case, everything) is None:
        return everything

    def still(kept: Sequence[int]) -> bool:
        smaller = part(case, kept)
        return smaller is not None and fails(smaller)

    kept = list(everything)
    for group in _mappings(lines):
        rest = [at for at in kept if at not in group]
        if still(rest):
            kept = rest
    size = max(1, len(kept) // 2)
    while True:
        at = 0
        while at < len(kept):
            rest = kept[:at] + kept[at + size :]
            if still(rest):
                kept = rest
            else:
                at += size
        if size == 1:
            return tuple(kept)
        size //= 2


def _mappings(lines: Sequence[bytes]) -> list[set[int]]:
    """The lines of each mapping, the last first: the case's own is often the first."""
    groups: list[set[int]] = []
    for at, line in enumerate(lines):
        if _HEADER.match(line) or not groups:
            groups.append(set())
        groups[-1].add(at)
    return groups[::-1]
