"""Rules of the model that diagrams cannot show: errnos, shared labels, the limit, fork."""

from __future__ import annotations

import errno

import pytest
from attrs import evolve

from kernel.lab.scenario_builder import BASE
from kernel.model import as_records, kernel_differences
from kernel.model.errors import CallFailed
from kernel.model.space import Space
from kernel.model.vma import PAGE, UFFD, UNREADABLE, File, Flag, Unreadable, Userfault, Vma
from procmaps.producers import rendering

RW = Flag.READ | Flag.WRITE
MEMFD = File(b"/memfd:x", nameless=True, length=PAGE)
LINKED = File(b"/t/file", nameless=False, length=PAGE)


def space(release: str = "6.12", *, labels: bool = True, pages: int = 8) -> Space:
    made = Space(kernel_differences.of(release, labels=labels))
    if pages:
        made.mmap(BASE, pages * PAGE, RW)
    return made


def errno_of(made: Space, start: int, length: int, text: bytes | None) -> str:
    try:
        made.name(start, length, text)
    except CallFailed as failure:
        return str(failure)
    return "0"


def test_mappings_of_the_kernel_are_not_split() -> None:
    made = space()
    vvar = Vma(BASE + 8 * PAGE, BASE + 10 * PAGE, Flag.READ | Flag.SPECIAL, 0)
    made.add(vvar)
    assert errno_of(made, BASE + 7 * PAGE, 2 * PAGE, b"a") == "EINVAL"
    # The memory before it got the label, and the whole of it may get one.
    assert [vma.text for vma in made.vmas] == [None, b"a", None]
    assert errno_of(made, BASE + 8 * PAGE, 2 * PAGE, b"a") == "0"
    assert vvar.text == b"a"
    with pytest.raises(CallFailed, match="EINVAL"):
        made.munmap(BASE + 9 * PAGE, PAGE)
    made.munmap(BASE + 8 * PAGE, 2 * PAGE)
    assert len(made.vmas) == 2
    made.add(evolve(vvar, label=None))
    made.limit = 3
    assert errno_of(made, BASE + 8 * PAGE, PAGE, b"a") == "EAGAIN"


@pytest.mark.parametrize(
    ("start", "length", "text", "expected"),
    [
        (BASE, PAGE, b"a", "0"),
        (BASE, 1, b"a", "0"),
        (BASE, 0, b"a", "0"),
        (BASE, PAGE, b"", "0"),
        (BASE, PAGE, None, "0"),
        (BASE, PAGE, b"x" * 79, "0"),
        (BASE, PAGE, b"x" * 80, "EINVAL"),
        (BASE, PAGE, b"a]", "EINVAL"),
        (BASE, PAGE, b"\xff", "EINVAL"),
        (BASE + 1, PAGE, b"a", "EINVAL"),
        (BASE, 2**64 - 1, b"a", "EINVAL"),
        (BASE, 2**64 - PAGE, b"a", "EINVAL"),
        (BASE, 9 * PAGE, b"a", "ENOMEM"),
        (BASE - PAGE, 2 * PAGE, b"a", "ENOMEM"),
        # the label is checked before the range
        (BASE + 1, 0, b"a]", "EINVAL"),
        (BASE - PAGE, 0, b"a]", "EINVAL"),
    ],
)
def test_errnos_of_naming(start: int, length: int, text: bytes | None, expected: str) -> None:
    assert errno_of(space(), start, length, text) == expected


@pytest.mark.parametrize(
    ("start", "text", "known", "expected"),
    [
        (BASE, b"a", True, "0"),
        (BASE, UNREADABLE, True, "EFAULT"),
        (BASE + 1, UNREADABLE, True, "EFAULT"),
        (BASE, b"a", False, "EINVAL"),
        (BASE, UNREADABLE, False, "EINVAL"),
    ],
)
def test_checks_attribute_then_pointer_then_label_then_range(
    start: int, text: bytes | Unreadable, *, known: bool, expected: str
) -> None:
    try:
        space().prctl(start, PAGE, text, known=known)
        got = "0"
    except CallFailed as failure:
        got = str(failure)
    assert got == expected


@pytest.mark.parametrize("text", [b"a", b"", None])
@pytest.mark.parametrize("length", [0, PAGE])
def test_all_calls_fail_without_the_option(text: bytes | None, length: int) -> None:
    assert errno_of(space(labels=False), BASE, length, text) == "EINVAL"


