"""One handwritten sample of each kind of text around a dump."""

from __future__ import annotations

import pytest

from procmaps import Device
from procmaps.extraction import Doubt, Extract, PartialMapping, Repair, SkippedLine, extract


def only(text: bytes) -> Extract:
    found = extract(text)
    assert len(found) == 1, [dump.text for dump in found]
    return found[0]


def names(dump: Extract) -> list[bytes]:
    return [entry.name for entry in dump.mappings]


def repair_kinds(dump: Extract) -> set[str]:
    return {repair.kind for repair in dump.repairs}


def test_hs_err() -> None:
    dump = only(
        b"# SIGSEGV (0xb) at pc=0x00007f2a\n"
        b"\n"
        b"Dynamic libraries:\n"
        b"00400000-00401000 r-xp 00000000 fd:01 77                      /opt/jdk/bin/java\n"
        b"00401000-00402000 rw-p 00000000 00:00 0 \n"
        b"Total number of mappings: 2\n"
        b"\n"
        b"VM Arguments:\n"
    )
    assert dump.container == "hs_err"
    assert (dump.first_line, dump.last_line, dump.declared) == (4, 5, 2)
    assert not dump.repairs
    assert not dump.skipped
    assert dump.assumed == frozenset()
    assert dump.mappings == (
        PartialMapping(
            0x400000, 0x401000, b"r-xp", 0, Device(0xFD, 1), 77, b"/opt/jdk/bin/java", lines=(4,)
        ),
        PartialMapping(0x401000, 0x402000, b"rw-p", 0, Device(0, 0), 0, b"", lines=(5,)),
    )


TOMBSTONE = (
    b"*** *** ***\n"
    b"pid: 815, tid: 815, name: cat  >>> /system/bin/cat <<<\n"
    b"memory map (4 entries):\n"
    b"--->Fault address falls at 00000000'00000008 before any mapped regions\n"
    b"    00000056'1c2d3000-00000056'1c2d4fff r--         0      2000  /system/bin/cat"
    b" (BuildId: 0badcafe) (load bias 0x1000)\n"
    b"--->00000056'1c2d5000-00000056'1c2d5fff r-x      2000      1000  /system/bin/cat\n"
    b"    0000007a'00000000-0000007a'00000fff rw-         0      1000  [anon:a (b) c]\n"
    b"    0000007a'00002000-0000007a'00002fff ---         0      1000\n"
    b"\n"
    b"--------- log main\n"
)


def test_tombstone() -> None:
    dump = only(TOMBSTONE)
    assert dump.container == "tombstone"
    assert dump.declared == 4
    assert dump.assumed == {"sharing", "device", "inode"}
    assert dump.mappings == (
        PartialMapping(
            0x561C2D3000, 0x561C2D5000, b"r--", 0, None, None, b"/system/bin/cat",
            lines=(5,), build_id="0badcafe", load_bias=0x1000,
        ),
        PartialMapping(
            0x561C2D5000, 0x561C2D6000, b"r-x", 0x2000, None, None, b"/system/bin/cat", (6,)
        ),
        PartialMapping(0x7A00000000, 0x7A00001000, b"rw-", 0, None, None, b"[anon:a (b) c]", (7,)),
        PartialMapping(0x7A00002000, 0x7A00003000, b"---", 0, None, None, b"", (8,)),
    )  # fmt: skip
    assert dump.text.split(b"\n")[1] == (
        b"561c2d5000-561c2d6000 r-xp 00002000 00:00 0                              /system/bin/cat"
    )
    assert [m.end for m in dump.snapshot] == [entry.end for entry in dump.mappings]
    assert [repair.kind for repair in dump.repairs if repair.line == 5] == [
        "indent", "quoted halves", "inclusive end", "annotation", "placeholder",
    ]  # fmt: skip


def test_tombstone_inside_logcat() -> None:
    lines = TOMBSTONE.split(b"\n")[:-1]
    logged = b"".join(b"06-01 12:00:00.00%d  815  815 F DEBUG   : %b\n" % pair
                      for pair in zip(range(10), lines, strict=False))  # fmt: skip
    assert [e.end for e in only(logged).mappings] == [e.end for e in only(TOMBSTONE).mappings]


def test_tombstone_with_exclusive_ends() -> None:
    dump = only(
        b"memory map:\n"
        b"    12c00000-12d40000 rw-        0   140000 /dev/ashmem/x (deleted)\n"
        b"    12d40000-12d41000 ---        0     1000 >\n"
        b"    TOTAL SIZE: 0x1K (1K)\n"
    )
    assert [entry.end for entry in dump.mappings] == [0x12D40000, 0x12D41000]
    assert names(dump) == [b"/dev/ashmem/x (deleted)"] * 2
    assert "inclusive end" not in repair_kinds(dump)
    assert "same name" in repair_kinds(dump)


def test_skips_a_tombstone_line_with_a_contradictory_size() -> None:
    dump = only(
        b"    12c00000-12c00fff rw-        0     1000  /a\n"
        b"    12c01000-12c01fff rw-        0     3000  /b\n"
        b"    12c02000-12c02fff rw-        0     1000  /c\n"
    )
    assert names(dump) == [b"/a", b"/c"]
    assert [line.line for line in dump.skipped] == [2]


def test_old_tombstone_without_offset_and_size() -> None:
    dump = only(
        b"memory map around addr deadbaad:\n"
        b"    400b8000-400b9fff r-x  /system/bin/app_process\n"
        b"    400ba000-400bafff rw-  \n"
    )
    assert [(e.end, e.offset) for e in dump.mappings] == [(0x400BA000, None), (0x400BB000, None)]
    assert "offset" in dump.assumed


def test_container_is_not_named_by_a_heading_alone() -> None:
    body = b"\n".join(LINES) + b"\n"
    assert only(b"Process memory map:\n" + body).container == "plain"
    assert only(b"Process memory map follows:\n" + body).container == "plain"
    assert only(b"* Process memory map:\n\n" + body).container == "ruby"


def test_container_of_a_transfer_encoding_is_mail() -> None:
    head = b"Content-Transfer-Encoding: quoted-printable\n\n"
    lines = b"".join(line + b"=20\n" * line.endswith(b" 0") + b"\n" for line in LINES)
    assert only(head + lines).container == "mail"
    assert only(LINES[0] + b"\n" + LINES[2] + b"=20\n").container == "mail"
    broken = LINES[0].replace(b" 7 ", b" 7" + b" " * 40)
    assert only(head + broken + b"=\n2\n" + LINES[1] + b"\n").container == "mail"


def test_container_of_cells_is_a_table() -> None:
    rows = b"".join(b"| " + b" | ".join(line.split()) + b" |\n" for line in LINES[:2])
    assert only(rows).container == "table"
    assert only(b"| " + b" |\n| ".join(LINES) + b" |\n").container == "table"


BOX = (
    "│ 00400000-00401000 │ r-xp │ 00000000 │ fd:01 │ 7 │ /bin/cat  │\n"
    "│ 00401000-00402000 │ rw-p │ 00000000 │ fd:01 │ 7 │ /bin/c│t  │\n"
)


