"""`find_mappings` over real processes, and over a procfs of the test's own."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import signal
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import procmaps
from procmaps import AccessDenied, Device, Gap, KernelThread, NoSuchProcess, find_mappings
from procmaps.live.address_spaces import same_address_space
from procmaps.search import replaced_files
from procmaps.search.twins import Twins
from tests.live.children import AsNobody, Spawn
from tests.live.library_loading import LOAD, PAGES, write_archive
from tests.live.test_process_groups import CLONE_VM
from tests.mapped_files.elf_files import LIBRARY, LIBRARY_SIZE, elf, note
from tests.search.fake_procfs import fake_procfs

PAGE = mmap.PAGESIZE

MAP_FILE = """
file = os.open(os.fsencode(sys.argv[1]), os.O_RDONLY)
code = mmap.mmap(file, PAGE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC)
os.close(file)
"""
READY = 'print("ready", flush=True)'


def library(folder: Path, name: str = "libtest.so.1") -> Path:
    path = folder / name
    path.write_bytes(bytes(2 * PAGE))
    return path


def gone_pid() -> int:
    return 2**22 + 1


# --- files ----------------------------------------------------------------------------------------


def test_a_library_is_found_by_name_path_and_inode(tmp_path: Path, spawn: Spawn) -> None:
    path = library(tmp_path)
    child = spawn(MAP_FILE + READY, str(path))
    conditions: tuple[dict[str, Any], ...] = (
        {"library": "libtest"},
        {"library": [b"libnothing", b"libtest"]},
        {"name": "libtest.so.*"},
        {"path": str(path)},
        {"path": "libtest.so.1"},
        {"file": path},
        {"inode": path.stat().st_ino},
        {"library": "libtest", "perms": "r-xp", "kind": "file", "backing": "file"},
        {"library": "libtest", "min_size": PAGE, "max_size": PAGE},
    )
    for condition in conditions:
        (found,) = find_mappings([child.pid], **condition)
        assert found.mapping.path == os.fsencode(path), condition
        assert (found.pid, found.state, found.build_id) == (child.pid, None, None)
    missed: tuple[dict[str, Any], ...] = (
        {"library": "test"},
        {"library": "libtest", "perms": "w"},
        {"library": "libtest", "kind": "heap"},
        {"library": "libtest", "min_size": PAGE + 1},
        {"library": "libtest", "max_size": PAGE - 1},
        {"library": "libtest", "state": ("deleted", "replaced")},
        {"library": "libtest", "build_id": "00"},
        {"inode": path.stat().st_ino, "device": Device(4095, 1)},
    )
    for condition in missed:
        assert [*find_mappings([child.pid], **condition)] == [], condition


def test_an_upgraded_library_is_found(tmp_path: Path, spawn: Spawn) -> None:
    path, new = library(tmp_path), library(tmp_path, "new")
    child = spawn(MAP_FILE + READY, str(path))
    inode = path.stat().st_ino
    new.rename(path)
    (found,) = find_mappings([child.pid], state=("deleted", "replaced"), perms="x")
    assert (found.state, found.mapping.inode) == ("deleted", inode)
    assert found.mapping.path == os.fsencode(path)
    assert find_mappings([child.pid], state="deleted").pids == (child.pid,)
    assert [*find_mappings([child.pid], file=path)] == []  # the new file is not mapped
    assert find_mappings([child.pid], library="libtest")[0].state == "deleted"


def test_a_hard_link_is_the_same_file(tmp_path: Path, spawn: Spawn) -> None:
    path = library(tmp_path)
    other = tmp_path / "other name"
    other.hardlink_to(path)
    child = spawn(MAP_FILE + READY, str(other))
    (found,) = find_mappings([child.pid], file=path)
    assert found.mapping.path == os.fsencode(other)
    path.unlink()
    other.unlink()
    with pytest.raises(FileNotFoundError):
        find_mappings([child.pid], file=path)


MOUNT_OVER = (
    MAP_FILE
    + """
flags = 0x20000 if os.geteuid() == 0 else 0x10020000  # CLONE_NEWNS, CLONE_NEWUSER
if libc.unshare(flags) or libc.mount(b"none", b"/", None, 0x44000, None):  # MS_REC | MS_PRIVATE
    print("refused", os.strerror(ctypes.get_errno()), flush=True)
elif libc.mount(os.fsencode(sys.argv[2]), os.fsencode(sys.argv[1]), None, 0x1000, None):  # MS_BIND
    print("refused", os.strerror(ctypes.get_errno()), flush=True)
else:
    print("ready", flush=True)
