"""Files of mappings that were deleted, replaced, covered, or are in another namespace."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps import (
    Backing,
    BackingRefused,
    Device,
    Mapping,
    MappingGone,
    NoBacking,
    ProcessGone,
    ReadFailed,
    open_backing,
)
from procmaps.live import backing_search, loaded_image
from procmaps.live.anon_names import address_of
from procmaps.live.backing_routes import Route, routes
from procmaps.live.build_id import Read, build_id_at
from procmaps.live.proc_file_path import ProcFile
from tests.live.backing_ways import MAP, without
from tests.live.children import AsNobody, Child, Spawn
from tests.live.descriptors import no_descriptors
from tests.live.namespaces import NAMESPACE

PAGE = mmap.PAGESIZE

OLD, NEW = b"old " * PAGE, b"new " * PAGE
"""The contents of a file before and after an upgrade."""

namespaces = pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the right to follow the links in map_files."""
    monkeypatch.setattr(backing_search, "routes", without("map_files"))


def mapping_of(child: Child) -> Mapping:
    found = procmaps.maps(child.pid).mapping_at(int(child.said, 16))
    assert found
    return found


def child_with(spawn: Spawn, path: Path) -> Child:
    return spawn(
        MAP + "memory = mapped(sys.argv[1]); print(hex(address(memory)), flush=True)", str(path)
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library.so"
    path.write_bytes(OLD)
    return path


def content(found: Backing) -> bytes:
    return os.pread(found.fileno(), 2 * len(OLD), 0)


# --- the file itself ------------------------------------------------------------------------------


def test_a_file_is_opened_by_its_link(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    with open_backing(child.pid, mapping) as found:
        with library.open("rb") as same:
            assert os.path.sameopenfile(found.fileno(), same.fileno())
        assert (found.how, found.exact, found.mapping) == ("map_files", True, mapping)
        assert found.file.read() == OLD
        link = f"/proc/{child.pid}/map_files/{mapping.start:x}-{mapping.end:x}"
        assert found.path == link.encode()
        assert found.evidence == "device and inode are those of the mapping"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(found.fileno(), b"x")
    found.close()


def test_a_deleted_file_is_opened(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    library.unlink()
    with open_backing(child.pid, mapping_of(child)) as found:
        assert (found.how, content(found)) == ("map_files", OLD)


def test_a_replaced_file_is_never_the_new_one(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    upgrade(library)
    with open_backing(child.pid, mapping_of(child)) as found:
        assert (found.how, content(found)) == ("map_files", OLD)


def upgrade(library: Path) -> None:
    """Replace a file as a package manager does."""
    new = library.with_suffix(".new")
    new.write_bytes(NEW)
    new.rename(library)


@pytest.mark.usefixtures("no_links")
def test_a_replaced_file_is_refused_with_both_inodes(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    upgrade(library)
    with open_backing(child.pid, mapping) as found:
        assert (found.how, found.exact) == ("memory", False)
        assert found.file.read() == OLD[:PAGE]
        assert Path(os.fsdecode(found.path)).read_bytes() == OLD[:PAGE]
        assert found.evidence == (
            f"put together from {PAGE} mapped bytes, with what was written there"
        )
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(found.fileno(), b"x")
    with pytest.raises(BackingRefused) as caught:
        open_backing(child.pid, mapping, memory=False)
    there = library.stat().st_ino
    refusal = (
        f"{library}: it is another file: its device is {mapping.device} and its inode {there}, the "
        f"mapped file has device {mapping.device} and inode {mapping.inode}"
    )
    assert refusal in caught.value.refusals
    assert f"/proc/{child.pid}/root{refusal}" in caught.value.refusals
    assert found.refusals == caught.value.refusals
    assert refusal in str(caught.value)


@pytest.mark.usefixtures("no_links")
@pytest.mark.parametrize("name", [b"a\nb", rb"a\012b", b"x (deleted)", b"\xff\t"])
def test_a_file_with_an_ambiguous_name_is_found(spawn: Spawn, tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(OLD)
    child = child_with(spawn, path)
    with open_backing(child.pid, mapping_of(child)) as found:
        assert (found.how, content(found)) == ("path", OLD)
        assert found.path == b"/proc/%d/root" % child.pid + os.fsencode(path)


@pytest.mark.usefixtures("no_links")
@pytest.mark.parametrize("kind", ["a symbolic link", "a folder", "a pipe or socket", "a device"])
def test_what_took_the_name_is_never_followed(spawn: Spawn, library: Path, kind: str) -> None:
    child = child_with(spawn, library)
    kept = library.with_name("kept")
    kept.hardlink_to(library)
    library.unlink()
    match kind:
        case "a symbolic link":
            library.symlink_to(kept)
        case "a folder":
            library.mkdir()
        case "a pipe or socket":
            os.mkfifo(library)
        case _:
            os.mknod(library, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    with pytest.raises(BackingRefused) as caught:
        open_backing(child.pid, mapping_of(child), memory=False)
    top = f"/proc/{child.pid}/root"
    assert f"{library}: it is {kind}" in caught.value.refusals
    assert f"{top}{library}: it is {kind}" in caught.value.refusals
    assert f"{top}{library} (deleted): No such file or directory" in caught.value.refusals
    assert str(caught.value).startswith(f"cannot open the file that process {child.pid} maps at 0x")


@pytest.mark.usefixtures("no_links")
def test_a_program_that_was_deleted_is_reached_by_exe(tmp_path: Path) -> None:
    program = tmp_path / "sleep"
    shutil.copy("/bin/sleep", program)
    pid = os.posix_spawn(program, [str(program), "1000"], {})
    try:
        wait_for_program(pid, program)
        program.unlink()
        mapping = next(each for each in procmaps.maps(pid) if each.path == os.fsencode(program))
        with open_backing(pid, mapping) as found:
            assert (found.how, found.path) == ("exe", b"/proc/%d/exe" % pid)
            assert found.file.read() == Path("/bin/sleep").read_bytes()
            assert found.evidence.endswith("; so is the build ID in memory")
            assert found.build_id
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def wait_for_program(pid: int, program: Path) -> None:
    """Wait until the program sleeps: execve() sets exe before it maps the file."""
    folder = Path(f"/proc/{pid}")
    while (folder / "exe").readlink() != program or state_of(folder) != b"S":
        os.sched_yield()


def state_of(folder: Path) -> bytes:
    """Return the letter of a process's state, which is after the name in parentheses."""
    return (folder / "stat").read_bytes().rpartition(b") ")[2][:1]


def test_another_build_id_in_memory_is_refused(
    spawn: Spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    shutil.copy("/bin/sleep", program)
    child = child_with(spawn, program)
    mapping = mapping_of(child)

    def planted(_read: Read) -> bytes:
        return b"\xab\xcd"

    monkeypatch.setattr(backing_search, "build_id_of", planted)
    with pytest.raises(BackingRefused) as caught:
        open_backing(child.pid, mapping, memory=False)
    assert "that in the memory of the process is abcd" in caught.value.refusals[0]


def test_a_memfd_is_opened(spawn: Spawn) -> None:
    child = spawn(
        "fd = os.memfd_create('x (deleted)'); os.write(fd, b'in a memfd' * 1000)\n"
        "memory = mmap.mmap(fd, PAGE); os.close(fd); print(hex(address(memory)), flush=True)"
    )
    with open_backing(child.pid, mapping_of(child)) as found:
        assert (found.how, found.file.read()) == ("map_files", b"in a memfd" * 1000)


@pytest.mark.usefixtures("no_links")
def test_a_memfd_without_the_right_is_an_image(spawn: Spawn) -> None:
    child = spawn(
        "fd = os.memfd_create('x'); os.write(fd, b'in a memfd' * 1000)\n"
        "memory = mmap.mmap(fd, 0); os.close(fd); print(hex(address(memory)), flush=True)"
    )
    with open_backing(child.pid, mapping_of(child)) as found:
        assert found.how == "memory"
        text = found.file.read()
        assert text == (b"in a memfd" * 1000).ljust(len(text), b"\0")


def test_shared_memory_is_a_file_of_the_kernel(spawn: Spawn) -> None:
    child = spawn(
        "memory = mmap.mmap(-1, PAGE); memory[:4] = b'mine'\n"
        "print(hex(address(memory)), flush=True)"
    )
    with open_backing(child.pid, mapping_of(child)) as found:
        assert content(found) == b"mine" + bytes(PAGE - 4)


# --- other namespaces -----------------------------------------------------------------------------


@pytest.fixture(params=["by its link", "by its path"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Search with and without the right to follow links."""
    if request.param == "by its path":
        monkeypatch.setattr(backing_search, "routes", without("map_files", "exe"))
        return "path"
    return "map_files"


@namespaces
@pytest.mark.parametrize("deep", [False, True], ids=["chroot", "chroot in a namespace"])
def test_a_file_in_a_chroot_is_found(spawn: Spawn, tmp_path: Path, way: str, *, deep: bool) -> None:
    jail = tmp_path / "jail"
    (jail / "lib").mkdir(parents=True)
    (jail / "lib" / "x").write_bytes(OLD)
    Path(tmp_path, "lib").mkdir()
    Path(tmp_path, "lib", "x").write_bytes(NEW)
    mounts = "mount(b'tmpfs', os.fsencode(sys.argv[1]), b'tmpfs')\n" if deep else ""
    child = spawn(
        NAMESPACE
        + f"import shutil\ntext = open(sys.argv[1] + '/lib/x', 'rb').read()\n{mounts}"
        + "os.makedirs(sys.argv[1] + '/lib', exist_ok=True)\n"
        + "open(sys.argv[1] + '/lib/x', 'wb').write(text)\n"
        + "os.chroot(sys.argv[1]); os.chdir('/')\n"
        + "memory = mapped('/lib/x'); print(hex(address(memory)), flush=True)",
        str(jail),
    )
    with open_backing(child.pid, mapping_of(child), memory=False) as found:
        assert (found.how, content(found)) == (way, OLD)


@namespaces
def test_a_mount_over_the_file_is_seen_through(spawn: Spawn, library: Path, way: str) -> None:
    other = library.with_name("other")
    other.write_bytes(NEW)
    child = spawn(
        NAMESPACE + "memory = mapped(sys.argv[1])\n"
        "mount(os.fsencode(sys.argv[2]), os.fsencode(sys.argv[1]), b'', 0x1000)\n"
        "print(hex(address(memory)), flush=True)",
        *(str(library), str(other)),
    )
    with open_backing(child.pid, mapping_of(child), memory=False) as found:
        assert (found.how, content(found)) == (way, OLD)
    # Our own namespace has the file under that name, the process has another one.
    inside = b"/proc/%d/root" % child.pid + os.fsencode(library)
    assert Path(os.fsdecode(inside)).read_bytes() == NEW
    assert found.path == (os.fsencode(library) if way == "path" else found.path)


OVERLAY = (
    NAMESPACE
    + """
top = os.fsencode(sys.argv[1])
mount(b"tmpfs", top + b"/fast", b"tmpfs")
for name in (b"upper", b"work"):
    os.mkdir(top + b"/fast/" + name)
options = b"lowerdir=%s/lower,upperdir=%s/fast/upper,workdir=%s/fast/work" % (top, top, top)
mount(b"overlay", top + b"/merged", b"overlay", 0, options)
"""
)
"""The lower layer is on another file system than the upper one, so `stat` shows other devices."""


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    for name in ("lower", "merged", "fast"):
        (tmp_path / name).mkdir()
    (tmp_path / "lower" / "x").write_bytes(OLD)
    return tmp_path


@namespaces
def test_a_file_of_an_overlay_is_found(spawn: Spawn, layers: Path, way: str) -> None:
    child = spawn(
        OVERLAY + "memory = mapped(top + b'/merged/x'); print(hex(address(memory)), flush=True)",
        str(layers),
    )
    mapping = mapping_of(child)
    with open_backing(child.pid, mapping, memory=False) as found:
        assert (found.how, content(found)) == (way, OLD)
        device = os.fstat(found.fileno()).st_dev
        assert (os.major(device), os.minor(device)) != (mapping.device.major, mapping.device.minor)
        assert found.evidence.startswith(
            "mapped here, it has the device and inode of the mapping (stat: device 00:"
        )


@namespaces
def test_a_file_of_an_overlay_that_was_replaced_is_refused(
    spawn: Spawn, layers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = spawn(
        OVERLAY + "memory = mapped(top + b'/merged/x')\n"
        f"open(top + b'/merged/new', 'wb').write(b'new ' * {PAGE})\n"
        "os.rename(top + b'/merged/new', top + b'/merged/x')\n"
        "print(hex(address(memory)), flush=True)",
        str(layers),
    )
    mapping = mapping_of(child)
    with open_backing(child.pid, mapping, memory=False) as found:
        assert content(found) == OLD
    monkeypatch.setattr(backing_search, "routes", without("map_files"))
    with pytest.raises(BackingRefused, match="it is another file"):
        open_backing(child.pid, mapping, memory=False)


@namespaces
def test_a_copied_up_program_is_refused_by_its_build_id(spawn: Spawn, layers: Path) -> None:
    """The overlay's inode stays, but the mapping still shows the file of the lower layer."""
    shutil.copy("/bin/sleep", layers / "lower" / "program")
    child = spawn(
        OVERLAY + "memory = mapped(top + b'/merged/program')\n"
        "text = open(top + b'/merged/program', 'rb').read()\n"
        "note = text.index(b'GNU\\0', text.index(b'\\x14\\0\\0\\0\\x03\\0\\0\\0'))\n"
        "with open(top + b'/merged/program', 'r+b') as file:\n"
        "    file.seek(note + 4); file.write(b'another build ID 123')\n"
        "print(hex(address(memory)), flush=True)",
        str(layers),
    )
    mapping = mapping_of(child)
    with open_backing(child.pid, mapping) as found:
        assert found.how == "memory"
        assert found.build_id == build_id_at("/bin/sleep")
        assert any("its build ID is 616e6f74" in each for each in found.refusals)


# --- refusals -------------------------------------------------------------------------------------


def test_a_caller_without_rights_is_told_the_capability(library: Path, as_nobody: AsNobody) -> None:
    with library.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        start = address_of(memory)
        library.unlink()
        mapping = procmaps.maps().mapping_at(start)
        assert mapping

        def image() -> tuple[str, bytes]:
            with open_backing("self", mapping) as found:
                return found.how, found.file.read()

        assert as_nobody(image) == ("memory", OLD)
        with pytest.raises(BackingRefused) as caught:
            as_nobody(lambda: open_backing("self", mapping, memory=False))
    assert caught.value.refusals[0].endswith(
        " that takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in the first user namespace"
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("memory = mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE)", "it is anonymous"),
        ("memory = mapped('/dev/zero')", "it is a device"),
    ],
)
def test_memory_without_a_regular_file_has_no_backing(spawn: Spawn, code: str, reason: str) -> None:
    child = spawn(f"{MAP}\n{code}; print(hex(address(memory)), flush=True)")
    with pytest.raises(NoBacking) as caught:
        open_backing(child.pid, mapping_of(child))
    assert caught.value.reason == reason


def test_a_mapping_that_went_is_refused(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    other = child_with(spawn, library)
    if procmaps.maps(other.pid).mapping_at(mapping.start) is None:
        with pytest.raises(MappingGone, match="nothing is mapped there"):
            open_backing(other.pid, mapping)
    others = (
        attrs.evolve(mapping, offset=mapping.offset + PAGE),
        attrs.evolve(mapping, inode=mapping.inode + 1),
        attrs.evolve(mapping, device=Device(0, 99)),
    )
    for each in others:
        with pytest.raises(MappingGone, match=r"now: it has .*library\.so"):
            open_backing(child.pid, each)
    with pytest.raises(TypeError, match="expected a Mapping, not int"):
        open_backing(child.pid, 5)  # type: ignore[arg-type]


def test_a_program_that_is_replaced_meanwhile_is_an_error(
    spawn: Spawn, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = spawn(
        MAP + "memory = mapped(sys.argv[1]); print(hex(address(memory)), flush=True)",
        str(library),
        wait="sys.stdin.readline()\n"
        "os.execv(sys.executable, [sys.executable, '-c', 'print(flush=True); input()'])",
    )
    mapping = mapping_of(child)

    def late(wanted: Mapping, file: ProcFile) -> Iterator[Route]:
        child.tell(b"now")
        return routes(wanted, file)

    monkeypatch.setattr(backing_search, "routes", late)
    with pytest.raises(ProcessGone):
        open_backing(child.pid, mapping)


def test_too_many_open_files_say_nothing_of_the_file(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ):
        mapping = next(each for each in procmaps.maps() if each.path == os.fsencode(library))
        open_backing("self", mapping).close()

        def exhausted(_route: Route) -> int:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

        with no_descriptors(), pytest.raises(ReadFailed):
            open_backing("self", mapping)
        monkeypatch.setattr(backing_search, "open_route", exhausted)
        with pytest.raises(ReadFailed) as caught:
            open_backing("self", mapping)
    assert caught.value.code == errno.EMFILE


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_is_left_open(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ):
        mapping = next(each for each in procmaps.maps() if each.path == os.fsencode(library))
        before = open_files()
        for fewer in (without(), without("map_files"), without("map_files", "path", "exe")):
            monkeypatch.setattr(backing_search, "routes", fewer)
            open_backing("self", mapping).close()
        with pytest.raises(BackingRefused):
            open_backing("self", mapping, memory=False)
        assert open_files() == before


def test_a_file_that_can_only_be_mapped_is_still_the_file(
    spawn: Spawn, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int, *, sections: bool) -> bytes | None:
        raise OSError(errno.EINVAL if sections else errno.EIO, "planted")

    child = child_with(spawn, library)
    monkeypatch.setattr(backing_search, "build_id_of_file", refuse)
    with open_backing(child.pid, mapping_of(child)) as found:
        assert found.evidence.endswith("; its content cannot be read (planted)")
        assert found.build_id is None


@pytest.mark.usefixtures("no_links")
def test_memory_that_cannot_be_read_is_no_image(spawn: Spawn, library: Path) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    os.truncate(library, 0)
    library.unlink()
    with pytest.raises(BackingRefused, match=f"none of the {PAGE} mapped bytes can be read"):
        open_backing(child.pid, mapping)


@pytest.mark.usefixtures("no_links")
def test_an_image_has_a_limit(spawn: Spawn, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    library.unlink()
    monkeypatch.setattr(loaded_image, "LIMIT", PAGE)
    open_backing(child.pid, mapping).close()
    monkeypatch.setattr(loaded_image, "LIMIT", PAGE - 1)
    with pytest.raises(BackingRefused, match=f"would have {PAGE} bytes, more than {PAGE - 1}"):
        open_backing(child.pid, mapping)


@pytest.mark.usefixtures("no_links")
def test_a_name_that_changes_all_the_time_never_gives_another_file(
    spawn: Spawn, library: Path
) -> None:
    child = child_with(spawn, library)
    mapping = mapping_of(child)
    kept, other = library.with_name("kept"), library.with_name("other")
    kept.hardlink_to(library)
    other.write_bytes(NEW)
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            new = library.with_name(f"new{number}")
            match number % 4:
                case 0:
                    new.symlink_to(other)
                case 1:
                    new.hardlink_to(other)
                case 2:
                    new.symlink_to(kept)
                case _:
                    new.hardlink_to(kept)
            new.rename(library)
            new.unlink(missing_ok=True)  # renaming does nothing between two links of one file

    thread = threading.Thread(target=change)
    thread.start()
    found: set[bytes] = set()
    refused = 0
    try:
        for _ in range(300):
            try:
                with open_backing(child.pid, mapping, memory=False) as backing:
                    found.add(content(backing))
            except BackingRefused:
                refused += 1
    finally:
        stop.set()
        thread.join()
    assert found <= {OLD}
    assert found or refused


def test_every_file_of_this_process_is_reached() -> None:
    ways: set[str] = set()
    for mapping in procmaps.maps():
        try:
            with open_backing("self", mapping) as found:
                ways.add(found.how)
                status = os.fstat(found.fileno())
                assert status.st_ino == mapping.inode
        except NoBacking:
            assert not mapping.has_file
    assert ways <= {"map_files", "path"}
