"""ELF headers: addresses by segment, and files that lie."""

from __future__ import annotations

import struct
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ElfLayout, ExtraMissing, InvalidElf, Module, loads, modules, read_elf
from procmaps.live.build_id import build_id_of
from procmaps.mapped_files import elf_layout
from procmaps.mapped_files.elf_layout import Segment
from tests.mapped_files.elf_files import (
    BUILD_ID,
    EXECUTE,
    LIBRARY,
    LIBRARY_SIZE,
    PT_LOAD,
    PT_NOTE,
    READ,
    elf,
    note,
)
from tests.mapped_files.test_grouping import lines

ELF = elf(LIBRARY, LIBRARY_SIZE, notes=note())


def layout_of(text: bytes = ELF) -> ElfLayout:
    return read_elf(BytesIO(text))


def build_id_in(text: bytes) -> bytes | None:
    return build_id_of(lambda offset, size: text[offset : offset + size])


def module(base: int = 0x7F000) -> Module:
    rows = ((0, 2, "r--p", 0), (2, 4, "r-xp", 2), (4, 5, "r--p", 4), (5, 6, "r--p", 4))
    text = [f"{base + a:x} {base + b:x} {perms} {at:x} 5 /lib/a" for a, b, perms, at in rows]
    text.append(f"{base + 6:x} {base + 7:x} rw-p 5 5 /lib/a")
    (found,) = modules(loads(lines(*text)))
    return found


@pytest.mark.parametrize("bits", [32, 64])
def test_a_layout_has_the_segments(bits: int) -> None:
    found = layout_of(elf(LIBRARY, LIBRARY_SIZE, bits=bits))
    assert found.bits == bits
    assert [(each.offset, each.address, each.file_size) for each in found.segments] == [
        (0, 0, 0x1234),
        (0x2000, 0x2000, 0x1800),
        (0x4000, 0x4000, 0x400),
        (0x4DE0, 0x5DE0, 0x320),
    ]
    assert found.relro == (0x5DE0, 0x220)
    assert found.bss() == (0x6100, 0x9000)


def test_offsets_and_virtual_addresses() -> None:
    found = layout_of()
    assert found.virtual_address(0x2345) == 0x2345
    assert found.virtual_address(0x4DE0) == 0x5DE0
    assert found.virtual_address(0x5100) is None
    assert found.virtual_address(0x2345, executable=True) == 0x2345
    assert found.virtual_address(0x2345, executable=False) is None
    assert (found.to_offset(0x5DE1), found.to_offset(0x6100)) == (0x4DE1, None)
    assert [found.contains(each) for each in (0x1FFF, 0x8FFF, 0x9000)] == [True, True, False]


def test_a_module_has_a_bias() -> None:
    assert layout_of().bias(module()) == 0x7F000000
    fixed = tuple((k, f, o, a + 0x7F000000, s, m) for k, f, o, a, s, m in LIBRARY)
    assert layout_of(elf(fixed, LIBRARY_SIZE)).bias(module()) == 0


def test_what_is_only_mapped_to_be_read_has_no_bias() -> None:
    (flat,) = modules(loads(lines("10 16 r--p 0 5 /lib/a")))
    assert layout_of().bias(flat) is None
    (other,) = modules(loads(lines("10 12 r--p 0 5 /lib/a", "15 17 r-xp 2 5 /lib/a")))
    assert layout_of().bias(other) is None


def test_a_segment_that_no_page_can_show_has_no_bias() -> None:
    (found,) = modules(loads(lines("10 11 r--p 0 5 /lib/a")))
    assert layout_of(elf(((PT_LOAD, READ, 0x10, 0x10, 9, 9),), 0x900)).bias(found) == 0x10000
    assert layout_of(elf(((PT_LOAD, READ, 0x10, 0x18, 9, 9),), 0x900)).bias(found) is None


def test_a_library_in_an_archive_is_read_at_its_offset() -> None:
    text = b"x" * 0x3000 + ELF + b"y" * 100
    assert read_elf(BytesIO(text), offset=0x3000, size=len(ELF)) == layout_of()
    with pytest.raises(InvalidElf, match="segment 3 ends at byte 20736, the file has 20735"):
        read_elf(BytesIO(text), offset=0x3000, size=0x50FF)