"""
)


def test_a_file_that_another_mount_hides_is_replaced(tmp_path: Path, spawn: Spawn) -> None:
    path, other = library(tmp_path), library(tmp_path, "other")
    child = spawn(MOUNT_OVER, str(path), str(other))
    if child.said.startswith(b"refused"):
        pytest.skip(f"mounting in a namespace: {child.said.decode()}")
    same = spawn(MAP_FILE + READY, str(path))
    # The same path, and in the namespace of the second process it is still the mapped file.
    (found,) = find_mappings([child.pid, same.pid], state=("deleted", "replaced"))
    assert (found.pid, found.state) == (child.pid, "replaced")
    assert found.mapping.path == os.fsencode(path)
    assert [*find_mappings([child.pid], state="deleted")] == []
    # By inode it is found in both namespaces.
    assert find_mappings([child.pid, same.pid], file=path).pids == (child.pid, same.pid)


def test_a_file_is_found_by_its_build_id_under_any_name(tmp_path: Path, spawn: Spawn) -> None:
    (libc, *_) = find_mappings([os.getpid()], library="libc", perms="x", build_ids=True)
    assert libc.build_id
    assert libc.mapping.path
    copy = tmp_path / "renamed\n\x1b[2J"
    shutil.copyfile(libc.mapping.path, os.fsencode(copy))
    child = spawn(MAP_FILE + READY, str(copy))
    copy.unlink()
    for wanted in (libc.build_id, libc.build_id.hex(), libc.build_id[:3]):
        found = find_mappings([child.pid], build_id=wanted)
        assert {each.build_id for each in found} == {libc.build_id}
        assert {each.mapping.path for each in found} == {os.fsencode(copy), libc.mapping.path}
    other = bytes(byte ^ 1 for byte in libc.build_id)
    assert [*find_mappings([child.pid], build_id=other)] == []


@PAGES
def test_a_library_in_an_archive_is_found_by_its_build_id(tmp_path: Path, spawn: Spawn) -> None:
    path = tmp_path / "base.apk"
    build_ids = {"one.so": b"1" * 20, "two.so": b"2" * 20}
    members = {
        name: elf(LIBRARY, LIBRARY_SIZE, notes=note(each)) for name, each in build_ids.items()
    }
    one, two = write_archive(path, members).values()
    code = f"print(load(sys.argv[1], {one}), load(sys.argv[1], {two}), flush=True)"
    child = spawn(LOAD + code, str(path))
    path.unlink()
    for start, build_id in zip(map(int, child.said.split()), build_ids.values(), strict=True):
        found = find_mappings([child.pid], build_id=build_id)
        assert {each.build_id for each in found} == {build_id}
        assert (found[0].mapping.start, found[-1].mapping.end) == (start, start + 7 * mmap.PAGESIZE)
    every = find_mappings([child.pid], path="base.apk", build_ids=True)
    assert {each.build_id for each in every} == {*build_ids.values()}


# --- memory without a file ------------------------------------------------------------------------

CODE = """
rwx = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
private = mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=rwx)
shared = mmap.mmap(-1, 2 * PAGE, prot=rwx)
memfd = os.memfd_create("payload")
os.ftruncate(memfd, 3 * PAGE)
loaded = mmap.mmap(memfd, 3 * PAGE, prot=mmap.PROT_READ | mmap.PROT_EXEC)
"""


def test_code_in_memory_is_found(spawn: Spawn) -> None:
    child = spawn(CODE + READY)
    child.freeze()

    def sizes(**condition: Any) -> list[int]:  # noqa: ANN401 - any condition
        return sorted(each.mapping.size // PAGE for each in find_mappings([child.pid], **condition))

    assert sizes(perms="wx") == [1, 2]
    assert sizes(perms="x", backing="anonymous") == [1]
    assert sizes(perms="x", backing="shared") == [2, 3]
    assert sizes(perms="x", kind="memfd") == [3]
    assert sizes(label="payload") == sizes(label="pay*") == [3]
    assert sizes(perms="x", backing=("anonymous", "shared")) == [1, 2, 3]


def test_a_label_is_found() -> None:
    if not procmaps.naming_supported():
        assert [*find_mappings([os.getpid()], label="a label of the test")] == []
        return
    with procmaps.named_mmap("a label of the test", PAGE):
        (found,) = find_mappings([os.getpid()], label="* of the test")
    assert found.mapping.label == b"a label of the test"


# --- processes ------------------------------------------------------------------------------------


def test_every_process_is_searched_found_or_listed(spawn: Spawn) -> None:
    child = spawn(CODE + READY)
    before = {*procmaps.pids()}
    found = find_mappings(perms="wx")
    after = {*procmaps.pids()}
    assert child.pid in found.pids
    listed = {gap.pid for gap in found.gaps} | {*found.twins}
    assert found.processes + len(listed) >= len(before & after)
    assert [*found.pids] == sorted(found.pids)
    assert not any(isinstance(gap.error, KernelThread) for gap in found.refused)


def test_a_process_that_may_not_be_read_is_listed(as_nobody: AsNobody) -> None:
    pid = os.getpid() if os.geteuid() == 0 else 1
    found = as_nobody(lambda: find_mappings([pid, gone_pid()], perms="wx"))
    refused, gone = found.gaps
    assert (refused.pid, type(refused.error), refused.refused) == (pid, AccessDenied, True)
    assert (gone.pid, type(gone.error), gone.refused) == (gone_pid(), NoSuchProcess, False)
    assert found.refused == (refused,)
    assert found.processes == 0


def test_a_kernel_thread_has_no_memory_to_search(tmp_path: Path) -> None:
    root = fake_procfs(tmp_path / "proc", {2: b"", 7: b"1000-2000 rwxp 00000000 00:00 0\n"})
    (root / "2" / "stat").write_bytes(b"2 (kthreadd) S 0 0 0 0 -1 2129984 0\n")
    found = find_mappings(perms="wx", root=root)
    assert found.pids == (7,)
    assert [(gap.pid, type(gap.error)) for gap in found.gaps] == [(2, KernelThread)]
    assert found.refused == ()


def test_an_address_space_of_two_processes_is_searched_once(spawn: Spawn) -> None:
    child = spawn(CODE + CLONE_VM)
    twin = int(child.said)
    try:
        if same_address_space(child.pid, twin) is None:
            pytest.skip("this kernel does not compare address spaces (CONFIG_KCMP)")
        found = find_mappings([child.pid, twin], perms="wx")
        again = find_mappings([child.pid, child.pid], perms="wx")
    finally:
        os.kill(twin, signal.SIGKILL)
    assert found.twins == {twin: child.pid}
    assert found.processes == 1
    assert {each.pid for each in found} == {child.pid}
    assert again.twins == {}  # a process is no twin of itself
    assert again.processes == 2


FORKS = """
import signal
private = mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
pids = []
for _ in range(8):
    pid = os.fork()
    if pid == 0:
        libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG
        signal.pause()
    pids.append(pid)
