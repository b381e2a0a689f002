"""The maps of processes, of which only the lines that a search wants are kept: `LineSearch`.

The kernel takes about two microseconds to print a mapping, so a search may take a fifth of one. A
snapshot of a small process takes longer than all its lines, and is made only where it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from procmaps.engines.line_filter import LineFilter, PlainLines, can_filter
from procmaps.errors import LiveError
from procmaps.grammar.loading import DEFAULT_DIALECT
from procmaps.grammar.loading import load as load_grammar
from procmaps.live.proc_file_path import ProcFile, Root, root_path
from procmaps.live.process_snapshots import maps
from procmaps.live.processes import pids as all_pids
from procmaps.live.processes import worker_count
from procmaps.live.side_by_side import in_threads
from procmaps.search.criteria import Criteria
from procmaps.search.line_conditions import line_conditions
from procmaps.snapshots.snapshot import Snapshot

Reading = PlainLines | Snapshot | LiveError
"""The lines that are wanted of a plain text, or the whole of another, or why there is none."""

CHUNK: Final = 8
"""Processes that a thread reads at once: handing over each would take as long as filtering it."""


def read_lines(
    pids: Iterable[int] | None, criteria: Criteria, *, threads: int | None, root: Root
) -> Iterator[tuple[int, Reading]]:
    """Read each of *pids*, or all processes, in their order; yield each ID with what is wanted.

    The arguments and errors are those of `procmaps.iter_snapshots`.
    """
    workers = worker_count(threads)
    search = LineSearch(criteria, root_path(root))
    chunks = _chunks(all_pids(root) if pids is None else pids)
    return (
        each
        for chunk, found in in_threads(search.read, chunks, workers)
        for each in zip(chunk, found, strict=True)
    )


def _chunks(pids: Iterable[int]) -> Iterator[tuple[int, ...]]:
    rest = iter(pids)
    while chunk := (*islice(rest, CHUNK),):
        yield chunk


class LineSearch:
    """Reads processes in any number of threads.

    All processes of a procfs are printed by one kernel, so its dialect is detected once; what a
    program can choose, such as a label, is looked at in every text. An emulator (``qemu-user``)
    prints the maps of this process itself, so these are always read in full.
    """

    def __init__(self, criteria: Criteria, root: str) -> None:
        self._root = root
        self._grammar = load_grammar(DEFAULT_DIALECT)
        self._conditions = (
            line_conditions(criteria, self._grammar) if can_filter(self._grammar) else None
        )
        self._filters: list[LineFilter] = []
        """Those that no thread is using."""
        self._is_linux = False

    def read(self, pids: Sequence[int]) -> list[Reading]:
        """Read each of *pids*. Raises `TypeError` or `ValueError` as `procmaps.maps` does."""
        if self._conditions is None:
            return [self.read_in_full(pid) for pid in pids]
        try:
            lines = self._filters.pop()
        except IndexError:
            lines = LineFilter(self._grammar, self._conditions)
        found = [self._read(pid, lines) for pid in pids]
        self._filters.append(lines)
        return found

    def _read(self, pid: int, lines: LineFilter) -> Reading:
        file = ProcFile(pid, "maps", None, self._root)
        if self._is_linux and pid != os.getpid():
            found = lines.read(file.path)
            if found is not None:
                return found
        return self.read_in_full(pid)

    def read_in_full(self, pid: int) -> Snapshot | LiveError:
        """Return all of the maps of *pid*, or why there are none."""
        try:
            snapshot = maps(pid, root=self._root, errors="collect")
        except LiveError as error:
            return error
        self._is_linux = self._is_linux or snapshot.dialect.name == DEFAULT_DIALECT
        return snapshot
