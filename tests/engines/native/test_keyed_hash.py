"""The hash of the native intern tables: SipHash-1-3, so that names cannot be chosen to collide."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter

import pytest

_scanner = pytest.importorskip(
    "procmaps.engines._scanner", reason="the native scanner was not built: no C compiler"
)
native = pytest.importorskip("procmaps.engines.native_engine", reason="it needs the native scanner")
oracle = pytest.importorskip("tests.engines.native.oracle", reason="it needs the native scanner")

KEY = bytes(range(16))

VECTORS = {
    0: "dcc40f055801acab",
    1: "93ca577df39bf4c9",
    7: "4011b19b987d92d3",
    8: "8e9a298d11959036",
    9: "e43d066cb38ea425",
    15: "5699512a6dd820d3",
    16: "668b907d1add4fcc",
    35: "916b18bfbea3a1ce",
    63: "a8b3bbb76290199d",
}
"""By length, the hash of the bytes 0, 1, 2 … under `KEY`, in little-endian order.

From the tests of Rust's standard library (library/coretests/tests/hash/sip.rs, test_siphash_1_3).
"""


@pytest.mark.parametrize("length", VECTORS)
def test_hash_is_that_of_the_published_vectors(length: int) -> None:
    expected = int.from_bytes(bytes.fromhex(VECTORS[length]), "little")
    assert _scanner.keyed_hash(bytes(range(length)), KEY) == expected


def test_hash_is_that_of_the_interpreter() -> None:
    """Python hashes bytes with the same function, under a key of zeros if the seed is 0."""
    if sys.hash_info.algorithm != "siphash13":
        pytest.skip(f"this Python hashes bytes with {sys.hash_info.algorithm}")
    program = "print(*(hash(bytes(range(n, 2 * n))) % 2**64 for n in range(1, 128)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    ours = (_scanner.keyed_hash(bytes(range(n, 2 * n)), bytes(16)) for n in range(1, 128))
    assert [*map(int, done.stdout.split())] == [*ours]


def test_hash_rejects_a_key_of_another_size() -> None:
    with pytest.raises(ValueError, match=r"^key must be 16 bytes$"):
        _scanner.keyed_hash(b"", bytes(15))


def multiplied(text: bytes, seed: int) -> int:
    """Return a hash that multiplies each word by a constant, with a secret seed at the start."""
    value = seed ^ len(text)
    for start in range(0, len(text), 8):
        value ^= int.from_bytes(text[start : start + 8], "little")
        value = value * 0x9E3779B97F4A7C15 % 2**64
        value ^= value >> 29
    return value


PAIRS = (b"/aaaaaaaaaaaaaaa", b"/aaaaaa\xe1aaaaeaa\xe1")
"""Two pairs of words. The second flips bit 63 of one word, and bits 63 and 34 of the next."""

COLLIDING = [b"".join(pairs) for pairs in itertools.product(PAIRS, repeat=10)]


def test_names_that_collide_under_every_seed_of_a_multiplied_hash_do_not_collide() -> None:
    for seed in (0, 1, 0x1234567890ABCDEF):
        assert len({multiplied(name, seed) for name in COLLIDING}) == 1
    hashes = [_scanner.keyed_hash(name, KEY) for name in COLLIDING]
    assert len({*hashes}) == len(COLLIDING)
    # 1024 texts in 2048 slots: of random hashes, hardly ever more than six are in one slot.
    assert max(Counter(value % 2048 for value in hashes).values()) < 9


def test_no_line_with_such_a_name_is_read_outside_the_scanner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = b"".join(b"1000-2000 rw-p 00000000 00:00 0 %b\n" % name for name in COLLIDING * 2)

    def read_unmatched(*_: object) -> None:
        pytest.fail("a line was read outside the scanner")

    monkeypatch.setattr(native._Scan, "_read_unmatched", read_unmatched)
    found = native.scan(text, oracle.LINUX, oracle.TABLES)
    assert found.names.texts == (b"", *COLLIDING)
    assert [*found.name_index] == [*range(1, len(COLLIDING) + 1)] * 2
