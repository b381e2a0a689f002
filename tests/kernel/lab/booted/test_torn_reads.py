"""Reads torn on purpose in booted kernels: as recorded."""

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
    assert record.compare(record.read(kernel.name), taken) == []
