"""What a name really is, on real files and objects whose truth the test knows."""

# ruff: noqa: PTH101, PTH102, PTH104, PTH106, PTH108 - names here are any bytes, which pathlib does not take

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps.live import QueryResult, Resolution, resolve, resolving
from procmaps.live.anon_names import address_of
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import AnonName, FilePath, Interpretation, Name, ThreadStack
from procmaps.records.perms import Perms
from tests.live.children import AsNobody, Spawn

PAGE = mmap.PAGESIZE


@pytest.fixture
def folder() -> Iterator[bytes]:
    """A directory that everybody may enter and that is no tmpfs of pytest's own."""
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
    """What was resolved, which must be one of the readings of the name."""
    reading = resolution.reading
    assert reading, resolution.reason
    assert resolution.reason == reading.reason
    facts = (reading.kind, reading.value, reading.deleted)
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
def test_a_file_is_known_by_its_true_name(folder: bytes, name: bytes, unlinked: bool) -> None:
    path = folder + b"/" + name
    with _mapped(path) as memory:
        if unlinked:
            os.unlink(path)
        mapping = _mapping(memory)
        assert mapping.name.raw.endswith(b" (deleted)") == (unlinked or name.endswith(b"(deleted)"))
        assert _truth(mapping, resolve(mapping)) == ("file", path, unlinked)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unlinked", [False, True])
def test_the_same_is_found_without_privilege(
    folder: bytes, name: bytes, unlinked: bool, as_nobody: AsNobody
) -> None:
    path = folder + b"/" + name
    with _mapped(path) as memory:
        if unlinked:
            os.unlink(path)
        mapping = _mapping(memory)
        assert _truth(mapping, as_nobody(lambda: resolve(mapping))) == ("file", path, unlinked)


