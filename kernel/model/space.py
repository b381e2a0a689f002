"""One address space: the system calls that make, change, split and merge mappings.

Every method follows the kernel's function of the same duty, in the order of its checks, because
what a call has done before it fails stays done. Line numbers would age; function names are given.
The pictures in the docstrings are run (see ``pictures``): a character is a page, ``.`` nothing,
``-`` memory without a label, a letter memory with that label, ``=`` read-only memory without one,
and ``|`` the border of a mapping.
"""

from __future__ import annotations

import enum
import errno
from bisect import bisect_right
from collections.abc import Callable

from attrs import define, evolve, field

from kernel.model import merging
from kernel.model.features import MAX_MAP_COUNT, Features
from kernel.model.merging import Wanted
from kernel.model.vma import ACCESS, PAGE, AnonVma, File, Flag, Label, Vma
from procmaps.formats.labels import label_error

# arch/x86/include/asm/page_64_types.h: TASK_SIZE_MAX, with four levels of page tables or five
# (addresses beyond 47 bits are only given to those who ask).
TASK_SIZE = (1 << 47) - PAGE
STACK_GUARD_GAP = 256 * PAGE  # mm/mmap.c: stack_guard_gap
_U64 = (1 << 64) - 1


class Unreadable(enum.Enum):
    """A label whose pointer leads nowhere; there is one."""

    UNREADABLE = enum.auto()


UNREADABLE = Unreadable.UNREADABLE


class Refused(Exception):
    """A system call that failed: with this errno, and perhaps half done."""

    def __init__(self, number: int) -> None:
        super().__init__(errno.errorcode[number])
        self.errno = number


def align(length: int) -> int:
    """``PAGE_ALIGN()``, in 64 bits: a length within a page of 2**64 becomes 0."""
    return (length + PAGE - 1) & _U64 & -PAGE


def _advised_end(start: int, length: int) -> int:
    """What ``do_madvise()`` and ``madvise_set_anon_name()`` check of a range; where it ends."""
    rounded = align(length)
    if start % PAGE or (length and not rounded) or start + rounded > _U64:
        raise Refused(errno.EINVAL)
    return start + rounded


# What madvise() changes: the flags that go, the flags that come (madvise_vma_behavior()).
ADVICE = {
    "normal": (Flag.RANDOM | Flag.SEQUENTIAL, Flag.NONE),
    "random": (Flag.SEQUENTIAL, Flag.RANDOM),
    "sequential": (Flag.RANDOM, Flag.SEQUENTIAL),
    "dontfork": (Flag.NONE, Flag.DONTFORK),
    "dofork": (Flag.DONTFORK, Flag.NONE),
    "dontdump": (Flag.NONE, Flag.DONTDUMP),
    "dodump": (Flag.DONTDUMP, Flag.NONE),
    "wipeonfork": (Flag.NONE, Flag.WIPEONFORK),
    "keeponfork": (Flag.WIPEONFORK, Flag.NONE),
}


