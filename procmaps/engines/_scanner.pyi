# What the C in _c/ offers; see procmaps.grammar.to_byte_tables, native, rows, bodies and files.

from array import array
from types import MemberDescriptorType
from typing import Generic, TypeVar, final

from procmaps.grammar.to_byte_tables import Program

_T = TypeVar("_T")

@final
class Machine:
    def __new__(
        cls,
        addresses: Program,
        middle: Program,
        name: Program,
        size: Program,
        count: Program,
        flags: Program,
        text: Program,
        keys: tuple[tuple[bytes, int, int], ...],
        columns: int,
    ) -> Machine: ...

@final
class Session:
    def __new__(
        cls, machine: Machine, text: bytes, names: int, flags: int, seed: int
    ) -> Session: ...
    def run(
        self,
        at: int,
        rows: int,
        bodies: int,
        columns: tuple[array[int], ...],
        usage: tuple[array[int] | None, ...],
        filled: array[int],
        kept: array[int],
        /,
    ) -> tuple[int, int, int, int, int]: ...
    def fresh_names(self) -> list[bytes]: ...
    def fresh_flags(self) -> list[bytes]: ...
    def know_name(self, text: bytes, place: int, /) -> None: ...
    def know_flags(self, text: bytes, place: int, /) -> None: ...

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
def gather(numbers: array[int], places: array[int], into: array[int], /) -> None: ...
def read(fd: int, room: int, least: int, /) -> tuple[bytes, int]: ...