@pytest.mark.parametrize(
    ("release", "file", "shared", "expected"),
    [
        ("6.1", MEMFD, True, "EBADF"),
        ("6.12", MEMFD, True, "0"),
        ("6.12", MEMFD, False, "0"),
        ("6.12", LINKED, True, "EBADF"),
        ("6.1", None, True, "EBADF"),
        ("6.12", None, True, "0"),
        ("6.1", None, False, "0"),
    ],
)
def test_nameable_memory(release: str, file: File | None, *, shared: bool, expected: str) -> None:
    made = space(release, pages=0)
    made.mmap(BASE, PAGE, RW | Flag.SHARED if shared else RW, file)
    assert errno_of(made, BASE, PAGE, b"a") == expected


def test_split_and_fork_share_a_label() -> None:
    made = space()
    made.name(BASE, 8 * PAGE, b"a")
    made.munmap(BASE + 2 * PAGE, PAGE)
    child = made.fork()
    (label,) = {vma.label for vma in (*made.vmas, *child.vmas)}
    assert label is not None
    assert label.text == b"a"
    assert len(made.vmas) + len(child.vmas) == 4


def test_child_does_not_change_its_parent() -> None:
    made = space()
    made.name(BASE, 8 * PAGE, b"a")
    child = made.fork()
    child.name(BASE, PAGE, b"b")
    assert [vma.text for vma in made.vmas] == [b"a"]
    assert [vma.text for vma in child.vmas] == [b"b", b"a"]


def test_child_does_not_merge_with_memory_that_its_parent_wrote() -> None:
    """is_mergeable_anon_vma(): a chain of two does not merge with untouched memory."""

    def beside(made: Space) -> int:
        made.mmap(BASE + 8 * PAGE, PAGE, RW)
        return len(made.vmas)

    made = space()
    made.touch(BASE, PAGE)
    assert beside(made.fork()) == 2
    assert beside(made) == 1


def test_naming_at_the_limit_leaves_one_split() -> None:
    made = space(pages=16)
    made.limit = 4
    made.name(BASE + PAGE, PAGE, b"a")
    with pytest.raises(CallFailed) as caught:
        made.name(BASE + 4 * PAGE, PAGE, b"b")
    assert caught.value.errno == errno.EAGAIN
    # one of the two splits was within the limit, and remains
    assert [(vma.pages, vma.text) for vma in made.vmas] == [
        (1, None),
        (1, b"a"),
        (2, None),
        (12, None),
    ]


def test_heap_hides_its_label_and_grows_by_a_new_mapping() -> None:
    made = Space(kernel_differences.of("6.12"), start_brk=BASE, brk=BASE)
    made.set_brk(BASE + 2 * PAGE)
    made.name(BASE, 2 * PAGE, b"mine")
    made.set_brk(BASE + 3 * PAGE)
    assert rendering.render(as_records.mappings(made, {}), "linux-6.12") == (
        b"20000000-20002000 rw-p 00000000 00:00 0                                  [heap]\n"
        b"20002000-20003000 rw-p 00000000 00:00 0                                  [heap]\n"
    )
    assert [vma.text for vma in made.vmas] == [b"mine", None]


def test_label_on_shared_memory_replaces_its_path() -> None:
    made = space(pages=0)
    made.mmap(BASE, PAGE, RW | Flag.SHARED, MEMFD)
    inodes = {MEMFD: (0, 1, 7)}
    before = rendering.render(as_records.mappings(made, inodes), "linux-6.12")
    made.name(BASE, PAGE, b"a")
    after = rendering.render(as_records.mappings(made, inodes), "linux-6.12")
    line = b"20000000-20001000 rw-s 00000000 00:01 7                                  "
    assert before == line + b"/memfd:x (deleted)\n"
    assert after == line + b"[anon_shmem:a]\n"


def test_shared_memory_ends_with_its_file() -> None:
    made = space(pages=0)
    made.mmap(BASE, PAGE, RW | Flag.SHARED)
    assert made.touch(BASE, PAGE) == PAGE
    made.mremap(BASE, PAGE, 2 * PAGE)
    with pytest.raises(CallFailed) as caught:
        made.touch(BASE, 2 * PAGE)
    assert caught.value.errno == errno.EFAULT


def touched(made: Space, page: int) -> bool:
    try:
        made.touch(BASE + page * PAGE, PAGE)
    except CallFailed:
        return False
    return True


FIRST, SECOND = Userfault(), Userfault()


@pytest.mark.parametrize(
    ("modes", "expected"),
    [(Flag.UFFD_MISSING, [True, True, False]), (Flag.UFFD_MINOR, [True, False, True])],
)
def test_registered_pages_of_a_file(modes: Flag, expected: list[bool]) -> None:
    """shmem_get_folio_gfp(): missing waits for pages that the file lacks, minor for the others.

    The first page is in the page table, the second only in the file, the third in neither.
    """
    made = space(pages=0)
    file = File(b"/memfd:x", nameless=True, length=4 * PAGE)
    for page in (0, 8):
        made.mmap(BASE + page * PAGE, 3 * PAGE, RW | Flag.SHARED, file)
    assert touched(made, 0)
    assert touched(made, 9)
    made.register_userfault(BASE, 3 * PAGE, modes, FIRST)
    assert [touched(made, page) for page in range(3)] == expected


