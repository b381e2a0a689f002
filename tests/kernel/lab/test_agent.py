"""The agent on this machine: all kinds of arguments and operations.

This machine's kernel may lack labels, so no test depends on them.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.lab import capture, expected_regions, guest, native, ops, vm
from kernel.lab.errors import BuildFailure, LabError, MissingTool
from kernel.lab.native import Host
from kernel.lab.protocol import Malformed, Op, Outcome, Program, Result, Strided
from kernel.lab.scenario_builder import BASE, GuestInfo, ScenarioBuilder
from kernel.lab.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    try:
        guest.agent(native.architecture())
    except (MissingTool, LabError) as error:
        pytest.skip(f"no agent for this machine: {error}")
    with native.start() as started:
        yield started


def run(host: Host, program: Program) -> Outcome:
    (outcome,) = host.run([program])
    return outcome


def lines(outcome: Outcome, index: int) -> list[bytes]:
    """Return the lines of a maps file in the programs' area."""
    return [line for line in outcome.results[index].bytes.split(b"\n") if line.startswith(b"2000")]


def test_greeting_describes_this_machine(host: Host) -> None:
    assert host.hello.page_size == os.sysconf("SC_PAGE_SIZE")
    assert host.hello.word_bytes == struct.calcsize("P")
    assert not host.hello.big_endian


def test_each_program_has_a_fresh_process(host: Host) -> None:
    first, second = Program(), Program()
    first(ops.mmap(BASE, 4096, "rw", "private fixed anonymous"))
    seen = first(ops.read_file(b"/proc/self/maps"))
    again = second(ops.read_file(b"/proc/self/maps"))
    one, two = host.run([first, second])
    assert len(lines(one, seen.index)) == 1
    assert lines(two, again.index) == []
    assert one.ended_well
    assert two.ended_well


def test_arguments_can_be_earlier_results(host: Host) -> None:
    program = Program()
    descriptor = program(ops.memfd_create(b"a\nb"))
    program(ops.ftruncate(descriptor, 8192))
    program(ops.write(descriptor, b"some bytes"))
    program(ops.mmap(BASE, 8192, "r", "shared fixed", descriptor))
    peeked = program(ops.peek(BASE, 10))
    stat = program(ops.statx(descriptor))
    outcome = run(host, program)
    assert [result.errno for result in outcome.results.values()] == [0] * 6
    assert outcome.results[peeked.index].bytes == b"some bytes"
    *_, size, mode, links, _ = struct.unpack(ops.STATX_FORMAT, outcome.results[stat.index].bytes)
    assert (size, mode & 0o777, links) == (8192, 0o777, 0)


def test_program_continues_after_an_errno(host: Host) -> None:
    program = Program()
    program(ops.munmap(BASE + 1, 4096))
    program(ops.fill(BASE, 4096))
    program(ops.open_(b"/no such folder/file"))
    program(ops.brk(0))
    codes = [result.errno for result in run(host, program).results.values()]
    assert codes == [errno.EINVAL, errno.EFAULT, errno.ENOENT, 0]


def test_fill_returns_efault_and_keeps_earlier_bytes(host: Host) -> None:
    program = Program()
    program(ops.mmap(BASE, 8192, "rw", "private fixed anonymous"))
    program(ops.mprotect(BASE + 4096, 4096, "r"))
    program(ops.fill(BASE, 8192, 0x41))
    program(ops.fill(BASE, 4096, 0x42))
    peeked = program(ops.peek(BASE, 4096))
    outcome = run(host, program)
    assert outcome.results[2].errno == errno.EFAULT
    assert outcome.results[3].value == 4096
    assert outcome.results[peeked.index].bytes == b"B" * 4096


def test_repeat_stops_at_the_first_failure(host: Host) -> None:
    program = Program()
    with program.repeat(5) as whole:
        program(ops.mmap(Strided(BASE, 8192), 4096, "rw", "private fixed anonymous"))
    with program.repeat(5) as partial:
        fails = program(ops.mprotect(Strided(BASE + 3 * 8192, 8192), 4096, "r"))
    maps = program(ops.read_file(b"/proc/self/maps"))
    outcome = run(host, program)
    assert outcome.results[whole.index].value == 5
    assert outcome.results[partial.index].value == 2
    assert outcome.results[fails.index].errno == errno.ENOMEM
    shown = lines(outcome, maps.index)
    assert [line.split(b" ")[1] for line in shown] == [b"rw-p"] * 3 + [b"r--p"] * 2


