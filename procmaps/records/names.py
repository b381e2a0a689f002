r"""The name column as a tagged union: what the text after the inode says about the memory.

Every record keeps ``raw``, the bytes of the column as printed. ``grammar/name.lark`` alone decides
which record a column becomes. This module says what the records mean, and what else the kernel may
have meant. Two of its rules are ambiguous:

* ``mangle_path()`` writes a newline as ``\012`` but does not escape a backslash (fs/seq_file.c,
  2.6.18 and later). So ``\012`` is a newline or those four characters.
* ``d_path()`` appends `` (deleted)`` to the path of an unlinked file, but a file name may also end
  in that text (fs/d_path.c: "Note that this is ambiguous").

`Name.interpretations` lists every original that prints the same, most likely first.

A *name* is the whole column. A *label* is the part that a program (or a driver) chose: `Labelled`.
A name with a path is `FileBacked`. A memfd is both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import attrs

DELETED = b" (deleted)"
"""Suffix that ``d_path()`` appends to the path of an unlinked file."""

NEWLINE = rb"\012"
"""Escape that ``mangle_path()`` writes for a newline."""


@attrs.frozen
class Interpretation:
    """One possible meaning of a name column.

    kind      Kind of name, as in `Name.kind`.
    value     The original path or label; the column itself if it names a kernel object.
    reason    Why the column may mean this, as one sentence.
    deleted   True if the file was unlinked when the line was printed. False for kernel objects:
              they never had a directory entry, whatever suffix is printed.
    """

    kind: str
    value: bytes
    reason: str
    deleted: bool = False


@attrs.frozen(repr=False)
class Name:
    """Base class of all names. Use a subclass in ``match``, or `kind` as a key for counting.

    raw   The bytes of the name column, exactly as printed.
    """

    KIND: ClassVar[str] = "other"
    raw: bytes

    @property
    def kind(self) -> str:
        """One word for the sort of memory: the terminal's name in ``grammar/name.lark``."""
        return self.KIND

    def interpretations(self) -> Iterator[Interpretation]:
        r"""Yield every original name that prints as ``raw``, most likely first, with a reason.

        The iterator is lazy: a path that contains ``\012`` *n* times has 2**n originals.
        """
        yield Interpretation(self.kind, self.raw, "no other name prints like this")

    def __str__(self) -> str:
        """Return the column as text, decoded as UTF-8 with surrogateescape."""
        return self.raw.decode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        # A valid call of the constructor; fields with their default value are left out.
        values = ((field, getattr(self, field.name)) for field in attrs.fields(type(self)))
        given = (
            repr(value) if field.name == "raw" else f"{field.name}={value!r}"
            for field, value in values
            if value != field.default
        )
        return f"{type(self).__name__}({', '.join(given)})"


@attrs.frozen(repr=False)
class Labelled(Name):
    """Base class of names with a label: text that a program or a driver chose.

    label   The label as printed, without the text around it.
    """

    if TYPE_CHECKING:
        # Each subclass has the field. A slot for it here would conflict with that of `FileBacked`.
        label: bytes


@attrs.frozen(repr=False)
class FileBacked(Name):
    r"""Base class of names with a path, printed by ``d_path()``: memory backed by a file.

    escaped   False if the producer prints newlines unescaped (NOMMU kernels, gVisor, Linux up to
              2.6.12), so that ``\012`` can only mean those four characters.
    """

    escaped: bool = attrs.field(default=True, kw_only=True)

    @property
    def deleted(self) -> bool:
        """True if the column ends in `` (deleted)``: most likely the file was unlinked."""
        return self.raw.endswith(DELETED)

    @property
    def path(self) -> bytes:
        """The most likely original path: newlines restored, `` (deleted)`` removed."""
        return next(self._as_file()).value

    def interpretations(self) -> Iterator[Interpretation]:
        """Yield the kernel object with this name, then every file whose path prints the same."""
        yield from self._as_kernel_object()
        yield from self._as_file()

    def _as_kernel_object(self) -> Iterator[Interpretation]:
        """Yield the interpretations as a kernel object; none for a plain file."""
        yield Interpretation(self.kind, self.raw, "a kernel object")

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

    def _originals(self, printed: bytes, limit: int | None = None) -> Iterator[tuple[bytes, str]]:
        r"""Yield every text that ``mangle_path()`` prints as *printed*, and how they differ.

        The text with every newline restored comes first: literal ``\012`` is rare in file names.
        Texts of more than *limit* bytes are left out without being made, because they can be all of
        2**n but none.
        """
        escapes = printed.count(NEWLINE)
        if not escapes or not self.escaped:
            if limit is None or len(printed) <= limit:
                yield printed, ""
            return
        # An escape that is not restored is longer than a newline by this much.
        longer = len(NEWLINE) - 1
        room = escapes if limit is None else (limit - len(printed)) // longer + escapes
        for choice in _choices(escapes, room):
            literal = choice.bit_count()
            traits = ["newline in its name"] * (literal < escapes)
            traits += [r"literal \012"] * bool(literal)
            yield _restored(printed, choice), f", {' and '.join(traits)}"