@pytest.mark.parametrize(
    "text",
    [
        f"┌─┐\n{BOX}└─┘\n",
        f"┌─┐\n│ maps of cat │\n├─┤\n{BOX}└─┘\n",
        f"┌─┐\n{BOX}├─┤\n│ 2 rows │\n└─┘\n",
        f"┌─┐\n│ range │ perms │ offset │ device │ inode │ name │\n╞═╡\n{BOX}└─┘\n",
        f"╭─╮\n│ one cell │\n╰─╯\n┌─┐\n{BOX}└─┘\n",
    ],
)
def test_table_in_a_box(text: str) -> None:
    (found,) = extract(text)
    names = [(each.start, each.name) for each in found.mappings]
    assert names == [(0x400000, b"/bin/cat"), (0x401000, "/bin/c│t".encode())]


def test_boxes_that_touch_are_two_tables() -> None:
    line = "00300000-00301000 r-xp 00000000 fd:01 7".ljust(73) + "/bin/ls"
    text = f"┌─┐\n│ {line} │\n└─┘\n┌─┐\n{BOX}└─┘\n"
    names = [each.name for dump in extract(text) for each in dump.mappings]
    assert names == [b"/bin/ls", b"/bin/cat", "/bin/c│t".encode()]


def test_sanitizer() -> None:
    dump = only(
        b"==815==Process memory map follows:\n"
        b"\t0x000000400000-0x000000401000\t/tmp/a.out\n"
        b"\t0x000000401000-0x000000402000\t\n"
        b"\t0x7ffffffde000-0x7ffffffff000\t[stack]\n"
        b"==815==End of process memory map.\n"
    )
    assert dump.container == "sanitizer"
    assert dump.assumed == {"perms", "sharing", "offset", "device", "inode"}
    assert names(dump) == [b"/tmp/a.out", b"", b"[stack]"]
    assert all(
        (e.perms, e.offset, e.device, e.inode) == (None, None, None, None) for e in dump.mappings
    )
    assert dump.snapshot[0].end == 0x401000


def test_ignores_other_ranges_of_numbers() -> None:
    for text in (
        b"  0x102a4000 - 0x102b0000 [RW-]\n",
        b"  0x102a4000 - 0x102b0000 [RW-]\n  0x102b4000 - 0x102c0000 [R--] /usr/lib/a\n",
        b"  0x102a4000-0x102b0000 [rw-]\n  0x102b4000-0x102c0000 [r--]\n",
        b"  0x102a4000 - 0x102b0000 /usr/lib/a\n  0x102b4000 - 0x102c0000 /usr/lib/b\n",
        b"0x1000-0x2000\n0x2000-0x3000 /soc/uart\n",
        b"region 0x10000000-0x10010000 /soc/uart\n",
        b"12345678-23456789 rwx\n",
        b"0x00000000-0x0009f000 [usable]\n0x100000000-0x200000000 [reserved]\n",
    ):
        assert extract(text) == (), text
    assert extract(b"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n") == ()
    assert extract(b"2024-01-02 r-xp\n1000-2000 rwx apples\nTel. 0123-4567 \n") == ()


def test_mapped_libraries_of_a_binary_profile() -> None:
    dump = only(
        b"\x00\x00\x03\x00\xff\xfe\n\nMAPPED_LIBRARIES:\n"
        b"00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/cat\n"
        b"00651000-00652000 rw-p 00051000 08:02 173521      /usr/bin/cat\n\x00\x00\x01"
    )
    assert dump.container == "mapped_libraries"
    assert names(dump) == [b"/usr/bin/cat"] * 2
    assert dump.repairs == ()


def test_coredump() -> None:
    dump = only(
        b"COREDUMP_SIGNAL=11\n"
        b"COREDUMP_PROC_MAPS=00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\n"
        b"00401000-00402000 rw-p 00000000 00:00 0 \n"
        b"COREDUMP_COMM=cat\n"
    )
    assert dump.container == "coredump"
    assert dump.repairs == (Repair(2, "assignment", b"COREDUMP_PROC_MAPS="),)
    assert len(dump.mappings) == 2


def test_joins_lines_that_a_mail_program_wrapped() -> None:
    dump = only(
        b"> > 00010000-00016000 r-xp 00000000 fe:00\n"
        b"> > 6389       /bin/cat\n"
        b"> > 00016000-00017000 rw-s 00000000 00:01 2055\n"
        b"> >  /dev/zero (deleted)\n"
        b"> > 00017000-00018000 r-xp 00000000 fe:00 77   /lib/libc-\n"
        b"> > 2.28.so\n"
        b"> > 00018000-00019000 rw-p 00000000 00:00 0\n"
        b"> > [heap]\n"
        b"> > 00020000-00021000 rw-s 00000000 00:01 9   /memfd:some thing\n"
        b"> > (deleted)\n"
        b"> >\n"
        b"> > Does that help?\n"
    )
    assert dump.container == "mail"
    assert names(dump) == [
        b"/bin/cat",
        b"/dev/zero (deleted)",
        b"/lib/libc-2.28.so",
        b"[heap]",
        b"/memfd:some thing (deleted)",
    ]
    assert dump.origins == ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10))
    assert [repair.line for repair in dump.repairs if repair.kind == "wrapped"] == [2, 4, 6, 8, 10]


def test_does_not_append_prose_to_the_last_name() -> None:
    dump = only(
        b"> 00010000-00016000 r-xp 00000000 fe:00 6389       /bin/cat\n"
        b"> 00016000-00017000 r-xp 00000000 fe:00 6389       /bin/dog\n"
        b"> which is odd\n"
    )
    assert names(dump) == [b"/bin/cat", b"/bin/dog"]


def test_quoted_printable() -> None:
    dump = only(
        b"> 00400000-00401000 rw-p 00000000 00:00 0=20\n"
        b"> 00401000-00402000 r--p 00000000 fd:01 7                        /opt/a=3Db/=\n"
        b"l=C3=A4nger.so\n"
    )
    assert names(dump) == [b"", "/opt/a=b/länger.so".encode()]
    assert {"soft break", "quoted-printable"} <= repair_kinds(dump)


def test_keeps_an_equals_sign_in_a_path() -> None:
    line = b"00400000-00401000 r--p 00000000 fd:01 7   /tmp/mode=20/a=3Db\n"
    dump = only(line)
    assert dump.text == line
    assert dump.repairs == ()


def test_skips_other_messages_in_a_log() -> None:
    dump = only(
        b"[   12.345678] maps: 00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\n"
        b"[   12.345680] usb 1-1: new device\n"
        b"[   12.345699] maps: 00401000-00402000 rw-p 00000000 00:00 0 \n"
    )
    assert dump.container == "log"
    assert names(dump) == [b"/bin/cat", b""]
    assert dump.skipped == (SkippedLine(2, b"[   12.345680] usb 1-1: new device"),)
    assert dump.repairs[0] == Repair(1, "log prefix", b"[   12.345678] maps: ")


