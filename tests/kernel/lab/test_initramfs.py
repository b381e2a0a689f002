"""The archive that a guest unpacks at boot, field by field. Each boot proves that it works."""

import stat

from kernel.lab import initramfs

TREE = (
    initramfs.folder(b"bin"),
    initramfs.file(b"bin/tool", b"12345", 0o750),
    initramfs.symlink(b"bin/link", b"tool"),
    initramfs.file(b"line\nfeed", b""),
)


def test_records_are_padded_to_four_bytes() -> None:
    packed = initramfs.pack([initramfs.file(b"ab", b"12345")])
    fields = [int(packed[6 + 8 * n : 14 + 8 * n], 16) for n in range(13)]
    assert packed.startswith(b"070701")
    assert fields == [1, stat.S_IFREG | 0o755, 0, 0, 1, 0, 5, 0, 0, 0, 0, 3, 0]
    assert packed[110:116] == b"ab\0\0\0\0"[: 116 - 110]
    name_end = 110 + 3 + -(110 + 3) % 4
    assert packed[name_end : name_end + 8] == b"12345\0\0\0"
    assert packed[name_end + 8 : name_end + 14] == b"070701"


def test_device_numbers_and_links_of_folders() -> None:
    packed = initramfs.pack([initramfs.character_device(b"c", 5, 1), initramfs.folder(b"d")])
    fields = [int(packed[6 + 8 * n : 14 + 8 * n], 16) for n in range(13)]
    assert fields[1] == stat.S_IFCHR | 0o600
    assert fields[9:11] == [5, 1]
    second = packed.index(b"070701", 6)
    assert int(packed[second + 6 + 8 * 4 : second + 6 + 8 * 5], 16) == 2


def test_archive_ends_with_the_trailer() -> None:
    packed = initramfs.pack(TREE)
    assert packed.rstrip(b"\0").endswith(b"TRAILER!!!")
    assert len(packed) % 4 == 0


def test_each_folder_precedes_its_contents_once() -> None:
    entries = initramfs.with_folders([initramfs.file(path, b"") for path in (b"a/b/c", b"a/d")])
    assert [entry.path for entry in entries] == [b"a", b"a/b", b"a/b/c", b"a/d"]


def test_same_files_give_the_same_archive() -> None:
    assert initramfs.pack(TREE) == initramfs.pack(list(TREE))
