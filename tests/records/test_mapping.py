"""The records: what they print, what they refuse, and that they agree with the tables."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Device, Mapping, Perms, Sharing, Usage
from procmaps.formats.smaps_fields import FIELDS
from procmaps.records.names import Heap


@pytest.mark.parametrize("text", ["rw-p", "---s", "r-xS", "rwxg", "===p", "===s"])
def test_permissions_print_as_they_were_read(text: str) -> None:
    perms = Perms.from_text(text)
    assert str(perms) == text
    assert Perms.from_bits(perms.bits) == perms


@given(st.integers(0, 127))
def test_bits_are_distinct_for_distinct_permissions(bits: int) -> None:
    perms = Perms.from_bits(bits)
    assert Perms.from_bits(perms.bits) == perms


def test_the_first_four_bits_are_those_of_procmap_query() -> None:
    # include/uapi/linux/fs.h: PROCMAP_QUERY_VMA_READABLE 1, WRITABLE 2, EXECUTABLE 4, SHARED 8
    assert [Perms.from_text(t).bits for t in ("r--p", "-w-p", "--xp", "---s")] == [1, 2, 4, 8]


@pytest.mark.parametrize("text", ["rwx", "rw-q", "xwrp", "rw-pp", ""])
def test_other_texts_are_no_permissions(text: str) -> None:
    with pytest.raises(ValueError):
        Perms.from_text(text)


def test_shared_is_what_the_fourth_character_says() -> None:
    shared = {s: Perms(read=True, write=False, execute=False, sharing=s).shared for s in Sharing}
    assert [s.value for s, yes in shared.items() if yes] == ["s", "S"]


def test_a_device_prints_in_hexadecimal() -> None:
    assert str(Device(0xFD, 1)) == "fd:01"
    assert str(Device(0x103, 0xFFFFF)) == "103:fffff"


def test_usage_has_one_attribute_for_each_field_of_the_table() -> None:
    assert {field.name for field in attrs.fields(Usage)} - {"extra"} == {
        field.attribute for field in FIELDS.values()
    }


def test_unique_memory_counts_private_pages() -> None:
    assert Usage().uss is None
    assert Usage(private_clean=4096, private_dirty=8192).uss == 12288
    assert Usage(private_clean=0, private_dirty=4096, private_hugetlb=1 << 21).uss == 4096 + (
        1 << 21
    )


def test_a_mapping_holds_the_addresses_up_to_its_end() -> None:
    heap = Mapping(0x1000, 0x3000, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Heap())
    assert heap.size == 0x2000
    assert [address in heap for address in (0xFFF, 0x1000, 0x2FFF, 0x3000, "x")] == [
        False,
        True,
        True,
        False,
        False,
    ]
