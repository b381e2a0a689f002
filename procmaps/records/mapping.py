"""One `Mapping` for each VMA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from procmaps._arguments import as_address
from procmaps.printable import escape_bytes
from procmaps.records import storage
from procmaps.records.device import Device
from procmaps.records.names import NEWLINE, FileBacked, Labelled, Name
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage

FIELDS: Final = ("start", "end", "perms", "offset", "device", "inode", "name", "usage")

if TYPE_CHECKING:

    class _Base: ...

else:
    _Base = storage.make_base(f"{__name__}._Base", FIELDS, storage.DEFERRED)


def _check_usage(_mapping: Mapping, _field: object, usage: Any) -> None:  # noqa: ANN401 - to be checked
    if usage is not None and not isinstance(usage, Usage):
        msg = f"usage must be a Usage or None, not {usage!r}"
        raise TypeError(msg)


@attrs.frozen(weakref_slot=False)
class Mapping(_Base):
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
    usage: Usage | None = attrs.field(default=None, validator=_check_usage)

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

    @property
    def has_file(self) -> bool:
        """True if a file is mapped: ``show_map_vma()`` prints device and inode 0 for none.

        Shared anonymous memory and memfds are files of the kernel's own tmpfs, so they have one.
        """
        return bool(self.inode or self.device.major or self.device.minor)

    def file_offset(self, address: int) -> int | None:
        """Return the offset in the mapped file of the byte at *address*; None without a file.

        Raises `ValueError` if the mapping does not contain *address*, `TypeError` if it is no
        integer.
        """
        wanted = as_address(address)
        if not self.start <= wanted < self.end:
            msg = f"{wanted:#x} is not in the mapping {self.start:#x}-{self.end:#x}"
            raise ValueError(msg)
        return wanted - self.start + self.offset if self.has_file else None

    if TYPE_CHECKING:
        # attrs makes both methods. Without them mypy --strict-equality rejects
        # `address in snapshot`.
        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...

    def __contains__(self, address: object) -> bool:
        return self.start <= as_address(address) < self.end

    def __str__(self) -> str:
        from procmaps.formats.header_line import CURRENT_HEADER  # noqa: PLC0415 - slow to import

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
