"""Guests: their outcomes, and an error for each way to fail."""

from __future__ import annotations

import errno
import struct
import time

import pytest

from kernel.lab import ops, vm
from kernel.lab.build import Image
from kernel.lab.errors import GuestPanic, LostVM, ProbeFailure
from kernel.lab.protocol import Op, Program
from kernel.lab.scenario_builder import BASE

# x86_64's numbers, arch/x86/entry/syscalls/syscall_64.tbl
EXIT_GROUP, REBOOT = 231, 169


def labelled() -> Program:
    program = Program()
    program(ops.mmap(BASE, 4096, "rw", "private fixed anonymous"))
    program(ops.name(BASE, 4096, b"a label"))
    program(ops.read_file(b"/proc/self/maps"))
    return program


def test_option_decides_whether_labels_work(image: Image) -> None:
    with vm.boot(image) as guest:
        program = Program()
        page = guest.hello.page_size
        program(ops.mmap(BASE, page, "rw", "private fixed anonymous"))
        asked = program(ops.name(BASE, page, b"a label"))
        maps = program(ops.read_file(b"/proc/self/maps"))
        (outcome,) = guest.run([program])
    assert guest.hello.word_bytes == image.kernel.architecture.bits // 8
    assert guest.hello.big_endian == image.kernel.architecture.big_endian
    # Without a memory management unit a kernel has no labels.
    flavour = image.kernel.flavour
    refused = flavour.name == "unnamed" or not flavour.mmu
    assert outcome.results[asked.index].errno == (errno.EINVAL if refused else 0)
    assert (b" [anon:a label]\n" in outcome.results[maps.index].bytes) is not refused


def test_one_boot_runs_many_programs(named: Image) -> None:
    programs = [labelled() for _ in range(200)]
    outcomes = vm.run(named, programs)
    assert len({outcome.results[2].bytes for outcome in outcomes}) == 1
    assert len(outcomes) == 200


def test_stream_yields_outcomes_one_by_one(named: Image) -> None:
    with vm.boot(named) as guest:
        stream = guest.stream([labelled(), labelled()])
        assert next(stream).ended_well
        assert next(stream).ended_well
        assert next(stream, None) is None
        assert guest.run([labelled()])[0].ended_well


def test_reports_a_panic(named: Image) -> None:
    with (
        pytest.raises(GuestPanic) as caught,
        vm.boot(named, append="rdinit=/nothing init=/nothing"),
    ):
        pass
    assert caught.value.kernel == "6.12-x86_64-named"
    assert caught.value.reason == "the guest's kernel panicked"
    assert b"Kernel panic - not syncing" in caught.value.console
    assert "Kernel panic - not syncing" in str(caught.value)


def test_reports_the_end_of_the_emulator(named: Image) -> None:
    program = Program()
    program(ops.call("syscall", REBOOT, 0xFEE1DEAD, 672274793, 0x01234567))
    with vm.boot(named) as guest, pytest.raises(LostVM) as caught:
        guest.run([program])
    assert caught.value.reason == "the emulator ended with status 0"


def test_reports_a_boot_that_times_out(named: Image) -> None:
    started = time.monotonic()
    with (
        pytest.raises(LostVM) as caught,
        vm.boot(named, vm.Limits(boot=0.05)),
    ):
        pass
    assert caught.value.reason == "the guest did not answer within its time limit"
    assert time.monotonic() - started < 60


def test_reports_a_program_that_times_out(named: Image) -> None:
    program = Program()
    with program.repeat(2**40):
        program(ops.brk(0))
    with vm.boot(named, vm.Limits(program=1)) as guest, pytest.raises(LostVM) as caught:
        guest.run([program])
    assert caught.value.reason == "the guest did not answer within its time limit"


@pytest.mark.parametrize(
    ("op", "reason"),
    [
        (ops.munmap(0x10000000, 0x10000), "its process was killed by signal 11"),
        (ops.call("syscall", EXIT_GROUP, 3), "its process ended with status 3"),
    ],
)
def test_reports_a_program_that_dies(named: Image, op: Op, reason: str) -> None:
    failing = Program([op])
    with vm.boot(named) as guest:
        with pytest.raises(ProbeFailure) as caught:
            guest.run([labelled(), failing])
        assert str(caught.value) == f"6.12-x86_64-named: program 1 of the batch: {reason}"
        assert guest.run([labelled()])[0].ended_well


def test_instruction_counts_repeat(named: Image) -> None:
    program = Program()
    with program.repeat(100):
        program(ops.mmap(0, 4096, "rw", "private anonymous"))
    timed = program(ops.call("fork_bench", 5))
    measured: list[tuple[int, int]] = []
    for _ in range(2):
        with vm.boot(named, icount=3) as guest:
            (outcome,) = guest.run([program])
        pairs = [struct.unpack("<QQ", piece) for piece in outcome.results[timed.index].data]
        measured.append((min(fork for fork, _ in pairs), min(whole for _, whole in pairs)))
    assert measured[0] == pytest.approx(measured[1], rel=0.005)
