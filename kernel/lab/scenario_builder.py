"""The builder of a scenario: operations, files and snapshots.

It knows no results. ``expected_regions`` combines them with the operations afterwards.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from attrs import define, field, frozen

from kernel.lab import ops
from kernel.lab.machines import Machine
from kernel.lab.protocol import Arg, Op, Program, Ref

# The end of the agent (agent/layout.ld). The heap starts there, because randomisation is off.
HEAP = 0x10050000
# Only scenarios map memory between these addresses, on all machines. They are above the agent and
# its heap, and below the lowest mapping that a 32-bit kernel places itself.
BASE = 0x20000000
END = 0x60000000
AREA = range(BASE, END)
# An address that is unmapped in all programs of the laboratory.
FAR = 0x7FF00000


@frozen
class File:
    """An open file that can be mapped. ``name`` is the scenario's name for it.

    ``kind`` is ``memfd``, ``file``, ``device`` (a device or an existing file), or ``object`` (of
    the kernel, and ``name`` is the kernel's). ``stat`` is the statx operation.
    """

    kind: str
    name: bytes
    descriptor: Ref
    stat: Ref


@frozen
class Snapshot:
    """Files of /proc read at one moment: the operation that read each kind of file.

    ``held`` is true for the files of the stopped child.
    """

    name: str
    reads: dict[str, Ref]
    held: bool = False


@frozen
class GuestInfo:
    """What a scenario knows of its guest."""

    architecture: Machine
    page: int
    stack: int
    mmu: bool = True

    @property
    def huge_page(self) -> int:
        """The size of a huge page, or a multiple of it.

        On arm64 it is the memory of a whole page table, so it grows with the page size.
        """
        return self.page * self.page // 8 if self.architecture.name == "arm64" else 2 << 20


@define
class ScenarioBuilder:
    """The operations of one scenario, built in order."""

    guest: GuestInfo
    files_read: tuple[str, ...]
    program: Program = field(factory=Program)
    files: list[File] = field(factory=list[File])
    unlinked: dict[int, int] = field(factory=dict[int, int])
    snapshots: list[Snapshot] = field(factory=list[Snapshot])
    _next: int = 0

    @property
    def page(self) -> int:
        """The guest's page size."""
        return self.guest.page

    def do(self, op: Op) -> Ref:
        """Append an operation; return a reference to its result."""
        return self.program(op)

    def at(self, page: int) -> int:
        """Return the address of this page of the scenario's area."""
        return BASE + page * self.page

    def room(self, pages: int = 1) -> int:
        """Reserve pages after an unmapped page, which prevents merges; return the first number."""
        taken = self._next
        self._next += pages + 1
        return taken

    def shared_room(self, pages: int) -> int:
        """Reserve pages as ``room`` does, where any machine can attach a System V segment.

        MIPS attaches at multiples of 256 KiB only (SHMLBA, arch/mips/include/asm/shmparam.h).
        """
        step = max(1, 0x40000 // self.page)
        self._next = -(-self._next // step) * step
        return self.room(pages)

    def huge_room(self) -> int:
        """Return the next address at which a huge page can start."""
        size = self.guest.huge_page
        return -(-self.at(self.room()) // size) * size

    def anon(
        self,
        at: int,
        pages: int = 1,
        prot: str = "rw",
        flags: str = "private",
        label: Arg | None = -1,
    ) -> int:
        """Map anonymous memory at a page of the area, and label it if *label* is given."""
        address, length = self.at(at), pages * self.page
        self.do(ops.mmap(address, length, prot, f"{flags} fixed anonymous"))
        if label != -1:
            self.do(ops.name(address, length, label))
        return address

    def label(self, at: int, pages: int, label: bytes | None) -> Ref:
        """Label pages of the area."""
        return self.do(ops.name(self.at(at), pages * self.page, label))

    def _file(self, kind: str, name: bytes, descriptor: Ref, pages: int) -> File:
        file = File(kind, name, descriptor, self.do(ops.statx(descriptor)))
        if pages:
            self.do(ops.ftruncate(descriptor, pages * self.page))
        self.files.append(file)
        return file

    def memfd(self, name: bytes, pages: int = 1, flags: str = "") -> File:
        """Create a memfd of so many pages."""
        return self._file("memfd", name, self.do(ops.memfd_create(name, flags)), pages)

    def open(self, path: bytes, pages: int = 1, *, shown: bytes = b"") -> File:
        """Create a file, open for reading and writing.

        *shown* is its absolute path if *path* is relative to a folder that is too deep for a path.
        """
        return self._file("file", shown or path, self.do(ops.open_(path, "rdwr creat")), pages)

    def device(self, path: bytes, words: str = "rdwr") -> File:
        """Open a device or an existing file."""
        return self._file("device", path, self.do(ops.open_(path, words)), 0)

    def object(self, name: bytes, descriptor: Ref) -> File:
        """Register a descriptor that an operation returned for an object without a path."""
        return self._file("object", name, descriptor, 0)

    def unlink(self, file: File, path: bytes = b"") -> None:
        """Remove a file by its name, or by *path* if that differs."""
        self.unlinked[self.do(ops.unlink(path or file.name)).index] = file.descriptor.index

    def map(
        self,
        file: File,
        at: int,
        pages: int = 1,
        prot: str = "rw",
        flags: str = "shared",
        offset: int = 0,
    ) -> int:
        """Map pages of a file at a page of the area; return the address."""
        address, length = self.at(at), pages * self.page
        self.do(ops.mmap(address, length, prot, f"{flags} fixed", file.descriptor, offset))
        return address

    def snapshot(self, name: str = "", *, held: bool = False) -> None:
        """Read the scenario's files of /proc now."""
        reads: dict[str, Ref] = {}
        for kind in self.files_read:
            if held:
                reads[kind] = self.do(ops.read_held(kind.encode()))
            else:
                reads[kind] = self.do(ops.read_file(b"/proc/self/" + kind.encode()))
        self.snapshots.append(Snapshot(name, reads, held))

    def fork(self) -> AbstractContextManager[Ref]:
        """The block runs in a child that ends with it."""
        return self.program.fork()

    def hold(self) -> AbstractContextManager[Ref]:
        """The block runs in a child that then stops."""
        return self.program.hold()

    def background(self) -> AbstractContextManager[Ref]:
        """The block runs beside the scenario, in silence."""
        return self.program.background()

    def repeat(self, times: int) -> AbstractContextManager[Ref]:
        """The block runs so many times, in silence."""
        return self.program.repeat(times)

    @contextmanager
    def folder(self, path: bytes, kind: bytes = b"tmpfs", options: bytes = b"") -> Generator[None]:
        """Mount a new tmpfs for the block, so that inode numbers start at the same number.

        *kind* may be another file system without a device.
        """
        self.do(ops.mkdir(path))
        self.do(ops.mount(kind, path, options))
        yield
        self.do(ops.umount(path))
        self.do(ops.rmdir(path))
