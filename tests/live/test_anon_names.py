"""Names for one's own memory: by this kernel if it can, and every error of a simulated kernel."""

from __future__ import annotations

import ctypes
import errno
import mmap
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps.errors import (
    InvalidLabel,
    NamingError,
    NamingUnsupported,
    NotNameable,
    RangeHasHole,
    SplitFailed,
)
from procmaps.formats.labels import MAX_LABEL, MAX_LABEL_ANDROID
from procmaps.live.anon_names import (
    address_of,
    call_prctl,
    named_mmap,
    naming_supported,
    set_anon_name,
)
from procmaps.records.names import AnonName, Unnamed

PAGE = mmap.PAGESIZE
SUPPORTED = naming_supported()

# Each test runs on every kernel. On a kernel of the other kind it must fail with this exception;
# the report says why.
can_name = pytest.mark.xfail(
    not SUPPORTED,
    raises=NamingUnsupported,
    strict=True,
    reason="this kernel was built without CONFIG_ANON_VMA_NAME",
)
cannot_name = pytest.mark.xfail(
    SUPPORTED,
    raises=(pytest.fail.Exception, AssertionError),
    strict=True,
    reason="this kernel has CONFIG_ANON_VMA_NAME",
)


@attrs.define(eq=False)
class Kernel:
    """A simulated prctl(2) with prepared results; it records the calls."""

    results: list[int]
    supported: bool = True
    calls: list[tuple[int, int, bytes | None]] = attrs.field(
        factory=list[tuple[int, int, bytes | None]]
    )

    def __call__(self, address: int, length: int, label: bytes | None, /) -> int:
        """Return the next result."""
        if length == 0:
            return 0 if self.supported else errno.EINVAL
        self.calls.append((address, length, label))
        return self.results.pop(0)


@pytest.fixture
def page() -> Iterator[int]:
    with mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        yield address_of(memory)


# --- the real kernel ------------------------------------------------------------------------------


@cannot_name
def test_a_kernel_without_the_option_raises_naming_unsupported(page: int) -> None:
    with pytest.raises(NamingUnsupported) as caught:
        set_anon_name(page, PAGE, b"mine")
    assert str(caught.value) == (
        f"cannot set the label 'mine' on the {PAGE} bytes at {page:#x}: this kernel does not "
        "support labels for anonymous memory. They need Linux 5.17 or later with "
        "CONFIG_ANON_VMA_NAME=y. Pass missing_ok=True to ignore this."
    )
    assert caught.value.errno == errno.EINVAL


@cannot_name
def test_missing_ok_continues_without_a_label(page: int) -> None:
    assert set_anon_name(page, PAGE, b"mine", missing_ok=True) is False
    with named_mmap("mine", 3 * PAGE, missing_ok=True) as memory:
        memory[:2] = b"hi"
        assert len(memory) == 3 * PAGE
    with pytest.raises(NamingUnsupported), named_mmap("mine", PAGE):
        pytest.fail("not reached")


@can_name
def test_a_label_appears_in_maps_and_can_be_removed(page: int) -> None:
    assert set_anon_name(page, 1, "it's mine") is True
    found = procmaps.maps().mapping_at(page)
    assert found
    assert found.name == AnonName.of(b"it's mine")
    assert found.size == PAGE
    assert set_anon_name(page, PAGE, None) is True
    found = procmaps.maps().mapping_at(page)
    assert found
    assert found.name == Unnamed()


@can_name
def test_an_empty_label_is_a_label(page: int) -> None:
    assert set_anon_name(page, PAGE, b"") is True
    (found,) = procmaps.maps().by_name(b"[anon:]")
    assert page in found


@can_name
def test_named_mmap_has_its_label_while_it_is_mapped() -> None:
    with named_mmap("a b", 2 * PAGE) as memory:
        (found,) = procmaps.maps().by_name(b"[anon:a b]")
        assert (found.start, found.size) == (address_of(memory), 2 * PAGE)
    assert procmaps.maps().by_name(b"[anon:a b]") == ()


@can_name
def test_any_thread_can_name_memory(page: int) -> None:
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(set_anon_name, page, PAGE, b"from a thread").result() is True
    assert len(procmaps.maps().by_name(b"[anon:from a thread]")) == 1