def test_removes_messages_around_every_mapping() -> None:
    dump = only(
        b"12:00:01 tool[7]: area '00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat': kept.\n"
        b"12:00:01 tool[7]: lock 4KiB 00401000 - 00402000 rw-p 00000000 00:00 0 \n"
        b"12:00:02 tool[7]: no access to 00402000-00403000 ---p 00000000 fd:01 7   /bin/a : Bye.\n"
        b"12:00:02 tool[7]: no access to 00403000-00404000 ---p 00000000 fd:01 8   /bin/b : Bye.\n"
    )
    assert names(dump) == [b"/bin/cat", b"", b"/bin/a", b"/bin/b"]
    assert {"suffix", "string", "dash"} <= repair_kinds(dump)


def test_smaps_inside_mail() -> None:
    dump = only(
        b"On Friday you wrote:\n"
        b"> 7f8ed4648000-7f90d4648000 rw-s 00000000 00:01 2055\n"
        b"> /dev/zero (deleted)\n"
        b"> Size:            8388608 kB\n"
        b"> Rss:             3119556 kB\n"
        b"> NewField:              4 kB\n"
        b"> THPeligible:\xc2\xa0\xc2\xa0  0\n"
        b"> VmFlags: rd wr\n"
        b"> sh mr\n"
        b">\n"
        b"> Best\n"
    )
    assert dump.snapshot.kind == "smaps"
    (mapping,) = dump.snapshot
    assert mapping.usage is not None
    assert mapping.usage.size == 8388608 << 10
    assert mapping.usage.rss == 3119556 << 10
    assert mapping.usage.thp_eligible == 0
    assert [extra.key for extra in mapping.usage.extra] == [b"NewField"]
    assert str(mapping.usage.vm_flags) == "rd wr sh mr"
    assert not dump.snapshot.problems


def test_old_android_name_line() -> None:
    dump = only(
        b"    7f0000000000-7f0000001000 rw-p 00000000 00:00 0          [anon:libc_malloc]\n"
        b"    Name:           [anon:libc_malloc]\n"
        b"    Size:                  4 kB\n"
    )
    (mapping,) = dump.snapshot
    assert mapping.usage is not None
    assert mapping.usage.size == 4096


def test_no_break_space_that_became_a_letter() -> None:
    dump = only(
        b"> A A A  10000000-10010000 r-xp 00000000 08:05 1335712A  /tmp/tick\n"
        b"> A A    10010000-10020000 r--p 00000000 08:05 1335712A  /tmp/tick\n"
    )
    assert [(entry.inode, entry.name) for entry in dump.mappings] == [(1335712, b"/tmp/tick")] * 2


def test_json_from_the_journal() -> None:
    dump = only(
        rb'{"COREDUMP_PROC_MAPS" : "00400000-00401000 r-xp 00000000 fd:01 7  /a \"b\"\n'
        rb'00401000-00402000 rw-p 00000000 00:00 0 \n", "PID" : "7"}'
        b"\n"
    )
    assert dump.container == "coredump"
    assert names(dump) == [b'/a "b"', b""]
    assert dump.origins == ((1,), (1,))


def test_does_not_unescape_the_newline_that_the_kernel_escaped() -> None:
    line = rb"00400000-00401000 r-xp 00000000 fd:01 7  /a\012b\n" + b"\n"
    assert only(line).text == line
    quoted = rb'"00400000-00401000 r-xp 00000000 fd:01 7  /a\\012b\n"' + b"\n"
    assert names(only(quoted)) == [rb"/a\012b"]


def test_removes_carriage_returns_only_on_evidence() -> None:
    line = b"00400000-00401000 r-xp 00000000 fd:01 7  /a\r\n"
    unnamed = b"00401000-00402000 rw-p 00000000 00:00 0 "
    assert names(only(line + unnamed + b"\n")) == [b"/a\r", b""]
    assert names(only(line)) == [b"/a"]
    dump = only(line + unnamed + b"\r\n")
    assert names(dump) == [b"/a", b""]
    assert [repair.kind for repair in dump.repairs] == ["carriage return"] * 2


def test_name_that_looks_like_a_mapping() -> None:
    name = b"/memfd:00500000-00501000 rw-p 00000000 00:00 0 [heap] (deleted)"
    dump = only(b"> 00400000-00401000 r-xp 00000000 00:01 7  " + name + b"\n")
    assert names(dump) == [name]


def test_separates_adjacent_dumps_by_address() -> None:
    line = b"00010000-00011000 r-xp 00000000 08:05 7  /bin/cat\n"
    other = b"00011000-00012000 rw-p 00000000 00:00 0  [heap]\n"
    assert [len(dump.mappings) for dump in extract((line + other) * 3)] == [2, 2, 2]


def test_torn_read_stays_one_dump() -> None:
    line = b"%08x-%08x rw-p 00000000 00:00 0 \n"
    pairs = [(1, 2), (2, 3), (2, 4), (4, 5)]
    dump = only(b"".join(line % (a << 12, b << 12) for a, b in pairs))
    assert [problem.kind for problem in dump.snapshot.problems] == ["overlap"]


def test_cygwin() -> None:
    dump = only(
        b"$ cat /proc/self/maps\n"
        b"> 7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 0           [teb (tid 4242)]\n"
        b"> 7ff8a0001000-7ff8a0002000 rw-p 00000000 0000:0000 0           [heap]\n"
    )
    assert dump.snapshot.dialect.name == "cygwin"
    assert len(dump.snapshot) == 2
    assert not dump.snapshot.problems


def test_skips_a_mapping_with_impossible_numbers() -> None:
    dump = only(
        b"00400000-00401000 r-xp 00000000 fd:01 7  /a\n"
        b"00402000-00401000 r-xp 00000000 fd:01 7  /b\n"
        b"00403000-00404000 r-xp 00000000 fd:01 7  /c\n"
    )
    assert names(dump) == [b"/a", b"/c"]
    assert dump.skipped == (SkippedLine(2, b"00402000-00401000 r-xp 00000000 fd:01 7  /b"),)


def test_joins_lines_that_a_terminal_cut() -> None:
    text = b"".join(
        b"%08x-%08x r-xp 00000000 fd:01 %d                                 %b\n"
        % (n << 12, n + 1 << 12, 70 + n, b"/usr/lib/a-long-folder/library-%d.so" % n)
        for n in range(1, 5)
    )
    cut = b"".join(
        line[at : at + 80] + b"\n"
        for line in text.split(b"\n")[:-1]
        for at in range(0, len(line), 80)
    )
    assert names(only(cut)) == [b"/usr/lib/a-long-folder/library-%d.so" % n for n in range(1, 5)]


def test_joins_all_parts_that_a_terminal_cut_and_no_line_below_them() -> None:
    paths = [b"/opt/" + b"deep/er" * 12 + b"/%d" % n for n in (1, 2, 3)]
    lines = [
        b"%08x-%08x r-xp 00000000 08:01 1234               %b" % (n << 12, n + 1 << 12, path)
        for n, path in enumerate(paths, 1)
    ]
    cut = b"".join(line[at : at + 60] + b"\n" for line in lines for at in range(0, len(line), 60))
    dump = only(cut + b"remark\n")
    assert names(dump) == paths
    assert [repair.line for repair in dump.repairs if repair.kind == "wrapped"] == [
        *(2, 3, 5, 6, 8, 9)
    ]


