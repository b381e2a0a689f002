"""The programs: one finds where the first read ends, the others change memory there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import define, frozen

from kernel.lab import ops
from kernel.lab.errors import LabError
from kernel.lab.protocol import Outcome, Program, Ref
from kernel.lab.torn_reads.changes import CHANGES, At, Change
from kernel.lab.torn_reads.layouts import (
    ABOVE,
    ARENA,
    BELOW,
    FILE,
    LAYOUTS,
    PAGE,
    PRIVATE,
    READS_BEFORE,
    SLOT,
    SLOTS,
)
from kernel.lab.torn_reads.positions import entries
from kernel.lab.vm import Runs

File = Literal["maps", "smaps"]

_X86_64_READ = 0
_BUFFER = 0x1800_0000
_BUFFER_SIZE = 0x10000
# Reads after the change; the last ones return nothing, because the text has fewer pages.
_READS = 8
# A change touches fewer slots than this on either side of the end.
_TOUCHED = 4


@frozen
class TornRead:
    """What the kernel printed around a change, and two undisturbed texts."""

    change: Change
    file: File
    errno: int
    """Of the change."""
    first: bytes
    """The text of the reads before the change."""
    rest: bytes
    """The text of the reads after it."""
    before: bytes
    after: bytes

    @property
    def text(self) -> bytes:
        """The whole text, as a caller gets it."""
        return self.first + self.rest

    @property
    def state(self) -> str:
        """The state that the text shows: ``before`` the change, ``after`` it, or ``neither``."""
        if self.text == self.before:
            return "before"
        return "after" if self.text == self.after else "neither"


@define
class _Script:
    """A program with the operations whose results are wanted."""

    program: Program
    call: Ref
    before: Ref
    after: Ref
    first: list[Ref]
    rest: list[Ref]


def take(guest: Runs, file: File) -> Iterator[TornRead]:
    """Yield the result of every change.

    Raises ``LabError`` if the first reads do not end in the slots, and the guest's exceptions.
    """
    labels = has_labels(guest)
    chosen = [each for each in CHANGES.values() if labels or not each.labels]
    looks = [_script(each, file, None) for each in chosen]
    scripts = [
        _script(each, file, _slot_after(_joined(outcome, look.first), each, file))
        for each, look, outcome in zip(chosen, looks, guest.run(_programs(looks)), strict=True)
    ]
    for each, script, outcome in zip(chosen, scripts, guest.run(_programs(scripts)), strict=True):
        if _joined(outcome, script.rest[-1:]):
            raise LabError(f"{each.name}: {file} did not end after {len(script.rest)} more reads")
        yield TornRead(
            each,
            file,
            outcome.results[script.call.index].errno,
            _joined(outcome, script.first),
            _joined(outcome, script.rest),
            outcome.results[script.before.index].bytes,
            outcome.results[script.after.index].bytes,
        )


def has_labels(guest: Runs) -> bool:
    """Return whether the kernel takes labels. Without the option every call is EINVAL."""
    program = Program()
    cleared = program(ops.name(ARENA, 0, None))
    (outcome,) = guest.run([program])
    return outcome.results[cleared.index].errno == 0


def _joined(outcome: Outcome, reads: Sequence[Ref]) -> bytes:
    return b"".join(outcome.results[read.index].bytes for read in reads)


def _programs(scripts: Sequence[_Script]) -> list[Program]:
    return [script.program for script in scripts]


def _slot_after(first: bytes, change: Change, file: File) -> int:
    """Return the number of the first slot that is not in the *first* reads."""
    end = entries(first)[-1].range[1]
    slot = -(-(end - ARENA) // SLOT)
    if not _TOUCHED <= slot <= SLOTS[file] - _TOUCHED:
        where = f"at {end:#x}, not in the slots"
        raise LabError(f"{change.name}: the first part of {file} ends {where}")
    return slot


def _script(change: Change, file: File, following: int | None) -> _Script:
    """Return the program for *change* at the slot *following*; None makes no change."""
    program = Program()
    program(ops.mmap(_BUFFER, _BUFFER_SIZE, "rw", PRIVATE))
    # Present from the start, so that reading into it changes no counter of smaps.
    program(ops.fill(_BUFFER, _BUFFER_SIZE))
    if change.file:
        _map_file(program)
    for number in range(SLOTS[file]):
        for operation in LAYOUTS[change.layout].slot(ARENA + number * SLOT, number):
            program(operation)
    path = b"/proc/self/" + file.encode()
    before = program(ops.read_file(path))
    descriptor = program(ops.open_(path))
    first = [_read(program, descriptor) for _ in range(READS_BEFORE[file])]
    at: At = lambda slot: ARENA + ((following or 0) + slot) * SLOT  # noqa: E731 - two words
    call = program(ops.call("clock") if following is None else change.call(at))
    rest = [_read(program, descriptor) for _ in range(_READS)]
    after = program(ops.read_file(path))
    if change.file:
        program(ops.unlink(FILE))
    return _Script(program, call, before, after, first, rest)


def _read(program: Program, descriptor: Ref) -> Ref:
    """Add one ``read()`` of a large buffer, and return the operation that has its bytes."""
    length = program(ops.call("syscall", _X86_64_READ, descriptor, _BUFFER, _BUFFER_SIZE, 0, 0, 0))
    return program(ops.call("peek", _BUFFER, length))


def _map_file(program: Program) -> None:
    descriptor = program(ops.open_(FILE, "rdwr creat"))
    program(ops.ftruncate(descriptor, PAGE))
    for address in (BELOW, ABOVE):
        program(ops.mmap(address, PAGE, "r", "shared fixed", descriptor))
