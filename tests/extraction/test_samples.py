"""One handwritten sample of each kind of text around a dump."""

from __future__ import annotations

from procmaps import Device
from procmaps.extraction import Extract, PartialMapping, Repair, SkippedLine, extract


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


def test_only_missing_fields_continue_after_a_remark() -> None:
    dump = only(
        b"> 00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat\n"
        b"> Locked:    5 kB\n"
        b"\n"
        b"Rss: 7 kB is what I see. After:\n"
        b"> tier:      3\n"
        b"> After: the rest\n"
        b"> THPeligible:\t\t1\n"
        b"> Locked:    9 kB\n"
    )
    (mapping,) = dump.snapshot
    assert mapping.usage
    assert (mapping.usage.locked, mapping.usage.thp_eligible) == (5 << 10, 1)
    assert (mapping.usage.rss, mapping.usage.extra) == (None, ())
    assert [line.line for line in dump.skipped] == [3, 4, 5, 6]


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
    dump = only(b"@@ -1,3 +1,3 @@\n " + LINES[0] + b"\n-" + LINES[1] + b"\n+" + LINES[2] + b"\n")
    assert names(dump) == NAMES


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
