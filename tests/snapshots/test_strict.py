"""Strict reading ends soon after the first line that no dialect accepts."""

from __future__ import annotations

import pytest

from procmaps import ParseError, loads
from procmaps.engines import lark_engine, regex_engine, scan_text
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.engine_selection import why_not_native
from procmaps.grammar import loading
from procmaps.snapshots import dialect_detection
from procmaps.snapshots import loading as snapshot_loading

ENGINES = ["reference", "python", "native"]
GOOD = b"1000-2000 rw-p 00000000 00:00 0 /x\n"
MANY = 6000


def scan(engine: str, text: bytes, dialect: str = "linux") -> ColumnBuffers:
    loaded = loading.load(dialect)
    if engine == "reference":
        return lark_engine.scan(text, loaded, stop=True)
    if engine == "python":
        return regex_engine.scan(text, loaded, stop=True)
    if missing := why_not_native():
        pytest.skip(f"the native scanner was not built: {missing}")
    from procmaps.engines import native_engine  # noqa: PLC0415 - only where it was built

    tables = native_engine.scanner_tables(loaded)
    assert tables
    return native_engine.scan(text, loaded, tables, stop=True)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bad", [b"junk\n", b"2000-1000 rw-p 00000000 00:00 0 \n", b"Rss: 4 kB\n"])
def test_an_engine_reads_little_after_the_first_error(engine: str, bad: bytes) -> None:
    columns = scan(engine, bad + GOOD * MANY + bad)
    assert len(columns) <= regex_engine.CHUNK
    assert columns.unparsed[0].end == len(bad)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_reads_all_of_a_text_without_an_error(engine: str) -> None:
    columns = scan(engine, GOOD * 300)
    assert (len(columns), len(columns.unparsed)) == (300, 0)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the number of rows of each scan that the test makes."""
    rows: list[int] = []
    real = scan_text.scan

    def counted(text: bytes, grammar: loading.Grammar, *, stop: bool = False) -> ColumnBuffers:
        columns = real(text, grammar, stop=stop)
        rows.append(len(columns))
        return columns

    monkeypatch.setattr(dialect_detection, "scan", counted)
    monkeypatch.setattr(snapshot_loading, "scan", counted)
    return rows


@pytest.mark.parametrize("dialect", ["auto", "linux", "cygwin"])
def test_the_first_error_is_raised_without_reading_the_rest(
    scanned: list[int], dialect: str
) -> None:
    with pytest.raises(ParseError) as caught:
        loads(GOOD + b"\0\n" + GOOD * MANY, dialect=dialect)
    assert caught.value.line == 2
    assert max(scanned) <= regex_engine.CHUNK + 1


# The marker is far from the first line that Linux does not accept.
NOMMU = b"1000-2000 r-xS 00000000 00:00 0 /y\n"
CYGWIN = b"1000-2000 ===p 00000000 0000:0000 0\n"


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("nommu", GOOD * 200 + b"rest of a name\n" + GOOD * 200 + b"again\n" + NOMMU),
        ("cygwin", GOOD * 200 + CYGWIN + GOOD),
        ("android", GOOD * 200 + b"1000-2000 rw-p 00000000 00:00 0 [anon:a\nb]\n" + GOOD),
    ],
)
def test_an_error_that_a_dialect_can_accept_does_not_end_the_reading(
    dialect: str, text: bytes
) -> None:
    assert loads(text, errors="collect").dialect == dialect
    assert loads(text).dialect == dialect


@pytest.mark.parametrize("tail", [b"", b"junk\n", CYGWIN, NOMMU])
@pytest.mark.parametrize("bad", [b"junk\n", b"Rss: 4 MB\n", b"2-1" + GOOD[9:]])
def test_strict_raises_the_first_error_of_collected_ones(bad: bytes, tail: bytes) -> None:
    text = bad + GOOD * 40 + tail
    with pytest.raises(ParseError) as caught:
        loads(text)
    assert caught.value == loads(text, errors="collect").first_error
