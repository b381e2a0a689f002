"""A booted kernel of another machine, with Python, this project and its extensions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kernel.lab import build, kernels, python, tools
from kernel.lab.architectures import Architecture
from kernel.lab.debian_python import Unpacked
from kernel.lab.initramfs import Entry, file
from kernel.lab.vm import Guest
from tests.support import other_builds

PARTS = (
    *("tests/support", "tests/live", "tests/pages"),
    *("tests/trials/__init__.py", "tests/trials/other_machines"),
)
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-Wno-cast-function-type")


@contextmanager
def booted(name: str) -> Generator[Guest]:
    """Boot a kernel of the laboratory, built now if necessary. Raises ``LabError``."""
    kernel = kernels.named(name)
    image = build.ensure(kernel)
    machine = kernel.architecture
    Unpacked.of(machine).ensure()
    files = python.entries(machine, "test", PARTS)
    with python.boot(image, (*files, *_extensions(machine))) as guest:
        yield guest


def _extensions(machine: Architecture) -> list[Entry]:
    """Return the extensions of the project, compiled for a machine."""
    unpacked = Unpacked.of(machine)
    tools.require((tools.compiler(machine),))
    # The C library is the unpacked one: Debian only recommends one for the cross compiler.
    compiler = (machine.compiler, f"--sysroot={unpacked.folder}", *_FLAGS)
    folder = Path(tempfile.mkdtemp(prefix="lab-extensions-"))
    try:
        built = other_builds.build((*compiler, f"-isystem{unpacked.includes}"), folder)
        found: list[Entry] = []
        for variable, (module, _, _) in other_builds.MODULES.items():
            path = python.PROJECT / f"{module.replace('.', '/')}.abi3.so"
            found.append(file(bytes(path)[1:], Path(built[variable]).read_bytes()))
        return found
    finally:
        shutil.rmtree(folder)
