"""`why`: how the figures of one process, which tools disagree about, lead to each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import attrs

from procmaps.errors import AccessDenied, FileMissing
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.process_snapshots import rollup, smaps
from procmaps.records.usage import Usage
from procmaps.usage.accounting import account
from procmaps.usage.process_facts import status_sizes


@attrs.frozen
class Term:
    """A figure, or the step from the figure before it to the next one.

    kind     ``figure``: what files and tools report. ``step``: what is added to reach the next
             figure, negative if it is taken away. ``apart``: memory that is in no figure above.
    value    Bytes; None if this kernel does not report it, or if it was refused.
    meaning  What it is, in one clause.
    seen     The files and tools that report a figure.
    """

    kind: Literal["figure", "step", "apart"]
    value: int | None
    meaning: str
    seen: str = ""


@attrs.frozen
class Why:
    """Figures that disagree, in an order in which each leads to the next one.

    terms    Figures and steps in turn, then what is apart. A figure and the steps after it add up
             to the next figure.
    error    Why smaps was refused, so that figures are missing; else None.
    """

    terms: tuple[Term, ...]
    error: AccessDenied | None = None


def why(pid: int, *, root: Root = "/proc") -> Why:
    """Return how the address space, VmRSS, Rss, PSS and USS of a process lead to each other.

    ``status``, ``smaps_rollup`` and ``smaps`` are read one after the other. If the process runs on
    meanwhile, the steps contain what changed. Without the right to read smaps, the figures of
    ``status`` are left, which anyone may read.

    Raises the `procmaps.LiveError` of `procmaps.smaps`, but for `AccessDenied`.
    """
    status = status_sizes(pid, root_path(root))
    whole, sums, error = Usage(), Usage(), None
    bound = 0
    try:
        total = account(smaps(pid, root=root, errors="collect"), ()).total
        sums, bound = total.usage, total.figure("pss").bound
        whole = account(rollup(pid, root=root, errors="collect"), ()).total.usage
    except AccessDenied as refused:
        error = refused
    except FileMissing:
        whole = attrs.evolve(sums)  # before 4.14
    most = "" if sums.pss is None else f", at most {bound // 1024} kB"
    figures = (
        ("", _size(status), "address space", "VmSize of status, VIRT of top, VSZ of ps"),
        (
            "not resident: never touched, freed, or swapped out",
            status.get("VmRSS"),
            "resident, by counters",
            "VmRSS of status, RES of top, RSS of ps and htop",
        ),
        (
            "counters that lag, or changed between the reads",
            sums.rss,
            "resident, by page tables",
            "Rss of smaps and smaps_rollup, RSS of smem and pmap -X",
        ),
        (
            "the share of others in pages that they map, too",
            whole.pss,
            "proportional, cut once",
            "Pss of smaps_rollup, PSS of htop and procrank",
        ),
        (
            "cut to whole kB in each mapping" + most,
            sums.pss,
            "proportional, cut in each mapping",
            "the sum of Pss over smaps, PSS of smem",
        ),
        (
            "the own share in pages that are mapped twice or more",
            sums.uss,
            "unique",
            "Private_Clean and Private_Dirty, USS of smem and procrank",
        ),
    )
    return Why((*_chain(figures), *_apart(status, sums)), error)


def _size(status: dict[str, int]) -> int | None:
    return status.get("VmSize")


def _chain(figures: tuple[tuple[str, int | None, str, str], ...]) -> Iterator[Term]:
    """Yield each figure, and before it the step that leads to it."""
    _, value, meaning, seen = figures[0]
    yield Term("figure", value, meaning, seen)
    for (_, before, _, _), (step, value, meaning, seen) in pairwise(figures):
        yield Term("step", None if before is None or value is None else value - before, step)
        yield Term("figure", value, meaning, seen)


def _apart(status: dict[str, int], sums: Usage) -> Iterator[Term]:
    """Yield the memory that no figure of the chain contains."""
    yield Term("apart", status.get("VmSwap"), "in swap, without shared memory", "VmSwap of status")
    yield Term("apart", sums.swap, "in swap, shared memory in every mapping of it", "Swap of smaps")
    yield Term("apart", sums.swap_pss, "in swap, the share of the process", "SwapPss of smaps")
    yield Term("apart", sums.hugetlb, "pages of hugetlbfs", "psutil adds the private ones to USS")
    yield Term("apart", status.get("VmPTE"), "page tables", "VmPTE of status")
