"""Reads torn on purpose in booted kernels: as recorded on kernels of these releases."""

from __future__ import annotations

import pytest

from kernel.lab import vm
from kernel.lab.kernels import NEEDED, Kernel
from kernel.lab.torn_reads import record
from tests.kernel.lab.booted.conftest import image_of

NAMED = [kernel for kernel in NEEDED if kernel.flavour.name == "named"]


@pytest.mark.slow
@pytest.mark.parametrize("kernel", NAMED, ids=lambda kernel: kernel.name)
def test_reads_are_torn_as_recorded(kernel: Kernel) -> None:
    with vm.boot(image_of(kernel)) as guest:
        taken = record.take(guest)
    kept = record.read(f"{kernel.release.name}-x86_64-debian")
    assert taken["continues_at"] == kept["continues_at"]
    for name, found in taken["changes"].items():
        for file in record.FILES:
            assert found[file] == kept["changes"][name][file], (name, file)
