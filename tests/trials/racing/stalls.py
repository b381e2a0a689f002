"""``python -m tests.trials.racing.stalls``: how long a reader of /proc stalls a process.

`stall/stall.c` measures on the host or in booted kernels, which are emulated: compare figures of
one kernel with each other, not those of two machines.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from kernel import command
from kernel.lab import initramfs, ops, vm
from kernel.lab.errors import LabError
from kernel.lab.protocol import Program
from tests.trials import recording
from tests.trials.racing import programs
from tests.trials.racing.guests import booted, name_of

PROGRAM = "tests.trials.racing.stalls"
HOST = "host"
READERS = ("none", "maps", "smaps", "smaps_rollup")
ACTIONS = ("map", "fault", "fault-and-map")
FIGURES = ("calls", "median", "90th", "99th", "longest", "reads", "longest_read")
"""What the program prints: counts, and microseconds here."""
_COUNTS = ("calls", "reads")

Run = Callable[[str, str, int], str]
"""Runs the program with reader, action and milliseconds, and returns what it prints."""


@contextmanager
def _guest(kernel: str, program: Path) -> Generator[Run]:
    """Boot a kernel with the program."""
    files = (initramfs.file(b"stall", program.read_bytes()),)
    with booted(kernel, vm.Limits(), files) as guest:

        def run(reader: str, action: str, milliseconds: int) -> str:
            return _run(guest, reader, action, str(milliseconds))

        yield run


def _run(guest: vm.Runs, *arguments: str) -> str:
    """Run the program in a guest. Raises ``LabError`` if it fails there."""
    script = Program()
    ran = script(ops.run(b"/stall", *map(str.encode, arguments)))
    (outcome,) = guest.run([script])
    result = outcome.results[ran.index]
    if result.value:
        raise LabError(f"stall failed in the guest: {result.bytes.decode(errors='replace')}")
    return result.bytes.decode()


@contextmanager
def _host(program: Path) -> Generator[Run]:
    """Run the program here."""

    def run(reader: str, action: str, milliseconds: int) -> str:
        words = [str(program), reader, action, str(milliseconds)]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    yield run


def measure(run: Run, milliseconds: int) -> dict[str, dict[str, float]]:
    """Return the figures of each action beside each reader, by ``action, reader``."""
    found: dict[str, dict[str, float]] = {}
    for action, reader in product(ACTIONS, READERS):
        printed = map(int, run(reader, action, milliseconds).split())
        numbers = dict(zip(FIGURES, printed, strict=True))
        found[f"{action}, {reader}"] = {
            name: number if name in _COUNTS else round(number / 1000, 1)
            for name, number in numbers.items()
        }
    return found


def _arguments() -> Namespace:
    parser = command.parser(
        PROGRAM,
        "Measure how long mmap and page faults wait while another process reads /proc.",
        f"--seconds 1 {HOST}",
        "--record",
    )
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="KERNEL",
        help=f"names of kernel.lab, files vmlinuz-*, or {HOST} (default: {HOST})",
    )
    parser.add_argument(
        "--seconds", type=float, default=5, help="for each action and reader (default: 5)"
    )
    parser.add_argument("--record", action="store_true", help="write records/stalls.json")
    return parser.parse_args()


def main() -> int:
    """Measure, print, and record if asked."""
    arguments = _arguments()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="procmaps-stall-") as name:
        program = programs.build("stall", Path(name), "-static")
        for subject in arguments.subjects or (HOST,):
            here = subject == HOST
            with _host(program) if here else _guest(subject, program) as run:
                figures = measure(run, round(1000 * arguments.seconds))
            found[os.uname().release if here else name_of(subject)] = figures
            for event, row in figures.items():
                print(f"{subject}: {event}: {row}", flush=True)
    if arguments.record:
        seconds = arguments.seconds
        recording.write("stalls", {**recording.frame(), "seconds_each": seconds, "kernels": found})
    return command.DONE


if __name__ == "__main__":
    command.run(main)
