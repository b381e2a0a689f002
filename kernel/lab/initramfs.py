"""A writer of cpio archives in the "newc" format, as the kernel unpacks at boot.

The format is Documentation/driver-api/early-userspace/buffer-format.rst of the kernel: a header
of "070701" and thirteen fields of eight hexadecimal digits, the name with its NUL, the data;
header with name, and data, each padded with NULs to four bytes.
"""

import stat
from collections.abc import Iterable, Iterator

from attrs import frozen

_TRAILER = b"TRAILER!!!"


@frozen
class Entry:
    """One file, folder, device or symbolic link. ``device`` is (major, minor)."""

    path: bytes
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(path: bytes, data: bytes, permissions: int = 0o755) -> Entry:
    """A regular file."""
    return Entry(path, stat.S_IFREG | permissions, data)


def folder(path: bytes, permissions: int = 0o755) -> Entry:
    """An empty folder."""
    return Entry(path, stat.S_IFDIR | permissions)


def symlink(path: bytes, target: bytes) -> Entry:
    """A symbolic link."""
    return Entry(path, stat.S_IFLNK | 0o777, target)


def character_device(path: bytes, major: int, minor: int) -> Entry:
    """A character device."""
    return Entry(path, stat.S_IFCHR | 0o600, device=(major, minor))


def with_folders(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, each with the folders that it lies in before it, once."""
    made: set[bytes] = set()
    for entry in entries:
        parts = entry.path.split(b"/")
        for depth in range(1, len(parts)):
            path = b"/".join(parts[:depth])
            if path not in made:
                made.add(path)
                yield folder(path)
        yield entry


def _pad(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _record(entry: Entry, inode: int) -> bytes:
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (
        inode,
        entry.mode,
        0,  # user
        0,  # group
        links,
        0,  # modification time: fixed, so that the same files give the same archive
        len(entry.data),
        0,  # the containing file system's device, major
        0,  # and minor
        *entry.device,
        len(entry.path) + 1,
        0,  # checksum, unused in this format
    )
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _pad(header + entry.path + b"\0") + _pad(entry.data)


def pack(entries: Iterable[Entry]) -> bytes:
    """The archive of the entries in order; a folder must stand before what lies in it."""
    records = [_record(entry, inode) for inode, entry in enumerate(entries, 1)]
    return b"".join([*records, _record(Entry(_TRAILER, 0), 0)])