def test_a_file_with_another_link_left_is_deleted_under_its_name(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        mapping = _mapping(memory)
        found = resolve(mapping)
    assert _truth(mapping, found) == ("file", path, True)
    assert found.reason.endswith("; its directory has no such file of that name")


def test_a_new_file_of_the_old_name_and_suffix_does_not_deceive(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        Path(os.fsdecode(path + b" (deleted)")).touch()
        mapping = _mapping(memory)
        assert _truth(mapping, resolve(mapping)) == ("file", path, True)


def test_a_file_that_was_renamed_since_is_something_else_now(folder: bytes) -> None:
    path = folder + b"/x"
    with _mapped(path) as memory:
        mapping = _mapping(memory)
        os.rename(path, folder + b"/y")
        assert resolve(mapping) == Resolution(
            None, "by its link in map_files something else is mapped there by now"
        )


def test_a_directory_that_is_gone_leaves_it_open(folder: bytes) -> None:
    os.mkdir(folder + b"/sub")
    path = folder + b"/sub/x"
    with _mapped(path) as memory:
        os.link(path, folder + b"/y")
        os.unlink(path)
        os.rmdir(folder + b"/sub")
        found = resolve(_mapping(memory))
    assert found == Resolution(
        None,
        "deleted or so named: the directory of that name is not on the device of the mapped file, "
        "so looking there says nothing",
    )


@pytest.mark.parametrize(
    "label", [b"plain", b"a\nb", rb"a\012b", b"x (deleted)", b"\n\\012\n", b""]
)
def test_a_memfd_is_known_by_its_true_label(label: bytes, as_nobody: AsNobody) -> None:
    with _mapped_descriptor(os.memfd_create(os.fsdecode(label))) as memory:
        mapping = _mapping(memory)
        for found in (resolve(mapping), as_nobody(lambda: resolve(mapping))):
            assert _truth(mapping, found) == ("memfd", label, False)
    assert resolve(mapping) == Resolution(None, "nothing is mapped in exactly this range any more")


def test_a_file_that_calls_itself_a_memfd_is_found_out() -> None:
    if not os.access("/", os.W_OK):
        pytest.xfail("only who may write to / can make a file that looks like a memfd")
    path = b"/memfd:procmaps-%d" % os.getpid()
    with _mapped(path) as memory:
        os.unlink(path)
        mapping = _mapping(memory)
        assert mapping.name.kind == "memfd"
        assert _truth(mapping, resolve(mapping)) == ("file", path, True)


def test_shared_anonymous_memory_is_the_kernel_s_own() -> None:
    with mmap.mmap(-1, PAGE) as memory:
        mapping = _mapping(memory)
        assert mapping.name.raw == b"/dev/zero (deleted)"
        kind, value, _ = _truth(mapping, resolve(mapping))
    assert (kind, value) == (mapping.name.kind, b"/dev/zero (deleted)")


def test_another_process_s_names_are_settled_too(spawn: Spawn, folder: bytes) -> None:
    code = (
        "name = os.fsencode(sys.argv[1]) + b'/a\\nb'\n"
        "fd = os.open(name, os.O_RDWR | os.O_CREAT); os.truncate(fd, PAGE)\n"
        "memory = mmap.mmap(fd, PAGE); os.unlink(name)\n"
        "print(hex(address(memory)), flush=True)"
    )
    child = spawn(code, folder)
    mapping = procmaps.maps(child.pid).mapping_at(int(child.said, 16))
    assert mapping
    found = resolve(mapping, child.pid)
    assert _truth(mapping, found) == ("file", folder + b"/a\nb", True)
    assert found.reason == "its link in map_files; the file has no name left in any directory"


def test_every_name_of_this_process_has_one_reading_that_is_true() -> None:
    for mapping in procmaps.maps():
        _truth(mapping, resolve(mapping))


# --- names that only other kernels print ----------------------------------------------------------


def _other(name: Name, inode: int = 0) -> Mapping:
    return Mapping(0x1000, 0x2000, Perms.from_text("rw-p"), 0, Device(0, 0), inode, name)


@pytest.mark.parametrize(("inode", "kind"), [(0, "thread_stack"), (9, "other")])
def test_a_thread_stack_has_no_inode(inode: int, kind: str) -> None:
    found = resolve(_other(ThreadStack(b"[stack:7]", 7), inode))
    assert found.reading
    assert (found.reading.kind, found.reading.value) == (kind, b"[stack:7]")


def test_what_an_old_android_prints_stays_open_on_a_kernel_that_may_be_one(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    text = b"00001000-00002000 rw-p 00000000 00:00 0          [anon:x<fault>]\n"
    (tmp_path / "9" / "maps").write_bytes(text)
    (mapping,) = procmaps.maps(9, root=tmp_path)
    assert resolve(mapping, 9, root=tmp_path) == Resolution(
        None, "an old Android kernel prints <fault> where it cannot read the label"
    )
    (tmp_path / "9" / "maps").write_bytes(text.replace(b"<fault>", b"yz"))
    assert resolve(mapping, 9, root=tmp_path) == Resolution(
        None, "this label is not there any more"
    )


def test_a_kernel_that_answers_queries_reads_no_label_from_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mapping = _other(AnonName.of(b"x<fault>"))
    answer = QueryResult(mapping, mapping.name.raw, 4096, None, "ioctl")

    def query(_pid: int, _address: int, *, root: str) -> QueryResult:
        assert root == "/proc"
        return answer

    monkeypatch.setattr(resolving, "query", query)
    reason = "the kernel answers PROCMAP_QUERY: it is too young to read labels from the program"
    assert resolve(mapping) == Resolution(Interpretation("anon", b"x<fault>", reason), reason)


def test_a_label_is_what_it_says() -> None:
    assert resolve(_other(AnonName.of(b"x"))).reading == Interpretation(
        "anon", b"x", "the label set by prctl(PR_SET_VMA_ANON_NAME)"
    )


def test_without_ioctl_and_links_a_newline_stays_open(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    text = rb"00001000-00002000 rw-p 00000000 08:01 5 /a\012b" + b"\n"
    (tmp_path / "9" / "maps").write_bytes(text)
    (mapping,) = procmaps.maps(9, root=tmp_path)
    assert isinstance(mapping.name, FilePath)
    assert resolve(mapping, 9, root=tmp_path) == Resolution(
        None,
        r"\012 stays open: map_files cannot be read (No such file or directory) and the kernel "
        "does not answer PROCMAP_QUERY",
    )
    plain = attrs.evolve(mapping, name=FilePath(b"/other"))
    assert resolve(plain, 9, root=tmp_path).reading is None
