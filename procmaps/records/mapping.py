"""One `Mapping` for each VMA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

from procmaps.records.device import Device
from procmaps.records.names import Name
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
    """One virtual memory area: a line of ``maps``, or an entry of ``smaps``."""

    start: int
    """The first address."""
    end: int
    """The first address behind it; equal to ``start`` for a hidden stack guard (2.6.32–4.11)."""
    perms: Perms
    offset: int
    """Bytes into the file; on old kernels and for anonymous memory possibly not 0 (≤ 2.6.24)."""
    device: Device
    inode: int
    name: Name
    usage: Usage | None = None
    """None for ``maps``; else the smaps fields."""

    @property
    def size(self) -> int:
        """Bytes of address space."""
        return self.end - self.start

    def __contains__(self, address: object) -> bool:
        return isinstance(address, int) and self.start <= address < self.end


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