@pytest.fixture
def pages() -> Iterator[int]:
    """Map three adjacent pages; what a test maps over them is unmapped with them."""
    with mmap.mmap(-1, 3 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        yield address_of(memory)


def _named(label: bytes) -> list[tuple[int, int]]:
    return [(m.start, m.size) for m in procmaps.maps().by_name(b"[anon:" + label + b"]")]


@can_name
def test_a_hole_is_reported_and_the_rest_is_labelled(pages: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.munmap(ctypes.c_void_p(pages + PAGE), ctypes.c_size_t(PAGE)) == 0
    with pytest.raises(RangeHasHole):
        set_anon_name(pages, 3 * PAGE, b"around a hole")
    assert _named(b"around a hole") == [(pages, PAGE), (pages + 2 * PAGE, PAGE)]


@can_name
def test_a_file_is_reported_and_memory_below_it_is_labelled(pages: int, tmp_path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    (tmp_path / "file").write_bytes(bytes(PAGE))
    with (tmp_path / "file").open("rb") as file:
        map_fixed = 0x10  # MAP_FIXED on every architecture that CPython has wheels for
        mapped = libc.mmap(
            *(ctypes.c_void_p(pages + PAGE), ctypes.c_size_t(PAGE), mmap.PROT_READ),
            *(mmap.MAP_PRIVATE | map_fixed, file.fileno(), ctypes.c_long(0)),
        )
    assert mapped == pages + PAGE
    with pytest.raises(NotNameable):
        set_anon_name(pages, 3 * PAGE, b"below a file")
    assert _named(b"below a file") == [(pages, PAGE)]


def test_call_prctl_returns_errno() -> None:
    """Every kernel rejects 1, with the option or without: it is no page boundary."""
    assert call_prctl(1, PAGE, b"x") == errno.EINVAL


# --- every result, by a simulated kernel ----------------------------------------------------------


def test_returns_true_and_passes_its_arguments_to_the_kernel() -> None:
    kernel = Kernel([0, 0])
    assert set_anon_name(2 * PAGE, 5, "x", call=kernel) is True
    assert set_anon_name(2 * PAGE, PAGE, None, call=kernel) is True
    assert kernel.calls == [(2 * PAGE, 5, b"x"), (2 * PAGE, PAGE, None)]


def test_an_interrupted_call_is_repeated() -> None:
    kernel = Kernel([errno.EINTR, errno.EINTR, 0])
    assert set_anon_name(PAGE, PAGE, b"x", call=kernel) is True
    assert len(kernel.calls) == 3


HEAD = f"cannot set the label 'x' on the {PAGE} bytes at {PAGE:#x}: "


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        (
            errno.ENOMEM,
            RangeHasHole,
            (
                "part of the range is not mapped. The mapped parts have the label now, unless "
                "the kernel had no memory for the label itself: it reports the same error then."
            ),
        ),
        (
            errno.EBADF,
            NotNameable,
            (
                "a file is mapped there. Mappings below it have the label now, those above do "
                "not. Only private anonymous memory can have a label; since Linux 6.2 also "
                "shared anonymous memory, memfds and unlinked tmpfs files."
            ),
        ),
        (
            errno.EAGAIN,
            SplitFailed,
            (
                "a mapping could not be split in two. Mappings below it have the label now. "
                "Usually the process has reached vm.max_map_count mappings: raise that limit, "
                "or label whole mappings, which needs no split."
            ),
        ),
        (errno.EINVAL, NamingError, "Invalid argument (EINVAL)."),
        (errno.EPERM, NamingError, "Operation not permitted (EPERM)."),
    ],
)
@pytest.mark.parametrize("missing_ok", [False, True])
def test_each_error_reports_what_the_kernel_has_done(
    code: int, error: type[NamingError], text: str, missing_ok: bool
) -> None:
    with pytest.raises(error) as caught:
        set_anon_name(PAGE, PAGE, b"x", missing_ok=missing_ok, call=Kernel([code]))
    assert type(caught.value) is error
    assert str(caught.value) == HEAD + text
    assert caught.value.errno == code
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made in this very line
    assert (str(copy), copy.errno) == (str(caught.value), code)


def test_einval_alone_asks_whether_the_kernel_can_name_memory() -> None:
    kernel = Kernel([errno.EINVAL, errno.EINVAL, errno.ENOMEM], supported=False)
    assert set_anon_name(PAGE, PAGE, None, missing_ok=True, call=kernel) is False
    with pytest.raises(NamingUnsupported, match=r"^cannot remove the label from the "):
        set_anon_name(PAGE, PAGE, None, call=kernel)
    with pytest.raises(RangeHasHole):
        set_anon_name(PAGE, PAGE, None, missing_ok=True, call=kernel)


# --- checked before the call ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "limit", "reason"),
    [
        (b"a" * 80, MAX_LABEL, "it has 80 bytes; the limit is 79"),
        (b"a" * 256, MAX_LABEL_ANDROID, "it has 256 bytes; the limit is 255"),
        ("a[b", MAX_LABEL, "byte 1 is '[', one of the forbidden characters \\ ` $ [ ]"),
        ("é", MAX_LABEL, "byte 0 is 0xc3, outside printable ASCII (0x20 to 0x7e)"),
        (b"a\0", MAX_LABEL, "byte 1 is 0x00, outside printable ASCII (0x20 to 0x7e)"),
    ],
)
def test_rejects_an_invalid_label_before_the_call(
    label: bytes | str, limit: int, reason: str
) -> None:
    kernel = Kernel([])
    with pytest.raises(InvalidLabel) as caught:
        set_anon_name(PAGE, PAGE, label, missing_ok=True, limit=limit, call=kernel)
    assert caught.value.reason == reason
    assert not kernel.calls


