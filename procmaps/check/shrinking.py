"""Shrink a failing dump: remove lines as long as the dump still fails in the same way.

The expectation shrinks with the dump: a mapping goes with its header line, a field with its own
line, and an invalid line of an invalid dump stays. Some dumps have lines that do not correspond to
records, such as a forged header inside a name. These are not shrunk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import attrs

from procmaps.check.cases import Case
from procmaps.check.failure_reasons import same_failure
from procmaps.check.verdicts import Verdict
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import Grammar, load
from procmaps.records.mapping import Mapping
from procmaps.records.usage import Usage

BUDGET: Final = 256
"""Maximum runs of a parser for one failure: enough for a dump of a hundred needed mappings."""

Lines: TypeAlias = tuple[int, ...]
"""Indices of lines in a dump, from 0."""

_ATTRIBUTES: Final = {field.key: field.attribute for field in FIELDS.values()}
_DIALECTS: Final = frozenset(known.name for known in DIALECTS)


# --- a case with fewer lines ----------------------------------------------------------------------


def grammar_of(case: Case) -> Grammar:
    """Return the grammar of the case's producer."""
    word = case.producer.partition("-")[0]
    return load(word if word in _DIALECTS else "linux")


def lines_of(case: Case) -> list[bytes]:
    """Return the lines of the dump, each with its line end; a name with a newline is one line."""
    grammar = grammar_of(case)
    found: list[bytes] = []
    start = 0
    while start < len(case.data):
        end = grammar.line_end(case.data, start)
        found.append(case.data[start:end])
        start = end
    return found


def keep_lines(case: Case, kept: Iterable[int]) -> Case | None:
    """Return the case with only these lines, or None if they make no dump of whole records."""
    divided = _DividedCase.of(case)
    return None if divided is None else divided.keep(kept)


def with_records(case: Case, new_index: dict[int, int], kept: Iterable[Mapping]) -> Case:
    """Return the case with the records *kept*; *new_index* maps their old indices to new ones."""
    return attrs.evolve(
        case,
        records=tuple(kept),
        interpretations=tuple(
            attrs.evolve(item, record=new_index[item.record])
            for item in case.interpretations
            if item.record in new_index
        ),
        either=tuple(
            attrs.evolve(
                allowed,
                records=None
                if allowed.records is None
                else tuple(new_index[old] for old in allowed.records if old in new_index),
            )
            for allowed in case.either
        ),
    )


@attrs.frozen
class _Entry:
    """A record of the case and its lines."""

    record: Mapping
    header: int
    fields: tuple[int, ...]
    """The lines after the header, without invalid ones."""

    @property
    def lines(self) -> frozenset[int]:
        return frozenset((self.header, *self.fields))


