"""Dialects: how each is detected, and what it parses that Linux does not print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ParseError, Perms, UnknownDialect, loads
from procmaps.formats.dialects import DIALECTS, dialect
from procmaps.grammar.loading import dialect_markers, unmarked_lines
from procmaps.records.names import AnonName, FilePath, Special, UnknownName

ANON = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"

DETECTED = {
    "linux": (ANON, "no line is specific to another dialect"),
    "android": (
        (
            b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0      [anon:x]\n"
            b"Name:           [anon:x]\nSize:    4 kB\n"
        ),
        "line 2 is specific to this dialect: Name: ",
    ),
    "nommu": (
        b"40a00000-40a01000 rw-S 00000000 00:01 7          /tmp/a\n",
        "line 1 is specific to this dialect: 40a00000-40a01000 rw-S ",
    ),
    "qemu": (
        b"00400000-00401000 r-xp 00000000 08:01 42        /a\nSize:                  132 kB\n",
        "line 2 is specific to this dialect: Size:                  132 kB",
    ),
    "wsl": (
        b"7f6e753c3000-7f6e755c1000 ---p 00000003 00:00 52539              /x\nPss:     0 kB\n",
        (
            r"line 1 is specific to this dialect: 7f6e753c3000-7f6e755c1000 ---p 00000003 "
            r"00:00 52539              /x\x0aPss:     0 kB\x0a"
        ),
    ),
    "freebsd": (
        b"00007fffffdff000-00007ffffffff000 rw-p 00000000 00:00 0           [stack]\n",
        (
            "line 1 is specific to this dialect: 00007fffffdff000-00007ffffffff000 rw-p 00000000 "
            "00:00 0           ["
        ),
    ),
    "cygwin": (
        b"7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 0           [teb (tid 4242)]\n",
        "line 1 is specific to this dialect: 7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 ",
    ),
}


@pytest.mark.parametrize("name", DETECTED)
def test_a_dialect_is_detected_by_its_marker(name: str) -> None:
    text, reason = DETECTED[name]
    snapshot = loads(text)
    assert (snapshot.dialect.name, snapshot.dialect.reason) == (name, reason)
    assert snapshot.dumps() == text
    assert snapshot.problems == ()


def test_a_marker_after_the_head_is_found_where_linux_fails() -> None:
    lines = b"".join(
        b"%x-%x rw-p 00000000 00:00 0 \n" % (n << 12, n + 1 << 12) for n in range(1000)
    )
    torn = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0      [anon:a\nb]\n"
    snapshot = loads(lines + torn + ANON.replace(b"7f", b"8f"))
    assert snapshot.dialect.name == "android"
    assert snapshot[1000].name == AnonName(b"[anon:a\nb]", b"a\nb")
    assert snapshot.problems == ()


@pytest.mark.parametrize("name", dialect_markers())
@given(data=st.data())
def test_markers_match_only_at_the_start_of_a_line(name: str, data: st.DataObject) -> None:
    """`loads` tries them there and nowhere else."""
    marker = dialect_markers()[name]
    text = b"x" + data.draw(st.from_regex(marker))
    starts = [match.start() for match in marker.finditer(text)]
    assert all(text[start - 1 : start] == b"\n" for start in starts)


MARKED = st.one_of(
    st.sampled_from([text for text, _ in DETECTED.values()]),
    st.sampled_from([*dialect_markers().values()]).flatmap(st.from_regex),
)


@given(st.lists(st.one_of(MARKED, st.binary(max_size=9)), max_size=6).map(b"\n".join), st.data())
def test_lines_are_skipped_up_to_the_first_that_has_a_marker(
    text: bytes, data: st.DataObject
) -> None:
    end = data.draw(st.integers(0, len(text)))
    skipped = unmarked_lines().match(text, 0, end)
    assert skipped
    starts = [0, *(index + 1 for index in range(end) if text[index] == 10)]
    marked = [
        start
        for start in starts
        if any(marker.match(text, start, end) for marker in dialect_markers().values())
    ]
    assert skipped.end() == min([*marked, end])


HEADER = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          "


@pytest.mark.parametrize(
    "label",
    [b"a\nb", b"a\nb\nc", b"\n", b"a]b\nc", b"a\nRss:  4 kB", b"a\nRss:  4 kB\n", b"x<fault>"],
)
@pytest.mark.parametrize("below", [b"", b"Size:                  4 kB\n"], ids=["maps", "smaps"])
def test_a_label_with_newlines_is_a_marker_of_android(label: bytes, below: bytes) -> None:
    text = HEADER + b"[anon:" + label + b"]\n" + below + ANON.replace(b"7f", b"8f")
    snapshot = loads(text)
    assert snapshot.dialect.name == "android"
    assert snapshot[0].name == AnonName.of(label)
    assert snapshot.problems == ()


@pytest.mark.parametrize(
    "name", [b"/x [anon:q", b"/x [anon:q<fault>]", b"[anon:cut off", b"[anon:q]"]
)
def test_a_path_or_the_end_of_the_text_is_no_marker(name: bytes) -> None:
    assert loads(HEADER.replace(b" 0   ", b" 7   ") + name).dialect.name == "linux"


def test_a_requested_dialect_is_not_detected() -> None:
    snapshot = loads(ANON, dialect="gvisor")
    assert (str(snapshot.dialect), snapshot.dialect.reason) == ("gvisor", "requested")
    with pytest.raises(UnknownDialect) as caught:
        loads(ANON, dialect="windows")
    assert str(caught.value) == (
        "unknown dialect 'windows'; use auto, linux, android, nommu, gvisor, qemu, wsl, "
        "freebsd, cygwin"
    )


@pytest.mark.parametrize("known", [d.name for d in DIALECTS])
def test_every_dialect_parses_what_linux_prints(known: str) -> None:
    text = (
        ANON + b"Size:    4 kB\nVmFlags: rd \n" + b"8f0000000000-8f0000001000 r-xp 0 08:01 4 /a\n"
    )
    expected = [*loads(text, dialect="linux")]
    got = [*loads(text, dialect=known)]
    escapes = dialect(known).escapes_newlines
    assert got[0] == expected[0]
    assert got[1].name == FilePath(b"/a", escaped=escapes)


@pytest.mark.parametrize("known", ["nommu", "gvisor"])
def test_unescaped_paths_continue_on_the_next_line(known: str) -> None:
    text = (
        b"40a00000-40a01000 rw-s 00000000 00:01 7          /tmp/a\n\n b\n"
        b"40b00000-40b01000 rw-p 00000000 00:00 0 \n"
    )
    first, second = loads(text, dialect=known)
    assert first.name == FilePath(b"/tmp/a\n\n b", escaped=False)
    assert second.start == 0x40B00000


def test_a_path_of_gvisor_ends_at_a_field() -> None:
    text = b"40a00000-40a01000 rw-s 00000000 00:01 7          /tmp/a\nb\nRss:    4 kB\n"
    (mapping,) = loads(text, dialect="gvisor")
    assert mapping.name.raw == b"/tmp/a\nb"
    assert mapping.usage is not None
    assert mapping.usage.rss == 4096


def test_android_accepts_its_name_line_anywhere() -> None:
    header = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0      [anon:x]\n"
    fields = [b"Size:    4 kB\n", b"Locked:  0 kB\n", b"VmFlags: rd \n"]
    for index in range(4):
        lines = [*fields[:index], b"Name:           [anon:x]\n", *fields[index:]]
        (mapping,) = loads(header + b"".join(lines))
        assert mapping.usage is not None
        assert mapping.usage.name == AnonName.of(b"x")
        assert mapping.usage.size == 4096


def test_android_keeps_a_label_that_is_cut_off() -> None:
    text = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0      [anon:to"
    assert loads(text, dialect="android")[0].name == UnknownName(b"[anon:to")


def test_cygwin_has_reserved_and_guard_pages() -> None:
    text = (
        b"7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 0           [teb (tid 4242)]\n"
        b"7ff8b0000000-7ff8b0001000 rw-g 00000000 0000:0000 0           [stack (tid 1) shared]\n"
    )
    teb, stack = loads(text)
    assert (str(teb.perms), teb.perms.reserved, str(stack.perms)) == ("===p", True, "rw-g")
    assert teb.name == Special(b"[teb (tid 4242)]", "teb")
    assert stack.name == Special(b"[stack (tid 1) shared]", "win_stack")


def test_early_wsl_prints_no_sharing() -> None:
    text = (
        b"00400000-00401000 r-x- 00000000 00:00 42                        /bin/a\n"
        b"00401000-00402000 ---- 00000000 00:00 0\n"
    )
    snapshot = loads(text)
    assert snapshot.dialect.reason == (
        "line 1 is specific to this dialect: 00400000-00401000 r-x- 00000000 00:00 "
    )
    assert (snapshot.dialect.name, snapshot.dumps()) == ("wsl", text)
    assert [str(m.perms) for m in snapshot] == ["r-x-", "----"]
    assert not any(m.perms.shared for m in snapshot)
    # After the first line it is damage.
    with pytest.raises(ParseError, match="the last of four permission characters"):
        loads(text.replace(b"x- ", b"xp "))


SHARED = b"4000801000-4000802000 rw-- 00000000 08:01 42"


def test_a_blank_in_a_name_of_wsl_is_no_padding_of_qemu() -> None:
    line = "00400000-00401000 r-x- 00000000 00:00 42".ljust(65)
    text = f"{line}/init\n{line.replace('4', '5')}/mnt/My File\n".encode()
    snapshot = loads(text)
    assert (snapshot.dialect.name, snapshot.dumps()) == ("wsl", text)


def test_qemu_5_and_6_print_a_hyphen_for_shared_memory() -> None:
    """open_self_maps() of 5.0 to 6.2: e->is_priv ? 'p' : '-', and names from column 73."""
    named = SHARED.ljust(73) + b"/dev/shm/a b\n"
    text = b"4000000000-4000801000 r-xp 00000000 08:01 41".ljust(73) + b"/bin/a\n" + named
    snapshot = loads(text)
    assert snapshot.dialect.name == "qemu"
    assert snapshot.dialect.reason == (
        "line 2 is specific to this dialect: 4000801000-4000802000 rw-- 00000000 08:01 42 "
    )
    assert snapshot.dumps() == text
    assert [str(m.perms) for m in snapshot] == ["r-xp", "rw--"]
    assert snapshot[1].path == b"/dev/shm/a b"
    # In the first line it is QEMU's, too, because early WSL has names in column 65.
    assert loads(named.replace(b"08:01", b"00:00")).dialect == "qemu"


@pytest.mark.parametrize("column", [72, 74])
def test_a_hyphen_with_a_name_elsewhere_is_damage(column: int) -> None:
    with pytest.raises(ParseError, match="the last of four permission characters"):
        loads(ANON + SHARED.ljust(column) + b"/dev/shm/a\n")


def test_nommu_maps_files_directly() -> None:
    (mapping,) = loads(b"40a00000-40a01000 rw-S 00000000 00:01 7          /tmp/a\n")
    assert mapping.perms == Perms.from_text("rw-S")
    assert mapping.perms.shared


def test_every_dialect_has_page_size_compat() -> None:
    text = b"7f0000000000-7f0000001000 ---p 00000000 00:00 0      [page size compat]\n"
    assert loads(text)[0].name.kind == "page_size_compat"


def test_a_dialect_match_equals_its_name() -> None:
    linux = loads(ANON).dialect
    requested = loads(ANON, dialect="linux").dialect
    assert linux == "linux"
    assert linux != "android"
    assert linux == requested
    assert {"linux"} == {linux, requested, "linux"}
    assert linux != loads(ANON, dialect="gvisor").dialect
    assert linux != 5


def test_rejects_a_comparison_with_what_is_no_dialect() -> None:
    dialect = loads(ANON).dialect
    with pytest.raises(UnknownDialect):
        assert dialect != "Linux"
    with pytest.raises(TypeError, match=r"^compare a dialect with a str such as 'linux', not b'"):
        assert dialect != b"linux"


FILL = ANON * 100
"""More than the start of a text that is always searched for markers."""

CYGWIN = b"7f0000000000-7f0000001000 ===p 00000000 0000:0000 0\n"


@pytest.mark.parametrize(("before", "name"), [(15, "cygwin"), (16, "linux")])
def test_the_first_sixteen_ranges_that_linux_does_not_print_are_searched(
    before: int, name: str
) -> None:
    text = FILL + (b"junk\n" + ANON) * before + CYGWIN
    assert loads(text, errors="collect").dialect == name


def test_a_marker_in_a_last_line_without_an_end_is_found() -> None:
    assert loads(FILL + CYGWIN.removesuffix(b"\n"), errors="collect").dialect == "cygwin"
