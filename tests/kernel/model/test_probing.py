"""What calls say of a kernel that is in no table."""

from __future__ import annotations

import errno
from collections.abc import Sequence

import pytest

from kernel.lab.protocol import Outcome, Program, Result
from kernel.model import kernel_differences, probing
from kernel.model.vma import PAGE

MAPS = b"20008000-2000b000 rwxp 00000000 00:00 0 \n"


@pytest.mark.parametrize(
    ("task_size", "stack"),
    [
        pytest.param((1 << 47) - PAGE, (1 << 47) - 2 * PAGE, id="x86_64"),
        pytest.param(1 << 39, (1 << 39) - PAGE, id="arm64 with three levels"),
        pytest.param(1 << 48, (1 << 48) - PAGE, id="arm64, whose stack ends where addresses end"),
        pytest.param((1 << 56) - PAGE, (1 << 47) - 2 * PAGE, id="x86_64 with five levels"),
        pytest.param((1 << 64) - PAGE, 0x3FFFFFFA000, id="s390x"),
    ],
)
def test_task_size_is_found(task_size: int, stack: int) -> None:
    def value_of(address: int) -> int:
        if address > task_size - PAGE:
            return -errno.ENOMEM
        # As the protocol has it: a number with a sign.
        signed = address - (1 << 64) if address >> 63 else address
        return -errno.EEXIST if address == stack else signed

    def run(programs: Sequence[Program]) -> list[Outcome]:
        results: dict[int, Result] = {}
        for index, op in enumerate(programs[0].ops):
            address = op.args[0] if op.name == "mmap" else 0
            assert isinstance(address, int)
            results[index] = Result(value_of(address), (MAPS,) if op.name == "read_file" else ())
        return [Outcome(results, 0)]

    found = probing.probed(kernel_differences.of("6.12"), run)
    assert found.task_size == task_size
