# The C extension built from _c/. Programs come from procmaps.grammar.to_byte_tables.

from array import array
from types import MemberDescriptorType
from typing import Generic, TypeVar, final

from procmaps.grammar.to_byte_tables import Program

_T = TypeVar("_T")

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
class Scanner:
    def __new__(
        cls, tables: ScannerTables, text: bytes, names: int, flags: int, seed: int
    ) -> Scanner: ...
    def run(
        self,
        offset: int,
        rows: int,
        usage_rows: int,
        columns: tuple[array[int], ...],
        usage: tuple[array[int] | None, ...],
        filled: array[int],
        unknown_fields: array[int],
        /,
    ) -> tuple[int, int, int, int, int]: ...
    def new_names(self) -> list[bytes]: ...
    def new_flags(self) -> list[bytes]: ...
    def add_name(self, text: bytes, index: int, /) -> None: ...
    def add_flags(self, text: bytes, index: int, /) -> None: ...

@final
class UsageBuilder(Generic[_T]):
    def __new__(
        cls,
        record: type[_T],
        slots: tuple[MemberDescriptorType, ...],
        columns: tuple[array[int], ...],
    ) -> UsageBuilder[_T]: ...
    def build(self, row: int, others: tuple[object, ...], /) -> _T: ...

def build(
    record: type[_T],
    slots: tuple[MemberDescriptorType, ...],
    columns: tuple[object, ...],
    first: int,
    count: int,
    /,
) -> list[_T]: ...
def gather(numbers: array[int], rows: array[int], into: array[int], /) -> None: ...
def read(fd: int, capacity: int, min_read: int, /) -> tuple[bytes, int]: ...
