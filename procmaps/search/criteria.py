"""What a mapping must be to be found: `Criteria`, checked on columns without making records."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal

import attrs

from procmaps._cached_property import cached_property
from procmaps.grammar.loading import load as load_grammar
from procmaps.records.device import Device
from procmaps.records.names import FileBacked, FilePath, Labelled, Name
from procmaps.records.perms import Perms
from procmaps.search.file_identity import FileIdentity
from procmaps.search.name_patterns import base_name, has_name
from procmaps.search.perms_patterns import has_perms
from procmaps.snapshots.snapshot import Snapshot

Backing = Literal["file", "anonymous", "shared", "kernel"]
"""What the memory is made of."""

BACKINGS: Final[dict[str, Backing]] = {
    "file": "file",
    "anonymous": "anonymous",
    "heap": "anonymous",
    "stack": "anonymous",
    "thread_stack": "anonymous",
    "anon": "anonymous",
    "anon_shmem": "shared",
    "shared_zero": "shared",
    "sysv": "shared",
    "memfd": "shared",
    "ashmem": "shared",
    "anon_hugepage": "shared",
    "secretmem": "shared",
}
"""The backing by `Name.kind`; that of every other kind is ``"kernel"``."""

ANONYMOUS_KINDS: Final = tuple(
    kind for kind, backing in BACKINGS.items() if backing != "file" and kind != "memfd"
)
"""The kinds of memory that programs fill themselves, without a file of any sort. A memfd can have
the kind ``anon_shmem``, because a label hides its name."""

CACHED_NAMES: Final = 1 << 16
"""Distinct name columns whose verdict is kept: libraries are the same in all processes."""


def backing_of(kind: str) -> Backing:
    """Return what memory of a `Name.kind` is made of.

    ``"file"`` is a file or device with a path, ``"anonymous"`` private memory without a file,
    ``"shared"`` memory that processes can share without such a file: memfds, System V segments,
    ``/dev/zero``. ``"kernel"`` is everything else: ``[vdso]``, buffers of drivers, unknown names.
    """
    return BACKINGS.get(kind, "kernel")


@attrs.frozen(slots=False)
class Criteria:
    """Conditions, all of which a mapping must fulfil. An empty one is always fulfilled.

    names       Patterns of the whole name column or its last component.
    paths       Patterns of the original path or its last component; see `Mapping.path`.
    libraries   Patterns of the last component of a path.
    labels      Patterns of the whole label.
    kinds       Values of `Name.kind`.
    backings    Values of `backing_of`.
    perms       A pattern that `check_perms` accepts.
    sizes       The least and the largest size in bytes; None: no limit.
    files       Identities of which the mapping must have one.
    inode       The inode number.
    device      The device.
    deleted     Whether the name must be that of an unlinked file; None: no condition.
    only_files  Whether a file with a path must be mapped.
    """

    names: tuple[re.Pattern[bytes], ...] = ()
    paths: tuple[re.Pattern[bytes], ...] = ()
    libraries: tuple[re.Pattern[bytes], ...] = ()
    labels: tuple[re.Pattern[bytes], ...] = ()
    kinds: frozenset[str] = frozenset()
    backings: frozenset[str] = frozenset()
    perms: str | None = None
    sizes: tuple[int | None, int | None] = (None, None)
    files: frozenset[FileIdentity] = frozenset()
    inode: int | None = None
    device: Device | None = None
    deleted: bool | None = None
    only_files: bool = False

    def accepts_name(self, name: Name) -> bool:
        """Return whether *name* fulfils the conditions on names."""
        return (
            (not self.names or has_name(name.raw, self.names))
            and (not self.kinds or name.kind in self.kinds)
            and (not self.backings or backing_of(name.kind) in self.backings)
            and (not self.labels or _has_label(name, self.labels))
            and (not self.paths or _has_path(name, self.paths))
            and (not self.libraries or _is_library(name, self.libraries))
            and (not self.only_files or isinstance(name, FilePath))
            and (self.deleted is None or is_deleted(name) is self.deleted)
        )

    def accepts_raw(self, raw: bytes, dialect: str) -> bool:
        """Return whether a name column, in a text of *dialect*, fulfils the conditions on names."""
        return not self._asks_names or self._verdict(raw, dialect)

    def rows(self, snapshot: Snapshot) -> Sequence[int]:
        """Return the rows of *snapshot* that fulfil all conditions, ascending."""
        columns = snapshot.columns
        allowed = self.allowed_perms
        if allowed is not None and allowed.isdisjoint(columns.perms):
            return ()
        rows: Sequence[int] = range(len(columns))
        if self._asks_names:
            wanted = self._wanted_names(snapshot)
            if not wanted:
                return ()
            rows = [row for row, name in enumerate(columns.name_index) if name in wanted]
        if allowed is not None:
            perms = columns.perms
            rows = [row for row in rows if perms[row] in allowed]
        return [*self._by_numbers(snapshot, rows)] if self._asks_numbers else rows

    def _by_numbers(self, snapshot: Snapshot, rows: Sequence[int]) -> Iterator[int]:
        columns, (least, most) = snapshot.columns, self.sizes
        for row in rows:
            size = columns.end[row] - columns.start[row]
            file = FileIdentity(columns.major[row], columns.minor[row], columns.inode[row])
            if (
                (least is None or size >= least)
                and (most is None or size <= most)
                and (not self.files or file in self.files)
                and (self.inode is None or file.inode == self.inode)
                and (self.device is None or Device(file.major, file.minor) == self.device)
            ):
                yield row

    @property
    def _asks_numbers(self) -> bool:
        return bool(
            self.sizes != (None, None)
            or self.files
            or self.inode is not None
            or self.device is not None
        )

    @property
    def _asks_names(self) -> bool:
        return bool(
            self.names
            or self.kinds
            or self.backings
            or self.labels
            or self.paths
            or self.libraries
            or self.only_files
            or self.deleted is not None
        )

    @cached_property
    def allowed_perms(self) -> frozenset[int] | None:
        """The permissions that are accepted, as `Perms.flags`; None for all."""
        if self.perms is None:
            return None
        every = (Perms.from_flags(flags) for flags in range(256))
        return frozenset(each.flags for each in every if has_perms(str(each), self.perms))

    @cached_property
    def _verdict(self) -> Callable[[bytes, str], bool]:
        @functools.lru_cache(CACHED_NAMES)
        def verdict(raw: bytes, dialect: str) -> bool:
            return self.accepts_name(load_grammar(dialect).parse_name(raw))

        return verdict

    def _wanted_names(self, snapshot: Snapshot) -> set[int]:
        verdict, dialect = self._verdict, snapshot.dialect.name
        return {index for index, raw in enumerate(snapshot.columns.names) if verdict(raw, dialect)}


def is_deleted(name: Name) -> bool:
    """Return whether *name* is that of a file with a path that was unlinked.

    A memfd and others that never had a directory entry are not, whatever suffix is printed.
    """
    return isinstance(name, FilePath) and name.deleted


def _has_label(name: Name, patterns: Sequence[re.Pattern[bytes]]) -> bool:
    return isinstance(name, Labelled) and any(each.fullmatch(name.label) for each in patterns)


def _has_path(name: Name, patterns: Sequence[re.Pattern[bytes]]) -> bool:
    if not isinstance(name, FileBacked):
        return False
    path = name.path
    base = path.rpartition(b"/")[2]
    return any(each.fullmatch(path) or each.fullmatch(base) for each in patterns)


def _is_library(name: Name, patterns: Sequence[re.Pattern[bytes]]) -> bool:
    base = base_name(name.raw)
    return isinstance(name, FilePath) and any(each.fullmatch(base) for each in patterns)
