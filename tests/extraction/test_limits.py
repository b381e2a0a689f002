"""The work of `extract` is linear in any text, and its memory is a small multiple of the text.

Memory is the number of bytes allocated, work the number of functions called: no clock is read.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procmaps import extract
from tests.support.costs import MAX_GROWTH, MAX_MULTIPLE, bytes_for_each_byte, growth_of_calls
from tests.support.hostile_texts import HOSTILE_TEXTS, HostileText, entry, numbered

pytestmark = pytest.mark.slow

SIZE = 16_000
"""Bytes of the smaller text. It is more than the lines that are objects at one time."""


def json_of(lines: bytes) -> bytes:
    return b'{"maps":"' + lines.replace(b"\n", rb"\n") + b'"}\n'


def whole(make: HostileText, change: Callable[[bytes], bytes]) -> HostileText:
    """Return the generator of the texts of *make*, each changed as a whole."""
    return lambda size: change(make(size))


SMAPS = numbered(
    lambda n: entry(n, b"/usr/lib/%d\n" % (n // 4)) + b"Size:          4 kB\nRss:           0 kB\n"
)
MAPS = numbered(lambda n: entry(n, b"/usr/lib/x%d\n" % (n // 4)))

DENSE: dict[str, HostileText] = {
    "maps": MAPS,
    "smaps": SMAPS,
    "unnamed, one dump": numbered(entry),
    "maps in one line": whole(MAPS, lambda text: text.replace(b"\n", b" ")),
    "smaps in one line": whole(SMAPS, lambda text: text.replace(b"\n", b" ")),
    "an entry in each line": whole(
        SMAPS, lambda text: text.replace(b"\nSize", b" Size").replace(b"\nRss", b" Rss")
    ),
    "fields of one mapping in one line": lambda size: (
        entry(1, b"/a ") + b"Rss: 4 kB " * (size // 10)
    ),
    "JSON": whole(MAPS, json_of),
    "JSON of smaps": whole(SMAPS, json_of),
    "JSON in JSON": whole(MAPS, lambda text: json_of(json_of(text).replace(b"\\", rb"\\"))),
    "strace": whole(MAPS, lambda text: b'read(3, "%b", 100) = 100\n' % text.replace(b"\n", rb"\n")),
    "rsyslog": whole(MAPS, lambda text: b"<1> x: " + text.replace(b"\n", b"#012") + b"\n"),
    "URL": whole(MAPS, lambda text: text.replace(b" ", b"%20").replace(b"\n", b"%0A")),
    "HTML": whole(MAPS, lambda text: b"<pre>" + text.replace(b"\n", b"<br>")),
    "quoted": whole(MAPS, lambda text: b"> > " + text.replace(b"\n", b"\n> > ")),
    "Markdown table": whole(
        MAPS, lambda text: b"| " + text.replace(b" ", b" | ").replace(b"\n", b" |\n| ")
    ),
    "blank lines between": numbered(lambda n: entry(n, b"\n" * 40)),
    "UTF-16 with a byte order mark": whole(
        MAPS, lambda text: text[: len(text) // 2].decode().encode("utf-16")
    ),
}
"""Texts that are dumps, as programs and people print them."""

TEXTS = {**HOSTILE_TEXTS, **DENSE}


@pytest.mark.parametrize("kind", TEXTS)
def test_memory_is_a_small_multiple_of_the_text(kind: str) -> None:
    assert bytes_for_each_byte(extract, TEXTS[kind], SIZE) <= MAX_MULTIPLE


@pytest.mark.parametrize("kind", TEXTS)
def test_work_is_linear(kind: str) -> None:
    assert growth_of_calls(extract, TEXTS[kind], 5_000) <= MAX_GROWTH


def read(text: bytes) -> object:
    """Find the dumps, and make the text of each."""
    return [(dump.text, dump.container) for dump in extract(text)]


def read_all(text: bytes) -> object:
    dumps = extract(text)
    for dump in dumps:
        assert repr(dump)
    return dumps


MAX_MULTIPLE_OF_BLANK_LINES = 12
"""The bound for forty lines of one byte below each mapping: some bytes are kept for each line."""


@pytest.mark.parametrize("kind", DENSE)
def test_making_the_text_of_a_dump_needs_a_small_multiple_of_it(kind: str) -> None:
    is_blank = kind == "blank lines between"
    bound = MAX_MULTIPLE_OF_BLANK_LINES if is_blank else MAX_MULTIPLE
    assert bytes_for_each_byte(read, DENSE[kind], SIZE) <= bound


@pytest.mark.parametrize("kind", DENSE)
def test_making_all_contents_is_linear(kind: str) -> None:
    assert growth_of_calls(read_all, DENSE[kind], 4_000) <= MAX_GROWTH
