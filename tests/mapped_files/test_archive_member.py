"""Members of ZIP archives by offset, and archives that lie."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ArchiveMember, InvalidArchive
from procmaps.mapped_files.archive_member import Archive, is_archive


def archive() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("lib/one.so", b"1" * 1000)
        file.writestr("text", b"2" * 1000, zipfile.ZIP_DEFLATED)
        file.writestr("lib/\xe4\u2013.so", b"3" * 1000)
    return made.getvalue()


TEXT = archive()


def test_a_member_is_found_at_each_of_its_bytes() -> None:
    found = Archive(BytesIO(TEXT))
    for name, byte in ((b"lib/one.so", b"1"), ("lib/\xe4\u2013.so".encode(), b"3")):
        start = TEXT.index(byte * 1000)
        member = ArchiveMember(name, start, 1000)
        for offset in (start, start + 500, start + 999):
            assert found.member_at(offset) == member
        assert found.member_at(start - 1) is None
        assert found.member_at(start + 1000) is None


def test_a_compressed_member_is_none() -> None:
    found = Archive(BytesIO(TEXT))
    start = TEXT.index(b"text") + 4
    assert {found.member_at(start + each) for each in range(10)} == {None}


@pytest.mark.parametrize("offset", [0, len(TEXT) - 1, len(TEXT), 2**63, -1])
def test_outside_of_members_there_is_none(offset: int) -> None:
    assert Archive(BytesIO(TEXT)).member_at(offset) is None


def test_the_first_bytes_say_what_it_is() -> None:
    assert is_archive(BytesIO(TEXT))
    assert not is_archive(BytesIO(b"\x7fELF" + TEXT))
    assert not is_archive(BytesIO(b""))


ONE = TEXT.index(b"1" * 1000)
CENTRAL = TEXT.index(b"PK\x01\x02")
"""The entry of the first member in the central directory."""


@pytest.mark.parametrize(
    ("place", "damage"),
    [
        (CENTRAL + 10, b"\x08\0"),  # its method: compressed, to the same size
        (0, b"PK\x03\x05"),  # the signature before its data
        (CENTRAL + 42, (len(TEXT) - 5).to_bytes(4, "little")),  # its place: at the end
    ],
    ids=["method", "signature", "place"],
)
def test_a_member_whose_headers_disagree_is_none(place: int, damage: bytes) -> None:
    assert Archive(BytesIO(TEXT)).member_at(ONE)
    found = Archive(BytesIO(TEXT[:place] + damage + TEXT[place + len(damage) :]))
    assert found.member_at(ONE) is None
    assert found.member_at(len(TEXT) - 1) is None


def test_another_file_is_refused() -> None:
    with pytest.raises(InvalidArchive, match=r"^not a usable ZIP archive: File is not a zip file"):
        Archive(BytesIO(TEXT[:50]))


def test_a_directory_of_any_size_is_not_read() -> None:
    """Such a file is sparse and costs nothing; its directory would take the memory."""
    size = (1 << 24) + 1
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 4, 0)
    with pytest.raises(InvalidArchive, match="its directory has more than 16777216 bytes"):
        Archive(BytesIO(b"PK\3\4" + bytes(size) + end))


@given(st.integers(0, len(TEXT)), st.binary(max_size=40), st.data())
def test_any_damage_is_refused_or_found_within_the_file(
    place: int, damage: bytes, data: st.DataObject
) -> None:
    text = TEXT[:place] + damage + TEXT[place + len(damage) :]
    try:
        found = Archive(BytesIO(text))
    except InvalidArchive:
        return
    offset = data.draw(st.integers(0, len(text) + 10))
    member = found.member_at(offset)
    assert member is None or member.offset <= offset < member.offset + member.size