def _restored(printed: bytes, literal: int) -> bytes:
    """Return *printed* with its newlines; bit *n* of *literal* keeps the *n*-th last escape."""
    # The first choices keep none but a few of the last escapes: most text is replaced at once.
    first, *others = printed.rsplit(NEWLINE, literal.bit_length())
    pieces = [first.replace(NEWLINE, b"\n")]
    for bit, piece in zip(reversed(range(len(others))), others, strict=True):
        pieces += (NEWLINE if literal >> bit & 1 else b"\n", piece)
    return b"".join(pieces)


def _choices(bits: int, most: int) -> Iterator[int]:
    """Yield the numbers of *bits* bits of which at most *most* are set, ascending."""
    number, limit = 0, 1 << bits
    while most >= 0 and number < limit:
        yield number
        number += 1
        while number.bit_count() > most and number < limit:
            # Up to the next carry out of the lowest set bit, no number has fewer bits set.
            number += number & -number


@attrs.frozen(repr=False)
class Unnamed(Name):
    """Anonymous memory without a label; the column is empty."""

    KIND: ClassVar[str] = "anonymous"
    raw: bytes = b""


@attrs.frozen(repr=False)
class Heap(Name):
    """The ``brk`` heap, ``[heap]``. The kernel prints this name even if the heap has a label."""

    KIND: ClassVar[str] = "heap"
    raw: bytes = b"[heap]"


@attrs.frozen(repr=False)
class Stack(Name):
    """The main thread's stack, ``[stack]``; printed even if the stack has a label."""

    KIND: ClassVar[str] = "stack"
    raw: bytes = b"[stack]"


@attrs.frozen(repr=False)
class ThreadStack(Name):
    """A thread's stack, ``[stack:TID]``: 3.4 (b76437579d13) until 4.5 (65376df58217).

    tid   ID of the thread.
    """

    KIND: ClassVar[str] = "thread_stack"
    tid: int

    def interpretations(self) -> Iterator[Interpretation]:
        """Yield the thread's stack, then a device: OpenOnload names its own ``[stack:N]``."""
        yield Interpretation(self.KIND, self.raw, f"the stack of thread {self.tid}")
        yield Interpretation(
            "other", self.raw, "an OpenOnload device, if device and inode are not 0"
        )


@attrs.frozen(repr=False)
class AnonName(Labelled):
    """Private anonymous memory with a label: ``[anon:<label>]`` (5.17; Android since 3.4).

    Printed by ``show_map_vma()``, later ``get_vma_name()``, fs/proc/task_mmu.c.
    """

    KIND: ClassVar[str] = "anon"
    label: bytes

    @classmethod
    def of(cls, label: bytes) -> AnonName:
        """Return the name of private memory with that *label*."""
        return cls(b"[anon:" + label + b"]", label)

    def interpretations(self) -> Iterator[Interpretation]:
        """Yield the label. Before a label that ends in ``<fault>``, yield the part without it."""
        if self.label.endswith(_FAULT):
            known = self.label.removesuffix(_FAULT)
            yield Interpretation(
                self.KIND, known, "an old Android kernel could not read the rest of the label"
            )
        yield Interpretation(self.KIND, self.label, "the label set by prctl(PR_SET_VMA_ANON_NAME)")


_FAULT = b"<fault>"
"""Printed by Android's ``seq_print_vma_name()`` if a page of the label cannot be read."""


@attrs.frozen(repr=False)
class AnonShmemName(Labelled):
    """Shared anonymous memory with a label: ``[anon_shmem:<label>]`` (6.2).

    It replaces the path, so a memfd or an unlinked tmpfs file can have it too. Device and inode
    remain those of the file (``shmem_anon_vm_ops``, mm/shmem.c).
    """

    KIND: ClassVar[str] = "anon_shmem"
    label: bytes

    @classmethod
    def of(cls, label: bytes) -> AnonShmemName:
        """Return the name of shared memory with that *label*."""
        return cls(b"[anon_shmem:" + label + b"]", label)

    def interpretations(self) -> Iterator[Interpretation]:
        """Yield the label."""
        yield Interpretation(self.KIND, self.label, "the label set by prctl(PR_SET_VMA_ANON_NAME)")