def test_accepts_str() -> None:
    assert names(extract("00400000-00401000 r-xp 00000000 fd:01 7  /ä\udcff\n")[0]) == [
        b"/\xc3\xa4\xff"
    ]


def test_text_without_a_dump() -> None:
    assert extract(b"") == extract(b"\n\n") == extract("no maps here\n") == ()


def test_fields_with_prefixes_of_another_length() -> None:
    dump = only(
        b"job[9]: 00400000-00401000 r-xp 00000000 fd:01 7  /a\n"
        b"job[10]: Size:                  4 kB\n"
        b"job[10]: Rss:                   4 kB\n"
        b"job[10]: done\n"
    )
    (mapping,) = dump.snapshot
    assert mapping.usage is not None
    assert (mapping.usage.size, mapping.usage.rss) == (4096, 4096)
    assert dump.last_line == 3


def test_removes_entities_and_tags() -> None:
    dump = only(
        b"<p>It says</p><pre>\n"
        b"00400000-00401000 r-xp 00000000 fd:01 7  /a&amp;b&#39;&#x3c;&#10;<br/>\n"
        b"00401000-00402000 r-xp 00000000 fd:01 7  /c&#200;</code></pre>\n"
    )
    assert dump.container == "markup"
    # No name contains a newline, and the meaning of byte 200 depends on a charset: both stay.
    assert names(dump) == [b"/a&b'<&#10;", b"/c&#200;"]


def test_resolves_escapes_of_python_and_json() -> None:
    dump = only(
        rb'x = "00400000-00401000 r-xp 00000000 fd:01 7  /\u00e4\xff\t.\n'
        rb'00401000-00402000 r-xp 00000000 fd:01 7  /b\n"'
    )
    assert dump.container == "string"
    assert names(dump) == [b"/\xc3\xa4\xff\t.", b"/b"]


def test_splits_at_spelled_out_newlines_outside_literals() -> None:
    dump = only(
        rb"maps: 00400000-00401000 r-xp 00000000 fd:01 7  /a\n"
        rb"maps: 00401000-00402000 r-xp 00000000 fd:01 7  /b\n"
    )
    assert names(dump) == [b"/a", b"/b"]


def test_command_starts_a_new_dump() -> None:
    line = b"%08x-%08x r-xp 00000000 fd:01 7  /a\n"
    text = line % (1 << 20, 2 << 20) + b"$ cat /proc/8/maps\n" + line % (3 << 20, 4 << 20)
    assert [dump.first_line for dump in extract(text)] == [1, 3]


def test_size_of_a_mapping() -> None:
    (entry,) = only(b"00400000-00401000 r-xp 00000000 fd:01 7  /a\n").mappings
    assert entry.size == 4096


def test_script_literals_over_several_lines() -> None:
    body = (
        b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\n"
        b"00401000-00402000 rw-p 00000000 00:00 0   [heap]"
    )
    for text in (b'MAPS="' + body + b'"\n', b"const maps = `" + body + b"`;\nuse(maps)\n"):
        assert names(only(text)) == [b"/bin/cat", b"[heap]"]


LINES = (
    b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat",
    b"00401000-00402000 rw-p 00000000 00:00 0   [heap]",
    b"00402000-00403000 rw-p 00000000 00:00 0",
)
NAMES = [b"/bin/cat", b"[heap]", b""]


def test_raw_literals_of_many_languages() -> None:
    marks = [
        (b'let m = r#"', b'"#;'), (b'let m = br##"\n', b'"##;'), (b'm <- r"(', b')"'),
        (b"m = [==[\n", b"]==]"), (b"m = [[\n", b"]]"), (b"let m = {|", b"|}"), (b"m = q{", b"};"),
        (b"select $x$\n", b"$x$;"), (b"{code:none}\n", b"{code}"), (b"[code]", b"[/code]"),
        (b"```", b"```"), (b"m := `\n", b"`, 3)"), (b'id,maps\n1,"', b'",x'),
        (b'm = """\n# of cat\n', b'""".trimIndent()'),
    ]  # fmt: skip
    for opened, closed in marks:
        assert names(only(opened + b"\n".join(LINES) + closed + b"\n")) == NAMES, opened
        smaps = b"\n".join((*LINES, b"Size:   4 kB", b"VmFlags: rd wr"))
        (*_, last) = only(opened + smaps + closed + b"\n").snapshot
        assert last.usage, opened
        assert str(last.usage.vm_flags) == "rd wr", opened


def test_string_continued_by_backslashes() -> None:
    for gap, opened in ((b"", b'm = "\\\n'), (b"    ", b'm = "\\\n'), (b"  \\", b'm = "\\\n')):
        dump = only(opened + b"".join(gap + line + b"\\n\\\n" for line in LINES) + gap + b'";\n')
        assert names(dump) == NAMES
        assert dump.origins == ((2,), (3,), (4,))


def test_comment_between_literals_with_smaps() -> None:
    dump = only(
        b'  "00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\\n"\n'
        b'  "Size:    4 kB\\n"\n'
        b'  /* "ProtectionKey:" only with keys */\n'
        b'  "Own:     4 kB\\n" "VmFlags: rd wr\\n";\n'
    )
    (mapping,) = dump.snapshot
    assert mapping.usage
    assert (mapping.usage.size, str(mapping.usage.vm_flags)) == (4096, "rd wr")
    assert [extra.key for extra in mapping.usage.extra] == [b"Own"]
    assert [line.line for line in dump.skipped] == [3]


def test_a_remark_outside_the_quotation_does_not_end_the_fields() -> None:
    dump = only(
        b"> 00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\n"
        b"> Locked:    5 kB\n"
        b"\n"
        b"Rss: 7 kB is what I see. After:\n"
        b"> THPeligible:\t\t1\n"
        b"> After: the rest\n"
        b"> SwapPss:   9 kB\n"
    )
    (mapping,) = dump.snapshot
    assert mapping.usage
    assert (mapping.usage.locked, mapping.usage.thp_eligible) == (5 << 10, 1)
    assert (mapping.usage.rss, mapping.usage.swap_pss) == (None, None)
    assert [line.line for line in dump.skipped] == [3, 4]


def test_other_spellings_of_kilobytes() -> None:
    (mapping,) = only(LINES[0] + b"\nSize:   4KB\nRss:    8 KB\nPss: 2kB \n").snapshot
    assert mapping.usage
    assert (mapping.usage.size, mapping.usage.rss, mapping.usage.pss) == (4096, 8192, 2048)


def test_removes_a_suffix_of_every_line() -> None:
    for suffix in (b'" pid=1', b",", b" \\", b"**", b"$", b"   <-- here", b"'", b"\xc2\xb6"):
        dump = only(b"".join(b"  " + line + suffix + b"\n" for line in LINES))
        assert names(dump) == NAMES, suffix
    dump = only(b"".join(b"{%b}\n" % line for line in (*LINES, b"Size: 4 kB")))
    assert names(dump) == NAMES
    assert dump.snapshot.kind == "smaps"


def test_keeps_a_suffix_of_a_single_line() -> None:
    dump = only(LINES[0] + b",\n" + LINES[1] + b"\n")
    assert names(dump) == [b"/bin/cat,", b"[heap]"]
    paths = b"00400000-00401000 r-xp 00000000 fd:01 7   /a.so\n" * 2
    assert {entry.name for entry in only(paths).mappings} == {b"/a.so"}


