"""The same programs on kernels as Debian ships them: wide addresses, 32-bit processes.

On amd64 addresses have 57 bits, on arm64 52. A kernel is the file ``boot/vmlinuz-*`` of a package
``linux-image-*-unsigned``, which need not be installed. Its virtio drivers are modules, so programs
and results use the second serial line, as with User-mode Linux. CI does not repeat these captures:
a package has 100 MB.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from attrs import frozen

from kernel.lab import capture, guest, ops, tools, vm
from kernel.lab.architectures import ARCHITECTURES, Architecture
from kernel.lab.capture import Capture
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from kernel.lab.machines import PROGRAMS_ONLY, Machine
from kernel.lab.native import Host
from kernel.lab.scenario_builder import GuestInfo, ScenarioBuilder
from kernel.lab.scenarios import SCENARIOS, Scenario
from kernel.lab.vm import Conversation

CORPUS = capture.CORPUS / "debian"
"""One folder for each machine whose programs ran."""

LIMITS = vm.Limits(boot=300, program=60, memory_mib=1024)


@frozen
class Platform:
    """The kernels of one Debian architecture, and the machine that boots them.

    ``serial`` adds the second serial line, which is the character device ``agent``. ``programs``
    are the machines whose programs the kernel runs.
    """

    debian: str
    architecture: Architecture
    machine: tuple[str, ...]
    serial: tuple[str, ...]
    append: str
    programs: tuple[Machine, ...]
    highest_bits: tuple[int, ...]


PLATFORMS = (
    Platform(
        debian="amd64",
        architecture=ARCHITECTURES["x86_64"],
        machine=("-M", "q35", "-cpu", "max"),
        serial=("-serial", "chardev:agent"),
        append=f"console=ttyS0 {vm.COMMAND_LINE} syscall.x32=y -- serial",
        programs=(ARCHITECTURES["x86_64"], ARCHITECTURES["i386"], PROGRAMS_ONLY["x32"]),
        highest_bits=(46, 47, 48, 52, 55),
    ),
    Platform(
        debian="arm64",
        architecture=ARCHITECTURES["arm64"],
        machine=ARCHITECTURES["arm64"].machine,
        serial=("-device", "pci-serial", "-device", "pci-serial,chardev=agent"),
        append=f"console=ttyAMA0 {vm.COMMAND_LINE} -- serial",
        programs=(ARCHITECTURES["arm64"], ARCHITECTURES["arm"]),
        highest_bits=(46, 47, 49, 50, 51),
    ),
)
PROGRAMS = {machine.name: platform for platform in PLATFORMS for machine in platform.programs}
"""The platform that runs a machine's programs, by the machine's name."""

MACHINES: dict[str, Machine] = {
    machine.name: machine for platform in PLATFORMS for machine in platform.programs
}


def suiting(image: Path) -> list[str]:
    """Return the machines whose programs a kernel runs. Raises ``LabError`` for an unknown name."""
    for platform in PLATFORMS:
        if image.name.endswith(f"-{platform.debian}"):
            return [machine.name for machine in platform.programs]
    known = " or ".join(f"-{platform.debian}" for platform in PLATFORMS)
    raise LabError(f"{image.name} is no kernel of Debian's: expected a name that ends in {known}")


CHOSEN = ("plain", "memfd_names", "fork", "flags", "label_heap_and_stack", "sysv")


def _high_addresses(s: ScenarioBuilder) -> None:
    for bit in PROGRAMS[s.guest.architecture.name].highest_bits:
        s.do(ops.mmap(1 << bit, s.page, "rw", "private anonymous"))


HIGH_ADDRESSES = Scenario(
    name="high_addresses",
    shows="Memory above 47 or 48 bits of address, which a program must ask for.",
    fill=_high_addresses,
    files=("maps", "smaps", "smaps_rollup"),
    architectures=("x86_64", "arm64"),
    host=True,
    mmu=True,
)
"""Not in the table, because other kernels of the laboratory have fewer levels of page tables."""


@contextlib.contextmanager
def start(
    image: Path,
    machine: Machine,
    limits: vm.Limits = LIMITS,
    *,
    append: str = "",
    files: tuple[Entry, ...] = (),
) -> Generator[Host]:
    """Boot the kernel with the agent of a machine for the block.

    *append* is added to the kernel's command line, *files* to the guest's root. Raises
    ``MissingTool``, ``LabError``, and the exceptions of ``guest.agent``.
    """
    platform = PROGRAMS[machine.name]
    tools.require((tools.emulator(platform.architecture),))
    program = guest.agent(machine).read_bytes()
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory(prefix="lab-") as folder:
        archive, console = Path(folder) / "initramfs", Path(folder) / "console"
        archive.write_bytes(guest.archive(program, files))
        console.touch()
        with theirs:
            running = subprocess.Popen(
                (
                    *(platform.architecture.emulator, *platform.machine, "-accel", "tcg"),
                    *("-smp", str(limits.processors), "-m", f"{limits.memory_mib}M"),
                    *("-nodefaults", "-display", "none"),
                    *("-no-reboot", "-kernel", str(image), "-initrd", str(archive)),
                    *("-append", f"{append} {platform.append}", "-serial", f"file:{console}"),
                    *("-chardev", f"socket,id=agent,fd={theirs.fileno()}", *platform.serial),
                ),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        try:
            conversation = Conversation(image.name, ours)
            hello = conversation.hello(time.monotonic() + limits.boot)
            yield Host(hello, machine, conversation, limits.program)
        except (EOFError, TimeoutError) as error:
            end = console.read_bytes()[-2000:].decode("ascii", "backslashreplace")
            raise LabError(f"{image.name} does not answer:\n{end}") from error
        finally:
            running.kill()
            running.wait(10)


def scenarios(info: GuestInfo) -> list[Scenario]:
    """Return the chosen scenarios."""
    chosen = (*(SCENARIOS[name] for name in CHOSEN), HIGH_ADDRESSES)
    return [scenario for scenario in chosen if scenario.suits(info)]


def take(image: Path, machine: Machine) -> Capture:
    """Run the scenarios as processes of the machine, and return what the kernel printed."""
    with start(image, machine) as host:
        info = capture.guest_info(machine, host.hello.page_size, host.run)
        chosen = scenarios(info)
        files = capture.run_scenarios(image.name, host.run, info, chosen)
    files["provenance.json"] = capture.as_json(_provenance(image, info, chosen))
    return Capture(files)


def _provenance(image: Path, info: GuestInfo, chosen: list[Scenario]) -> dict[str, Any]:
    machine = info.architecture
    platform = PROGRAMS[machine.name]
    return {
        "kernel": image.name.removeprefix("vmlinuz-"),
        "machine": machine.name,
        "bits": 64,
        "big_endian": False,
        "page_size": info.page,
        "stack": info.stack,
        "compiler": tools.version(tools.compiler(machine)),
        "emulator": tools.version(tools.emulator(platform.architecture)),
        "command_line": platform.append,
        "repeat_with": f"python -m kernel.lab debian {image.name} {machine.name}",
        "scenarios": [scenario.name for scenario in chosen],
        "varying": [{"field": v.field, "where": v.where, "why": v.why} for v in capture.VARYING],
    }
