"""Helpers of all experiments: kernels, clock, memory use, and files of results."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

from kernel.lab import build, kernels, ops, tools
from kernel.lab.build import Image
from kernel.lab.errors import LabError
from kernel.lab.protocol import Outcome, Program, Ref, Strided
from kernel.lab.scenario_builder import BASE

RESULTS = Path(__file__).parent / "results"
# The guest's clock counts instructions, 2**SHIFT nanoseconds each (qemu -icount).
SHIFT = 3
COMMAND = "python -m kernel.experiments"


def find_image(name: str) -> Image | None:
    """Return the built kernel of this name, or None if it is not built."""
    return build.find(kernels.named(name))


def step(page: int, stride: int = 1) -> Strided:
    """Return the address in a repeat: the counter's page, in steps of *stride* pages."""
    return Strided(BASE, stride * page)


def instructions(nanoseconds: int) -> int:
    """Return the instructions that the guest's clock counted."""
    return nanoseconds >> SHIFT


def clock(outcome: Outcome, at: Ref) -> int:
    """Return the result of a ``clock`` operation, in nanoseconds."""
    (value,) = struct.unpack("<Q", outcome.results[at.index].bytes)
    return int(value)


def meminfo(outcome: Outcome, at: Ref) -> dict[str, int]:
    """Return the fields of /proc/meminfo that an operation read, in kB."""
    text = outcome.results[at.index].bytes
    return {name.decode(): int(n) for name, n in re.findall(rb"(\S+):\s+(\d+) kB", text)}


def succeeded(outcome: Outcome, *refs: tuple[Ref, int]) -> None:
    """Raise ``RuntimeError`` unless each operation returned its expected value."""
    for ref, expected in refs:
        got = outcome.results[ref.index].value
        if got != expected:
            raise RuntimeError(f"operation {ref.index} returned {got} instead of {expected}")


def memory(program: Program) -> Ref:
    """Append an operation that reads /proc/meminfo, after summing the counters of each CPU."""
    program(ops.read_file(b"/proc/sys/vm/stat_refresh"))
    return program(ops.read_file(b"/proc/meminfo"))


def emulator(image: Image) -> str:
    """Return the version of the emulator, for the results."""
    return tools.version(tools.emulator(image.kernel.architecture))


def keep(name: str, figures: dict[str, Any]) -> Path:
    """Write one experiment's figures; return the file."""
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"command": f"{COMMAND} {name}", **figures}, indent=1) + "\n")
    return path


def previous_figures(experiment: str, name: str) -> dict[str, Any]:
    """Return, and report, the recorded figures of a kernel that is not built here.

    Raises ``KernelMissing`` if there are none.
    """
    build_it = f"python -m kernel.lab build {name}"
    try:
        figures: dict[str, Any] = kept(experiment)["kernels"][name]
    except (FileNotFoundError, KeyError):
        raise KernelMissing(f"{experiment}: {name} is not built: run `{build_it}`") from None
    print(f"{experiment}: {name} is not built (`{build_it}`); keeping its previous figures")
    return figures


class KernelMissing(LabError):
    """An experiment needs a kernel that is not built and has no recorded figures."""


def kept(name: str) -> dict[str, Any]:
    """Return one experiment's recorded figures."""
    figures: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_bytes())
    return figures
