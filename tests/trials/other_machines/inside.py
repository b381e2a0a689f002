"""Reads the files of a process that says what it touched. Runs inside a guest; prints JSON.

The files are read without the project, so that what is recorded depends on no code that it tests.
Numbers are as the kernel gives them, in the byte order of the machine.
"""

from __future__ import annotations

import json
import os
import re
import sys
from base64 import b64encode
from pathlib import Path

import attrs

from procmaps.pages.probing import probe
from tests.live.conftest import children_of_tests
from tests.pages.regions import PROGRAM, Truth, truth_of

ENTRY = 8
_HEADER = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) [r-][w-][x-][sp] ")
_FRAME = (1 << 55) - 1
_PRESENT = 1 << 63
_USED = 62
"""The lower of the bits for present and for swapped."""
_RESERVE = 1 << 30
"""Bytes of the largest region, of which only the pages in use are recorded."""


def _number(data: bytes) -> int:
    return int.from_bytes(data, sys.byteorder)


def smaps_of(truth: Truth) -> bytes:
    """Return the records of smaps that belong to the regions."""
    kept: list[bytes] = []
    inside = False
    ranges = [range(each.start, each.start + each.size) for each in truth.regions.values()]
    for line in Path(f"/proc/{truth.pid}/smaps").read_bytes().splitlines(keepends=True):
        if header := _HEADER.match(line):
            inside = any(int(header[1], 16) in each for each in ranges)
        if inside:
            kept.append(line)
    return b"".join(kept)


def entries_of(truth: Truth, page: int) -> tuple[bytes, set[int]]:
    """Return address and entry of each page with an entry, in two numbers, and the frames."""
    found, frames = bytearray(), set[int]()
    with Path(f"/proc/{truth.pid}/pagemap").open("rb", buffering=0) as file:
        for region in truth.regions.values():
            file.seek(region.start // page * ENTRY)
            data = file.read(region.size // page * ENTRY)
            for at in range(0, len(data), ENTRY):
                entry = _number(data[at : at + ENTRY])
                # A kernel that keeps soft-dirty bits sets them for pages that were never used, too.
                if entry >> _USED or (entry and region.size < _RESERVE):
                    address = region.start + at // ENTRY * page
                    found += address.to_bytes(ENTRY, sys.byteorder) + data[at : at + ENTRY]
                if entry & _PRESENT:
                    frames.add(entry & _FRAME)
    return bytes(found), frames


def frames_of(frames: set[int]) -> bytes:
    """Return number, count and flags of each frame, in three numbers."""
    found = bytearray()
    with (
        Path("/proc/kpagecount").open("rb", buffering=0) as counts,
        Path("/proc/kpageflags").open("rb", buffering=0) as flags,
    ):
        for frame in sorted(frames):
            found += frame.to_bytes(ENTRY, sys.byteorder)
            for file in (counts, flags):
                file.seek(frame * ENTRY)
                found += file.read(ENTRY)
    return bytes(found)


def main() -> None:
    """Start the process, stop it, and print its files and its truth."""
    page = os.sysconf("SC_PAGE_SIZE")
    with children_of_tests() as start:
        child = start(PROGRAM)
        truth = truth_of(child)
        child.freeze()
        os.kill(truth.child, 19)
        smaps = smaps_of(truth)
        entries, frames = entries_of(truth, page)
        counted = frames_of(frames)
    with probe("/proc", wanted="frames") as kernel:
        facts = {
            "machine": os.uname().machine,
            "release": os.uname().release,
            "python": sys.version.partition(" ")[0],
            "page_size": page,
            "byte_order": sys.byteorder,
            "bits": 64 if sys.maxsize > 1 << 32 else 32,
            "merged_flag": kernel.merged_flag,
            "soft_dirty": kernel.soft_dirty,
            "truth": attrs.asdict(truth),
        }
    files = {"smaps": smaps, "pagemap": entries, "frames": counted}
    coded = {name: b64encode(data).decode() for name, data in files.items()}
    print(json.dumps({"facts": facts, "files": coded}))


if __name__ == "__main__":
    main()
