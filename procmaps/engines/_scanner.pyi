# The C extension built from _c/. Programs come from procmaps.grammar.to_byte_tables.

from array import array
from typing import final

from procmaps.grammar.to_byte_tables import Program

@final
class ScannerTables:
    def __new__(
        cls,
        addresses: Program,
        fixed_columns: Program,
        name: Program,
        size: Program,
        count: Program,
        flags: Program,
        text: Program,
        keys: tuple[tuple[bytes, int, int], ...],
        columns: int,
    ) -> ScannerTables: ...

@final
class Texts:
    def __new__(cls, text: bytes, key: bytes, first: tuple[bytes, ...]) -> Texts: ...
    @property
    def texts(self) -> tuple[bytes, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> bytes: ...
    def __contains__(self, text: object, /) -> bool: ...
    def index(self, text: bytes, /) -> int: ...

@final
class Scanner:
    def __new__(cls, tables: ScannerTables, text: bytes, names: Texts, flags: Texts) -> Scanner: ...
    def run(
        self,
        offset: int,
        rows: int,
        usage_rows: int,
        columns: tuple[array[int], ...],
        usage: tuple[array[int] | None, ...],
        filled: array[int],
        extra: array[int],
        unparsed: array[int],
        /,
    ) -> tuple[int, int, int, int, int, int]: ...

@final
class LineFilter:
    def __new__(
        cls,
        tables: ScannerTables,
        key: bytes,
        perms: bytes,
        least: int,
        most: int,
        files: tuple[tuple[int, bool, int, int, bool], ...],
        unnamed: int,
    ) -> LineFilter: ...
    def __len__(self) -> int: ...
    def know(self, name: bytes, verdict: int, /) -> None: ...
    def run(self, text: bytes, /) -> tuple[bytes, bytes, int | None] | None: ...
    def read(self, path: bytes, /) -> tuple[bytes, bytes, int | None] | None: ...
    def again(self) -> tuple[bytes, bytes, int | None] | None: ...

def find_address_space(call: int, pid: int, known: array[int], /) -> tuple[int, int, int]: ...
def find_rows(
    starts: memoryview[int], ends: memoryview[int], addresses: array[int], rows: array[int], /
) -> None: ...
def keyed_hash(text: bytes, key: bytes, /) -> int: ...
def count_frames(
    fd: int, frames: array[int], lengths: array[int], /
) -> tuple[int, bytes, bytes]: ...
def gather(numbers: array[int], rows: array[int], into: array[int], /) -> None: ...
def read(fd: int, capacity: int, min_read: int, /) -> tuple[bytes, int]: ...
def sum_groups(
    groups: array[int],
    starts: array[int],
    ends: array[int],
    usage_rows: array[int],
    columns: tuple[array[int] | None, ...],
    ceilings: bytes,
    into: array[int],
    /,
) -> None: ...
def walk_pages(
    fd: int,
    page: int,
    categories: int,
    options: int,
    starts: array[int],
    ends: array[int],
    flags: bytes,
    numbers: array[int],
    row: int,
    address: int,
    /,
) -> tuple[int, int, int, tuple[tuple[bytes, bytes], ...]]: ...
