"""Recordings of perf: the mappings that it knows of, and where its samples were."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

_MMAP = re.compile(
    r"PERF_RECORD_MMAP2 (?P<pid>\d+)/\d+: \[(?P<start>0x[0-9a-f]+)\((?P<size>0x[0-9a-f]+)\) @ "
    r"(?P<offset>0|0x[0-9a-f]+) (?:<(?P<build_id>[0-9a-f]+)>|[0-9a-f:]+ \d+ \d+)\]: "
    r"(?P<perms>\S{4}) (?P<path>.*)"
)
_SAMPLE = re.compile(r" *([0-9a-f]+) (\S.*?) \((.*)\)")
_HIT = re.compile(r" *(0x[0-9a-f]+) +\S \[\.\] .*?(\S+) *")


@attrs.frozen
class MmapEvent:
    """A mapping, as perf has recorded it."""

    start: int
    size: int
    offset: int
    perms: str
    path: str
    build_id: bytes | None


@attrs.frozen
class Sample:
    """An address at which a program ran."""

    address: int
    symbol: str
    """The name of the function, and how far into it: ``name+0x10``."""
    path: str


def need_right(folder: Path) -> None:
    """Skip the test where the kernel does not let this user record."""
    tried = record(folder / "nothing", "-e", "dummy", "true")
    if tried.returncode:
        pytest.skip(f"perf cannot record: {tried.stderr.strip()}; run as root")


def record(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Record into the file *data*; the build IDs of files are those that the kernel finds."""
    options = ("--buildid-mmap", "--output", str(data))
    return _perf(data, "record", *options, *arguments)


def command_to_record(data: Path, *arguments: str) -> list[str]:
    """Return the command that records what *arguments* say."""
    return [*_program(data), "record", "--buildid-mmap", "--output", str(data), *arguments]


def mmap_events(data: Path, pid: int) -> list[MmapEvent]:
    """Return the mappings of a process, in the order of the recording."""
    text = _answer(data, "script", "--show-mmap-events")
    found = map(_MMAP.search, text.splitlines())
    return [
        MmapEvent(
            int(match["start"], 16),
            int(match["size"], 16),
            int(match["offset"], 16),
            match["perms"],
            match["path"],
            bytes.fromhex(match["build_id"]) if match["build_id"] else None,
        )
        for match in found
        if match and int(match["pid"]) == pid
    ]


def samples(data: Path, pid: int) -> list[Sample]:
    """Return the samples of a process that are in a file."""
    text = _answer(data, "script", "--pid", str(pid), "--fields", "ip,sym,symoff,dso")
    found = map(_SAMPLE.fullmatch, text.splitlines())
    return [
        Sample(int(match[1], 16), match[2], match[3])
        for match in found
        if match and match[3].startswith("/")
    ]


def reported(data: Path, pid: int) -> Iterator[tuple[int, str]]:
    """Yield an address and a file for each function in a report, as ``perf report -v`` has them."""
    fields = ("--fields", "sym,dso", "--pid", str(pid))
    text = _answer(data, "report", "--stdio", "-v", "--sort", "sym,dso", *fields)
    for line in text.splitlines():
        if match := _HIT.fullmatch(line):
            yield int(match[1], 16), match[2]


def build_ids(data: Path) -> dict[str, bytes]:
    """Return the build ID of each file that has a sample."""
    lines = _answer(data, "buildid-list", "--with-hits").splitlines()
    return {path: bytes.fromhex(found) for found, path in (line.split(" ", 1) for line in lines)}


def _answer(data: Path, *arguments: str) -> str:
    command, *options = arguments
    ran = _perf(data, command, "--input", str(data), *options)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _perf(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_program(data), *arguments], capture_output=True, check=False, text=True
    )


def _program(data: Path) -> list[str]:
    # Not the user's own cache of files with samples.
    return ["perf", "--buildid-dir", str(data.parent / "build-ids")]
