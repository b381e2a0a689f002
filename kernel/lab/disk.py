"""A disk image with a romfs in its one partition, which the kernel shows as device 103:00000.

Format: Documentation/filesystems/romfs.rst. Words are big-endian, and all parts are aligned to 16.
"""

import struct

SECTOR = 512
PARTITION_OFFSET = 8 * SECTOR
_DIRECTORY, _REGULAR, _EXECUTABLE = 1, 2, 8


def _pad16(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 16)


def _with_checksum(header: bytes, offset: int, covered: bytes) -> bytes:
    """Return the header with a 32-bit word at *offset* that makes the sum of all words zero."""
    total = sum(word for (word,) in struct.iter_unpack(">I", covered))
    return header[:offset] + struct.pack(">I", -total & 0xFFFFFFFF) + header[offset + 4 :]


def _entry(following: int, kind: int, info: int, name: bytes, data: bytes = b"") -> bytes:
    header = struct.pack(">IIII", following | kind, info, len(data), 0) + _pad16(name + b"\0")
    return _with_checksum(header, 12, header) + _pad16(data)


def romfs(files: dict[bytes, bytes]) -> bytes:
    """Return the image of a file system with these files in its root."""
    volume = _pad16(b"lab\0")
    first = 16 + len(volume)
    root = _entry(0, _DIRECTORY | _EXECUTABLE, first + 32, b".")
    body = bytearray(root)
    for n, (name, data) in enumerate(files.items(), 1):
        here = first + len(body)
        length = len(_entry(0, _REGULAR, 0, name, data))
        following = here + length if n < len(files) else 0
        body += _entry(following, _REGULAR, 0, name, data)
    size = first + len(body)
    head = b"-rom1fs-" + struct.pack(">II", size, 0) + volume
    whole = (head + body).ljust(-(-size // 1024) * 1024, b"\0")
    return _with_checksum(whole, 12, whole[: min(SECTOR, size)])


def partitioned_disk(files: dict[bytes, bytes]) -> bytes:
    """Return a master boot record with one Linux partition, and the romfs in it."""
    content = romfs(files)
    partition = struct.pack(
        "<BBBBBBBBII", 0, 0, 0, 0, 0x83, 0, 0, 0, PARTITION_OFFSET // SECTOR, len(content) // SECTOR
    )
    record = bytes(446) + partition + bytes(48) + b"\x55\xaa"
    return record.ljust(PARTITION_OFFSET, b"\0") + content
