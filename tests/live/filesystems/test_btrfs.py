"""Files on Btrfs: `stat` has a device for each subvolume, and `maps` has one for all of them.

Each subvolume numbers its inodes itself, so files of two of them can have one number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps import Mapping, find_mappings, locate, open_backing, process_modules
from procmaps.live import backing_search
from procmaps.search.found import FileState
from procmaps.search.symbol_files import symbol_path
from tests.live.backing_ways import without
from tests.live.children import Child
from tests.live.conftest import children_of_tests
from tests.live.library_loading import LOAD
from tests.live.namespaces import NAMESPACE
from tests.mapped_files.elf_files import LIBRARY, LIBRARY_SIZE, elf, note

NAMES: tuple[str, ...] = ("one", "two")

BUILD_IDS = {name: name.encode() * 6 for name in NAMES}

TEXTS = {name: elf(LIBRARY, LIBRARY_SIZE, notes=note(each)) for name, each in BUILD_IDS.items()}

SUBVOLUMES = (
    NAMESPACE
    + LOAD
    + """
import subprocess
top, library = sys.argv[1], sys.argv[2]
def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
run("truncate", "--size", "256M", top + "/image")
run("mkfs.btrfs", "--quiet", top + "/image")
run("mount", "-o", "loop", top + "/image", top + "/mounted")
starts = []
for name in sys.argv[3:]:
    run("btrfs", "subvolume", "create", top + "/mounted/" + name)
    path = top + "/mounted/" + name + "/library.so"
    open(path, "wb").write(open(top + "/" + name, "rb").read())
    starts.append(load(path))
print(*starts, flush=True)
"""
)
"""The file system is in the child's own mount namespace, and goes with it."""

REPLACE = """
name = sys.stdin.readline().rstrip()
path = top + "/mounted/" + name + "/library.so"
open(path + ".new", "wb").write(b"another file")
os.rename(path + ".new", path)
print("replaced", flush=True)
sys.stdin.read()
"""


@attrs.frozen
class Loaded:
    """A child that has loaded a library of each subvolume."""

    child: Child
    starts: dict[str, int]
    top: str

    @property
    def pid(self) -> int:
        """The process ID."""
        return self.child.pid

    def mapping(self, name: str) -> Mapping:
        """Return the first mapping of a library."""
        found = procmaps.maps(self.pid).mapping_at(self.starts[name])
        assert found
        return found

    def path(self, name: str) -> bytes:
        """Return the path of a library, as the child sees it."""
        return os.fsencode(f"{self.top}/mounted/{name}/library.so")


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Loaded]:
    """Load two libraries that have one inode number and the same device in ``maps``."""
    (tmp_path / "mounted").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / name).write_bytes(text)
    with children_of_tests() as spawn:
        child = spawn(SUBVOLUMES, str(tmp_path), "library.so", *NAMES, wait=REPLACE)
        starts: dict[str, int] = dict(zip(NAMES, map(int, child.said.split()), strict=True))
        found = Loaded(child, starts, str(tmp_path))
        one, two = map(found.mapping, NAMES)
        assert (one.device, one.inode) == (two.device, two.inode)
        yield found


@pytest.mark.parametrize("way", ["map_files", "path"])
@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_reached(
    loaded: Loaded, way: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "path":
        monkeypatch.setattr(backing_search, "routes", without("map_files"))
    with open_backing(loaded.pid, loaded.mapping(name), memory=False) as found:
        assert (found.how, found.build_id) == (way, BUILD_IDS[name])
        assert found.file.read() == TEXTS[name]
        assert found.evidence.startswith(
            "mapped here, it has the device and inode of the mapping (stat: device "
        )


def test_modules_have_their_own_headers(loaded: Loaded) -> None:
    found = {
        each.module.start: each
        for each in process_modules(loaded.pid)
        if each.module.start in loaded.starts.values()
    }
    for name, start in loaded.starts.items():
        module = found[start]
        assert module.problems == ()
        assert (module.how, module.bias, module.module.copy) == ("map_files", start, 0)
        assert (module.build_id, module.module.path) == (BUILD_IDS[name], loaded.path(name))


def test_addresses_have_their_own_file(loaded: Loaded) -> None:
    places = locate(loaded.pid, [start + 0x2345 for start in loaded.starts.values()])
    assert [(each.path, each.offset, each.virtual_address, each.build_id) for each in places] == [
        (loaded.path(name), 0x2345, 0x2345, BUILD_IDS[name]) for name in NAMES
    ]


def test_a_file_is_found_though_stat_has_another_device(loaded: Loaded) -> None:
    file = Path(f"/proc/{loaded.pid}/root{os.fsdecode(loaded.path('one'))}")
    mapping = loaded.mapping("one")
    assert os.makedev(mapping.device.major, mapping.device.minor) != file.stat().st_dev
    found = find_mappings([loaded.pid], file=file, path=loaded.path("one"))
    assert found[0].mapping == mapping
    assert Path(os.fsdecode(symbol_path(loaded.pid, mapping))).read_bytes() == TEXTS["one"]


def test_only_the_file_that_was_replaced_is(loaded: Loaded) -> None:
    def replaced() -> set[bytes | None]:
        states: tuple[FileState, ...] = ("deleted", "replaced")
        found = find_mappings([loaded.pid], state=states, path=b"library.so")
        return {each.mapping.path for each in found}

    assert replaced() == set()
    loaded.child.tell(b"two")
    assert replaced() == {loaded.path("two")}
