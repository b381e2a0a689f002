"""Encoding and decoding of the protocol, without an agent."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.lab import ops, protocol
from kernel.lab.protocol import Counted, Malformed, Op, Outcome, Program, Ref, Result, Strided

WORDS = st.integers(-(2**63), 2**64 - 1)


@given(WORDS)
def test_numbers_round_trip_as_64_bits(value: int) -> None:
    record = b"r" + protocol.number(7) + protocol.number(value)
    result = protocol.decode_outcome(record, 0).results[7].value
    assert result % 2**64 == value % 2**64
    assert -(2**63) <= result < 2**63


def test_numbers_are_leb128() -> None:
    assert protocol.number(0) == b"\0"
    assert protocol.number(300) == b"\xac\x02"
    assert protocol.number(-1) == b"\xff" * 9 + b"\x01"


def test_encodes_operations() -> None:
    op = Op(9, "x", (5, b"a\0b", Ref(2), Strided(1, 3), Counted(b"n00000000")))
    assert protocol.encode_op(op) == (
        b"\x09\x05\x00\x05\x01\x04a\0b\0\x02\x02\x03\x01\x03\x04\x0an00000000\0"
    )


def test_encodes_programs_with_their_length() -> None:
    program = Program()
    first = program(ops.brk(0))
    program(ops.brk(first))
    body = protocol.encode_op(ops.brk(0)) + protocol.encode_op(ops.brk(Ref(0)))
    assert program.encode() == struct.pack("<I", len(body)) + body


def test_blocks_contain_their_number_of_operations() -> None:
    program = Program()
    with program.fork() as outer:
        program(ops.brk(0))
        with program.repeat(3):
            program(ops.brk(0))
    with program.hold():
        pass
    assert outer == Ref(0)
    assert [(op.name, op.args) for op in program.ops if op.name != "brk"] == [
        ("fork", (3,)),
        ("repeat", (3, 1)),
        ("hold", (0,)),
    ]


def test_rejects_operations_and_programs_beyond_the_limits() -> None:
    with pytest.raises(ValueError) as caught:
        protocol.encode_op(Op(1, "x", (0,) * 9))
    assert str(caught.value) == "x has 9 arguments: expected at most 8"
    with pytest.raises(ValueError) as caught:
        protocol.encode_op(Op(1, "x", (Counted(b"short"),)))
    assert str(caught.value) == ("b'short' is too short for a counter: expected 8 bytes or more")
    with pytest.raises(ValueError) as caught:
        protocol.encode_op(ops.brk(Ref(protocol.OPS_MAX)))
    assert str(caught.value) == (
        "a reference to operation 4096: only the first 4096 can be referred to"
    )
    with pytest.raises(ValueError) as caught:
        Program([ops.write(0, bytes(protocol.PROGRAM_MAX))]).encode()
    assert str(caught.value).startswith("the program has ")
    with pytest.raises(ValueError) as caught:
        Program().encode()
    assert str(caught.value) == "the program has 0 bytes: expected 1 to 98304"


def test_decodes_results_and_data() -> None:
    records = b"d\x01\x02abd\x01\x01cr\x01\x03r\x00" + protocol.number(-22)
    outcome = protocol.decode_outcome(records, 0)
    assert outcome == Outcome({0: Result(-22), 1: Result(3, (b"ab", b"c"))}, 0)
    assert outcome.results[1].bytes == b"abc"
    assert (outcome.results[0].errno, outcome.results[1].errno) == (22, 0)


def test_high_addresses_are_not_errnos() -> None:
    assert Result(-4095).errno == 4095
    assert Result(-4096).errno == 0


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (b"x\0", "unknown kind of record b'x': expected m, r or d"),
        (b"r\x80", "the records end inside a number"),
        (b"d\x01\x05ab", "the records end inside the data of operation 1"),
        (b"m\x0a", "the agent found the program malformed at byte 10"),
    ],
)
def test_rejects_malformed_records(records: bytes, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        protocol.decode_outcome(records, 0)
    assert str(caught.value) == message


def test_greeting() -> None:
    hello = protocol.decode_hello(b"procmaps\x01\x04\x01\0\0\0\x01\0")
    assert hello == protocol.Hello(1, 4, big_endian=True, page_size=65536)
    with pytest.raises(Malformed) as caught:
        protocol.decode_hello(b"procmaps\x02\x04\x01\0\0\0\x01\0")
    assert str(caught.value) == "the agent's protocol has version 2: expected 1"
    with pytest.raises(Malformed):
        protocol.decode_hello(b"something else!!")


def test_words_become_bits() -> None:
    assert ops.bits("private fixed", ops.MAP) == 0x12
    assert ops.bits("", ops.MAP) == 0
    assert ops.protection("r-x") == 5
    with pytest.raises(KeyError):
        ops.bits("publik", ops.MAP)
