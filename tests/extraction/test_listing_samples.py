"""Handwritten samples of lines without some columns, and of copies by way of other systems."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest

from procmaps import Device
from procmaps.extraction import Extract, extract


def only(text: bytes) -> Extract:
    found = extract(text)
    assert len(found) == 1, [dump.text for dump in found]
    return found[0]


def names(dump: Extract) -> list[bytes]:
    return [mapping.name for mapping in dump.mappings]


LINES = [
    b"00400000-00401000 r-xp 00000000 fd:01 7                                  /bin/c at+1_%2",
    b"00401000-00402000 rw-p 00000000 00:00 0 ",
    b"00402000-00403000 rw-p 00000000 00:00 0                                  [heap]",
]
NAMES = [b"/bin/c at+1_%2", b"", b"[heap]"]


def test_openharmony() -> None:
    dump = only(
        b"Fault thread Info:\n"
        b"Maps:\n"
        b"5b68c4b000-5b68c4f000 r--p 00000000 /system/bin/tool\n"
        b"7f00000000-7f00001000 rw-p 00000000 [anon:native_heap:musl]\n"
        b"7f00001000-7f00002000 rw-p 00000000 \n"
        b"7febc70000-7febc91000 rw-p 00000000 [stack]\n"
        b"OpenFiles:\n"
    )
    assert dump.container == "openharmony"
    assert dump.assumed == {"device", "inode"}
    assert names(dump) == [b"/system/bin/tool", b"[anon:native_heap:musl]", b"", b"[stack]"]
    assert (dump.first_line, dump.last_line) == (3, 6)
    assert [mapping.offset for mapping in dump.mappings] == [0, 0, 0, 0]
    assert {(mapping.device, mapping.inode) for mapping in dump.mappings} == {(None, None)}


def test_a_wrapped_or_torn_line_of_maps_is_no_line_without_device() -> None:
    wrapped = LINES[0].replace(b" fd:01", b"\nfd:01").replace(b" " * 34, b" ")
    assert names(only(wrapped + b"\n" + LINES[2] + b"\n")) == [NAMES[0], NAMES[2]]
    dump = only(LINES[0] + b"\n" + LINES[2][:35] + b"\n")
    assert names(dump) == NAMES[:1]


def test_tizen() -> None:
    dump = only(
        b"Maps Information\n"
        b"2a000000 2a069000 r-xp /opt/a.exe\n"
        b"b1bc9000 b23c8000 rw-p [stack:24587]\n"
        b"End of Maps Information\n"
    )
    assert dump.container == "tizen"
    assert dump.assumed == {"offset", "device", "inode"}
    assert [(m.start, m.end, m.perms, m.name) for m in dump.mappings] == [
        (0x2A000000, 0x2A069000, b"r-xp", b"/opt/a.exe"),
        (0xB1BC9000, 0xB23C8000, b"rw-p", b"[stack:24587]"),
    ]


def test_tombstone_up_to_android_4_2() -> None:
    dump = only(
        b"memory map around fault addr deadbaad:\n"
        b"    be816000-be837000 [stack]\n"
        b"    (no map for address)\n"
        b"    b0001000-b0009000 /system/bin/linker\n"
    )
    assert dump.container == "tombstone up to android 4.2"
    assert dump.assumed == {"perms", "sharing", "offset", "device", "inode"}
    assert [(m.start, m.end, m.name) for m in dump.mappings] == [
        (0xBE816000, 0xBE837000, b"[stack]"),
        (0xB0001000, 0xB0009000, b"/system/bin/linker"),
    ]
    assert [line.raw for line in dump.skipped] == [b"    (no map for address)"]


def test_a_range_without_a_name_needs_its_heading() -> None:
    rows = b"    be816000-be837000 \n    b0001000-b0009000 \n"
    assert extract(rows) == ()
    assert len(only(b"memory map around addr 00000000:\n" + rows).mappings) == 2


def test_pax_prints_capital_letters() -> None:
    dump = only(
        b"08048000-08049000 R-Xp 00000000 00:0b 812        /tmp/cat\n"
        b"08049000-0804a000 RW-p 00001000 00:0b 812        /tmp/cat\n"
        b"5b4a0000-5b4a1000 rW-s 00000000 00:00 0 \n"
    )
    assert dump.assumed == frozenset()
    assert [m.perms for m in dump.mappings] == [b"r-xp", b"rw-p", b"rw-s"]
    assert [str(m.perms) for m in dump.snapshot] == ["r-xp", "rw-p", "rw-s"]
    assert names(dump) == [b"/tmp/cat", b"/tmp/cat", b""]


def test_cr_cr_lf() -> None:
    for end in (b"\r\r\n", b"\r\r\r\n"):
        dump = only(b"".join(line + end for line in LINES))
        assert names(dump) == NAMES
        assert {repair.kind for repair in dump.repairs} == {"carriage return"}
    only_name = only(LINES[0] + b"\r\r\n")
    assert names(only_name) == NAMES[:1]


def test_a_name_keeps_its_own_carriage_return() -> None:
    dump = only(LINES[0] + b"\r\n" + LINES[1] + b"\n" + LINES[2] + b"\n")
    assert names(dump) == [NAMES[0] + b"\r", b"", b"[heap]"]


def test_markdown_escapes() -> None:
    escaped = [line.replace(b"[", rb"\[").replace(b"]", rb"\]") for line in LINES]
    escaped[0] = escaped[0].replace(b"_", rb"\_").replace(b"+", rb"\+")
    assert names(only(b"\n".join(escaped) + b"\n")) == NAMES
    # Without a label, a backslash can be part of the path.
    path = LINES[0].replace(b"_", rb"\_")
    assert names(only(path + b"\n" + LINES[1] + b"\n")) == [rb"/bin/c at+1\_%2", b""]


@pytest.mark.parametrize("encode", [quote, quote_plus], ids=["URL", "form"])
def test_url_encoding(encode: object) -> None:
    assert callable(encode)
    value = str(encode("\n".join(line.decode() for line in LINES) + "\n")).encode()
    for text in (value, b"GET /?maps=" + value + b"&pid=7 HTTP/1.1\n", b"pid=7&maps=" + value):
        dump = only(text)
        assert names(dump) == NAMES
        assert dump.mappings[0].device == Device(0xFD, 1)
    # Without an encoded space, a percent sign can be part of the path.
    assert names(only(LINES[0] + b"\n" + LINES[1] + b"\n")) == NAMES[:2]


ROW = b"      0x400000           0x401000     0x1000        0x0 "


def test_rows_of_numbers_need_titles_or_a_neighbour() -> None:
    titles = b"      Start Addr           End Addr       Size     Offset objfile\n"
    assert extract(ROW + b"\n") == ()
    assert names(only(titles + ROW + b"\n")) == [b""]
    named = ROW.replace(b"400000", b"500000").replace(b"401000", b"501000") + b"/bin/cat\n"
    assert names(only(ROW + b"\n" + named)) == [b"", b"/bin/cat"]


def test_pwndbg_marks_the_row_of_an_address() -> None:
    dump = only(
        b"LEGEND: STACK | HEAP | CODE | DATA | WX | RODATA\n"
        b"             Start                End Perm     Size Offset File\n"
        b"    0x555555554000     0x555555556000 r--p     2000      0 ../bin/cat\n"
        b"\xe2\x96\xba   0x555555556000     0x55555555b000 r-xp     5000   2000 ../bin/cat\n"
        b"    0x7ffff7d85000     0x7ffff7d88000 rw-p     3000      0 [anon_7ffff7d85]\n"
        b"    0x7ffffffde000     0x7ffffffff000 rw-p    21000      0 [stack]\n"
    )
    assert dump.container == "pwndbg vmmap"
    assert dump.assumed == {"sharing", "device", "inode"}
    assert names(dump) == [b"../bin/cat", b"../bin/cat", b"", b"[stack]"]
    assert [m.offset for m in dump.mappings] == [0, 0x2000, 0, 0]


def test_perf_rows_of_several_processes() -> None:
    row = b"cat %d 1.%06d: PERF_RECORD_MMAP2 %d/%d: [0x%x(0x1000) @ 0 fd:01 7 0]: r-xp /bin/%b\n"
    text = b"".join(
        row % (pid, number, pid, pid, 0x400000 + number * 4096, name)
        for number, (pid, name) in enumerate([(10, b"a"), (11, b"b"), (10, b"c"), (11, b"d")])
    )
    dumps = extract(text)
    assert [names(dump) for dump in dumps] == [[b"/bin/a", b"/bin/c"], [b"/bin/b", b"/bin/d"]]
    assert [{m.process for m in dump.mappings} for dump in dumps] == [{10}, {11}]
