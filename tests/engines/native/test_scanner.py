"""The extension refuses what would make it read or write where it must not."""

from __future__ import annotations

import itertools
from array import array
from typing import Any

import pytest

from procmaps.grammar.to_byte_tables import OUTSIDE, USAGE
from procmaps.records.mapping import Mapping
from procmaps.records.usage import Usage

_scanner = pytest.importorskip(
    "procmaps.engines._scanner", reason="the native scanner was not built: no C compiler"
)
native = pytest.importorskip("procmaps.engines.native_engine", reason="it needs the native scanner")
oracle = pytest.importorskip("tests.engines.native.oracle", reason="it needs the native scanner")
TABLES = oracle.TABLES

TEXT = b"1000-2000 rw-p 00000000 00:00 0 /a\nRss: 4 kB\n"


def session() -> Any:
    return _scanner.Session(TABLES, TEXT, names=1, flags=0, seed=1)


def buffers(rows: int) -> list[Any]:
    """The arguments of `run` behind the numbers: room for so many mappings, each with a body."""
    columns = tuple(array("Q", bytes(8 * rows)) for _ in native.COLUMNS)
    usage = tuple(array("Q", bytes(8 * (rows + 2))) for _ in range(len(USAGE) + 1))
    return [columns, usage, array("Q", bytes(8 * (len(USAGE) + 1))), array("Q", bytes(32))]


def test_it_reads_into_the_buffers() -> None:
    given = buffers(1)
    assert session().run(0, 0, 1, *given) == (len(TEXT), 1, 2, 0, native.DONE)
    assert given[0][native.COLUMNS.index("end")][0] == 0x2000
    assert given[0][native.COLUMNS.index("usage_row")][0] == 1
    assert given[1][USAGE.index("rss")][1] == 4096


def test_it_stops_where_there_is_no_room() -> None:
    assert session().run(0, 0, 1, *buffers(0)) == (0, 0, 1, 0, native.ROWS_FULL)
    columns, usage, filled, kept = buffers(1)
    nothing = (None,) * (len(USAGE) + 1)
    assert session().run(0, 0, 1, columns, nothing, filled, kept) == (35, 1, 1, 0, native.NO_USAGE)
    short = tuple(column[:1] for column in usage)
    assert session().run(0, 0, 1, columns, short, filled, kept) == (0, 0, 1, 0, native.BODIES_FULL)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"at": -1}, ValueError, "at: not a place in the text"),
        ({"at": len(TEXT) + 1}, ValueError, "at: not a place in the text"),
        ({"rows": 2}, ValueError, "rows: more than the buffers hold"),
        ({"rows": -1}, ValueError, "rows: more than the buffers hold"),
        ({"bodies": 0}, ValueError, "bodies: none, or more than the buffers hold"),
        ({"bodies": 4}, ValueError, "bodies: none, or more than the buffers hold"),
        ({"columns": ()}, ValueError, "columns: 10 buffers"),
        ({"usage": ()}, ValueError, f"usage: {len(USAGE) + 1} buffers or None"),
        ({"filled": array("Q")}, ValueError, f"filled: {len(USAGE) + 1} numbers"),
    ],
)
def test_it_refuses(change: dict[str, Any], error: type[Exception], message: str) -> None:
    columns, usage, filled, kept = buffers(1)
    arguments = {"at": 0, "rows": 0, "bodies": 1, "columns": columns, "usage": usage,
                 "filled": filled, "kept": kept, **change}  # fmt: skip
    with pytest.raises(error) as caught:
        session().run(*arguments.values())
    assert str(caught.value) == message


def test_it_refuses_memory_that_is_not_its_own_to_write() -> None:
    columns, usage, filled, kept = buffers(1)
    with pytest.raises(BufferError):
        session().run(0, 0, 1, (bytes(8), *columns[1:]), usage, filled, kept)
    shifted = memoryview(bytearray(16))[1:9]
    with pytest.raises(ValueError, match=r"^a buffer that is not aligned to its items$"):
        session().run(0, 0, 1, (shifted, *columns[1:]), usage, filled, kept)


def test_a_session_wants_a_machine_and_bytes() -> None:
    with pytest.raises(TypeError, match=r"^machine: not a Machine$"):
        _scanner.Session(object(), TEXT, names=1, flags=0, seed=1)
    with pytest.raises(TypeError):
        _scanner.Session(TABLES, bytearray(TEXT), names=1, flags=0, seed=1)


