"""Dumps in the log of strace: lines that continue in the next read, and such as do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps.extraction import extract
from tests.extraction.encoders import whole
from tests.extraction.test_accounting import check_partition, mapping_lines
from tests.support.examples import examples

A = b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat"
H = b"00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]"


def test_joins_a_mapping_cut_between_two_reads() -> None:
    text = (
        rb'read(3, "' + A + rb'\n00401000-00402000 rw-p 0000", 100) = 100' + b"\n"
        rb'read(3, "0000 00:00 0 \n' + H + rb'\n", 100) = 95' + b"\n"
        b'read(3, "", 100) = 0\n'
    )
    (dump,) = extract(text)
    assert [(m.start, m.name) for m in dump.mappings] == [
        (0x400000, b"/bin/cat"), (0x401000, b""), (0xE03000, b"[heap]"),
    ]  # fmt: skip
    assert [m.lines for m in dump.mappings] == [(1,), (1, 2), (2,)]
    assert not dump.skipped
    check_partition(text, (dump,))


def test_joins_fields_cut_between_two_reads() -> None:
    (dump,) = extract(
        rb'read(3, "' + A + rb'\nSize:    ", 9) = 9' + b"\n"
        rb'read(3, "              4 kB\nRss: ", 9) = 9' + b"\n"
        rb'read(3, "                   4 kB\n", 9) = 9' + b"\n"
    )
    usage = dump.snapshot[0].usage
    assert usage
    assert (usage.size, usage.rss) == (4096, 4096)


def test_an_abbreviated_literal_is_cut_off() -> None:
    for cut in (A[:30], A[:-2], A):
        text = rb'read(3, "' + H.replace(b"e", b"3") + rb"\n" + cut + b'"..., 4096) = 4000\n'
        (dump,) = extract(text)
        assert len(dump.mappings) == 1
        assert [(line.raw, line.reason) for line in dump.skipped] == [(cut, "cut off")]
        check_partition(text, (dump,))


def test_a_call_that_never_continues_is_cut_off() -> None:
    text = rb'read(3, "' + A + rb"\n" + H[:-3] + b'", 4096) = 120\nclose(3) = 0\n'
    (dump,) = extract(text)
    assert len(dump.mappings) == 1
    assert [(line.raw, line.reason) for line in dump.skipped] == [(H[:-3], "cut off")]


def calls(name: str, source: int, piece: bytes) -> list[bytes]:
    shown = piece.replace(b"\n", b"\\n")
    tail = b'"%b", 4096) = %d' % (shown, len(piece))
    match name:
        case "file":
            return [b"read(%d, " % (source + 3) + tail]
        case "path":
            return [b"read(%d</proc/%d/maps>, " % (source + 3, source) + tail]
        case "process":
            return [b"[pid %5d] read(3, " % (source + 99) + tail]
        case "process, -o":
            return [b"%d read(3, " % (source + 99) + tail]
        case "time":
            return [b"[pid %d] 10:00:00.000001 pread64(%d, " % (source + 99, source + 3) + tail]
        case _:
            return [
                b"[pid %5d] read(3,  <unfinished ...>" % (source + 99),
                b"[pid %5d] <... read resumed>" % (source + 99) + tail,
            ]


@pytest.mark.parametrize("name", ["file", "path", "process", "process, -o", "time", "unfinished"])
@settings(max_examples=examples(60))
@given(data=st.data())
def test_recovers_two_files_read_in_turns(name: str, data: st.DataObject) -> None:
    dumps = [mapping_lines(data.draw(st.integers(3, 8))) for _ in range(2)]
    texts = [whole(lines) for lines in dumps]
    rows: list[bytes] = []
    while any(texts):
        source = data.draw(st.sampled_from([n for n, text in enumerate(texts) if text]))
        size = data.draw(st.integers(20, 300))
        rows += calls(name, source, texts[source][:size])
        texts[source] = texts[source][size:]
        if data.draw(st.booleans()):
            rows.append(b"brk(NULL) = 0x55d0c0a5c000")
    text = whole(rows)
    found = extract(text)
    lost = [line.raw for dump in found for line in dump.skipped if b"-" in line.raw]
    assert not [raw for raw in lost if not raw.startswith(b"brk") and b"unfinished" not in raw]
    assert sorted(len(dump.mappings) for dump in found) == sorted(map(len, dumps))
    for dump in found:
        assert [m.name for m in dump.mappings] == [
            b"/bin/cat%d" % (n + 64) for n in range(len(dump.mappings))
        ]
    check_partition(text, found)
