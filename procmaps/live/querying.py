"""What lies at one address: by the ioctl ``PROCMAP_QUERY``, by the text where that is missing."""

# ruff: noqa: PTH116 - names are bytes, which pathlib does not take

from __future__ import annotations

import errno as codes
import functools
import os
from threading import Lock
from types import TracebackType
from typing import Literal, Self

import attrs

from procmaps.errors import LiveError, QueryUnsupported
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.live.buildid import build_id_at
from procmaps.live.ioctl import ACCESS, COVERING_OR_NEXT, Caller, MappingFilter, Reply
from procmaps.live.proc_file import Pid, Target
from procmaps.live.reading import drain, open_target
from procmaps.live.snapshots import Root
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import NEWLINE, FileBacked, Name
from procmaps.records.perms import Perms
from procmaps.snapshots.loading import loads

Method = Literal["ioctl", "text"]

_ANYTHING = MappingFilter(0)

_GATES = frozenset({"vsyscall", "vectors"})
"""Names of the gate area, which ``maps`` prints last and the ioctl does not know: it is no mapping
of the process (``get_gate_vma()``, arch/x86/entry/vsyscall, arch/arm/kernel/process.c)."""

_TOP = 1 << 64

_NAMES = 4096
"""Distinct name columns remembered by one `Querier`."""


@attrs.frozen
class QueryResult:
    """The mapping at an address, and what the kernel tells of it beyond a line of ``maps``."""

    mapping: Mapping
    """The same record that `procmaps.maps` gives."""
    unescaped_name: bytes | None
    """The name before newlines in it were escaped. None where only the text was to be had and its
    ``\\012`` could be either. `` (deleted)`` is in it where it is in the text."""
    page_size: int | None
    """Bytes in a page of this mapping; None where only the text was to be had."""
    build_id: bytes | None
    """None unless asked for, and where the file has none or may not be looked at."""
    method: Method = attrs.field(eq=False)
    """How it was found out."""


@attrs.frozen
class _Question:
    """What a `Querier` is asked. Raises `ValueError` for an address outside 64 bits."""

    address: int
    or_next: bool
    require: MappingFilter
    build_id: bool

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.address < _TOP:
            msg = f"an address has 64 bits and is not negative, unlike {self.address:#x}"
            raise ValueError(msg)

    def fits(self, mapping: Mapping) -> bool:
        """What ``query_matching_vma()`` asks of a mapping (fs/proc/task_mmu.c)."""
        access = self.require & ACCESS
        return (
            mapping.perms.flags & access == access
            and (MappingFilter.FILE_BACKED not in self.require or _is_file(mapping))
            and (self.address in mapping or (self.or_next and self.address < mapping.start))
        )


