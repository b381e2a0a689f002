r"""The name column as a tagged union: what the text after the inode says the memory is.

Every record keeps ``raw``, the bytes of the column as they stood. Which record a column becomes is
decided by ``grammar/name.lark`` alone; this module says what the records *mean*, and what else the
kernel could have meant, because two of its rules cannot be undone from the text:

* ``mangle_path()`` writes a newline as ``\012`` and leaves a backslash as it is (fs/seq_file.c,
  2.6.18 and later), so ``\012`` is a newline or those four characters;
* ``d_path()`` appends `` (deleted)`` to an unlinked file, and a file may bear that very name
  (fs/d_path.c: "Note that this is ambiguous").

`Name.interpretations` lists every original that prints so, most likely first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

import attrs

DELETED = b" (deleted)"
"""What ``d_path()`` appends to the path of an unlinked file."""

NEWLINE = rb"\012"
"""What ``mangle_path()`` writes for a newline."""


@attrs.frozen
class Interpretation:
    """One thing that the kernel could have meant by a name column."""

    kind: str
    """The kind of name in this reading, as in `Name.kind`."""
    value: bytes
    """The original: a path or a label; the column itself where it names a kernel object."""
    reason: str
    """Why the column could stand for it, as one sentence."""
    deleted: bool = False
    """True where the file had been unlinked when the line was printed. False for an object of the
    kernel's own, which never had a name to be unlinked, whatever is printed behind it."""


@attrs.frozen
class Name:
    """Any name column. Use a subclass in ``match``, or `kind` for a word to count by."""

    KIND: ClassVar[str] = "other"
    raw: bytes

    @property
    def kind(self) -> str:
        """One word for what the memory is: the terminal's name in ``grammar/name.lark``."""
        return self.KIND

    def interpretations(self) -> Iterator[Interpretation]:
        r"""Every original name that prints as ``raw``, most likely first, each with a reason.

        Lazy, because a path with *n* times ``\012`` in it has 2**n originals.
        """
        yield Interpretation(self.kind, self.raw, "nothing else prints so")

    def __str__(self) -> str:
        return self.raw.decode("utf-8", "surrogateescape")


@attrs.frozen
class Unnamed(Name):
    """Anonymous memory without a label: the column is empty."""

    KIND: ClassVar[str] = "anonymous"
    raw: bytes = b""


@attrs.frozen
class Heap(Name):
    """The ``brk`` heap, ``[heap]``. A label of its own is hidden behind this name."""

    KIND: ClassVar[str] = "heap"
    raw: bytes = b"[heap]"


@attrs.frozen
class Stack(Name):
    """The main thread's stack, ``[stack]``. A label of its own is hidden behind this name."""

    KIND: ClassVar[str] = "stack"
    raw: bytes = b"[stack]"


@attrs.frozen
class ThreadStack(Name):
    """A thread's stack, ``[stack:TID]``: 3.4 (b76437579d13) until 4.5 (65376df58217)."""

    KIND: ClassVar[str] = "thread_stack"
    tid: int

    def interpretations(self) -> Iterator[Interpretation]:
        """The thread's stack, or a device file: OpenOnload names its own ``[stack:N]``."""
        yield Interpretation(self.KIND, self.raw, f"the stack of thread {self.tid}")
        yield Interpretation(
            "other", self.raw, "an OpenOnload device, where device and inode are not 0"
        )


@attrs.frozen
class AnonName(Name):
    """Private anonymous memory with a label: ``[anon:<label>]`` (5.17; Android since 3.4).

    Printed by ``show_map_vma()``, later ``get_vma_name()``, fs/proc/task_mmu.c.
    """

    KIND: ClassVar[str] = "anon"
    label: bytes

    @classmethod
    def of(cls, label: bytes) -> AnonName:
        """The name of private memory that bears *label*."""
        return cls(b"[anon:" + label + b"]", label)

    def interpretations(self) -> Iterator[Interpretation]:
        """The label; where it ends in ``<fault>``, first what Android could read of one."""
        if self.label.endswith(_FAULT):
            known = self.label.removesuffix(_FAULT)
            yield Interpretation(
                self.KIND, known, "an old Android kernel could not read on from here"
            )
        yield Interpretation(self.KIND, self.label, "the label set by prctl(PR_SET_VMA_ANON_NAME)")


