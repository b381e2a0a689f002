"""Naming: ``prctl_set_vma()`` (kernel/sys.c) and ``madvise_set_anon_name()`` (mm/madvise.c)."""

from __future__ import annotations

import errno

from kernel.model.errors import CallFailed
from kernel.model.madvise import update, walk_range
from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import Label, Unreadable, Vma
from procmaps.formats.labels import label_error


def prctl(
    space: AddressSpace,
    start: int,
    length: int,
    text: bytes | Unreadable | None,
    *,
    known: bool = True,
) -> None:
    """``prctl_set_vma()``: check the attribute, the pointer and the label, then the range.

    EINVAL: there is no CONFIG_ANON_VMA_NAME, or the attribute is not *known*. EFAULT: the label
    cannot be read. Then as ``name()``.
    """
    if not space.features.labels or not known:
        raise CallFailed(errno.EINVAL)
    if isinstance(text, Unreadable):
        raise CallFailed(errno.EFAULT)
    name(space, start, length, text)


def name(space: AddressSpace, start: int, length: int, text: bytes | None) -> None:
    """``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``: label a range; None clears the label.

    EINVAL comes first: there is no CONFIG_ANON_VMA_NAME, or the label or the range is invalid.
    EBADF: a file's mapping; memory before it is labelled. EAGAIN: the map-count limit. ENOMEM: a
    hole; all memory of the range is labelled:

        |--|..|--|
        name 0 6 a ENOMEM
        |aa|..|aa|

        |--|##|--|
        name 0 6 a EBADF
        |aa|##|--|

    Labels with the same text are equal, whoever set them:

        |aa|....|aa|
        mmap 2 4
        name 2 4 a
        |aaaaaaaa|

    The empty label is a label; only None clears one:

        |aaaa|
        name 0 2 -
        |--|aa|
    """
    if not space.features.labels or (text is not None and label_error(text) is not None):
        raise CallFailed(errno.EINVAL)
    label = None if text is None else Label(text)

    def visit(vma: Vma, start: int, end: int) -> Vma:
        nameable = vma.file is None or (space.features.shmem_labels and vma.file.nameless)
        if not nameable:
            raise CallFailed(errno.EBADF)
        return update(space, vma, start, end, vma.flags, label)

    walk_range(space, start, length, visit)
