"""`Mapping` and `Usage`: what they print, what they contain, and agreement with the tables."""

import attrs
import pytest
from hypothesis import given

import procmaps
from procmaps import (
    AnonName,
    Device,
    FilePath,
    Heap,
    Mapping,
    Memfd,
    Name,
    Perms,
    UnknownName,
    Unnamed,
    Usage,
    VmFlags,
    render,
)
from procmaps.formats.smaps_fields import FIELDS
from procmaps.producers import newest
from tests.support.json_records import records


def mapping(name: Name, usage: Usage | None = None) -> Mapping:
    perms = Perms.from_text("rw-p")
    return Mapping(0x7F2A4C000000, 0x7F2A4C021000, perms, 0, Device(0xFD, 1), 7, name, usage)


HEAP = mapping(Heap())


def test_repr_is_one_short_line_with_hexadecimal_addresses() -> None:
    assert repr(HEAP) == "<Mapping 0x7f2a4c000000-0x7f2a4c021000 rw-p [heap]>"
    assert repr(mapping(Unnamed())) == "<Mapping 0x7f2a4c000000-0x7f2a4c021000 rw-p>"


def test_repr_summarizes_usage() -> None:
    head = "<Mapping 0x7f2a4c000000-0x7f2a4c021000 rw-p [heap], rss"
    assert repr(mapping(Heap(), Usage(rss=135168))) == f"{head} 132 kB>"
    assert repr(mapping(Heap(), Usage(pss=4096))) == f"{head} unknown>"


def test_repr_escapes_hostile_names() -> None:
    assert repr(mapping(UnknownName(b"\x1b[2J\n\xff"))).endswith(r" rw-p \x1b[2J\x0a\xff>")


def test_str_is_the_line_that_linux_prints() -> None:
    # seq_put_hex_ll() and seq_pad() of show_vma_header_prefix(), Linux 4.17 and later, 64 bit
    assert str(HEAP) == (
        "7f2a4c000000-7f2a4c021000 rw-p 00000000 fd:01 7                          [heap]"
    )
    assert str(mapping(Unnamed())) == "7f2a4c000000-7f2a4c021000 rw-p 00000000 fd:01 7 "


def test_str_keeps_the_bytes_of_a_name_but_stays_one_line() -> None:
    assert str(mapping(FilePath(b"/a\xff"))).endswith(" /a\udcff")
    assert str(mapping(FilePath(b"/a\nb", escaped=False))).endswith(r" /a\012b")


@given(records)
def test_str_is_what_the_newest_linux_renders(record: Mapping) -> None:
    name = attrs.evolve(HEAP, name=record.name)
    if b"\n" not in record.name.raw:
        (line,) = render([name], newest(), strict=False).split(b"\n")[:1]
        assert str(name).encode("utf-8", "surrogateescape") == line


def test_path_and_label_are_none_unless_the_name_has_one() -> None:
    memfd = mapping(Memfd(b"/memfd:jit (deleted)", b"jit"))
    assert (memfd.path, memfd.label) == (b"/memfd:jit", b"jit")
    file = mapping(FilePath(rb"/a\012b (deleted)"))
    assert (file.path, file.label) == (b"/a\nb", None)
    labelled = mapping(AnonName.of(b"jit"))
    assert (labelled.path, labelled.label) == (None, b"jit")
    assert (HEAP.path, HEAP.label) == (None, None)


def test_contains_addresses_up_to_the_exclusive_end() -> None:
    addresses = (HEAP.start - 1, HEAP.start, HEAP.end - 1, HEAP.end)
    assert [address in HEAP for address in addresses] == [False, True, True, False]
    assert HEAP.size == 0x21000


def test_asking_for_an_address_that_is_no_integer_raises() -> None:
    with pytest.raises(TypeError) as caught:
        assert "7f2a4c000000" in HEAP
    assert str(caught.value) == "expected an address (int), not str"


# --- usage ----------------------------------------------------------------------------------------


def test_usage_has_one_attribute_for_each_field_of_the_table() -> None:
    assert {field.name for field in attrs.fields(Usage)} - {"extra"} == {
        field.attribute for field in FIELDS.values()
    }


def test_unique_set_size_is_the_sum_of_private_pages() -> None:
    assert Usage().uss is None
    assert Usage(private_clean=4096).uss is None
    assert Usage(private_clean=4096, private_dirty=8192).uss == 12288


def test_hugetlb_is_a_figure_of_its_own() -> None:
    huge = Usage(private_clean=0, private_dirty=4096, private_hugetlb=1 << 21, shared_hugetlb=0)
    assert (huge.uss, huge.hugetlb) == (4096, 1 << 21)
    assert Usage(private_clean=0, private_dirty=0).hugetlb is None


def test_repr_of_usage_shows_only_what_was_printed() -> None:
    usage = Usage(rss=4096, pss=0, vm_flags=VmFlags.of("rd"))
    assert repr(usage) == "Usage(rss=4096, pss=0, vm_flags=VmFlags(raw=b' rd '))"
    assert repr(Usage()) == "Usage()"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [(b"00:00 0", False), (b"01:00 0", True), (b"00:01 0", True), (b"00:00 1", True)],
)
def test_a_file_has_a_device_or_an_inode(facts: bytes, expected: bool) -> None:
    (mapping,) = procmaps.loads(b"1000-2000 rw-p 00000000 " + facts + b" \n")
    assert mapping.has_file is expected
