"""The typed records: one `Mapping` a VMA, with its `Perms`, `Device` and `Usage`."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Protocol

import attrs

from procmaps.names import Name
from procmaps.vmflags import VmFlags


class Sharing(enum.Enum):
    """The fourth permission character."""

    PRIVATE = "p"
    """Copy on write: ``VM_MAYSHARE`` is not set."""
    SHARED = "s"
    """``VM_MAYSHARE``; on NOMMU: shared, but by a copy."""
    DIRECT = "S"
    """NOMMU only: ``VM_SHARED`` too, the very pages of the file (``nommu_vma_show``)."""
    GUARD = "g"
    """Cygwin only: a guard page."""
    UNTOLD = "-"
    """WSL1 of 2016 and 2017 only: it does not tell."""


@attrs.frozen
class Perms:
    """Access rights: ``str(perms) == "rw-p"``."""

    read: bool
    write: bool
    execute: bool
    sharing: Sharing
    reserved: bool = False
    """Cygwin's ``===``: address space that is reserved, not backed."""

    def __str__(self) -> str:
        rights = (
            "===" if self.reserved else f"{'-r'[self.read]}{'-w'[self.write]}{'-x'[self.execute]}"
        )
        return rights + self.sharing.value

    @property
    def shared(self) -> bool:
        """True for every sharing but private (as Cygwin's guard pages are), and but untold."""
        return self.sharing in (Sharing.SHARED, Sharing.DIRECT)

    @property
    def bits(self) -> int:
        """As in the ``perms`` column: read 1, write 2, execute 4, shared 8, and what few have.

        Those are direct 16, guard 32, reserved 64 and untold 128. The first four are the flags of
        ``PROCMAP_QUERY`` (include/uapi/linux/fs.h, 6.11).
        """
        return (
            self.read
            | self.write << 1
            | self.execute << 2
            | self.shared << 3
            | (self.sharing is Sharing.DIRECT) << 4
            | (self.sharing is Sharing.GUARD) << 5
            | self.reserved << 6
            | (self.sharing is Sharing.UNTOLD) << 7
        )

    @classmethod
    @functools.cache
    def from_bits(cls, bits: int) -> Perms:
        """The permissions whose `bits` are *bits*."""
        sharing = (
            Sharing.DIRECT if bits & 16
            else Sharing.GUARD if bits & 32
            else Sharing.UNTOLD if bits & 128
            else Sharing.SHARED if bits & 8
            else Sharing.PRIVATE
        )  # fmt: skip
        return cls(bool(bits & 1), bool(bits & 2), bool(bits & 4), sharing, bool(bits & 64))

    @classmethod
    @functools.cache
    def from_text(cls, text: str) -> Perms:
        """The permissions that print as *text*, four characters such as ``rw-p``.

        Raises `ValueError` where no producer prints such a text.
        """
        read, write, execute = (text[i : i + 1] == c for i, c in enumerate("rwx"))
        perms = cls(read, write, execute, Sharing(text[3:]), reserved=text[:3] == "===")
        if str(perms) != text:
            msg = f"not permissions as any producer prints them: {text!r}"
            raise ValueError(msg)
        return perms


@attrs.frozen
class Device:
    """The device of the file's super block: ``str(device) == "fd:01"``, hexadecimal.

    It need not be what ``stat(2)`` says: overlayfs and btrfs show another one there.
    """

    major: int
    """12 bits in Linux."""
    minor: int
    """20 bits in Linux."""

    def __str__(self) -> str:
        return f"{self.major:02x}:{self.minor:02x}"


@attrs.frozen
class ExtraField:
    """An smaps line that no table knows, kept as it stood."""

    key: bytes
    """The text before the colon."""
    value: bytes
    """The text after the colon, spaces included, without the line end."""


@attrs.frozen
class Usage:
    """The smaps fields of one mapping. Sizes are bytes; what was not printed is None, never 0.

    The meaning, unit, history and source of every field stand in `procmaps.fields`.
    """

    size: int | None = None
    kernel_page_size: int | None = None
    mmu_page_size: int | None = None
    rss: int | None = None
    pss: int | None = None
    pss_dirty: int | None = None
    pss_anon: int | None = None
    pss_file: int | None = None
    pss_shmem: int | None = None
    shared_clean: int | None = None
    shared_dirty: int | None = None
    private_clean: int | None = None
    private_dirty: int | None = None
    referenced: int | None = None
    anonymous: int | None = None
    ksm: int | None = None
    lazy_free: int | None = None
    anon_huge_pages: int | None = None
    shmem_pmd_mapped: int | None = None
    file_pmd_mapped: int | None = None
    shared_hugetlb: int | None = None
    private_hugetlb: int | None = None
    swap: int | None = None
    swap_pss: int | None = None
    writeback: int | None = None
    writeback_huge: int | None = None
    same: int | None = None
    huge: int | None = None
    swap_shared: int | None = None
    locked: int | None = None
    nonlinear: int | None = None
    thp_eligible: int | None = None
    """Not a size: 1 where transparent huge pages may be used, 0 where not."""
    protection_key: int | None = None
    """Not a size: the number of the memory protection key."""
    name: Name | None = None
    """Old Android's ``Name:`` line, which repeats the label."""
    vm_flags: VmFlags | None = None
    extra: tuple[ExtraField, ...] = ()
    """Lines that nobody knows, in their order."""

    @property
    def uss(self) -> int | None:
        """Unique set size, bytes: private pages, huge ones included; None without the fields."""
        if self.private_clean is None or self.private_dirty is None:
            return None
        return self.private_clean + self.private_dirty + (self.private_hugetlb or 0)


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
