"""Every exception that a documented call raises on purpose.

All derive from `ProcmapsError`, and all are public: `procmaps.ParseError` is
`procmaps.errors.ParseError`. They are attrs classes whose fields are the facts. Two errors with
the same facts are equal. ``str(error)`` is composed of the facts; its text is part of the
interface.

Wrong arguments raise Python's own `TypeError` and `ValueError`.
"""

from __future__ import annotations

import errno as codes
import os
from pathlib import Path
from typing import Any, ClassVar

import attrs

from procmaps.printable import escape_bytes

_WINDOW = 60
"""Bytes of a long line that are shown on each side of the caret."""


class ProcmapsError(Exception):
    """Base class of every exception that this package raises on purpose.

    Errors of one class are equal if their facts are equal. attrs compares exceptions by identity,
    so the comparison is written here.
    """

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProcmapsError) or type(self) is not type(other):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((type(self), self._facts()))

    def _facts(self) -> tuple[object, ...]:
        fields: tuple[attrs.Attribute[object], ...] = getattr(type(self), "__attrs_attrs__", ())
        return tuple(getattr(self, field.name) for field in fields) or self.args


@attrs.frozen
class ParseError(ProcmapsError, ValueError):
    """A line that no rule of the grammar accepts.

    reason   What was expected and what was found instead, as one sentence.
    source   The whole line that failed, without its line end.
    line     Line number, from 1.
    column   Column of the failing byte in its line, in bytes from 1.
    offset   Offset of the failing byte in the whole input, in bytes from 0.
    field    The part that failed: ``start``, ``perms``, ``inode`` …, or the key of an smaps field.
    hint     What a person can do about it; empty if nothing useful is known.
    """

    reason: str
    source: bytes
    line: int
    column: int
    offset: int
    field: str
    hint: str = ""

    def __str__(self) -> str:
        head = f"line {self.line}, column {self.column}: {self.reason}"
        hint = f"\n{self.hint}" if self.hint else ""
        return f"{head}\n{self.snippet}{hint}"

    @property
    def snippet(self) -> str:
        """The failing line with a caret under the failing byte; long lines are cut around it."""
        at = self.column - 1
        first = max(0, at - _WINDOW)
        last = at + _WINDOW
        before = ("…" if first else "") + escape_bytes(self.source[first:at])
        after = escape_bytes(self.source[at:last]) + ("…" if last < len(self.source) else "")
        return f"  {before}{after}\n  {' ' * len(before)}^"


@attrs.frozen
class UnknownDialect(ProcmapsError, LookupError):
    """A dialect name that has no grammar.

    name    The unknown name.
    known   The names of all dialects.
    """

    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"unknown dialect {self.name!r}; use auto, {', '.join(self.known)}"


@attrs.frozen
class InvalidLabel(ProcmapsError, ValueError):
    """A label that ``prctl(PR_SET_VMA_ANON_NAME)`` refuses.

    label    The label.
    reason   The rule that it breaks, as a sentence.
    """

    label: bytes
    reason: str

    def __str__(self) -> str:
        return f"the kernel refuses the label '{escape_bytes(self.label)}': {self.reason}"


# --- the installation -------------------------------------------------------------------------


@attrs.frozen
class NoFigures(ProcmapsError, ValueError):
    """Text without memory in use: ``maps`` has addresses and names, ``smaps`` has the figures.

    mappings   The number of mappings in the text.
    """

    mappings: int

    def __str__(self) -> str:
        return (
            f"the text has {self.mappings} mappings and no figure of memory in use: it is maps, "
            "not smaps. Collect /proc/PID/smaps of the process instead (procmaps.smaps(PID)), or "
            "sum sizes of address ranges only"
        )


@attrs.frozen
class InvalidRules(ProcmapsError, ValueError):
    """A file of rules for grouping labels that cannot be used; `procmaps.usage.Rules` has the form.

    rule     Number of the wrong rule in the file, from 1; 0 for the file as a whole.
    reason   What is wrong with it, as the rest of a sentence.
    """

    rule: int
    reason: str

    def __str__(self) -> str:
        where = f"rule {self.rule}" if self.rule else "the file of rules"
        return f"{where} {self.reason}"


