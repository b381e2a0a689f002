"""One `Mapping` for each VMA."""

from __future__ import annotations

from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from procmaps._arguments import as_address
from procmaps.errors import escape_bytes
from procmaps.formats.header_line import CURRENT_HEADER
from procmaps.records.device import Device
from procmaps.records.names import NEWLINE, FileBacked, Labelled, Name
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage


class UsageSource(Protocol):
    """Makes the usage of a mapping from the columns of a text."""

    def usage(self, row: int) -> Usage:
        """Return the usage in *row* of the usage table."""
        ...


class _WithUsageSource:
    """The base of `Mapping`: a slot that is no attribute of the record."""

    __slots__ = ("_usage_source",)

    _usage_source: UsageSource
    """Not set where a caller made the record."""


class _LazyUsage:
    """The smaps fields, as `Usage`; None for ``maps``. Built on first access.

    A descriptor, whose slot contains a `Usage`, None, or a row of the usage table. Most readers of
    smaps ask for the usage of a few mappings, and a usage has three dozen fields.
    """

    def __init__(self, slot: MemberDescriptorType, source: MemberDescriptorType) -> None:
        """*source* is the slot of the `UsageSource`."""
        self._slot = slot
        self._source = source

    def __get__(self, mapping: _WithUsageSource | None, owner: type | None = None) -> object:
        if mapping is None:
            return self
        usage = self._slot.__get__(mapping)
        if isinstance(usage, int):
            # Two threads may both make it; the results are equal.
            usage = self._source.__get__(mapping).usage(usage)
            self._slot.__set__(mapping, usage)
        return usage

    def __set__(self, mapping: object, usage: object) -> None:
        # Called by `__init__` and on unpickling; `Mapping` itself is frozen.
        if usage is not None and not isinstance(usage, Usage):
            msg = f"usage must be a Usage or None, not {usage!r}"
            raise TypeError(msg)
        self._slot.__set__(mapping, usage)


@attrs.frozen(weakref_slot=False)
class Mapping(_WithUsageSource):
    """One virtual memory area: a line of ``maps`` or an entry of ``smaps``.

    start    First address.
    end      End address, exclusive. Equal to ``start`` for a hidden stack guard (2.6.32–4.11).
    perms    Access rights, as `Perms`: ``mapping.perms == "rw-p"``.
    offset   Offset of ``start`` in the file, in bytes. Up to 2.6.24 it may be non-zero for
             anonymous memory.
    device   Device of the file, as `Device`; 0:0 without a file.
    inode    Inode number of the file; 0 without a file.
    name     The name column, as a subclass of `Name`: `FilePath`, `AnonName`, `Heap` …
    usage    The smaps fields, as `Usage`; None for ``maps``.

    ``address in mapping`` is true for addresses from ``start`` up to but not including ``end``.
    ``str(mapping)`` is the header line as a current 64-bit Linux prints it. It contains the name
    unescaped; ``repr(mapping)`` is safe to print on a terminal.
    """

    start: int
    end: int
    perms: Perms
    offset: int
    device: Device
    inode: int
    name: Name
    usage: Usage | None = None

    @property
    def size(self) -> int:
        """Size of the address range in bytes."""
        return self.end - self.start

    @property
    def path(self) -> bytes | None:
        """The most likely original path of the file, or None if the name is not a path.

        Newlines are restored and `` (deleted)`` is removed; see `FileBacked.path`.
        """
        return self.name.path if isinstance(self.name, FileBacked) else None

    @property
    def label(self) -> bytes | None:
        """The label that a program or driver chose, or None; see `Labelled`."""
        return self.name.label if isinstance(self.name, Labelled) else None

    if TYPE_CHECKING:
        # attrs makes both methods. Without them mypy --strict-equality rejects
        # `address in snapshot`.
        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...

    def __contains__(self, address: object) -> bool:
        return self.start <= as_address(address) < self.end

    def __str__(self) -> str:
        prefix = CURRENT_HEADER.prefix(
            self.start,
            self.end,
            str(self.perms),
            self.offset,
            (self.device.major, self.device.minor),
            self.inode,
        )
        # One line in any case: dialects that do not escape newlines have them in `raw`.
        name = self.name.raw.replace(b"\n", NEWLINE)
        return CURRENT_HEADER.line(prefix, name).decode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        name = f" {escape_bytes(self.name.raw)}" if self.name.raw else ""
        usage = "" if self.usage is None else f", {_summary(self.usage)}"
        return f"<Mapping {self.start:#x}-{self.end:#x} {self.perms}{name}{usage}>"


def _summary(usage: Usage) -> str:
    """Return the resident size of a mapping for its ``repr``."""
    return "rss unknown" if usage.rss is None else f"rss {usage.rss // 1024} kB"


MAPPING_SLOTS: Final[tuple[MemberDescriptorType, ...]] = attrgetter(
    *(field.name for field in attrs.fields(Mapping)), "_usage_source"
)(Mapping)
"""The slots of a mapping, one for each attribute, and that of its `UsageSource`.

`procmaps.snapshots.record_builder` sets them because `Mapping.__init__` makes a call for each
attribute of each record. It may set ``usage`` to a row of the usage table.
"""

# attrs has made a slot for each attribute. Only now can one of them get another descriptor.
_USAGE: Final = "usage"
setattr(Mapping, _USAGE, _LazyUsage(*MAPPING_SLOTS[-2:]))
