"""One round of reading a racer in every way, with counts of what was seen."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import attrs

import procmaps
from procmaps.formats.file_kinds import FileKind
from procmaps.live.querier import Method
from tests.trials.racing.judge import disorder, query_violations, violations
from tests.trials.racing.racer_process import Racer

QUERIES = 50
"""Queries in a round by ioctl; one in ten as many by text, which reads all of ``maps``."""

READS: dict[FileKind, Callable[[int, int], procmaps.Snapshot]] = {
    "maps": lambda pid, retries: procmaps.maps(pid, retries=retries),
    "smaps": lambda pid, retries: procmaps.smaps(pid, retries=retries),
}
"""The reads of whole files that can be torn, by kind of file."""

RETRIES = 3


@attrs.define
class Tally:
    """What was read, and what was wrong with it."""

    counts: Counter[str] = attrs.field(factory=Counter[str])
    """By event, such as ``maps, torn``."""
    violations: list[str] = attrs.field(factory=list[str])


def query_methods(pid: int) -> tuple[Method, ...]:
    """Return the methods of a query that this kernel has: the ioctl since 6.11, and the text."""
    with procmaps.Querier(pid, method="ioctl") as querier:
        try:
            querier.query(0)
        except procmaps.QueryUnsupported:
            return ("text",)
    return ("ioctl", "text")


class Readers:
    """Reads one racer, again and again."""

    def __init__(self, racer: Racer, seed: int, tally: Tally) -> None:
        self._racer = racer
        self._chance = random.Random(seed)
        self._tally = tally
        self._methods = query_methods(racer.pid)

    def round(self) -> None:
        """Read the racer once in every way."""
        for kind in READS:
            self._read(kind, 0)
            self._read(kind, RETRIES)
        self._read_rollup()
        for method in self._methods:
            self._query(method, QUERIES if method == "ioctl" else QUERIES // 10)
        self._read_children()

    def _note(self, event: str, found: Iterator[str]) -> None:
        self._tally.counts[event] += 1
        self._tally.violations += [f"{event}: {each}" for each in found]

    def _read(self, kind: FileKind, retries: int) -> None:
        snapshot = READS[kind](self._racer.pid, retries)
        event = f"{kind}, {retries} retries"
        self._note(event, violations(snapshot, self._racer.stable))
        lines = disorder(snapshot.dumps())
        self._tally.counts[f"{event}, torn"] += bool(lines)
        for problem in snapshot.problems:
            self._tally.counts[f"{event}, {problem.kind}"] += 1
        self._tally.counts["mappings"] += len(snapshot)

    def _read_rollup(self) -> None:
        snapshot = procmaps.rollup(self._racer.pid)
        wrong = [] if len(snapshot) == 1 and not snapshot.problems else [repr(snapshot)]
        self._note("smaps_rollup", iter(wrong))

    def _query(self, method: Method, count: int) -> None:
        stable = self._racer.stable
        low, high = min(each.start for each in stable), max(each.end for each in stable)
        with procmaps.Querier(self._racer.pid, method=method) as querier:
            for _ in range(count):
                one = self._chance.choice(stable)
                address = self._chance.randrange(one.start, one.end)
                found = query_violations(querier.query(address), address, one)
                self._note(f"queries by {method}, stable", found)
                address = self._chance.randrange(low, high)
                found = query_violations(querier.query(address), address, None)
                self._note(f"queries by {method}, anywhere", found)

    def _read_children(self) -> None:
        """Read the children, which exit or replace their program meanwhile."""
        for kind in READS:
            for _, result in procmaps.iter_snapshots(self._racer.children(), kind):
                if isinstance(result, procmaps.LiveError):
                    self._tally.counts[f"children, {kind}: {type(result).__name__}"] += 1
                else:
                    found = violations(result, self._racer.stable, replaced=True)
                    self._note(f"children, {kind}", found)
