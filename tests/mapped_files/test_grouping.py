"""Mappings joined to modules: the layouts that linkers, loaders and archives make."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ArchiveMember, Mapping, Module, loads, modules


def lines(*rows: str) -> bytes:
    """Return maps of rows ``START END PERMS OFFSET INODE NAME``; START and END count pages."""
    text = ""
    for row in rows:
        start, end, perms, offset, inode, *name = row.split(" ", 5)
        device = "fe:00" if inode != "0" else "00:00"
        head = f"{int(start, 16):x}000-{int(end, 16):x}000 {perms} {int(offset, 16):05x}000 "
        text += (head + f"{device} {inode}").ljust(73) + " ".join(name) + "\n"
    return text.encode()


def pages(module: Module) -> list[tuple[int, int]]:
    return [(each.start >> 12, each.end >> 12) for each in module.mappings]


GNU = lines(
    "10 11 r--p 0 5 /lib/a",
    "11 13 r-xp 1 5 /lib/a",
    "13 14 r--p 3 5 /lib/a",
    "14 15 r--p 3 5 /lib/a",
    "15 16 rw-p 4 5 /lib/a",
    "16 19 rw-p 0 0 ",
)
"""Read-only data and the data to relocate share a page of the file."""


def test_a_library_is_one_module() -> None:
    snapshot = loads(GNU)
    (found,) = modules(snapshot)
    assert found.mappings == tuple(snapshot[:5])
    assert (found.start, found.end, found.base) == (0x10000, 0x16000, 0x10000)
    assert (found.text, found.gaps) == ((0x11000, 0x13000), ())
    assert (found.relro, found.tail, found.anonymous) == (snapshot[3], snapshot[5], ())
    assert (found.path, found.inode, found.copy) == (b"/lib/a", 5, 0)
    assert found.device == "fe:00"
    assert (found.deleted, found.offset, found.member) == (False, 0, None)
    assert found.name == snapshot[0].name


def test_files_of_two_subvolumes_may_have_one_number() -> None:
    """Btrfs numbers the inodes of each subvolume, and `maps` has one device for all of them."""
    found = modules(
        loads(
            lines(
                "10 11 r--p 0 257 /one/a",
                "11 12 r-xp 1 257 /one/a",
                "20 21 r--p 2 257 /two/b",
                "30 31 r--p 0 257 /two/b",
            )
        )
    )
    assert [(each.path, pages(each), each.copy) for each in found] == [
        (b"/one/a", [(0x10, 0x11), (0x11, 0x12)], 0),
        (b"/two/b", [(0x20, 0x21)], 0),
        (b"/two/b", [(0x30, 0x31)], 1),
    ]


def test_addresses_and_offsets_of_a_module() -> None:
    (found,) = modules(loads(GNU))
    assert found.to_offset(0x11234) == 0x1234
    assert found.to_addresses(0x3456) == (0x13456, 0x14456)
    assert found.to_addresses(0x5000) == ()
    assert (0x15FFF in found, 0x16000 in found) == (True, False)
    with pytest.raises(ValueError, match="0x16000 is not in the module 0x10000-0x16000"):
        found.to_offset(0x16000)


def test_the_rest_of_a_reservation_belongs_to_the_library() -> None:
    old = lines(
        "10 1d r-xp 0 5 /lib/a",
        "1d 3c ---p d 5 /lib/a",
        "3c 3d r--p c 5 /lib/a",
        "3d 3e rw-p d 5 /lib/a",
    )
    (found,) = modules(loads(old))
    assert len(found.mappings) == 4
    assert found.relro
    assert found.relro.start == 0x3C000


def test_segments_with_one_offset_and_other_rights_are_one_module() -> None:
    lld = lines("10 11 r--p 0 5 /a", "11 12 r-xp 0 5 /a", "12 13 rw-p 0 5 /a")
    (found,) = modules(loads(lld))
    assert pages(found) == [(0x10, 0x11), (0x11, 0x12), (0x12, 0x13)]
    assert found.text == (0x11000, 0x12000)


def test_a_file_that_is_mapped_twice_is_two_modules() -> None:
    twice = lines(
        "10 12 r--p 0 5 /a", "12 14 r--p 0 5 /a", "20 21 r--p 0 6 /b", "30 32 r-xp 0 5 /a"
    )
    first, second, other, third = modules(loads(twice))
    assert [each.copy for each in (first, second, other, third)] == [0, 1, 0, 2]
    assert (other.path, other.text, third.text) == (b"/b", None, (0x30000, 0x32000))


def test_a_file_further_down_at_a_higher_offset_is_another_mapping() -> None:
    windows = lines("10 20 r--s 0 5 /data", "20 28 r--s 30 5 /data", "30 38 r--s 8 5 /data")
    assert [pages(each) for each in modules(loads(windows))] == [
        [(0x10, 0x20)],
        [(0x20, 0x28)],
        [(0x30, 0x38)],
    ]


def test_memory_that_is_not_its_own_leaves_a_gap() -> None:
    text = lines(
        "10 11 r-xp 0 5 /a", "11 12 rw-p 0 0 [heap]", "14 15 rw-p 3 5 /a", "16 17 rw-p 0 0 "
    )
    (found,) = modules(loads(text))
    assert (found.gaps, found.anonymous, found.tail) == (((0x11000, 0x14000),), (), None)


def test_memory_in_a_gap_that_ends_before_the_next_mapping_is_not_its_own() -> None:
    text = lines("10 11 r-xp 0 5 /a", "11 12 rw-p 0 0 ", "13 14 rw-p 3 5 /a")
    (found,) = modules(loads(text))
    assert (found.gaps, found.anonymous) == (((0x11000, 0x13000),), ())


def test_pages_that_the_program_replaced_belong_to_it() -> None:
    text = lines(
        "10 11 r--p 0 5 /a", "11 13 r-xp 0 0 ", "13 14 r-xp 3 5 /a", "14 15 rw-p 4 5 /a",
        "15 16 rw-p 0 0 [anon:.bss]", "16 17 rw-p 5 5 /a", "17 18 rw-p 0 0 [anon:.bss]",
    )  # fmt: skip
    snapshot = loads(text)
    (found,) = modules(snapshot)
    assert found.anonymous == (snapshot[1], snapshot[4])
    assert (found.tail, found.gaps) == (snapshot[6], ())
    assert found.to_offset(0x11000) is None


@pytest.mark.parametrize("row", ["16 19 r--p 0 0 ", "16 19 rw-p 0 0 [anon:x]", "17 19 rw-p 0 0 "])
def test_other_memory_after_it_is_no_tail(row: str) -> None:
    (found,) = modules(loads(GNU.rpartition(b"16000-")[0] + lines(row)))
    assert found.tail is None


def test_a_deleted_file_is_deleted() -> None:
    (found,) = modules(loads(lines("10 11 r--p 0 5 /a (deleted)")))
    assert (found.deleted, found.path) == (True, b"/a")


def test_only_the_end_of_a_file_has_a_base_before_it() -> None:
    (found,) = modules(loads(lines("10 11 r--p 4 5 /a")))
    assert (found.base, found.offset) == (0xC000, 0)


APK = lines(
    "10 11 r--p 20 5 /base.apk",
    "11 12 r-xp 21 5 /base.apk",
    "12 13 rw-p 22 5 /base.apk",
    "13 14 r--p 23 5 /base.apk",
    "14 15 r-xp 24 5 /base.apk",
    "15 16 rw-p 25 5 /base.apk",
)
"""Two libraries in an archive, loaded one after the other."""


def test_libraries_in_an_archive_are_apart() -> None:
    first, second = modules(loads(APK))
    assert [(each.offset, each.base, each.copy) for each in (first, second)] == [
        (0x20000, 0x10000, 0),
        (0x23000, 0x13000, 0),
    ]
    assert second.to_offset(0x14010) == 0x1010
    assert second.to_addresses(0x1010) == (0x14010,)


def test_members_say_where_a_library_ends() -> None:
    one = ArchiveMember(b"lib/one.so", 0x20000, 0x1800)
    two = ArchiveMember(b"lib/two.so", 0x21800, 0x30000)

    def member_of(mapping: Mapping) -> ArchiveMember:
        return one if mapping.start < 0x11000 else two

    text = lines("10 11 r--p 20 5 /b", "11 12 r--p 21 5 /b", "12 13 r--p 22 5 /b")
    assert len(modules(loads(text))) == 1
    first, second = modules(loads(text), member_of=member_of)
    assert (first.member, first.offset, first.base) == (one, 0x20000, 0x10000)
    assert (second.member, second.offset, second.base) == (two, 0x21800, 0x11000 + 0x800)
    assert len(second.mappings) == 2


def test_a_file_that_is_deleted_during_the_read_is_one_module() -> None:
    rows = ("1000 2000 r--p 0", "2000 3000 r-xp 1", "3000 4000 rw-p 2")
    names = ("/lib/a", "/lib/a (deleted)", "/lib/a (deleted)")
    text = lines(*(f"{row} 5 {name}" for row, name in zip(rows, names, strict=True)))
    (found,) = modules(loads(text))
    assert len(found.mappings) == 3


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    rows: list[str] = []
    position = 0x10
    for _ in range(draw(st.integers(0, 12))):
        position += draw(st.sampled_from([0, 0, 0, 3]))
        size = draw(st.integers(1, 4))
        perms = draw(st.sampled_from(["r--p", "r-xp", "rw-p", "---p", "rw-s"]))
        inode = draw(st.sampled_from([0, 5, 5, 6]))
        name = {0: draw(st.sampled_from(["", "[heap]"])), 5: "/lib/a", 6: "/b.apk"}[inode]
        offset = draw(st.integers(0, 8)) if inode else 0
        rows.append(f"{position:x} {position + size:x} {perms} {offset:x} {inode} {name}")
        position += size
    return lines(*rows)


@given(texts())
def test_every_mapping_of_a_file_is_in_exactly_one_module(text: bytes) -> None:
    snapshot = loads(text)
    found = modules(snapshot)
    files = [each for each in snapshot if each.has_file]
    assert sorted((each for one in found for each in one.mappings), key=lambda m: m.start) == files
    taken = Counter(each.start for one in found for each in one.anonymous)
    assert set(taken.values()) <= {1}
    assert [each.start for each in found] == sorted(each.start for each in found)
    for each in found:
        starts = [mapping.start for mapping in each.mappings]
        assert starts == sorted(starts)
        assert len({(mapping.device, mapping.inode) for mapping in each.mappings}) == 1
        for mapping in each.mappings:
            offset = each.to_offset(mapping.start)
            assert offset is not None
            assert mapping.start in each.to_addresses(offset)
            assert not any(start <= mapping.start < end for start, end in each.gaps)
        assert all(not mapping.has_file for mapping in each.anonymous)
    names = Counter((each.device, each.inode, each.offset) for each in found if not each.offset)
    for (device, inode, offset), count in names.items():
        copies = [m.copy for m in found if (m.device, m.inode, m.offset) == (device, inode, offset)]
        assert copies[0] == 0 or offset
        assert len(copies) == count
