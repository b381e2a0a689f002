"""The extension rejects arguments that would make it read or write out of bounds."""

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


def scanner() -> Any:
    return _scanner.Scanner(TABLES, TEXT, names=1, flags=0, seed=1)


def buffers(rows: int) -> list[Any]:
    """Return the buffers for `run`, with room for *rows* mappings and field blocks."""
    columns = tuple(array("Q", bytes(8 * rows)) for _ in native.HEADER_COLUMNS)
    usage = tuple(array("Q", bytes(8 * (rows + 2))) for _ in range(len(USAGE) + 1))
    return [columns, usage, array("Q", bytes(8 * (len(USAGE) + 1))), array("Q", bytes(32))]


def test_run_fills_the_buffers() -> None:
    given = buffers(1)
    assert scanner().run(0, 0, 1, *given) == (len(TEXT), 1, 2, 0, native.DONE)
    assert given[0][native.HEADER_COLUMNS.index("end")][0] == 0x2000
    assert given[0][native.HEADER_COLUMNS.index("usage_row")][0] == 1
    assert given[1][USAGE.index("rss")][1] == 4096


def test_run_stops_without_room() -> None:
    assert scanner().run(0, 0, 1, *buffers(0)) == (0, 0, 1, 0, native.ROWS_FULL)
    columns, usage, filled, unknown = buffers(1)
    nothing = (None,) * (len(USAGE) + 1)
    assert scanner().run(0, 0, 1, columns, nothing, filled, unknown) == (
        35,
        1,
        1,
        0,
        native.NO_USAGE_COLUMN,
    )
    short = tuple(column[:1] for column in usage)
    assert scanner().run(0, 0, 1, columns, short, filled, unknown) == (
        0,
        0,
        1,
        0,
        native.USAGE_ROWS_FULL,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offset": -1}, "offset must be in the text"),
        ({"offset": len(TEXT) + 1}, "offset must be in the text"),
        ({"rows": 2}, "rows must be a number of rows in the buffers"),
        ({"rows": -1}, "rows must be a number of rows in the buffers"),
        ({"usage_rows": 0}, "usage_rows must be a number of rows in the buffers, at least 1"),
        ({"usage_rows": 4}, "usage_rows must be a number of rows in the buffers, at least 1"),
        ({"columns": ()}, "columns must be 10 buffers"),
        ({"usage": ()}, f"usage must be {len(USAGE) + 1} buffers or None"),
        ({"filled": array("Q")}, f"filled must be {len(USAGE) + 1} numbers"),
    ],
)
def test_run_rejects_wrong_arguments(change: dict[str, Any], message: str) -> None:
    columns, usage, filled, unknown = buffers(1)
    arguments = {"offset": 0, "rows": 0, "usage_rows": 1, "columns": columns, "usage": usage,
                 "filled": filled, "unknown_fields": unknown, **change}  # fmt: skip
    with pytest.raises(ValueError) as caught:
        scanner().run(*arguments.values())
    assert str(caught.value) == message


def test_run_rejects_read_only_and_unaligned_buffers() -> None:
    columns, usage, filled, unknown = buffers(1)
    with pytest.raises(BufferError):
        scanner().run(0, 0, 1, (bytes(8), *columns[1:]), usage, filled, unknown)
    shifted = memoryview(bytearray(16))[1:9]
    with pytest.raises(ValueError, match=r"^a buffer must be aligned to its items$"):
        scanner().run(0, 0, 1, (shifted, *columns[1:]), usage, filled, unknown)


def test_scanner_requires_tables_and_bytes() -> None:
    with pytest.raises(TypeError, match=r"^tables must be ScannerTables$"):
        _scanner.Scanner(object(), TEXT, names=1, flags=0, seed=1)
    with pytest.raises(TypeError):
        _scanner.Scanner(TABLES, bytearray(TEXT), names=1, flags=0, seed=1)


TABLE = bytes(256).replace(b"\0", b"\xff")
DIGITS = bytes(byte - 48 if 48 <= byte < 58 else OUTSIDE for byte in range(256))