def test_splits_several_mappings_in_one_line() -> None:
    for between in (b" ", b"; ", b", ", b" | "):
        dump = only(b"maps: " + between.join(LINES) + b"\nThat is all.\n")
        assert names(dump) == NAMES
        assert dump.origins == ((1,), (1,), (1,))
    # Beside other mappings it is a name, because the lines are as they were.
    name = b"/memfd:" + b" ".join(LINES) + b" (deleted)"
    line = b"00300000-00301000 r-xp 00000000 00:01 7   " + name
    assert names(only(line + b"\n" + LINES[0] + b"\n")) == [name, b"/bin/cat"]


def test_decodes_a_base64_body() -> None:
    dump = only(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"MDA0MDAwMDAtMDA0MDEwMDAgci14cCAwMDAwMDAw\r\n"
        b"MCBmZDowMSA3ICAgL2Jpbi9jYXQNCjAwNDAxMDAw\r\n"
        b"LTAwNDAyMDAwIHJ3LXAgMDAwMDAwMDAgMDA6MDAg\r\n"
        b"MCAgIFtoZWFwXQ0K\r\n"
        b"\r\n"
    )
    assert names(dump) == NAMES[:2]
    assert dump.origins == ((4, 5), (5, 6, 7))
    assert {"base64", "carriage return"} <= repair_kinds(dump)
    # Not groups of four characters: the text was cut off.
    head = b"Content-Transfer-Encoding: base64\n\n"
    assert extract(head + b"MDA0MDAwM\n") == ()
    assert extract(head + b"====\n") == ()
    assert extract(head) == ()


def test_decodes_utf16_and_utf32() -> None:
    text = b"\r\n".join((*LINES, b"")).decode()
    for data in (
        text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-16-be"),
        text.encode("utf-32"), ("\ufeff" + text).encode("utf-16-be"),
    ):  # fmt: skip
        dump = only(data)
        assert names(dump) == NAMES
        assert "charset" in repair_kinds(dump)


