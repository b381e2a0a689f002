"""A writer of cpio archives in the "newc" format, which the kernel unpacks at boot.

Format: Documentation/driver-api/early-userspace/buffer-format.rst of the kernel. A header of
"070701" and thirteen fields of eight hexadecimal digits is followed by the name with its NUL and by
the data. Header with name, and data, are padded with NULs to four bytes.
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
    """Return a regular file."""
    return Entry(path, stat.S_IFREG | permissions, data)


def folder(path: bytes, permissions: int = 0o755) -> Entry:
    """Return an empty folder."""
    return Entry(path, stat.S_IFDIR | permissions)


def symlink(path: bytes, target: bytes) -> Entry:
    """Return a symbolic link."""
    return Entry(path, stat.S_IFLNK | 0o777, target)


def character_device(path: bytes, major: int, minor: int) -> Entry:
    """Return a character device."""
    return Entry(path, stat.S_IFCHR | 0o600, device=(major, minor))


def with_folders(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, and before each the folders of its path that are still missing."""
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
    """Return the archive of the entries in order. A folder must precede its contents."""
    records = [_record(entry, inode) for inode, entry in enumerate(entries, 1)]
    return b"".join([*records, _record(Entry(_TRAILER, 0), 0)])
