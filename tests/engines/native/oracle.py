"""The property that is fuzzed: the native engine fills the same columns as the reference.

The extension may be another build: see `tests.support.other_builds`.
"""

from __future__ import annotations

import random
import sys

# Before the extension is imported.
import tests.support.other_builds  # noqa: F401 # pyright: ignore[reportUnusedImport]
from procmaps.engines import lark_engine, native_engine
from procmaps.grammar import loading
from tests.engines.native.lines import SEEDS
from tests.support.columns import difference

LINUX = loading.load("linux")
TABLES = native_engine.scanner_tables(LINUX)
assert TABLES


def check(text: bytes) -> None:
    """Raise AssertionError if the native engine and the reference disagree on *text*."""
    assert TABLES
    wrong = difference(native_engine.scan(text, LINUX, TABLES), lark_engine.scan(text, LINUX))
    assert wrong is None, f"the engines differ in {wrong}: {text!r}"


def entry(chance: random.Random) -> bytes:
    """Return some lines in some order, possibly repeated."""
    lines = [chance.choice(SEEDS) for _ in range(chance.randrange(1, 9))]
    return b"".join(lines * chance.choice((1, 1, 2, 3)))


def mutated(text: bytes, chance: random.Random) -> bytes:
    """Return *text* with a few bytes changed, removed, inserted or cut off."""
    damaged = bytearray(text)
    for _ in range(chance.randrange(4)):
        offset = chance.randrange(len(damaged) + 1)
        junk = bytes(chance.choice(b"\n\0 :-09afgkB\t\xff") for _ in range(chance.randrange(3)))
        damaged[offset : offset + chance.randrange(3)] = junk
    return bytes(
        damaged[: chance.randrange(len(damaged) + 1)] if chance.random() < 0.2 else damaged
    )


def main() -> None:
    """Check random texts: ``oracle.py COUNT [FIRST_SEED]``."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for number in range(seed, seed + count):
        chance = random.Random(number)
        check(mutated(entry(chance), chance))
    print(f"{count} texts, no difference")


if __name__ == "__main__":
    main()