@attrs.frozen
class _DividedCase:
    """A case whose lines correspond to its records."""

    case: Case
    lines: Sequence[bytes]
    entries: Sequence[_Entry]
    invalid: frozenset[int]

    @classmethod
    def of(cls, case: Case) -> _DividedCase | None:
        """Return the lines and records of *case*, or None if they do not correspond."""
        lines = lines_of(case)
        header = grammar_of(case).header
        headers = [index for index, line in enumerate(lines) if header.fullmatch(line)]
        invalid = frozenset(item.line - 1 for item in case.invalid_lines)
        before = range(headers[0] if headers else len(lines))
        if not lines or len(headers) != len(case.records) or not invalid.issuperset(before):
            return None
        bounds = itertools.pairwise([*headers, len(lines)])
        entries = [
            _Entry(record, start, tuple(n for n in range(start + 1, end) if n not in invalid))
            for record, (start, end) in zip(case.records, bounds, strict=True)
        ]
        return cls(case, lines, entries, invalid)

    def mappings(self) -> Iterator[frozenset[int]]:
        """Return the lines of each mapping."""
        return (entry.lines for entry in self.entries)

    def fields(self) -> Iterable[frozenset[int]]:
        """Return the lines of each smaps field, in all mappings together."""
        found: dict[bytes, set[int]] = {}
        for entry in self.entries:
            for index in entry.fields:
                found.setdefault(self.lines[index].partition(b":")[0], set()).add(index)
        return map(frozenset, found.values())

    def keep(self, kept: Iterable[int]) -> Case | None:
        """Return the case with only these lines, or None if they make no dump of whole records."""
        chosen = frozenset(kept)
        if not chosen or not chosen.issubset(range(len(self.lines))) or self.invalid - chosen:
            return None
        remaining: list[Mapping] = []
        new_index: dict[int, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.header not in chosen:
                if not chosen.isdisjoint(entry.fields):
                    return None
                continue
            removed = [self.lines[index] for index in entry.fields if index not in chosen]
            record = _without_fields(entry.record, removed)
            if record is None:
                return None
            new_index[number] = len(remaining)
            remaining.append(record)
        lines = sorted(chosen)
        return attrs.evolve(
            with_records(self.case, new_index, remaining),
            data=b"".join(self.lines[index] for index in lines),
            invalid_lines=tuple(
                attrs.evolve(item, line=lines.index(item.line - 1) + 1)
                for item in self.case.invalid_lines
            ),
        )


def _without_fields(record: Mapping, lines: Iterable[bytes]) -> Mapping | None:
    """Return the record without the fields in *lines*, or None if a line is no single field."""
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
        usage = _evolve(usage, {attribute: None} if attribute and known else {"extra": extra})
    return attrs.evolve(record, usage=usage)


def _evolve(usage: Usage, changes: dict[str, Any]) -> Usage:
    return attrs.evolve(usage, **changes)


# --- the search -----------------------------------------------------------------------------------


@attrs.frozen
class ShrunkFailure:
    """A failure and the smallest dump that was found to show it."""

    case: Case
    """The remaining part of the case; the whole case if no line can go."""
    verdict: Verdict
    """The verdict on that part. Its key and its reason are those of the whole case."""
    lines: Lines = ()
    """The remaining lines of the case; empty for a dump that is not a part of a case."""
    minimal: bool = True
    """Whether no line can go; False if the search was cut short."""


Judge: TypeAlias = Callable[[Case], Verdict | None]
"""Returns the verdict on a case, or None if the parser is not asked."""

Same: TypeAlias = Callable[[Verdict, Verdict, bytes], bool]
"""Whether the second verdict, on some lines of a dump, is the failure of the first, on all."""


def unshrunk(case: Case, verdict: Verdict) -> ShrunkFailure:
    """Return the failure with the whole dump, without a search."""
    return ShrunkFailure(case, verdict, tuple(range(len(lines_of(case)))), minimal=False)


def shrink(
    case: Case, verdict: Verdict, judge: Judge, *, budget: int = BUDGET, same: Same = same_failure
) -> ShrunkFailure:
    """Return the fewest lines of *case* that fail in the same way, for the same reason.

    The search removes whole mappings first, then each field in all mappings, then single lines.
    It calls *judge* at most *budget* times.
    """
    divided = _DividedCase.of(case)
    if divided is None:
        return attrs.evolve(unshrunk(case, verdict), minimal=True)
    lines = frozenset(range(len(divided.lines)))
    search = _Search(divided, judge, same, budget, lines, case, verdict, verdict)
    try:
        search.remove(divided.mappings())
        search.remove(divided.fields())
        search.remove([frozenset((index,)) for index in range(len(divided.lines))])
    except _BudgetSpent:
        return search.result(minimal=False)
    return search.result(minimal=True)


class _BudgetSpent(Exception):
    """The search has used all its runs."""


@attrs.define
class _Search:
    """Delta debugging (Zeller, Hildebrandt 2002), with complements only."""

    divided: _DividedCase
    judge: Judge
    same: Same
    runs_left: int
    kept: frozenset[int]
    case: Case
    """The kept lines as a case."""
    verdict: Verdict
    whole: Verdict
    """The verdict on the whole case: the search cannot slide away from it step by step."""

    def remove(self, groups: Iterable[frozenset[int]]) -> None:
        """Remove groups of lines: all at once, then fewer at a time, then one by one.

        Afterwards no single group can go. Raises `_BudgetSpent`.
        """
        remaining = [group & self.kept for group in groups if group & self.kept]
        size = len(remaining)
        while size:
            before = self.kept
            # The last ones first: the subject of a case is often its first mapping.
            for end in range(len(remaining), 0, -size):
                start = max(0, end - size)
                if self._try(self.kept.difference(*remaining[start:end])):
                    del remaining[start:end]
            if size > 1:
                size //= 2
            elif self.kept == before:
                return

    def result(self, *, minimal: bool) -> ShrunkFailure:
        return ShrunkFailure(self.case, self.verdict, tuple(sorted(self.kept)), minimal)

    def _try(self, lines: frozenset[int]) -> bool:
        """Keep only *lines* if they fail as the whole dump does; return whether they do."""
        smaller = self.divided.keep(lines)
        if smaller is None:
            return False
        if not self.runs_left:
            raise _BudgetSpent
        self.runs_left -= 1
        verdict = self.judge(smaller)
        if verdict is None or not self.same(self.whole, verdict, self.divided.case.data):
            return False
        self.kept, self.case, self.verdict = lines, smaller, verdict
        return True
