"""Recording what a kernel prints: every scenario's files, the guest's own account, provenance."""

from __future__ import annotations

import errno as errnos
import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from kernel.lab import cache, ops, rules, tools, truth, vm
from kernel.lab.build import Image
from kernel.lab.errors import ProbeFailure
from kernel.lab.protocol import Outcome, Program
from kernel.lab.scenarios import SCENARIOS, Scenario
from kernel.lab.scene import Place, Scene

CORPUS = Path(__file__).parents[2] / "corpus" / "captures"

Run = Callable[[list[Program]], list[Outcome]]


@frozen
class Varying:
    """A field that may differ between two captures by the same tables, and why."""

    field: str
    where: str
    pattern: re.Pattern[bytes]
    why: str


# Everything else is compared byte for byte. Checked by re-capturing: tests/lab/test_recapture.py.
VARYING: tuple[Varying, ...] = (
    Varying(
        "inode",
        "mappings of memfd, shared anonymous and System V memory, and of the agent",
        re.compile(rb"(?m)^(\S+ \S+ \S+ \S+ )\d+( +(?:/memfd:|/dev/zero|/SYSV|/init|\[anon_shmem:))"),
        "counted since boot over the whole kernel, so a newer package version shifts it",
    ),
    Varying(
        "active=",
        "numa_maps",
        re.compile(rb"( )active=\d+()"),
        "the kernel moves pages to its active list in batches, at times of its own",
    ),
)


@frozen
class Capture:
    """One kernel's captures, as file name to contents."""

    files: Mapping[str, bytes]

    def write(self, folder: Path) -> None:
        """Make the folder hold exactly these files, whole or not at all."""
        with cache.replacing(folder) as making:
            for name, data in sorted(self.files.items()):
                (making / name).write_bytes(data)


def read(folder: Path) -> Capture:
    return Capture({p.name: p.read_bytes() for p in sorted(folder.iterdir())})


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"


def place(image: Image, guest_page: int, run: Run) -> Place:
    """Ask the guest for what scenarios may know: where its stack is."""
    program = Program()
    stat = program(ops.read_file(b"/proc/self/stat"))
    (outcome,) = run([program])
    # Field 28 is startstack, counted after the parenthesised name (proc_pid_stat(5)).
    fields = outcome.results[stat.index].bytes.rpartition(b")")[2].split(b" ")
    stack = int(fields[28 - 2])
    return Place(image.kernel.architecture, guest_page, stack // guest_page * guest_page)


def take(image: Image, limits: vm.Limits | None = None) -> Capture:
    """Boot the kernel, run all its scenarios and rules, and gather what it said.

    One boot, always in the tables' order: numbers that the kernel counts since boot then repeat.
    """
    with vm.boot(image, limits or vm.Limits()) as guest:
        where = place(image, guest.hello.page_size, guest.run)
        chosen = [s for s in SCENARIOS.values() if s.suits(where)]
        scenes = [s.scene(where) for s in chosen]
        asked = [rule.scene(where) for rule in rules.RULES.values()]
        outcomes = guest.run([s.program for s in scenes] + [s.program for s, _ in asked])
    files: dict[str, bytes] = {}
    for scenario, scene, outcome in zip(chosen, scenes, outcomes, strict=False):
        files |= scenario_files(image.kernel.name, scenario, scene, outcome)
    answers = {}
    for rule, (_, call), outcome in zip(
        rules.RULES.values(), asked, outcomes[len(scenes) :], strict=True
    ):
        code = rules.answer(outcome, call)
        answers[rule.name] = {
            "asks": rule.asks,
            "errno": errnos.errorcode[code] if code else None,
            "maps": lines_of_interest(outcome),
        }
    files["prctl.json"] = _json(answers)
    files["provenance.json"] = _json(provenance(image, where, chosen))
    return Capture(files)


def lines_of_interest(outcome: Outcome) -> list[str]:
    """The lines of the scenario's own area, and of heap and stack, after the call."""
    data = [result.bytes for result in outcome.results.values() if result.data][-1]
    wanted = re.compile(rb"[2-5][0-9a-f]{7}-|.*\[(heap|stack)\]$")
    return [
        line.decode("ascii", "backslashreplace")
        for line in data.split(b"\n")
        if wanted.match(line)
    ]


def scenario_files(
    subject: str, scenario: Scenario, scene: Scene, outcome: Outcome
) -> Iterator[tuple[str, bytes]]:
    """The files of one scenario by name: each snapshot's reads, and the truth."""
    regions = truth.Replay(scene, outcome).run()
    snapshots = {}
    for shot in scene.snapshots:
        stem = ".".join(part for part in (scenario.name, shot.name.replace(" ", "_")) if part)
        reads = {}
        for kind, read_by in shot.reads.items():
            result = outcome.results.get(read_by.index)
            if result is None:
                raise ProbeFailure(subject, 0, f"{scenario.name}: {kind} was never read")
            if result.errno:
                reads[kind] = {"errno": errnos.errorcode[result.errno]}
                continue
            yield f"{stem}.{kind}", result.bytes
            reads[kind] = {"file": f"{stem}.{kind}", "pieces": [len(p) for p in result.data]}
        snapshots[shot.name] = {"files": reads, "regions": regions.get(shot.name, [])}
    yield (
        f"{scenario.name}.truth.json",
        _json(
            {
                "shows": scenario.shows,
                "operations": truth.record(scene, outcome),
                "snapshots": snapshots,
            }
        ),
    )


def provenance(image: Image, where: Place, chosen: list[Scenario]) -> dict[str, Any]:
    kernel = image.kernel
    facts = image.facts
    return {
        "kernel": kernel.name,
        "release": kernel.release.name,
        "architecture": kernel.architecture.name,
        "flavour": kernel.flavour.name,
        "bits": kernel.architecture.bits,
        "big_endian": kernel.architecture.big_endian,
        "page_size": where.page,
        "stack": where.stack,
        "package": facts["package"],
        "package_version": facts["package_version"],
        "config_hash": facts["config_hash"],
        "compiler": facts["compiler"],
        "emulator": tools.first_line((kernel.architecture.emulator, "--version")),
        "command_line": vm.COMMAND_LINE,
        "repeat_with": f"python -m kernel.lab capture {kernel.name}",
        "scenarios": [scenario.name for scenario in chosen],
        "varying": [{"field": v.field, "where": v.where, "why": v.why} for v in VARYING],
    }


def normal(data: bytes) -> bytes:
    """A capture's bytes with the varying fields masked, for comparison only."""
    for varying in VARYING:
        data = varying.pattern.sub(rb"\1*\2", data)
    return data


def statx(data: bytes) -> tuple[tuple[int, int], int]:
    """Device (major, minor) and inode of a statx operation's data."""
    major, minor, inode, *_ = struct.unpack(ops.STATX_FORMAT, data)
    return (major, minor), inode
