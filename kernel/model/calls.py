"""System calls as data: what a trial consists of, for the model, for a kernel, and in a file.

Addresses are offsets into an area: ``arena`` (where nothing else lies), ``heap`` (from start_brk),
``stack`` (its uppermost pages). So a trial means the same on every machine.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

import attrs
from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Program, Ref
from kernel.lab.scene import BASE, FAR
from kernel.model.space import UNREADABLE, Refused, Space
from kernel.model.vma import PAGE, File, Flag

ACCESS = {"r": Flag.READ, "w": Flag.WRITE, "x": Flag.EXEC}
FILES = ("memfd one", "memfd two", "linked")
STACK_PAGES = 8


@frozen
class Place:
    """Where the areas are, and the files that a trial may map, in the order of ``FILES``."""

    heap: int
    stack: int
    files: tuple[File, ...]

    def address(self, area: str, offset: int) -> int:
        """The address of an offset into an area."""
        return {"arena": BASE, "heap": self.heap, "stack": self.stack}[area] + offset


def access(letters: str) -> Flag:
    """``"rw"`` as flags; ``"-"`` stands for nothing."""
    flags = Flag.NONE
    for letter in letters.replace("-", ""):
        flags |= ACCESS[letter]
    return flags


@frozen
class Map:
    """mmap at a fixed address. ``backing``: ``anon``, or one of ``FILES``."""

    start: int
    length: int
    access: str = "rw"
    backing: str = "anon"
    sharing: str = "private"
    offset: int = 0
    replace: bool = True

    def do(self, space: Space, place: Place) -> int:
        """In the model; returns the address."""
        flags = access(self.access)
        if self.sharing == "shared":
            flags |= Flag.SHARED
        if self.sharing == "noreserve":
            flags |= Flag.NORESERVE
        file = None if self.backing == "anon" else place.files[FILES.index(self.backing)]
        start = place.address("arena", self.start)
        return space.mmap(start, self.length, flags, file, self.offset, replace=self.replace)

    def write(self, program: Program, place: Place, files: Sequence[Ref]) -> Ref:
        """For a kernel."""
        words = "private noreserve" if self.sharing == "noreserve" else self.sharing
        words += " fixed" if self.replace else " fixed_noreplace"
        start = place.address("arena", self.start)
        if self.backing == "anon":
            return program(ops.mmap(start, self.length, self.access, f"{words} anonymous"))
        file = files[FILES.index(self.backing)]
        return program(ops.mmap(start, self.length, self.access, words, file, self.offset))


@frozen
class Unmap:
    """munmap."""

    start: int
    length: int

    def do(self, space: Space, place: Place) -> int:
        """In the model."""
        space.munmap(place.address("arena", self.start), self.length)
        return 0

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        return program(ops.munmap(place.address("arena", self.start), self.length))


@frozen
class Protect:
    """mprotect."""

    start: int
    length: int
    access: str
    area: str = "arena"

    def do(self, space: Space, place: Place) -> int:
        """In the model."""
        space.mprotect(place.address(self.area, self.start), self.length, access(self.access))
        return 0

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        start = place.address(self.area, self.start)
        return program(ops.mprotect(start, self.length, self.access))


@frozen
class Advise:
    """madvise, with an advice of ``space.ADVICE``."""

    start: int
    length: int
    advice: str

    def do(self, space: Space, place: Place) -> int:
        """In the model."""
        space.madvise(place.address("arena", self.start), self.length, self.advice)
        return 0

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        return program(ops.madvise(place.address("arena", self.start), self.length, self.advice))


@frozen
class SetName:
    """prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME).

    Not ``readable``: the label lies where nothing is mapped. ``known`` is false for another
    attribute than that.
    """

    start: int
    length: int
    text: bytes | None
    area: str = "arena"
    readable: bool = True
    known: bool = True

    def do(self, space: Space, place: Place) -> int:
        """In the model."""
        text = self.text if self.readable else UNREADABLE
        start = place.address(self.area, self.start)
        space.prctl(start, self.length, text, known=self.known)
        return 0

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        start = place.address(self.area, self.start)
        attribute = ops.PR_SET_VMA_ANON_NAME if self.known else ops.PR_SET_VMA_ANON_NAME + 1
        text = 0 if self.text is None else self.text
        label = text if self.readable else FAR
        return program(ops.call("prctl", ops.PR_SET_VMA, attribute, start, self.length, label))


@frozen
class Remap:
    """mremap: in place, or with ``to`` moved there. ``keep``: MREMAP_DONTUNMAP."""

    start: int
    length: int
    new_length: int
    to: int | None = None
    keep: bool = False

    def do(self, space: Space, place: Place) -> int:
        """In the model; returns the address."""
        to = None if self.to is None else place.address("arena", self.to)
        start = place.address("arena", self.start)
        return space.mremap(start, self.length, self.new_length, to, keep=self.keep)

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        words = "" if self.to is None else "maymove fixed"
        if self.keep:
            words = f"{words} dontunmap".strip()
        to = 0 if self.to is None else place.address("arena", self.to)
        start = place.address("arena", self.start)
        return program(ops.mremap(start, self.length, self.new_length, words, to))


@frozen
class Break:
    """brk, so many bytes above start_brk."""

    offset: int

    def do(self, space: Space, place: Place) -> int:
        """In the model; returns the break."""
        return space.set_brk(place.heap + self.offset)

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        return program(ops.brk(place.heap + self.offset))


@frozen
class Touch:
    """A write to every page of a range."""

    start: int
    length: int
    area: str = "arena"

    def do(self, space: Space, place: Place) -> int:
        """In the model; returns the length."""
        return space.touch(place.address(self.area, self.start), self.length)

    def write(self, program: Program, place: Place, _: Sequence[Ref]) -> Ref:
        """For a kernel."""
        return program(ops.fill(place.address(self.area, self.start), self.length))


Call = Map | Unmap | Protect | Advise | SetName | Remap | Break | Touch


@frozen
class Fork:
    """A child that makes these calls, is looked at, and ends."""

    calls: tuple[Call, ...]


@frozen
class Trial:
    """Calls in order, on a fresh process.

    ``room``: how many mappings it may have besides those that it starts with, where the limit
    (/proc/sys/vm/max_map_count) is to be felt.
    """

    calls: tuple[Call | Fork, ...]
    room: int | None = None


def result(call: Call, space: Space, place: Place) -> int:
    """What the model says that the call returns: a value, or an errno, negated."""
    try:
        return call.do(space, place)
    except Refused as refused:
        return -refused.errno


# ---- in files ------------------------------------------------------------------------------


class NotATrial(ValueError):
    """A file that holds no trial: its text says what is wrong with it."""


_KINDS: dict[str, type[Call]] = {
    kind.__name__: kind for kind in (Map, Unmap, Protect, Advise, SetName, Remap, Break, Touch)
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
        raise NotATrial(f"no call is named {name!r}; there are {', '.join(_KINDS)} and Fork")
    if isinstance(text := values.get("text"), str):
        values["text"] = text.encode("latin-1")
    try:
        return _KINDS[name](**values)
    except TypeError as error:
        raise NotATrial(f"{name}: {error}") from error


def to_json(trial: Trial) -> dict[str, Any]:
    """A trial as JSON has it; labels as Latin-1."""
    return {"room": trial.room, "calls": [_plain(call) for call in trial.calls]}


def from_json(plain: dict[str, Any]) -> Trial:
    """The trial again. Raises ``NotATrial`` for what is none."""
    if missing := {"calls", "room"} - plain.keys():
        raise NotATrial(f"without {' and '.join(sorted(missing))}")
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
    """A call's result in words: ``0``, ``0x20000000``, ``ENOMEM``."""
    if value < 0:
        return errno.errorcode.get(-value, str(value))
    return str(value) if value < PAGE else hex(value)
