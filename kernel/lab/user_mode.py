"""The same programs under QEMU's user mode, which prints ``/proc/self/maps`` itself.

QEMU runs the agent of any machine as a process of this one. It reads its own maps, keeps what the
program can see, and prints that by its own code (linux-user/syscall.c); smaps since 8.1. Other
files of /proc are those of this machine's kernel, as are the maps of other processes. So only
scenarios without a second process are captured.

Emulator and agent get their own mount namespace and root, in which the agent is ``/init``, as in a
guest of the laboratory. That needs root.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any, cast

from attrs import evolve, frozen

from kernel.lab import capture, guest, native, tools
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.capture import Capture
from kernel.lab.errors import LabError, UnknownKernel
from kernel.lab.machines import PROGRAMS_ONLY, Machine
from kernel.lab.native import Host
from kernel.lab.scenario_builder import BASE, GuestInfo
from kernel.lab.scenarios import SCENARIOS, Scenario
from kernel.lab.tools import Tool
from kernel.lab.vm import Conversation

PACKAGE = "qemu-user-static"
CORPUS = capture.CORPUS / "qemu-user"
"""One folder for each machine and release of QEMU, such as ``mips-7.2``."""

CPUS = {
    "x86_64": "x86_64",
    "i386": "i386",
    "arm64": "aarch64",
    "arm": "arm",
    "riscv64": "riscv64",
    "s390x": "s390x",
    "ppc64le": "ppc64le",
    "mips": "mips",
    "mipsel": "mipsel",
    "mips64": "mips64",
    "mips64el": "mips64el",
    "powerpc": "ppc",
    "ppc64": "ppc64",
    "m68k": "m68k",
}
"""The suffix of the emulator's name, by machine."""

MACHINES: dict[str, Machine] = {name: (ARCHITECTURES | PROGRAMS_ONLY)[name] for name in CPUS}

REPEATED = ("x86_64", "i386", "s390x", "mips")
"""The machines that CI captures again: one of each word size and byte order."""

CHOSEN = (
    "plain",
    "file_names",
    "file_links",
    "memfd_names",
    "offsets",
    "sysv",
    "flags",
    "label_heap_and_stack",
)
"""The scenarios that show something of the emulator: the others would repeat them."""

OWN = range(BASE, BASE + 0x8000000)
"""The part of the scenarios' area that these scenarios use; the rest may hold QEMU's own memory."""

VARYING = (
    ("device", "files", "numbered by this machine's kernel as file systems are mounted"),
    ("inode", "memfd and shared memory", "counted since boot by this machine's kernel"),
    ("address", "stack, vdso, and pages of the emulator", "chosen by this machine's kernel"),
)
"""Field, place, and the reason why it may differ between two captures."""

SMAPS_SINCE = (8, 1)
"""The release of QEMU that prints smaps itself."""

_ROOT = """set -e
mount -t tmpfs t "$1"
cd "$1"
cp "$2" init
cp "$3" emulator
mkdir proc t dev
mount --rbind /proc proc
mount -t tmpfs t t
mknod dev/zero c 1 5
mknod dev/null c 1 3
exec "$4" -R "$5" . /emulator /init"""
"""Arguments: a folder, the agent, the emulator, setarch and chroot."""


@frozen
class Emulator:
    """One of QEMU's programs for user mode. It must be linked statically."""

    path: Path

    @property
    def version(self) -> str:
        """The first line of ``--version``."""
        return tools.version(Tool(str(self.path), PACKAGE))

    @property
    def release(self) -> tuple[int, int]:
        """The first two numbers of the version."""
        found = re.search(r"version (\d+)\.(\d+)", self.version)
        if found is None:
            raise LabError(f"{self.path}: no release in {self.version!r}")
        return int(found[1]), int(found[2])

    @property
    def files(self) -> frozenset[str]:
        """The files of /proc/self that it prints itself."""
        return frozenset(("maps", "smaps") if self.release >= SMAPS_SINCE else ("maps",))


def machine(name: str) -> Machine:
    """Return the machine of this name. Raises ``UnknownKernel``."""
    try:
        return MACHINES[name]
    except KeyError:
        raise UnknownKernel(name, tuple(MACHINES)) from None


def name_of(machine: Machine, emulated_by: Emulator) -> str:
    """Return the name of the capture's folder."""
    return f"{machine.name}-{emulated_by.release[0]}.{emulated_by.release[1]}"


def emulator(machine: Machine, folder: Path | None = None) -> Emulator:
    """Return the emulator of a machine: Debian's ``qemu-CPU-static``, or ``qemu-CPU`` of *folder*.

    Raises ``MissingTool``.
    """
    name = f"qemu-{CPUS[machine.name]}"
    if folder is not None:
        tools.require((Tool(str((folder / name).absolute()), "qemu-user"),))
        return Emulator((folder / name).absolute())
    tools.require((Tool(f"{name}-static", PACKAGE),))
    return Emulator(Path(str(shutil.which(f"{name}-static"))))


