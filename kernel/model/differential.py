"""The comparison of the model with a kernel: all results and all lines of maps of each trial."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence

from attrs import define, evolve, field, frozen

import procmaps
from kernel.lab import ops
from kernel.lab.protocol import Outcome, Program, Ref, Result
from kernel.model import as_records
from kernel.model.areas import FILES, STACK_PAGES, USERFAULTS, Areas, Opened
from kernel.model.as_records import Inode
from kernel.model.calls import Call, Fork, Trial, describe, result
from kernel.model.kernel_differences import MAX_MAP_COUNT, Features
from kernel.model.space import Space
from kernel.model.vma import PAGE, AnonVma, File, Flag, Vma
from procmaps.producers import rendering
from procmaps.records import mapping as library
from procmaps.records import names

Run = Callable[[Sequence[Program]], list[Outcome]]

MAPS, SMAPS = b"/proc/self/maps", b"/proc/self/smaps"
LIMIT = b"/proc/sys/vm/max_map_count"
# Larger than any offset of a trial. The file is sparse, so it costs nothing.
FILE_LENGTH = 1 << 24
# The VmFlags of smaps that the model knows (fs/proc/task_mmu.c: show_smap_vma_flags()).
_VMFLAGS = {
    "rd": Flag.READ,
    "wr": Flag.WRITE,
    "ex": Flag.EXEC,
    "sh": Flag.SHARED,
    "gd": Flag.GROWSDOWN,
    "ac": Flag.ACCOUNT,
    "nr": Flag.NORESERVE,
    "sr": Flag.SEQUENTIAL,
    "rr": Flag.RANDOM,
    "dc": Flag.DONTFORK,
    "dd": Flag.DONTDUMP,
    "wf": Flag.WIPEONFORK,
    "hg": Flag.HUGEPAGE,
    "nh": Flag.NOHUGEPAGE,
    "um": Flag.UFFD_MISSING,
    "uw": Flag.UFFD_WP,
    "ui": Flag.UFFD_MINOR,
    "sl": Flag.SEALED,
    "dp": Flag.DROPPABLE,
}
# All flags of ``Flag`` but SPECIAL, which is several bits of the kernel.
_KNOWN = ~Flag.SPECIAL
# proc(5), stat: startstack, start_brk
_START_STACK, _START_BRK = 28, 47


@frozen
class Difference(Exception):
    """Model and kernel disagree at ``call``, the call of this ``index``."""

    subject: str
    index: int
    call: Call | Fork | None
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}, call {self.index} ({self.call}): {self.reason}"


@define
class Subject:
    """A kernel that runs trials, and the initial address space of its processes."""

    name: str
    run: Run
    features: Features
    producer: str
    linked: bool = True
    _start: Space = field(init=False)
    _areas: Areas = field(init=False)
    _inodes: dict[File, Inode] = field(init=False)
    _gate: list[library.Mapping] = field(init=False)

    def __attrs_post_init__(self) -> None:
        program = Program()
        smaps = program(ops.read_file(SMAPS))
        stat = program(ops.read_file(b"/proc/self/stat"))
        (outcome,) = self.run([program])
        fields = outcome.results[stat.index].bytes.rpartition(b")")[2].split()
        # The first field after the name is the third.
        start_stack, start_brk = (int(fields[n - 3]) for n in (_START_STACK, _START_BRK))
        self._start = Space(
            self.features,
            start_brk=start_brk,
            brk=start_brk,
            start_stack=start_stack,
        )
        self._inodes, self._gate = {}, []
        stack_end = 0
        for record in procmaps.loads(outcome.results[smaps.index].bytes):
            if record.name.kind == "vsyscall":
                self._gate.append(_without_usage(record))
                continue
            self._start.vmas.append(self._vma(record))
            if isinstance(record.name, names.Stack):
                stack_end = record.end
        files = tuple(
            File(f"/memfd:{name}".encode(), nameless=True, length=FILE_LENGTH)
            if name.startswith("memfd")
            else File(b"/t/model", nameless=False, length=FILE_LENGTH)
            for name in FILES
        )
        self._areas = Areas(start_brk, stack_end - STACK_PAGES * PAGE, files)

    def _vma(self, record: library.Mapping) -> Vma:
        """Return an initial mapping of the process from its smaps record."""
        if record.usage is None or record.usage.vm_flags is None:
            raise ValueError(f"{self.name}: smaps without VmFlags: {record!r}")
        flags = _flags(record.usage.vm_flags)
        file: File | None = None
        special: names.Special | None = None
        if isinstance(record.name, names.FileBacked):
            file = File(record.name.path, nameless=False, length=record.offset + record.size)
            device = record.device
            self._inodes[file] = (device.major, device.minor, record.inode)
        elif isinstance(record.name, names.Special):
            special, flags = record.name, flags | Flag.SPECIAL
        # The agent wrote the page, then forked the child that runs the trial.
        written = bool(record.usage.anonymous)
        return Vma(
            record.start,
            record.end,
            flags,
            record.offset // PAGE if file else record.start // PAGE,
            file,
            anon=AnonVma() if written else None,
            chain=2 if written else 0,
            special=special,
        )

    @property
    def initial_count(self) -> int:
        """The number of mappings before a trial."""
        return len(self._start.vmas)

    def fresh(self) -> Space:
        """Return the model of a process before its trial."""
        return evolve(
            self._start,
            vmas=[evolve(vma) for vma in self._start.vmas],
            present=set(),
            guards=set(),
            cached=set(),
        )

    def check(self, trials: Sequence[Trial], every: int = 4) -> int:
        """Run trials and return the number of calls. Raises ``Difference`` for the first one.

        maps and the VmFlags of smaps are compared after each *every*-th call, at the end, and at
        the end of each child.
        """
        plans = [_Plan(self._areas, trial, every, self._limit(trial)) for trial in trials]
        for plan, outcome in zip(plans, self.run([plan.program for plan in plans]), strict=True):
            if not outcome.ended_well:
                status = f"its process ended with status {outcome.status}"
                raise Difference(self.name, len(plan.trial.calls), None, status)
            self._compare(plan, outcome)
        return sum(len(plan.calls) for plan in plans)

    def _limit(self, trial: Trial) -> int | None:
        return None if trial.room is None else self.initial_count + trial.room

    def _compare(self, plan: _Plan, outcome: Outcome) -> None:
        space = self.fresh()
        space.limit = MAX_MAP_COUNT if plan.limit is None else plan.limit
        inodes = dict(self._inodes)
        for file, ref in zip(self._areas.files, plan.stats, strict=True):
            data = outcome.results[ref.index].bytes
            if data:
                major, minor, inode = struct.unpack(ops.STATX_FORMAT, data)[:3]
                inodes[file] = (major, minor, inode)
        spaces = [space]
        for step in plan.steps:
            space = spaces[-1]
            if isinstance(step, _Enter):
                spaces.append(space.fork())
            elif isinstance(step, _Leave):
                spaces.pop()
            elif isinstance(step, _ReadMaps):
                self._same_maps(step, space, self._reached(step, outcome).bytes, inodes)
                # The process that was asked for maps was asked for smaps next.
                self._same_flags(step, space, outcome.results[step.smaps.index].bytes)
            else:
                expected = result(step.call, space, self._areas)
                got_value = self._reached(step, outcome).value
                if got_value != expected:
                    words = (
                        f"the kernel returned {describe(got_value)}, the model {describe(expected)}"
                    )
                    raise Difference(self.name, step.index, step.call, words)

    def _reached(self, step: _Made | _ReadMaps, outcome: Outcome) -> Result:
        """Return the kernel's result of a step. Raises ``Difference`` if its child was killed."""
        if (found := outcome.results.get(step.ref.index)) is None:
            raise Difference(self.name, step.index, step.call, "its process had died")
        return found

    def _same_maps(
        self, step: _ReadMaps, space: Space, got: bytes, inodes: dict[File, Inode]
    ) -> None:
        unknown = {vma.file for vma in space.vmas if vma.file and vma.file not in inodes}
        if unknown:
            # The kernel chooses the inode of a shared anonymous mapping. It must be new.
            by_start = {record.start: record for record in procmaps.loads(got)}
            for vma in space.vmas:
                seen = by_start.get(vma.start)
                if vma.file in unknown and seen is not None:
                    inode = (seen.device.major, seen.device.minor, seen.inode)
                    if inode in inodes.values():
                        words = f"{seen!r} has the inode of another file"
                        raise Difference(self.name, step.index, step.call, words)
                    inodes[vma.file] = inode
                    unknown.discard(vma.file)
            # Mappings that the kernel does not have get an inode that no file has.
            for file in unknown:
                inodes[file] = (0, 0, 0)
        records = [*as_records.mappings(space, inodes), *self._gate]
        expected = rendering.render(records, self.producer)
        if got != expected:
            words = "maps differ\n" + _sides(expected, got)
            raise Difference(self.name, step.index, step.call, words)

    def _same_flags(self, step: _ReadMaps, space: Space, smaps: bytes) -> None:
        """Compare the flags that the model knows, mapping by mapping."""
        kernel = [
            _flags(record.usage.vm_flags)
            for record in procmaps.loads(smaps)
            if record.usage and record.usage.vm_flags and record.name.kind != "vsyscall"
        ]
        known = [vma.flags & _KNOWN for vma in space.vmas]
        if kernel != known:
            lines = [
                f"  {vma.start:x}-{vma.end:x} model: {_codes(model)}; kernel: {_codes(got)}"
                for vma, model, got in zip(space.vmas, known, kernel, strict=False)
                if model != got
            ]
            words = "\n".join(["VmFlags differ", *lines])
            raise Difference(self.name, step.index, step.call, words)


