"""Captures: what a kernel prints in each scenario, the ground truth, and provenance."""

from __future__ import annotations

import errno as errnos
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from kernel.lab import cache, expected_regions, native, ops, rules, tools, vm
from kernel.lab.build import Image
from kernel.lab.errors import ProbeFailure
from kernel.lab.machines import Machine
from kernel.lab.protocol import Outcome, Program
from kernel.lab.scenario_builder import AREA, GuestInfo, ScenarioBuilder
from kernel.lab.scenarios import SCENARIOS, Scenario

CORPUS = Path(__file__).parents[2] / "corpus" / "captures"

ICOUNT = 7
"""Makes the guest's clock count instructions: see ``vm.boot``."""

Run = Callable[[list[Program]], list[Outcome]]


@frozen
class Varying:
    """A field that may differ between two captures of one kernel, and the reason."""

    field: str
    where: str
    pattern: re.Pattern[bytes]
    why: str
    instead: bytes = rb"\1*\2"
    """The replacement of a match before two captures are compared."""


# All else is compared byte for byte, in tests/kernel/lab/booted/test_recapture.py.
VARYING: tuple[Varying, ...] = (
    Varying(
        "inode",
        "mappings of memfd, shared anonymous memory, kernel objects, and the agent",
        re.compile(
            rb"(?m)^(\S+ \S+ \S+ \S+ )\d+"
            rb"( +(?:/memfd:|/dev/zero|/anon_hugepage|/secretmem|/\[aio\]|/init|\[anon_shmem:))"
        ),
        "counted since boot by the whole kernel, so another package version changes it",
    ),
    Varying(
        "active=",
        "numa_maps",
        re.compile(rb" active=\d+"),
        "the kernel moves pages to its active list in batches at its own times; 0 is not printed",
        instead=b"",
    ),
)


@frozen
class Capture:
    """One kernel's capture: contents by file name."""

    files: Mapping[str, bytes]

    def write(self, folder: Path) -> None:
        """Replace the folder by exactly these files, in one step."""
        with cache.replacing(folder) as making:
            for name, data in sorted(self.files.items()):
                (making / name).write_bytes(data)


def read(folder: Path) -> Capture:
    """Return the capture in a folder."""
    return Capture({p.name: p.read_bytes() for p in sorted(folder.iterdir())})


def as_json(value: dict[str, Any]) -> bytes:
    """Return JSON with one line for each entry and each row of a list, so that diffs are short."""
    entries: list[str] = []
    for key, entry in value.items():
        if isinstance(entry, list):
            listed = cast("list[object]", entry)
            rows = ",\n  ".join(json.dumps(row, sort_keys=True) for row in listed)
            shown = f"[\n  {rows}\n ]" if rows else "[]"
        else:
            shown = json.dumps(entry, sort_keys=True)
        entries.append(f" {json.dumps(key)}: {shown}")
    return ("{\n" + ",\n".join(entries) + "\n}\n").encode()


