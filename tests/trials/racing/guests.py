"""The race inside booted kernels of the laboratory, with two processors."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve

from kernel.lab import build, distribution, initramfs, kernels, python, vm
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from tests.trials.racing import programs
from tests.trials.racing.readers import Tally

PARTS = ("tests/trials/racing",)
PROGRAMS = ("racer", "merger")
PROCESSORS = 2
"""One for the reader and one for the racer: they change and read at the same time."""

_MACHINE = ARCHITECTURES["x86_64"]


@contextmanager
def booted(
    kernel: str, limits: vm.Limits, files: tuple[Entry, ...], processors: int = PROCESSORS
) -> Generator[vm.Runs]:
    """Boot a kernel with these files.

    *kernel* is a name of the laboratory's, or a file ``vmlinuz-*`` of a Debian package. Raises
    ``LabError``.
    """
    limits = evolve(limits, processors=processors)
    # An emulator that waits for a busy processor looks like a broken timer.
    append = f"{python.COMMAND_LINE} no_timer_check"
    file = Path(kernel)
    if file.name.startswith("vmlinuz-"):
        memory = evolve(limits, memory_mib=distribution.LIMITS.memory_mib)
        with distribution.start(file, _MACHINE, memory, append=append, files=files) as host:
            yield host
    else:
        image = build.ensure(kernels.named(kernel))
        with vm.boot(image, limits, append=append, files=files) as guest:
            yield guest


@contextmanager
def with_python(kernel: str, processors: int = PROCESSORS) -> Generator[vm.Runs]:
    """Boot a kernel with this project, the trial and its programs."""
    files = python.entries(_MACHINE, "cli", PARTS)
    with booted(kernel, python.LIMITS, (*files, *_programs()), processors) as guest:
        yield guest


def name_of(kernel: str) -> str:
    """Return the name of a kernel for records: without folders."""
    return Path(kernel).name.removeprefix("vmlinuz-")


def _programs() -> tuple[Entry, ...]:
    """Return the programs as files of the guest, with their folder."""
    into = str(python.PROJECT / PARTS[0] / programs.BUILT).removeprefix("/")
    with tempfile.TemporaryDirectory() as name:
        built = [
            initramfs.file(f"{into}/{each}".encode(), programs.build(each, Path(name)).read_bytes())
            for each in PROGRAMS
        ]
    return (initramfs.folder(into.encode()), *built)


def race(guest: vm.Runs, seconds: float, seed: int) -> Tally:
    """Race in *guest* for some seconds of its clock, at least one round; return what was seen.

    Raises ``LabError`` if the trial itself fails there.
    """
    words = ("-m", "tests.trials.racing.one_racer", str(seconds), str(seed))
    status, output = python.run(guest, *map(str.encode, words))
    if status:
        raise LabError(f"the race failed in the guest: {output.decode(errors='replace')}")
    found: dict[str, Any] = json.loads(output)
    return Tally(Counter(found["counts"]), found["violations"])
