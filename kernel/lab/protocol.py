"""What passes between host and guest: programs out, outcomes back. See agent/PROTOCOL.md.

Pure: bytes to records and records to bytes, no input or output. Both directions are the same for
every architecture; the agent translates flags and errnos that a machine numbers its own way.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from attrs import define, evolve, field, frozen

VERSION = 1
HELLO_LENGTH = 16
PROGRAM_MAX = 0x18000
OPS_MAX = 4096
ARGS_MAX = 8

_U64 = 2**64 - 1
# A system call's result is an errno, negated, from -4095 on: include/linux/err.h.
_MAX_ERRNO = 4095
# LEB128: seven bits of the number in each byte, and a bit that says that more follow.
_LOW, _MORE = 0x7F, 0x80
_DIGITS = 8


@frozen
class Ref:
    """What the operation at this index of the same program returned."""

    index: int


@frozen
class Step:
    """``base + step * counter``, inside a repeat."""

    base: int
    step: int


@frozen
class Counted:
    """Bytes whose last eight (before the NUL that is added) become the counter in decimal."""

    text: bytes


Arg = int | bytes | Ref | Step | Counted


@frozen
class Op:
    """One operation. ``bytes`` arguments get a final NUL and are passed by address."""

    code: int
    name: str
    args: tuple[Arg, ...] = ()


@frozen
class Hello:
    """What the agent says once, when it is ready."""

    version: int
    word_bytes: int
    big_endian: bool
    page_size: int


@frozen
class Result:
    """What one operation returned: a value, or a negative errno; and its data, read by read."""

    value: int
    data: tuple[bytes, ...] = ()

    @property
    def errno(self) -> int:
        """The errno of asm-generic/errno.h, or 0 where the operation succeeded."""
        return -self.value if -_MAX_ERRNO <= self.value < 0 else 0

    @property
    def bytes(self) -> bytes:
        """All the data in one piece."""
        return b"".join(self.data)


@frozen
class Outcome:
    """What one program did. ``results`` has no entry for an operation that was not reached."""

    results: dict[int, Result]
    status: int

    @property
    def ended_well(self) -> bool:
        """True if the process that ran the program exited with status 0."""
        return self.status == 0


class Malformed(ValueError):
    """Bytes from the other side that are not of this protocol."""


def number(value: int) -> bytes:
    """LEB128 of the value's 64-bit two's complement."""
    value &= _U64
    out = bytearray()
    while value > _LOW:
        out.append(value & _LOW | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)


def _arg(arg: Arg) -> bytes:
    match arg:
        case int():
            return b"\0" + number(arg)
        case bytes():
            return b"\1" + number(len(arg) + 1) + arg + b"\0"
        case Ref(index):
            if index >= OPS_MAX:
                raise ValueError(
                    f"operation {index} cannot be referred to; the first {OPS_MAX} can"
                )
            return b"\2" + number(index)
        case Step(base, step):
            return b"\3" + number(base) + number(step)
        case Counted(text):
            if len(text) < _DIGITS:
                raise ValueError(f"{text!r} has no room for the eight digits of a counter")
            return b"\4" + number(len(text) + 1) + text + b"\0"


def encode_op(op: Op) -> bytes:
    """One operation as the agent reads it."""
    if len(op.args) > ARGS_MAX:
        raise ValueError(f"{op.name} has {len(op.args)} arguments; {ARGS_MAX} at most")
    return bytes((op.code, len(op.args))) + b"".join(map(_arg, op.args))


@define
class Program:
    """A list of operations for one forked child.

    Built in order::

        p = Program()
        fd = p(ops.memfd_create(b"name"))
        p(ops.mmap(0x20000000, 4096, "rw", "shared fixed", fd))
        with p.fork():
            p(ops.read_file(b"/proc/self/maps"))
    """

    ops: list[Op] = field(factory=list[Op])

    def __call__(self, op: Op) -> Ref:
        """Append an operation; the reference stands for what it will return."""
        self.ops.append(op)
        return Ref(len(self.ops) - 1)

    @contextmanager
    def _body(self, code: int, name: str, *before: Arg) -> Generator[Ref]:
        head = self(Op(code, name, (*before, 0)))
        yield head
        body = len(self.ops) - head.index - 1
        self.ops[head.index] = evolve(self.ops[head.index], args=(*before, body))

    def fork(self) -> AbstractContextManager[Ref]:
        """The operations of the ``with`` block run in a child; the result is its wait status."""
        return self._body(FORK, "fork")

    def hold(self) -> AbstractContextManager[Ref]:
        """Like ``fork``, but the child then stops, for ``read_held`` and ``reap``."""
        return self._body(HOLD, "hold")

    def background(self) -> AbstractContextManager[Ref]:
        """The block runs in a child beside this program, in silence, until the program ends."""
        return self._body(BACKGROUND, "background")

    def repeat(self, times: int) -> AbstractContextManager[Ref]:
        """The block ``times`` times, in silence; the result is how often it ran wholly."""
        return self._body(REPEAT, "repeat", times)

    def encode(self) -> bytes:
        """The program as the agent reads it, length first.

        Raises ``ValueError`` if it is longer than the agent's buffer.
        """
        body = b"".join(map(encode_op, self.ops))
        if not 0 < len(body) <= PROGRAM_MAX:
            raise ValueError(f"a program of {len(body)} bytes; 1 to {PROGRAM_MAX} are possible")
        return struct.pack("<I", len(body)) + body


FORK, HOLD, REPEAT, BACKGROUND = 120, 121, 125, 128


def decode_hello(data: bytes) -> Hello:
    """The greeting. Raises `Malformed`, also for another version of the protocol."""
    if len(data) != HELLO_LENGTH or not data.startswith(b"procmaps"):
        raise Malformed(f"not an agent's greeting: {data!r}")
    version, word_bytes, big, page_size = struct.unpack("<8xBBBxI", data)
    if version != VERSION:
        raise Malformed(f"the agent speaks version {version} of the protocol, not {VERSION}")
    return Hello(version, word_bytes, bool(big), page_size)


def _take_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise Malformed("the records end within a number")
        byte = data[at]
        at += 1
        value |= (byte & _LOW) << shift
        if byte < _MORE:
            return value, at
        shift += 7


def decode_outcome(records: bytes, status: int) -> Outcome:
    """The records that a program wrote, and the wait status of the process that wrote them.

    Raises ``Malformed`` for records that are not of this protocol, or when the agent says that
    the program itself was not.
    """
    values: dict[int, int] = {}
    data: dict[int, list[bytes]] = {}
    at = 0
    while at < len(records):
        kind = records[at : at + 1]
        index, at = _take_number(records, at + 1)
        if kind == b"m":
            raise Malformed(f"the agent cannot read the program at byte {index}")
        if kind == b"r":
            value, at = _take_number(records, at)
            values[index] = value - 2**64 if value >> 63 else value
        elif kind == b"d":
            length, at = _take_number(records, at)
            if at + length > len(records):
                raise Malformed(f"the records end within the data of operation {index}")
            data.setdefault(index, []).append(records[at : at + length])
            at += length
        else:
            raise Malformed(f"no record starts with {kind!r}")
    results = {i: Result(v, tuple(data.get(i, ()))) for i, v in sorted(values.items())}
    return Outcome(results, status)
