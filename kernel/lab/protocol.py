"""The protocol between host and guest: encoding programs, decoding outcomes.

agent/PROTOCOL.md describes it. This module does no input or output. All architectures share the
protocol, because the agent translates flags and errnos.
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
# Results from -4095 to -1 are negative errnos: include/linux/err.h.
_MAX_ERRNO = 4095
# LEB128: seven bits of the number in each byte, and a bit that is set if more follow.
_LOW, _MORE = 0x7F, 0x80
_DIGITS = 8


@frozen
class Ref:
    """The result of the operation at this index of the same program."""

    index: int


@frozen
class Strided:
    """``base + step * counter`` in a repeat."""

    base: int
    step: int


@frozen
class Counted:
    """Bytes in a repeat. The counter in decimal replaces their last eight."""

    text: bytes


Arg = int | bytes | Ref | Strided | Counted


@frozen
class Op:
    """One operation. ``bytes`` arguments get a final NUL and are passed by address."""

    code: int
    name: str
    args: tuple[Arg, ...] = ()


@frozen
class Hello:
    """The agent's greeting."""

    version: int
    word_bytes: int
    big_endian: bool
    page_size: int


@frozen
class Result:
    """The result of one operation: a value or a negative errno, and pieces of data."""

    value: int
    data: tuple[bytes, ...] = ()

    @property
    def errno(self) -> int:
        """The errno of asm-generic/errno.h, or 0 for success."""
        return -self.value if -_MAX_ERRNO <= self.value < 0 else 0

    @property
    def bytes(self) -> bytes:
        """All pieces of data, joined."""
        return b"".join(self.data)


@frozen
class Outcome:
    """The outcome of a program. Operations that did not run have no entry in ``results``."""

    results: dict[int, Result]
    status: int

    @property
    def ended_well(self) -> bool:
        """Whether the program's process exited with status 0."""
        return self.status == 0


class Malformed(ValueError):
    """The other end sent bytes that violate the protocol."""


def number(value: int) -> bytes:
    """Return LEB128 of the value's 64-bit two's complement."""
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
                    f"a reference to operation {index}: only the first {OPS_MAX} can be referred to"
                )
            return b"\2" + number(index)
        case Strided(base, step):
            return b"\3" + number(base) + number(step)
        case Counted(text):
            if len(text) < _DIGITS:
                raise ValueError(
                    f"{text!r} is too short for a counter: expected {_DIGITS} bytes or more"
                )
            return b"\4" + number(len(text) + 1) + text + b"\0"


def encode_op(op: Op) -> bytes:
    """Return the encoding of one operation."""
    if len(op.args) > ARGS_MAX:
        raise ValueError(f"{op.name} has {len(op.args)} arguments: expected at most {ARGS_MAX}")
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
        """Append an operation; return a reference to its result."""
        self.ops.append(op)
        return Ref(len(self.ops) - 1)

    @contextmanager
    def _body(self, code: int, name: str, *before: Arg) -> Generator[Ref]:
        head = self(Op(code, name, (*before, 0)))
        yield head
        body = len(self.ops) - head.index - 1
        self.ops[head.index] = evolve(self.ops[head.index], args=(*before, body))

    def fork(self) -> AbstractContextManager[Ref]:
        """Run the ``with`` block in a child; the result is its wait status."""
        return self._body(FORK, "fork")

    def hold(self) -> AbstractContextManager[Ref]:
        """Run the block in a child that then stops, for ``read_held`` and ``reap``."""
        return self._body(HOLD, "hold")

    def background(self) -> AbstractContextManager[Ref]:
        """Run the block in a child in the background, without results, until the program ends."""
        return self._body(BACKGROUND, "background")

    def repeat(self, times: int) -> AbstractContextManager[Ref]:
        """Run the block so many times, without results; the result counts complete runs."""
        return self._body(REPEAT, "repeat", times)

    def encode(self) -> bytes:
        """Return the encoding of the program, starting with its length.

        Raises ``ValueError`` if it is empty or longer than the agent's buffer.
        """
        body = b"".join(map(encode_op, self.ops))
        if not 0 < len(body) <= PROGRAM_MAX:
            raise ValueError(f"the program has {len(body)} bytes: expected 1 to {PROGRAM_MAX}")
        return struct.pack("<I", len(body)) + body


FORK, HOLD, REPEAT, BACKGROUND = 120, 121, 125, 128


def decode_hello(data: bytes) -> Hello:
    """Return the greeting. Raises `Malformed`, also for another version of the protocol."""
    if len(data) != HELLO_LENGTH or not data.startswith(b"procmaps"):
        raise Malformed(f"not an agent's greeting: {data!r}")
    version, word_bytes, big, page_size = struct.unpack("<8xBBBxI", data)
    if version != VERSION:
        raise Malformed(f"the agent's protocol has version {version}: expected {VERSION}")
    return Hello(version, word_bytes, bool(big), page_size)


def _decode_number(data: bytes, offset: int) -> tuple[int, int]:
    """Return the number at an offset, and the offset after it."""
    value = shift = 0
    while True:
        if offset >= len(data):
            raise Malformed("the records end inside a number")
        byte = data[offset]
        offset += 1
        value |= (byte & _LOW) << shift
        if byte < _MORE:
            return value, offset
        shift += 7


def decode_outcome(records: bytes, status: int) -> Outcome:
    """Return the outcome of a program from its records and its process's wait status.

    Raises ``Malformed`` for records that violate the protocol, or if the agent reports that the
    program does.
    """
    values: dict[int, int] = {}
    data: dict[int, list[bytes]] = {}
    offset = 0
    while offset < len(records):
        kind = records[offset : offset + 1]
        index, offset = _decode_number(records, offset + 1)
        if kind == b"m":
            raise Malformed(f"the agent found the program malformed at byte {index}")
        if kind == b"r":
            value, offset = _decode_number(records, offset)
            values[index] = value - 2**64 if value >> 63 else value
        elif kind == b"d":
            length, offset = _decode_number(records, offset)
            if offset + length > len(records):
                raise Malformed(f"the records end inside the data of operation {index}")
            data.setdefault(index, []).append(records[offset : offset + length])
            offset += length
        else:
            raise Malformed(f"unknown kind of record {kind!r}: expected m, r or d")
    results = {i: Result(v, tuple(data.get(i, ()))) for i, v in sorted(values.items())}
    return Outcome(results, status)
