"""Original names of real files and objects, which each test knows."""

# ruff: noqa: PTH101, PTH102, PTH104, PTH106, PTH108 - names are bytes, which pathlib does not accept

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps import QueryResult, Resolution, resolve
from procmaps.live import resolving
from procmaps.live.anon_names import address_of
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import AnonName, FilePath, Interpretation, Name, ThreadStack
from procmaps.records.perms import Perms
from tests.live.children import AsNobody, Spawn

PAGE = mmap.PAGESIZE


@pytest.fixture
def folder() -> Iterator[bytes]:
    """Make a folder that everybody may enter; pytest's own is private."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)  # noqa: S103 - nobody must get in
        yield os.fsencode(made)


def _mapped(path: bytes) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    return _mapped_descriptor(descriptor)


def _mapped_descriptor(descriptor: int) -> mmap.mmap:
    os.ftruncate(descriptor, PAGE)
    try:
        return mmap.mmap(descriptor, PAGE)
    finally:
        os.close(descriptor)


def _mapping(memory: mmap.mmap) -> Mapping:
    found = procmaps.maps().mapping_at(address_of(memory))
    assert found
    return found


def _truth(mapping: Mapping, resolution: Resolution) -> tuple[str, bytes, bool]:
    """Return the resolved name, which must be one of the interpretations."""
    interpretation = resolution.interpretation
    assert interpretation, resolution.reason
    assert resolution.reason == interpretation.reason
    facts = (interpretation.kind, interpretation.value, interpretation.deleted)
    assert facts in {(r.kind, r.value, r.deleted) for r in mapping.name.interpretations()}
    return facts


NAMES = [
    b"plain",
    b"a\nb",
    rb"a\012b",
    b"a\n" + rb"\012" + b"\nb",
    b"x (deleted)",
    b"a\nb (deleted)",
    b"x (deleted) (deleted)",
    b" (deleted)",
    b"\xff\xfe \t\r\\",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unlinked", [False, True])
def test_a_file_has_its_original_name(folder: bytes, name: bytes, unlinked: bool) -> None:
    path = folder + b"/" + name
    with _mapped(path) as memory:
        if unlinked:
            os.unlink(path)
        mapping = _mapping(memory)
        assert mapping.name.raw.endswith(b" (deleted)") == (unlinked or name.endswith(b"(deleted)"))
        assert _truth(mapping, resolve("self", mapping)) == ("file", path, unlinked)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unlinked", [False, True])
def test_a_file_has_its_original_name_without_privilege(
    folder: bytes, name: bytes, unlinked: bool, as_nobody: AsNobody
) -> None:
    path = folder + b"/" + name
    with _mapped(path) as memory:
        if unlinked:
            os.unlink(path)
        mapping = _mapping(memory)
        assert _truth(mapping, as_nobody(lambda: resolve("self", mapping))) == (
            "file",
            path,
            unlinked,
        )


def test_a_file_with_another_link_is_deleted_under_its_name(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        mapping = _mapping(memory)
        found = resolve("self", mapping)
    assert _truth(mapping, found) == ("file", path, True)
    assert found.reason.endswith("; its folder does not contain it under this name")


def test_a_new_file_named_deleted_is_not_the_mapped_one(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        Path(os.fsdecode(path + b" (deleted)")).touch()
        mapping = _mapping(memory)
        assert _truth(mapping, resolve("self", mapping)) == ("file", path, True)


def test_a_renamed_file_is_not_resolved(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        mapping = _mapping(memory)
        os.rename(path, folder + b"/y")
        assert resolve("self", mapping) == Resolution(
            None, "according to the link in map_files, something else is mapped there now"
        )


def test_a_removed_folder_leaves_deleted_unresolved(folder: bytes) -> None:
    os.mkdir(folder + b"/sub")
    path = folder + b"/sub/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        os.rmdir(folder + b"/sub")
        found = resolve("self", _mapping(memory))
    assert found == Resolution(
        None,
        "(deleted) cannot be resolved: the folder of this name is not on the device of the mapped "
        "file",
    )


@pytest.mark.parametrize(
    "label", [b"plain", b"a\nb", rb"a\012b", b"x (deleted)", b"\n\\012\n", b""]
)
def test_a_memfd_has_its_original_label(label: bytes, as_nobody: AsNobody) -> None:
    with _mapped_descriptor(os.memfd_create(os.fsdecode(label))) as memory:
        mapping = _mapping(memory)
        for found in (resolve("self", mapping), as_nobody(lambda: resolve("self", mapping))):
            assert _truth(mapping, found) == ("memfd", label, False)
    assert resolve("self", mapping) == Resolution(
        None, "no mapping has exactly this range any more"
    )


def test_a_file_named_like_a_memfd_is_a_file() -> None:
    if not os.access("/", os.W_OK):
        pytest.xfail("a file that looks like a memfd needs write access to /")
    path = b"/memfd:procmaps-%d" % os.getpid()
    with _mapped(path) as memory:
        os.unlink(path)
        mapping = _mapping(memory)
        assert mapping.name.kind == "memfd"
        assert _truth(mapping, resolve("self", mapping)) == ("file", path, True)


def test_shared_anonymous_memory_is_a_kernel_object() -> None:
    with mmap.mmap(-1, PAGE) as memory:
        mapping = _mapping(memory)
        assert mapping.name.raw == b"/dev/zero (deleted)"
        kind, value, _ = _truth(mapping, resolve("self", mapping))
    assert (kind, value) == (mapping.name.kind, b"/dev/zero (deleted)")


def test_names_of_another_process_are_resolved(spawn: Spawn, folder: bytes) -> None:
    code = (
        "name = os.fsencode(sys.argv[1]) + b'/a\\nb'\n"
        "fd = os.open(name, os.O_RDWR | os.O_CREAT); os.truncate(fd, PAGE)\n"
        "memory = mmap.mmap(fd, PAGE); os.unlink(name)\n"
        "print(hex(address(memory)), flush=True)"
    )
    child = spawn(code, folder)
    mapping = procmaps.maps(child.pid).mapping_at(int(child.said, 16))
    assert mapping
    found = resolve(child.pid, mapping)
    assert _truth(mapping, found) == ("file", folder + b"/a\nb", True)
    assert found.reason == "the link in map_files; the file has no links left"


def test_every_name_of_this_process_is_resolved() -> None:
    for mapping in procmaps.maps():
        _truth(mapping, resolve("self", mapping))


# --- names that only other kernels print ----------------------------------------------------------


def _other(name: Name, inode: int = 0) -> Mapping:
    return Mapping(0x1000, 0x2000, Perms.from_text("rw-p"), 0, Device(0, 0), inode, name)


@pytest.mark.parametrize(("inode", "kind"), [(0, "thread_stack"), (9, "other")])
def test_a_thread_stack_has_no_inode(inode: int, kind: str) -> None:
    found = resolve("self", _other(ThreadStack(b"[stack:7]", 7), inode))
    assert found.interpretation
    assert (found.interpretation.kind, found.interpretation.value) == (kind, b"[stack:7]")


def test_a_fault_is_not_resolved_without_the_ioctl(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    text = b"00001000-00002000 rw-p 00000000 00:00 0          [anon:x<fault>]\n"
    (tmp_path / "9" / "maps").write_bytes(text)
    (mapping,) = procmaps.maps(9, root=tmp_path)
    assert resolve(9, mapping, root=tmp_path) == Resolution(
        None, "<fault> may be from an old Android kernel that could not read the label"
    )
    (tmp_path / "9" / "maps").write_bytes(text.replace(b"<fault>", b"yz"))
    assert resolve(9, mapping, root=tmp_path) == Resolution(
        None, "the mapping does not have this label any more"
    )


def test_a_fault_is_part_of_the_label_with_the_ioctl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mapping = _other(AnonName.of(b"x<fault>"))
    result = QueryResult(mapping, mapping.name.raw, 4096, None, "ioctl")

    def query(_pid: int, _address: int, *, root: str) -> QueryResult:
        assert root == "/proc"
        return result

    monkeypatch.setattr(resolving, "query", query)
    reason = "a kernel with PROCMAP_QUERY is too new to read labels from the program's memory"
    assert resolve("self", mapping) == Resolution(
        Interpretation("anon", b"x<fault>", reason), reason
    )


def test_a_label_needs_no_evidence() -> None:
    assert resolve("self", _other(AnonName.of(b"x"))).interpretation == Interpretation(
        "anon", b"x", "the label set by prctl(PR_SET_VMA_ANON_NAME)"
    )


def test_a_newline_is_not_resolved_without_ioctl_and_links(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    text = rb"00001000-00002000 rw-p 00000000 08:01 5 /a\012b" + b"\n"
    (tmp_path / "9" / "maps").write_bytes(text)
    (mapping,) = procmaps.maps(9, root=tmp_path)
    assert isinstance(mapping.name, FilePath)
    assert resolve(9, mapping, root=tmp_path) == Resolution(
        None,
        r"\012 cannot be resolved: map_files cannot be read (No such file or directory) and the "
        "kernel does not support PROCMAP_QUERY",
    )
    plain = attrs.evolve(mapping, name=FilePath(b"/other"))
    assert resolve(9, plain, root=tmp_path).interpretation is None


def test_rejects_a_mapping_in_place_of_the_pid() -> None:
    mapping = _other(AnonName.of(b"x"))
    with pytest.raises(
        TypeError, match=r"^pid must be an integer from 1 or \"self\", not <Mapping "
    ):
        resolve(mapping, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^expected a Mapping, not int$"):
        resolve("self", 5)  # type: ignore[arg-type]