@attrs.frozen
class InvalidOverlay(ProcmapsError, ValueError):
    """A text of labels for address ranges that cannot be used; `procmaps.usage.Overlay` reads it.

    line     Number of the wrong line, from 1; 0 for the text as a whole.
    reason   What is wrong with it, as the rest of a sentence.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "the text of labels"
        return f"{where} {self.reason}"


@attrs.frozen
class EngineUnavailable(ProcmapsError, RuntimeError):
    """The engine that ``PROCMAPS_ENGINE`` requests does not exist or was not built here.

    engine   The value of the environment variable.
    reason   Why it cannot be used, and the remedy.
    """

    engine: str
    reason: str

    def __str__(self) -> str:
        return f"PROCMAPS_ENGINE={self.engine!r}: {self.reason}"


@attrs.frozen
class ResourceNotFound(ProcmapsError, LookupError):
    """A data file of the project that is neither installed nor in a checkout.

    name       The requested name, relative to the project.
    searched   Every path that was tried, in order.
    """

    name: str
    searched: tuple[Path, ...]

    def __str__(self) -> str:
        paths = " or ".join(str(path) for path in self.searched)
        return (
            f"no data file {self.name!r}: it is not at {paths}. If the name is right, this "
            "installation of procmaps-spec is incomplete: reinstall it, or use a complete checkout."
        )


# --- JSON -------------------------------------------------------------------------------------


@attrs.frozen
class InvalidRecord(ProcmapsError, ValueError):
    """JSON that is not a record in the form of ``docs/json.md``.

    member   Path of the wrong member, such as ``name.label.base64``; empty for the record itself.
    reason   What is wrong with it, as the rest of a sentence.
    """

    member: str
    reason: str

    def __str__(self) -> str:
        return f"not a procmaps record: {self.member or 'the record'} {self.reason}"


# --- live systems -----------------------------------------------------------------------------


@attrs.frozen
class LiveError(ProcmapsError, OSError):
    """A file of a live procfs could not be read; also an `OSError` with the ``errno``.

    who    The process or thread: ``process 1234``, ``thread 7 of process 1234`` …
    path   The requested file.
    """

    ERRNO: ClassVar[int] = codes.EIO
    who: str
    path: str

    def __attrs_post_init__(self) -> None:
        # Fills errno, strerror and filename; attrs sets ``args`` to the facts afterwards.
        OSError.__init__(self, self.ERRNO, os.strerror(self.ERRNO), self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError's own method would pass errno and strerror instead of the facts.
        return type(self), self.args


@attrs.frozen
class NotProcfs(LiveError, FileNotFoundError):
    """The given ``root`` does not exist or contains no process directories.

    root   The path that was given as *root*.
    """

    ERRNO: ClassVar[int] = codes.ENOENT
    root: str

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.root} is not a procfs mount: it contains no process "
            "directories. Pass the mount point as root (usually /proc)."
        )


@attrs.frozen
class NoSuchProcess(LiveError, ProcessLookupError):
    """No process or thread has this ID in that procfs."""

    ERRNO: ClassVar[int] = codes.ESRCH

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: there is no {self.who}. It has ended, or it has this ID "
            "only in another PID namespace, or the procfs hides it (mount option hidepid=)."
        )


@attrs.frozen
class FileMissing(LiveError, FileNotFoundError):
    """The process exists, but the kernel does not provide this file."""

    ERRNO: ClassVar[int] = codes.ENOENT

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} exists, but this kernel has no such file. "
            "smaps needs CONFIG_PROC_PAGE_MONITOR; smaps_rollup also needs Linux 4.14. maps "
            "always exists."
        )


@attrs.frozen
class AccessDenied(LiveError, PermissionError):
    """The kernel denied access. 3.19 and later deny the open, 3.4 to 3.10 the read.

    Releases between 3.10 and 3.19 were not checked.

    owner   User ID that owns the process's directory in procfs; None if unknown.
    user    Effective user ID of the caller.
    """

    ERRNO: ClassVar[int] = codes.EACCES
    owner: int | None
    user: int

    def __str__(self) -> str:
        if self.owner is None or self.owner == self.user:
            cause = f"user {self.user} may not inspect {self.who}"
        else:
            cause = f"{self.who} belongs to user {self.owner}, but the caller is user {self.user}"
        capability = "CAP_SYS_PTRACE in the user namespace of that process"
        if self.user == 0:
            advice = f"Root needs {capability}; containers often lack it."
        else:
            advice = f"Run as that user or as root, or with {capability}."
        return (
            f"cannot read {self.path}: {cause}. {advice} (A process that is not dumpable, after a "
            "set-user-ID program or prctl(PR_SET_DUMPABLE), requires the capability even from its "
            "owner; yama's ptrace_scope makes no difference here.)"
        )


@attrs.frozen
class NoAddressSpace(LiveError, ProcessLookupError):
    r"""The process exists but has no address space: a kernel thread or a zombie.

    command   The process's ``comm``; bytes outside printable ASCII as ``\xNN``.
    """

    ERRNO: ClassVar[int] = codes.ESRCH
    command: str


@attrs.frozen
class KernelThread(NoAddressSpace):
    """A kernel thread: it never has an address space."""

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} ({self.command}) is a kernel thread. It runs "
            "inside the kernel and has no memory map; skip it."
        )


@attrs.frozen
class Zombie(NoAddressSpace):
    """A process that has ended but that its parent has not waited for."""

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} ({self.command}) is a zombie. It has ended and "
            "has no memory map any more; only its exit status is left for its parent to collect."
        )


@attrs.frozen
class MainThreadEnded(NoAddressSpace):
    """The main thread has ended but other threads run: only their files show the memory.

    A process's own files show the address space of its main thread, and a main thread that ends
    drops it (``exit_mm()``, kernel/exit.c).

    thread   ID of a thread that still runs.
    """

    thread: int

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: the main thread of {self.who} ({self.command}) has ended, "
            "so that file is empty. Other threads still run and have the memory map: pass the ID "
            f"of one of them, {self.thread}, instead of the process ID."
        )


@attrs.frozen
class ProcessGone(LiveError, ProcessLookupError):
    """The address space vanished during the read: the process ended or called execve(2).

    partial   The bytes read so far: complete entries from the lowest address up.
    """

    ERRNO: ClassVar[int] = codes.ESRCH
    partial: bytes = attrs.field(default=b"", repr=False)

    def __str__(self) -> str:
        return (
            f"cannot read all of {self.path}: {self.who} ended or replaced its program "
            f"(execve(2)) during the read. The first {len(self.partial)} bytes are in this error's "
            "`partial`. If the process still exists, read again."
        )


@attrs.frozen
class ReadFailed(LiveError):
    """The system refused for a reason that is not the process's, such as too many open files.

    code   The errno.
    """

    code: int

    def __attrs_post_init__(self) -> None:
        OSError.__init__(self, self.code, os.strerror(self.code), self.path)

    def __str__(self) -> str:
        remedy = {
            codes.EMFILE: " Close files, read in fewer threads, or raise the limit (ulimit -n).",
            codes.ENFILE: " The whole system has as many open files as it may (fs.file-max).",
        }.get(self.code, "")
        return f"cannot read {self.path}: {os.strerror(self.code)}.{remedy}"


@attrs.frozen
class OverBudget(LiveError):
    """The process was left out, because reading it would hold it up too long or cost too much.

    resident   Its resident memory, in bytes.
    needed     The estimated time of the reading, in seconds.
    limit      ``max_stall`` or ``max_cost``.
    allowed    The value of that limit, in seconds.
    spent      The seconds that other readings cost already; 0 for ``max_stall``.
    """

    ERRNO: ClassVar[int] = codes.ECANCELED
    resident: int
    needed: float
    limit: str
    allowed: float
    spent: float

    def __str__(self) -> str:
        spent = f" after {self.spent:.3g} s" if self.spent else ""
        return (
            f"{self.path} was left out: {self.who} has {self.resident >> 20} MiB resident, so "
            f"reading it would take about {self.needed:.3g} s{spent}, and {self.limit} is "
            f"{self.allowed:.3g} s. Raise {self.limit} to include it."
        )


@attrs.frozen
class QueryUnsupported(LiveError):
    """The kernel does not support the ioctl ``PROCMAP_QUERY`` (added in Linux 6.11)."""

    ERRNO: ClassVar[int] = codes.ENOTTY

    def __str__(self) -> str:
        return (
            f"{self.path} does not support the ioctl PROCMAP_QUERY, added in Linux 6.11. Use "
            'method="auto" or method="text" to read the file instead.'
        )


@attrs.frozen
class AddressNotMapped(ProcmapsError, LookupError):
    """An address that no mapping contains.

    address   The address.
    below     Start, end and name column of the nearest mapping below it; None if there is none.
    above     The same of the nearest mapping above it.
    """

    address: int
    below: tuple[int, int, bytes] | None
    above: tuple[int, int, bytes] | None

    def __str__(self) -> str:
        near = [_neighbour(each, self.address) for each in (self.below, self.above) if each]
        where = "; ".join(near) or "there are no mappings"
        return f"no mapping contains {self.address:#x}: {where}"


def _neighbour(mapping: tuple[int, int, bytes], address: int) -> str:
    """Return where a mapping is from *address*: at its last byte, or at its first."""
    start, end, name = mapping
    named = f" {escape_bytes(name)}" if name else ""
    where = f"{address - (end - 1):#x} bytes above the last byte of"
    if start > address:
        where = f"{start - address:#x} bytes below the start of"
    return f"it is {where} {start:#x}-{end:#x}{named}"


@attrs.frozen
class MappingGone(LiveError, LookupError):
    """The process does not have the given mapping any more, or never had it.

    start     Start of the mapping that was given.
    end       Its end, exclusive.
    present   The line of ``maps`` that the process has at that start now; empty for none.
    """

    ERRNO: ClassVar[int] = codes.ENOENT
    start: int
    end: int
    present: bytes

    def __str__(self) -> str:
        now = f"it has {escape_bytes(self.present)}" if self.present else "nothing is mapped there"
        return (
            f"{self.who} does not map the same file at {self.start:#x}-{self.end:#x} now: {now}. "
            f"Read {self.path} again: it has changed since, or the mapping is of another process."
        )


@attrs.frozen
class NoBacking(LiveError):
    """A mapping without a file that can be opened: anonymous memory, a socket, a device.

    start    Start of the mapping.
    reason   What is mapped, as a clause.
    """

    ERRNO: ClassVar[int] = codes.ENXIO
    start: int
    reason: str

    def __str__(self) -> str:
        return (
            f"the mapping at {self.start:#x} of {self.who} has no file to open: {self.reason}. Use "
            "read_memory for its bytes."
        )


@attrs.frozen
class BackingRefused(LiveError):
    """The mapped file could not be opened, or every file that was found is another one.

    start      Start of the mapping.
    refusals   Each way that was tried, with its reason, as clauses in the order of the attempts.
    """

    ERRNO: ClassVar[int] = codes.ESTALE
    start: int
    refusals: tuple[str, ...]

    def __str__(self) -> str:
        tried = "; ".join(self.refusals)
        return f"cannot open the file that {self.who} maps at {self.start:#x}: {tried}"


@attrs.frozen
class MemoryDenied(LiveError, PermissionError):
    """The kernel does not let the caller read the memory of the process."""

    ERRNO: ClassVar[int] = codes.EACCES

    def __str__(self) -> str:
        return (
            f"cannot read the memory of {self.who}: {self.path} is denied. It takes CAP_SYS_PTRACE "
            "in the user namespace of that process, or the same user and a dumpable process. With "
            "kernel.yama.ptrace_scope=1 only an ancestor may read it, with 2 only the capability "
            "helps, and with 3 nothing does."
        )


@attrs.frozen
class MemoryHoles(ProcmapsError, ValueError):
    """Memory of which not every byte could be read, where every byte was asked for.

    start    First address that was asked for.
    length   Bytes that were asked for.
    holes    First address, bytes and reason of each part that is missing.
    """

    start: int
    length: int
    holes: tuple[tuple[int, int, str], ...]

    def __str__(self) -> str:
        missing = sum(size for _, size, _ in self.holes)
        first, size, reason = self.holes[0]
        return (
            f"{missing} of {self.length} bytes at {self.start:#x} cannot be read, first {size} "
            f"bytes at {first:#x}: {reason}. Use filled() for zeros in their place, or the pieces."
        )


@attrs.frozen
class InvalidElf(ProcmapsError, ValueError):
    """A file that is no ELF file, or whose headers contradict its size or each other.

    reason   What is wrong, as the rest of a sentence.
    """

    reason: str

    def __str__(self) -> str:
        return f"not a usable ELF file: {self.reason}"


@attrs.frozen
class InvalidArchive(ProcmapsError, ValueError):
    """A file that is no ZIP archive, or a damaged one.

    reason   What is wrong, as zipfile words it.
    """

    reason: str

    def __str__(self) -> str:
        return f"not a usable ZIP archive: {self.reason}"


@attrs.frozen
class ExtraMissing(ProcmapsError, ImportError):
    """A capability whose library is not installed.

    extra     The extra of this distribution that installs it.
    library   The missing library.
    """

    extra: str
    library: str

    def __str__(self) -> str:
        return f"this needs {self.library}: pip install {self.library}"


@attrs.frozen
class FramesHidden(ProcmapsError, PermissionError):
    """The kernel does not say which frames processes map, so that sharing cannot be seen.

    missing   What is missing: a sentence for each reason.
    """

    missing: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        OSError.__init__(self, codes.EACCES, os.strerror(codes.EACCES))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args

    def __str__(self) -> str:
        return (
            f"cannot see which processes share memory: {'; '.join(self.missing)}. Run as root; "
            "in a container, root needs the capability of the host."
        )


# --- naming memory ----------------------------------------------------------------------------


@attrs.frozen
class NamingError(ProcmapsError, OSError):
    """``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)`` failed; subclasses name the common causes.

    address   Start address, as given.
    length    Length in bytes, as given.
    label     The label; None if the call was to remove one.
    code      The ``errno`` of the call.
    """

    address: int
    length: int
    label: bytes | None
    code: int

    def __attrs_post_init__(self) -> None:
        OSError.__init__(self, self.code, os.strerror(self.code))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args

    @property
    def attempt(self) -> str:
        """The failed call in words: ``cannot set the label 'x' on the 4096 bytes at 0x7f00``."""
        act = "remove the label from"
        if self.label is not None:
            act = f"set the label '{escape_bytes(self.label)}' on"
        return f"cannot {act} the {self.length} bytes at {self.address:#x}"

    def __str__(self) -> str:
        name = codes.errorcode.get(self.code, str(self.code))
        return f"{self.attempt}: {os.strerror(self.code)} ({name})."


@attrs.frozen
class NamingUnsupported(NamingError):
    """The kernel cannot label anonymous memory: no ``CONFIG_ANON_VMA_NAME``, or before 5.17."""

    def __str__(self) -> str:
        return (
            f"{self.attempt}: this kernel does not support labels for anonymous memory. They need "
            "Linux 5.17 or later with CONFIG_ANON_VMA_NAME=y. Pass missing_ok=True to ignore this."
        )


@attrs.frozen
class RangeHasHole(NamingError):
    """``ENOMEM``: part of the range is not mapped; the mapped parts have the label now."""

    def __str__(self) -> str:
        return (
            f"{self.attempt}: part of the range is not mapped. The mapped parts have the label "
            "now, unless the kernel had no memory for the label itself: it reports the same error "
            "then."
        )


@attrs.frozen
class NotNameable(NamingError):
    """``EBADF``: a file is mapped in the range; mappings below it have the label now."""

    def __str__(self) -> str:
        return (
            f"{self.attempt}: a file is mapped there. Mappings below it have the label now, those "
            "above do not. Only private anonymous memory can have a label; since Linux 6.2 also "
            "shared anonymous memory, memfds and unlinked tmpfs files."
        )


@attrs.frozen
class SplitFailed(NamingError):
    """``EAGAIN``: a mapping could not be split; mappings below it have the label now."""

    def __str__(self) -> str:
        return (
            f"{self.attempt}: a mapping could not be split in two. Mappings below it have the "
            "label now. Usually the process has reached vm.max_map_count mappings: raise that "
            "limit, or label whole mappings, which needs no split."
        )


# --- rendering --------------------------------------------------------------------------------


@attrs.frozen
class UnknownProducer(ProcmapsError, LookupError):
    """A name of no producer, or of one whose output format is not established.

    name     The unknown name.
    reason   Why it is not accepted, and what is.
    """

    name: str
    reason: str

    def __str__(self) -> str:
        return f"unknown producer {self.name!r}: {self.reason}"


@attrs.frozen
class CannotRender(ProcmapsError, ValueError):
    """A record that the producer could never have printed.

    producer   The producer's name.
    record     Index of the record, from 0.
    part       The attribute of the record that is wrong: ``name``, ``usage.ksm`` …
    reason     Why the producer cannot print it, as a sentence.
    """

    producer: str
    record: int
    part: str
    reason: str

    def __str__(self) -> str:
        return f"{self.producer} cannot print record {self.record}: {self.part}: {self.reason}"
