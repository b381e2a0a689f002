"""The one sentence that is fuzzed: the native engine fills the columns that the reference fills.

``PROCMAPS_SCAN`` names another build of the extension to try, such as one with sanitizers.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from importlib.machinery import ExtensionFileLoader


def _load(path: str) -> None:
    """Put the build at *path* where `procmaps.engines.native_engine` finds it."""
    loader = ExtensionFileLoader("procmaps.engines._scanner", path)
    spec = importlib.util.spec_from_file_location("procmaps.engines._scanner", path, loader=loader)
    assert spec
    sys.modules["procmaps.engines._scanner"] = importlib.util.module_from_spec(spec)
    loader.exec_module(sys.modules["procmaps.engines._scanner"])


if "PROCMAPS_SCAN" in os.environ:
    _load(os.environ["PROCMAPS_SCAN"])

from procmaps.engines import lark_engine, native_engine
from procmaps.grammar import loading
from tests.engines.native.lines import SEEDS
from tests.support.columns import difference

LINUX = loading.load("linux")
TABLES = native_engine.machine(LINUX)
assert TABLES


def check(text: bytes) -> None:
    """Raise AssertionError where the native engine and the reference disagree on *text*."""
    assert TABLES
    wrong = difference(native_engine.scan(text, LINUX, TABLES), lark_engine.scan(text, LINUX))
    assert wrong is None, f"the engines differ in {wrong}: {text!r}"


def entry(chance: random.Random) -> bytes:
    """Some lines in some order, an entry repeated with small changes among them."""
    lines = [chance.choice(SEEDS) for _ in range(chance.randrange(1, 9))]
    return b"".join(lines * chance.choice((1, 1, 2, 3)))


def mutated(text: bytes, chance: random.Random) -> bytes:
    """*text* with a few bytes changed, taken out, put in, or cut off."""
    damaged = bytearray(text)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(damaged) + 1)
        piece = bytes(chance.choice(b"\n\0 :-09afgkB\t\xff") for _ in range(chance.randrange(3)))
        damaged[at : at + chance.randrange(3)] = piece
    return bytes(
        damaged[: chance.randrange(len(damaged) + 1)] if chance.random() < 0.2 else damaged
    )


def main() -> None:
    """Check so many random texts, from a seed on: ``oracle.py COUNT [SEED]``."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for number in range(seed, seed + count):
        chance = random.Random(number)
        check(mutated(entry(chance), chance))
    print(f"{count} texts, no difference")


if __name__ == "__main__":
    main()
