"""The keys by which mappings of two snapshots are matched."""

from __future__ import annotations

import os
import subprocess
import sys

from procmaps import loads
from procmaps.usage import matching

PROGRAM = """
from procmaps import loads
from procmaps.usage import matching
(mapping,) = loads(b"1000-2000 rw-p 00000000 00:00 0 \\n")
print(hash(matching._fixed(mapping)), hash(matching._movable(mapping)))
"""


def hashes(seed: int) -> list[str]:
    """Return the hashes of both keys of an unnamed mapping, in an interpreter with this seed."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_hash_of_a_key_is_secret() -> None:
    """Else the author of a dump could choose addresses whose hashes collide."""
    for one, other in zip(hashes(1), hashes(2), strict=True):
        assert one != other


def test_each_part_of_a_mapping_makes_another_key() -> None:
    texts = (
        b"1000-3000 rw-p 00000000 00:00 0 ",
        b"2000-3000 rw-p 00000000 00:00 0 ",
        b"2000-3000 rw-s 00000000 00:00 0 ",
        b"2000-3000 rw-p 00001000 00:00 0 ",
        b"2000-3000 rw-p 00000000 01:00 0 ",
        b"2000-3000 rw-p 00000000 00:01 0 ",
        b"2000-3000 rw-p 00000000 00:00 1 ",
        b"2000-3000 rw-p 00000000 00:00 0 0",
    )
    mappings = [mapping for text in texts for mapping in loads(text)]
    for key in (matching._fixed, matching._movable):  # pyright: ignore[reportPrivateUsage]
        assert len({key(mapping) for mapping in mappings}) == len(texts)
    moved = [*loads(b"5000-7000 rw-p 00000000 00:00 0 ")]
    assert matching._movable(moved[0]) == matching._movable(mappings[0])  # pyright: ignore[reportPrivateUsage]
    assert matching._fixed(moved[0]) != matching._fixed(mappings[0])  # pyright: ignore[reportPrivateUsage]
