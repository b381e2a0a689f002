"""The mapping at one address: by the ioctl ``PROCMAP_QUERY``, or by the text without it."""

# ruff: noqa: PTH116 - names are bytes, which pathlib does not accept

from __future__ import annotations

import errno as codes
import functools
import os
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self

import attrs

from procmaps._arguments import as_address
from procmaps._cached_property import cached_property
from procmaps.errors import LiveError, QueryUnsupported
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.live.build_id import build_id_at
from procmaps.live.failures import EXHAUSTED, failed_error, gone_error
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.query_ioctl import (
    ACCESS,
    COVERING_OR_NEXT,
    PROCMAP_QUERY,
    MappingFilter,
    QueryIoctl,
    QueryReply,
)
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.records import mapping as mappings
from procmaps.records import storage
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import NEWLINE, FileBacked, Name
from procmaps.records.perms import Perms
from procmaps.snapshots.loading import loads

Method = Literal["ioctl", "text"]

_ANYTHING = MappingFilter(0)

_GATES = frozenset({"vsyscall", "vectors"})
"""Names of the gate area. ``maps`` prints it last; the ioctl does not find it, because it is no
mapping of the process (``get_gate_vma()``, arch/x86/entry/vsyscall, arch/arm/kernel/process.c)."""

_ADDRESS_LIMIT = 1 << 64

_CACHED_NAMES = 4096
"""Distinct name columns that one `Querier` remembers."""


_RESULT_FIELDS: Final = ("mapping", "unescaped_name", "page_size", "build_id", "method")

if TYPE_CHECKING:
    from procmaps.records import _storage

    class _Base: ...

else:
    _Base = storage.make_base(f"{__name__}._Base", _RESULT_FIELDS, ())


@attrs.frozen
class QueryResult(_Base):
    """The mapping at an address, and what the kernel reports of it beyond a line of ``maps``."""

    mapping: Mapping
    """The record; equal to that of `procmaps.maps`."""
    unescaped_name: bytes | None
    """The name without escaping, including any `` (deleted)``. None if only the text was available
    and contains ``\\012``, which may be a newline or four characters."""
    page_size: int | None
    """Bytes in a page of this mapping; None if only the text was available."""
    build_id: bytes | None
    """The GNU build ID; None if not requested, or if the file has none or cannot be read."""
    method: Method = attrs.field(eq=False)
    """How the mapping was found."""


@attrs.frozen
class _Query:
    """The arguments of one query. Raises `ValueError` for an address outside 64 bits."""

    address: int
    or_next: bool
    require: MappingFilter
    build_id: bool

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.address < _ADDRESS_LIMIT:
            msg = f"an address must be between 0x0 and 0xffffffffffffffff, not {self.address:#x}"
            raise ValueError(msg)

    def matches(self, mapping: Mapping) -> bool:
        """Return whether ``query_matching_vma()`` would accept *mapping* (fs/proc/task_mmu.c)."""
        access = self.require & ACCESS
        return (
            mapping.perms.flags & access == access
            and (MappingFilter.FILE_BACKED not in self.require or mapping.has_file)
            and (self.address in mapping or (self.or_next and self.address < mapping.start))
        )