@pytest.mark.parametrize(
    ("address", "length", "reason"),
    [
        (PAGE + 1, 1, f"the address is not a multiple of the page size, {PAGE}"),
        (-PAGE, 1, "address and length must be between 0 and 2**64 - 1"),
        (0, -1, "address and length must be between 0 and 2**64 - 1"),
        (1 << 64, 0, "address and length must be between 0 and 2**64 - 1"),
        (2**64 - PAGE, 1, "the range ends beyond the address space"),
        (0, 2**64 - 1, "the range ends beyond the address space"),
    ],
)
def test_rejects_an_impossible_range_before_the_call(
    address: int, length: int, reason: str
) -> None:
    kernel = Kernel([])
    with pytest.raises(ValueError) as caught:
        set_anon_name(address, length, b"x", call=kernel)
    assert str(caught.value) == f"cannot name {length} bytes at {address:#x}: {reason}"


def test_rejects_an_address_wider_than_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """C would truncate the address to 32 bits and name other memory."""
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    kernel = Kernel([])
    with pytest.raises(ValueError) as caught:
        set_anon_name(1 << 32, PAGE, b"x", call=kernel)
    assert str(caught.value) == (
        f"cannot name {PAGE} bytes at 0x100000000: "
        "address and length must be between 0 and 2**32 - 1"
    )
    assert not kernel.calls


# --- named_mmap -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
def test_named_mmap_maps_labels_and_unmaps_new_memory(shared: bool) -> None:
    kernel = Kernel([0])
    with named_mmap("x", 2 * PAGE, shared=shared, call=kernel) as memory:
        mapping = procmaps.maps().mapping_at(address_of(memory))
        assert mapping
        assert mapping.perms.shared is shared
        assert kernel.calls == [(address_of(memory), 2 * PAGE, b"x")]
        assert memory[:] == bytes(2 * PAGE)
    assert memory.closed


def test_memory_that_cannot_be_labelled_is_unmapped() -> None:
    inodes: list[int] = []

    def refuse(address: int, _length: int, _label: bytes | None, /) -> int:
        mapping = procmaps.maps().mapping_at(address)
        assert mapping
        inodes.append(mapping.inode)
        return errno.EBADF

    with pytest.raises(NotNameable), named_mmap("x", PAGE, shared=True, call=refuse):
        pytest.fail("not reached")
    assert inodes != [0]
    assert inodes[0] not in {mapping.inode for mapping in procmaps.maps()}


def test_shared_memory_before_6_2_has_no_label_with_missing_ok() -> None:
    kernel = Kernel([errno.EBADF, errno.EBADF])
    with named_mmap("x", PAGE, shared=True, missing_ok=True, call=kernel) as memory:
        memory[:2] = b"hi"
    # A kernel that can label anything can label private memory, so this is a real failure.
    with (
        pytest.raises(NotNameable),
        named_mmap("x", PAGE, missing_ok=True, call=kernel),
    ):
        pytest.fail("not reached")
