"""Running the programs in a guest, and what ``/proc`` shows of them."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from attrs import frozen

from kernel.lab import capture, initramfs, ops, shell, tools, vm
from kernel.lab.build import Image
from kernel.lab.errors import ProbeFailure
from kernel.lab.initramfs import Entry
from kernel.lab.programs import disks
from kernel.lab.programs.table import DISKS, Run
from kernel.lab.protocol import Program
from procmaps.usage.folding import fold_label

CORPUS = capture.CORPUS / "programs"
KINDS = ("maps", "smaps", "smaps_rollup")
# Emulated browsers need a minute to start, and several on a busy machine.
READY_LIMIT = 300
_LIMITS = vm.Limits(boot=600, program=1800, memory_mib=4096)
# Runtimes need random numbers at their start, before an idle 6.1 has collected entropy.
_COMMAND_LINE = "random.trust_cpu=on"
_LABEL = re.compile(rb"(?m)^\S+ \S+ \S+ \S+ \S+ +\[(anon|anon_shmem):(.*)\]$")


@frozen
class Taken:
    """What a guest showed of one program.

    ``files`` has ``COMMAND.maps``, ``.smaps`` and ``.smaps_rollup`` of each process.
    ``seconds`` is the guest's time until the program was ready; ``log`` its output.
    """

    run: Run
    files: dict[str, bytes]
    seconds: int
    log: bytes


def labels(maps: bytes) -> set[str]:
    """Return the labels in the text of a maps file, folded: thread IDs and counters are gone."""
    return {f"{kind.decode()}:{fold_label(label).decode()}" for kind, label in _LABEL.findall(maps)}


def take(image: Image, runs: Iterable[Run]) -> Iterator[Taken]:
    """Boot once for each disk, run its programs one after the other, and yield the results.

    Raises ``MissingTool``, ``BuildFailure``, and ``ProbeFailure`` for a program that did not start.
    """
    tools.require((shell.BUSYBOX,))
    by_disk = sorted(runs, key=lambda run: run.disk)
    for name, group in groupby(by_disk, key=lambda run: run.disk):
        together = list(group)
        built = disks.ensure(DISKS[name])
        files = tuple(initramfs.with_folders(_files(together)))
        with vm.boot(image, _LIMITS, append=_COMMAND_LINE, files=files, disk=built.image) as guest:
            for run in together:
                yield _taken(guest, run)


def _files(runs: Iterable[Run]) -> Iterator[Entry]:
    yield initramfs.file(b"bin/busybox", Path(shell.BUSYBOX.what).read_bytes())
    yield initramfs.file(b"guest.sh", (disks.FOLDER / "guest.sh").read_bytes())
    for path in sorted(disks.FILES.iterdir()):
        yield initramfs.file(f"programs/files/{path.name}".encode(), path.read_bytes())
    for run in runs:
        text = (disks.FOLDER / "start" / f"{run.name}.sh").read_bytes()
        yield initramfs.file(f"programs/{run.name}.sh".encode(), text)


def _taken(guest: vm.Guest, run: Run) -> Taken:
    program = Program()
    arguments = (run.name, str(READY_LIMIT), ":".join(run.processes))
    ran = program(ops.run(b"/bin/busybox", b"sh", b"/guest.sh", *map(str.encode, arguments)))
    (outcome,) = guest.run([program])
    output = outcome.results[ran.index].bytes
    subject = f"{guest.image.kernel.name}: {run.name}"
    try:
        with tarfile.open(fileobj=io.BytesIO(output)) as archive:
            found = dict(_members(archive))
    except tarfile.TarError as error:
        raise ProbeFailure(subject, 0, f"no archive: {output[-300:]!r}") from error
    files = {name: data for name, data in found.items() if name.rpartition(".")[2] in KINDS}
    if not any(name.endswith(".maps") for name in files):
        started = found["processes"] + found["log"][-1000:]
        raise ProbeFailure(subject, 0, f"none of {', '.join(run.processes)} runs: {started!r}")
    return Taken(run, files, int(found["waited"]), found["log"])


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        if (content := archive.extractfile(member)) is not None:
            yield Path(member.name).name, content.read()


def folder(image: Image, run: Run) -> Path:
    """Return the folder of a capture in the corpus."""
    return CORPUS / image.kernel.name / run.name


def write(image: Image, taken: Taken) -> Path:
    """Write a capture with its provenance into the corpus; return its folder."""
    into = folder(image, taken.run)
    built = disks.ensure(DISKS[taken.run.disk])
    facts = _json(provenance(image, taken, built))
    capture.Capture({**taken.files, "provenance.json": facts}).write(into)
    return into


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def provenance(image: Image, taken: Taken, built: disks.Built) -> dict[str, Any]:
    """Return the origin of a capture, its labels, and the command that repeats it."""
    kernel, run = image.kernel, taken.run
    facts = image.facts
    return {
        "program": run.name,
        "shows": run.shows,
        "kernel": kernel.name,
        "release": kernel.release.name,
        "architecture": kernel.architecture.name,
        "package": facts["package"],
        "package_version": facts["package_version"],
        "config_hash": facts["config_hash"],
        "emulator": tools.version(tools.emulator(kernel.architecture)),
        "suite": built.disk.suite,
        "versions": {name: built.versions[name] for name in run.packages},
        "start": (disks.FOLDER / "start" / f"{run.name}.sh").read_text().splitlines(),
        "repeat_with": f"python -m kernel.lab.programs compare {kernel.name} {run.name}",
        "labels": labels_of(taken.files),
    }


def labels_of(files: dict[str, bytes]) -> dict[str, list[str]]:
    """Return the folded labels of each process, by its name."""
    return {
        name.removesuffix(".maps"): sorted(labels(data))
        for name, data in sorted(files.items())
        if name.endswith(".maps")
    }


def compare(image: Image, taken: Taken) -> list[str]:
    """Return the differences between the labels of a capture in the corpus and of a new one.

    Addresses, sizes, thread IDs and counters differ from run to run, because threads of the
    programs race. A label that only one of them has is a difference.
    """
    kept = folder(image, taken.run) / "provenance.json"
    if not kept.exists():
        return ["missing in the corpus"]
    old: dict[str, list[str]] = json.loads(kept.read_bytes())["labels"]
    new = labels_of(taken.files)
    return [
        f"{process}: {label!r} is {'gone' if label in old.get(process, ()) else 'new'}"
        for process in sorted(old.keys() | new.keys())
        for label in sorted(set(old.get(process, ())) ^ set(new.get(process, ())))
    ]
