"""Every sample of the catalogue of formats: the releases that print it, and its interpretations.

The expected releases are written by hand from the catalogue, not computed from the tables.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.explanation import explain
from procmaps.formats.releases import Release

Sample = tuple[bytes, str, str, int | None, tuple[str, ...], tuple[str, ...]]
"""Line, form, dialect, word size, releases of Linux that can print it, vendors of patches."""

SAMPLES: list[Sample] = [
    # The header line.
    (b"08048000-0804c000 r-xp 00000000 03:01 12288      /bin/cat",
     "header", "linux", 32, ("in every release",), ()),
    (b"0804d000-08050000 rw-p 00000000 00:00 0",
     "header", "linux", None, ("since 2.2, until between 2.4.17 and 2.4.27",), ()),
    (b"0000000120000000-0000000120008000 r-xp 0000000000000000 08:03 12288      /bin/cat",
     "header", "linux", 64, ("since 2.2, until between 2.4.17 and 2.4.27",), ()),
    (b"bffff000-c0000000 rwxp fffff000 00:00 0 ",
     "header", "linux", None,
     ("between 2.4.17 and 2.4.27, until between 2.6.24 and 2.6.32",), ()),
    (b"40a00000-40a01000 rw-S 00000000 00:01 7          /tmp/a",
     "header", "nommu", 32, ("in every release",), ()),
    (b"7f0000000000-7f0000001000 r--p 00000000 103:00005 18446744073709551615   /x",
     "header", "linux", 64, ("in every release",), ()),
    (b"0000000010000-0000000019000 r-xp 00000000 000000008:000000005 787324  /usr/bin/cat",
     "header", "linux", 32, ("since 4.17, until between 6.5 and 6.11",), ()),
    (b"bffff000-bffff000 rw-p 00000000 00:00 0          [stack]",
     "header", "linux", 32, ("between 2.6.24 and 3.4, until between 3.19 and 4.12",), ()),
    (b"08048000-0804c000 r-xp 00000000 03:01 4294967296  /bin/cat",
     "header", "linux", 32, ("between 6.14 and 7.1",), ()),
    (b"00010000-00011000 rw-p 00000000 00:01 7          [stack:3]",
     "header", "linux", 32, ("in every release",), ("OpenOnload",)),
    (b"00010000-00011000 rw-p 00000000 00:00 0     ", "header", "linux", None, (), ()),
    (b"000010000-000011000 rw-p 00000000 00:00 0 ", "header", "linux", None, (), ()),
    (b"00010000-00011000 rw-p 00000000 00:00 0 /x", "header", "linux", None, (), ()),
    # The name column.
    (b"[heap]", "name", "linux", None, ("since 2.6.12",), ()),
    (b"[vdso]", "name", "linux", None, ("since 2.6.12",), ()),
    (b"[stack:1234]", "name", "linux", None, ("since 3.4, until 4.5",), ()),
    (b"[vsyscall]", "name", "linux", None, ("between 2.6.18 and 2.6.24",), ()),
    (b"[vvar]", "name", "linux", None, ("since 3.16",), ()),
    (b"[vvar_vclock]", "name", "linux", None, ("since 6.13",), ()),
    (b"[uprobes-trampoline]", "name", "linux", None, ("since 6.18",), ()),
    (b"[mpx]", "name", "linux", None, ("since 3.19, until 5.6",), ()),
    (b"[anon_shmem:a]", "name", "linux", None, ("since 6.2",), ()),
    (b"[anon:]", "name", "linux", None, ("since 5.17",), ()),
    (rb"/memfd:a\012b (deleted)", "name", "linux", None, ("since 3.17",), ()),
    (b"/[aio] (deleted)", "name", "linux", None, ("between 3.10 and 3.19",), ()),
    (b"/dmabuf:", "name", "linux", None, ("since 5.3",), ()),
    (b"anon_inode:[perf_event]", "name", "linux", None, ("by 3.2",), ()),
    (b"(unreachable)/x", "name", "linux", None,
     ("between 2.6.24 and 2.6.32, until between 2.6.32 and 3.4",), ()),
    # Android.
    (b"[anon:a]b$]", "name", "linux", None, ("in every release",), ("Android",)),
    (b"[anon:" + 100 * b"x" + b"]", "name", "linux", None, ("in every release",), ("Android",)),
    (b"00010000-00011000 rw-p 00000000 00:00 0          [anon:first line",
     "header", "android", 32, ("in every release",), ("Android",)),
    (b"Name:           [anon:libc_malloc]", "field", "android", None,
     ("in every release",), ("Android",)),
    (b"00010000-00011000 ---p 00000000 00:00 0          [page size compat]",
     "header", "linux", 32, ("in every release",), ("Android",)),
    (b"WritebackHuge:         4 kB", "field", "linux", None, ("in every release",), ("Samsung",)),
    # smaps.
    ((b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          "
     b"[anon:libc_malloc]"), "header", "linux", 64, ("since 5.17",), ()),
    (b"Size:                  4 kB", "field", "linux", None, ("between 2.6.20 and 2.6.24",), ()),
    (b"Size:                 4 kB", "field", "linux", None,
     ("since 2.6.14, until between 2.6.20 and 2.6.24",), ()),
    (b"THPeligible:\t\t0", "field", "linux", None,
     ("between 5.2 and 5.4, until between 5.8 and 5.10",), ()),
    (b"THPeligible:    0", "field", "linux", None,
     ("since 5.0, until between 5.2 and 5.4", "between 5.8 and 5.10, until between 6.1 and 6.11"),
     ()),
    (b"THPeligible:           0", "field", "linux", None, ("between 6.1 and 6.11",), ()),
    (b"ProtectionKey:         0", "field", "linux", None, ("since 4.6",), ()),
    (b"FilePmdMapped:        0 kB", "field", "linux", None,
     ("between 5.2 and 5.4, until between 5.8 and 5.10",), ()),
    (b"Nonlinear:             0 kB", "field", "linux", None, ("since 3.5, until 4.0",), ()),
    (b"VmFlags: rd wr mr mw me ac sd ", "field", "linux", None, ("since 3.13",), ()),
    (b"VmFlags: rd mr mw me dw ui ", "field", "linux", None,
     ("since 5.13, until 5.15",), ()),
    (b"VmFlags: rd dw sl ", "field", "linux", None, (), ()),
    (b"VmFlags: mr mw me", "field", "linux", None, (), ()),
    (b"VmFlags: rd ?? ", "field", "linux", None, ("since 3.8",), ()),
    (b"VmFlags: rd zz ", "field", "linux", None, (), ()),
    (b"VmFlags: rd ex  ", "field", "linux", None, (), ()),
    (b"NewField:              0 kB", "field", "linux", None, (), ()),
    # smaps_rollup.
    (b"55e47622e000-7ffe6f691000 ---p 00000000 00:00 0                          [rollup]",
     "header", "linux", 64, ("since 4.14",), ()),
    (b"00000000-00000000 ---p 00000000 00:00 0                                  [rollup]",
     "header", "linux", 64, ("between 4.14 and 6.1",), ()),
    # Other systems.
    (b"00007fffffdff000-00007ffffffff000 rw-p 00000000 00:00 0           [stack]",
     "header", "freebsd", 64, (), ()),
    (b"7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 0           [teb (tid 4242)]",
     "header", "cygwin", 64, (), ()),
    ((b"7f6e753c3000-7f6e755c1000 ---p 00000003 00:00 52539              "
     b"/lib/x86_64-linux-gnu/libutil-2.27.so"), "header", "linux", 64, (), ()),
    (b"400000-407000 r-xp 00000000 00:00 0                                  /bin/a",
     "header", "linux", None, (), ()),
    (b"Size:                  132 kB", "field", "qemu", None, (), ()),
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=[repr(sample[0][:90])[2:-1] for sample in SAMPLES])
def test_sample_of_the_catalogue(sample: Sample) -> None:
    line, form, dialect, bits, releases, vendors = sample
    found = explain(line)
    assert (found.form, found.dialect.name, found.bits) == (form, dialect, bits)
    assert tuple(map(str, found.releases)) == releases
    assert found.vendors == vendors
    assert found.error is None


INTERPRETATIONS: list[tuple[bytes, list[tuple[str, bytes, bool]]]] = [
    (b"[anon:libc_malloc]", [("anon", b"libc_malloc", False)]),
    (b"[anon:foo<fault>]", [("anon", b"foo", False), ("anon", b"foo<fault>", False)]),
    (rb"/memfd:a\012b (deleted)", [
        ("memfd", b"a\nb", False),
        ("memfd", rb"a\012b", False),
        ("file", b"/memfd:a\nb", True),
        ("file", rb"/memfd:a\012b", True),
        ("file", b"/memfd:a\nb (deleted)", False),
        ("file", rb"/memfd:a\012b (deleted)", False),
    ]),
    (b"/x (deleted)", [("file", b"/x", True), ("file", b"/x (deleted)", False)]),
    (b"/memfd:x (deleted) (deleted)", [
        ("memfd", b"x (deleted)", False),
        ("file", b"/memfd:x (deleted)", True),
        ("file", b"/memfd:x (deleted) (deleted)", False),
    ]),
    (b"/memfd:[heap] (deleted)", [
        ("memfd", b"[heap]", False),
        ("file", b"/memfd:[heap]", True),
        ("file", b"/memfd:[heap] (deleted)", False),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"), INTERPRETATIONS, ids=[repr(line) for line, _ in INTERPRETATIONS]
)
def test_interpretations_are_complete_and_most_likely_first(
    line: bytes, expected: list[tuple[str, bytes, bool]]
) -> None:
    found = list(explain(line).interpretations())
    assert [(one.kind, one.value, one.deleted) for one in found] == expected


@pytest.mark.parametrize(
    ("line", "release", "answer"),
    [
        (b"[anon:a]", "5.16", False),
        (b"[anon:a]", "5.17", True),
        (b"THPeligible:    0", "5.4", False),
        (b"THPeligible:    0", "5.1", True),
        (b"THPeligible:    0", "6.6", None),
        (b"VmFlags: rd mr mw me dw ui ", "5.14", True),
        (b"VmFlags: rd mr mw me dw ui ", "5.15", False),
        (b"VmFlags: mr mw me", "5.15", False),
        (b"[anon:a$]", "3.4", True),
    ],
)
def test_covers_is_true_false_or_unknown(line: bytes, release: str, answer: bool | None) -> None:
    assert explain(line).covers(Release.parse(release)) is answer


def test_part_has_rule_position_and_meaning() -> None:
    found = explain(b"VmFlags: rd ?? zz ")
    assert [(part.rule, part.terminal, part.start, part.raw) for part in found.parts] == [
        ("flags", "FLAGS", 9, b"rd"),
        ("flags", "FLAGS", 12, b"??"),
        ("flags", "FLAGS", 15, b"zz"),
    ]
    assert [part.meaning for part in found.parts] == [
        "The memory can be read.",
        ("A bit without letters of its own; known ones: VM_LOCKONFAULT, VM_ALLOW_ANY_UNCACHED."),
        "A flag that is not in the tables.",
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=[repr(sample[0][:90])[2:-1] for sample in SAMPLES])
def test_parts_are_in_the_order_of_the_line(sample: Sample) -> None:
    line = sample[0]
    found = explain(line)
    assert all(part.raw == line[part.start : part.end] for part in found.parts)
    starts = [part.start for part in found.parts]
    assert starts == sorted(starts)
    assert all(part.meaning for part in found.parts)


@pytest.mark.parametrize("line", [b"", b"x", b"1000-2000 rw-q", b"\0", b"1000-2000 rw-p 0 0:0 0\0"])
def test_broken_line_has_only_its_error(line: bytes) -> None:
    found = explain(line)
    assert found.form == "broken"
    assert found.error is not None
    assert found.error.source == line
    assert (found.parts, found.evidence, found.releases, found.accepted) == ((), (), (), ())


def test_accepted_lists_other_dialects() -> None:
    found = explain(b"7ff8a0000000-7ff8a0001000 ===p 00000000 0000:0000 0           [heap]")
    assert found.accepted == ("cygwin",)


@given(st.binary(max_size=80))
def test_explains_any_line(line: bytes) -> None:
    found = explain(line)
    assert (found.form == "broken") <= (found.error is not None)
    assert found == explain(line.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("name", [b"[shmm]", b"[anon]", b"[brk]", b"[thread stack: a7eb14b4]"])
def test_a_name_in_brackets_that_is_in_no_table_is_explained(name: bytes) -> None:
    found = explain(name)
    assert (found.form, found.dialect.name, found.releases) == ("name", "linux", ())
    assert [each.feature for each in found.evidence] == ["a name that is in no table"]
    line = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          " + name
    assert explain(line).releases == ()


@pytest.mark.parametrize(
    "name",
    [
        b"[peb]",
        b"[teb (tid 12)]",
        b"[stack (tid 12)]",
        b"[win heap 0]",
        b"[cygheap]",
        b"[procinfo]",
    ],
)
def test_a_name_of_another_dialect_is_explained_in_that_dialect(name: bytes) -> None:
    found = explain(name)
    assert (found.form, found.dialect.name, found.releases) == ("name", "cygwin", ())


@pytest.mark.parametrize("line", [b"x", b"7f00-7f01 rw-q 0 0:0 0 ", b"[heap", b" [heap]", b"[a\0]"])
def test_other_text_is_no_name(line: bytes) -> None:
    assert explain(line).form == "broken"


@pytest.mark.parametrize("column", [49, 54, 60])
def test_64_bit_addresses_and_the_column_of_32_bit_kernels_do_not_go_together(column: int) -> None:
    line = b"7fbb1b6ac000-7fbb1b6ad000 r-xp 00000000 08:00 1".ljust(column) + b"/lib/libq.so"
    found = explain(line)
    assert (found.bits, found.releases) == (64, ())
    assert [each.feature for each in found.evidence] == [f"the name in column {column}"]


def test_a_file_can_have_the_name_of_a_memfd_in_any_release() -> None:
    found = explain(b"/memfd:a (deleted)")
    assert tuple(map(str, found.releases)) == ("since 3.17",)
    assert found.covers(Release.parse("2.6.32")) is True