@pytest.mark.parametrize(
    "step",
    [
        (TABLE[1:], 0, 1, 0, -1, False),
        (bytes(256), 0, 1, 0, -1, False),
        (TABLE, 2, 1, 0, -1, False),
        (TABLE, 0, 1, 0, 8, False),
        (TABLE, 0, 1, 0, -2, False),
        (TABLE, 0, 1, 37, 0, False),
        (DIGITS, 0, 1, 8, 0, False),
    ],
)
def test_tables_reject_a_step_that_cannot_run(step: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"^a step that cannot run: its table must have 256 "):
        _scanner.ScannerTables((step,), (), (), (), (), (), (), (), 1)


def test_tables_reject_a_key_without_a_column() -> None:
    with pytest.raises(
        ValueError, match=r"^a key must have text, a kind, and a column of that kind$"
    ):
        _scanner.ScannerTables((), (), (), (), (), (), (), ((b"Rss:", 0, 0),), 1)


def test_text_has_one_index() -> None:
    known = scanner()
    known.add_name(b"/x", 1)
    with pytest.raises(ValueError, match=r"^this text has another index already$"):
        known.add_name(b"/x", 2)


def hashed(word: bytes, seed: int) -> int:
    """Return the hash of a text of less than eight bytes, as intern_table.c computes it."""
    mixed = (seed ^ len(word) ^ int.from_bytes(word, "little")) * 0xBF58476D1CE4E5B9 % 2**64
    return mixed ^ mixed >> 32


def test_agrees_on_names_that_collide_until_the_intern_table_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All these texts begin at one slot. Such texts exist for every seed."""
    seed, probes = 1, 64
    words = (b"/%x" % number for number in itertools.count(2**20))
    alike = [
        *itertools.islice((word for word in words if hashed(word, seed) % 256 == 0), probes + 2)
    ]
    text = b"".join(b"1000-2000 rw-p 00000000 00:00 0 %b\n" % name for name in (*alike, *alike))
    monkeypatch.setattr(native.secrets, "randbits", {64: seed}.__getitem__)
    oracle.check(text)


def test_run_checks_the_usage_row_of_the_caller() -> None:
    """The caller can change the usage row of the last mapping, so it is checked again."""
    text = b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n"
    columns, usage, filled, unknown = buffers(1)
    reader = _scanner.Scanner(TABLES, text, names=1, flags=0, seed=1)
    columns[native.HEADER_COLUMNS.index("usage_row")][0] = 2**32 - 1
    assert reader.run(33, 1, 1, columns, usage, filled, unknown) == (33, 1, 1, 0, native.UNMATCHED)


NUMBERS = array("Q", (1, 2, 3))
TOO_SHORT = "a column has fewer numbers than there are rows, or numbers of an unknown size"
FORMS = r"a column of a form that build\(\) does not have"


def test_build_fills_only_slots_of_the_record() -> None:
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
    with pytest.raises(TypeError, match=r"^a slot must be a member descriptor$"):
        _scanner.build(Mapping, (1,), (NUMBERS,), 0, 1)


@pytest.mark.parametrize(
    ("column", "first", "count", "message"),
    [
        (NUMBERS, 1, 3, TOO_SHORT),
        (NUMBERS, 4, 0, TOO_SHORT),
        (NUMBERS, -1, 1, "expected 1 to 128 slots, a column for each, and no negative row"),
        (NUMBERS, 0, -1, "expected 1 to 128 slots, a column for each, and no negative row"),
        (array("H", (1, 2)), 0, 1, TOO_SHORT),
        ((), 0, 1, FORMS),
        (((), NUMBERS, NUMBERS), 0, 1, FORMS),
        ((max, NUMBERS, NUMBERS, NUMBERS), 0, 1, FORMS),
    ],
)
def test_build_rejects_wrong_columns(column: Any, first: int, count: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        _scanner.build(Mapping, (Mapping.start,), (column,), first, count)


def test_gather_sets_missing_after_the_last_number() -> None:
    into = array("Q", bytes(24))
    _scanner.gather(NUMBERS, array("I", (2, 0, 3)), into)
    assert [*into] == [3, 1, 2**64 - 1]
    with pytest.raises(ValueError, match=r"^into must have an item for each row$"):
        _scanner.gather(NUMBERS, array("I", (2, 0, 3, 4)), into)
