"""The smallest part of a dump that still shows a failure: lines are taken away while it stays.

What is expected of the part follows from what is expected of the whole: a mapping goes with its
header line, a field with its own, and a line that is wrong on purpose stays. Where lines and
records do not stand side by side (forged, or doubled by a reading) the whole dump is the smallest.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import attrs

from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import Grammar, load
from procmaps.records.mapping import Mapping
from procmaps.records.usage import Usage

BUDGET: Final = 256
"""Runs of a parser for one failure: a hundred mappings of which none can go take about as many."""

Lines: TypeAlias = tuple[int, ...]
"""Lines of a dump by their numbers, from 0."""

_ATTRIBUTES: Final = {field.key: field.attribute for field in FIELDS.values()}
_DIALECTS: Final = frozenset(known.name for known in DIALECTS)


# --- a part of a case -----------------------------------------------------------------------------


def grammar_of(case: Case) -> Grammar:
    """The grammar by which the case's producer writes."""
    word = case.producer.partition("-")[0]
    return load(word if word in _DIALECTS else "linux")


def lines_of(case: Case) -> list[bytes]:
    """The lines of a dump, each with its line end; a name that holds a newline is not divided."""
    grammar = grammar_of(case)
    found: list[bytes] = []
    at = 0
    while at < len(case.data):
        end = grammar.line_end(case.data, at)
        found.append(case.data[at:end])
        at = end
    return found


def part(case: Case, kept: Iterable[int]) -> Case | None:
    """The case with only these lines, by their numbers from 0; None where it cannot be cut so."""
    whole = _Whole.of(case)
    return None if whole is None else whole.part(kept)


@attrs.frozen
class _Entry:
    """A record of the case and the lines that it stands in."""

    record: Mapping
    head: int
    fields: tuple[int, ...]
    """Those below its header line, without what is wrong on purpose."""


def moved(case: Case, place: dict[int, int], records: Iterable[Mapping]) -> Case:
    """The case with these *records*; *place* says where each that is left stood, and stands now."""
    return attrs.evolve(
        case,
        records=tuple(records),
        interpretations=tuple(
            attrs.evolve(reading, record=place[reading.record])
            for reading in case.interpretations
            if reading.record in place
        ),
        either=tuple(
            attrs.evolve(
                allowed,
                records=None
                if allowed.records is None
                else tuple(place[at] for at in allowed.records if at in place),
            )
            for allowed in case.either
        ),
    )


