"""One mapping: the fields of ``struct vm_area_struct`` that the model needs."""

from __future__ import annotations

import enum

from attrs import define, field, frozen

from procmaps.records.names import Special

PAGE = 4096


class Flag(enum.Flag):
    """The bits of ``vm_flags`` that decide whether two mappings may merge.

    The VM_MAY* bits are left out, because every file is open for reading and writing.
    ``is_mergeable_vma()`` ignores VM_SOFTDIRTY.
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
    HUGEPAGE = enum.auto()
    NOHUGEPAGE = enum.auto()
    UFFD_MISSING = enum.auto()
    UFFD_WP = enum.auto()
    UFFD_MINOR = enum.auto()
    SEALED = enum.auto()
    DROPPABLE = enum.auto()
    # VM_SPECIAL: mappings of the kernel (vdso, vvar), which never merge.
    SPECIAL = enum.auto()


ACCESS = Flag.READ | Flag.WRITE | Flag.EXEC
UFFD = Flag.UFFD_MISSING | Flag.UFFD_WP | Flag.UFFD_MINOR


@frozen(eq=False)
class Label:
    """``struct anon_vma_name``: shared by mappings, compared by text."""

    text: bytes


class Unreadable(enum.Enum):
    """The type of ``UNREADABLE``."""

    UNREADABLE = enum.auto()


UNREADABLE = Unreadable.UNREADABLE
"""A label whose pointer is invalid."""


@frozen(eq=False)
class AnonVma:
    """``struct anon_vma``: a private page was written. Only its identity matters."""


@frozen(eq=False)
class Userfault:
    """``struct userfaultfd_ctx``: one userfaultfd. Only its identity matters."""


@frozen(eq=False)
class File:
    """``struct file``. ``path`` is as in maps, ``length`` in bytes.

    ``nameless``: the inode had no link when it was mapped (shared memory, memfd). The kernel then
    sets ``shmem_anon_vm_ops``. Pages after ``length`` cannot be touched.
    """

    path: bytes
    nameless: bool
    length: int


@define(eq=False)
class Vma:
    """One mapping: [start, end) in bytes, ``offset`` in pages (``vm_pgoff``).

    ``chain`` is the length of ``anon_vma_chain``: 0 before the first write, 1 in the process that
    wrote first, and one more in each generation of forked children. ``userfault`` is
    ``vm_userfaultfd_ctx``; it is None if and only if no flag of ``UFFD`` is set.
    """

    start: int
    end: int
    flags: Flag
    offset: int
    file: File | None = None
    label: Label | None = None
    anon: AnonVma | None = None
    chain: int = 0
    userfault: Userfault | None = None
    # The name of a mapping of the kernel, such as [vdso].
    special: Special | None = field(default=None, kw_only=True)

    @property
    def pages(self) -> int:
        """Its length in pages."""
        return (self.end - self.start) // PAGE

    @property
    def text(self) -> bytes | None:
        """The text of its label, or None."""
        return None if self.label is None else self.label.text

    def offset_at(self, address: int) -> int:
        """Return the offset of the page at *address*."""
        return self.offset + (address - self.start) // PAGE
