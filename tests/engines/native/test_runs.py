"""The scanner is run few times, however long a text is, with buffers that have a bound."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest

from procmaps.grammar import loading

if TYPE_CHECKING:
    from procmaps.engines import native_engine as native
else:
    reason = "it needs the native scanner"
    native = pytest.importorskip("procmaps.engines.native_engine", reason=reason)

ROWS = 60_000

MAX_RUNS = 30
"""The room grows by a factor each time; rows without any growth would take sixty runs."""


class Runs(native._Scan):  # pyright: ignore[reportPrivateUsage]
    """A scan that remembers why each run ended, and for how many rows each run has room."""

    def __init__(self, text: bytes, *, stop: bool = False) -> None:
        grammar = loading.load("linux")
        tables = native.scanner_tables(grammar)
        assert tables
        super().__init__(text, grammar, tables, stop=stop)
        self.reasons: list[int] = []
        self.wanted: list[tuple[int, int]] = []

    def _run(self, offset: int, rows: int, usage_rows: int) -> tuple[int, int]:
        self.wanted.append((len(self.columns) + rows, self.usage_table.rows + usage_rows))
        found = super()._run(offset, rows, usage_rows)
        self.reasons.append(found[1])
        return found


def entries(fields: bytes) -> bytes:
    """Return that many mappings with different *fields*, which have a ``%d``."""
    line = b"%x-%x rw-p 00000000 00:00 0 \n" + fields
    return b"".join(
        line % (n << 12, n + 1 << 12, *((n,) * fields.count(b"%"))) for n in range(ROWS)
    )


@pytest.mark.parametrize("fields", [b"", b"Size: 4 kB\nRss: %d kB\nVmFlags: rd wr \n"])
def test_the_room_for_rows_grows_with_the_text(fields: bytes) -> None:
    scan = Runs(entries(fields))
    assert len(scan.run()) == ROWS
    assert len(scan.reasons) <= MAX_RUNS
    assert native.UNMATCHED not in scan.reasons


@pytest.mark.parametrize(
    ("fields", "buffer", "numbers"), [(b"junk\n", "unparsed", 2), (b"New: %d kB\n", "extra", 3)]
)
def test_records_of_one_run_have_a_bound(fields: bytes, buffer: str, numbers: int) -> None:
    scan = Runs(entries(fields))
    assert len(scan.run()) == ROWS
    assert len(getattr(scan, buffer)) == numbers * native.MAX_RECORDS
    assert len(scan.reasons) <= MAX_RUNS


def test_no_column_gets_more_room_than_a_run_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    extend = native._extend  # pyright: ignore[reportPrivateUsage]
    scan = Runs(entries(b"Rss: %d kB\n"))
    lengths: list[int] = []

    def extended(column: array[int], rows: int) -> None:
        extend(column, rows)
        lengths.append(len(column))
        assert len(column) in scan.wanted[-1]

    monkeypatch.setattr(native, "_extend", extended)
    assert len(scan.run()) == ROWS
    assert max(lengths) > ROWS


@pytest.mark.parametrize("fields", [b"", b"Rss: %d kB\n", b"New: %d kB\n"])
def test_strict_reading_needs_the_expressions_for_no_good_line(
    fields: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_unmatched(*_: object) -> None:
        pytest.fail("a line was read outside the scanner")

    monkeypatch.setattr(Runs, "_read_unmatched", read_unmatched)
    scan = Runs(entries(fields), stop=True)
    assert len(scan.run()) == ROWS
    assert len(scan.reasons) <= MAX_RUNS


def test_strict_reading_ends_at_the_first_bad_line() -> None:
    good = entries(b"")[: 40 * 3000]
    good = good[: good.rindex(b"\n") + 1]
    scan = Runs(good + b"junk\n" + entries(b"Rss: %d kB\n"), stop=True)
    assert len(scan.run()) == good.count(b"\n")
    (bad,) = scan.columns.unparsed
    assert (bad.start, bad.end) == (len(good), len(good) + len(b"junk\n"))
