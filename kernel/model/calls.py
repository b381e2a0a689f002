"""System calls as data, for the model, for a kernel, and for files of trials.

Addresses are offsets into an area: ``arena`` (free of other mappings), ``heap`` (from start_brk),
or ``stack`` (its uppermost pages). So a trial means the same on every machine.
"""

from __future__ import annotations

import errno
from typing import Any

import attrs
from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Program, Ref
from kernel.lab.scenario_builder import FAR
from kernel.model.areas import FILES, Areas, Opened
from kernel.model.errors import CallFailed
from kernel.model.space import Space
from kernel.model.userfault_calls import Register, Unregister
from kernel.model.vma import PAGE, UNREADABLE, Flag

ACCESS = {"r": Flag.READ, "w": Flag.WRITE, "x": Flag.EXEC}
# The words of mmap for each sharing of ``Map``.
_SHARING = {
    "private": "private",
    "shared": "shared",
    "noreserve": "private noreserve",
    "droppable": "droppable",
    "stack": "private stack",
}


def access(letters: str) -> Flag:
    """Return flags for letters such as ``"rw"``; ``"-"`` means none."""
    flags = Flag.NONE
    for letter in letters.replace("-", ""):
        flags |= ACCESS[letter]
    return flags


@frozen
class Map:
    """mmap at a fixed address.

    ``backing`` is ``anon`` or one of ``FILES``. ``sharing`` is ``private``, ``shared``,
    ``noreserve`` or ``stack`` (private, with this flag), or ``droppable``.
    """

    start: int
    length: int
    access: str = "rw"
    backing: str = "anon"
    sharing: str = "private"
    offset: int = 0
    replace: bool = True

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return the address."""
        flags = access(self.access)
        if self.sharing == "shared":
            flags |= Flag.SHARED
        if self.sharing == "noreserve":
            flags |= Flag.NORESERVE
        if self.sharing == "droppable":
            flags |= Flag.DROPPABLE
        file = None if self.backing == "anon" else areas.files[FILES.index(self.backing)]
        start = areas.address("arena", self.start)
        return space.mmap(
            start,
            self.length,
            flags,
            file,
            self.offset,
            replace=self.replace,
            stack=self.sharing == "stack",
        )

    def write(self, program: Program, areas: Areas, opened: Opened) -> Ref:
        """Append it to a program for a kernel."""
        words = _SHARING[self.sharing]
        words += " fixed" if self.replace else " fixed_noreplace"
        start = areas.address("arena", self.start)
        if self.backing == "anon":
            return program(ops.mmap(start, self.length, self.access, f"{words} anonymous"))
        file = opened.files[FILES.index(self.backing)]
        return program(ops.mmap(start, self.length, self.access, words, file, self.offset))


@frozen
class Unmap:
    """munmap."""

    start: int
    length: int

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        space.munmap(areas.address("arena", self.start), self.length)
        return 0

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        return program(ops.munmap(areas.address("arena", self.start), self.length))


@frozen
class Protect:
    """mprotect."""

    start: int
    length: int
    access: str
    area: str = "arena"

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        space.mprotect(areas.address(self.area, self.start), self.length, access(self.access))
        return 0

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        start = areas.address(self.area, self.start)
        return program(ops.mprotect(start, self.length, self.access))


@frozen
class Advise:
    """madvise, with an advice of ``madvise.ADVICE`` or ``madvise.GUARDS``."""

    start: int
    length: int
    advice: str

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        space.madvise(areas.address("arena", self.start), self.length, self.advice)
        return 0

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        return program(ops.madvise(areas.address("arena", self.start), self.length, self.advice))


@frozen
class SetName:
    """prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME).

    ``readable`` is false if the pointer to the label is invalid. ``known`` is false for another
    attribute.
    """

    start: int
    length: int
    text: bytes | None
    area: str = "arena"
    readable: bool = True
    known: bool = True

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        text = self.text if self.readable else UNREADABLE
        start = areas.address(self.area, self.start)
        space.prctl(start, self.length, text, known=self.known)
        return 0

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        start = areas.address(self.area, self.start)
        attribute = ops.PR_SET_VMA_ANON_NAME if self.known else ops.PR_SET_VMA_ANON_NAME + 1
        text = 0 if self.text is None else self.text
        label = text if self.readable else FAR
        return program(ops.call("prctl", ops.PR_SET_VMA, attribute, start, self.length, label))


@frozen
class Remap:
    """mremap: in place, or moved to ``to``. ``keep`` means MREMAP_DONTUNMAP."""

    start: int
    length: int
    new_length: int
    to: int | None = None
    keep: bool = False

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return the address."""
        to = None if self.to is None else areas.address("arena", self.to)
        start = areas.address("arena", self.start)
        return space.mremap(start, self.length, self.new_length, to, keep=self.keep)

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        words = "" if self.to is None else "maymove fixed"
        if self.keep:
            words = f"{words} dontunmap".strip()
        to = 0 if self.to is None else areas.address("arena", self.to)
        start = areas.address("arena", self.start)
        return program(ops.mremap(start, self.length, self.new_length, words, to))


