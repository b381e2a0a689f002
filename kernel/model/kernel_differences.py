"""Differences between the kernels that the model knows, as data."""

from __future__ import annotations

from attrs import evolve, frozen

# include/linux/mm.h: USHRT_MAX - MAPCOUNT_ELF_CORE_MARGIN
MAX_MAP_COUNT = 65530
# That of the releases below. arch/x86/include/asm/page_64_types.h: TASK_SIZE_MAX. It is the same
# with five levels of page tables, because addresses of more than 47 bits are given to those only
# who ask for them.
X86_64_TASK_SIZE = (1 << 47) - 4096


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

    ``merges_written_into_untouched``: ``is_mergeable_anon_vma()`` of 6.12 and older never merges
    memory that was written into a neighbour that was not. Later kernels do, unless a fork copied
    it ("mm/vma: fix incorrectly disallowed anonymous VMA merges"; seen in 6.18).

    ``heap_touches``: ``show_map_vma()`` of 6.1 prints ``[heap]`` for a mapping that only touches
    the heap (``<=``). ``vma_is_initial_heap()`` (read in 6.12) requires overlap (``<``).

    ``huge_pages``: CONFIG_TRANSPARENT_HUGEPAGE; without it ``madvise_behavior_valid()`` does not
    know the advice.

    ``stack_is_small_pages``: with huge pages, MAP_STACK sets VM_NOHUGEPAGE
    (``calc_vm_flag_bits()``, c4608d1bf7c6, 6.7).

    ``mseal``: the system call (8be7258aad44, 6.10; 64-bit machines only).

    ``droppable``: MAP_DROPPABLE (9651fcedf7b9, 6.11; 64-bit machines only).

    ``guards``: MADV_GUARD_INSTALL and MADV_GUARD_REMOVE (662df3e5c376, 6.13). 6.13 and 6.14 have
    them for private writable memory only, which the model does not know.

    ``userfault_modes``: the modes of UFFDIO_REGISTER. ``wp`` needs
    CONFIG_HAVE_ARCH_USERFAULTFD_WP, and ``minor`` CONFIG_HAVE_ARCH_USERFAULTFD_MINOR.

    ``userfault_wp_files``: CONFIG_PTE_MARKER_UFFD_WP: ``wp`` for files, too (5.19).

    ``userfault_wrong_offset``: ``userfaultfd_register()`` of 6.1 gives ``vma_merge()`` the offset
    of the mapping instead of that of the range. So a range that starts inside a mapping does not
    merge with the mapping above it. ``vma_modify_flags_uffd()`` (read in 6.12) is right.

    ``userfault_refuses_droppable``: ``vma_can_userfault()`` of 6.12 means to refuse droppable
    memory, but looks for the flag after it has removed all flags but those of userfaultfd.

    ``userfault_checks_owner``: UFFDIO_UNREGISTER of another descriptor is EINVAL; not so in 6.12.

    ``task_size``: TASK_SIZE, the end of the addresses of a process. On s390x it is the last page of
    64 bits.
    """

    labels: bool
    shmem_labels: bool
    mmap_tries_next_first: bool
    unaccounts: bool
    dontunmap_blocks_merge: bool
    merges_written_into_untouched: bool
    heap_touches: bool
    huge_pages: bool
    stack_is_small_pages: bool
    mseal: bool
    droppable: bool
    guards: bool
    userfault_modes: tuple[str, ...]
    userfault_wp_files: bool
    userfault_wrong_offset: bool
    userfault_refuses_droppable: bool
    userfault_checks_owner: bool
    task_size: int


_RELEASES = {
    "6.1": Features(
        labels=True,
        shmem_labels=False,
        mmap_tries_next_first=True,
        unaccounts=False,
        dontunmap_blocks_merge=True,
        merges_written_into_untouched=False,
        heap_touches=True,
        huge_pages=True,
        stack_is_small_pages=False,
        mseal=False,
        droppable=False,
        guards=False,
        userfault_modes=("missing", "wp", "minor"),
        userfault_wp_files=False,
        userfault_wrong_offset=True,
        userfault_refuses_droppable=False,
        userfault_checks_owner=False,
        task_size=X86_64_TASK_SIZE,
    ),
    "6.12": Features(
        labels=True,
        shmem_labels=True,
        mmap_tries_next_first=False,
        unaccounts=True,
        dontunmap_blocks_merge=False,
        merges_written_into_untouched=False,
        heap_touches=False,
        huge_pages=True,
        stack_is_small_pages=True,
        mseal=True,
        droppable=True,
        guards=False,
        userfault_modes=("missing", "wp", "minor"),
        userfault_wp_files=False,
        userfault_wrong_offset=False,
        userfault_refuses_droppable=False,
        userfault_checks_owner=False,
        task_size=X86_64_TASK_SIZE,
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
