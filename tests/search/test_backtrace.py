"""Addresses are found in what programs print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.search.backtrace import addresses_in

FRAMES = {
    # gdb: the first number is the frame's, the others are arguments.
    b"#0  0x00007ffff7e5a3bf in __libc_read (fd=0x0, buf=0x5555) at read.c:26": 0x7FFFF7E5A3BF,
    b"#12 0x0000555555555195 in ?? ()": 0x555555555195,
    # glibc: after the plus is a distance.
    b"./prog(main+0x1f)[0x4011d6]": 0x4011D6,
    b"/lib/libc.so.6(+0x29d90) [0x7f3a2c029d90]": 0x7F3A2C029D90,
    # The sanitizers, Rust, Java's hs_err.
    b"    #1 0x4f3b21 in main /src/a.c:7:3 (/bin/a+0x4f3b21)": 0x4F3B21,
    b"   3:     0x55d4c8a3e1f0 - std::rt::lang_start::h0": 0x55D4C8A3E1F0,
    b"V  [libjvm.so+0x8a1b2c]  JavaThread::run()+0x20": None,
    b"C  [libc.so.6+0x9d7d8]  read+0x48 pc=0x00007f1fb0c9d7d8": 0x7F1FB0C9D7D8,
    # Go, and the kernel's log: the counter is not the first number.
    b"[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45e5c1]": 0x45E5C1,
    b"\t/src/main.go:5 +0x1d": None,
    b"a.out[7]: segfault at 0 ip 00007f5a3c0291b4 sp 00007ffd1 error 4": 0x7F5A3C0291B4,
    b"RIP: 0033:0x7f5a3c0291b4": 0x7F5A3C0291B4,
    # Android: an address in the file that follows.
    b"    #00 pc 0000000000081b2c  /apex/lib64/bionic/libc.so (abort+164)": None,
    # Alone.
    b"7f5a3c0291b4": 0x7F5A3C0291B4,
    b"  0x7F5A3C0291B4\r": 0x7F5A3C0291B4,
    b"": None,
    b"main.c:12": None,
    b"0x123456789abcdef01": None,
    b"x0x1234": None,
    b"\xff\x1b[31m0x1234\x00": None,
    b"\xff 0x1234 \x00": 0x1234,
}


@pytest.mark.parametrize(("line", "address"), FRAMES.items())
def test_each_frame_has_one_address(line: bytes, address: int | None) -> None:
    expected = [] if address is None else [(1, address)]
    assert [*addresses_in(line)] == expected
    assert [*addresses_in(b"\n" + line + b"\n")] == [(2, found) for _, found in expected]


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_a_list_of_addresses_is_a_backtrace(addresses: list[int]) -> None:
    for form in ("%x", "0x%x", "%016X", "#3  0x%x in f (x=0x7)", "p(f+0x3) [0x%x]"):
        text = "\n".join(form % address for address in addresses).encode()
        assert [address for _, address in addresses_in(text)] == addresses


@given(st.binary())
def test_any_bytes_have_at_most_one_address_a_line(text: bytes) -> None:
    numbers = [number for number, _ in addresses_in(text)]
    assert numbers == sorted({*numbers})
    assert all(1 <= number <= text.count(b"\n") + 1 for number in numbers)
