"""Bytes of a process's memory, with every part that cannot be read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence

import attrs

from procmaps._arguments import as_address, as_count
from procmaps.errors import MemoryHoles
from procmaps.live.memory_file import MemoryFile
from procmaps.live.present_mapping import present_mapping
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.process_snapshots import maps
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot

CHUNK = 1 << 20
"""Bytes of one read by default: larger ones are not faster."""

_ADDRESS_LIMIT = 1 << 64


@attrs.frozen
class MemoryPiece:
    """Bytes that were read.

    start   Address of the first.
    data    The bytes, at least one.
    """

    start: int
    data: bytes = attrs.field(repr=False)

    @property
    def length(self) -> int:
        """Number of bytes."""
        return len(self.data)


@attrs.frozen
class MemoryHole:
    """Addresses whose bytes cannot be read.

    start    First address.
    length   Number of bytes.
    reason   Why they cannot be read, as a clause.
    """

    start: int
    length: int
    reason: str


@attrs.frozen
class Memory:
    """A range of a process's memory: pieces and holes, which together are the whole range.

    start    First address.
    length   Number of bytes.
    pieces   What was read, ascending; two pieces are never adjacent.
    holes    What could not be read, ascending.

    ``bytes(memory)`` returns the bytes, and raises `MemoryHoles` if any is missing. The bytes are
    of several moments, because the process runs on between two reads: stop it if that matters.
    """

    start: int
    length: int
    pieces: tuple[MemoryPiece, ...]
    holes: tuple[MemoryHole, ...]

    def __bytes__(self) -> bytes:
        if self.holes:
            missing = tuple((each.start, each.length, each.reason) for each in self.holes)
            raise MemoryHoles(self.start, self.length, missing)
        return self.pieces[0].data if self.pieces else b""

    def filled(self) -> bytes:
        """Return the bytes with zeros in place of those that could not be read."""
        parts: list[bytes] = []
        position = self.start
        for piece in self.pieces:
            parts += (bytes(piece.start - position), piece.data)
            position = piece.start + piece.length
        return b"".join([*parts, bytes(self.start + self.length - position)])


def read_memory(
    pid: Pid, where: Mapping | int, length: int | None = None, *, root: Root = "/proc"
) -> Memory:
    """Read *length* bytes of the memory of a process: a mapping, or from an address.

    A length is needed with an address; with a mapping it defaults to the rest of it. Memory of that
    size is needed here; `iter_memory` needs a chunk's.

    Reading a page that the process has never touched makes the kernel map the page of zeros there.

    Raises `MappingGone` if the process does not have the mapping any more, `ProcessGone` if it ends
    or replaces its program meanwhile, `MemoryDenied`, and what `procmaps.maps` raises. Raises
    `ValueError` for a range outside of 64 bits, `TypeError` for anything but a mapping or address.
    """
    start, size = _range(where, length)
    pieces: list[MemoryPiece] = []
    holes: list[MemoryHole] = []
    run: list[MemoryPiece] = []
    for part in iter_memory(pid, where, length, root=root):
        if isinstance(part, MemoryPiece):
            run.append(part)
            continue
        pieces += _joined(run)
        run = []
        holes.append(part)
    return Memory(start, size, (*pieces, *_joined(run)), tuple(holes))


def iter_memory(
    pid: Pid,
    where: Mapping | int,
    length: int | None = None,
    *,
    chunk_size: int = CHUNK,
    root: Root = "/proc",
) -> Iterator[MemoryPiece | MemoryHole]:
    """Read memory as `read_memory` does, in pieces of at most *chunk_size* bytes.

    Yields pieces and holes in the order of addresses. Together they are the whole range, without
    overlaps. Adjacent holes have different reasons. Raises what `read_memory` raises, at once or
    between two pieces, and `ValueError` for a *chunk_size* below 1.
    """
    start, size = _range(where, length)
    as_count("chunk_size", chunk_size, least=1)
    return _iterate(ProcFile(pid, "maps", None, root_path(root)), where, start, size, chunk_size)


def _iterate(
    file: ProcFile, where: Mapping | int, start: int, size: int, chunk_size: int
) -> Iterator[MemoryPiece | MemoryHole]:
    with MemoryFile(file) as memory:
        if isinstance(where, Mapping):
            present_mapping(where, maps(file.pid, root=file.root, errors="collect"), file)
        yield from _merged(_read(memory, file, start, start + size, chunk_size, None))


def iter_mappings(
    pid: Pid, mappings: Sequence[Mapping], *, chunk_size: int = CHUNK, root: Root = "/proc"
) -> Iterator[tuple[int, MemoryPiece | MemoryHole]]:
    """Read each of *mappings* as `iter_memory` does; yield its index with each piece and hole.

    The memory is opened once, and ``maps`` is read once, however many mappings there are. Raises
    what `iter_memory` raises, `MappingGone` before the first piece.
    """
    as_count("chunk_size", chunk_size, least=1)
    file = ProcFile(pid, "maps", None, root_path(root))
    with MemoryFile(file) as memory:
        snapshot = maps(pid, root=root, errors="collect")
        for each in mappings:
            present_mapping(each, snapshot, file)
        for index, each in enumerate(mappings):
            for part in _merged(_read(memory, file, each.start, each.end, chunk_size, snapshot)):
                yield index, part


def _range(where: Mapping | int, length: int | None) -> tuple[int, int]:
    """Return first address and number of bytes. Raises `ValueError` or `TypeError`."""
    if length is not None:
        as_count("length", length, least=0)
    if isinstance(where, Mapping):
        start, size = where.start, where.size if length is None else length
        if size > where.size:
            msg = f"the mapping at {start:#x} has {where.size} bytes, fewer than {size}"
            raise ValueError(msg)
        return start, size
    start = as_address(where)
    if length is None:
        raise TypeError("reading from an address needs a length")
    if not 0 <= start <= start + length <= _ADDRESS_LIMIT:
        msg = f"{length} bytes at {start:#x} are not within 64 bits"
        raise ValueError(msg)
    return start, length


def _read(
    memory: MemoryFile,
    file: ProcFile,
    start: int,
    end: int,
    chunk_size: int,
    snapshot: Snapshot | None,
) -> Iterator[MemoryPiece | MemoryHole]:
    """Yield pieces, and holes of at most a page where something is mapped.

    *snapshot* says what is mapped in holes; without it, it is read at the first hole.
    """
    page = mmap.PAGESIZE
    position = start
    while position < end:
        data = memory.read(position, min(chunk_size, end - position))
        if data:
            yield MemoryPiece(position, data)
            position += len(data)
            continue
        if snapshot is None:
            snapshot = maps(file.pid, root=file.root, errors="collect")
        mapping = snapshot.mapping_at(position)
        if mapping is None:
            _, above = snapshot.neighbours(position)
            limit = min(end, above.start if above else end)
            reason = "nothing is mapped there"
        else:
            limit = min(end, position - position % page + page)
            reason = _reason(mapping)
        yield MemoryHole(position, limit - position, reason)
        position = limit


def _reason(mapping: Mapping) -> str:
    name = mapping.name.kind
    if mapping.has_file:
        return f"the kernel refuses it: {name}, {mapping.perms}; the file may end before it"
    return f"the kernel refuses it: {name}, {mapping.perms}"


def _merged(parts: Iterator[MemoryPiece | MemoryHole]) -> Iterator[MemoryPiece | MemoryHole]:
    """Join adjacent holes that have one reason."""
    hole: MemoryHole | None = None
    for part in parts:
        if isinstance(part, MemoryHole):
            if hole is not None and hole.reason == part.reason:
                hole = attrs.evolve(hole, length=hole.length + part.length)
                continue
            if hole is not None:
                yield hole
            hole = part
            continue
        if hole is not None:
            yield hole
            hole = None
        yield part
    if hole is not None:
        yield hole


def _joined(run: list[MemoryPiece]) -> Iterator[MemoryPiece]:
    """Yield adjacent pieces as one."""
    if run:
        yield MemoryPiece(run[0].start, b"".join(piece.data for piece in run))
