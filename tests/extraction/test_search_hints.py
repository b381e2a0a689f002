"""A text without a dump costs a search only, and no dump is missed by it."""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Callable

import pytest

from procmaps.extraction import extract, search_hints
from procmaps.extraction.layers import charset
from procmaps.extraction.search_hints import MARGIN, parts_to_read
from tests.extraction.encoders import LOSSY, PLAIN, Encoder
from tests.extraction.test_accounting import mapping_lines

LOG = (
    b"Nov 24 01:02:03 box systemd[815]: Started 100000 of 550e8400-e29b-41d4-a716-446655440001\n"
    b"2024-01-01T00:00:00.000Z INFO [main] fetched 1000 bytes of 10.0.0.1:9092 in 12000 ms\n"
    b'192.168.0.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 10000 "-" "M/5.0"\n'
    b"E/Tag( 123): java.lang.RuntimeException: rwx at 0xdeadbeef-ish base 64\n"
)  # fmt: skip


def test_an_ordinary_log_has_no_hint() -> None:
    assert parts_to_read(LOG * 1000) == []


@pytest.mark.parametrize(
    "row",
    [
        b"1000-2000 rw-p 00000000 00:00 0",
        b"1000 - 2000 rw-p 00000000 00:00 0",
        b"1000\\-2000 rw\\-p",
        b"    1000-2000 00000000 4096 /a",
        b"1000 2000 r-xp /a",
        b"0x1000 0x2000 0x1000 0x0 /a",
        b"\t0x1000-0x2000\t/a",
        b"[0x0000000000001000-0x0000000000002000) r-x /a",
        b"PERF_RECORD_MMAP 5/5: [0x1000(0x1000) @ 0]: r /a",
        b"PERF_RECORD_MMAP 5/5: [0x10000(0x1000) @ 0]: r /a",
    ],
)
def test_an_address_of_four_digits_is_a_hint_in_a_row(row: bytes) -> None:
    text = LOG + row + b"\n"
    assert parts_to_read(text) == [(0, len(text))]


@pytest.mark.parametrize("encode", [*PLAIN.values(), *LOSSY.values()], ids=[*PLAIN, *LOSSY])
def test_every_container_has_a_hint(encode: Encoder) -> None:
    text = encode(mapping_lines(2))
    assert encode is PLAIN["UTF-16"] or parts_to_read(text) == [(0, len(text))]


@pytest.mark.parametrize("name", ["as it is", "HTML", "JSON", "base64", "wrapped at 64"])
def test_reads_a_dump_in_a_long_log(name: str) -> None:
    text = LOG * 200 + (PLAIN | LOSSY)[name](mapping_lines(6)) + LOG * 200
    assert sum(len(dump.mappings) for dump in extract(text)) == 6


def test_reads_only_the_lines_near_a_hint() -> None:
    dump = b"\n".join(mapping_lines(3)) + b"\n"
    text = LOG * 2000 + dump + LOG * 2000 + b"</pre>\n" + LOG
    lines = [*charset.decode(text)]
    assert 2 * MARGIN < len(lines) < 2 * MARGIN + 10
    assert lines[0].number == 8000 - MARGIN + 1
    assert lines[-1].text == b"</pre>"
    (found,) = extract(text)
    assert (found.first_line, found.last_line) == (8001, 8003)


def test_two_dumps_far_from_each_other_are_two_parts() -> None:
    dump = b"\n".join(mapping_lines(3)) + b"\n"
    assert len(parts_to_read(dump + LOG * 2000 + dump)) == 2
    assert len(parts_to_read(dump + LOG * (MARGIN // 4) + dump)) == 1


def test_a_declared_encoding_is_read_whole() -> None:
    text = LOG * 10 + b"CONTENT-TRANSFER-ENCODING: BASE64\n\n"
    assert parts_to_read(text) == [(0, len(text))]
    far = b" " * search_hints._CHUNK  # pyright: ignore[reportPrivateUsage]
    for at in range(-12, 3):
        text = far[:at] + b"base64" + LOG
        assert parts_to_read(text) == [(0, len(text))]


def calls(text: bytes) -> int:
    """Count the calls of Python and C functions: work, measured without a clock."""
    count = 0

    def tick(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tick)
    try:
        extract(text)
    finally:
        sys.setprofile(None)
    return count


def peak(text: bytes) -> int:
    """Return the bytes that `extract` needs at most at one time."""
    tracemalloc.start()
    try:
        extract(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


WITHOUT_DUMP: dict[str, Callable[[int], bytes]] = {
    "log": lambda size: LOG * (size // len(LOG)),
    "newlines": lambda size: b"\n" * size,
    "one line": lambda size: b"x" * size,
    "dashes": lambda size: b"-" * size,
    "zeros": lambda size: b"0" * size,
    "hexadecimal": lambda size: random.Random(1).randbytes(size // 2).hex().encode(),  # noqa: S311
    "binary": lambda size: random.Random(1).randbytes(size),  # noqa: S311
    "tags": lambda size: b"<pre>" * (size // 5),
    "quotes": lambda size: b'"\\"' * (size // 3),
}


@pytest.mark.parametrize("kind", WITHOUT_DUMP)
def test_a_text_without_a_dump_costs_no_lines(kind: str) -> None:
    small, large = (WITHOUT_DUMP[kind](size) for size in (1 << 18, 1 << 20))
    extract(small)
    assert calls(large) <= 4.5 * calls(small) + 500
    assert peak(large) <= 2 * len(large)