TABLE = bytes(256).replace(b"\0", b"\xff")
DIGITS = bytes(byte - 48 if 48 <= byte < 58 else OUTSIDE for byte in range(256))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ((TABLE[1:], 0, 1, 0, -1, False), "a step of a program that cannot be run"),
        ((bytes(256), 0, 1, 0, -1, False), "a step of a program that cannot be run"),
        ((TABLE, 2, 1, 0, -1, False), "a step of a program that cannot be run"),
        ((TABLE, 0, 1, 0, 8, False), "a step of a program that cannot be run"),
        ((TABLE, 0, 1, 37, 0, False), "a step of a program that cannot be run"),
        ((DIGITS, 0, 1, 8, 0, False), "a digit that its base does not have"),
    ],
)
def test_a_machine_refuses_a_step(step: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        _scanner.Machine((step,), (), (), (), (), (), (), (), 1)


def test_a_machine_refuses_a_key_without_a_column() -> None:
    with pytest.raises(ValueError, match=r"^a key without a column to put its value in$"):
        _scanner.Machine((), (), (), (), (), (), (), ((b"Rss:", 0, 0),), 1)


def test_a_text_has_one_place() -> None:
    known = session()
    known.know_name(b"/x", 1)
    with pytest.raises(ValueError, match=r"^a text with two places$"):
        known.know_name(b"/x", 2)


def hashed(word: bytes, seed: int) -> int:
    """The hash of a text of less than eight bytes, as texts.c makes it."""
    mixed = (seed ^ len(word) ^ int.from_bytes(word, "little")) * 0xBF58476D1CE4E5B9 % 2**64
    return mixed ^ mixed >> 32


def test_a_text_for_which_the_table_has_no_room_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Texts that all begin at one slot: rare, but under every seed there are some."""
    seed, probes = 1, 64
    words = (b"/%x" % number for number in itertools.count(2**20))
    alike = [
        *itertools.islice((word for word in words if hashed(word, seed) % 256 == 0), probes + 2)
    ]
    text = b"".join(b"1000-2000 rw-p 00000000 00:00 0 %b\n" % name for name in (*alike, *alike))
    monkeypatch.setattr(native.secrets, "randbits", {64: seed}.__getitem__)
    oracle.check(text)


def test_what_a_caller_says_of_bodies_is_not_believed() -> None:
    """The last row's place in the usage columns is the caller's to change, and must lie in them."""
    text = b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n"
    columns, usage, filled, kept = buffers(1)
    reader = _scanner.Session(TABLES, text, names=1, flags=0, seed=1)
    columns[native.COLUMNS.index("usage_row")][0] = 2**32 - 1
    assert reader.run(33, 1, 1, columns, usage, filled, kept) == (33, 1, 1, 0, native.ODD)


NUMBERS = array("Q", (1, 2, 3))
TOO_SHORT = "a column has fewer numbers than there are rows, or numbers of an unknown size"
FORMS = r"a column of a form that build\(\) does not have"


def test_records_are_built_of_columns_and_only_of_their_own_slots() -> None:
    slots = (Mapping.start, Mapping.end, Mapping.name, Mapping.offset, Mapping.inode)

    def divide(one: int, other: int) -> int:
        return one // other

    table = ("zero", "one", "two", "three")
    columns = (NUMBERS, array("B", b"\4\5\6"), (table, NUMBERS), ("same",),
               (divide, array("Q", (7, 8, 9)), array("I", (0, 4, 3))))  # fmt: skip
    one, two = _scanner.build(Mapping, slots, columns, 1, 2)
    assert (one.start, one.end, one.name, one.offset, one.inode) == (2, 5, "two", "same", 2)
    assert (two.start, two.end, two.name, two.offset, two.inode) == (3, 6, "three", "same", 3)
    with pytest.raises(ZeroDivisionError):
        _scanner.build(Mapping, slots, columns, 0, 1)
    with pytest.raises(IndexError, match=r"^number 3 in a column for a table of 3 values$"):
        _scanner.build(Mapping, (Mapping.name,), ((table[:3], NUMBERS),), 0, 3)
    with pytest.raises(TypeError):
        _scanner.build(Usage, slots, columns, 1, 1)
    with pytest.raises(TypeError, match=r"^not the descriptor of a slot$"):
        _scanner.build(Mapping, (1,), (NUMBERS,), 0, 1)


@pytest.mark.parametrize(
    ("column", "first", "count", "message"),
    [
        (NUMBERS, 1, 3, TOO_SHORT),
        (NUMBERS, 4, 0, TOO_SHORT),
        (NUMBERS, -1, 1, "1 to 128 slots, a column for each, and rows from 0 on"),
        (NUMBERS, 0, -1, "1 to 128 slots, a column for each, and rows from 0 on"),
        (array("H", (1, 2)), 0, 1, TOO_SHORT),
        ((), 0, 1, FORMS),
        (((), NUMBERS, NUMBERS), 0, 1, FORMS),
        ((max, NUMBERS, NUMBERS, NUMBERS), 0, 1, FORMS),
    ],
)
def test_records_are_not_built_of_what_is_not_there(
    column: Any, first: int, count: int, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        _scanner.build(Mapping, (Mapping.start,), (column,), first, count)


def test_numbers_are_gathered_where_there_are_any() -> None:
    into = array("Q", bytes(24))
    _scanner.gather(NUMBERS, array("I", (2, 0, 3)), into)
    assert [*into] == [3, 1, 2**64 - 1]
    with pytest.raises(ValueError, match=r"^into: an item for every place$"):
        _scanner.gather(NUMBERS, array("I", (2, 0, 3, 4)), into)
