"""Rules of the model that diagrams cannot show: errnos, shared labels, the limit, fork."""

from __future__ import annotations

import errno

import pytest

from kernel.lab.scenario_builder import BASE
from kernel.model import as_records, kernel_differences
from kernel.model.errors import CallFailed
from kernel.model.space import Space
from kernel.model.vma import PAGE, UNREADABLE, File, Flag, Unreadable
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


def test_rejects_an_unknown_release() -> None:
    with pytest.raises(KeyError) as caught:
        kernel_differences.of("5.17")
    assert caught.value.args == ("release '5.17' is unknown to the model; known are: 6.1, 6.12",)