@define
class Space:
    """``struct mm_struct``: mappings by address, and what is counted and remembered beside them."""

    features: Features
    vmas: list[Vma] = field(factory=list[Vma])
    limit: int = MAX_MAP_COUNT
    start_brk: int = 0
    brk: int = 0
    start_stack: int = 0

    # ---- finding ---------------------------------------------------------------------------

    def _index(self, address: int) -> int:
        """Where the first mapping that ends above the address stands, or would."""
        at = bisect_right(self.vmas, address, key=lambda vma: vma.start)
        return at - 1 if at and self.vmas[at - 1].end > address else at

    def find(self, address: int) -> Vma | None:
        """``find_vma()``: the first mapping that ends above the address."""
        at = self._index(address)
        return self.vmas[at] if at < len(self.vmas) else None

    def _around(self, start: int, end: int) -> tuple[Vma | None, Vma | None]:
        """The mappings before and after an unmapped range or a whole mapping."""
        at = bisect_right(self.vmas, start - 1, key=lambda vma: vma.start)
        before = self.vmas[at - 1] if at else None
        return before, self.find(end)

    def _add(self, vma: Vma) -> Vma:
        self.vmas.insert(bisect_right(self.vmas, vma.start, key=lambda other: other.start), vma)
        return vma

    def _remove(self, *gone: Vma) -> None:
        for vma in gone:
            del self.vmas[self._index(vma.start)]

    def _full(self) -> bool:
        """``mm->map_count >= sysctl_max_map_count``."""
        return len(self.vmas) >= self.limit

    # ---- splitting and merging -------------------------------------------------------------

    def _split(self, vma: Vma, at: int) -> Vma:
        """``__split_vma()``: the mapping ends at the address; what is above is a new one.

        Both halves point to the same label: splitting copies none.
        """
        above = evolve(vma, start=at, offset=vma.offset_at(at))
        vma.end = at
        return self._add(above)

    def _split_counted(self, vma: Vma, at: int) -> Vma:
        """``split_vma()``: the same, within the limit."""
        if self._full():
            raise Refused(errno.ENOMEM)
        return self._split(vma, at)

    def _merge_existing(self, vma: Vma, wanted: Wanted) -> Vma | None:
        """``vma_merge_existing_range()``, ``vma_merge()``: a changed range joins its neighbours.

        Only a range that begins or ends its mapping has neighbours to join. A whole mapping
        joins both of them:

            |aa|--|aa|
            name 2 2 a
            |aaaaaa|

        the one below, or the one above:

            |aa|--|bb|
            name 2 2 a
            |aaaa|bb|

            |aa|--|bb|
            name 2 2 b
            |aa|bbbb|

        A part joins the one that it touches, and the rest stays:

            |aa|----|
            name 2 2 a
            |aaaa|--|

            |----|bb|
            name 2 2 b
            |--|bbbb|

        Neighbours that were written, each for itself, have an ``anon_vma`` each: they join what
        was not, but no longer one another, and the one below comes first:

            |--|aa|--|
            touch 0 2
            touch 4 2
            name 2 2 -
            |----|--|

        A part in the middle touches none:

            |aa|------|aa|
            name 4 2 a
            |aa|--|aa|--|aa|

        Labels do not count as the same for lying in the same place: a different one keeps apart
        what would merge without.

            |aa|bb|
            name 0 4 -
            |----|
        """
        start, end = wanted.start, wanted.end
        whole = start == vma.start and end == vma.end
        before, after = self._around(vma.start, vma.end)
        left = start == vma.start and merging.below(before, wanted)
        right = end == vma.end and merging.above(after, wanted)
        if left and right and before and after:
            right = merging.same_anon(before.anon, after.anon, None)
        if left and before:
            if right and after:
                before.end = after.end
                merging.take_anon(before, after, vma)
                self._remove(vma, after)
                return before
            before.end = end
            merging.take_anon(before, vma)
            if whole:
                self._remove(vma)
            else:
                vma.start, vma.offset = end, vma.offset_at(end)
            return before
        if right and after:
            merging.take_anon(after, vma)
            if whole:
                self._remove(vma)
            else:
                vma.end = start
            after.start, after.offset = start, wanted.offset
            return after
        return None

    def _merge_new(
        self, before: Vma | None, after: Vma | None, wanted: Wanted, *, after_first: bool = False
    ) -> Vma | None:
        """``vma_merge_new_range()``: a new range joins its neighbours, or fills the gap whole.

        ``after_first``: as ``mmap_region()`` of 6.1 has it, see ``Features``.
        """
        if after_first:
            right = merging.above(after, wanted)
            anon = after.anon if right and after else None
            left = merging.below(before, evolve(wanted, anon=anon))
        else:
            left = merging.below(before, wanted)
            right = merging.above(after, wanted)
            if left and right and before and after:
                right = merging.same_anon(before.anon, after.anon, None)
        if left and before:
            before.end = wanted.end
            if right and after:
                before.end = after.end
                merging.take_anon(before, after)
                self._remove(after)
            return before
        if right and after:
            after.start, after.offset = wanted.start, wanted.offset
            return after
        return None

    def _modify(self, vma: Vma, start: int, end: int, flags: Flag, label: Label | None) -> Vma:
        """``vma_modify()``: give a range within one mapping new properties.

            |------|
            name 2 2 a
            |--|aa|--|

            |------|
            mprotect 4 2 r
            |----|==|

        Where the limit allows one split and not the other, the first stays split, with its old
        properties.
        """
        text = None if label is None else label.text
        wanted = Wanted(start, end, flags, vma.offset_at(start), vma.file, text, vma.anon)
        if merged := self._merge_existing(vma, wanted):
            return merged
        if vma.start < start:
            vma = self._split_counted(vma, start)
        if vma.end > end:
            self._split_counted(vma, end)
        return vma

    # ---- mmap, munmap ----------------------------------------------------------------------

    def _unmap(self, start: int, end: int) -> None:
        """``vms_gather_munmap_vmas()``, ``do_mas_align_munmap()``."""
        first = self.find(start)
        if first is None or first.start >= end:
            return
        if start > first.start:
            # Only a hole in the middle needs one more mapping in the end.
            if end < first.end and self._full():
                raise Refused(errno.ENOMEM)
            self._split(first, start)
        low = self._index(start)
        last = self.vmas[self._index(end - 1)] if self._index(end - 1) < len(self.vmas) else None
        if last is not None and last.start < end < last.end:
            self._split(last, end)
        high = self._index(end)
        del self.vmas[low:high]

    def munmap(self, start: int, length: int) -> None:
        """Unmap a range; EINVAL for an unaligned or empty one, ENOMEM at the limit.

            |aaaaaa|
            munmap 2 2
            |aa|..|aa|

        Either end of a mapping, and parts of several:

            |aaaa|
            munmap 0 2
            ..|aa|

            |aaaa|--|bbbb|
            munmap 2 6
            |aa|......|bb|
        """
        if start % PAGE or start > TASK_SIZE or length > TASK_SIZE - start or not length:
            raise Refused(errno.EINVAL)
        self._unmap(start, start + align(length))

    def mmap(
        self,
        start: int,
        length: int,
        flags: Flag,
        file: File | None = None,
        offset: int = 0,
        *,
        replace: bool = True,
    ) -> int:
        """Map memory at a fixed address; *offset* in bytes. Not *replace*: MAP_FIXED_NOREPLACE.

        New memory has no label, and so does not join what has one:

            |aa|..|aa|
            mmap 2 2
            |aa|--|aa|

            |--|..|--|
            mmap 2 2
            |------|

            |--|..|aa|
            mmap 2 2
            |----|aa|

            |aa|..|--|
            mmap 2 2
            |aa|----|

        What lay there is gone, and a mapping around it in two:

            |aaaaaa|
            mmap 2 2
            |aa|--|aa|

        Shared anonymous memory is a file of its own each time, and joins nothing.
        """
        if offset % PAGE or not length:
            raise Refused(errno.EINVAL)
        length = align(length)
        if not length or len(self.vmas) > self.limit:
            raise Refused(errno.ENOMEM)
        if length > TASK_SIZE or start > TASK_SIZE - length:
            raise Refused(errno.ENOMEM)
        if start % PAGE:
            raise Refused(errno.EINVAL)
        end = start + length
        above = self.find(start)
        if not replace and above is not None and above.start < end:
            raise Refused(errno.EEXIST)
        self._unmap(start, end)
        # accountable_mapping()
        if flags & (Flag.NORESERVE | Flag.SHARED | Flag.WRITE) == Flag.WRITE:
            flags |= Flag.ACCOUNT
        first_page = offset // PAGE if file else start // PAGE
        if file is None and flags & Flag.SHARED:
            first_page = 0
        wanted = Wanted(start, end, flags, first_page, file, None, None)
        before, after = self._around(start, end)
        after_first = self.features.mmap_tries_next_first
        if not self._merge_new(before, after, wanted, after_first=after_first):
            if file is None and flags & Flag.SHARED:
                # shmem_zero_setup()
                file = File(b"/dev/zero", nameless=True, length=length)
            self._add(Vma(start, end, flags, first_page, file))
        return start

    # ---- mprotect --------------------------------------------------------------------------

    def mprotect(self, start: int, length: int, access: Flag) -> None:
        """Change the permissions of a range; ENOMEM at a hole, with what came before changed.

            |aaaa|
            mprotect 0 2 r
            |AA|aa|

        (``A`` is read-only memory with the label ``a``.) The label stays, and so two halves find
        each other again:

            |AA|aa|
            mprotect 0 2 rw
            |aaaa|

        and so do neighbours of which each had a part changed:

            |aaaa|bbbb|
            mprotect 2 4 r
            |aa|AA|BB|bb|
        """
        if start % PAGE:
            raise Refused(errno.EINVAL)
        if not length:
            return
        end = (start + align(length)) & _U64
        if end <= start:
            raise Refused(errno.ENOMEM)
        vma = self.find(start)
        if vma is None or vma.start > start:
            raise Refused(errno.ENOMEM)
        while True:
            stop = min(vma.end, end)
            vma = self._protect(vma, start, stop, access)
            start = max(stop, vma.end)
            if start >= end:
                return
            above = self.find(vma.end)
            if above is None or above.start != start:
                raise Refused(errno.ENOMEM)
            vma = above

    def _protect(self, vma: Vma, start: int, end: int, access: Flag) -> Vma:
        """``mprotect_fixup()``."""
        flags = vma.flags & ~ACCESS | access
        if flags == vma.flags:
            return vma
        if flags & Flag.WRITE:
            counted = Flag.ACCOUNT | Flag.WRITE | Flag.SHARED | Flag.NORESERVE
            if not vma.flags & counted:
                flags |= Flag.ACCOUNT
        elif self.features.unaccounts and vma.file is None and vma.anon is None:
            flags &= ~Flag.ACCOUNT
        vma = self._modify(vma, start, end, flags, vma.label)
        vma.flags = flags
        return vma

    # ---- madvise and labels ----------------------------------------------------------------

    def _walk(self, start: int, length: int, visit: Callable[[Vma, int, int], Vma]) -> None:
        """``madvise_walk_vmas()``: holes are stepped over, and ENOMEM in the end."""
        end = _advised_end(start, length)
        if end == start:
            return
        holes = False
        vma = self.find(start)
        while True:
            if vma is None:
                raise Refused(errno.ENOMEM)
            if start < vma.start:
                holes = True
                start = vma.start
                if start >= end:
                    break
            stop = min(vma.end, end)
            try:
                changed = visit(vma, start, stop)
            except Refused as refused:
                # "kernel resources, such as slab, are temporarily unavailable"
                raise Refused(
                    errno.EAGAIN if refused.errno == errno.ENOMEM else refused.errno
                ) from None
            start = max(stop, changed.end)
            if start >= end:
                break
            vma = self.find(changed.end)
        if holes:
            raise Refused(errno.ENOMEM)

    def _update(self, vma: Vma, start: int, end: int, flags: Flag, label: Label | None) -> Vma:
        """``madvise_update_vma()``."""
        text = None if label is None else label.text
        if flags == vma.flags and text == vma.text:
            return vma
        vma = self._modify(vma, start, end, flags, label)
        vma.flags = flags
        # replace_anon_vma_name(): an equal label stays the object that it was
        if text != vma.text:
            vma.label = label
        return vma

    def madvise(self, start: int, length: int, advice: str) -> None:
        """Advice that becomes a flag, by its word in ``ADVICE``.

        |aaaa|
        madvise 2 2 dontdump
        |aa|aa|

        |aaaa|
        madvise 2 2 dontdump
        madvise 0 2 dontdump
        |aaaa|
        """
        gone, come = ADVICE[advice]

        def visit(vma: Vma, start: int, end: int) -> Vma:
            if advice == "wipeonfork" and (vma.file or vma.flags & Flag.SHARED):
                raise Refused(errno.EINVAL)
            if advice == "dodump" and vma.flags & Flag.SPECIAL:
                raise Refused(errno.EINVAL)
            return self._update(vma, start, end, vma.flags & ~gone | come, vma.label)

        self._walk(start, length, visit)

    def prctl(
        self, start: int, length: int, text: bytes | Unreadable | None, *, known: bool = True
    ) -> None:
        """``prctl_set_vma()``: EINVAL for every call without CONFIG_ANON_VMA_NAME.

        With it for an attribute that is not *known*; then EFAULT where the label cannot be read,
        EINVAL for one that may not be, and only then the range is looked at.
        """
        if not self.features.labels or not known:
            raise Refused(errno.EINVAL)
        if isinstance(text, Unreadable):
            raise Refused(errno.EFAULT)
        self.name(start, length, text)

    def name(self, start: int, length: int, text: bytes | None) -> None:
        """``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``: label a range, or with None clear it.

        Refused before anything else: every call without CONFIG_ANON_VMA_NAME, and a label that
        ``prctl_set_vma()`` does not take. Then EINVAL for the range, EBADF at a file's mapping
        (what came before it is labelled), EAGAIN at the limit, ENOMEM in the end if there was a
        hole (everything is labelled):

            |--|..|--|
            name 0 6 a ENOMEM
            |aa|..|aa|

            |--|##|--|
            name 0 6 a EBADF
            |aa|##|--|

        A label of the same text is the same label, wherever it came from:

            |aa|....|aa|
            mmap 2 4
            name 2 4 a
            |aaaaaaaa|

        The empty label is one; a label is taken off by None alone:

            |aaaa|
            name 0 2 -
            |--|aa|
        """
        if not self.features.labels or (text is not None and label_error(text) is not None):
            raise Refused(errno.EINVAL)
        label = None if text is None else Label(text)

        def visit(vma: Vma, start: int, end: int) -> Vma:
            nameable = vma.file is None or (self.features.shmem_labels and vma.file.nameless)
            if not nameable:
                raise Refused(errno.EBADF)
            return self._update(vma, start, end, vma.flags, label)

        self._walk(start, length, visit)

    # ---- mremap ----------------------------------------------------------------------------

    def mremap(
        self,
        start: int,
        length: int,
        new_length: int,
        to: int | None = None,
        *,
        keep: bool = False,
    ) -> int:
        """Shrink or grow a mapping in place, or with *to* move it there (MREMAP_FIXED).

        *keep*: MREMAP_DONTUNMAP. The label moves along:

            |aaaa|....|
            mremap 2 2 2 6
            |aa|....|aa|

        and memory that was never touched joins what it comes to lie beside, label and all:

            |aa|--|..|aa|
            mremap 0 2 2 4
            ..|--|aaaa|

        or what was left of the mapping that it came from:

            |aaaaaa|..|
            mremap 2 2 2 6
            |aa|..|aaaa|

        In place:

            |aa|..|--|
            mremap 0 2 4
            |aaaa|--|

            |aaaa|
            mremap 0 4 2
            |aa|

        With MREMAP_DONTUNMAP (``keep``) the source stays, label and all:

            |aa|....|
            mremap 0 2 2 4 keep
            |aa|..|aa|
        """
        if keep and (to is None or length != new_length):
            raise Refused(errno.EINVAL)
        if start % PAGE:
            raise Refused(errno.EINVAL)
        length, new_length = align(length), align(new_length)
        if not new_length:
            raise Refused(errno.EINVAL)
        vma = self.find(start)
        if vma is None or vma.start > start:
            raise Refused(errno.EFAULT)
        if to is not None:
            return self._move_to(start, length, new_length, to, keep=keep)
        if length >= new_length:
            if length > new_length:
                self.munmap(start + new_length, length - new_length)
            return start
        vma = self._resizable(start, length, new_length)
        end = vma.end + new_length - length
        above = self.find(vma.end)
        if length != vma.end - start or (above is not None and above.start < end):
            raise Refused(errno.ENOMEM)
        offset = vma.offset + vma.pages
        wanted = Wanted(vma.end, end, vma.flags, offset, vma.file, vma.text, vma.anon)
        if not self._merge_new(vma, above, wanted):
            raise Refused(errno.ENOMEM)
        return start

    def _resizable(self, start: int, length: int, new_length: int) -> Vma:
        """``vma_to_resize()``. Without a length, shared memory is mapped a second time."""
        vma = self.find(start)
        if vma is None or vma.start > start:
            raise Refused(errno.EFAULT)
        if not length and not vma.flags & Flag.SHARED:
            raise Refused(errno.EINVAL)
        if length > vma.end - start:
            raise Refused(errno.EFAULT)
        if vma.offset_at(start) + new_length // PAGE > _U64:
            raise Refused(errno.EINVAL)
        return vma

    def _move_to(self, start: int, length: int, new_length: int, to: int, *, keep: bool) -> int:
        """``mremap_to()``: what lay at the new place is gone even if the move then fails."""
        if to % PAGE or new_length > TASK_SIZE or to > TASK_SIZE - new_length:
            raise Refused(errno.EINVAL)
        # The kernel's sum wraps: a length near 2**64 passes for one that does not overlap.
        if (start + length) & _U64 > to and to + new_length > start:
            raise Refused(errno.EINVAL)
        if len(self.vmas) + 2 >= self.limit - 3:
            raise Refused(errno.ENOMEM)
        self.munmap(to, new_length)
        if length > new_length:
            self.munmap(start + new_length, length - new_length)
            length = new_length
        vma = self._resizable(start, length, new_length)
        # move_vma()
        if len(self.vmas) >= self.limit - 3:
            raise Refused(errno.ENOMEM)
        vma = self._copy(vma, start, to, new_length, keep=keep)
        if keep:
            if vma.start == start and vma.end == start + length:
                vma.anon, vma.chain = None, 0
                if vma.file is None:
                    vma.offset = vma.start // PAGE
        elif length:
            # The limit cannot stand in the way: four mappings were kept free for this.
            self._unmap(start, start + length)
        return to

    def _copy(self, vma: Vma, start: int, to: int, length: int, *, keep: bool) -> Vma:
        """``copy_vma()``: the mapping at the new place. Returns the source, which may have grown.

        Memory never touched gets the offset of its new place, and may so join its own source.
        """
        offset, fresh = vma.offset_at(start), vma.file is None and vma.anon is None
        if fresh:
            offset = to // PAGE
        end = to + length
        wanted = Wanted(to, end, vma.flags, offset, vma.file, vma.text, vma.anon)
        before, after = self._around(to, end)
        mergeable = True
        if fresh and keep:
            if self.features.dontunmap_blocks_merge:
                mergeable = to != vma.end and vma.start != end
            before = None if before is vma else before
            after = None if after is vma else after
        merged = self._merge_new(before, after, wanted) if mergeable else None
        if merged is None:
            self._add(evolve(vma, start=to, end=end, offset=offset))
        elif merged.start <= vma.start < merged.end:
            return merged
        return vma

    # ---- the heap --------------------------------------------------------------------------

    def set_brk(self, value: int) -> int:
        """``brk()``: never an errno; what it returns is the break in force."""
        if value < self.start_brk or value > TASK_SIZE:
            return self.brk
        old, new = align(self.brk), align(value)
        if new < old:
            vma = self.find(new)
            if vma is None or vma.start >= old:
                return self.brk
            try:
                self._unmap(new, old)
            except Refused:
                return self.brk
        elif new > old and not self._grow_heap(old, new):
            return self.brk
        self.brk = value
        return value

    def _grow_heap(self, old: int, new: int) -> bool:
        """``do_brk_flags()`` and the checks before it."""
        above = self.find(old)
        if above is not None:
            gap = STACK_GUARD_GAP if above.flags & Flag.GROWSDOWN else 0
            if new + PAGE > above.start - gap:
                return False
        if len(self.vmas) > self.limit:
            return False
        flags = Flag.READ | Flag.WRITE | Flag.ACCOUNT
        wanted = Wanted(old, new, flags, old // PAGE, None, None, None)
        before, _ = self._around(old, new)
        if before is not None and before.end > self.start_brk and merging.below(before, wanted):
            before.end = new
        else:
            self._add(Vma(old, new, flags, old // PAGE))
        return True

    # ---- writing, forking ------------------------------------------------------------------

    def touch(self, start: int, length: int) -> int:
        """Write to every page; EFAULT at the first that cannot be written. Returns the length.

        Only what the write does to the mapping counts: private memory gets its anon_vma
        (``__anon_vma_prepare()``, ``find_mergeable_anon_vma()``).
        """
        for page in range(start, start + length, PAGE):
            vma = self.find(page)
            if vma is None or vma.start > page or not vma.flags & Flag.WRITE:
                raise Refused(errno.EFAULT)
            if not vma.flags & Flag.SHARED and vma.anon is None:
                before, after = self._around(vma.start, vma.end)
                found = merging.reusable_anon(vma, after) or merging.reusable_anon(vma, before)
                vma.anon, vma.chain = found or AnonVma(), 1
            # A mapping may have outgrown its file; do_cow_fault() finds that out last.
            if vma.file is not None and vma.offset_at(page) * PAGE >= vma.file.length:
                raise Refused(errno.EFAULT)
        return length

    def fork(self) -> Space:
        """``dup_mmap()``: a child's space. Labels are shared, not copied."""
        child = evolve(self, vmas=[])
        for vma in self.vmas:
            if vma.flags & Flag.DONTFORK:
                continue
            anon, chain = (AnonVma(), vma.chain + 1) if vma.anon is not None else (None, 0)
            if vma.flags & Flag.WIPEONFORK:
                anon, chain = None, 0
            child.vmas.append(evolve(vma, anon=anon, chain=chain))
        return child
