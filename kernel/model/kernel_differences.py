"""Differences between the kernels that the model knows, as data."""

from __future__ import annotations

from attrs import evolve, frozen

# include/linux/mm.h: USHRT_MAX - MAPCOUNT_ELF_CORE_MARGIN
MAX_MAP_COUNT = 65530


@frozen
class Features:
    """One kernel's behaviour. Each field names the function that decides it.

    ``labels``: CONFIG_ANON_VMA_NAME; without it ``prctl_set_vma()`` is one ``return -EINVAL``.

    ``shmem_labels``: shared memory without a linked file takes labels
    (``madvise_vma_anon_name()`` calls ``vma_is_anon_shmem()``; since 6.2).

    ``mmap_tries_next_first``: ``mmap_region()`` of 6.1 tries the mapping above first, and then
    whether the mapping below fits that one. ``vma_merge_new_range()`` (read in 6.12) tries the
    mapping below first. The results differ only if the two have different ``anon_vma``.

    ``unaccounts``: ``mprotect_fixup()`` of 6.12 removes VM_ACCOUNT from untouched memory that
    becomes read-only; that of 6.1 does not. The flag is not in maps, but decides merges.

    ``dontunmap_blocks_merge``: MREMAP_DONTUNMAP may move untouched memory next to itself.
    ``copy_vma()`` of 6.1 then merges with nothing; that of 6.12 merges with all but the source.

    ``heap_touches``: ``show_map_vma()`` of 6.1 prints ``[heap]`` for a mapping that only touches
    the heap (``<=``). ``vma_is_initial_heap()`` (read in 6.12) requires overlap (``<``).
    """

    labels: bool
    shmem_labels: bool
    mmap_tries_next_first: bool
    unaccounts: bool
    dontunmap_blocks_merge: bool
    heap_touches: bool


_RELEASES = {
    "6.1": Features(
        labels=True,
        shmem_labels=False,
        mmap_tries_next_first=True,
        unaccounts=False,
        dontunmap_blocks_merge=True,
        heap_touches=True,
    ),
    "6.12": Features(
        labels=True,
        shmem_labels=True,
        mmap_tries_next_first=False,
        unaccounts=True,
        dontunmap_blocks_merge=False,
        heap_touches=False,
    ),
}
NEWEST = "6.12"
RELEASES = tuple(_RELEASES)


def of(release: str, *, labels: bool = True) -> Features:
    """Return the features of a release, with labels on or off.

    Raises ``KeyError`` with the known releases.
    """
    try:
        features = _RELEASES[release]
    except KeyError:
        known = ", ".join(_RELEASES)
        raise KeyError(f"release {release!r} is unknown to the model; known are: {known}") from None
    return features if labels else evolve(features, labels=False, shmem_labels=False)
