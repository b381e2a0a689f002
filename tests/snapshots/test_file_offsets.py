"""From addresses to offsets in files and back, and the neighbours of an address."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import AddressNotMapped, Device, FileOffset, Mapping, Snapshot, loads

MAPS = b"""\
00400000-00402000 r-xp 00003000 08:01 42                         /bin/a b
00402000-00403000 rw-p 00004000 08:01 42                         /bin/a b
00405000-00406000 rw-p 00000000 00:00 0\x20
00408000-00409000 rw-s 00003000 08:02 42                         /bin/a b
ffff0000-ffff1000 r--p 00000000 00:00 0                          [x\x1b]
"""


def test_an_address_has_a_file_and_an_offset() -> None:
    snapshot = loads(MAPS)
    assert snapshot.to_file(0x401234) == FileOffset(snapshot[0], 0x4234)
    found = snapshot.to_file(0x402000)
    assert found is not None
    assert (found.offset, found.path, found.mapping) == (0x4000, b"/bin/a b", snapshot[1])
    assert snapshot.to_file(0x405000) is None
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


def test_a_mapping_has_offsets_of_its_own_addresses_only() -> None:
    first, _, anonymous, *_ = loads(MAPS)
    assert first.file_offset(0x400000) == 0x3000
    assert first.file_offset(0x401FFF) == 0x4FFF
    assert anonymous.file_offset(0x405000) is None
    assert (first.has_file, anonymous.has_file) == (True, False)
    for address in (0x3FFFFF, 0x402000):
        with pytest.raises(ValueError, match=f"^{address:#x} is not in the mapping 0x400000-0x40"):
            first.file_offset(address)
    with pytest.raises(TypeError, match="expected an address"):
        first.file_offset("0x400000")  # type: ignore[arg-type]


def test_an_offset_can_have_several_addresses() -> None:
    snapshot = loads(MAPS)
    device = Device(8, 1)
    assert snapshot.to_addresses(device, 42, 0x4010) == (0x401010, 0x402010)
    assert snapshot.to_addresses(Device(8, 2), 42, 0x3FFF) == (0x408FFF,)
    assert snapshot.to_addresses(device, 42, 0x5000) == ()
    assert snapshot.to_addresses(device, 42, 0x2FFF) == ()
    assert snapshot.to_addresses(device, 43, 0x4010) == ()


def test_an_address_outside_has_neighbours() -> None:
    with pytest.raises(AddressNotMapped) as caught:
        loads(MAPS).to_file(0x407FF0)
    assert (caught.value.below, caught.value.above) == (
        (0x405000, 0x406000, b""),
        (0x408000, 0x409000, b"/bin/a b"),
    )
    assert str(caught.value) == (
        "no mapping contains 0x407ff0: it is 0x1ff1 bytes above the last byte of 0x405000-0x406000;"
        " it is 0x10 bytes below the start of 0x408000-0x409000 /bin/a b"
    )
    with pytest.raises(AddressNotMapped, match=r"last byte of 0xffff0000-0xffff1000 \[x\\x1b\]$"):
        loads(MAPS).to_file(2**64)
    with pytest.raises(AddressNotMapped, match=r"^no mapping contains 0x0: it is 0x400000 bytes "):
        loads(MAPS).to_file(0)
    with pytest.raises(AddressNotMapped, match=r"there are no mappings$"):
        loads(b"").to_file(5)


def _nearest(snapshot: Snapshot, address: int) -> tuple[Mapping | None, Mapping | None]:
    below = [each for each in snapshot if each.end <= address]
    above = [each for each in snapshot if each.start > address]
    return (
        max(below, key=lambda each: each.end, default=None),
        min(above, key=lambda each: each.start, default=None),
    )


@given(st.permutations(MAPS.splitlines(keepends=True)), st.data())
def test_neighbours_are_the_nearest_in_any_order(lines: list[bytes], data: st.DataObject) -> None:
    snapshot = loads(b"".join(lines))
    near = [edge for each in snapshot for edge in (each.start, each.end)]
    address = data.draw(st.sampled_from(near)) + data.draw(st.integers(-2, 2))
    assert snapshot.neighbours(address) == _nearest(snapshot, address)


@given(st.integers(0x400000, 0x409000))
def test_an_address_is_among_those_of_its_offset(address: int) -> None:
    snapshot = loads(MAPS)
    try:
        found = snapshot.to_file(address)
    except AddressNotMapped:
        assert snapshot.mapping_at(address) is None
        return
    if found is None:
        return
    device, inode = found.mapping.device, found.mapping.inode
    addresses = snapshot.to_addresses(device, inode, found.offset)
    assert address in addresses
    for each in addresses:
        again = snapshot.to_file(each)
        assert again is not None
        assert (again.offset, again.mapping.device) == (found.offset, device)