def test_a_fork_runs_its_block_alone(host: Host) -> None:
    program = Program()
    program(ops.mmap(BASE, 4096, "rw", "private fixed anonymous"))
    with program.fork() as forked:
        program(ops.munmap(BASE, 4096))
        child = program(ops.read_file(b"/proc/self/maps"))
    parent = program(ops.read_file(b"/proc/self/maps"))
    outcome = run(host, program)
    assert outcome.results[forked.index].value == 0
    assert lines(outcome, child.index) == []
    assert len(lines(outcome, parent.index)) == 1


def test_held_child_can_be_read_written_and_reaped(host: Host) -> None:
    program = Program()
    with program.hold() as held:
        program(ops.mmap(BASE, 4096, "rw", "private fixed anonymous"))
    seen = program(ops.read_held(b"maps"))
    cleared = program(ops.write_held(b"clear_refs", b"1"))
    reaped = program(ops.reap())
    after = program(ops.read_held(b"maps"))
    outcome = run(host, program)
    assert outcome.results[held.index].value == 0
    assert len(lines(outcome, seen.index)) == 1
    assert outcome.results[cleared.index].errno == 0
    assert outcome.results[reaped.index].value == signal.SIGKILL
    assert outcome.results[after.index].errno == errno.ESRCH


def test_run_passes_arguments_and_returns_output(host: Host) -> None:
    program = Program()
    echoed = program(ops.run(b"/bin/echo", b"two words", b""))
    failed = program(ops.run(b"/bin/sh", b"-c", b"echo $HOME >&2; exit 3"))
    missing = program(ops.run(b"/no such program"))
    outcome = run(host, program)
    assert outcome.results[echoed.index] == Result(0, (b"two words \n",))
    assert outcome.results[failed.index] == Result(3 << 8, (b"/t\n",))
    assert outcome.results[missing.index] == Result(97 << 8)


def test_background_block_runs_concurrently(host: Host, tmp_path: Path) -> None:
    fifo = bytes(tmp_path / "fifo")
    program, after = Program(), Program([ops.brk(0)])
    program(ops.call("mknodat", ops.AT_FDCWD, fifo, stat.S_IFIFO | 0o600, 0))
    with program.background() as started:
        background = program(ops.open_(fifo, "wronly"))
        program(ops.write(background, b"from the background"))
        program(ops.call("close", background))
    received = program(ops.read_file(fifo))
    with program.background() as second:
        program(ops.brk(0))
    outcome = run(host, program)
    assert outcome.results[started.index] == Result(0)
    assert outcome.results[received.index].bytes == b"from the background"
    assert outcome.results[second.index].errno == errno.EBUSY
    assert background.index not in outcome.results
    assert run(host, after).ended_well


def test_each_read_is_a_piece_of_data(host: Host) -> None:
    program = Program()
    whole = program(ops.read_file(b"/proc/self/maps"))
    small = program(ops.read_file(b"/proc/self/maps", 50))
    outcome = run(host, program)
    pieces = outcome.results[small.index].data
    assert {len(piece) for piece in pieces[:-1]} == {50}
    assert outcome.results[small.index].bytes == outcome.results[whole.index].bytes


def test_fork_bench_returns_times(host: Host) -> None:
    program = Program()
    timed = program(ops.call("fork_bench", 3))
    before = program(ops.call("clock"))
    after = program(ops.call("clock"))
    outcome = run(host, program)
    for piece in outcome.results[timed.index].data:
        fork, whole = struct.unpack("<QQ", piece)
        assert 0 < fork < whole
    assert len(outcome.results[timed.index].data) == 3
    times = [struct.unpack("<Q", outcome.results[ref.index].bytes)[0] for ref in (before, after)]
    assert times == sorted(times)


