"""What shows where a name begins and ends: the kinds that random containers have found."""

from __future__ import annotations

import pytest

from procmaps.extraction import Extract, extract


def only(text: bytes) -> Extract:
    found = extract(text)
    assert len(found) == 1, [dump.text for dump in found]
    return found[0]


def names(text: bytes) -> list[bytes]:
    return [entry.name for entry in only(text).mappings]


def doubts(text: bytes) -> list[tuple[int, str, bytes]]:
    return [(doubt.line, doubt.kind, doubt.text) for doubt in only(text).doubts]


# --- labels of memory with the inode of a file ----------------------------------------------------

LABEL = b"[anon:dalvik mark stack]"
COLUMNS = (
    b"70eb9d1000-70eb9d5000 rw-p 00000000 00:05 10270814",
    b"70eb9d5000-70eb9d9000 rw-p 00000000 00:05 10270813",
)


def test_joins_a_label_of_a_file_that_a_mail_has_wrapped() -> None:
    text = b"".join(line[:35] + b"\n" + line[36:] + b"\n" + LABEL + b"\n" for line in COLUMNS)
    assert names(text) == [LABEL, LABEL]
    assert not doubts(text)


def test_joins_a_label_that_a_mail_has_broken_in_two() -> None:
    text = b"".join(
        b"> " + line[:35] + b"\n" + line[36:] + b"\n[anon:dalvik mark\nstack]\n" for line in COLUMNS
    )
    assert names(text) == [LABEL, LABEL]


def test_two_equal_words_are_no_common_end() -> None:
    text = b"".join(b"00%d00000-00%d01000 r-xp 0 00:00 0   a:1\n" % (i, i) for i in (4, 5))
    assert names(text) == [b"a:1", b"a:1"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"**", b"**"),
        (b"`", b"`"),
        (b"[b][color=red]", b"[/color][/b]"),
        (b"", b'",'),
        (b"", b"\r"),
    ],
)
def test_removes_marks_around_labels_of_files(before: bytes, after: bytes) -> None:
    text = b"".join(line + b"  " + before + LABEL + after + b"\n" for line in COLUMNS)
    assert names(text) == [LABEL, LABEL]


def test_keeps_brackets_inside_a_label() -> None:
    text = b"".join(line + b"  [anon:a[1]]\n" for line in COLUMNS)
    assert names(text) == [b"[anon:a[1]]", b"[anon:a[1]]"]


def test_doubts_a_name_of_a_file_that_is_no_path() -> None:
    text = COLUMNS[0] + b"  `/lib/a.so\n" + COLUMNS[1] + b"  /lib/b.so\n"
    assert names(text) == [b"`/lib/a.so", b"/lib/b.so"]
    assert doubts(text) == [(1, "remark", b"`/lib/a.so")]


@pytest.mark.parametrize("mark", [b'"""', b"`;", b')"', b"]]>", b"'),"])
def test_doubts_the_end_of_a_literal_without_a_beginning(mark: bytes) -> None:
    text = COLUMNS[0] + b"  /lib/a.so\n" + COLUMNS[1] + b"  /lib/b.so" + mark + b"\n"
    assert names(text) == [b"/lib/a.so", b"/lib/b.so" + mark]
    assert doubts(text) == [(2, "markup", mark)]


# --- tables ---------------------------------------------------------------------------------------


def test_keeps_the_blank_after_a_bar_in_a_name() -> None:
    text = b"| " + COLUMNS[0] + b"  /a| (deleted) |\n| " + COLUMNS[1] + b"  /b |\n"
    assert names(text) == [b"/a| (deleted)", b"/b"]


def test_doubts_a_cell_that_may_be_a_column() -> None:
    """The second row has lost its last cell, so the first two may have another column."""
    text = (
        b"| b6e02000-b6e03000 | rw-p | 00002000 | 1f:0a | 2119 | /lib/a.so | code |\n"
        b"| b6e03000-b6e04000 | r-xp | 00000000 | 1f:0a | 2097 | /lib/b.so |\n"
    )
    assert names(text) == [b"/lib/a.so | code", b"/lib/b.so"]
    assert (1, "remark", b"| code") in doubts(text)


# --- lines that became one ------------------------------------------------------------------------


def test_splits_after_a_name_that_no_memory_without_a_file_has() -> None:
    text = (
        b"It prints:\n"
        b"2b6c000-2e92000 r-xp 42000 00:00 0   a_test f4110000-f4135000 r--p 0 00:00 0   libc.so\n"
    )
    assert names(text) == [b"a_test", b"libc.so"]


def test_splits_two_mappings_of_one_file_with_one_name() -> None:
    text = (
        b"# b6f66000-b6f67000 r--p 00018000 1f:0a 2092 /lib/a.so;"
        b" b6f67000-b6f68000 rw-p 00019000 1f:0a 2092 /lib/a.so\n"
    )
    assert names(text) == [b"/lib/a.so", b"/lib/a.so"]