def guest_info(machine: Machine, page: int, run: Run, *, mmu: bool = True) -> GuestInfo:
    """Return what scenarios know of a guest; the agent reports the address of its stack."""
    program = Program()
    stat = program(ops.read_file(b"/proc/self/stat"))
    (outcome,) = run([program])
    # Field 28 is startstack, counted after the parenthesised name (proc_pid_stat(5)).
    fields = outcome.results[stat.index].bytes.rpartition(b")")[2].split(b" ")
    stack = int(fields[28 - 2])
    return GuestInfo(machine, page, stack // page * page, mmu)


def take(image: Image, limits: vm.Limits | None = None) -> Capture:
    """Boot the kernel, run its scenarios and rules, and return what it printed.

    One boot runs them in the tables' order, so that numbers counted since boot repeat.
    """
    mmu = image.kernel.flavour.mmu
    # Without an MMU addresses are physical, and depend on all that was allocated since the boot.
    icount = None if mmu else ICOUNT
    with vm.boot(image, limits or vm.Limits(), icount) as guest:
        info = guest_info(image.kernel.architecture, guest.hello.page_size, guest.run, mmu=mmu)
        chosen = [s for s in SCENARIOS.values() if s.suits(info)]
        scenes = [s.build(info) for s in chosen]
        # The rules are about labels at fixed addresses. Without an MMU there is neither.
        rows = [*rules.RULES.values()] if mmu else []
        asked = [rule.build(info) for rule in rows]
        outcomes = guest.run([s.program for s in scenes] + [s.program for s, _ in asked])
    files: dict[str, bytes] = {}
    for scenario, scene, outcome in zip(chosen, scenes, outcomes, strict=False):
        files |= scenario_files(image.kernel.name, scenario, scene, outcome)
    answers: dict[str, dict[str, Any]] = {}
    for rule, (_, call), outcome in zip(rows, asked, outcomes[len(scenes) :], strict=True):
        code = rules.answer(outcome, call)
        answers[rule.name] = {
            "asks": rule.asks,
            "errno": errnos.errorcode[code] if code else None,
            "maps": lines_of_interest(outcome),
        }
    if answers:
        files["prctl.json"] = as_json(answers)
    files["provenance.json"] = as_json(provenance(image, info, chosen))
    return Capture(files)


def take_here() -> Capture:
    """Capture the host's own kernel, in scenarios that leave the machine unchanged. Needs root.

    Do not put it into the corpus, because it describes the machine that it ran on.
    """
    with native.start(isolated=True) as host:
        info = guest_info(host.architecture, host.hello.page_size, host.run)
        chosen = [s for s in SCENARIOS.values() if s.host and s.suits(info)]
        return Capture(run_scenarios("this machine", host.run, info, chosen))


def run_scenarios(
    subject: str, run: Run, info: GuestInfo, chosen: list[Scenario]
) -> dict[str, bytes]:
    """Run scenarios in one batch, and return their files by name."""
    scenes = [scenario.build(info) for scenario in chosen]
    outcomes = run([scene.program for scene in scenes])
    files: dict[str, bytes] = {}
    for scenario, scene, outcome in zip(chosen, scenes, outcomes, strict=True):
        files |= scenario_files(subject, scenario, scene, outcome)
    return files


def lines_of_interest(outcome: Outcome) -> list[str]:
    """Return the last lines of maps for the scenario's area, heap and stack."""
    data = [result.bytes for result in outcome.results.values() if result.data][-1]
    return [
        line.decode("ascii", "backslashreplace")
        for line in data.removesuffix(b"\n").split(b"\n")
        if line.endswith((b"[heap]", b"[stack]")) or int(line.partition(b"-")[0], 16) in AREA
    ]


def scenario_files(
    subject: str, scenario: Scenario, scene: ScenarioBuilder, outcome: Outcome
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one scenario: the reads of each snapshot, and the ground truth."""
    regions = expected_regions.Replay(scene, outcome).run()
    snapshots: dict[str, dict[str, dict[str, Any]]] = {}
    for shot in scene.snapshots:
        stem = ".".join(part for part in (scenario.name, shot.name.replace(" ", "_")) if part)
        reads: dict[str, dict[str, Any]] = {}
        for kind, read_by in shot.reads.items():
            result = outcome.results.get(read_by.index)
            if result is None:
                raise ProbeFailure(subject, 0, f"{scenario.name}: the snapshot has no {kind}")
            if result.errno:
                reads[kind] = {"errno": errnos.errorcode[result.errno]}
                continue
            yield f"{stem}.{kind}", result.bytes
            reads[kind] = {"file": f"{stem}.{kind}", "pieces": [len(p) for p in result.data]}
        snapshots[shot.name] = reads
    yield (
        f"{scenario.name}.truth.json",
        as_json(
            {
                "shows": scenario.shows,
                "operations": expected_regions.record(scene, outcome),
                "snapshots": snapshots,
                "regions": [
                    {"snapshot": name, **row} for name, rows in regions.items() for row in rows
                ],
            }
        ),
    )


def provenance(image: Image, info: GuestInfo, chosen: list[Scenario]) -> dict[str, Any]:
    """Return the origin of a capture, and the command that repeats it."""
    kernel = image.kernel
    facts = image.facts
    return {
        "kernel": kernel.name,
        "release": kernel.release.name,
        "architecture": kernel.architecture.name,
        "flavour": kernel.flavour.name,
        "bits": kernel.architecture.bits,
        "big_endian": kernel.architecture.big_endian,
        "page_size": info.page,
        "stack": info.stack,
        "package": facts["package"],
        "package_version": facts["package_version"],
        "config_hash": facts["config_hash"],
        "compiler": facts["compiler"],
        "emulator": tools.version(tools.emulator(kernel.architecture)),
        "command_line": vm.COMMAND_LINE,
        "repeat_with": f"python -m kernel.lab capture {kernel.name}",
        "scenarios": [scenario.name for scenario in chosen],
        "varying": [{"field": v.field, "where": v.where, "why": v.why} for v in VARYING],
    }


def normal(data: bytes, fields: Iterable[Varying] = VARYING) -> bytes:
    """Return a file's bytes with the varying fields masked."""
    for varying in fields:
        data = varying.pattern.sub(varying.instead, data)
    return data


def compare(kept: Capture, taken: Capture, fields: Sequence[Varying] = VARYING) -> list[str]:
    """Return the differences between two captures of one kernel, one line for each file.

    The varying *fields* are ignored. Of the provenance, package and emulator versions are ignored,
    because another version may print the same.
    """
    differences = [
        f"{name}: missing in the new capture" for name in kept.files.keys() - taken.files
    ]
    differences += [f"{name}: missing in the corpus" for name in taken.files.keys() - kept.files]
    for name in sorted(kept.files.keys() & taken.files):
        old, new = kept.files[name], taken.files[name]
        if name == "provenance.json":
            old, new = _comparable(old), _comparable(new)
        elif name.endswith(".json"):
            old, new = _without_inodes(old), _without_inodes(new)
        else:
            old, new = normal(old, fields), normal(new, fields)
        if old != new:
            differences.append(f"{name}: {_first_difference(old, new)}")
    return differences


def _first_difference(old: bytes, new: bytes) -> str:
    pairs = zip_longest(old.split(b"\n"), new.split(b"\n"), fillvalue=b"(nothing)")
    number, (was, now) = next((n, p) for n, p in enumerate(pairs, 1) if p[0] != p[1])
    return f"line {number} was {was!r} and is {now!r}"


def _without_inodes(data: bytes) -> bytes:
    """Return a JSON file with the same masks; inodes of files on a new file system are kept."""

    def mask(value: object) -> object:
        if isinstance(value, dict):
            entries = cast("dict[str, object]", value)
            changed = {key: mask(inner) for key, inner in entries.items()}
            if "inode" in changed and changed.get("kind") != "file":
                changed["inode"] = "*"
            # The length of numa_maps depends on whether active= was printed.
            if changed.get("op") == "read_file" and "numa_maps" in str(changed["args"]):
                changed["result"] = "*"
            if str(changed.get("file")).endswith(".numa_maps"):
                changed["pieces"] = "*"
            return changed
        if isinstance(value, list):
            return [mask(inner) for inner in cast("list[object]", value)]
        return normal(value.encode()).decode() if isinstance(value, str) else value

    whole: dict[str, Any] = json.loads(data)
    return as_json({key: mask(value) for key, value in whole.items()})


_COMPARABLE = ("kernel", "page_size", "stack", "bits", "big_endian", "command_line", "scenarios")


def _comparable(provenance: bytes) -> bytes:
    facts = json.loads(provenance)
    return as_json({key: facts[key] for key in _COMPARABLE})
