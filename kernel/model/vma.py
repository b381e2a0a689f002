"""One mapping, and what it points to: the fields of ``struct vm_area_struct`` that matter here."""

from __future__ import annotations

import enum

from attrs import define, field, frozen

from procmaps.records.names import Special

PAGE = 4096


class Flag(enum.Flag):
    """The bits of ``vm_flags`` that decide whether two mappings may be one.

    The VM_MAY* bits are left out: every file is open for reading and writing. VM_SOFTDIRTY never
    keeps mappings apart (``is_mergeable_vma()``).
    """

    NONE = 0
    READ = enum.auto()
    WRITE = enum.auto()
    EXEC = enum.auto()
    SHARED = enum.auto()
    ACCOUNT = enum.auto()
    NORESERVE = enum.auto()
    GROWSDOWN = enum.auto()
    SEQUENTIAL = enum.auto()
    RANDOM = enum.auto()
    DONTFORK = enum.auto()
    DONTDUMP = enum.auto()
    WIPEONFORK = enum.auto()
    # Mappings of the kernel's own (vdso, vvar): VM_SPECIAL, which never merge.
    SPECIAL = enum.auto()


ACCESS = Flag.READ | Flag.WRITE | Flag.EXEC


@frozen(eq=False)
class Label:
    """``struct anon_vma_name``: shared by every mapping that points to it, compared by content."""

    text: bytes


@frozen(eq=False)
class AnonVma:
    """``struct anon_vma``: that a private page was written. Only its identity counts."""


@frozen(eq=False)
class File:
    """``struct file``. ``path`` as maps prints it.

    ``nameless``: its inode had no link when it was mapped (shared memory, memfd), which is what
    ``shmem_anon_vm_ops`` means. ``length`` in bytes: what lies behind it cannot be touched.
    """

    path: bytes
    nameless: bool
    length: int


@define(eq=False)
class Vma:
    """One mapping: [start, end) in bytes, ``offset`` in pages (``vm_pgoff``).

    ``chain`` is the length of ``anon_vma_chain``: 1 in the process that first wrote there, one
    more in each generation of forked children, 0 where nobody has.
    """

    start: int
    end: int
    flags: Flag
    offset: int
    file: File | None = None
    label: Label | None = None
    anon: AnonVma | None = None
    chain: int = 0
    # The name of one of the kernel's own mappings.
    special: Special | None = field(default=None, kw_only=True)

    @property
    def pages(self) -> int:
        """How many pages it spans."""
        return (self.end - self.start) // PAGE

    @property
    def text(self) -> bytes | None:
        """What its label says; None without one."""
        return None if self.label is None else self.label.text

    def offset_at(self, address: int) -> int:
        """The offset that the page at *address* has."""
        return self.offset + (address - self.start) // PAGE
