"""Files, offsets and build IDs of addresses are those that blazesym finds in the same process."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import procmaps
from corpus.tools.matrix import read_peers
from corpus.tools.matrix.installing import NotInstalled, places_program
from procmaps import locate
from tests.live.children import Child
from tests.live.conftest import children_of_tests
from tests.live.library_loading import LOAD, write_archive
from tests.mapped_files.elf_files import BUILD_ID, LIBRARY, LIBRARY_SIZE, elf, note

ADDRESSES = 2000

UNREAD = {"text": {b"base.apk", b"gone.so"}, "ioctl": {b"base.apk"}}
"""Files of which blazesym has no build ID: an archive has none, and a path was deleted."""

LIBRARIES = "import ssl, sqlite3\n"
"""Many mappings of many files."""


@pytest.fixture(scope="module")
def places() -> Path:
    """Return the program that asks blazesym."""
    (peer,) = read_peers.load(["blazesym"])
    try:
        return places_program(peer)
    except NotInstalled as reason:
        pytest.skip(f"blazesym: {reason}")


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """Start a process with libraries, one of them deleted, and one in an archive."""
    folder = tmp_path_factory.mktemp("places")
    text = elf(LIBRARY, LIBRARY_SIZE, notes=note())
    gone, archive = folder / "gone.so", folder / "base.apk"
    gone.write_bytes(text)
    offset = write_archive(archive, {"lib/one.so": text})["lib/one.so"]
    code = (
        f"load(sys.argv[1])\nload(sys.argv[2], {offset})\nos.unlink(sys.argv[1])\n"
        "print('ready', flush=True)"
    )
    with children_of_tests() as spawn:
        yield spawn(LIBRARIES + LOAD + code, str(gone), str(archive))


def drawn(pid: int) -> list[int]:
    """Return addresses at random: in every mapping that can be read or run, and in gaps."""
    source = random.Random(16)  # noqa: S311 - the same draw in every run
    ranges: list[tuple[int, int]] = []
    last = 1 << 12
    for each in procmaps.maps(pid):
        if each.perms.read or each.perms.execute:  # blazesym leaves the others out
            ranges.append((each.start, each.end))
        if last < each.start < 1 << 47:
            ranges.append((last, each.start))
        last = each.end
    return [source.randrange(*ranges[index % len(ranges)]) for index in range(ADDRESSES)]


def ask(program: Path, way: str, pid: int, addresses: Sequence[int]) -> list[bytes]:
    """Return a line of blazesym for each address."""
    asked = "".join(f"{each:x}\n" for each in addresses).encode()
    printed = subprocess.run(
        [program, way, str(pid)], input=asked, stdout=subprocess.PIPE, check=True
    ).stdout
    return printed.split(b"\n")[:-1]


@pytest.mark.parametrize("way", ["text", "ioctl"])
def test_addresses_are_where_blazesym_finds_them(places: Path, child: Child, way: str) -> None:
    addresses = drawn(child.pid)
    known = procmaps.query(child.pid, procmaps.maps(child.pid)[0].start)
    if way == "ioctl" and known and known.method == "text":
        pytest.skip("this kernel has no PROCMAP_QUERY, since 6.11")
    answers = ask(places, way, child.pid, addresses)
    assert len(answers) == len(addresses)
    paths: set[bytes] = set()
    for found, answer in zip(locate(child.pid, addresses), answers, strict=True):
        expected = b""
        if found.offset is not None and found.path is not None:
            name = found.path.rpartition(b"/")[2]
            assert name not in UNREAD[way] or found.build_id == BUILD_ID
            build_id = found.build_id.hex() if found.build_id and name not in UNREAD[way] else "-"
            expected = b"%x %s %s" % (found.offset, build_id.encode(), found.path)
            paths.add(found.path)
        assert answer == expected, hex(found.address)
    assert len(paths) >= 8
    assert UNREAD["text"] <= {path.rpartition(b"/")[2] for path in paths}