def test_dead_process_keeps_the_records_that_it_sent(host: Host) -> None:
    dying, after = Program(), Program()
    dying(ops.mmap(BASE, 4096, "rw", "private fixed anonymous"))
    dying(ops.read_file(b"/proc/self/maps"))
    with dying.fork():
        dying(ops.brk(0))
        dying(ops.munmap(0x10000000, 0x10000))
    dying(ops.munmap(0x10000000, 0x10000))
    after(ops.brk(0))
    died, lived = host.run([dying, after])
    assert died.status == signal.SIGSEGV
    assert vm.describe_status(died.status) == "its process was killed by signal 11"
    # Records are sent before a fork, or when there are 4096 bytes. The last ones are lost.
    assert list(died.results) == [0, 1]
    assert lived.ended_well


def test_reports_a_malformed_program(host: Host) -> None:
    unknown, after = Program([Op(250, "unknown")]), Program([ops.brk(0)])
    with pytest.raises(LabError) as caught:
        host.run([unknown])
    assert isinstance(caught.value.__cause__, Malformed)
    assert str(caught.value) == (
        "this machine: program 0 of the batch: the agent found the program malformed at byte 2"
    )
    assert run(host, after).ended_well


def test_runs_a_thousand_programs_in_a_batch(host: Host) -> None:
    program = Program([ops.brk(0)])
    outcomes = host.run([program] * 1000)
    assert len(outcomes) == 1000
    assert len({outcome.results[0].value for outcome in outcomes}) == 1


def test_conversation_continues_after_a_stream_was_closed(host: Host) -> None:
    first, second = Program([ops.brk(0)]), Program([ops.munmap(1, 1)])
    stream = host.stream([first] * 5)
    assert next(stream).results[0].value > 0
    stream.close()
    assert run(host, second).results[0].errno == errno.EINVAL


def test_long_programs_and_outcomes_do_not_deadlock(host: Host) -> None:
    program = Program()
    with program.repeat(1):
        program(ops.write(-1, bytes(90000)))
    for _ in range(20):
        program(ops.peek(0x10020000, 0x30000))
    outcomes = host.run([program] * 4)
    assert [len(outcome.results) for outcome in outcomes] == [22] * 4
    assert len(outcomes[3].results[21].bytes) == 0x30000


def test_wait_statuses_in_words() -> None:
    assert vm.describe_status(9) == "its process was killed by signal 9"
    assert vm.describe_status(3 << 8) == "its process ended with status 3"
    assert vm.describe_status(-11) == "fork failed: EAGAIN"


def test_expected_regions_follow_the_results() -> None:
    builder = ScenarioBuilder(GuestInfo(native.architecture(), 4096, 0), ("maps",))
    builder.anon(at := builder.room(4), 4, label=b"x")
    builder.do(ops.mprotect(builder.at(at + 1), 4096, "r"))
    builder.do(ops.munmap(builder.at(at + 3), 4096))
    builder.snapshot()
    results = {0: BASE, 1: -22, 2: 0, 3: -12, 4: 0}
    outcome = Outcome({n: Result(value) for n, value in results.items()}, 0)
    rows = expected_regions.Replay(builder, outcome).run()[""]
    assert [
        (row["start"] - BASE, row["end"] - BASE, row["perms"], row["label"]) for row in rows
    ] == [
        (0, 4096, "rw-p", None),
        (4096, 8192, "r--p", None),
        (8192, 16384, "rw-p", None),
    ]


def test_build_rejects_a_variable_outside_of_struct_state(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler would choose its address in the data segment, which captures show."""
    sources = shutil.copytree(guest.SOURCES, tmp_path / "agent")
    timing = sources / "timing.c"
    timing.write_text(timing.read_text() + "\nint stray_variable;\n")
    monkeypatch.setattr(guest, "SOURCES", sources)
    with pytest.raises(BuildFailure) as caught:
        guest.agent(host.architecture)
    assert "a variable of the agent is not in struct state" in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="scenarios mount file systems, which needs root")
def test_captures_the_hosts_own_kernel() -> None:
    taken = capture.take_here()
    safe = [s.name for s in SCENARIOS.values() if s.host and s.mmu and not s.architectures]
    assert {f"{name}.truth.json" for name in safe} <= set(taken.files)
    assert b"/t/names/tab\there\n" in taken.files["file_names.maps"]
    assert not Path("/t").exists()