class Querier:
    """Finds the mappings at many addresses of one process, in a few microseconds each.

    Use it in ``with``, or `close` it. It stays with the address space that the process has now:
    after the process ends or replaces its program by execve(2), every query raises `ProcessGone`
    and never finds a mapping of another program. Threads may share it; a forked child makes its
    own, because both would move one position in the file.

    *method* is ``"ioctl"`` (Linux 6.11; a query raises `QueryUnsupported` without it), ``"text"``
    (read ``maps`` again for each query), or ``"auto"``: the ioctl if the kernel supports it, else
    the text; the first query finds out.

    Raises what `procmaps.maps` raises when it opens the file.
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
        self._proc_file = ProcFile(pid, "maps", None, root_path(root))
        self._method: Method | Literal["auto"] = method
        self._file = open_file(self._proc_file)
        self._read_lock = Lock()  # all threads share the position in the file
        self._ioctl = QueryIoctl(self._file)
        self._parse_name = functools.lru_cache(_CACHED_NAMES)(_parse_name)
        self._in_c = None if method == "text" else _query_in_c(self._file.fileno())

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
        """Close the file. Closing twice is harmless."""
        self._in_c = None  # it has the number of the file, which may soon be another's
        self._file.close()

    def query(
        self,
        address: int,
        *,
        or_next: bool = False,
        require: MappingFilter = _ANYTHING,
        build_id: bool = False,
    ) -> QueryResult | None:
        """Return the mapping that contains *address*, or None; it must match *require*.

        With *or_next*, return the first match above *address* if there is none at it. With
        *build_id*, the result has the GNU build ID of the mapped ELF file.

        Raises `ValueError` for an address outside 64 bits or a closed querier, `TypeError` for an
        address that is no integer, `ProcessGone`, `ReadFailed`, or a `NoAddressSpace`
        error.
        """
        in_c = self._in_c
        if in_c and (answer := in_c.find(address, or_next, require, build_id)):
            self._method = "ioctl"
            return answer
        query = _Query(as_address(address), or_next, require, build_id)
        if self._method == "text":
            return self._by_text(query)
        try:
            found = self._by_ioctl(query)
        except OSError as error:
            return self._after_error(error, query)
        self._method = "ioctl"
        return found

    # --- by the ioctl -----------------------------------------------------------------------------

    def _by_ioctl(self, query: _Query) -> QueryResult | None:
        flags = int(query.require) | COVERING_OR_NEXT * query.or_next
        try:
            reply = self._ioctl(query.address, flags, build_id=query.build_id)
        except FileNotFoundError:
            gate = self._gate
            return gate if gate and query.matches(gate.mapping) else None
        return self._result(reply)

    def _after_error(self, error: OSError, query: _Query) -> QueryResult | None:
        """Find the mapping by the text if that can help, or raise the error that fits."""
        match error.errno:
            case codes.ESRCH if not isinstance(error, LiveError):
                raise gone_error(self._proc_file) from error
            case codes.ENAMETOOLONG:
                # A path of 4096 bytes or more, which only maps prints.
                return self._by_text(query)
            case codes.ENOTTY | codes.EINVAL | codes.ENOSYS:
                if self._method == "auto":
                    self._method = "text"
                    return self._by_text(query)
                raise QueryUnsupported(self._proc_file.who, self._proc_file.path) from error
            case _ if isinstance(error, LiveError):
                raise error
            case _:
                raise failed_error(self._proc_file, error) from error

    def _result(self, reply: QueryReply) -> QueryResult:
        mapping = Mapping(
            reply.start,
            reply.end,
            Perms.from_flags(reply.flags & ACCESS),
            reply.offset,
            Device(reply.major, reply.minor),
            reply.inode,
            self._parse_name(reply.name),
        )
        return QueryResult(mapping, reply.name, reply.page_size, reply.build_id or None, "ioctl")

    @cached_property
    def _gate(self) -> QueryResult | None:
        """The gate area, by the text. It stays the same as long as the address space exists."""
        last = next(reversed(loads(self._text(), errors="collect", dialect=LINUX.name)), None)
        if last is None or last.name.kind not in _GATES:
            return None
        try:
            self._ioctl(last.start, 0)
        except FileNotFoundError:
            return QueryResult(last, last.name.raw, None, None, "text")
        return None  # arm64 maps [vectors] of a 32-bit process like any other memory

    # --- by the text ------------------------------------------------------------------------------

    def _text(self) -> bytes:
        with self._read_lock:
            self._file.seek(0)
            return read_text(self._file, self._proc_file)

    def _by_text(self, query: _Query) -> QueryResult | None:
        snapshot = loads(self._text(), errors="collect")
        for row, end in enumerate(snapshot.columns.end):
            if end <= query.address:
                continue
            mapping = snapshot[row]
            if query.matches(mapping):
                found = _build_id(mapping, self._proc_file) if query.build_id else None
                raw = mapping.name.raw
                ambiguous = NEWLINE in raw and isinstance(mapping.name, FileBacked)
                return QueryResult(mapping, None if ambiguous else raw, None, found, "text")
            if not query.or_next:
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
    """Return the mapping that contains *address* in process *pid*, or None.

    The options are those of `Querier.query`; use a `Querier` for many addresses. Raises what
    `procmaps.maps` raises, and `ValueError` for an address outside 64 bits.
    """
    with Querier(pid, root=root) as querier:
        return querier.query(address, or_next=or_next, require=require, build_id=build_id)


def _parse_name(unescaped: bytes) -> Name:
    """Return the record of a name from ``d_path()``, as ``maps`` prints it."""
    return loading.load(LINUX.name).parse_name(unescaped.replace(b"\n", NEWLINE))


def _query_in_c(file: int) -> _storage.KernelQuery[QueryResult] | None:
    """Return the queries of an open file that succeed, made in C; None without the extension."""
    if storage.KernelQuery is None:
        return None
    return storage.KernelQuery(
        file,
        PROCMAP_QUERY,
        Mapping,
        tuple(getattr(Mapping, name) for name in mappings.FIELDS),
        QueryResult,
        tuple(getattr(QueryResult, name) for name in _RESULT_FIELDS),
        _ALL_PERMS,
        Device,
        _parse_name,
        "ioctl",
    )


_ALL_PERMS: Final = tuple(map(Perms.from_flags, range(ACCESS + 1)))
"""The permissions by the bits that the ioctl reports."""


def _build_id(mapping: Mapping, file: ProcFile) -> bytes | None:
    """Return the build ID of the mapped file, by its link in ``map_files`` or by its path."""
    if not mapping.has_file:
        return None
    paths: list[bytes] = [
        os.fsencode(f"{file.process_folder}/map_files/{mapping.start:x}-{mapping.end:x}")
    ]
    if isinstance(mapping.name, FileBacked):
        path = os.fsencode(f"{file.process_folder}/root") + mapping.name.path
        try:
            if os.stat(path).st_ino == mapping.inode:
                paths.append(path)
        except OSError:
            pass  # removed, or not readable for us; map_files may still work
    for path in paths:
        try:
            return build_id_at(path)
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise failed_error(file, error) from error
    return None