def test_registered_memory_of_a_child_is_that_of_its_parent() -> None:
    made = space()
    made.register_userfault(BASE, 2 * PAGE, Flag.UFFD_MISSING, FIRST)
    child = made.fork()
    assert touched(child, 0)
    assert not touched(made, 0)
    child.register_userfault(BASE + 4 * PAGE, PAGE, Flag.UFFD_WP, FIRST)
    assert [vma.userfault for vma in child.vmas] == [None, None]
    assert [vma.flags & UFFD for vma in made.vmas] == [
        *(Flag.UFFD_MISSING, Flag.NONE, Flag.UFFD_WP, Flag.NONE),
    ]


@pytest.mark.parametrize(("release", "pages"), [("6.1", [4, 4]), ("6.12", [8])])
def test_registered_part_merges_with_the_mapping_above_it(release: str, pages: list[int]) -> None:
    """userfaultfd_register() of 6.1 passes vma->vm_pgoff for a range that starts later."""
    made = space(release)
    for page, length in ((4, 4), (2, 2), (0, 2)):
        made.register_userfault(BASE + page * PAGE, length * PAGE, Flag.UFFD_WP, FIRST)
    assert [vma.pages for vma in made.vmas] == pages


@pytest.mark.parametrize(
    ("start", "length", "modes", "descriptor", "code"),
    [
        (BASE, PAGE, Flag.NONE, FIRST, errno.EINVAL),
        (BASE + 1, PAGE, Flag.UFFD_WP, FIRST, errno.EINVAL),
        (BASE, 1, Flag.UFFD_WP, FIRST, errno.EINVAL),
        (BASE, 0, Flag.UFFD_WP, FIRST, errno.EINVAL),
        (BASE + 8 * PAGE, PAGE, Flag.UFFD_WP, FIRST, errno.EINVAL),
        (BASE, PAGE, Flag.UFFD_MINOR, FIRST, errno.EINVAL),
        (BASE, 2 * PAGE, Flag.UFFD_WP, SECOND, errno.EBUSY),
    ],
)
def test_errnos_of_registering(
    start: int, length: int, modes: Flag, descriptor: Userfault, code: int
) -> None:
    made = space()
    made.register_userfault(BASE + PAGE, PAGE, Flag.UFFD_WP, FIRST)
    before = [(vma.start, vma.flags) for vma in made.vmas]
    with pytest.raises(CallFailed) as caught:
        made.register_userfault(start, length, modes, descriptor)
    assert caught.value.errno == code
    assert [(vma.start, vma.flags) for vma in made.vmas] == before


@pytest.mark.parametrize(
    ("mode", "feature"), [(Flag.UFFD_WP, ("missing",)), (Flag.UFFD_MINOR, ("missing", "wp"))]
)
def test_a_machine_without_a_mode_refuses_it(mode: Flag, feature: tuple[str, ...]) -> None:
    features = evolve(kernel_differences.of("6.12"), userfault_modes=feature)
    made = Space(features)
    made.mmap(BASE, PAGE, RW | Flag.SHARED)
    with pytest.raises(CallFailed) as caught:
        made.register_userfault(BASE, PAGE, mode, FIRST)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("start", "length", "flags", "code"),
    [
        (BASE, PAGE, 1, errno.EINVAL),
        (BASE + 1, PAGE, 0, errno.EINVAL),
        (BASE, 2**64 - 1, 0, errno.EINVAL),
        (BASE, 2**64 - PAGE, 0, errno.EINVAL),
        (BASE, 9 * PAGE, 0, errno.ENOMEM),
        (BASE - PAGE, 2 * PAGE, 0, errno.ENOMEM),
    ],
)
def test_errnos_of_sealing(start: int, length: int, flags: int, code: int) -> None:
    made = space()
    with pytest.raises(CallFailed) as caught:
        made.mseal(start, length, flags)
    assert caught.value.errno == code
    assert [vma.pages for vma in made.vmas] == [8]
    with pytest.raises(CallFailed) as caught:
        space("6.1").mseal(start, length, flags)
    assert caught.value.errno == errno.ENOSYS


