"""The native engine fills the same columns as the reference for any text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip(
    "procmaps.engines._scanner", reason="the native scanner was not built: no C compiler"
)

from procmaps.engines import native_engine, regex_engine
from procmaps.engines.extra_lines import extra_fields
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from tests.engines.native import oracle
from tests.engines.native.lines import SEEDS
from tests.support.columns import difference
from tests.support.examples import examples


@given(st.lists(st.sampled_from(SEEDS), max_size=14), st.integers(1, 3), st.integers(0, 40))
def test_agrees_on_lines_in_any_order_cut_anywhere(
    lines: list[bytes], times: int, cut: int
) -> None:
    text = b"".join(lines) * times
    oracle.check(text[: len(text) - cut] if cut else text)


@given(st.binary(max_size=200))
def test_agrees_on_any_bytes(text: bytes) -> None:
    oracle.check(text)


def test_agrees_on_damaged_entries() -> None:
    for seed in range(examples(2000)):
        chance = random.Random(seed)
        oracle.check(oracle.mutated(oracle.entry(chance), chance))


@pytest.mark.parametrize("name", ["maps", "smaps", "smaps_rollup"])
def test_agrees_on_this_process(name: str) -> None:
    oracle.check(Path("/proc/self", name).read_bytes())


@pytest.mark.parametrize("dialect", [dialect.name for dialect in DIALECTS])
def test_agrees_with_the_python_engine_on_every_dialect_with_tables(dialect: str) -> None:
    loaded = loading.load(dialect)
    tables = native_engine.scanner_tables(loaded)
    text = b"".join(SEEDS) * 3
    if dialect in ("linux", "qemu", "wsl", "freebsd"):
        assert tables
        found = native_engine.scan(text, loaded, tables)
        assert difference(found, regex_engine.scan(text, loaded)) is None
    else:
        # Names of several lines, Android's Name:, Cygwin's ===: no sequences of byte sets.
        assert tables is None


# Each is a prefix of another, or differs from it in one byte or in its padding.
TAILS = (
    b"rw-p 00000000 00:00 01 ",
    b"rw-p 00000000 00:00 0x",
    b"rw-p 00000000 00:00 0\t[heap]",
    b"rw-p 00000000 00:00 0       [heap]",
    b"rw-p 00000000 00:00 0000000000000000000",
    b"rw-p 00000000 00:00 00000000000000000000",
    b"rw-p 00000000 00:00 000000000000000000000",
    b"rw-p 00000000 00:00 0 ",
    b"rw-p 00000000 00:00 0",
    b"rw-p 00000000 00:00 0  ",
    b"rw-p 00000000 00:00 0 [heap]",
    b"rw-p 00000000 00:00 0 [heap]x",
    b"rw-p 00000000 00:00 0 [heap] ",
    b"rw-s 00000000 00:00 0 ",
    b"rw-p 00000000 00:00 1 ",
    b"-w-p 00000000 00:00 0 ",
    b"rw-p 00000000 00:00 99999999999999999999 ",
    b"",
)


@given(
    st.lists(st.tuples(st.sampled_from(TAILS), st.sampled_from((b"\n", b"\nRss: 4 kB\n")))),
    st.sampled_from((b"", b"\n")),
)
def test_agrees_on_header_lines_with_equal_columns_after_the_addresses(
    lines: list[tuple[bytes, bytes]], last: bytes
) -> None:
    headers = [b"%x-%x %s" % (number, number + 1, tail) for number, (tail, _) in enumerate(lines)]
    rests = [rest for _, rest in lines]
    oracle.check(b"".join(map(bytes.__add__, headers, rests)).removesuffix(b"\n") + last)


@given(
    st.text("0123456789abcdefg", max_size=18).map(str.encode),
    st.text("0123456789a", max_size=22).map(str.encode),
)
def test_agrees_on_numbers_of_any_length(hexadecimal: bytes, decimal: bytes) -> None:
    oracle.check(
        b"0-%s rw-p %s 0:0 %s\nRss: %s kB\n" % (hexadecimal, hexadecimal, decimal, decimal)
    )


def many(entries: int) -> bytes:
    """Return more rows, names, flags and unknown fields than the first buffers have room for."""
    lines: list[bytes] = []
    for number in range(entries):
        start = number << 12
        lines.append(b"%x-%x rw-p 00000000 00:00 %d /n%d\n" % (start, start + 4096, number, number))
        lines.append(b"Rss: %d kB\nNew%d: %d\n" % (number % 7, number % 3, number))
        lines.append(b"VmFlags: rd %d \n" % (number % 500))
    return b"".join(lines)


def test_buffers_grow() -> None:
    text = many(3000)
    assert oracle.TABLES
    found = native_engine.scan(text, oracle.LINUX, oracle.TABLES)
    assert difference(found, regex_engine.scan(text, oracle.LINUX)) is None
    assert len(found) == 3000
    assert len(found.names.texts) == 3001
    assert len(found.usage_table.flags.texts) == 500
    assert sum(len([*extra_fields(found, row)]) for row in found.usage_row) == 3000


def test_name_that_the_reference_read_first_keeps_its_index() -> None:
    """The first line with the name matches no table, so the reference reads it."""
    line = b"1000-2000 rw-p 00000000 00:00 0 /a" + b"\r"
    text = line + b"\n" + line + b"\n2000-3000 rw-p 00000000 100000000:00 0 /b\n"
    text += b"3000-4000 rw-p 00000000 00:00 0 /b\n"
    oracle.check(text)


def test_agrees_on_a_field_that_comes_late_and_then_is_missing() -> None:
    """A column gets room with its first line; rows without the line stay missing."""
    header = b"1000-2000 rw-p 00000000 00:00 0 \n"
    oracle.check(header * 70 + b"Rss: 4 kB\n" + header * 700 + b"Swap: 8 kB\nRss: 1 kB\n" + header)


def test_repeats_a_cached_value_only_for_an_equal_line() -> None:
    header = b"1000-2000 rw-p 00000000 00:00 0 \n"
    lines = (b"Rss: 4 kB\n", b"Rss: 4 kB\n", b"Rss: 40 kB\n", b"Rss: 4 kB", b"\n", b"Rss: 4 kB")
    oracle.check(b"".join(header + line for line in lines))


def test_scan_fills_the_arrays_without_a_copy() -> None:
    assert oracle.TABLES
    columns = native_engine.scan(b"".join(SEEDS[:2]), oracle.LINUX, oracle.TABLES)
    view = memoryview(columns.start)
    assert (view.format, view.itemsize, view[0]) == ("Q", 8, 0x7F0000000000)
    with pytest.raises(BufferError):
        columns.start.append(1)  # the view exports the column itself


def test_equal_blocks_of_fields_share_a_row() -> None:
    entry = b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n"
    other = entry.replace(b"4", b"8")
    assert oracle.TABLES
    columns = native_engine.scan(entry * 9 + other * 9, oracle.LINUX, oracle.TABLES)
    assert [*columns.usage_row] == [1] * 9 + [2] * 9


@pytest.mark.parametrize(
    "line",
    [
        b"junk\n",
        b"1000-2000 rw-p 00000000 00:00 0junk\n",
        b"1000-2000 rw-q 00000000 00:00 0 \n",
        b"1000-2000\n",
        b"\xff\xff\n",
    ],
)
def test_unreadable_lines_do_not_leave_the_scanner(
    line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a line that anybody can write would cost as much as a line in Python."""

    def leave(*_: object) -> int:
        raise AssertionError(line)

    monkeypatch.setattr("procmaps.engines.native_engine._Scan._read_unmatched", leave)
    assert oracle.TABLES
    columns = native_engine.scan(line * 3, oracle.LINUX, oracle.TABLES)
    assert len(columns.unparsed) == 1
