"""Fields of smaps are only those directly below a mapping."""

from __future__ import annotations

import pytest

from procmaps.extraction import Extract, extract

H = b"00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]\n"
ROLLUP = b"00400000-7fff73114000 ---p 00000000 00:00 0                              [rollup]\n"
SIZE = b"Size:                  4 kB\n"
FLAGS = b"VmFlags: rd wr \n"
MEMINFO = b"MemTotal:        2013184 kB\nAnonHugePages:         8 kB\n"
STATUS = b"Name:\tprometheus\nVmPeak:\t   58472 kB\nThreads:\t9\n"
STATUS_PADDED = b"VmPeak:            58472 kB\nLocked:                8 kB\n"


def only(text: bytes) -> Extract:
    (dump,) = extract(text)
    return dump


def fields(dump: Extract) -> bytes:
    return dump.text.split(b"\n", 1)[1]


@pytest.mark.parametrize("between", [b"", b"\n", b"\n\n", b"# next file\n", b"$ cat status\n"])
@pytest.mark.parametrize("below", [MEMINFO, STATUS, STATUS_PADDED])
@pytest.mark.parametrize("block", [SIZE, SIZE + FLAGS])
def test_other_files_below_have_no_fields(block: bytes, between: bytes, below: bytes) -> None:
    dump = only(H + block + between + below)
    assert fields(dump) == block
    assert dump.snapshot.dialect.name == "linux"
    usage = dump.snapshot[0].usage
    assert usage
    assert (usage.size, usage.extra, usage.anon_huge_pages) == (4096, (), None)


def test_status_below_a_rollup_does_not_change_the_dialect() -> None:
    rollup = ROLLUP + b"Rss:               29948 kB\n"
    dump = only(rollup + b"# next file\n" + STATUS)
    assert (dump.text, dump.snapshot.dialect.name) == (rollup, "linux")
    assert only(rollup + STATUS).text == rollup


def test_prose_ends_the_fields() -> None:
    dump = only(H + SIZE + b"That is odd.\nRss:                   4 kB\n" + H.replace(b"e", b"f"))
    assert fields(dump).startswith(SIZE + b"00f03000")
    assert [line.reason for line in dump.skipped] == ["other text", "field of no mapping"]


def test_prose_with_the_words_of_a_field_is_none() -> None:
    for prose in (b"See Rss: 4 kB\n", b"VmFlags: see the manual\n", b"The sum of all Pss: 8 kB\n"):
        assert fields(only(H + SIZE + prose)) == SIZE


def test_an_unknown_field_needs_the_shape_of_one() -> None:
    accepted = (b"NewField:              4 kB\n", b"NewCount:              4\n")
    for field in accepted:
        assert fields(only(H + SIZE + field)) == SIZE + field
    for field in (b"NewCount: 4\n", b"Step: 4\n", b"NewField: no\n"):
        assert fields(only(H + SIZE + field)) == SIZE
    assert fields(only(H + SIZE + FLAGS + accepted[0])) == SIZE + FLAGS
    assert fields(only(H + accepted[0])) == b""


def test_old_android_prints_a_name_anywhere() -> None:
    name = b"Name:           [anon:libc_malloc]\n"
    for block in (name + SIZE, SIZE + name, SIZE + FLAGS + name):
        assert fields(only(H + block)) == block
