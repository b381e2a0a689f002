"""`find_mappings`: who maps what, over all processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, get_args

import attrs

from procmaps._arguments import BytesOrStr, StrOrBytesPath, as_count
from procmaps.engines.line_filter import PlainLines
from procmaps.errors import LiveError
from procmaps.grammar.loading import DEFAULT_DIALECT
from procmaps.live.failures import EXHAUSTED, failed_error, missing_error
from procmaps.live.gaps import Gap
from procmaps.live.proc_file_path import ProcFile, Root, root_path
from procmaps.records.device import Device
from procmaps.records.kinds import known_kinds
from procmaps.records.mapping import Mapping
from procmaps.records.names import FilePath
from procmaps.search.build_ids import BuildIds
from procmaps.search.conditions import OneOrMany, build_id_start, globs, identities, words
from procmaps.search.criteria import Backing, Criteria, is_deleted
from procmaps.search.found import FileState, FoundMapping, FoundMappings
from procmaps.search.line_search import Reading, read_lines
from procmaps.search.name_patterns import library_pattern
from procmaps.search.perms_patterns import check_perms
from procmaps.search.replaced_files import ReplacedFiles
from procmaps.search.twins import Twins, vdso_of
from procmaps.snapshots.loading import loads
from procmaps.snapshots.problem import Problem
from procmaps.snapshots.snapshot import Snapshot

_BATCH: Final = 64
"""Processes whose lines become records at once, because each text takes some time."""


def find_mappings(
    pids: Iterable[int] | None = None,
    *,
    name: OneOrMany[BytesOrStr] = (),
    path: OneOrMany[BytesOrStr] = (),
    library: OneOrMany[BytesOrStr] = (),
    label: OneOrMany[BytesOrStr] = (),
    kind: OneOrMany[str] = (),
    backing: OneOrMany[Backing] = (),
    perms: str | None = None,
    min_size: int | None = None,
    max_size: int | None = None,
    file: StrOrBytesPath | None = None,
    inode: int | None = None,
    device: Device | str | None = None,
    state: OneOrMany[FileState] = (),
    build_id: bytes | str | None = None,
    build_ids: bool = False,
    threads: int | None = None,
    root: Root = "/proc",
) -> FoundMappings:
    """Find the mappings of all processes, or of *pids*, that fulfil every condition given.

    A condition with several values is fulfilled by any of them.

    * *name*: globs of the whole name column or its last component: ``"[heap]"``, ``"libc*"``. ``*``
      and ``?`` are wild, brackets are not.
    * *path*: globs of the original path, or its last component; `Mapping.path`.
    * *library*: the name of a library in any version: ``"libssl"`` is ``libssl.so.3``.
    * *label*: globs of the label of anonymous memory, a memfd …; `Mapping.label`.
    * *kind*: kinds of names: ``"heap"``, ``"memfd"`` …; `Name.kind`.
    * *backing*: ``"file"`` (a path), ``"anonymous"``, ``"shared"`` (memfd, System V, shared
      anonymous memory) or ``"kernel"`` (everything else, such as ``[vdso]``).
    * *perms*: letters that must be set, ``"wx"``; or all four characters, ``"r-xp"``, with
      ``?`` for any.
    * *min_size*, *max_size*: bytes, both inclusive.
    * *file*: the path of a file here; finds the same inode under any name: hard links, other mount
      namespaces, deleted ones. On Btrfs also a file of another subvolume with this inode number.
    * *inode*, *device*: as printed in ``maps``.
    * *state*: ``"deleted"`` (unlinked, as after an upgrade) or ``"replaced"`` (another file is at
      the path that the process sees).
    * *build_id*: the GNU build ID, or its first bytes; as ``str`` in hexadecimal. *build_ids* reads
      that of every mapping found without being a condition.

    The processes run on meanwhile, so the result is not of one moment. *threads* read side by side,
    as in `procmaps.iter_snapshots`. Processes that may not be read are `FoundMappings.gaps`; an
    address space of several processes is searched once (``kcmp``, 3.5, for ``/proc`` only).

    Raises `ValueError` or `TypeError` for a condition that nothing can fulfil, `OSError` if *file*
    cannot be examined, and `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    wanted_id = None if build_id is None else build_id_start(build_id)
    states = words("state", state, get_args(FileState))
    criteria = Criteria(
        names=globs(name),
        paths=globs(path),
        libraries=globs(library, library_pattern),
        labels=globs(label),
        kinds=words("kind", kind, known_kinds()),
        backings=words("backing", backing, get_args(Backing)),
        perms=None if perms is None else check_perms(perms),
        sizes=(_size("min_size", min_size), _size("max_size", max_size)),
        files=frozenset() if file is None else identities(file),
        inode=None if inode is None else as_count("inode", inode, least=0),
        device=Device.from_text(device) if isinstance(device, str) else device,
        deleted=True if states and "replaced" not in states else None,
        only_files=bool(states),
    )
    folder = root_path(root)
    files = BuildIds(folder), ReplacedFiles(folder)
    search = _Search(criteria, states, wanted_id, build_ids, folder, *files)
    return search.over(read_lines(pids, criteria, threads=threads, root=root))


@attrs.define
class _Search:
    """One search, with what it has learned of files, and what it has found."""

    criteria: Criteria
    states: frozenset[str]
    build_id: bytes | None
    build_ids: bool
    root: str
    ids: BuildIds
    files: ReplacedFiles
    found: list[FoundMapping] = attrs.field(factory=list[FoundMapping])
    gaps: list[Gap] = attrs.field(factory=list[Gap])
    problems: list[tuple[int, Problem]] = attrs.field(factory=list[tuple[int, Problem]])
    processes: int = 0

    def over(self, readings: Iterable[tuple[int, Reading]]) -> FoundMappings:
        """Search every process of *readings*."""
        twins: dict[int, int] = {}
        known = Twins(self.root)
        waiting: list[tuple[int, PlainLines | LiveError]] = []
        for pid, read in readings:
            if not isinstance(read, LiveError):
                vdso = vdso_of(read) if isinstance(read, Snapshot) else read.mark
                if (twin := known.twin_of(pid, vdso)) is not None:
                    twins[pid] = twin
                    continue
            if isinstance(read, Snapshot):
                self._take(waiting)
                waiting.clear()
                self._search(pid, read)
                continue
            waiting.append((pid, read))
            if len(waiting) == _BATCH:
                self._take(waiting)
                waiting.clear()
        self._take(waiting)
        return FoundMappings(
            tuple(self.found), self.processes, tuple(self.gaps), twins, tuple(self.problems)
        )

    def _take(self, readings: Sequence[tuple[int, PlainLines | LiveError]]) -> None:
        """Add the lines that were found in each process, and the processes without any."""
        text = b"".join(read.lines for _, read in readings if isinstance(read, PlainLines))
        records = iter(loads(text, dialect=DEFAULT_DIALECT))
        for pid, read in readings:
            if isinstance(read, LiveError):
                self.gaps.append(Gap(pid, read))
            else:
                self._add(pid, [*islice(records, read.lines.count(b"\n"))])

    def _search(self, pid: int, snapshot: Snapshot) -> None:
        self.problems += ((pid, problem) for problem in snapshot.problems)
        self._add(pid, [snapshot[row] for row in self.criteria.rows(snapshot)])

    def _add(self, pid: int, mappings: Sequence[Mapping]) -> None:
        try:
            self.found += self._of(pid, mappings)
            self.processes += 1
        except LiveError as error:
            self.gaps.append(Gap(pid, error))

    def _of(self, pid: int, mappings: Sequence[Mapping]) -> list[FoundMapping]:
        found: list[FoundMapping] = []
        for mapping in mappings:
            state = self._state(pid, mapping, self.files)
            if not self.states or state in self.states:
                found.append(FoundMapping(pid, mapping, state))
        if not found or (self.build_id is None and not self.build_ids):
            return found
        for index, each in enumerate(self.ids.of(pid, [each.mapping for each in found])):
            found[index] = attrs.evolve(found[index], build_id=each)
        if self.build_id is not None:
            wanted = self.build_id
            found = [each for each in found if each.build_id and each.build_id.startswith(wanted)]
        return found

    def _state(self, pid: int, mapping: Mapping, files: ReplacedFiles) -> FileState | None:
        if is_deleted(mapping.name):
            return "deleted"
        if "replaced" not in self.states or not isinstance(mapping.name, FilePath):
            return None
        try:
            return "replaced" if files.is_replaced(pid, mapping) else None
        except OSError as error:
            file = ProcFile(pid, "maps", None, self.root)
            if error.errno in EXHAUSTED:
                raise failed_error(file, error) from error
            raise missing_error(file) from error


def _size(name: str, value: int | None) -> int | None:
    return None if value is None else as_count(name, value, least=0)