def test_removes_terminal_sequences() -> None:
    line = b"\x1b[01;34m00400000\x1b[0m-00401000 r-xp 00000000 fd:01 7   /bin/cat\x1b[0K\n"
    assert names(only(line)) == [b"/bin/cat"]
    painted = b"00400000-00401000 r-xp 00000000 fd:01 7   \x1b[01;31m\x1b[K/bin\x1b[m\x1b[K\n"
    assert names(only(painted)) == [b"/bin"]
    # A name may contain a sequence, and nothing shows that this one does not.
    odd = b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/\x1b[31mcat\n"
    assert only(odd).text == odd


def test_two_listings_of_one_mapping_are_two_dumps() -> None:
    text = LINES[0] + b"\nSize:  4 kB\n\nAfterwards:\n" + LINES[0] + b"\nSize:  8 kB\n"
    assert [dump.first_line for dump in extract(text)] == [1, 5]


def test_does_not_join_text_below_lines_of_equal_length() -> None:
    long = b"%08x-%08x r-xp 00000000 fd:01 7                                  /bin/cat\n"
    for between in (
        b"...\n",
        b"# code\n",
        b"<snip>\n",
        b"  loaded\n",
        b"Note: 7\n",
        b"Size: 8 k\n",
    ):
        text = b"".join(long % (n << 12, n + 1 << 12) + between for n in (1, 2, 3))
        assert names(only(text)) == [b"/bin/cat"] * 3, between


def test_diff_of_two_dumps() -> None:
    text = b"@@ -1,3 +1,3 @@\n " + LINES[0] + b"\n-" + LINES[1] + b"\n+" + LINES[2] + b"\n"
    old, new = extract(text)
    assert (names(old), names(new)) == (NAMES[:2], [NAMES[0], NAMES[2]])
    assert old.mappings[0].lines == new.mappings[0].lines == (2,)
    # Lines that are only added are one dump, with those around them.
    assert names(only(text.replace(b"\n-", b"\n+"))) == NAMES


def test_quotation_inside_a_list() -> None:
    dump = only(b"".join(b"    > " + line + b"\n" for line in LINES))
    assert dump.container == "mail"
    assert names(dump) == NAMES


def test_removes_a_carriage_return_after_a_kernel_name() -> None:
    assert names(only(LINES[1] + b"\r\n" + LINES[2] + b"\n")) == [b"[heap]", b""]
    assert names(only(LINES[0] + b"\r\n" + LINES[2] + b"\n")) == [b"/bin/cat\r", b""]


def test_recognises_unknown_tags_by_their_closing_tags() -> None:
    dump = only(b"<maps>\n" + b"".join(b"<m a='1'>" + line + b"</m>\n" for line in LINES))
    assert names(dump) == NAMES
    # Nothing closes this one: it is the name of a program.
    dump = only(b"".join(b"<maps> " + line + b"\n" for line in LINES))
    assert names(dump) == NAMES
    assert {repair.kind for repair in dump.repairs} == {"markup"}


def test_wsl_without_the_sharing_column() -> None:
    text = (
        b"> 00400000-00401000 r-x- 00000000 00:00 42                        /bin/a\n"
        b"> 00401000-00402000 rw-- 00000000 00:00 0\n"
    )
    dump = only(text)
    assert dump.snapshot.dialect.name == "wsl"
    assert [entry.perms for entry in dump.mappings] == [b"r-x-", b"rw--"]
    assert not dump.snapshot.problems
    assert not dump.assumed


def test_joins_adjacent_literals() -> None:
    dump = only(
        b'  parse("00400000-00401000 r-xp 00000000 fd:01 7   "\n'
        b'        "/bin/"  \\\n'
        b'        "cat\\n"\n'
        b'        "00401000-00402000 rw-p 00000000 "\n'
        b'        "00:00 0   [heap]\\n" +\n'
        b'      + u8"00402000-00403000 rw-p 00000000 00:00 0\\n");\n'
    )
    assert names(dump) == NAMES
    assert dump.origins == ((1, 2, 3), (4, 5), (6,))
    # Elements of a list end in commas, and a field of smaps is a line of its own.
    assert names(only(b'["' + LINES[0] + b'",\n "not of it"]\n')) == [b"/bin/cat"]
    (mapping,) = only(b'("' + LINES[0] + b'"\n "Size: 4 kB"\n "x")\n').snapshot
    assert (mapping.name.raw, mapping.usage and mapping.usage.size) == (b"/bin/cat", 4096)


def test_every_rollup_is_a_dump_of_its_own() -> None:
    rollup = b"%x000-7fff73114000 ---p 00000000 00:00 0                          [rollup]\n"
    text = b"".join(rollup % start + b"Rss: 8 kB\n" for start in (0x55DEF7FA4, 0x56AEF7FA4))
    assert [dump.snapshot.kind for dump in extract(LINES[1] + b"\n" + text)] == [
        "maps", "smaps_rollup", "smaps_rollup",
    ]  # fmt: skip


def test_mail_in_a_web_archive() -> None:
    head, tail = b'<span class="q">&gt; ', b"\n</span><br>\n"
    rows = (
        b"00400000-00408000 r-xp 00000000 09:01",
        b"7                    /bin/a&amp;b",
        b"7fff20e92000-7fff20ea8000 rw-p 7fff20e92000 00:00 0",
        b"[stack] ",
        b"Bye",
    )
    dump = only(b"".join(head + row + tail for row in rows))
    assert dump.container == "mail"
    assert names(dump) == [b"/bin/a&b", b"[stack]"]
    assert dump.origins == ((1, 2, 3, 4), (5, 6, 7, 8))
    assert not dump.skipped


def test_literal_with_other_text_before_the_dump() -> None:
    body = rb"*** it's bad ***\nMemory map:\n" + rb"\n".join(LINES[:2])
    dump = only(b'{"pid": 7, "stderr": "' + body + b'", "code": -6}\n')
    assert dump.container == "string"
    assert names(dump) == NAMES[:2]


def test_columns_after_the_name_are_no_part_of_it() -> None:
    dump = only(
        b"| 00400000-00401000 | r-xp | 00000000 | 08:01 | 13130 | /bin/bash | code |\n"
        b"| 00401000-00402000 | rw-p | 00000000 | 00:00 | 0 |  | bss |\n"
        b"| 00402000-00403000 | rw-p | 00000000 | 00:00 | 0 | [heap] | |\n"
    )
    assert names(dump) == [b"/bin/bash", b"", b"[heap]"]
    assert dump.text.startswith(b"00400000-00401000 r-xp 00000000 08:01 13130 /bin/bash\n")


def test_fields_of_smaps_in_cells() -> None:
    dump = only(
        LINES[0]
        + b"\nSize: | 1084 kB |\n| Rss: | 84 | kB |\n| Own | 2 kB |\n| VmFlags: | rd | wr | x y |\n"
    )
    (mapping,) = dump.snapshot
    assert mapping.usage
    assert (mapping.usage.size, mapping.usage.rss) == (1084 << 10, 84 << 10)
    assert [extra.key for extra in mapping.usage.extra] == [b"Own"]
    assert str(mapping.usage.vm_flags) == "rd wr"


def test_a_comma_in_a_name_is_no_border() -> None:
    rows = (
        b"00400000,00401000,r-xp,00000000,fd:01,7,/bin/a,b\n"
        b"00401000,00402000,rw-p,00000000,00:00,0,\n"
    )
    assert names(only(b"start,end,perms,offset,dev,inode,name\n" + rows)) == [b"/bin/a,b", b""]
    quoted = b'"00400000-00401000","r-xp","00000000","fd:01","7","/a,""b""","x"\n'
    assert names(only(quoted)) == [b'/a,"b"']


OTHER_LINES = (
    b"00500000-00501000 r-xp 00000000 fd:01 7   /bin/cat",
    b"00501000-00502000 rw-p 00000000 00:00 0   [anon:a b]",
    b"00502000-00503000 rw-p 00000000 00:00 0",
)
OTHER_NAMES = [b"/bin/cat", b"[anon:a b]", b""]


def test_splits_joined_lines_above_each_other() -> None:
    dump = only(b" ".join(LINES) + b"\n" + b" ".join(OTHER_LINES) + b"\n")
    assert names(dump) == NAMES + OTHER_NAMES
    assert dump.origins == ((1,),) * 3 + ((2,),) * 3
    # Another process, below the first one.
    dumps = extract(b" ".join(OTHER_LINES) + b"\n" + b" ".join(LINES) + b"\n")
    assert [names(dump) for dump in dumps] == [OTHER_NAMES, NAMES]


def test_splits_joined_lines_with_quotation_marks_between() -> None:
    for mark in (b"| ", b"> ", b"> > "):
        dump = only(b"".join(mark + line + b" " for line in LINES).rstrip() + b"\n")
        assert (names(dump), dump.container) == (NAMES, "mail"), mark


def test_splits_two_lines_that_lost_one_newline() -> None:
    two = LINES[1] + b" " + LINES[2]
    assert names(only(LINES[0] + b"\n" + two + b"\n" + OTHER_LINES[0] + b"\n")) == [
        *NAMES, b"/bin/cat",
    ]  # fmt: skip
    assert names(only(two + b"\n")) == NAMES[1:]


def test_splits_where_an_inode_touches_the_next_address() -> None:
    dump = only(
        b"00400000-00500000 rw-p 00400000 00:00 01ca11000-1ca78000 rwxp 00000000 00:00 0 "
        b"[heap]1cb11000-1cb78000 rwxp 00000000 00:00 0\n"
    )
    assert [(m.start, m.end, m.inode, m.name) for m in dump.mappings] == [
        (0x400000, 0x500000, 0, b""),
        (0x1CA11000, 0x1CA78000, 0, b"[heap]"),
        (0x1CB11000, 0x1CB78000, 0, b""),
    ]


def test_splits_where_a_name_touches_the_next_address() -> None:
    dump = only(
        b"7f0b500000-7f0b580000 rw-s 00000000 00:12 48   /dev/p/u:object_r:param:s0"
        b"7f0b580000-7f0b581000 r--p 00000000 b3:07 2292   /lib/a.so"
        b"7f0b581000-7f0b582000 r--p 00001000 b3:07 2292   /lib/a.so\n"
    )
    assert names(dump) == [b"/dev/p/u:object_r:param:s0", b"/lib/a.so", b"/lib/a.so"]
    assert [m.start for m in dump.mappings] == [0x7F0B500000, 0x7F0B580000, 0x7F0B581000]


def test_keeps_a_name_that_looks_like_the_next_mapping() -> None:
    head = b"00300000-00301000 r-xp 00000000 00:01 7   "
    for name in (
        b"/memfd:00500000-00501000 rw-p 00000000 00:00 0 (deleted)",
        b"/memfd:x 00500000-00501000 rw-p 00000000 00:00 0 (deleted)",
        b"/memfd:x 00200000-00201000 rw-p 00000000 00:00 0",
    ):
        assert names(only(head + name + b"\n" + LINES[0] + b"\n")) == [name, b"/bin/cat"]


def test_escapes_of_rsyslog() -> None:
    lines = b"#012".join((LINES[0], b"Size:#011#011   4 kB", b"THPeligible:#011#0110", *LINES[1:]))
    dump = only(b"Jan 01 10:00:00 h a[10]: maps:#012" + lines + b"#012\n")
    assert (names(dump), dump.container) == (NAMES, "log")
    usage = dump.snapshot[0].usage
    assert usage
    assert (usage.size, usage.thp_eligible) == (4096, 0)
    # The same text in a name, with nothing of a dump after it.
    name = b"00400000-00401000 r-xp 00000000 fd:01 7   /tmp/a#012b#011c"
    assert only(name + b"\n").text == name + b"\n"


def test_tabs_of_a_sanitizer_in_syslog() -> None:
    dump = only(
        b"Jan 01 10:00:00 h a[10]: ==8==Process memory map follows:\n"
        b"Jan 01 10:00:00 h a[10]: #0110x000000400000-0x000000401000#011/tmp/a.out\n"
        b"Jan 01 10:00:00 h a[10]: #0110x000000401000-0x000000402000#011\n"
    )
    assert dump.container == "sanitizer"
    assert names(dump) == [b"/tmp/a.out", b""]


def test_newlines_of_other_loggers() -> None:
    for newline in (b"^J", rb"\x0a", rb"\x0A", rb"\u000a", b"%0A", "↵".encode(), "␤".encode()):
        dump = only(b"maps: " + newline.join(LINES) + newline + b"\n")
        assert names(dump) == NAMES, newline


def test_removes_markup_around_a_name() -> None:
    rows = (
        b'00400000-00401000 rw-p 00000000 00:00 0  <i class="error">&#91;heap&#93;</i><br/>\n',
        b"00400000-00401000 rw-p 00000000 00:00 0                  <b>[heap]</b>\n",
        b'00400000-00401000 rw-p 00000000 00:00 0   <a href="/s?q=heap">[heap]</a>\n',
        b"00400000-00401000 rw-p 00000000 00:00 0                  </font>[heap]\n",
        b"00400000-00401000 rw-p 00000000 00:00 0                  **[heap]**\n",
        b"00400000-00401000 rw-p 00000000 00:00 0                  [b][heap][/b]\n",
        b"**00400000-00401000 rw-p 00000000 00:00 0                  [heap]**\n",
        b"<pre>\n00400000&ndash;00401000 rw-p 00000000 00:00 0   [heap]</pre><p>Why?</p>\n",
    )
    for row in rows:
        dump = only(row)
        assert (names(dump), dump.container) == ([b"[heap]"], "markup"), row
        file = only(row.replace(b"00:00 0", b"fd:01 7").replace(b"&#91;", b"/").replace(
            b"&#93;", b"").replace(b"[heap]", b"/heap"))  # fmt: skip
        assert names(file)[0].startswith(b"/heap"), row


def test_removes_links_made_of_file_names() -> None:
    for name in (
        b"/lib/libc.so <http://libc.so>",
        b"/lib/<http://libc.so|libc.so>",
        b"/lib/[libc.so](http://libc.so)",
        b"[/lib/libc.so](https://a.example/lib/libc.so)",
        b"[/lib/libc.so|https://a.example/lib/libc.so]",
    ):
        assert names(only(b"00400000-00401000 r-xp 00000000 fd:01 7   " + name + b"\n")) == [
            b"/lib/libc.so"
        ], name


def test_keeps_marks_that_may_be_part_of_a_name() -> None:
    for name in (
        b"/tmp/**a**",
        b"/tmp/<b>x</b>",
        b"/tmp/[a](b)",
        b"[anon:**a**]",
        b"/a <http://b>",
    ):
        line = b"00400000-00401000 r-xp 00000000 fd:01 7   " + name + b"\n"
        line = line.replace(b"fd:01 7", b"00:00 0") if name.startswith(b"[") else line
        assert names(only(line)) == [name]


def test_removes_remarks_that_differ_by_line() -> None:
    dump = only(
        b"7f0000000000-7f0000001000 r-xp 00000000 fd:02 6043376    /opt/s  (d:0xfd02 i:6043376)\n"
        b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0            (d:0x0 i:0)\n"
        b"7f0000002000-7f0000003000 rw-p 00000000 00:00 0\t\t\t<--- missing\n"
        b"7f0000003000-7f0000004000 rw-p 00000000 fd:02 7    /opt/t (deleted)  (d:0xfd02 i:7)\n"
    )
    assert names(dump) == [b"/opt/s", b"", b"", b"/opt/t (deleted)"]
    assert [repair.detail for repair in dump.repairs if repair.kind == "remark"] == [
        b"(d:0xfd02 i:6043376)", b"(d:0x0 i:0)", b"<--- missing", b"(d:0xfd02 i:7)",
    ]  # fmt: skip
    assert dump.doubts == ()


def test_removes_remarks_with_a_mark() -> None:
    for mark in (b" # ", b"   // ", b"\t<-- ", b" ; ", b" => ", b"   ", b"\t", b" -- ", b" /* "):
        rows = zip(LINES, (b"text of it", b"heap", b"no file"), strict=True)
        dump = only(b"".join(line + mark + text + b"\n" for line, text in rows))
        assert (names(dump), dump.doubts) == (NAMES, ()), mark


def test_several_names_of_one_file_show_a_remark() -> None:
    line = b"%08x-%08x r-xp 00000000 fd:01 7   /bin/cat%b\n"
    for first, second in (
        (b"  <- code", b"  <- data"),
        (b"", b" is this the one"),
        (b" (deleted)", b"   # gone"),
    ):
        dump = only(line % (4096, 8192, first) + line % (8192, 12288, second))
        kept = first if b"deleted" in first else b""
        assert names(dump) == [b"/bin/cat" + kept, b"/bin/cat"]


def test_every_file_with_a_text_of_one_form_shows_a_remark() -> None:
    line = b"%08x-%08x r-xp 00000000 fd:01 %d   /bin/%b\n"
    texts = (b"a  [7 pages]", b"b  [12 pages]", b"c  [0x1f pages]")
    lines = [line % (n << 12, n + 1 << 12, n, text) for n, text in enumerate(texts, 1)]
    assert names(only(b"".join(lines))) == [b"/bin/a", b"/bin/b", b"/bin/c"]
    assert names(only(b"".join(lines[:2]))) == [b"/bin/" + text for text in texts[:2]]


def test_reports_a_text_that_may_be_a_remark() -> None:
    for text in (b"<- here", b"# code", b"(i:7)", b"// code", b" code"):
        dump = only(LINES[0] + b" " + text + b"\n" + LINES[2] + b"\n")
        assert names(dump) == [b"/bin/cat " + text, b""]
        assert dump.doubts == (Doubt(1, "remark", text.strip()),)
    # Ordinary names of files, and a name that no rule knows.
    for name in (b"/bin/Program Files (x86)/a b", b"/bin/a-b (deleted)", b"/bin/A - B.mp3"):
        assert only(LINES[0].replace(b"/bin/cat", name) + b"\n").doubts == ()
    odd = only(LINES[2] + b"   libc.so\n")
    assert (names(odd), odd.doubts) == ([b"libc.so"], (Doubt(1, "remark", b"libc.so"),))


def test_reports_a_name_that_may_be_two_lines_or_markup() -> None:
    text = b"00500000-00501000 rw-p 00000000 00:00 0"
    assert only(LINES[0] + b" " + text + b"\n").doubts == (Doubt(1, "joined", b" " + text),)
    assert only(LINES[0] + b"<b>1</b>\n").doubts == (Doubt(1, "markup", b"<b>1</b>"),)


def test_build_ids_after_names() -> None:
    dump = only(
        b"memory map:\n"
        b"    400b8000-400b9fff r-x         0      2000  /bin/a (BuildId: 7d4d) (load base 0x60)\n"
        b"    400ba000-400bafff rw-      2000      1000  /bin/a (load base 0x6000)\n"
        b"    400bb000-400bbfff rw-      2000      1000  /bin/b (BuildId: 7d4d) (new 0x6000)\n"
        b"    400bc000-400bcfff rw-      2000      1000\n"
    )
    assert [(m.name, m.build_id, m.load_bias) for m in dump.mappings] == [
        (b"/bin/a", "7d4d", 0x60), (b"/bin/a", None, 0x6000), (b"/bin/b", "7d4d", None),
        (b"", None, None),
    ]  # fmt: skip
    dump = only(LINES[0] + b" (BuildId: 0badcafe)\n" + LINES[1] + b"\n")
    assert (names(dump), dump.mappings[0].build_id) == (NAMES[:2], "0badcafe")
    assert dump.text == LINES[0] + b"\n" + LINES[1] + b"\n"


def test_joins_wrapped_lines_of_a_sanitizer() -> None:
    dump = only(
        b"> ==815==Process memory map follows:\n"
        b"> \t0x000000400000-0x000000401000\n"
        b"> /tmp/a.out\n"
        b"> \t0x000000401000-0x000000402000\n"
        b"> \t0x7ffffffde000-0x7ffffffff000\n"
        b"> [stack]\n"
        b"> ==815==End of process memory map.\n"
    )
    assert names(dump) == [b"/tmp/a.out", b"", b"[stack]"]
    assert dump.skipped == ()


def test_joins_wrapped_lines_of_a_tombstone() -> None:
    dump = only(
        b"> memory map (4 entries):\n"
        b">     0000007a'00000000-0000007a'00000fff rw-         0      1000\n"
        b"> /lib64/libc.so (BuildId: 0badcafe)\n"
        b">     0000007a'00002000-0000007a'00002fff ---         0\n"
        b"> 1000  [anon:x]\n"
        b">     0000007a'00003000-0000007a'00003fff ---         0      1000  /lib64/b (BuildId:\n"
        b"> 0badcafe)\n"
        b">     0000007a'00004000-0000007a'00004fff ---         0      1000  /lib64/libm.so\n"
        b"> (deleted) (load bias 0x2000)\n"
    )
    assert [(m.name, m.build_id, m.load_bias) for m in dump.mappings] == [
        (b"/lib64/libc.so", "0badcafe", None), (b"[anon:x]", None, None),
        (b"/lib64/b", "0badcafe", None), (b"/lib64/libm.so (deleted)", None, 0x2000),
    ]  # fmt: skip


def test_joins_a_name_with_fewer_quotation_marks() -> None:
    dump = only(
        b"> > > 10000000-10020000 r-xp 00000000 fd:00 167223\n"
        b"> /bin/mprotect04\n"
        b"> > > 10020000-10030000 r--p 00000000 fd:00\n"
        b"> 167223 /bin/mprotect04\n"
        b"> > > 10030000-10040000 rw-p 00000000 fd:00 167223\n"
        b"/bin/mprotect04\n"
        b"> > > 10040000-10050000 rw-p 00000000 00:00 0\n"
        b"> Is that what you see?\n"
    )
    assert names(dump) == [*([b"/bin/mprotect04"] * 3), b""]


def test_joins_wrapped_fields() -> None:
    dump = only(
        b"> 00400000-00401000 r-xp 00000000 fd:01 7  /bin/cat\n"
        b"> Size:                  4\n> kB\n"
        b"> KernelPageSize:\n> 4 kB\n"
        b"> VmFlags: rd wr\n> mr\n"
    )
    usage = dump.snapshot[0].usage
    assert usage
    assert (usage.size, usage.kernel_page_size, str(usage.vm_flags)) == (4096, 4096, "rd wr mr")


def test_text_below_a_name_does_not_join_it() -> None:
    head = b"00400000-00401000 r-xp 00000000 fd:01 7 \n/bin/cat\n" + LINES[2] + b" \n"
    for last in (b"[heap]", b"[anon:a b]"):
        line = b"00500000-00501000 rw-p 00000000 00:00 0                      " + last + b"\n"
        for below in (b"=" * 70, b"-" * 40, b"Information:", b"Averylongwordthatdoesnotfitthere"):
            dump = only(head + line + below + b"\nmore\n")
            assert (names(dump)[-1], dump.doubts) == (last, ()), below
    file = b"00500000-00501000 r-xp 00000000 fd:01 9                         /opt/a\n"
    for below in (b"=" * 70, b"***", b"Information-about-the-heap-of-it:"):
        dump = only(head + file + below + b"\n")
        assert (names(dump)[-1], dump.doubts) == (b"/opt/a", ()), below


def test_reports_what_only_the_width_joins() -> None:
    head = b"00400000-00401000 r-xp 00000000 fd:01 7 \n/bin/cat\n"
    long = b"00410000-00411000 r-xp 00000000 fd:01 9     /lib/libm-2.31.so\n"
    file = b"00500000-00501000 r-xp 00000000 fd:01 9               /opt/My\n"
    inside = only(head + long + file + b"Application.jar\n" + OTHER_LINES[2] + b"\n")
    assert names(inside)[2] == b"/opt/My Application.jar"
    assert inside.doubts == (Doubt(5, "wrapped", b"Application.jar"),)
    last = only(head + long + file + b"Application.jar\n\nBye\n")
    assert names(last)[2] == b"/opt/My"
    assert last.doubts == (Doubt(4, "perhaps more", b"Application.jar"),)


def test_unfolds_the_repr_of_smaps() -> None:
    dump = only(
        b"'00400000-00401000 r-xp 00000000 08:01 123\n"
        b"/usr/bin/a\\nSize:                  4 kB\\nKernelPageSize:        4\n"
        b"kB\\nRss:                   8 kB\\nVmFlags: rd wr\\n00402000-00403000 rw-p\n"
        b"00000000 00:00 0 [heap]\\nSize: 4 kB\\n'\n"
    )
    assert (names(dump), dump.container) == ([b"/usr/bin/a", b"[heap]"], "string")
    usage = dump.snapshot[0].usage
    assert usage
    assert (usage.size, usage.kernel_page_size, usage.rss) == (4096, 4096, 8192)
    assert dump.origins[:3] == ((1, 2), (2,), (2, 3))
    # The lines of a literal without escapes are its own.
    raw = b"maps = '" + b"\n".join(LINES) + b"'\n"
    assert names(only(raw)) == NAMES


def test_fields_of_vendors_that_meminfo_has_too() -> None:
    for key in (b"ShmemHugePages", b"Writeback"):
        text = LINES[0] + b"\nSize: 4 kB\nRss: 0 kB\n" + key + b": 0 kB\nLocked: 8 kB\n"
        dump = only(text)
        assert (dump.text, dump.skipped) == (text, ())


def test_removes_tags_inside_a_name() -> None:
    dump = only(b"<pre>\n" + LINES[0].replace(b"/cat", b"/<wbr>c<b>a</b>t") + b"</pre>\n")
    assert names(dump) == [b"/bin/cat"]


def test_a_wrapped_name_keeps_the_letter_before_a_space() -> None:
    line = b"00400000-00401000 r-xp 00000000 fd:01 7\n/bin/QA (deleted)\n"
    assert names(only(line)) == [b"/bin/QA (deleted)"]


def test_a_range_of_short_numbers_is_no_mapping_of_a_sanitizer() -> None:
    assert extract(b"0x400000-0x401000 /a\n0x401000-0x402000 /b\n") == ()
