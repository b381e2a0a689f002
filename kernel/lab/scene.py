"""A scenario while it is being written down: operations, the files behind them, the snapshots.

A scene knows nothing of results. ``truth`` puts the guest's answers beside it afterwards.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from attrs import define, field, frozen

from kernel.lab import ops
from kernel.lab.architectures import Architecture
from kernel.lab.protocol import Arg, Op, Program, Ref

# Where the agent ends (agent/layout.ld): there the kernel starts its heap, without randomisation.
HEAP = 0x10050000
# Scenarios map within these bounds and nothing else does, on any machine: above the agent and
# its heap, below the lowest address at which a 32-bit kernel places mappings of its own.
BASE = 0x20000000
END = 0x60000000
AREA = range(BASE, END)
# No machine maps anything here in a program of the laboratory.
FAR = 0x7FF00000


@frozen
class File:
    """Something that can be mapped by descriptor. ``name`` is what the scenario called it.

    ``kind`` is ``memfd``, ``file``, ``device`` (a device, or a file that is there already) or
    ``object`` (of the kernel, ``name`` being what it calls itself); ``stat`` the
    operation that asked for device and inode.
    """

    kind: str
    name: bytes
    descriptor: Ref
    stat: Ref


@frozen
class Snapshot:
    """Files of /proc read at one moment: kind of file to the operation that read it.

    ``held`` is set where they are those of the stopped child.
    """

    name: str
    reads: dict[str, Ref]
    held: bool = False


@frozen
class Place:
    """What a scenario may know of the guest before it starts."""

    architecture: Architecture
    page: int
    stack: int

    @property
    def huge_page(self) -> int:
        """The size of a huge page, or a multiple of it.

        On arm64 it is what a whole table of pages holds, and so grows with the pages.
        """
        return self.page * self.page // 8 if self.architecture.name == "arm64" else 2 << 20


@define
class Scene:
    """The operations of one scenario, built in order."""

    place: Place
    files_read: tuple[str, ...]
    program: Program = field(factory=Program)
    files: list[File] = field(factory=list[File])
    unlinked: dict[int, int] = field(factory=dict[int, int])
    snapshots: list[Snapshot] = field(factory=list[Snapshot])
    _next: int = 0

    @property
    def page(self) -> int:
        """The guest's page size."""
        return self.place.page

    def do(self, op: Op) -> Ref:
        """Append an operation."""
        return self.program(op)

    def at(self, page: int) -> int:
        """The address of this page of the scenario's own area."""
        return BASE + page * self.page

    def room(self, pages: int = 1) -> int:
        """The next free page number, with an unmapped page before it so that nothing merges."""
        taken = self._next
        self._next += pages + 1
        return taken

    def shared_room(self, pages: int) -> int:
        """Like ``room``, where any machine can attach a System V segment.

        MIPS attaches at multiples of 256 KiB only (SHMLBA, arch/mips/include/asm/shmparam.h).
        """
        step = max(1, 0x40000 // self.page)
        self._next = -(-self._next // step) * step
        return self.room(pages)

    def huge_room(self) -> int:
        """The next address where a huge page can begin."""
        size = self.place.huge_page
        return -(-self.at(self.room()) // size) * size

    def anon(
        self,
        at: int,
        pages: int = 1,
        prot: str = "rw",
        flags: str = "private",
        label: Arg | None = -1,
    ) -> int:
        """Anonymous memory at a page of the area, labelled unless ``label`` is left out."""
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
        """A new memfd of so many pages."""
        return self._file("memfd", name, self.do(ops.memfd_create(name, flags)), pages)

    def open(self, path: bytes, pages: int = 1, *, shown: bytes = b"") -> File:
        """A new file, open for reading and writing.

        ``shown``: its absolute path, where ``path`` is relative to a folder too deep to name.
        """
        return self._file("file", shown or path, self.do(ops.open_(path, "rdwr creat")), pages)

    def device(self, path: bytes, words: str = "rdwr") -> File:
        """A device, or a file that is there already."""
        return self._file("device", path, self.do(ops.open_(path, words)), 0)

    def object(self, name: bytes, descriptor: Ref) -> File:
        """Something without a path that an operation gave a descriptor of."""
        return self._file("object", name, descriptor, 0)

    def unlink(self, file: File, path: bytes = b"") -> None:
        """Remove a file by its name, or by ``path`` where that differs."""
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
        """Map pages of a file at a page of the area; the address."""
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
        """A fresh tmpfs for the block's files, so that their inodes count from the same start.

        Or another file system without a device.
        """
        self.do(ops.mkdir(path))
        self.do(ops.mount(kind, path, options))
        yield
        self.do(ops.umount(path))
        self.do(ops.rmdir(path))
