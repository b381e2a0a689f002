"""Python in a guest: this interpreter with the project and its requirements.

A guest of this machine's architecture can run the same files, including dynamic loader and C
library. All files have the same paths as here. Only the project is in `PROJECT`, which is on the
guest's import path.

    with python.boot(image) as guest:
        status, output = python.run(guest, b"-m", b"procmaps", b"show", b"self")
"""

from __future__ import annotations

import os
import re
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib import metadata, util
from importlib.machinery import SourceFileLoader
from marshal import dumps
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

from kernel.lab import initramfs, ops, tools, vm
from kernel.lab.architectures import Architecture
from kernel.lab.build import Image
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry
from kernel.lab.protocol import ARGS_MAX, Program

_PROGRAM = b"/bin/python3"
PROJECT = PurePosixPath("/project")

# On a busy machine an emulated Python takes minutes instead of seconds.
LIMITS = vm.Limits(boot=600, program=1800)
# Python needs random numbers at its start, before an idle 6.1 has collected entropy.
COMMAND_LINE = "random.trust_cpu=on"
_CHECKOUT = Path(__file__).parents[2]
_PARTS = ("pyproject.toml", "procmaps", "grammar")
# Tests, modules that need a display, installers; bytecode is compiled again.
_LEFT_OUT = frozenset(
    ("test", "tests", "idlelib", "tkinter", "_tkinter", "turtledemo", "ensurepip", "lib2to3")
) | {"pydoc_data", "distutils", "site-packages", "__pycache__"}
_LDD = tools.Tool("ldd", "libc-bin")
# " libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)", and the loader, named by its path alone
_LOADED = re.compile(r"(?m)^\s(?:\S+ => )?(/\S+) \(0x")


def entries(
    architecture: Architecture, extra: str = "cli", parts: Iterable[str] = ()
) -> tuple[Entry, ...]:
    """Return interpreter, libraries, project and the requirements of this extra, for an initramfs.

    *parts* are further files and folders of the checkout. Raises ``LabError`` for an architecture
    other than this machine's.
    """
    if architecture.name != os.uname().machine:
        here = os.uname().machine
        raise LabError(f"this Python runs on {here}, not on {architecture.name}")
    interpreter = Path(sys.executable).resolve()
    files = dict(_packages(f"procmaps-spec[{extra}]"))
    files |= _tree(Path(sysconfig.get_path("stdlib")))
    for part in (*_PARTS, *parts):
        for path, source in _tree(_CHECKOUT / part).items():
            files[PROJECT / path.relative_to(_CHECKOUT)] = source
    files[PurePosixPath(interpreter)] = interpreter
    native = [source for source in files.values() if source.name.endswith(".so")]
    files |= {library: Path(library) for library in _libraries((interpreter, *native))}
    found = initramfs.file(bytes(_site() / "project.pth")[1:], bytes(PROJECT) + b"\n")
    program = initramfs.symlink(_PROGRAM[1:], bytes(interpreter))
    return tuple(initramfs.with_folders((*_compiled(files), found, program)))


def boot(
    image: Image, files: tuple[Entry, ...] | None = None, limits: vm.Limits = LIMITS
) -> vm.boot:
    """Boot a guest with Python. Pass the result of `entries` as *files* to several boots."""
    found = entries(image.kernel.architecture) if files is None else files
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


def _site() -> PurePosixPath:
    """Return the interpreter's own package folder, not that of a virtual environment."""
    paths = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    return PurePosixPath(sysconfig.get_path("purelib", "posix_prefix", paths))


def _tree(top: Path) -> dict[PurePosixPath, Path]:
    """Return all files of a folder, without those of `_LEFT_OUT`; or the file itself."""
    if top.is_file():
        return {PurePosixPath(top): top}
    files: dict[PurePosixPath, Path] = {}
    for folder, folders, names in os.walk(top):
        folders[:] = [f for f in folders if f not in _LEFT_OUT and not f.startswith("config-")]
        files |= {
            PurePosixPath(folder, name): Path(folder, name)
            for name in names
            if name.partition(".")[0] not in _LEFT_OUT
        }
    return files


def _packages(requirement: str) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield the installed files of all requirements of a distribution."""
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
                yield _site() / file, Path(str(file.locate()))


def _libraries(programs: Iterable[Path]) -> set[PurePosixPath]:
    """Return the libraries that the dynamic loader maps for these programs, and the loader."""
    tools.require((_LDD,))
    output = tools.run("the guest's Python", (_LDD.what, *map(str, programs)))
    return {PurePosixPath(path) for path in _LOADED.findall(output)}


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
