"""The emulator ends with the program that started it, by whatever signal that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.signals import as_in_foreground

EMULATOR = """#!/bin/sh
# Starts a child of its own, and never connects.
echo $$ > "$FOLDER/emulator"
sleep 600 &
echo $! > "$FOLDER/child"
wait
"""

BOOT = """
import os
from pathlib import Path
import attrs
from kernel import command
from kernel.lab import guest, tools, vm
from kernel.lab.build import Image
from kernel.lab.kernels import KERNELS

folder = Path(os.environ["FOLDER"])
guest.agent = lambda machine: folder / "program"
tools.require = lambda wanted: None
kernel = KERNELS["6.12-x86_64-named"]

def main():
    with vm.boot(Image(kernel, folder), vm.Limits(boot=500)):
        raise AssertionError("nothing was booted")

command.run(main)
"""


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_written(file: Path, program: subprocess.Popen[bytes]) -> int:
    """Return the number in *file* as soon as it is there."""
    while not (file.exists() and file.read_text().endswith("\n")):
        assert program.poll() is None, program.communicate()
        time.sleep(0.02)
    return int(file.read_text())


@pytest.mark.skipif(sys.platform != "linux", reason="the laboratory runs on Linux")
@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_signal_leaves_no_process_and_no_folder(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    emulator = tmp_path / "bin" / "qemu-system-x86_64"
    emulator.parent.mkdir()
    emulator.write_text(EMULATOR)
    emulator.chmod(0o755)
    (tmp_path / "program").write_bytes(b"\x7fELF")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {
        **os.environ,
        "FOLDER": str(tmp_path),
        "TMPDIR": str(temporary),
        "PATH": f"{emulator.parent}:{os.environ['PATH']}",
    }
    with subprocess.Popen(
        (sys.executable, "-c", BOOT),
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        preexec_fn=as_in_foreground,  # noqa: PLW1509 - no threads
    ) as program:
        pids = [wait_until_written(tmp_path / name, program) for name in ("emulator", "child")]
        assert all(map(is_running, pids))
        program.send_signal(number)
        assert program.wait() == status
    while any(map(is_running, pids)):  # the supervisor needs a moment after SIGKILL
        time.sleep(0.02)
    # Nothing can remove the folder after SIGKILL.
    assert len([*temporary.iterdir()]) == (number == signal.SIGKILL)
