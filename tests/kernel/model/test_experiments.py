"""What the experiments compute without a kernel: the model's side, and looking into vmlinux."""

from __future__ import annotations

import struct

import pytest

from kernel.experiments import measuring, merging, vmlinux
from kernel.lab.scene import BASE
from kernel.model import features
from kernel.model.space import Space
from kernel.model.vma import PAGE, Flag


@pytest.mark.parametrize("row", measuring.kept("merging")["counts"], ids=str)
def test_the_model_counts_what_the_kernel_counted(row: dict[str, object]) -> None:
    space = Space(features.of("6.12"))
    labelled = row["labelled"]
    assert isinstance(labelled, int)
    assert merging.modelled(space, str(row["labels"]), labelled) == row["mappings"]


def test_the_model_reaches_the_limit_where_the_kernel_did() -> None:
    kept = measuring.kept("merging")["limit"]
    space = Space(features.of("6.12"))
    for page in range(kept["mappings_before"] - 1):
        space.mmap(0x1000000 + 2 * page * PAGE, PAGE, Flag.READ)
    pages = kept["limit"] + 100
    space.mmap(BASE, pages * PAGE, merging.RW)
    found = merging.until_refused(space, pages)
    assert found == (kept["labels_until_refused"], kept["refused_with"])


def test_figures_of_a_kernel_that_is_not_built_stay(capsys: pytest.CaptureFixture[str]) -> None:
    name = "6.12-arm64-strdup"
    assert measuring.unbuilt("fork", name) == measuring.kept("fork")["kernels"][name]
    assert capsys.readouterr().out == (
        f"fork: {name} is not built (`python -m kernel.lab build {name}`): its figures stay as "
        "they were\n"
    )


def test_a_kernel_that_was_never_measured() -> None:
    with pytest.raises(measuring.KernelMissing) as caught:
        measuring.unbuilt("fork", "6.12-mips-strdup")
    assert str(caught.value) == (
        "fork: 6.12-mips-strdup is not built: run `python -m kernel.lab build 6.12-mips-strdup`"
    )


def elf(content: bytes) -> bytes:
    """A 64-bit ELF of one PT_LOAD segment at 0x1000."""
    head = 0x40 + 56
    header = bytearray(0x40)
    struct.pack_into("<Q", header, 0x20, 0x40)
    struct.pack_into("<HH", header, 0x36, 56, 1)
    segment = struct.pack("<IIQQQQQQ", 1, 4, head, 0x1000, 0x1000, len(content), len(content), PAGE)
    return bytes(header) + segment + content


def test_the_address_of_a_name() -> None:
    assert vmlinux.address_of(elf(b"..\0name\0.."), b"\0name\0") == 0x1002


@pytest.mark.parametrize(("content", "places"), [(b"nothing", 0), (b"\0name\0, \0name\0", 2)])
def test_a_name_that_does_not_stand_there_once(content: bytes, places: int) -> None:
    with pytest.raises(RuntimeError) as caught:
        vmlinux.address_of(elf(content), b"\0name\0")
    assert str(caught.value) == (
        f"b'\\x00name\\x00' stands in {places} places of the kernel, not in one"
    )
