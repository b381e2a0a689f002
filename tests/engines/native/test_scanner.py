"""The extension rejects arguments that would make it read or write out of bounds."""

from __future__ import annotations

import pickle
import sys
import threading
from array import array
from typing import Any

import pytest

from procmaps.engines.intern_table import InternTable
from procmaps.grammar.to_byte_tables import OUTSIDE, USAGE, Step

_scanner = pytest.importorskip(
    "procmaps.engines._scanner", reason="the native scanner was not built: no C compiler"
)
native = pytest.importorskip("procmaps.engines.native_engine", reason="it needs the native scanner")
oracle = pytest.importorskip("tests.engines.native.oracle", reason="it needs the native scanner")
TABLES = oracle.TABLES

TEXT = b"1000-2000 rw-p 00000000 00:00 0 /a\nRss: 4 kB\n"


def scanner() -> Any:
    return _scanner.Scanner(TABLES, TEXT, texts(), texts())


def texts(text: bytes = TEXT, first: tuple[Any, ...] = (b"",)) -> Any:
    return _scanner.Texts(text, bytes(16), first)


def buffers(rows: int) -> list[Any]:
    """Return the buffers for `run`, with room for *rows* mappings and field blocks."""
    columns = tuple(array("Q", bytes(8 * rows)) for _ in native.HEADER_COLUMNS)
    usage = tuple(array("Q", bytes(8 * (rows + 2))) for _ in range(len(USAGE) + 1))
    return [
        columns,
        usage,
        array("Q", bytes(8 * (len(USAGE) + 1))),
        array("Q", bytes(24)),
        array("Q"),
    ]


def test_run_fills_the_buffers() -> None:
    given = buffers(1)
    assert scanner().run(0, 0, 1, *given) == (len(TEXT), 1, 2, 0, 0, native.DONE)
    assert given[0][native.HEADER_COLUMNS.index("end")][0] == 0x2000
    assert given[0][native.HEADER_COLUMNS.index("usage_row")][0] == 1
    assert given[1][USAGE.index("rss")][1] == 4096


def test_other_threads_run_while_a_text_is_read() -> None:
    """Nothing but a release gives the lock to the other thread: the interval is too long."""
    text = TEXT * 20_000
    reader = _scanner.Scanner(TABLES, text, texts(text), texts(text))
    given = buffers(20_000)
    may_run, has_run = threading.Event(), threading.Event()

    def run() -> None:
        may_run.wait()
        has_run.set()

    other = threading.Thread(target=run)
    interval = sys.getswitchinterval()
    other.start()
    sys.setswitchinterval(1000)
    try:
        may_run.set()
        # The other thread may need some time to wake up.
        ran = any(reader.run(0, 0, 1, *given) and has_run.is_set() for _ in range(400))
    finally:
        sys.setswitchinterval(interval)
        other.join()
    assert ran


