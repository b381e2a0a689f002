"""Running programs of several toolchains."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.programs.building import build, in_gdb, sections

KINDS = ("python", "32-bit", "go", "rust", "java")

ADDRESSES = 2000
"""Addresses that are drawn for each program."""


@pytest.fixture(scope="session", params=KINDS)
def program(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, int]]:
    """A program that runs: its kind and process ID."""
    kind = str(request.param)
    command = build(kind, tmp_path_factory.mktemp("program"))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        assert process.stdout.readline(), "the program failed; its error is above"
        yield kind, process.pid
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def drawn(program: tuple[str, int]) -> list[tuple[int, str, str, int, int]]:
    """Addresses: each with its file, section, virtual address and offset (-1 without one)."""
    kind, pid = program
    known: dict[str, dict[str, tuple[str, int, int, int]]] = {}
    ranges: list[tuple[int, int, str, str]] = []
    for start, end, section, file in in_gdb(pid):
        path = str(Path(file).resolve())
        if path.startswith("system-supplied") or section == ".tbss" or start == end:
            continue
        if not Path(path).exists():
            continue  # the vDSO
        known.setdefault(path, sections(path))
        if section in known[path]:
            ranges.append((start, end, section, path))
    assert len(ranges) >= 4
    source = random.Random(kind)  # noqa: S311 - the same addresses in every run
    found: list[tuple[int, str, str, int, int]] = []
    for number in range(ADDRESSES):
        # Every section is drawn, however small; large ones are no more likely.
        start, end, section, path = ranges[number % len(ranges)]
        sort, address, offset, size = known[path][section]
        assert end - start == size
        place = source.randrange(size)
        where = -1 if sort == "NOBITS" else offset + place
        found.append((start + place, path, section, address + place, where))
    return found
