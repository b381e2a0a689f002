"""What the kernel charges to a control group, by both versions of the interface."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs

from procmaps._arguments import StrOrBytesPath, as_path


@attrs.frozen
class _Version:
    """The files and words of one version of the interface.

    total    The file with everything that is charged.
    swap     The file with swap; version 1 has memory and swap in one.
    anon     The word of memory.stat for anonymous memory, without shared memory.
    cache    The word for the page cache, with shared memory.
    shmem    The word for shared memory.
    idle     The word for page cache that was not used lately.
    """

    total: str
    swap: str
    anon: str
    cache: str
    shmem: str
    idle: str


_VERSIONS: Final = (
    # memory_stats[] and memory_files[] in mm/memcontrol.c
    _Version("memory.current", "memory.swap.current", "anon", "file", "shmem", "inactive_file"),
    # mem_cgroup_legacy_files[] and memcg_stat_show(), now mm/memcontrol-v1.c. Only the words with
    # total_ include the groups below.
    _Version(
        "memory.usage_in_bytes", "", "total_rss", "total_cache", "total_shmem",
        "total_inactive_file",
    ),
)  # fmt: skip

KERNEL_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {"kernel_stack": "kernel stacks", "pagetables": "page tables", "slab": "slab"}
)
"""Parts of the kernel's own memory in ``memory.stat``, and what they are."""

_OTHER_PARTS: Final = ("percpu", "sec_pagetables")


@attrs.frozen
class Charges:
    """What is charged to a control group and those below it, in bytes. None: not reported.

    total    Everything.
    anon     Anonymous memory.
    file     Page cache of files, mapped or not.
    shmem    Shared memory: tmpfs, memfd, SysV.
    kernel   The kernel's own memory by kind; the rest of it is ``"other kernel memory"``.
    sock     Buffers of sockets.
    swap     Swap.
    idle     Page cache that was not used lately, a part of ``file``.
    """

    total: int
    anon: int
    file: int
    shmem: int
    kernel: dict[str, int]
    sock: int | None
    swap: int | None
    idle: int | None


def charges(path: StrOrBytesPath) -> Charges:
    """Return what is charged to the control group with the folder *path*.

    Raises `OSError` if it has no memory controller, or may not be read.
    """
    folder = as_path(path)
    version = next((each for each in _VERSIONS if (folder / each.total).exists()), None)
    if version is None:
        # Opening the file gives the error that says which one is missing.
        (folder / _VERSIONS[0].total).read_bytes()
        raise FileNotFoundError(os.fspath(folder))
    stat = _stat(folder)
    return Charges(
        total=int((folder / version.total).read_bytes()),
        anon=stat[version.anon],
        file=stat[version.cache] - stat.get(version.shmem, 0),
        shmem=stat.get(version.shmem, 0),
        kernel=_kernel(folder, stat),
        sock=stat.get("sock"),
        swap=_number(folder / version.swap) if version.swap else stat.get("total_swap"),
        idle=stat.get(version.idle),
    )


def _stat(folder: Path) -> dict[str, int]:
    lines = (line.split(b" ") for line in (folder / "memory.stat").read_bytes().splitlines())
    return {words[0].decode("ascii"): int(words[1]) for words in lines}


def _kernel(folder: Path, stat: dict[str, int]) -> dict[str, int]:
    parts = {meaning: stat[word] for word, meaning in KERNEL_PARTS.items() if word in stat}
    whole = stat.get("kernel")  # since 5.18
    if whole is None and not parts:
        whole = _number(folder / "memory.kmem.usage_in_bytes")
    others = (
        sum(stat.get(word, 0) for word in _OTHER_PARTS)
        if whole is None
        else max(0, whole - sum(parts.values()))
    )
    return {**parts, "other kernel memory": others}


def _number(file: Path) -> int | None:
    """Return the number in *file*; None if this kernel has no such file."""
    try:
        return int(file.read_bytes())
    except FileNotFoundError:
        return None
