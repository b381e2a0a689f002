"""What LLDB answers about addresses of a running program."""

# ruff: noqa: S607 - the tools on PATH are those that are compared with

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

_QUESTION = "image lookup -v -a 0x"
_ADDRESS = re.compile(r"^ *Address: .*\[(0x[0-9a-f]+)\] \(", re.MULTILINE)
_FILE = re.compile(r'^ *Module: file = "(.*?)"', re.MULTILINE)
_IMAGE = re.compile(r"^\[ *\d+\] ([0-9A-F-]*) +(0x[0-9a-f]+) (/.*?) *$", re.MULTILINE)


def ask(pid: int, addresses: Iterable[int]) -> str:
    """Return what LLDB prints about the images of a process, and about each address.

    The process is stopped meanwhile, and runs on afterwards.
    """
    # Only where files are is asked: to find what they were compiled from takes LLDB much longer.
    before = ("settings set symbols.enable-external-lookup false", f"process attach -p {pid}")
    questions = (f"{_QUESTION}{each:x}" for each in addresses)
    # As standard input: of a script, LLDB runs no command after one that fails.
    commands = "\n".join((*before, "image list", *questions, "detach"))
    return subprocess.run(
        ["lldb-14", "--no-lldbinit"], input=commands, capture_output=True, check=True, text=True
    ).stdout


def places(printed: str) -> dict[int, tuple[str, int]]:
    """Return file and virtual address of each address that LLDB has found."""
    found: dict[int, tuple[str, int]] = {}
    for answer in printed.split(f"(lldb) {_QUESTION}")[1:]:
        address, file = _ADDRESS.search(answer), _FILE.search(answer)
        if address and file:
            asked = int(answer.partition("\n")[0], 16)
            found[asked] = str(Path(file[1]).resolve()), int(address[1], 16)
    return found


def images(printed: str) -> dict[str, tuple[int, bytes]]:
    """Return load address and build ID of each file; the build ID is empty if it has none."""
    return {
        str(Path(path).resolve()): (int(start, 16), bytes.fromhex(uuid.replace("-", "")))
        for uuid, start, path in _IMAGE.findall(printed)
    }