def needed(machines: Iterable[Machine]) -> tuple[Tool, ...]:
    """Return the tools for running the agents of these machines."""
    return tuple(
        tool
        for machine in machines
        for tool in (
            Tool(f"qemu-{CPUS[machine.name]}-static", PACKAGE),
            tools.compiler(machine),
            *(
                Tool(f"/usr/share/doc/{package}", package)
                for package in machine.packages
                if package.startswith("libc6")
            ),
        )
    )


@contextlib.contextmanager
def start(machine: Machine, emulated_by: Emulator) -> Generator[Host]:
    """Run the agent of a machine under its emulator for the block. Needs root.

    Raises the exceptions of ``guest.agent``, and ``LabError``.
    """
    if os.geteuid() != 0:
        raise LabError("user-mode emulation gets a root of its own: run as root")
    agent = guest.agent(machine)
    programs = [_found(name) for name in ("setarch", "chroot")]
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory(prefix="lab-") as folder:
        with theirs:
            running = subprocess.Popen(
                (
                    *(_found("unshare"), "--mount", "--propagation", "private"),
                    *(
                        "sh",
                        "-c",
                        _ROOT,
                        "sh",
                        folder,
                        str(agent),
                        str(emulated_by.path),
                        *programs,
                    ),
                ),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        try:
            conversation = Conversation(f"qemu-user {machine.name}", ours)
            hello = conversation.hello(time.monotonic() + native.LIMIT)
            yield Host(hello, machine, conversation)
        except EOFError as error:
            status = running.wait(10)
            raise LabError(f"{emulated_by.path.name} ended with status {status}") from error
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            running.wait(10)


def _found(program: str) -> str:
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        raise LabError(f"{program} is not installed")
    return path


def scenarios(info: GuestInfo, files: frozenset[str]) -> list[Scenario]:
    """Return the chosen scenarios, each with those of its files that the emulator prints."""
    chosen = (SCENARIOS[name] for name in CHOSEN)
    return [
        evolve(scenario, files=tuple(file for file in scenario.files if file in files))
        for scenario in chosen
        if scenario.suits(info)
    ]


def take(machine: Machine, emulated_by: Emulator) -> Capture:
    """Run the scenarios under the emulator, and return what it printed."""
    with start(machine, emulated_by) as host:
        info = capture.guest_info(machine, host.hello.page_size, host.run)
        chosen = scenarios(info, emulated_by.files)
        files = capture.run_scenarios(f"qemu-user {machine.name}", host.run, info, chosen)
    files["provenance.json"] = capture.as_json(_provenance(machine, emulated_by, info, chosen))
    return Capture(files)


def _provenance(
    machine: Machine, emulated_by: Emulator, info: GuestInfo, chosen: list[Scenario]
) -> dict[str, Any]:
    release = ".".join(map(str, emulated_by.release))
    return {
        "producer": f"QEMU's user mode {release}",
        "machine": machine.name,
        "bits": machine.bits,
        "big_endian": machine.big_endian,
        "page_size": info.page,
        "stack": info.stack,
        "emulator": emulated_by.version,
        "compiler": tools.version(tools.compiler(machine)),
        "host": f"Linux {os.uname().release.partition('-')[0]} {os.uname().machine}",
        "repeat_with": f"python -m kernel.lab emulate {machine.name}",
        "scenarios": [scenario.name for scenario in chosen],
        "varying": [{"field": field, "where": where, "why": why} for field, where, why in VARYING],
    }


_FILE = re.compile(r"(?m)^(\S+ \S+ \S+) (?!00:00 0)[0-9a-f]+:[0-9a-f]+ \d+ +")
_MASKED = ("device", "major", "minor", "inode", "pieces")


def compare(kept: Capture, taken: Capture) -> list[str]:
    """Return the differences of two captures of one machine, one line for each file.

    Only the scenarios' own memory is compared, because this machine's kernel chooses the address of
    everything else, and the fields in ``VARYING`` are ignored.
    """
    names = sorted(
        name for name in {*kept.files, *taken.files} if not name.startswith("provenance")
    )
    return [
        f"{name}: differs" if name in kept.files and name in taken.files else f"{name}: on one side"
        for name in names
        if _normal(name, kept.files.get(name)) != _normal(name, taken.files.get(name))
    ]


def _normal(name: str, data: bytes | None) -> object:
    if data is None:
        return None
    if name.endswith(".json"):
        return _masked(json.loads(data))
    entries = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", data.decode("latin-1"))
    own = (entry for entry in entries if entry and int(entry.partition("-")[0], 16) in OWN)
    return [_FILE.sub(r"\1 * ", entry) for entry in own]


def _masked(value: object) -> object:
    if isinstance(value, list):
        return [_masked(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, object]", value)
    read = entries.get("op") in ("read_file", "shmget", "mmap")
    masked = (*_MASKED, "result") if read else _MASKED
    return {key: "*" if key in masked else _masked(each) for key, each in entries.items()}
