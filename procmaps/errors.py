"""What can go wrong, as values: every exception of the package.

All derive from `ProcmapsError`. They are attrs classes, so two errors with the same facts are
equal, and `str(error)` is composed from the facts: the whole text is part of the interface.
"""

from __future__ import annotations

import errno as codes
import os
from typing import Any, ClassVar

import attrs

_WINDOW = 60
"""How many bytes of a long line are shown on either side of the caret."""


class ProcmapsError(Exception):
    """The base of every exception that this package raises on purpose.

    Two are equal where their facts are; attrs itself compares exceptions by identity.
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


PRINTABLE = range(0x20, 0x7F)
"""ASCII but for the control characters: what may reach a terminal as it is."""


def escape_bytes(raw: bytes) -> str:
    r"""*raw* as printable ASCII, one character a byte where that is possible.

    Tab, newline and every byte outside 0x20–0x7e become ``\xNN``; nothing is lost, and no
    terminal is driven by a hostile name.
    """
    return "".join(chr(byte) if byte in PRINTABLE else f"\\x{byte:02x}" for byte in raw)


@attrs.frozen
class ParseError(ProcmapsError, ValueError):
    """Text that no rule of the grammar accepts: what, where, why and what to do.

    ``line`` and ``column`` count from 1, the column in bytes; ``offset`` counts bytes from 0.
    """

    reason: str
    """What was expected and what stood there instead, as one sentence."""
    source: bytes
    """The whole line that failed, without its line end."""
    line: int
    column: int
    offset: int
    """Where the failing byte stands in the whole input."""
    field: str
    """The part that failed: ``start``, ``perms``, ``inode`` …; of a field, its key: ``Rss``."""
    hint: str = ""
    """What a person can do about it; empty where nothing useful is known."""

    def __str__(self) -> str:
        head = f"line {self.line}, column {self.column}: {self.reason}"
        hint = f"\n{self.hint}" if self.hint else ""
        return f"{head}\n{self.snippet}{hint}"

    @property
    def snippet(self) -> str:
        """The failing line with a caret under the failing byte, cut around it when long."""
        at = self.column - 1
        first = max(0, at - _WINDOW)
        last = at + _WINDOW
        before = ("…" if first else "") + escape_bytes(self.source[first:at])
        after = escape_bytes(self.source[at:last]) + ("…" if last < len(self.source) else "")
        return f"  {before}{after}\n  {' ' * len(before)}^"


@attrs.frozen
class UnknownDialect(ProcmapsError, LookupError):
    """A dialect name that ``grammar/dialects`` has no file for."""

    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"unknown dialect {self.name!r}; known are: auto, {', '.join(self.known)}"


@attrs.frozen
class InvalidLabel(ProcmapsError, ValueError):
    """A label that ``prctl(PR_SET_VMA_ANON_NAME)`` refuses, and the rule that it breaks."""

    label: bytes
    reason: str

    def __str__(self) -> str:
        return f"the kernel refuses the label '{escape_bytes(self.label)}': {self.reason}"


# --- live systems -----------------------------------------------------------------------------


@attrs.frozen
class LiveError(ProcmapsError, OSError):
    """What kept a file of a live procfs from being read; also an `OSError` with its ``errno``."""

    ERRNO: ClassVar[int] = codes.EIO
    who: str
    """Whose file it is: ``process 1234``, ``thread 7 of process 1234`` …"""
    path: str
    """The file that was asked for."""

    def __attrs_post_init__(self) -> None:
        # Fills errno, strerror and filename; attrs sets ``args`` to the facts afterwards.
        OSError.__init__(self, self.ERRNO, os.strerror(self.ERRNO), self.path)

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError's own would put errno and strerror where the facts belong.
        return type(self), self.args


@attrs.frozen
class NotProcfs(LiveError, FileNotFoundError):
    """The ``root`` that was given is not there, or holds no process at all."""

    ERRNO: ClassVar[int] = codes.ENOENT
    root: str

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.root} is not a procfs, for it holds no process. Pass "
            "as root where a procfs is mounted (mount -t proc), most often /proc."
        )


@attrs.frozen
class NoSuchProcess(LiveError, ProcessLookupError):
    """No process, or no such thread in it, has this number in that procfs."""

    ERRNO: ClassVar[int] = codes.ESRCH

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: there is no {self.who}. It has ended, or it has this number "
            "only in another PID namespace, or the procfs hides it (mount option hidepid=)."
        )


@attrs.frozen
class FileMissing(LiveError, FileNotFoundError):
    """The process is there, this file of it is not: the kernel does not have it."""

    ERRNO: ClassVar[int] = codes.ENOENT

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} is there, but this kernel has no such file. "
            "smaps needs CONFIG_PROC_PAGE_MONITOR, and smaps_rollup Linux 4.14 besides; maps is "
            "always there."
        )


@attrs.frozen
class AccessDenied(LiveError, PermissionError):
    """The kernel lets only some read this: at open since 3.19, at read from 3.4 to 3.10."""

    ERRNO: ClassVar[int] = codes.EACCES
    owner: int | None
    """The user that the process belongs to, by its directory in procfs; None: not known."""
    user: int
    """The effective user that asked."""

    def __str__(self) -> str:
        if self.owner is None or self.owner == self.user:
            cause = f"user {self.user} may not look into {self.who}"
        else:
            cause = f"{self.who} belongs to user {self.owner}, and this is user {self.user}"
        capability = "CAP_SYS_PTRACE in the user namespace of that process"
        if self.user == 0:
            advice = f"Root needs {capability} for that, which containers often lack."
        else:
            advice = f"Run as that user or as root, or with {capability}."
        return (
            f"cannot read {self.path}: {cause}. {advice} (A process that is not "
            "dumpable, after a set-user-ID program or prctl(PR_SET_DUMPABLE), needs the "
            "capability whoever owns it; yama's ptrace_scope makes no difference here.)"
        )


@attrs.frozen
class NoAddressSpace(LiveError, ProcessLookupError):
    """The process is there and has no memory of its own: a kernel thread or a zombie."""

    ERRNO: ClassVar[int] = codes.ESRCH
    command: str
    """What the process calls itself, ``comm``; bytes outside printable ASCII as ``\\xNN``."""


@attrs.frozen
class KernelThread(NoAddressSpace):
    """A kernel thread: it never has an address space."""

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} ({self.command}) is a kernel thread. It runs "
            "inside the kernel and has no memory map; leave it out."
        )


@attrs.frozen
class Zombie(NoAddressSpace):
    """A process that has ended and that its parent has not waited for."""

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: {self.who} ({self.command}) is a zombie. It has ended and "
            "its memory map with it; only its exit status is left for its parent to collect."
        )


@attrs.frozen
class MainThreadEnded(NoAddressSpace):
    """The main thread has ended and others run on: the process's own file is empty, theirs not.

    The kernel gives a process's files by its main thread, and that has let go of the memory
    (``exit_mm()``, kernel/exit.c).
    """

    thread: int
    """One that runs on."""

    def __str__(self) -> str:
        return (
            f"cannot read {self.path}: the main thread of {self.who} ({self.command}) has ended, "
            f"and with it what that file shows. Other threads run on and have the memory map: pass "
            f"the number of one, {self.thread}, in place of the process's."
        )


@attrs.frozen
class ProcessGone(LiveError, ProcessLookupError):
    """The address space went away while it was being read: the process ended or called exec."""

    ERRNO: ClassVar[int] = codes.ESRCH
    partial: bytes = attrs.field(default=b"", repr=False)
    """What had been read: whole entries from the lowest address up, the rest is missing."""

    def __str__(self) -> str:
        return (
            f"cannot read all of {self.path}: {self.who} ended, or replaced its program by "
            f"execve(2), in the middle; {len(self.partial)} bytes had been read and are kept in "
            "this error's `partial`. Read again if it is still there."
        )


@attrs.frozen
class QueryUnsupported(LiveError):
    """The kernel does not know the ioctl ``PROCMAP_QUERY`` (Linux 6.11 and later have it)."""

    ERRNO: ClassVar[int] = codes.ENOTTY

    def __str__(self) -> str:
        return (
            f"{self.path} does not answer the ioctl PROCMAP_QUERY, which Linux has since 6.11. Use "
            'method="auto" or method="text", which read the file instead.'
        )


# --- naming memory ----------------------------------------------------------------------------


@attrs.frozen
class NamingError(ProcmapsError, OSError):
    """``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)`` failed in a way that has no class of its own."""

    address: int
    length: int
    """Bytes, as they were given."""
    label: bytes | None
    """None where a label was to be taken away."""
    code: int
    """The ``errno`` of the call."""

    def __attrs_post_init__(self) -> None:
        OSError.__init__(self, self.code, os.strerror(self.code))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args

    @property
    def what(self) -> str:
        """The call, for people."""
        label = "no label" if self.label is None else f"the label '{escape_bytes(self.label)}'"
        return f"cannot give {label} to the {self.length} bytes at {self.address:#x}"

    def __str__(self) -> str:
        name = codes.errorcode.get(self.code, str(self.code))
        return f"{self.what}: {os.strerror(self.code)} ({name})."


@attrs.frozen
class NamingUnsupported(NamingError):
    """The kernel has no names for anonymous memory: ``CONFIG_ANON_VMA_NAME`` is off, or < 5.17."""

    def __str__(self) -> str:
        return (
            f"{self.what}: this kernel has no names for anonymous memory. It needs Linux 5.17 or "
            "later, built with CONFIG_ANON_VMA_NAME=y. Pass missing_ok=True to go on without."
        )


@attrs.frozen
class RangeHasHole(NamingError):
    """``ENOMEM``: part of the range is not mapped; what is mapped bears the label all the same."""

    def __str__(self) -> str:
        return (
            f"{self.what}: part of that is not mapped. The mapped parts of it do have the label "
            "now, unless the kernel had no memory for the label itself, which it reports alike."
        )


@attrs.frozen
class NotNameable(NamingError):
    """``EBADF``: a file is mapped in the range; what lies below it bears the label already."""

    def __str__(self) -> str:
        return (
            f"{self.what}: a file is mapped there. Mappings below that one have the label now, "
            "those above do not. Only private anonymous memory can have one, and since 6.2 also "
            "shared anonymous memory, memfds and unlinked tmpfs files."
        )


@attrs.frozen
class SplitFailed(NamingError):
    """``EAGAIN``: a mapping could not be split at an end of the range; those below it are done."""

    def __str__(self) -> str:
        return (
            f"{self.what}: a mapping could not be split in two. Mappings below it have the label "
            "now. Most often the process has all the mappings that vm.max_map_count allows; raise "
            "it, or name whole mappings, which needs no split."
        )


@attrs.frozen
class UnknownProducer(ProcmapsError, LookupError):
    """A name that stands for no producer, or for one whose ways are not established."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"unknown producer {self.name!r}: {self.reason}"


@attrs.frozen
class CannotRender(ProcmapsError, ValueError):
    """A record that the producer could never have printed, and why not."""

    producer: str
    """The producer's name."""
    record: int
    """Which record, counted from 0."""
    part: str
    """The attribute of the record that is at fault: ``name``, ``usage.ksm`` …"""
    reason: str

    def __str__(self) -> str:
        return f"{self.producer} cannot print record {self.record}: {self.part}: {self.reason}"