print(*pids, flush=True)
"""


def test_forked_processes_have_address_spaces_of_their_own(spawn: Spawn) -> None:
    server = spawn(FORKS)
    pids = [server.pid, *map(int, server.said.split())]
    found = find_mappings(pids, perms="wx")
    assert found.twins == {}
    assert [each.pid for each in found] == pids


@pytest.mark.parametrize("ended", range(3))
def test_a_twin_is_found_though_processes_compared_before_have_ended(
    ended: int, spawn: Spawn
) -> None:
    child = spawn(CODE + CLONE_VM)
    twin = int(child.said)
    others = [spawn(READY) for _ in range(3)]
    if same_address_space(child.pid, twin) is None:
        pytest.skip("this kernel does not compare address spaces (CONFIG_KCMP)")
    twins = Twins("/proc")
    try:
        # As processes of one server: in one place of the vdso, whatever it is.
        assert {twins.twin_of(each.pid, 1) for each in (*others, child)} == {None}
        for each in others[: ended + 1]:
            each.kill(collect=True)
        assert twins.twin_of(twin, 1) == child.pid
        assert twins.twin_of(others[0].pid, 1) is None  # has ended itself
        assert twins.twin_of(twin, 1) == child.pid
    finally:
        os.kill(twin, signal.SIGKILL)


def test_two_zombies_are_no_twins(spawn: Spawn) -> None:
    one, other = spawn(READY), spawn(READY)
    for each in (one, other):
        each.kill(collect=False)
    twins = Twins("/proc")
    assert twins.twin_of(one.pid, 1) is None
    assert twins.twin_of(other.pid, 1) is None


def test_a_line_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    text = b"rubbish\n1000-2000 rwxp 00000000 00:00 0\n"
    found = find_mappings(perms="wx", root=fake_procfs(tmp_path / "proc", {7: text}))
    assert found.pids == (7,)
    ((pid, problem),) = found.problems
    assert (pid, problem.raw) == (7, b"rubbish\n")


def test_a_process_that_ends_while_its_files_are_looked_up_is_listed(tmp_path: Path) -> None:
    text = b"1000-2000 r-xp 00000000 08:01 7 /usr/lib/libtest.so\n"
    root = fake_procfs(tmp_path / "proc", {7: text})  # it has no ns/mnt and no root
    found = find_mappings(state="replaced", root=root)
    assert [*found] == []
    assert [gap.pid for gap in found.gaps] == [7]


def seen_from_its_root(tmp_path: Path, text: bytes) -> Path:
    """Return a procfs with process 7, whose root is the folder ``top``."""
    root = fake_procfs(tmp_path / "proc", {7: text})
    (root / "7" / "ns").mkdir()
    (root / "7" / "ns" / "mnt").touch()
    (root / "7" / "root").symlink_to(tmp_path / "top")
    (tmp_path / "top").mkdir()
    return root


def test_a_loop_of_links_at_the_path_hides_no_mapping(tmp_path: Path) -> None:
    root = seen_from_its_root(tmp_path, b"1000-2000 r-xp 00000000 08:01 7 /loop\n")
    (tmp_path / "top" / "loop").symlink_to("loop")
    found = find_mappings(state="replaced", root=root)
    assert ([each.state for each in found], found.gaps) == (["replaced"], ())


def test_a_path_that_is_too_long_to_be_looked_up_hides_no_other(tmp_path: Path) -> None:
    long = b"/x" * 2040
    text = b"1000-2000 r-xp 00000000 08:01 7 %s\n3000-4000 r-xp 00000000 08:01 8 /none\n" % long
    found = find_mappings(state="replaced", root=seen_from_its_root(tmp_path, text))
    assert ([each.mapping.path for each in found], found.gaps) == ([b"/none"], ())


def test_no_more_open_files_is_the_reason_and_not_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = seen_from_its_root(tmp_path, b"1000-2000 r-xp 00000000 08:01 7 /lib\n")

    def exhausted(_: bytes) -> None:
        raise OSError(errno.EMFILE, "planted")

    monkeypatch.setattr(replaced_files, "stat_identity", exhausted)
    (gap,) = find_mappings(state="replaced", root=root).gaps
    assert gap.error.errno == errno.EMFILE
    assert gap.refused


# --- arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"perms": "q"}, "'q' is not permissions"),
        ({"kind": "pile"}, "unknown kind 'pile'; use aio, anon"),
        ({"backing": ["file", "disk"]}, "unknown backing 'disk'; use file, anonymous, shared, ker"),
        ({"state": "old"}, "unknown state 'old'; use deleted, replaced"),
        ({"min_size": -1}, "min_size must be an integer from 0, not -1"),
        ({"build_id": "abc"}, "a build ID must be pairs of hexadecimal digits, not 'abc'"),
        ({"build_id": b""}, "a build ID must have at least one byte"),
        ({"device": "8:1"}, "invalid device '8:1'"),
        ({"threads": 0}, "threads must be an integer from 1, not 0"),
    ],
)
def test_rejects_conditions_that_nothing_fulfils(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        find_mappings([os.getpid()], **condition)


@pytest.mark.parametrize("condition", [{"name": 3}, {"build_id": 3}, {"inode": "3"}, {"file": 3}])
def test_rejects_values_of_another_type(condition: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        find_mappings([os.getpid()], **condition)


def test_the_result_is_a_sequence() -> None:
    found = find_mappings([os.getpid()], kind=("vdso", "stack"))
    first, second = found
    assert found[0] == first
    assert found[:] == (first, second)
    assert second in found
    assert repr(found) == "<FoundMappings: 2 in 1 of 1 processes, 0 refused>"
    assert Gap(1, NoSuchProcess("process 1", "/proc/1/maps")).refused is False


def test_a_folder_has_the_identity_that_stat_gives(tmp_path: Path) -> None:
    assert [*find_mappings([os.getpid()], file=tmp_path)] == []
    (tmp_path / "empty").touch()
    assert [*find_mappings([os.getpid()], file=tmp_path / "empty")] == []


@pytest.fixture
def no_kcmp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as on a machine whose system call is not known."""
    from procmaps.live import address_spaces  # noqa: PLC0415 - only here

    unknown: Callable[[], None] = lambda: None  # noqa: E731 - replaces a function
    monkeypatch.setattr(address_spaces, "_kcmp", unknown)
    monkeypatch.setattr(address_spaces, "_number", unknown)


@pytest.mark.usefixtures("no_kcmp")
def test_without_kcmp_every_process_is_searched(spawn: Spawn) -> None:
    server = spawn(FORKS)
    pids = [server.pid, *map(int, server.said.split())]
    assert [each.pid for each in find_mappings(pids, perms="wx")] == pids


def test_a_search_in_c_is_that_of_comparing_each(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from procmaps.live import address_spaces  # noqa: PLC0415 - only here

    server = spawn(FORKS)
    pids = [server.pid, *map(int, server.said.split())]
    known = array("i")
    for pid in pids:
        index, found = address_spaces.find_address_space(pid, known)
        if found is None:
            pytest.skip("this kernel does not compare address spaces (CONFIG_KCMP)")
        assert not found
        known.insert(index, pid)
    assert sorted(known) == sorted(pids)
    native = [address_spaces.find_address_space(pid, known) for pid in pids]
    assert native == [(known.index(pid), True) for pid in pids]
    monkeypatch.setattr(address_spaces, "engine", lambda: "python")
    assert [address_spaces.find_address_space(pid, known) for pid in pids] == native