_FAULT = b"<fault>"
"""Android's ``seq_print_vma_name()`` on a page of the target that cannot be read."""


@attrs.frozen
class AnonShmemName(Name):
    """Shared anonymous memory with a label: ``[anon_shmem:<label>]`` (6.2).

    It stands in place of the path, so a memfd and an unlinked tmpfs file can bear it too; device
    and inode remain those of the file (``shmem_anon_vm_ops``, mm/shmem.c).
    """

    KIND: ClassVar[str] = "anon_shmem"
    label: bytes

    @classmethod
    def of(cls, label: bytes) -> AnonShmemName:
        """The name of shared memory that bears *label*."""
        return cls(b"[anon_shmem:" + label + b"]", label)

    def interpretations(self) -> Iterator[Interpretation]:
        """The label."""
        yield Interpretation(self.KIND, self.label, "the label set by prctl(PR_SET_VMA_ANON_NAME)")


@attrs.frozen
class Special(Name):
    """A fixed name in brackets that the kernel gives: ``[vdso]``, ``[vvar]``, ``[rollup]``.

    `kind` tells them apart; `procmaps.formats.pseudo_names` has the meaning and history of each.
    """

    pseudo_kind: str

    @property
    def kind(self) -> str:
        """The terminal's name in ``grammar/name.lark``, lower case: ``vdso``, ``vvar``."""
        return self.pseudo_kind


@attrs.frozen
class FileBacked(Name):
    r"""A path, printed by ``d_path()``: memory with a file behind it.

    ``escaped`` is False where the producer writes a newline as it is (NOMMU kernels, gVisor,
    Linux before 2.6.18), so that ``\012`` can only be those four characters.
    """

    escaped: bool = attrs.field(default=True, kw_only=True)

    @property
    def deleted(self) -> bool:
        """True where the column ends in `` (deleted)``: most likely the file was unlinked."""
        return self.raw.endswith(DELETED)

    @property
    def path(self) -> bytes:
        """The most likely original path: newlines restored, `` (deleted)`` taken off."""
        return next(self._as_file()).value

    def interpretations(self) -> Iterator[Interpretation]:
        """What the name is made for, then every file whose path prints the same."""
        yield from self._as_itself()
        yield from self._as_file()

    def _as_itself(self) -> Iterator[Interpretation]:
        """The readings as the kernel's own object; none where it is a plain file."""
        yield Interpretation(self.kind, self.raw, "the kernel's own object")

    def _as_file(self) -> Iterator[Interpretation]:
        if self.deleted:
            for path, reason in self._originals(self.raw.removesuffix(DELETED)):
                yield Interpretation("file", path, f"an unlinked file{reason}", deleted=True)
            for path, reason in self._originals(self.raw):
                yield Interpretation(
                    "file", path, f"a file whose name ends in ' (deleted)'{reason}"
                )
        else:
            for path, reason in self._originals(self.raw):
                yield Interpretation("file", path, f"a file{reason}")

    def _originals(self, printed: bytes) -> Iterator[tuple[bytes, str]]:
        r"""Every text that ``mangle_path()`` prints as *printed*, and what sets it apart.

        All newlines comes first: nothing but this escaping makes ``\012`` a common sight.
        """
        parts = printed.split(NEWLINE)
        if len(parts) == 1 or not self.escaped:
            yield printed, ""
            return
        for joints in itertools.product((b"\n", NEWLINE), repeat=len(parts) - 1):
            newlines = joints.count(b"\n")
            literal = len(joints) - newlines
            told = ["newline in its name"] * bool(newlines) + [r"literal \012"] * bool(literal)
            yield (
                parts[0] + b"".join(j + p for j, p in zip(joints, parts[1:], strict=True)),
                f", {' and '.join(told)}",
            )


