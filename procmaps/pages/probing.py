"""What this kernel and our rights give: found out by asking, never by the kernel's release.

A page of our own is looked at through the same files as those of others. It is in use, was just
written, and cannot be merged with another.
"""

from __future__ import annotations

import functools
import gzip
import os
import re
import sys
from array import array
from io import FileIO
from pathlib import Path
from typing import Final, Literal, Self

import attrs

from procmaps.errors import LiveError
from procmaps.formats.page_bits import FRAME_FLAGS, PAGEMAP
from procmaps.pages.entries import frames
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.pagemap_file import ENTRY, PAGE, PagemapFile
from procmaps.printable import visible

Tier = Literal["entries", "frames", "machine"]
"""How much was read.

``entries``   pagemap without the numbers of frames, and smaps. Needs only the right to read smaps.
``frames``    The count and flags of frames, too. Needs root, with CAP_SYS_ADMIN in the initial user
              namespace.
``machine``   The frames of all processes, so that it is known which of them share a page.
"""


@attrs.frozen
class Kernel:
    """What can be had here.

    counts         ``kpagecount``; None if it cannot be read, or frames are hidden.
    flags          ``kpageflags``; None if it cannot be read, or frames are hidden.
    missing        Why frames cannot be had: a sentence for each reason.
    soft_dirty     Whether the kernel keeps the soft-dirty bit; None if unknown.
    merged_flag    Whether the flag of merged pages is right; None without frames.
    """

    counts: FrameFile | None
    flags: FrameFile | None
    missing: tuple[str, ...]
    soft_dirty: bool | None
    merged_flag: bool | None

    def close(self) -> None:
        """Close the files."""
        for file in (self.counts, self.flags):
            if file is not None:
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_RIGHT: Final = "CAP_SYS_ADMIN in the initial user namespace"


def probe(root: str, *, wanted: Tier) -> Kernel:
    """Return what the kernel of the procfs at *root* gives; the caller closes it.

    With *wanted* ``entries``, nothing else is opened.
    """
    own = _own_entry(root)
    soft_dirty = None if own is None else bool(own & PAGEMAP["soft_dirty"].mask)
    if wanted == "entries":
        return Kernel(None, None, ("frames were not asked for",), soft_dirty, None)
    missing: list[str] = []
    frame = 0 if own is None else frames(own.to_bytes(ENTRY, sys.byteorder))[0]
    if own is None:
        missing.append(f"{visible(root)}/self/pagemap cannot be read, so the rights are unknown")
    elif not frame:
        missing.append(f"pagemap hides the numbers of frames: that needs {_RIGHT}")
    files = [_open(f"{root}/{name}", missing) for name in ("kpagecount", "kpageflags")]
    counts, flags = files
    if missing or counts is None or flags is None:
        for file in files:
            if file is not None:
                file.close()
        return Kernel(None, None, tuple(missing), soft_dirty, None)
    merged = flags.one(frame) & FRAME_FLAGS["merged"].mask
    return Kernel(counts, flags, (), soft_dirty, not merged)


_TRIES: Final = 100
"""How often a page of our own is looked at. It is not present while the kernel moves it."""


def _own_entry(root: str) -> int | None:
    """Return the entry of a page of our own; None if we may not read our own pagemap.

    A process that is not dumpable may not.
    """
    memory = array("B", os.urandom(2 * PAGE))
    address = memory.buffer_info()[0]
    page = -(-address // PAGE) * PAGE
    try:
        with PagemapFile("self", root) as pagemap:
            for _ in range(_TRIES):
                memory[page - address] ^= 1
                entry = int.from_bytes(pagemap.read(page, 1), sys.byteorder)
                if entry & PAGEMAP["present"].mask:
                    return entry
    except LiveError:
        pass
    return None


def _open(path: str, missing: list[str]) -> FrameFile | None:
    """Open a file of frames; if that fails, append the reason to *missing*."""
    try:
        file = FrameFile(path)
    except FileNotFoundError:
        missing.append(f"{visible(path)} does not exist: it needs CONFIG_PROC_PAGE_MONITOR")
        return None
    except OSError as error:
        missing.append(f"{visible(path)}: {error.strerror}; only root may read it")
        return None
    return file


_AVERAGE: Final = re.compile(rb"^CONFIG_NO_PAGE_MAPCOUNT=y$", re.MULTILINE)


@functools.cache
def counts_are_averages() -> bool | None:
    """Return whether the kernel keeps no count for each page of a large folio.

    With ``CONFIG_NO_PAGE_MAPCOUNT`` (fs/proc/internal.h) kpagecount, bit 56 of pagemap, PSS and
    USS are averages over a folio. None if the configuration of the kernel cannot be read.
    """
    for path in ("/proc/config.gz", f"/boot/config-{os.uname().release}"):
        try:
            text = Path(path).read_bytes()
        except OSError:
            continue
        try:
            text = gzip.decompress(text) if path.endswith(".gz") else text
        except (OSError, EOFError):
            continue
        if b"CONFIG_" in text:
            return _AVERAGE.search(text) is not None
    return None


_MERGING: Final = "ksm_merging_pages"
_HUGETLB: Final = re.compile(rb"^HugetlbPages:[\t ]*([0-9]+) kB$", re.MULTILINE)


def has_merged_pages(pid: int, root: str) -> bool:
    """Return whether KSM has merged pages of the process; True if the kernel does not say (5.19).

    Without ``CONFIG_KSM`` there is neither this file nor a folder of KSM in sysfs.
    """
    try:
        return int(_content(f"{root}/{pid}/{_MERGING}")) > 0
    except (OSError, ValueError):
        return Path("/sys/kernel/mm/ksm").exists() or not Path("/sys/kernel/mm").exists()


def has_hugetlb(pid: int, root: str) -> bool:
    """Return whether the process maps pages of hugetlbfs; True if ``status`` does not say (4.4)."""
    try:
        found = _HUGETLB.search(_content(f"{root}/{pid}/status"))
    except OSError:
        return True
    return found is None or int(found[1]) > 0


def _content(path: str) -> bytes:
    """Return a file of a few lines. Raises `OSError`."""
    with FileIO(path) as file:
        return file.readall()