def test_unmapping_stops_at_a_seal_and_leaves_a_split() -> None:
    made = space()
    made.mseal(BASE + 4 * PAGE, PAGE)
    with pytest.raises(CallFailed) as caught:
        made.munmap(BASE + 2 * PAGE, 4 * PAGE)
    assert caught.value.errno == errno.EPERM
    assert [vma.pages for vma in made.vmas] == [2, 2, 1, 3]
    made.name(BASE + 4 * PAGE, PAGE, b"a")
    assert made.vmas[2].text == b"a"


def test_sealed_memory_refuses_to_be_discarded_only_if_it_cannot_be_written() -> None:
    made = space()
    made.mprotect(BASE, PAGE, Flag.READ)
    made.mseal(BASE, 8 * PAGE)
    made.madvise(BASE + PAGE, PAGE, "dontfork")
    made.madvise(BASE, PAGE, "dontdump")
    with pytest.raises(CallFailed) as caught:
        made.madvise(BASE, PAGE, "dontfork")
    assert caught.value.errno == errno.EPERM


def test_advice_on_huge_pages_replaces_its_opposite() -> None:
    made = space()
    for advice, flag in (
        ("hugepage", Flag.HUGEPAGE),
        ("nohugepage", Flag.NOHUGEPAGE),
        ("hugepage", Flag.HUGEPAGE),
    ):
        made.madvise(BASE, 8 * PAGE, advice)
        assert [vma.flags for vma in made.vmas] == [RW | Flag.ACCOUNT | flag]


@pytest.mark.parametrize(
    ("release", "flag"), [("6.1", Flag.NONE), ("6.12", Flag.NOHUGEPAGE)], ids=["6.1", "6.12"]
)
def test_a_stack_has_no_huge_pages_since_6_7(release: str, flag: Flag) -> None:
    made = space(release, pages=0)
    made.mmap(BASE, PAGE, RW, stack=True)
    assert made.vmas[0].flags == RW | Flag.ACCOUNT | flag


def test_droppable_memory() -> None:
    made = space(pages=0)
    made.mmap(BASE, 2 * PAGE, RW | Flag.DROPPABLE)
    assert made.vmas[0].flags == (
        RW | Flag.DROPPABLE | Flag.NORESERVE | Flag.WIPEONFORK | Flag.DONTDUMP
    )
    for advice in ("keeponfork", "dodump"):
        with pytest.raises(CallFailed):
            made.madvise(BASE, PAGE, advice)
    for release, file in (("6.1", None), ("6.12", MEMFD)):
        with pytest.raises(CallFailed) as caught:
            space(release, pages=0).mmap(BASE, PAGE, RW | Flag.DROPPABLE, file)
        assert caught.value.errno == errno.EINVAL


def test_a_guard_splits_nothing_and_stops_writes_of_a_child_too() -> None:
    made = Space(evolve(kernel_differences.of("6.12"), guards=True))
    made.mmap(BASE, 4 * PAGE, RW)
    made.madvise(BASE + PAGE, PAGE, "guard_install")
    assert [touched(made.fork(), page) for page in range(4)] == [True, False, True, True]
    assert [vma.pages for vma in made.vmas] == [4]
    assert made.vmas[0].anon is not None
    made.mremap(BASE, 4 * PAGE, 4 * PAGE, BASE + 8 * PAGE)
    assert [touched(made, 8 + page) for page in range(4)] == [True, False, True, True]
    made.madvise(BASE + 8 * PAGE, 4 * PAGE, "guard_remove")
    assert touched(made, 9)


@pytest.mark.parametrize("release", kernel_differences.RELEASES)
@pytest.mark.parametrize("advice", ["guard_install", "guard_remove"])
def test_releases_before_6_13_have_no_guards(release: str, advice: str) -> None:
    with pytest.raises(CallFailed) as caught:
        space(release).madvise(BASE, 0, advice)
    assert caught.value.errno == errno.EINVAL


def test_written_memory_merges_into_untouched_memory_in_later_kernels() -> None:
    def pages(*, later: bool) -> list[int]:
        features = evolve(kernel_differences.of("6.12"), merges_written_into_untouched=later)
        made = Space(features)
        made.mmap(BASE, 8 * PAGE, RW)
        made.mprotect(BASE, 2 * PAGE, RW | Flag.EXEC)
        made.touch(BASE + 4 * PAGE, PAGE)
        made.mprotect(BASE + 2 * PAGE, PAGE, RW | Flag.EXEC)
        return [vma.pages for vma in made.vmas]

    assert pages(later=False) == [2, 1, 5]
    assert pages(later=True) == [3, 5]


def test_rejects_an_unknown_release() -> None:
    with pytest.raises(KeyError) as caught:
        kernel_differences.of("5.17")
    assert caught.value.args == ("release '5.17' is unknown to the model; known are: 6.1, 6.12",)
