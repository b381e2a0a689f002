"""Every command with a standard stream that is closed, or cannot be written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

LINE = "00400000-00401000 rw-p 00000000 00:00 0"
OWN = ("--case", "names/plain", "--", sys.executable, "-m", "procmaps.check.adapter")

COMMANDS = {
    "show": ("show", "damaged"),
    "show json": ("show", "--json", "damaged"),
    "show csv": ("show", "--csv", "damaged"),
    "show self": ("show", "--summary", "--kind", "heap", "self"),
    "show missing": ("show", "no-such-file"),
    "explain": ("explain", LINE),
    "explain json": ("explain", "--json", LINE),
    "lint": ("lint", "damaged"),
    "lint json": ("lint", "--json", "damaged"),
    "extract": ("extract", "damaged"),
    "help": ("help", "json"),
    "list": ("check", "--list"),
    "check": ("check", *OWN),
    "usage": ("shwo",),
}
"""A form of each command; some have findings, some fail."""

QUICK = ("show", "usage")

STREAMS = (
    "<&-", "2>&-", "<&- 2>&-", ">&-", "<&- >&- 2>&-",
    "2>/dev/full", ">/dev/full", ">/dev/full 2>/dev/full",
)  # fmt: skip
_NUMBER = re.compile("[0-9.]+")
NO_OUTPUT = (">&-", ">/dev/full")


def run(folder: Path, arguments: tuple[str, ...], streams: str) -> subprocess.CompletedProcess[str]:
    (folder / "damaged").write_text(f"{LINE}\nno mapping\n")
    command = ("sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "procmaps")
    return subprocess.run(
        [*command, *arguments],
        input=None if "<" in streams else LINE,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in COMMANDS],
)
def test_every_command_ends_well_whatever_its_streams_are(name: str, tmp_path: Path) -> None:
    plain = run(tmp_path, COMMANDS[name], "")
    for streams in STREAMS:
        done = run(tmp_path, COMMANDS[name], streams)
        found = (streams, done)
        assert "Traceback" not in done.stderr, found
        if any(word in NO_OUTPUT for word in streams.split()) or (
            "2>/dev/full" in streams and plain.stderr
        ):
            assert done.returncode == 2, found
        else:
            assert done.returncode == plain.returncode, found
            # Each run is another process, whose number and memory differ.
            assert _NUMBER.sub("0", done.stdout) == _NUMBER.sub("0", plain.stdout), found


@pytest.mark.parametrize("command", ["show", "explain", "lint", "extract"])
def test_a_closed_standard_input_is_reported(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, (command, "-"), "<&-")
    assert done.returncode == 2
    assert done.stderr == "procmaps: cannot read standard input: it is closed\n"


def test_a_file_is_not_taken_for_a_closed_stream(tmp_path: Path) -> None:
    # The first file that is opened would get the number of standard error.
    done = run(tmp_path, ("check", "--junit", "r.xml", *OWN), "<&- 2>&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "r.xml").read_text().startswith("<?xml")


def test_standard_input_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    # The first page of the address space is not mapped.
    with Path("/proc/self/mem").open("rb") as memory:
        done = subprocess.run(
            [sys.executable, "-m", "procmaps", "show", "-"],
            stdin=memory, capture_output=True, check=False, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"procmaps: cannot read standard input: Input/output error\n"
