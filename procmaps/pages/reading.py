"""`read_pages`: the pages of one process."""

from __future__ import annotations

import os

from procmaps._arguments import as_count
from procmaps.live.proc_file_path import ROOT, Pid, Root, root_path
from procmaps.live.process_snapshots import RETRIES
from procmaps.pages.backing import ByFrames
from procmaps.pages.frame_counts import FrameCounts, NoFrames
from procmaps.pages.probing import Tier, probe
from procmaps.pages.reader import FinishedSink, Reader
from procmaps.pages.results import Pages, settle
from procmaps.pages.sums import PageSums


def read_pages(
    pid: Pid = "self",
    *,
    tier: Tier | None = None,
    every_frame: bool = False,
    root: Root = ROOT,
    retries: int = RETRIES,
) -> Pages:
    """Count the pages of a process: unique, shared, copied, zero, merged, huge, swapped.

    As root, the frames of pages are looked at, but only of those that pagemap does not say to be
    mapped once; smaps is not read, which would hold the lock of the process for long. Without that
    right, smaps and pagemap give most of the figures. `Pages.tier` says which, `Pages.missing` why.

    *tier* ``"entries"`` does without frames in any case. *every_frame* looks at each frame, which
    takes several times as long: only so, the figure ``large`` is known.

    If mappings came or went meanwhile, the process is read again, at most *retries* times.

    Raises what `procmaps.maps` does for *pid*, *root* and *retries*, `procmaps.ReadFailed` for a
    frame that cannot be read, and `ValueError` for another *tier*; see `read_machine` for
    ``"machine"``.
    """
    if tier not in (None, "entries", "frames"):
        raise ValueError(f'tier must be "entries", "frames" or None, not {tier!r}')
    as_count("retries", retries, least=0)
    folder = root_path(root)
    number = os.getpid() if pid == "self" else pid
    with probe(folder, wanted=tier or "frames") as kernel:
        kinds = None if kernel.flags is None else ByFrames(kernel.flags)
        reader = Reader(number, folder, kernel, kinds, every_frame)

        def take(sums: list[PageSums], by_flag: bool) -> FinishedSink:  # noqa: FBT001 - `Taking`
            if kernel.counts is None or kernel.flags is None:
                return NoFrames()
            return FrameCounts(sums, kernel.counts, kernel.flags, by_flag, every_frame)

        found = reader.once(take)
        while found.torn and found.retries < retries:
            found = reader.once(take, found.retries + 1)
    settle(found)
    return found
