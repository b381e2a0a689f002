"""What differs between kernels, as far as the model goes: facts as data, never versions in code."""

from __future__ import annotations

from attrs import evolve, frozen

# include/linux/mm.h: USHRT_MAX - MAPCOUNT_ELF_CORE_MARGIN
MAX_MAP_COUNT = 65530


@frozen
class Features:
    """One kernel's behaviour. Each field names the function whose text decides it.

    ``labels``: CONFIG_ANON_VMA_NAME; without it ``prctl_set_vma()`` is one ``return -EINVAL``.

    ``shmem_labels``: shared memory without a linked file takes labels, too
    (``madvise_vma_anon_name()`` asks ``vma_is_anon_shmem()``; since 6.2).

    ``mmap_tries_next_first``: ``mmap_region()`` of 6.1 looks at the mapping above first and then
    asks whether the one below fits *that*; since ``vma_merge_new_range()`` (read in 6.12) the one
    below comes first. They differ only where the two carry different ``anon_vma``.

    ``unaccounts``: ``mprotect_fixup()`` of 6.12 gives memory that was never touched back to the
    commit limit (VM_ACCOUNT goes) when it stops being writable; that of 6.1 does not. Invisible in
    maps, and yet it decides whether neighbours merge.

    ``dontunmap_blocks_merge``: where MREMAP_DONTUNMAP would move untouched memory to its own edge,
    ``copy_vma()`` of 6.1 does not merge at all; that of 6.12 only not with the source.

    ``heap_touches``: ``show_map_vma()`` of 6.1 calls a mapping the heap that only touches it
    (``<=``); ``vma_is_initial_heap()`` (read in 6.12) asks for overlap (``<``).
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
    """The features of a release, with the option on or off.

    Raises ``KeyError`` with the releases there are for one whose sources were not read.
    """
    try:
        features = _RELEASES[release]
    except KeyError:
        known = ", ".join(_RELEASES)
        raise KeyError(f"the model knows no release {release!r}; it knows {known}") from None
    return features if labels else evolve(features, labels=False, shmem_labels=False)