LIES = [
    (b"", "Magic number does not match"),
    (b"\x7fELF", "Invalid EI_CLASS"),
    (ELF[:40], ""),
    (elf((), 0x800), "it has 0 program headers"),
    (ELF[:100], "its program headers are past the end of the file"),
    (ELF.replace(b"8\0\x06\0", b"\x08\0\x06\0"), "its program headers have 8 bytes each"),
    (elf(((PT_NOTE, READ, 0, 0, 1, 1),), 0x900), "it has no segment to load"),
    (elf(((PT_LOAD, READ, 0, 0, 0x901, 0x901),), 0x900), "segment 0 ends at byte 2305, the file"),
    (elf(((PT_LOAD, READ, 0, 0, 9, 8),), 0x900), "segment 0 has more bytes in the file than in"),
    (elf(((PT_LOAD, READ, 0, 2**64 - 8, 8, 9),), 0x900), "segment 0 ends beyond the address space"),
]


@pytest.mark.parametrize(("text", "reason"), LIES)
def test_a_file_that_lies_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(InvalidElf) as caught:
        layout_of(text)
    assert str(caught.value).startswith(f"not a usable ELF file: {reason}")


def test_sections_are_not_searched_for_a_dynamic_segment() -> None:
    """A file may claim any number of them, and no loader looks at one."""
    text = bytearray(elf((*LIBRARY, (2, READ, 0x4DF0, 0x5DF0, 0x100, 0x100)), LIBRARY_SIZE))
    text[0x28:0x30] = (0x400).to_bytes(8, "little")  # the first section says how many there are
    text[0x3A:0x3C] = (64).to_bytes(2, "little")
    text[0x420:0x428] = (1 << 40).to_bytes(8, "little")
    assert layout_of(bytes(text)) == layout_of(ELF)


@given(st.binary(max_size=200), st.integers(0, 0x200), st.data())
def test_any_damage_is_refused_or_stays_within_the_file(
    damage: bytes, place: int, data: st.DataObject
) -> None:
    text = ELF[:place] + damage + ELF[place + len(damage) :]
    text = text[: data.draw(st.integers(0, len(text)))]
    for sections in (False, True):
        found = build_id_of(lambda at, size: text[at : at + size], sections=sections)
        assert found is None or (0 < len(found) <= 20 and found in text)
    try:
        layout = layout_of(text)
    except InvalidElf:
        return
    for each in layout.segments:
        assert each.offset + each.file_size <= len(text)
        assert each.file_size <= each.memory_size
        assert each.address + each.memory_size <= 1 << layout.bits
    layout.bias(module())
    layout.virtual_address(data.draw(st.integers(0, 2**64)))


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (note(), BUILD_ID),
        (note(b"x" * 8, b"Go\0\0", 4) + note(b"12345678"), b"12345678"),
        (note(b""), None),
        (note(bytes(21)), None),
        (b"\xff" * 36, None),
        (note()[:20], None),
    ],
    ids=["usual", "second", "empty", "too long", "sizes that lie", "cut"],
)
def test_build_ids(notes: bytes, expected: bytes | None) -> None:
    segments = ((PT_LOAD, READ, 0, 0, 0x800, 0x800), (PT_NOTE, READ, 0x800, 0, len(notes), 99))
    text = elf(segments, 0x800 + len(notes), notes=notes)
    assert build_id_in(text) == expected


