"""Lines of several sources, interleaved: processes of a log, sides of a diff, quotations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps.extraction import Extract, extract
from tests.extraction.encoders import whole
from tests.support.examples import examples

A = b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat"
B = b"00500000-00501000 r-xp 00000000 fd:01 8   /bin/dog"
H = b"00e03000-00e24000 rw-p 00000000 00:00 0   [heap]"
H2 = b"00f03000-00f24000 rw-p 00000000 00:00 0   [heap]"


def starts(dump: Extract) -> list[int]:
    return [mapping.start for mapping in dump.mappings]


def test_containers_of_compose() -> None:
    text = b"web-1  | %b\ndb-1   | %b\nweb-1  | %b\ndb-1   | %b\n" % (A, B, H, H2)
    assert [starts(dump) for dump in extract(text)] == [[0x400000, 0xE03000], [0x500000, 0xF03000]]


def test_processes_of_syslog() -> None:
    head = b"Jan 01 10:00:00 h a[%d]: "
    text = b"".join((head % (10 + n % 2)) + line + b"\n" for n, line in enumerate((A, B, H, H2)))
    assert [starts(dump) for dump in extract(text)] == [[0x400000, 0xE03000], [0x500000, 0xF03000]]


def test_a_process_for_each_line_is_one_dump() -> None:
    """``logger -i`` in a loop over the lines is another process for each of them."""
    head = b"Jan 01 10:00:00 h a[%d]: "
    text = b"".join((head % (10 + n)) + line + b"\n" for n, line in enumerate((A, B, H)))
    (dump,) = extract(text)
    assert len(dump.mappings) == 3


def test_sides_of_a_diff() -> None:
    library = b"35b1800000-35b1820000 r-xp 00000000 08:02 135522  /lib/ld"
    text = b"+%b\n-%b-2.15.so\n+%b.so\n" % (A, library, library)
    new, old = extract(text)
    assert [m.name for m in new.mappings] == [b"/bin/cat", b"/lib/ld.so"]
    assert [m.name for m in old.mappings] == [b"/lib/ld-2.15.so"]


def test_sides_of_a_diff_of_smaps() -> None:
    old, new = extract(b" " + A + b"\n Size:   4 kB\n-Rss:    4 kB\n+Rss:    8 kB\n Pss:    4 kB\n")
    usages = [dump.snapshot[0].usage for dump in (old, new)]
    assert [usage and (usage.size, usage.rss, usage.pss) for usage in usages] == [
        (4096, 4096, 4096), (4096, 8192, 4096),
    ]  # fmt: skip


def test_depths_of_a_quotation() -> None:
    text = b"> > %b\n> %b\n> > %b\n> %b\n" % (A, B, H, H2)
    assert [starts(dump) for dump in extract(text)] == [[0x400000, 0xE03000], [0x500000, 0xF03000]]


def test_fields_follow_the_mapping_of_their_source() -> None:
    text = (
        b"web-1  | %b\ndb-1   | %b\n"
        b"db-1   | Size:    8 kB\nweb-1  | Size:    4 kB\n"
        b"web-1  | Rss:     4 kB\ndb-1   | Rss:     8 kB\n"
        b"web-1  | %b\n" % (A, B, H)
    )
    web, db = extract(text)
    assert [m.usage and (m.usage.size, m.usage.rss) for m in web.snapshot] == [
        (4096, 4096),
        (None, None),
    ]
    assert [m.usage and (m.usage.size, m.usage.rss) for m in db.snapshot] == [(8192, 8192)]
    assert not web.skipped
    assert not db.skipped


Prefix = Callable[[int, int], bytes]
"""Source and line to the text before it."""

PREFIXES: dict[str, Prefix] = {
    "compose": lambda source, _: b"%-6b | " % (b"web", b"db", b"cache")[source],
    "compose, numbered": lambda source, _: b"web-%d  | " % (source + 1),
    "compose, times": lambda s, n: b"%-6b | 10:00:%02d " % ((b"web", b"db", b"kv")[s], n % 60),
    "Kubernetes": lambda source, _: b"[pod/web-%d/app] " % source,
    "stern": lambda source, _: b"pod-%b app " % (b"x7f", b"q2k", b"aaa")[source],
    "syslog, pid": lambda source, n: b"Jan 01 10:00:%02d h a[%d]: " % (n % 60, 97 + source * 9),
    "syslog, program": lambda s, _: b"Jan  1 10:00:00 h %b[7]: " % (b"a", b"bc", b"d")[s],
    "syslog, host": lambda s, _: b"Jan  1 10:00:00 %b a[7]: " % (b"x", b"yz", b"h3")[s],
    "RFC 3339": lambda s, n: b"2026-01-01T10:00:%02d.%03d+00:00 h a[%d]: " % (n % 60, n, s + 10),
    "logcat": lambda s, n: b"06-01 12:00:00.%03d %5d %5d F DEBUG   : " % (n % 1000, s + 7, s + 7),
    "old logcat": lambda source, _: b"F/DEBUG   (%5d): " % (source + 998),
    "printk, thread": lambda s, n: b"[%5d.%06d][ T%4d] maps: " % (n, n, s + 99),
    "sanitizer": lambda source, _: b"==%d== " % (source + 99),
    "strace": lambda source, _: b"[pid %5d] " % (source + 99),
    "pid=": lambda s, n: b"time=%d pid=%d msg=" % (n, s + 99),
    "cluster": lambda source, _: b"node%d: " % (source + 9),
    "srun": lambda source, _: b"%d: " % source,
    "mpirun": lambda source, _: b"[1,%d]<stdout>:" % source,
    "quotation": lambda source, _: b"> " * (source + 1),
    "thread": lambda source, _: b"INFO [thread-%d] dump: " % source,
    "container": lambda source, _: b"%012x " % (0xAB00000000 + source),
}


BY_ADDRESS = ("stern",)
"""Prefixes whose words may be those of a message: only addresses out of order show the source."""


def dump_of(source: int, count: int, *, base: int = 0x400000) -> list[bytes]:
    return [
        b"%08x-%08x r-xp 00000000 fd:01 %d" % (base + (n << 13), base + (n << 13) + 4096, n + 7)
        + b" " * 30 + b"/bin/%c%d" % (ord("a") + source, n)
        for n in range(count)
    ]  # fmt: skip


def check(name: str, dumps: Sequence[list[bytes]], order: Sequence[int]) -> None:
    """Interleave *dumps* in the *order* of sources, and check that each comes back."""
    queues = [iter(lines) for lines in dumps]
    rows: list[bytes] = []
    for number, source in enumerate(order):
        rows.append(PREFIXES[name](source, number) + next(queues[source]))
    found = sorted(
        [(m.start, m.end, m.name) for m in dump.mappings] for dump in extract(whole(rows))
    )
    expected = sorted(
        [
            (int(line[:8], 16), int(line[9:17], 16), line[line.index(b"/") :])
            for line in lines
        ]
        for lines in dumps
    )  # fmt: skip
    assert found == expected, whole(rows).decode()


@pytest.mark.parametrize("name", PREFIXES)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_interleaved_sources_stay_apart(name: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 3), label="sources")
    sizes = [data.draw(st.integers(4, 8)) for _ in range(count)]
    same = name in BY_ADDRESS or data.draw(st.booleans(), label="same addresses")
    dumps = [
        dump_of(source, size, base=0x400000 if same else 0x400000 + (source << 20))
        for source, size in enumerate(sizes)
    ]
    order = [source for source, size in enumerate(sizes) for _ in range(size)]
    check(name, dumps, data.draw(st.permutations(order), label="order"))


@pytest.mark.parametrize("name", PREFIXES)
def test_one_source_is_one_dump(name: str) -> None:
    lines = dump_of(0, 9)
    check(name, [lines], [0] * len(lines))
