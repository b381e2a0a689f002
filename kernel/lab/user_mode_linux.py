"""The same programs under User-mode Linux: Debian's kernel that is a process of this machine.

It has no virtio console built in, so programs and results use its second serial line. The argument
``serial`` after ``--`` on the kernel's command line says so to the agent.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from kernel.lab import capture, guest, tools
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.capture import Capture, Varying
from kernel.lab.errors import LabError
from kernel.lab.native import Host
from kernel.lab.scenario_builder import GuestInfo
from kernel.lab.scenarios import SCENARIOS, Scenario
from kernel.lab.tools import Tool
from kernel.lab.vm import Conversation

KERNEL = Tool("linux.uml", "user-mode-linux")
CORPUS = capture.CORPUS / "user-mode-linux" / "6.1-x86_64"
MACHINE = ARCHITECTURES["x86_64"]
COMMAND_LINE = ("mem=256M", "con=null", "con0=null,fd:1", "rdinit=/init", "norandmaps", "quiet")
LIMIT = 120.0

VARYING = (
    *capture.VARYING,
    Varying(
        "Referenced",
        "smaps and smaps_rollup",
        re.compile(rb"(?m)^(Referenced:) +\d+( kB)$"),
        "a page of the agent's child is referenced on some hosts and not on others",
    ),
)

CHOSEN = (
    "plain",
    "file_names",
    "memfd_names",
    "fork",
    "flags",
    "usage",
    "label_heap_and_stack",
    "sysv",
)
"""The scenarios that show something of this kernel: the others would repeat the laboratory's."""


@contextlib.contextmanager
def start() -> Generator[Host]:
    """Boot User-mode Linux with the agent for the block.

    Raises ``MissingTool``, ``LabError``, and the exceptions of ``guest.agent``.
    """
    tools.require((KERNEL,))
    program = guest.agent(MACHINE).read_bytes()
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory(prefix="lab-") as folder:
        archive = Path(folder) / "initramfs"
        archive.write_bytes(guest.archive(program))
        console = Path(folder) / "console"
        with theirs, console.open("wb") as output:
            running = subprocess.Popen(
                (
                    *(str(shutil.which(KERNEL.what)), *COMMAND_LINE, f"initrd={archive}"),
                    *(f"uml_dir={folder}", "umid=lab", f"ssl1=fd:{theirs.fileno()}"),
                    *("--", "serial"),
                ),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"HOME": folder, "PATH": os.defpath},
                start_new_session=True,
            )
        try:
            conversation = Conversation("user-mode-linux", ours)
            hello = conversation.hello(time.monotonic() + LIMIT)
            yield Host(hello, MACHINE, conversation)
        except (EOFError, TimeoutError) as error:
            end = console.read_bytes()[-2000:].decode("ascii", "backslashreplace")
            raise LabError(f"user-mode-linux does not answer:\n{end}") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait(10)


def scenarios(info: GuestInfo) -> list[Scenario]:
    """Return the chosen scenarios."""
    return [SCENARIOS[name] for name in CHOSEN if SCENARIOS[name].suits(info)]


def take() -> Capture:
    """Run the scenarios in the guest, and return what it printed."""
    with start() as host:
        info = capture.guest_info(MACHINE, host.hello.page_size, host.run)
        chosen = scenarios(info)
        files = capture.run_scenarios("user-mode-linux", host.run, info, chosen)
    files["provenance.json"] = capture.as_json(_provenance(info, chosen))
    return Capture(files)


def compare(kept: Capture, taken: Capture) -> list[str]:
    """Return the differences between two captures, as `capture.compare` does."""
    return capture.compare(kept, taken, VARYING)


def _provenance(info: GuestInfo, chosen: list[Scenario]) -> dict[str, Any]:
    return {
        "kernel": "user-mode-linux",
        "release": tools.run("laboratory", (KERNEL.what, "--version")).strip(),
        "machine": MACHINE.name,
        "bits": MACHINE.bits,
        "big_endian": MACHINE.big_endian,
        "page_size": info.page,
        "stack": info.stack,
        "command_line": " ".join(COMMAND_LINE),
        "package": KERNEL.package,
        "package_version": tools.package_version(KERNEL.package),
        "compiler": tools.version(tools.compiler(MACHINE)),
        "repeat_with": "python -m kernel.lab user-mode-linux",
        "scenarios": [scenario.name for scenario in chosen],
        "varying": [{"field": v.field, "where": v.where, "why": v.why} for v in VARYING],
    }
