"""Reads a recorded process of another machine, and prints the figures of each region as JSON.

Run it with `START`, which takes the size of a page from the record before the project is imported.
The numbers are converted from the byte order of the record to that of this machine: the project
reads what the kernel that runs prints.
"""

from __future__ import annotations

import json
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from procmaps.pages import Pages, PageSums
from procmaps.pages.backing import ByFrames
from procmaps.pages.frame_counts import FrameCounts, NoFrames
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.pagemap_file import PAGE
from procmaps.pages.probing import Kernel
from procmaps.pages.reader import FinishedSink, Reader
from procmaps.pages.results import settle

START = """
import os, runpy, sys
page, sysconf = int(sys.argv.pop(1)), os.sysconf
os.sysconf = lambda name: page if name == "SC_PAGE_SIZE" else sysconf(name)
runpy.run_module("tests.pages.captured", run_name="__main__")
"""
ENTRY = 8


def _numbers(path: Path, order: str, columns: int) -> Iterator[tuple[int, ...]]:
    """Yield rows of a recorded file of numbers."""
    return struct.iter_unpack(f"{'<' if order == 'little' else '>'}{columns}Q", path.read_bytes())


def lay_out(record: Path, facts: dict[str, Any], root: Path) -> None:
    """Write the record as files of procfs. They are as large as the kernel's, and sparse."""
    process = root / str(facts["truth"]["pid"])
    process.mkdir()
    smaps = (record / "smaps").read_bytes()
    headers = [line for line in smaps.splitlines(keepends=True) if b"-" in line.split(b" ")[0]]
    (process / "smaps").write_bytes(smaps)
    (process / "maps").write_bytes(b"".join(headers))
    (process / "ksm_merging_pages").write_bytes(b"0\n")
    order = facts["byte_order"]
    with (process / "pagemap").open("wb") as file:
        for address, entry in _numbers(record / "pagemap", order, 2):
            file.seek(address // facts["page_size"] * ENTRY)
            file.write(entry.to_bytes(ENTRY, sys.byteorder))
    with (root / "kpagecount").open("wb") as counts, (root / "kpageflags").open("wb") as flags:
        for frame, count, bits in _numbers(record / "frames", order, 3):
            for into, number in ((counts, count), (flags, bits)):
                into.seek(frame * ENTRY)
                into.write(number.to_bytes(ENTRY, sys.byteorder))


def read(root: Path, facts: dict[str, Any], *, with_frames: bool) -> Pages:
    """Return the pages, with the frames or without."""
    counts = flags = None
    if with_frames:
        counts, flags = FrameFile(f"{root}/kpagecount"), FrameFile(f"{root}/kpageflags")
    merged_flag = facts["merged_flag"] if with_frames else None
    kernel = Kernel(counts, flags, (), facts["soft_dirty"], merged_flag)

    def take(sums: list[PageSums], by_flag: bool) -> FinishedSink:
        if counts is None or flags is None:
            return NoFrames()
        return FrameCounts(sums, counts, flags, by_flag, large=False)

    with kernel:
        kinds = None if flags is None else ByFrames(flags)
        pages = Reader(facts["truth"]["pid"], str(root), kernel, kinds).once(take)
    settle(pages)
    return pages


def figures(pages: Pages, start: int, size: int) -> dict[str, int | None]:
    """Return the figures of the mappings of a region."""
    found = [each for each in pages if start <= each.mapping.start < start + size]
    assert sum(each.mapping.size for each in found) == size
    sums = PageSums.of_all(each.sums for each in found)
    names = ("rss", "uss", "pss", "shared", "anonymous", "file", "shmem", "copied", "zero")
    more = ("guard", "present", "swapped", "hugetlb", "merged", "unmanaged")
    return {name: sums.figure(name) for name in (*names, *more)}


def main() -> None:
    """Print the size of a page, and for each tier and region its figures."""
    record = Path(sys.argv[1])
    facts: dict[str, Any] = json.loads((record / "provenance.json").read_bytes())
    found: dict[str, Any] = {"page": PAGE}
    with tempfile.TemporaryDirectory() as folder:
        lay_out(record, facts, Path(folder))
        for tier in ("frames", "entries"):
            pages = read(Path(folder), facts, with_frames=tier == "frames")
            assert pages.tier == tier
            assert not pages.torn
            found[tier] = {
                name: figures(pages, region["start"], region["size"])
                for name, region in facts["truth"]["regions"].items()
            }
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