@attrs.frozen
class FilePath(FileBacked):
    """A file: the path that ``d_path()`` gives, seen from the reader's root."""

    KIND: ClassVar[str] = "file"

    def _as_itself(self) -> Iterator[Interpretation]:
        return iter(())


@attrs.frozen
class KernelFile(FileBacked):
    """A file of the kernel's own with a fixed name: ``/dev/zero (deleted)``, ``/[aio] (deleted)``.

    `kind` tells them apart; `procmaps.formats.pseudo_names` has the meaning and history of each.
    """

    pseudo_kind: str

    @property
    def kind(self) -> str:
        """The terminal's name in ``grammar/name.lark``, lower case: ``shared_zero``, ``aio``."""
        return self.pseudo_kind


@attrs.frozen
class SysV(FileBacked):
    """A System V segment, ``/SYSV<key> (deleted)``; the inode is the segment's shmid."""

    KIND: ClassVar[str] = "sysv"
    key: int
    """The key given to ``shmget(2)``; 0 is ``IPC_PRIVATE``."""

    def _as_itself(self) -> Iterator[Interpretation]:
        yield Interpretation(self.KIND, self.raw, f"the System V segment of key {self.key:#010x}")


@attrs.frozen
class Labelled(FileBacked):
    """A kernel's file that a program has given a name of its own."""

    TITLE: ClassVar[str] = "a file of the kernel's own"
    LIMIT: ClassVar[int]
    """Bytes in the longest name that the kernel takes, before escaping."""
    label: bytes
    """The name as it was printed, escaped where the rest of the column is."""

    def _as_itself(self) -> Iterator[Interpretation]:
        for label, reason in self._originals(self.label):
            if len(label) <= self.LIMIT:
                yield Interpretation(self.kind, label, f"{self.TITLE}{reason}")


@attrs.frozen
class Memfd(Labelled):
    """A ``memfd_create(2)`` file, ``/memfd:<label> (deleted)`` (3.17)."""

    KIND: ClassVar[str] = "memfd"
    TITLE: ClassVar[str] = "a memfd"
    LIMIT: ClassVar[int] = 249  # MFD_NAME_MAX_LEN, mm/memfd.c


@attrs.frozen
class Ashmem(Labelled):
    """An Android ashmem region, ``/dev/ashmem/<label> (deleted)``; unnamed: no ``/<label>``."""

    KIND: ClassVar[str] = "ashmem"
    TITLE: ClassVar[str] = "an ashmem region"
    LIMIT: ClassVar[int] = 255  # ASHMEM_NAME_LEN with its NUL: 256


@attrs.frozen
class DmaBuf(Labelled):
    """A shared DMA buffer, ``/dmabuf:<label>`` (5.3), the label possibly empty."""

    KIND: ClassVar[str] = "dmabuf"
    TITLE: ClassVar[str] = "a DMA buffer"
    LIMIT: ClassVar[int] = 31  # DMA_BUF_NAME_LEN with its NUL: 32


@attrs.frozen
class AnonInode(Name):
    """A file without a path, ``anon_inode:<label>``: ``[perf_event]``, ``kvm-vcpu:0``."""

    KIND: ClassVar[str] = "anon_inode"
    label: bytes


@attrs.frozen
class Socket(Name):
    """A mapped socket, ``socket:[<inode>]``: packet rings, AF_XDP, TCP zero copy."""

    KIND: ClassVar[str] = "socket"
    number: int
    """The socket's inode, as in ``/proc/net``."""


@attrs.frozen
class UnknownName(Name):
    """A name that no rule knows. Nothing is guessed of it."""


def label_of(name: Name) -> bytes | None:
    """What a program, or a driver, chose to call the memory, as it was printed; None for no such.

    The label of `AnonName` and `AnonShmemName`, of `Labelled` files and of `AnonInode`.
    """
    if isinstance(name, AnonName | AnonShmemName | Labelled | AnonInode):
        return name.label
    return None
