"""One `Mapping` for each VMA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

from procmaps._arguments import as_address
from procmaps.errors import escape_bytes
from procmaps.formats.header_line import CURRENT_HEADER
from procmaps.records.device import Device
from procmaps.records.names import NEWLINE, FileBacked, Labelled, Name
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage


class UsageSource(Protocol):
    """Where a mapping has its usage from."""

    def usage(self, row: int) -> Usage:
        """The usage of one row of the text."""
        ...


class Late:
    """A mapping whose usage is made when it is first asked for, of the columns of the text.

    Most readers of smaps ask for the usage of a few mappings, and it has three dozen fields. The
    mapping is the same to everybody: equal, hashable, printable, frozen and picklable as any other.
    """

    __slots__ = ("_row", "_source")

    _row: int
    _source: UsageSource
    """Not set in a record that was made by hand, or whose usage has been made."""

    if not TYPE_CHECKING:  # a checker would take every name for an attribute

        def __getattr__(self, name: str) -> object:
            # Called only where a slot is empty, or there is none of that name.
            if name == "usage" and (source := getattr(self, "_source", None)):
                # Two threads may both make it: one like the other.
                _USAGE.__set__(self, source.usage(self._row))
            return object.__getattribute__(self, name)


@attrs.frozen(weakref_slot=False)
class Mapping(Late):
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
    ``str(mapping)`` is the header line as a current 64-bit Linux prints it.
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


class Draft(Late):
    """A mapping that is being made: it becomes a frozen `Mapping` by a change of its class.

    attrs fills a frozen record by one call a field; plain assignment takes a fifth of that. Python
    allows the change because both classes have the same slots.
    """

    __slots__ = tuple(field.name for field in attrs.fields(Mapping))

    def __init__(
        self,
        start: int,
        end: int,
        perms: Perms,
        offset: int,
        device: Device,
        inode: int,
        name: Name,
        source: UsageSource | None,
        row: int,
    ) -> None:
        """*source* has the usage of *row*; None where there is none."""
        self.start, self.end = start, end
        self.perms, self.offset = perms, offset
        self.device, self.inode = device, inode
        self.name = name
        if source is None:
            self.usage = None
        else:
            self._source, self._row = source, row
        self.__class__ = Mapping  # type: ignore[assignment]


_USAGE = Mapping.__dict__["usage"]
"""The slot itself: a frozen record cannot be filled by assignment."""