@attrs.frozen(repr=False)
class Special(Name):
    """A fixed name in brackets that the kernel chooses: ``[vdso]``, ``[vvar]``, ``[rollup]``.

    `procmaps.formats.pseudo_names` has the meaning and history of each.

    pseudo_kind   The value of `kind`.
    """

    pseudo_kind: str

    @property
    def kind(self) -> str:
        """The terminal's name in ``grammar/name.lark``, lower case: ``vdso``, ``vvar``."""
        return self.pseudo_kind


@attrs.frozen(repr=False)
class FilePath(FileBacked):
    """A plain file: the path from ``d_path()``, relative to the reader's root."""

    KIND: ClassVar[str] = "file"

    def _as_kernel_object(self) -> Iterator[Interpretation]:
        return iter(())


@attrs.frozen(repr=False)
class KernelFile(FileBacked):
    """A kernel-internal file with a fixed name: ``/dev/zero (deleted)``, ``/[aio] (deleted)``.

    `procmaps.formats.pseudo_names` has the meaning and history of each.

    pseudo_kind   The value of `kind`.
    """

    pseudo_kind: str

    @property
    def kind(self) -> str:
        """The terminal's name in ``grammar/name.lark``, lower case: ``shared_zero``, ``aio``."""
        return self.pseudo_kind


@attrs.frozen(repr=False)
class SysV(FileBacked):
    """A System V segment, ``/SYSV<key> (deleted)``; the inode is the segment's shmid.

    key   The key passed to ``shmget(2)``; 0 is ``IPC_PRIVATE``.
    """

    KIND: ClassVar[str] = "sysv"
    key: int

    def _as_kernel_object(self) -> Iterator[Interpretation]:
        yield Interpretation(self.KIND, self.raw, f"the System V segment with key {self.key:#010x}")


@attrs.frozen(repr=False)
class LabelledFile(FileBacked, Labelled):
    """Base class of kernel-internal files with a label: memfd, ashmem, DMA buffer.

    label   The label as printed, escaped if the rest of the column is.
    """

    DESCRIPTION: ClassVar[str] = "a kernel-internal file"
    MAX_LABEL: ClassVar[int]
    """Longest label that the kernel accepts, in bytes before escaping."""
    label: bytes

    def _as_kernel_object(self) -> Iterator[Interpretation]:
        for label, reason in self._originals(self.label, self.MAX_LABEL):
            yield Interpretation(self.kind, label, f"{self.DESCRIPTION}{reason}")


@attrs.frozen(repr=False)
class Memfd(LabelledFile):
    """A ``memfd_create(2)`` file, ``/memfd:<label> (deleted)`` (3.17)."""

    KIND: ClassVar[str] = "memfd"
    DESCRIPTION: ClassVar[str] = "a memfd"
    MAX_LABEL: ClassVar[int] = 249  # MFD_NAME_MAX_LEN, mm/memfd.c


@attrs.frozen(repr=False)
class Ashmem(LabelledFile):
    """An Android ashmem region: ``/dev/ashmem/<label> (deleted)``, or no label and no slash."""

    KIND: ClassVar[str] = "ashmem"
    DESCRIPTION: ClassVar[str] = "an ashmem region"
    MAX_LABEL: ClassVar[int] = 255  # ASHMEM_NAME_LEN with its NUL: 256


@attrs.frozen(repr=False)
class DmaBuf(LabelledFile):
    """A shared DMA buffer, ``/dmabuf:<label>`` (5.3); the label may be empty."""

    KIND: ClassVar[str] = "dmabuf"
    DESCRIPTION: ClassVar[str] = "a DMA buffer"
    MAX_LABEL: ClassVar[int] = 31  # DMA_BUF_NAME_LEN with its NUL: 32


@attrs.frozen(repr=False)
class AnonInode(Labelled):
    """A file without a path, ``anon_inode:<label>``; labels: ``[perf_event]``, ``kvm-vcpu:0``."""

    KIND: ClassVar[str] = "anon_inode"
    label: bytes


@attrs.frozen(repr=False)
class Socket(Name):
    """A mapped socket, ``socket:[<inode>]``: packet rings, AF_XDP, TCP zero copy.

    number   The socket's inode, as in ``/proc/net``.
    """

    KIND: ClassVar[str] = "socket"
    number: int


@attrs.frozen(repr=False)
class UnknownName(Name):
    """A name that matches no rule. Its meaning is not guessed."""
