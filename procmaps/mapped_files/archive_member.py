"""Members of ZIP archives, APKs among them, that a program maps without extracting them."""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import BinaryIO, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import attrs

from procmaps.errors import InvalidArchive
from procmaps.mapped_files.window import Window

MAGIC: Final = b"PK\x03\x04"
"""The first bytes of an archive: the header of its first member."""

_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
"""Signature, and the lengths of name and extra field, of the header before a member's data."""

_UTF8: Final = 0x800
"""The flag of a name in UTF-8; other names are in code page 437."""

_MAX_DIRECTORY: Final = 1 << 24
"""Bytes of a central directory: 65,535 members with names of 200 bytes. `ZipFile` reads it whole,
and a sparse file, which costs nothing, may claim one of any size."""


@attrs.frozen
class ArchiveMember:
    """A stored member of an archive: its bytes are in the archive as they are.

    name     The name in the archive, as its bytes.
    offset   Offset of its data in the archive, in bytes.
    size     Size of its data in bytes.
    """

    name: bytes
    offset: int
    size: int


class Archive:
    """The members of an open ZIP archive, found by offset.

    Raises `InvalidArchive` for a file that is none or is damaged, `OSError` if it cannot be read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            members = ZipFile(_Bounded(file)).infolist()
        except OSError:
            raise
        except (BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
            raise InvalidArchive(str(error)) from error
        # A name that is no UTF-8 is a ValueError, too.
        self._members = sorted(members, key=lambda each: each.header_offset)
        self._offsets = [each.header_offset for each in self._members]

    def member_at(self, offset: int) -> ArchiveMember | None:
        """Return the stored member whose data contains the byte at *offset*, or None.

        The last bytes of its last page, which a mapping shows too, are not part of it. Raises
        `OSError` if the archive cannot be read.
        """
        index = bisect_right(self._offsets, offset) - 1
        if index < 0:
            return None
        info = self._members[index]
        member = self._stored(info)
        if member is None or not member.offset <= offset < member.offset + member.size:
            return None
        return member

    def _stored(self, info: ZipInfo) -> ArchiveMember | None:
        if info.compress_type != ZIP_STORED or info.file_size != info.compress_size:
            return None
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size:
            return None
        signature, name, extra = _LOCAL_HEADER.unpack(header)
        if signature != MAGIC:
            return None
        start = info.header_offset + _LOCAL_HEADER.size + name + extra
        encoding = "utf-8" if info.flag_bits & _UTF8 else "cp437"
        return ArchiveMember(info.orig_filename.encode(encoding), start, info.file_size)


class _Bounded(Window):
    """The archive, of which no more than `_MAX_DIRECTORY` bytes are read at once."""

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self.size - self.tell())
        if min(left, left if size is None or size < 0 else size) > _MAX_DIRECTORY:
            raise BadZipFile(f"its directory has more than {_MAX_DIRECTORY} bytes")
        return super().read(size)


def is_archive(file: BinaryIO) -> bool:
    """Return whether *file* begins like a ZIP archive. Raises `OSError` if it cannot be read."""
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC
