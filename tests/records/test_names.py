"""The name column: the record of each text, and every original that prints the same."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.grammar import loading
from procmaps.records import names
from procmaps.records.names import Interpretation

CASES = {
    b"": names.Unnamed(),
    b"[heap]": names.Heap(),
    b"[stack]": names.Stack(),
    b"[stack:1234]": names.ThreadStack(b"[stack:1234]", 1234),
    b"[stack:]": names.UnknownName(b"[stack:]"),
    b"[heap] ": names.UnknownName(b"[heap] "),
    b"[heap]x": names.UnknownName(b"[heap]x"),
    b"[anon:]": names.AnonName.of(b""),
    b"[anon: a b ]": names.AnonName.of(b" a b "),
    b"[anon:dalvik-main space]": names.AnonName.of(b"dalvik-main space"),
    b"[anon:[heap]]": names.AnonName.of(b"[heap]"),
    b"[anon:/lib/x.so (deleted)]": names.AnonName.of(b"/lib/x.so (deleted)"),
    b"[anon:torn": names.UnknownName(b"[anon:torn"),
    b"[anon_shmem:x]": names.AnonShmemName.of(b"x"),
    b"[vdso]": names.Special(b"[vdso]", "vdso"),
    b"[vvar_vclock]": names.Special(b"[vvar_vclock]", "vvar_vclock"),
    b"[uprobes-trampoline]": names.Special(b"[uprobes-trampoline]", "uprobes_trampoline"),
    b"[page size compat]": names.Special(b"[page size compat]", "page_size_compat"),
    b"[rollup]": names.Special(b"[rollup]", "rollup"),
    b"/dev/zero (deleted)": names.KernelFile(b"/dev/zero (deleted)", "shared_zero"),
    b"/dev/zero": names.FilePath(b"/dev/zero"),
    b"/[aio] (deleted)": names.KernelFile(b"/[aio] (deleted)", "aio"),
    b"/drm mm object (deleted)": names.KernelFile(b"/drm mm object (deleted)", "drm"),
    b"/i915-shmem-tt (deleted)": names.KernelFile(b"/i915-shmem-tt (deleted)", "i915_shmem"),
    b"/SYSV0000abcd (deleted)": names.SysV(b"/SYSV0000abcd (deleted)", 0xABCD),
    b"/SYSV0000abcd": names.FilePath(b"/SYSV0000abcd"),
    b"/SYSV0000ABCD (deleted)": names.FilePath(b"/SYSV0000ABCD (deleted)"),
    b"/memfd: (deleted)": names.Memfd(b"/memfd: (deleted)", b""),
    b"/memfd:[heap] (deleted)": names.Memfd(b"/memfd:[heap] (deleted)", b"[heap]"),
    b"/memfd:x (deleted) (deleted)": names.Memfd(b"/memfd:x (deleted) (deleted)", b"x (deleted)"),
    b"/dev/ashmem (deleted)": names.Ashmem(b"/dev/ashmem (deleted)", b""),
    b"/dev/ashmem/a b (deleted)": names.Ashmem(b"/dev/ashmem/a b (deleted)", b"a b"),
    b"/dmabuf:": names.DmaBuf(b"/dmabuf:", b""),
    b"/dmabuf:system": names.DmaBuf(b"/dmabuf:system", b"system"),
    b"anon_inode:[perf_event]": names.AnonInode(b"anon_inode:[perf_event]", b"[perf_event]"),
    b"anon_inode:kvm-vcpu:0": names.AnonInode(b"anon_inode:kvm-vcpu:0", b"kvm-vcpu:0"),
    b"socket:[4711]": names.Socket(b"socket:[4711]", 4711),
    b"socket:[18446744073709551615]": names.Socket(b"socket:[18446744073709551615]", 2**64 - 1),
    b"socket:[18446744073709551616]": names.UnknownName(b"socket:[18446744073709551616]"),
    b"socket:[x]": names.UnknownName(b"socket:[x]"),
    b"/usr/lib/a b.so ": names.FilePath(b"/usr/lib/a b.so "),
    b"/caf\xe9\r\t": names.FilePath(b"/caf\xe9\r\t"),
    b"(unreachable)/x": names.FilePath(b"(unreachable)/x"),
    b"\xff\xfe": names.UnknownName(b"\xff\xfe"),
}


@pytest.mark.parametrize("raw", CASES, ids=ascii)
def test_both_engines_parse_each_column_as_its_record(raw: bytes) -> None:
    linux = loading.load("linux")
    assert linux.parse_name_with_lark(raw) == CASES[raw]
    assert linux.parse_name(raw) == CASES[raw]
    assert linux.name_kind(raw) == CASES[raw].kind
    assert CASES[raw].raw == raw


def test_a_kind_is_the_terminal_in_lower_case() -> None:
    assert [CASES[raw].kind for raw in (b"", b"[heap]", b"[vdso]", b"/[aio] (deleted)")] == [
        "anonymous",
        "heap",
        "vdso",
        "aio",
    ]


@pytest.mark.parametrize("raw", CASES, ids=ascii)
def test_repr_is_a_valid_call_of_the_constructor(raw: bytes) -> None:
    assert eval(repr(CASES[raw]), dict(vars(names))) == CASES[raw]  # noqa: S307 - made in this test


def test_repr_omits_default_values() -> None:
    assert repr(names.Heap()) == "Heap()"
    assert repr(names.FilePath(b"/x")) == "FilePath(b'/x')"
    assert repr(names.FilePath(b"/x", escaped=False)) == "FilePath(b'/x', escaped=False)"
    assert repr(names.AnonName.of(b"\x1b")) == r"AnonName(b'[anon:\x1b]', label=b'\x1b')"


def test_labelled_is_the_base_of_every_name_with_a_label() -> None:
    found = {type(name) for name in CASES.values() if isinstance(name, names.Labelled)}
    assert found == {type(name) for name in CASES.values() if hasattr(name, "label")}
    assert {names.AnonName, names.AnonShmemName, names.AnonInode, names.Memfd} <= found


def test_file_backed_is_the_base_of_every_name_with_a_path() -> None:
    found = {type(name) for name in CASES.values() if isinstance(name, names.FileBacked)}
    assert found == {type(name) for name in CASES.values() if hasattr(name, "path")}
    assert {names.FilePath, names.KernelFile, names.SysV, names.Memfd} <= found


def interpretations(raw: bytes, dialect: str = "linux") -> list[tuple[str, bytes, bool]]:
    name = loading.load(dialect).parse_name_with_lark(raw)
    return [(each.kind, each.value, each.deleted) for each in name.interpretations()]


def test_deleted_means_an_unlinked_file_or_part_of_the_name() -> None:
    assert interpretations(b"/x (deleted)") == [
        ("file", b"/x", True),
        ("file", b"/x (deleted)", False),
    ]


def test_only_one_of_two_deleted_suffixes_is_removed() -> None:
    assert interpretations(b"/x (deleted) (deleted)") == [
        ("file", b"/x (deleted)", True),
        ("file", b"/x (deleted) (deleted)", False),
    ]


def test_each_octal_newline_means_a_newline_or_four_characters() -> None:
    assert interpretations(rb"/a\012b\012c") == [
        ("file", b"/a\nb\nc", False),
        ("file", b"/a\nb\\012c", False),
        ("file", b"/a\\012b\nc", False),
        ("file", b"/a\\012b\\012c", False),
    ]


def test_unescaped_dialects_have_one_interpretation() -> None:
    assert interpretations(rb"/a\012b", "nommu") == [("file", rb"/a\012b", False)]
    assert interpretations(b"/a\nb", "nommu") == [("file", b"/a\nb", False)]


def test_a_memfd_may_be_a_file_with_such_a_name() -> None:
    assert interpretations(b"/memfd:a (deleted)") == [
        ("memfd", b"a", False),
        ("file", b"/memfd:a", True),
        ("file", b"/memfd:a (deleted)", False),
    ]


def test_reasons_are_for_people() -> None:
    name = loading.load("linux").parse_name_with_lark(rb"/a\012b\012c (deleted)")
    assert [*name.interpretations()][1] == Interpretation(
        "file",
        b"/a\nb\\012c",
        r"an unlinked file, newline in its name and literal \012",
        deleted=True,
    )


def test_interpretations_are_lazy() -> None:
    name = loading.load("linux").parse_name_with_lark(b"/" + rb"\012" * 500)
    assert next(name.interpretations()).value == b"/" + b"\n" * 500
    assert len([*islice(name.interpretations(), 100)]) == 100


def test_a_faulted_android_label_may_be_longer() -> None:
    assert interpretations(b"[anon:foo<fault>]", "android") == [
        ("anon", b"foo", False),
        ("anon", b"foo<fault>", False),
    ]


def test_path_is_the_most_likely_original() -> None:
    name = loading.load("linux").parse_name_with_lark(rb"/a\012b (deleted)")
    assert isinstance(name, names.FilePath)
    assert (name.path, name.deleted) == (b"/a\nb", True)
    assert str(loading.load("linux").parse_name_with_lark(b"/caf\xe9")) == "/caf\udce9"


@pytest.mark.parametrize(
    ("prefix", "suffix", "kind", "limit"),
    [
        (b"/memfd:", b" (deleted)", "memfd", 249),
        (b"/dev/ashmem/", b" (deleted)", "ashmem", 255),
        (b"/dmabuf:", b"", "dmabuf", 31),
    ],
)
def test_no_interpretation_has_a_longer_label_than_the_kernel_accepts(
    prefix: bytes, suffix: bytes, kind: str, limit: int
) -> None:
    longest = prefix + b"x" * (limit - 1) + rb"\012" + suffix
    assert [each[:2] for each in interpretations(longest) if each[0] == kind] == [
        (kind, b"x" * (limit - 1) + b"\n")
    ]
    longer = prefix + b"x" * (limit + 1) + suffix
    assert {each[0] for each in interpretations(longer)} == {"file"}


def test_a_label_that_is_too_long_in_every_form_is_no_work() -> None:
    # 2**300 originals, none of which the kernel accepts: only those of a file are left.
    label = rb"\012" * 300 + b"x" * 200
    raw = b"/memfd:" + label + b" (deleted)"
    first = next(names.Memfd(raw, label).interpretations())
    assert (first.kind, first.deleted) == ("file", True)


def test_of_many_originals_only_those_that_fit_are_made() -> None:
    # 84 newlines fit into 249 bytes if at most 55 are literal: 84 + 3 * 55 == 249.
    label = rb"\012" * 84
    found = [*islice(names.Memfd(b"/memfd:" + label + b" (deleted)", label).interpretations(), 50)]
    assert {each.kind for each in found} == {"memfd"}
    assert found[0].value == b"\n" * 84


@given(st.integers(0, 9), st.integers(-1, 10))
def test_choices_are_the_numbers_with_few_bits(bits: int, most: int) -> None:
    expected = [number for number in range(1 << bits) if number.bit_count() <= most]
    assert [*names._choices(bits, most)] == expected  # pyright: ignore[reportPrivateUsage]


def test_interpretations_of_kernel_objects() -> None:
    assert interpretations(b"[stack:7]") == [
        ("thread_stack", b"[stack:7]", False),
        ("other", b"[stack:7]", False),
    ]
    assert interpretations(b"/SYSV00000001 (deleted)")[0] == (
        "sysv",
        b"/SYSV00000001 (deleted)",
        False,
    )
    assert interpretations(b"/[aio] (deleted)")[0] == ("aio", b"/[aio] (deleted)", False)
    assert interpretations(b"/dmabuf:x") == [("dmabuf", b"x", False), ("file", b"/dmabuf:x", False)]
    assert interpretations(b"[anon_shmem:x]") == [("anon_shmem", b"x", False)]
    assert interpretations(b"[vdso]") == [("vdso", b"[vdso]", False)]