def test_run_stops_without_room() -> None:
    assert scanner().run(0, 0, 1, *buffers(0)) == (0, 0, 1, 0, 0, native.ROWS_FULL)
    columns, usage, filled, extra, unparsed = buffers(1)
    nothing = (None,) * (len(USAGE) + 1)
    assert scanner().run(0, 0, 1, columns, nothing, filled, extra, unparsed) == (
        35,
        1,
        1,
        0,
        0,
        native.NO_USAGE_COLUMN,
    )
    short = tuple(column[:1] for column in usage)
    assert scanner().run(0, 0, 1, columns, short, filled, extra, unparsed) == (
        0,
        0,
        1,
        0,
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
    columns, usage, filled, extra, unparsed = buffers(1)
    arguments = {"offset": 0, "rows": 0, "usage_rows": 1, "columns": columns, "usage": usage,
                 "filled": filled, "extra": extra, "unparsed": unparsed, **change}  # fmt: skip
    with pytest.raises(ValueError) as caught:
        scanner().run(*arguments.values())
    assert str(caught.value) == message


def test_run_rejects_read_only_and_unaligned_buffers() -> None:
    columns, usage, filled, extra, unparsed = buffers(1)
    with pytest.raises(BufferError):
        scanner().run(0, 0, 1, (bytes(8), *columns[1:]), usage, filled, extra, unparsed)
    shifted = memoryview(bytearray(16))[1:9]
    with pytest.raises(ValueError, match=r"^a buffer must be aligned to its items$"):
        scanner().run(0, 0, 1, (shifted, *columns[1:]), usage, filled, extra, unparsed)


def test_scanner_requires_tables_and_bytes() -> None:
    wrong = r"^tables must be ScannerTables; names and flags must be Texts$"
    for given in ((object(), texts(), texts()), (TABLES, (), texts()), (TABLES, texts(), None)):
        with pytest.raises(TypeError, match=wrong):
            _scanner.Scanner(given[0], TEXT, *given[1:])
    with pytest.raises(TypeError):
        _scanner.Scanner(TABLES, bytearray(TEXT), texts(), texts())
    other = texts(bytes(bytearray(TEXT)))
    for names, flags in ((other, texts()), (texts(), other)):
        with pytest.raises(ValueError, match=r"^names and flags must be of the text$"):
            _scanner.Scanner(TABLES, TEXT, names, flags)


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


def test_texts_have_one_index_each() -> None:
    known = texts(first=(b"", b"/x"))
    assert [known.index(text) for text in (b"/x", b"/y", b"", b"/y")] == [1, 2, 0, 2]
    assert (len(known), [*known], known[2], known[-1]) == (3, [b"", b"/x", b"/y"], b"/y", b"/y")
    assert (b"/y" in known, b"/z" in known, "/y" in known, b"" in texts(first=())) == (
        (True, False, False, False)
    )
    assert known.texts == (b"", b"/x", b"/y")
    assert known.texts is known.texts
    known.index(b"/z")
    assert known.texts == (b"", b"/x", b"/y", b"/z")
    for index in (4, -5):
        with pytest.raises(IndexError):
            known[index]


def test_texts_that_a_scanner_adds_follow_those_of_a_caller() -> None:
    names, flags = texts(), texts(first=())
    given = buffers(1)
    names.index(b"/z")
    _scanner.Scanner(TABLES, TEXT, names, flags).run(0, 0, 1, *given)
    assert names.texts == (b"", b"/z", b"/a")
    assert given[0][native.HEADER_COLUMNS.index("name_index")][0] == 2


def test_texts_require_bytes_and_a_key() -> None:
    with pytest.raises(ValueError, match=r"^key must be 16 bytes$"):
        _scanner.Texts(TEXT, bytes(17), ())
    with pytest.raises(TypeError, match=r"^first must be a tuple of bytes$"):
        texts(first=(b"", "x"))
    with pytest.raises(TypeError, match=r"^a text must be bytes$"):
        texts().index(bytearray())


def test_texts_are_pickled_without_the_extension() -> None:
    known = texts(first=(b"", b"/x"))
    copied = pickle.loads(pickle.dumps(known))  # noqa: S301 - made in this very line
    assert type(copied) is InternTable
    assert copied.texts == known.texts


def test_run_checks_the_usage_row_of_the_caller() -> None:
    """The caller can change the usage row of the last mapping, so it is checked again."""
    text = b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nPss: 4 kB\n"
    columns, usage, filled, extra, unparsed = buffers(1)
    reader = _scanner.Scanner(TABLES, text, texts(text), texts(text))
    columns[native.HEADER_COLUMNS.index("usage_row")][0] = 2**32 - 1
    assert reader.run(33, 1, 1, columns, usage, filled, extra, unparsed) == (
        33,
        1,
        1,
        0,
        0,
        native.UNMATCHED,
    )


NUMBERS = array("Q", (1, 2, 3))


def test_gather_sets_missing_after_the_last_number() -> None:
    into = array("Q", bytes(24))
    _scanner.gather(NUMBERS, array("I", (2, 0, 3)), into)
    assert [*into] == [3, 1, 2**64 - 1]
    with pytest.raises(ValueError, match=r"^into must have an item for each row$"):
        _scanner.gather(NUMBERS, array("I", (2, 0, 3, 4)), into)


def test_a_busy_scanner_refuses_another_thread() -> None:
    """One run of many milliseconds without the interpreter's lock: one range of unparsed lines."""
    text = b"?\n" * 20_000_000
    refused: list[str] = []

    def run(reader: Any) -> None:
        given = buffers(1)
        given[4] = array("Q", bytes(16))
        try:
            reader.run(0, 0, 1, *given)
        except RuntimeError as error:
            refused.append(str(error))

    for _ in range(200):  # on a busy machine the second thread may start when the first has ended
        reader = _scanner.Scanner(TABLES, text, texts(text), texts(text))
        threads = [threading.Thread(target=run, args=(reader,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if refused:
            break
    assert refused == ["another thread is using this scanner"]


def test_a_literal_may_be_longer_than_a_step_holds() -> None:
    """Adjacent sets of one byte are joined, eight in a step."""

    def step(byte: int, register: int) -> Step:
        table = bytes(0 if each == byte else OUTSIDE for each in range(256))
        return Step(table, 1, 1, 0, register, may_end=False)

    word = b"ABCDEFGHIJKLMNOPQRS"
    line = (*(step(byte, -1) for byte in word), step(ord("!"), 0))
    programs = {**oracle.LINUX.programs, "text": line}
    tables = _scanner.ScannerTables(**programs, columns=len(USAGE) + 1)
    text = b"1000-2000 rw-p 00000000 00:00 0 \n" + word + b"!\n" + word[:-1] + b"?!\n"
    given = buffers(2)
    given[3] = array("Q", bytes(24 * 3))
    reader = _scanner.Scanner(tables, text, texts(text), texts(text))
    *_, extra, unparsed, stop = reader.run(0, 0, 1, *given)
    assert (extra, unparsed, stop) == (1, 0, native.UNPARSED_FULL)


def test_equal_blocks_of_fields_share_rows_as_long_as_they_are_remembered() -> None:
    """The scanner remembers five blocks, of which one is being read."""
    header = b"1000-2000 rw-p 00000000 00:00 0 \n"
    text = b"".join(header + b"Rss: %d kB\n" % (number % 4) for number in range(40))
    assert native.scan(text, oracle.LINUX, TABLES).usage_table.rows == 1 + 4


@pytest.mark.parametrize("between", range(6))
def test_a_block_that_goes_on_after_a_shared_one_keeps_all_its_fields(between: int) -> None:
    """It is not remembered: the reader has only its fields after the shared ones.

    With so many others between, the shared block is forgotten before the longer one would be.
    """
    header, rss = b"1000-2000 rw-p 00000000 00:00 0 \n", b"Rss: 4 kB\n"
    others = [b"Size: %d kB\n" % number for number in range(between)]
    blocks = [rss, rss + b"Pss: 8 kB\n", *others, rss + b"Pss: 8 kB\nSwap: 12 kB\n"]
    columns = native.scan(b"".join(header + block for block in blocks), oracle.LINUX, TABLES)
    last = columns.usage_row[-1]
    found = [column[last:] for column in map(columns.usage_table.numbers.get, ("rss", "pss"))]
    assert [column.tolist() for column in found] == [[4096], [8192]]


@pytest.mark.parametrize("line", [b"Pss: 8 kB\n", b"VmFlags: rd \n", b"Nobody: knows\n"])
def test_a_line_after_a_shared_block_belongs_to_the_last_mapping_only(line: bytes) -> None:
    entry = b"1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"
    text = entry + entry + line + entry
    assert native.scan(text, oracle.LINUX, TABLES).usage_row.tolist() == [1, 2, 1]
    oracle.check(text)


@pytest.mark.parametrize("line", [b"1000-2000 rw-p 00000000 00:00 0 /x\0y\n", b"1000-2000 what\n"])
def test_lines_that_no_rule_matches_are_left_out_by_the_scanner_itself(
    line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_unmatched(*_: object) -> None:
        pytest.fail("a line was read outside the scanner")

    monkeypatch.setattr(native._Scan, "_read_unmatched", read_unmatched)
    text = b"1000-2000 rw-p 00000000 00:00 0 \n" + 3 * line
    (unparsed,) = native.scan(text, oracle.LINUX, TABLES).unparsed
    assert (unparsed.start, unparsed.end) == (len(text) - 3 * len(line), len(text))