@attrs.frozen
class _Whole:
    """A case whose lines and records stand side by side."""

    case: Case
    lines: Sequence[bytes]
    entries: Sequence[_Entry]
    faulty: frozenset[int]

    @classmethod
    def of(cls, case: Case) -> _Whole | None:
        """None where they do not."""
        lines = lines_of(case)
        header = grammar_of(case).header
        heads = [at for at, line in enumerate(lines) if header.fullmatch(line)]
        faulty = frozenset(fault.line - 1 for fault in case.invalid_lines)
        before = range(heads[0] if heads else len(lines))
        if not lines or len(heads) != len(case.records) or not faulty.issuperset(before):
            return None
        bounds = itertools.pairwise([*heads, len(lines)])
        entries = [
            _Entry(record, head, tuple(at for at in range(head + 1, end) if at not in faulty))
            for record, (head, end) in zip(case.records, bounds, strict=True)
        ]
        return cls(case, lines, entries, faulty)

    def mappings(self) -> Iterator[frozenset[int]]:
        """The lines of each."""
        for entry in self.entries:
            yield frozenset((entry.head, *entry.fields))

    def fields(self) -> Iterable[frozenset[int]]:
        """The lines of each field, in whichever mapping it stands."""
        found: dict[bytes, set[int]] = {}
        for entry in self.entries:
            for at in entry.fields:
                found.setdefault(self.lines[at].partition(b":")[0], set()).add(at)
        return map(frozenset, found.values())

    def part(self, kept: Iterable[int]) -> Case | None:
        """The case with only these lines; None where they make no dump of whole records."""
        chosen = frozenset(kept)
        if not chosen or not chosen.issubset(range(len(self.lines))) or self.faulty - chosen:
            return None
        records: list[Mapping] = []
        place: dict[int, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.head not in chosen:
                if not chosen.isdisjoint(entry.fields):
                    return None
                continue
            gone = [self.lines[at] for at in entry.fields if at not in chosen]
            record = _without(entry.record, gone)
            if record is None:
                return None
            place[number] = len(records)
            records.append(record)
        lines = sorted(chosen)
        return attrs.evolve(
            moved(self.case, place, records),
            data=b"".join(self.lines[at] for at in lines),
            invalid_lines=tuple(
                attrs.evolve(fault, line=lines.index(fault.line - 1) + 1)
                for fault in self.case.invalid_lines
            ),
        )


def _without(record: Mapping, lines: Iterable[bytes]) -> Mapping | None:
    """The record without the fields of these lines; None where a line is no field of its own."""
    usage = record.usage
    for line in lines:
        if usage is None:
            return None
        key = line.partition(b":")[0]
        attribute = _ATTRIBUTES.get(key)
        known = attribute is not None and getattr(usage, attribute) is not None
        extra = tuple(field for field in usage.extra if field.key != key)
        if len(usage.extra) - len(extra) + known != 1:
            return None
        usage = _evolved(usage, {attribute: None} if attribute and known else {"extra": extra})
    return attrs.evolve(record, usage=usage)


def _evolved(usage: Usage, changes: dict[str, Any]) -> Usage:
    return attrs.evolve(usage, **changes)


# --- the smallest ---------------------------------------------------------------------------------


@attrs.frozen
class Smallest:
    """A failure, by the smallest dump that shows it."""

    case: Case
    """What was left of the case: all of it where nothing can go."""
    verdict: Verdict
    """The verdict on that; its key is that of the whole case."""
    lines: Lines = ()
    """Which of the case's lines it is; empty for a dump that is no part of another."""
    minimal: bool = True
    """Whether no line can go; False where that was not found out to the end."""


Judge: TypeAlias = Callable[[Case], Verdict | None]
"""The verdict on a case; None where the parser is not asked."""


def whole(case: Case, verdict: Verdict) -> Smallest:
    """The failure shown by all of the case, nothing having been tried."""
    return Smallest(case, verdict, tuple(range(len(lines_of(case)))), minimal=False)


def reduce(case: Case, verdict: Verdict, judge: Judge, *, budget: int = BUDGET) -> Smallest:
    """The fewest lines of *case* with a verdict of the same key.

    Whole mappings are taken away first, then each field wherever it stands, then single lines.
    *judge* is called *budget* times at most.
    """
    cut = _Whole.of(case)
    if cut is None:
        return attrs.evolve(whole(case, verdict), minimal=True)
    search = _Search(cut, judge, budget, frozenset(range(len(cut.lines))), case, verdict)
    try:
        search.drop(cut.mappings())
        search.drop(cut.fields())
        search.drop([frozenset((at,)) for at in range(len(cut.lines))])
    except _Spent:
        return search.found(minimal=False)
    return search.found(minimal=True)


class _Spent(Exception):
    """No run is left."""


@attrs.define
class _Search:
    """Delta debugging (Zeller, Hildebrandt 2002), with complements alone."""

    whole: _Whole
    judge: Judge
    left: int
    """Runs that may still be made."""
    kept: frozenset[int]
    case: Case
    """What is kept, as a case."""
    verdict: Verdict

    def drop(self, groups: Iterable[frozenset[int]]) -> None:
        """Drop what can go of these groups of lines: all at once, then ever fewer, then one by one.

        At the end none of them can. Raises `_Spent`.
        """
        there = [group & self.kept for group in groups if group & self.kept]
        size = len(there)
        while size:
            before = self.kept
            # The last ones first: what a case is about is often its first mapping.
            for end in range(len(there), 0, -size):
                start = max(0, end - size)
                rest = self.kept.difference(*there[start:end])
                if self._keep(rest):
                    del there[start:end]
            if size > 1:
                size //= 2
            elif self.kept == before:
                return

    def found(self, *, minimal: bool) -> Smallest:
        return Smallest(self.case, self.verdict, tuple(sorted(self.kept)), minimal)

    def _keep(self, lines: frozenset[int]) -> bool:
        """Keep no other lines than these, if they fail as the whole does."""
        smaller = self.whole.part(lines)
        if smaller is None:
            return False
        if not self.left:
            raise _Spent
        self.left -= 1
        verdict = self.judge(smaller)
        if verdict is None or verdict.key != self.verdict.key:
            return False
        self.kept, self.case, self.verdict = lines, smaller, verdict
        return True