def test_splits_at_the_quotation_marks_of_the_line() -> None:
    text = (
        b"> > 00008000-0005a000 r-xp 00000000 01:00 72 /bin/busybox"
        b" > > 00062000-00063000 rw-p 00052000 01:00 73 /bin/other\n"
    )
    assert names(text) == [b"/bin/busybox", b"/bin/other"]


def test_doubts_what_looks_like_the_next_mapping_with_its_separator() -> None:
    second = b"00062000-00063000 rw-p 00052000 01:00 73 /bin/b"
    text = b"00008000-0005a000 r-xp 00000000 01:00 72 /bin/a; " + second + b"\n"
    assert doubts(text) == [(1, "joined", b"; " + second)]


def test_a_damaged_line_makes_no_remarks_of_names_without_a_path() -> None:
    text = (
        b"7e7ee48000-7e7ee88000 r--p 0 00:00 0   libc.so\n"
        b"7e7ee88000-7e7ef32000 r-xp 40000 00:00 0   lib8000-7e7ef32000 r-xp 40000 00:00 0   c.so\n"
        b"7e82b01000-7e82b03000 r-xp 0 00:00 0   vdso.so\n"
        b"7e82b03000-7e82b3c000 r--p 0 00:00 0   linker64\n"
    )
    assert names(text)[::2] + names(text)[3:] == [b"libc.so", b"vdso.so", b"linker64"]


def test_several_remarks_show_that_a_word_is_one() -> None:
    text = (
        b"00400000-00401000 rw-p 00000000 00:00 0   (the heap)\n"
        b"00401000-00402000 rw-p 00000000 00:00 0   of the thread\n"
        b"00402000-00403000 rw-p 00000000 00:00 0   mine\n"
    )
    assert names(text) == [b"", b"", b""]


# --- broken lines ---------------------------------------------------------------------------------


def test_removes_carriage_returns_after_names_without_a_path() -> None:
    text = (
        b"e74c0000-f0740000 r-xp 0 00:00 0   anonymous:ee74c000\r\n"
        b"f6be1000-f732b000 r-xp 0 00:00 0   libartd.so\r\n"
        b"f732b000-f732c000 rw-p 1000 00:00 0   libartd.so\r\n"
    )
    assert names(text) == [b"anonymous:ee74c000", b"libartd.so", b"libartd.so"]


@pytest.mark.parametrize(("above", "below"), [(b"", b""), (b"> ", b"> "), (b"> > ", b"> ")])
def test_doubts_a_word_that_may_be_the_name_above(above: bytes, below: bytes) -> None:
    text = (
        above + b"7e82b03000-7e82b3c000 r--p 0 00:00 0\n" + below + b"linker64\n"
        + above + b"7e82b3c000-7e82c77000 r-xp 39000 00:00 0\n" + below + b"/a/linker64\n"
    )  # fmt: skip
    assert doubts(text) == [(1, "perhaps more", b"linker64"), (3, "perhaps more", b"/a/linker64")]


def test_a_word_that_had_fitted_above_is_no_rest() -> None:
    text = (
        b"00400000-00401000 r-xp 00000000 fd:01 77                      /opt/jdk/bin/java\n"
        b"00401000-00402000 rw-p 00000000 00:00 0 \n"
        b"Thanks\n"
    )
    assert not doubts(text)


@pytest.mark.parametrize("outer", [b"# ", b"// ", b"[  12.345678] ", b"a[7]: "])
@pytest.mark.parametrize("inner", [b"", b"> "])
def test_joins_lines_of_a_mail_inside_another_text(outer: bytes, inner: bytes) -> None:
    text = b"".join(
        outer + b"> > " + columns + b"\n" + outer + inner + name + b"\n"
        for columns, name in zip(COLUMNS, (b"/lib/a.so", b"/lib/b.so"), strict=True)
    )
    assert names(text) == [b"/lib/a.so", b"/lib/b.so"]


def test_lines_broken_at_blanks_are_not_cut_by_a_terminal() -> None:
    text = (
        b"7f77368cd000-7f77368ce000 rw-p 00009000 08:03\n1853861\n/lib/libcrypt.so\n"
        b"7f77368ce000-7f77368fc000 rw-p 00000000 00:00\n0\n"
        b"7f77368fc000-7f7736ae3000 r-xp 00000000 08:03\n1853853\n/lib/libc.so\n"
    )
    assert names(text) == [b"/lib/libcrypt.so", b"", b"/lib/libc.so"]


def test_joins_the_name_of_shared_memory_with_inode_0() -> None:
    text = b"> 69000000-69001000 rw-s 00000000 00:05 0\n> /SYSV0000aaaa (deleted)\n"
    text += b"> Size:                  4 kB\n"
    assert names(text) == [b"/SYSV0000aaaa (deleted)"]