def _flags(codes: Iterable[bytes]) -> Flag:
    """Return the flags of VmFlags, without those that the model does not know."""
    flags = Flag.NONE
    for code in codes:
        flags |= _VMFLAGS.get(code.decode(), Flag.NONE)
    return flags


def _codes(flags: Flag) -> str:
    return " ".join(code for code, flag in _VMFLAGS.items() if flags & flag)


def _without_usage(record: library.Mapping) -> library.Mapping:
    return evolve(record, usage=None)


def _sides(expected: bytes, got: bytes) -> str:
    """Return the lines that only one of them has."""
    model, kernel = expected.split(b"\n"), got.split(b"\n")
    lines = [f"  model:  {line!r}" for line in model if line not in kernel]
    lines += [f"  kernel: {line!r}" for line in kernel if line not in model]
    return "\n".join(lines) or "  the same lines in another order"


# ---- a trial as a program ------------------------------------------------------------------


@frozen
class _Made:
    ref: Ref
    call: Call
    index: int


@frozen
class _ReadMaps:
    ref: Ref
    smaps: Ref
    call: Call | Fork | None
    index: int


@frozen
class _Enter:
    pass


@frozen
class _Leave:
    pass


_Step = _Made | _ReadMaps | _Enter | _Leave


@define
class _Plan:
    """A trial as a program, and the meaning of each result."""

    areas: Areas
    trial: Trial
    every: int
    limit: int | None
    program: Program = field(factory=Program)
    stats: list[Ref] = field(factory=list[Ref])
    steps: list[_Step] = field(factory=list[_Step])
    calls: list[Call] = field(factory=list[Call])
    _opened: Opened = field(init=False)

    def __attrs_post_init__(self) -> None:
        files: list[Ref] = []
        for name in FILES:
            if name.startswith("memfd"):
                file = self.program(ops.memfd_create(name.encode()))
            else:
                # An earlier trial may have filled its pages.
                file = self.program(ops.open_(b"/t/model", "rdwr creat trunc"))
            self.program(ops.ftruncate(file, FILE_LENGTH))
            self.stats.append(self.program(ops.statx(file)))
            files.append(file)
        userfaults = [self.program(ops.call("uffd_open", 0)) for _ in USERFAULTS]
        self._opened = Opened(files, userfaults)
        if self.limit is not None:
            self._set_limit(self.limit)
        last: Call | Fork | None = None
        for call in self.trial.calls:
            last = call
            if isinstance(call, Fork):
                with self.program.fork():
                    self.steps.append(_Enter())
                    for inner in call.calls:
                        self._make(inner)
                    self._read_maps(call)
                    self.steps.append(_Leave())
            else:
                self._make(call)
            if len(self.calls) % self.every == 0:
                self._read_maps(call)
        self._read_maps(last)
        if self.limit is not None:
            self._set_limit(MAX_MAP_COUNT)

    def _set_limit(self, limit: int) -> None:
        file = self.program(ops.open_(LIMIT, "wronly"))
        self.program(ops.write(file, str(limit).encode()))
        self.program(ops.call("close", file))

    def _make(self, call: Call) -> None:
        ref = call.write(self.program, self.areas, self._opened)
        self.steps.append(_Made(ref, call, len(self.calls)))
        self.calls.append(call)

    def _read_maps(self, call: Call | Fork | None) -> None:
        ref = self.program(ops.read_file(MAPS))
        smaps = self.program(ops.read_file(SMAPS))
        self.steps.append(_ReadMaps(ref, smaps, call, len(self.calls)))
