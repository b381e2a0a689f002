"""Python in a guest: an interpreter with the project and its requirements.

A guest of this machine's architecture can run the same files, including dynamic loader and C
library. All files have the same paths as here. Only the project is in `PROJECT`, which is on the
guest's import path. A guest of another architecture runs Debian's Python of the same release.

    with python.boot(image) as guest:
        status, output = python.run(guest, b"-m", b"procmaps", b"show", b"self")
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from importlib import metadata, util
from importlib.machinery import SourceFileLoader
from marshal import dumps
from pathlib import Path, PurePosixPath

from attrs import evolve
from packaging.requirements import Requirement

from kernel.lab import initramfs, interpreters, ops, vm
from kernel.lab.architectures import Architecture
from kernel.lab.build import Image
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from kernel.lab.protocol import ARGS_MAX, Program

_PROGRAM = b"/bin/python3"
PROJECT = PurePosixPath("/project")

# On a busy machine an emulated Python takes minutes instead of seconds.
LIMITS = vm.Limits(boot=600, program=1800)
# Each of thousands of files takes at least a page of memory.
_LARGE_PAGES, _LARGE_MEMORY_MIB = ("named16k", "named64k"), 2048
# Python needs random numbers at its start, before an idle 6.1 has collected entropy.
COMMAND_LINE = "random.trust_cpu=on"
_CHECKOUT = Path(__file__).parents[2]
_PARTS = ("pyproject.toml", "procmaps", "grammar")


def entries(
    architecture: Architecture, extra: str = "cli", parts: Iterable[str] = ()
) -> tuple[Entry, ...]:
    """Return interpreter, libraries, project and the requirements of this extra, for an initramfs.

    *parts* are further files and folders of the checkout. Another machine gets Debian's Python, and
    packages without their extensions. Raises ``LabError`` if that was not downloaded.
    """
    chosen = interpreters.interpreter(architecture)
    files = dict(_packages(f"procmaps-spec[{extra}]", chosen.site))
    for part in (*_PARTS, *parts):
        for path, source in interpreters.tree(_CHECKOUT / part).items():
            files[PROJECT / path.relative_to(_CHECKOUT)] = source
    if not chosen.here:
        files = {path: source for path, source in files.items() if source.suffix != ".so"}
    files |= chosen.with_libraries(files.values())
    found = initramfs.file(bytes(chosen.site / "project.pth")[1:], bytes(PROJECT) + b"\n")
    program = initramfs.symlink(_PROGRAM[1:], bytes(chosen.program))
    return tuple(initramfs.with_folders((*_compiled(files), found, program)))


def boot(
    image: Image, files: tuple[Entry, ...] | None = None, limits: vm.Limits = LIMITS
) -> vm.boot:
    """Boot a guest with Python. Pass the result of `entries` as *files* to several boots."""
    found = entries(image.kernel.architecture) if files is None else files
    if image.kernel.flavour.name in _LARGE_PAGES and not limits.memory_mib:
        limits = evolve(limits, memory_mib=_LARGE_MEMORY_MIB)
    return vm.boot(image, limits, append=COMMAND_LINE, files=found)


def run(guest: vm.Runs, *arguments: bytes) -> tuple[int, bytes]:
    """Run Python in the project's folder; return its wait status and its output.

    Raises the exceptions of ``guest.run``, and ``LabError`` for too many arguments.
    """
    most = ARGS_MAX - 1
    if len(arguments) > most:
        raise LabError(f"too many arguments of Python: {len(arguments)}, expected at most {most}")
    program = Program()
    program(ops.call("chdir", bytes(PROJECT)))
    ran = program(ops.run(_PROGRAM, *arguments))
    (outcome,) = guest.run([program])
    result = outcome.results[ran.index]
    return result.value, result.bytes


def _packages(requirement: str, site: PurePosixPath) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield the installed files of all requirements of a distribution, with paths in *site*."""
    own = Requirement(requirement)
    waiting, seen = [own], set[str]()
    while waiting:
        wanted = waiting.pop()
        distribution = metadata.distribution(wanted.name)
        for extra in wanted.extras or {""}:
            if f"{wanted.name}[{extra}]" in seen:
                continue
            seen.add(f"{wanted.name}[{extra}]")
            waiting += [
                needed
                for needed in map(Requirement, distribution.requires or ())
                if needed.marker is None or needed.marker.evaluate({"extra": extra})
            ]
        for file in (distribution.files or ()) if wanted.name != own.name else ():
            if ".." not in file.parts and file.suffix not in (".pyc", ".pth"):
                yield site / file, Path(str(file.locate()))


def _compiled(files: dict[PurePosixPath, Path]) -> Iterator[Entry]:
    """Yield the files, and the bytecode of each module, which an emulator would compile slowly.

    The bytecode is of the unchecked kind (PEP 552), because an initramfs has no file times.
    """
    for path, source in files.items():
        data = source.read_bytes()
        yield initramfs.file(bytes(path)[1:], data)
        if source.suffix == ".py":
            name = ".".join(path.with_suffix("").parts[1:])
            code = SourceFileLoader(name, str(source)).get_code(name)
            head = util.MAGIC_NUMBER + struct.pack("<I", 1) + util.source_hash(data)
            cached = util.cache_from_source(str(path))
            yield initramfs.file(os.fsencode(cached)[1:], head + dumps(code))
