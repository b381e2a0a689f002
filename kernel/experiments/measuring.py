"""What the experiments share: the memory that they fill, the clock, the results' files."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

from kernel.lab import build, kernels, ops, tools
from kernel.lab.build import Image
from kernel.lab.errors import LabError
from kernel.lab.protocol import Outcome, Program, Ref, Step
from kernel.lab.scene import BASE

RESULTS = Path(__file__).parent / "results"
# The guest's clock counts instructions, 2**SHIFT nanoseconds each (qemu -icount).
SHIFT = 3
COMMAND = "python -m kernel.experiments"


def image(name: str) -> Image | None:
    """The built kernel of this name, None where it is not built (``make lab`` builds some)."""
    return build.find(kernels.named(name))


def step(page: int, stride: int = 1) -> Step:
    """The address of the counter's page of the area, every *stride* pages."""
    return Step(BASE, stride * page)


def instructions(nanoseconds: int) -> int:
    """Instructions that the guest's clock has counted."""
    return nanoseconds >> SHIFT


def clock(outcome: Outcome, at: Ref) -> int:
    """What a ``clock`` operation said, in nanoseconds."""
    (value,) = struct.unpack("<Q", outcome.results[at.index].bytes)
    return int(value)


def meminfo(outcome: Outcome, at: Ref) -> dict[str, int]:
    """/proc/meminfo as read by an operation: names to kB."""
    text = outcome.results[at.index].bytes
    return {name.decode(): int(n) for name, n in re.findall(rb"(\S+):\s+(\d+) kB", text)}


def succeeded(outcome: Outcome, *refs: tuple[Ref, int]) -> None:
    """Raise ``RuntimeError`` unless each operation returned what it must."""
    for ref, expected in refs:
        got = outcome.results[ref.index].value
        if got != expected:
            raise RuntimeError(f"operation {ref.index} of an experiment gave {got}, not {expected}")


def memory(program: Program) -> Ref:
    """An operation that reads /proc/meminfo, after the counters of each CPU were added up."""
    program(ops.read_file(b"/proc/sys/vm/stat_refresh"))
    return program(ops.read_file(b"/proc/meminfo"))


def emulator(made: Image) -> str:
    """The version of the emulator, for the results."""
    return tools.version(tools.emulator(made.kernel.architecture))


def keep(name: str, figures: dict[str, Any]) -> Path:
    """Write one experiment's figures."""
    path = RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"command": f"{COMMAND} {name}", **figures}, indent=1) + "\n")
    return path


def unbuilt(experiment: str, name: str) -> dict[str, Any]:
    """What was measured before of a kernel that is not built here; says so.

    Raises ``KernelMissing`` where nothing was.
    """
    build_it = f"python -m kernel.lab build {name}"
    try:
        figures: dict[str, Any] = kept(experiment)["kernels"][name]
    except (FileNotFoundError, KeyError):
        raise KernelMissing(f"{experiment}: {name} is not built: run `{build_it}`") from None
    print(f"{experiment}: {name} is not built (`{build_it}`): its figures stay as they were")
    return figures


class KernelMissing(LabError):
    """A kernel that an experiment needs was never built, nor measured elsewhere."""


def kept(name: str) -> dict[str, Any]:
    """One experiment's figures as last written."""
    figures: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_bytes())
    return figures