@frozen
class Break:
    """brk, to an offset in bytes from start_brk."""

    offset: int

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return the break."""
        return space.set_brk(areas.heap + self.offset)

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        return program(ops.brk(areas.heap + self.offset))


@frozen
class Touch:
    """A write to every page of a range."""

    start: int
    length: int
    area: str = "arena"

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return the length."""
        return space.touch(areas.address(self.area, self.start), self.length)

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        return program(ops.fill(areas.address(self.area, self.start), self.length))


@frozen
class Seal:
    """mseal. ``flags`` other than 0 are invalid."""

    start: int
    length: int
    flags: int = 0
    area: str = "arena"

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        space.mseal(areas.address(self.area, self.start), self.length, self.flags)
        return 0

    def write(self, program: Program, areas: Areas, _: Opened) -> Ref:
        """Append it to a program for a kernel."""
        start = areas.address(self.area, self.start)
        return program(ops.call("mseal", start, self.length, self.flags))


Call = (
    Map | Unmap | Protect | Advise | SetName | Remap | Break | Touch | Seal | Register | Unregister
)


@frozen
class Fork:
    """A child that makes these calls, has its maps read, and ends."""

    calls: tuple[Call, ...]


@frozen
class Trial:
    """Calls in order, in a fresh process.

    ``room`` limits the number of new mappings (/proc/sys/vm/max_map_count); None means no limit.
    """

    calls: tuple[Call | Fork, ...]
    room: int | None = None


def result(call: Call, space: Space, areas: Areas) -> int:
    """Return the result of the call in the model: a value or a negative errno."""
    try:
        return call.do(space, areas)
    except CallFailed as failure:
        return -failure.errno


# ---- in files ------------------------------------------------------------------------------


class InvalidTrial(ValueError):
    """A file contains no trial. The message says why."""


_KINDS: dict[str, type[Call]] = {
    kind.__name__: kind
    for kind in (
        *(Map, Unmap, Protect, Advise, SetName, Remap, Break, Touch),
        *(Seal, Register, Unregister),
    )
}


def _plain(call: Call | Fork) -> dict[str, Any]:
    if isinstance(call, Fork):
        return {"call": "Fork", "calls": [_plain(inner) for inner in call.calls]}
    values = attrs.asdict(
        call, value_serializer=lambda _, __, v: v.decode("latin-1") if isinstance(v, bytes) else v
    )
    return {"call": type(call).__name__, **values}


def _call(plain: dict[str, Any]) -> Call:
    values = dict(plain)
    name = values.pop("call", None)
    if name not in _KINDS:
        raise InvalidTrial(f"unknown call {name!r}; known are: {', '.join(_KINDS)}, Fork")
    if isinstance(text := values.get("text"), str):
        values["text"] = text.encode("latin-1")
    try:
        return _KINDS[name](**values)
    except TypeError as error:
        raise InvalidTrial(f"{name}: {error}") from error


def to_json(trial: Trial) -> dict[str, Any]:
    """Return a trial for JSON; labels are Latin-1."""
    return {"room": trial.room, "calls": [_plain(call) for call in trial.calls]}


def from_json(plain: dict[str, Any]) -> Trial:
    """Return the trial of a JSON value. Raises ``InvalidTrial``."""
    if missing := {"calls", "room"} - plain.keys():
        raise InvalidTrial(f"missing {' and '.join(sorted(missing))}")
    return Trial(
        tuple(
            Fork(tuple(map(_call, call.get("calls", ()))))
            if call.get("call") == "Fork"
            else _call(call)
            for call in plain["calls"]
        ),
        plain["room"],
    )


def describe(value: int) -> str:
    """Return a call's result as text: ``0``, ``0x20000000``, ``ENOMEM``."""
    if value < 0:
        return errno.errorcode.get(-value, str(value))
    return str(value) if value < PAGE else hex(value)
