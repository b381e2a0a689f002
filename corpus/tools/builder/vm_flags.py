# ruff: noqa: E501 - rows of tables are read across
"""Each flag of VmFlags, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.tools.builder.making import make, newest_fields, with_lines
from corpus.tools.builder.model import Case, Vma
from corpus.tools.builder.printer import flags, lines_of

BASE_FLAGS = ("rd", "ex", "mr", "mw", "me")
"""Flags of an ordinary mapping of code. ``wr`` is on the next mapping, ``sh`` and ``ms`` on those of
``names/plain-shared``."""

FLAGS: tuple[tuple[str, str, str, str], ...] = (
    ("gd", "VM_GROWSDOWN: a stack", "3.8", ""),
    ("um", "VM_UFFD_MISSING: userfaultfd, missing pages", "4.3", ""),
    ("pf", "VM_PFNMAP: bare page frames", "3.8", ""),
    ("dw", "VM_DENYWRITE: writing to the file was denied", "3.8", "5.15"),
    ("gu", "VM_MAYBE_GUARD: guard markers", "6.19", ""),
    ("uw", "VM_UFFD_WP: userfaultfd, write protection", "4.3", ""),
    ("lo", "VM_LOCKED: locked in memory", "3.8", ""),
    ("io", "VM_IO: memory of a device", "3.8", ""),
    ("sr", "VM_SEQ_READ: read in sequence", "3.8", ""),
    ("rr", "VM_RAND_READ: read at random", "3.8", ""),
    ("dc", "VM_DONTCOPY: not copied by fork", "3.8", ""),
    ("de", "VM_DONTEXPAND: mremap cannot enlarge it", "3.8", ""),
    ("lf", "VM_LOCKONFAULT: locked when touched", "6.11", ""),
    ("ac", "VM_ACCOUNT: counted as committed", "3.8", ""),
    ("nr", "VM_NORESERVE: no swap is reserved", "3.8", ""),
    ("ht", "VM_HUGETLB: huge pages of hugetlbfs", "3.8", ""),
    ("nl", "VM_NONLINEAR: remap_file_pages()", "3.8", "4.0"),
    ("sf", "VM_SYNC: MAP_SYNC, synchronous faults", "4.15", ""),
    ("ar", "VM_ARCH_1: of one architecture", "3.8", ""),
    ("bt", "VM_ARM64_BTI: branch targets of arm64", "5.8", ""),
    ("wf", "VM_WIPEONFORK: zero in the child", "4.14", ""),
    ("dd", "VM_DONTDUMP: not in core dumps", "3.8", ""),
    ("sd", "VM_SOFTDIRTY: soft-dirty", "3.13", ""),
    ("mm", "VM_MIXEDMAP: pages and bare page frames", "3.8", ""),
    ("hg", "VM_HUGEPAGE: MADV_HUGEPAGE", "3.8", ""),
    ("nh", "VM_NOHUGEPAGE: MADV_NOHUGEPAGE", "3.8", ""),
    ("mg", "VM_MERGEABLE: KSM may merge pages", "3.8", ""),
    ("mt", "VM_MTE: memory tags of arm64", "5.10", ""),
    ("mp", "VM_MPX: tables of MPX", "3.19", "5.6"),
    ("ss", "VM_SHADOW_STACK: a shadow stack", "6.11", ""),
    ("dp", "VM_DROPPABLE: the kernel may drop its pages", "6.11", ""),
    ("ui", "VM_UFFD_MINOR: userfaultfd, minor faults", "5.13", ""),
    ("sl", "VM_SEALED: sealed by mseal", "6.11", ""),
)
"""Letters, constant and meaning, and the first and last release, in the order of the bits."""


def cases(area: Vma, follower: Vma) -> Iterator[Case]:
    """Yield *area* with one more flag than the control has."""
    for letters, meaning, since, until in FLAGS:
        fields_of = newest_fields(until)
        first, control = (
            with_lines(area, [*lines_of(area, fields_of)[:-1], flags(*words)])
            for words in ((*BASE_FLAGS, letters), BASE_FLAGS)
        )
        yield make(
            "smaps", f"flag-{letters}", f"VmFlags with {letters}. {meaning}.", [first, follower],
            source="show_smap_vma_flags(), fs/proc/task_mmu.c", since=since, until=until,
            fields_of=fields_of, kinds=("smaps",), tags=("vmflags",), feature="flag",
            control=[control, follower],
        )  # fmt: skip