@pytest.mark.parametrize("bits", [32, 64])
def test_a_note_in_a_section_alone_is_found_where_files_are_searched(bits: int) -> None:
    """Go's linker makes such files."""
    text = bytearray(elf(((PT_LOAD, READ, 0, 0, 9, 9),), 0x1000, bits=bits, notes=note()))
    if bits == 64:
        struct.pack_into("<Q", text, 40, 0x900)
        struct.pack_into("<HH", text, 58, 64, 2)
        section = struct.pack("<IIQQQQIIQQ", 0, 7, 0, 0, 0x800, 36, 0, 0, 4, 0)
        text[0x940 : 0x940 + len(section)] = section
    else:
        struct.pack_into("<I", text, 32, 0x900)
        struct.pack_into("<HH", text, 46, 40, 2)
        section = struct.pack("<IIIIIIIIII", 0, 7, 0, 0, 0x800, 36, 0, 0, 4, 0)
        text[0x928 : 0x928 + len(section)] = section
    assert build_id_in(bytes(text)) is None
    assert build_id_of(lambda at, size: bytes(text[at : at + size]), sections=True) == BUILD_ID


def test_notes_that_are_named_again_and_again_are_read_once() -> None:
    """65,534 segments that are all the same megabytes must not take hours."""
    count = 0xFFFE
    headers = [(PT_NOTE, READ, 0x400000, 0, 1 << 40, 1 << 40)] * count
    start = elf(headers[:1], 0x800)
    head = start[:56] + count.to_bytes(2, "little") + start[58:64] + start[64:120] * count
    text = head.ljust(0x400000, b"\0") + note(kind=1) * 100_000
    read = calls = 0

    def counted(offset: int, size: int) -> bytes:
        nonlocal read, calls
        calls += 1
        found = text[offset : offset + size]
        read += len(found) if offset == 0x400000 else 0
        return found

    assert build_id_of(counted) is None
    assert read == 1 << 20
    assert calls < 600  # a header of each of 256 segments, and what it names


def test_this_program_is_read() -> None:
    path = Path(sys.executable).resolve()
    with path.open("rb") as file:
        found = read_elf(file)
    assert any(each.flags & EXECUTE for each in found.segments)


def test_the_extra_is_named_if_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "elftools.elf.elffile", None)
    with pytest.raises(ExtraMissing) as caught:
        layout_of()
    assert str(caught.value) == "this needs pyelftools: pip install pyelftools"
    assert caught.value.extra == "elf"


Parts = list[tuple[int, int]]
"""Offset and address of each segment, in pages."""

PARTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=6)


@given(PARTS, st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True).map(sorted))
def test_the_bias_is_the_least_that_every_mapping_has(parts: Parts, offsets: list[int]) -> None:
    size = 0x6000
    headers = tuple((PT_LOAD, READ, 4096 * at, 4096 * to, 4096, 4096) for at, to in parts)
    layout = layout_of(elf(headers, size + 0x1000))
    rows = [
        f"{base:x} {base + 1:x} r--p {at:x} 5 /lib/a"
        for at, base in zip(offsets, range(16, 99, 3), strict=False)
    ]
    for found in modules(loads(lines(*rows))):
        common = [
            {each.start - 4096 * to for at, to in parts if 4096 * at == each.offset}
            for each in found.mappings
        ]
        shared = [bias for bias in common[0] if all(bias in each for each in common)]
        wanted = min(shared, key=abs, default=None)
        # Two segments in one page of memory are no file that can be loaded.
        if len({to for _, to in parts}) == len(parts):
            assert layout.bias(found) == wanted


def test_a_bias_takes_a_few_steps_for_each_mapping_and_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0
    is_part = elf_layout.is_part

    def counted(*arguments: object) -> bool:
        nonlocal steps
        steps += 1
        return is_part(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(elf_layout, "is_part", counted)
    count = 600
    pages = [f"{16 + 2 * at:x} {17 + 2 * at:x} r--p {at:x} 5 /lib/a" for at in range(count)]
    apart = tuple(Segment(4096 * at, 8192 * at, 4096, 4096, READ) for at in range(count))
    # Every segment has the whole file, and each refuses the last mapping.
    alike = tuple(Segment(0, 4096 * at, 4096 * count, 4096 * count, READ) for at in range(count))
    (found,) = modules(loads(lines(*pages)))
    assert ElfLayout(apart, None, 64).bias(found) == 0x10000
    assert ElfLayout(alike, None, 64).bias(found) is None
    assert steps <= 2 * 20 * count