class Querier:
    """Asks one process about addresses, many times over: a few microseconds each by the ioctl.

    Use it in ``with``, or `close` it. It stays with the address space that the process had when it
    was made: after the process ends, or replaces its program by execve(2), every question raises
    `procmaps.errors.ProcessGone`, never an answer about another program. Threads may share it.

    *method* is ``"ioctl"`` (Linux 6.11; raises `procmaps.errors.QueryUnsupported` when missing),
    ``"text"`` (reads ``maps`` anew for each question) or ``"auto"``: the first question is put to
    the ioctl, and whether the kernel knows it decides for all that follow.

    Raises what `procmaps.maps` raises on opening.
    """

    def __init__(
        self,
        pid: Pid = "self",
        *,
        root: Root = "/proc",
        method: Method | Literal["auto"] = "auto",
    ) -> None:
        if method not in ("auto", "ioctl", "text"):
            msg = f'method must be "auto", "ioctl" or "text", not {method!r}'
            raise ValueError(msg)
        self._target = Target(pid, "maps", None, os.fspath(root))
        self._method: Method | Literal["auto"] = method
        self._file = open_target(self._target)
        self._reading = Lock()  # the file has one place to read from, whichever thread reads
        self._ask = Caller(self._file)
        self._name = functools.lru_cache(_NAMES)(_name_of)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        self._file.close()

    def query(
        self,
        address: int,
        *,
        or_next: bool = False,
        require: MappingFilter = _ANYTHING,
        build_id: bool = False,
    ) -> QueryResult | None:
        """Find the mapping that holds *address*; None where none does, or not as *require* says.

        With *or_next*, where that is so, the first one above that is. With *build_id* the answer
        has the GNU build id of the mapped ELF file.

        Raises `ValueError` for an address outside 64 bits or a closed querier,
        `procmaps.errors.ProcessGone`, or one of `NoAddressSpace` where there is none.
        """
        question = _Question(address, or_next, require, build_id)
        if self._method == "text":
            return self._by_text(question)
        try:
            found = self._by_ioctl(question)
        except OSError as error:
            return self._otherwise(error, question)
        self._method = "ioctl"
        return found

    # --- by the ioctl -----------------------------------------------------------------------------

    def _by_ioctl(self, question: _Question) -> QueryResult | None:
        flags = int(question.require) | COVERING_OR_NEXT * question.or_next
        try:
            reply = self._ask(question.address, flags, build_id=question.build_id)
        except FileNotFoundError:
            gate = self._gate
            return gate if gate and question.fits(gate.mapping) else None
        return self._answer(reply)

    def _otherwise(self, error: OSError, question: _Question) -> QueryResult | None:
        """Make what can be made of an ioctl that failed."""
        match error.errno:
            case codes.ESRCH if not isinstance(error, LiveError):
                raise self._target.gone() from error
            case codes.ENAMETOOLONG:
                # A path of 4096 bytes or more: maps prints any length, the ioctl does not.
                return self._by_text(question)
            case codes.ENOTTY | codes.EINVAL | codes.ENOSYS:
                if self._method == "auto":
                    self._method = "text"
                    return self._by_text(question)
                raise QueryUnsupported(self._target.who, self._target.path) from error
            case _:
                raise error

    def _answer(self, reply: Reply) -> QueryResult:
        mapping = Mapping(
            reply.start,
            reply.end,
            Perms.from_flags(reply.flags & ACCESS),
            reply.offset,
            Device(reply.major, reply.minor),
            reply.inode,
            self._name(reply.name.replace(b"\n", NEWLINE)),
        )
        return QueryResult(mapping, reply.name, reply.page_size, reply.build_id or None, "ioctl")

    @functools.cached_property
    def _gate(self) -> QueryResult | None:
        """The gate area, by the text: the same for as long as the process runs its program."""
        last = next(reversed(loads(self._text(), errors="collect", dialect=LINUX.name)), None)
        if last is None or last.name.kind not in _GATES:
            return None
        try:
            self._ask(last.start, 0)
        except FileNotFoundError:
            return QueryResult(last, last.name.raw, None, None, "text")
        return None  # arm64's [vectors] of a 32-bit process: an ordinary mapping

    # --- by the text ------------------------------------------------------------------------------

    def _text(self) -> bytes:
        with self._reading:
            self._file.seek(0)
            return drain(self._file, self._target)

    def _by_text(self, question: _Question) -> QueryResult | None:
        snapshot = loads(self._text(), errors="collect")
        for row, end in enumerate(snapshot.columns.end):
            if end <= question.address:
                continue
            mapping = snapshot[row]
            if question.fits(mapping):
                found = _build_id(mapping, self._target) if question.build_id else None
                raw = mapping.name.raw
                original = None if NEWLINE in raw and isinstance(mapping.name, FileBacked) else raw
                return QueryResult(mapping, original, None, found, "text")
            if not question.or_next:
                return None
        return None


def query(
    pid: Pid,
    address: int,
    *,
    or_next: bool = False,
    require: MappingFilter = _ANYTHING,
    build_id: bool = False,
    root: Root = "/proc",
) -> QueryResult | None:
    """What lies at *address* in process *pid*: one question, see `Querier` for many.

    Raises what `procmaps.maps` raises, and `ValueError` for an address outside 64 bits.
    """
    with Querier(pid, root=root) as querier:
        return querier.query(address, or_next=or_next, require=require, build_id=build_id)


def _name_of(raw: bytes) -> Name:
    return loading.load(LINUX.name).parse_name(raw)


def _is_file(mapping: Mapping) -> bool:
    """``show_map_vma()`` prints device and inode 0 where ``vm_file`` is NULL, and only there."""
    return bool(mapping.inode or mapping.device.major or mapping.device.minor)


def _build_id(mapping: Mapping, target: Target) -> bytes | None:
    """The build id of the mapped file, through its link in ``map_files``, else by its path."""
    if not _is_file(mapping):
        return None
    paths: list[bytes] = [f"{target.process}/map_files/{mapping.start:x}-{mapping.end:x}".encode()]
    if isinstance(mapping.name, FileBacked):
        path = f"{target.process}/root".encode() + mapping.name.path
        try:
            if os.stat(path).st_ino == mapping.inode:
                paths.append(path)
        except OSError:
            pass  # not there any more, or not for us to see: map_files is left
    for path in paths:
        try:
            return build_id_at(path)
        except OSError:
            continue
    return None
