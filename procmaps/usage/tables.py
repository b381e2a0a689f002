"""The mappings of a snapshot or a selection as columns, with a record for each distinct name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import attrs

from procmaps._cached_property import cached_property
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.usage_block_table import MISSING
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked, Name, Unnamed
from procmaps.records.usage import ExtraField
from procmaps.snapshots.snapshot import Snapshot, buffers_of

Numbers = Sequence[int]


@attrs.frozen(eq=False, slots=False)
class Table:
    """One row for each mapping.

    start, end    The range, in bytes; the end is exclusive.
    perms         `procmaps.Perms.flags`.
    offset        The offset in the file, in bytes.
    major, minor  The device of the file.
    inode         The inode of the file; 0 without a file.
    name_index    The index of the name.
    name_keys     By index of a name, a key that only equal names have, in any table.
    name          Returns the name with an index.
    column        Returns a figure in bytes for each row, `MISSING` where it was not printed; None
                  if no row has it.
    has_usage     Whether the text has figures.
    extras        Returns the fields that no table of formats knows, with their rows.
    buffers       The columns of the text, for sums in C; None without a text.
    """

    start: Numbers
    end: Numbers
    perms: Numbers
    offset: Numbers
    major: Numbers
    minor: Numbers
    inode: Numbers
    name_index: Numbers
    name_keys: Sequence[Hashable]
    name: Callable[[int], Name]
    column: Callable[[str], Numbers | None]
    has_usage: bool
    extras: Callable[[], Iterable[tuple[int, ExtraField]]]
    buffers: ColumnBuffers | None = None

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def names(self) -> list[Name]:
        """Every name by its index."""
        return [*map(self.name, range(len(self.name_keys)))]


def table_of(source: Snapshot | Iterable[Mapping]) -> Table:
    """Return the columns of *source*."""
    return _of_snapshot(source) if isinstance(source, Snapshot) else _of_records(tuple(source))


def _of_snapshot(snapshot: Snapshot) -> Table:
    buffers = buffers_of(snapshot)
    dialect, columns = str(snapshot.dialect), snapshot.columns
    usage = columns.usage
    known = frozenset(usage)  # a lookup gathers the column

    def column(attribute: str) -> Numbers | None:
        return usage[attribute].tolist() if attribute in known else None

    return Table(
        start=buffers.start,
        end=buffers.end,
        perms=buffers.perms,
        offset=buffers.offset,
        major=buffers.major,
        minor=buffers.minor,
        inode=buffers.inode,
        name_index=buffers.name_index,
        # A dialect parses equal texts to equal names.
        name_keys=[(dialect, text) for text in buffers.names.texts],
        name=snapshot.name_record,
        column=column,
        has_usage=buffers.has_usage,
        extras=lambda: _extras(snapshot),
        buffers=buffers,
    )


def _of_records(mappings: tuple[Mapping, ...]) -> Table:
    indexes: dict[Name, int] = {}
    name_index = [indexes.setdefault(each.name, len(indexes)) for each in mappings]

    def column(attribute: str) -> Numbers | None:
        numbers = [
            MISSING if each.usage is None or (value := getattr(each.usage, attribute)) is None
            else value
            for each in mappings
        ]  # fmt: skip
        return None if all(number == MISSING for number in numbers) else numbers

    return Table(
        start=[each.start for each in mappings],
        end=[each.end for each in mappings],
        perms=[each.perms.flags for each in mappings],
        offset=[each.offset for each in mappings],
        major=[each.device.major for each in mappings],
        minor=[each.device.minor for each in mappings],
        inode=[each.inode for each in mappings],
        name_index=name_index,
        name_keys=[*indexes],
        name=[*indexes].__getitem__,
        column=column,
        has_usage=any(each.usage is not None for each in mappings),
        extras=lambda: _extras(mappings),
    )


def _extras(mappings: Iterable[Mapping]) -> Iterator[tuple[int, ExtraField]]:
    for row, mapping in enumerate(mappings):
        for field in mapping.usage.extra if mapping.usage else ():
            yield row, field


def files_before(table: Table, names: Sequence[Name]) -> list[bytes | None]:
    """Return for each unnamed row the path of the file that ends where it starts, or None.

    A library's .bss is such memory. Unnamed rows without a hole between them have the same file.
    *names* are those of *table*, by index.
    """
    unnamed = [isinstance(name, Unnamed) for name in names]
    paths = [name.path if isinstance(name, FileBacked) else None for name in names]
    found: list[bytes | None] = []
    limit, path = 0, None
    for index, start, end in zip(table.name_index, table.start, table.end, strict=True):
        if unnamed[index]:
            path = path if start == limit else None
            found.append(path)
        else:
            path = paths[index]
            found.append(None)
        limit = end
    return found
