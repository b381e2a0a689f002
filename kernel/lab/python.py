"""A Python for a guest: the one that runs this, with the project and all that it needs.

A guest of this machine's own architecture can run it as it is, dynamic loader, C library and all.
Everything lies where it lies here, except the project: that is `PROJECT`, found from everywhere.

    with python.boot(image) as guest:
        status, said = python.run(guest, b"-m", b"procmaps", b"show", b"self")
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
from kernel.lab.vm import Guest

_PROGRAM = b"/bin/python3"
PROJECT = PurePosixPath("/project")
# An emulator on a busy machine takes minutes for what Python does in seconds.
LIMITS = vm.Limits(boot=600, program=1800)
# Python wants random numbers as it starts, before an idle machine of 6.1 has gathered any.
_COMMAND_LINE = "random.trust_cpu=on"
_CHECKOUT = Path(__file__).parents[2]
_PARTS = ("pyproject.toml", "procmaps", "grammar")
# Tests, what needs a display, what installs; bytecode is made anew.
_LEFT_OUT = frozenset(
    ("test", "tests", "idlelib", "tkinter", "_tkinter", "turtledemo", "ensurepip", "lib2to3")
) | {"pydoc_data", "distutils", "site-packages", "__pycache__"}
_LDD = tools.Tool("ldd", "libc-bin")
# " libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)", and the loader, named by its path alone
_LOADED = re.compile(r"(?m)^\s(?:\S+ => )?(/\S+) \(0x")


def entries(
    architecture: Architecture, extra: str = "cli", parts: Iterable[str] = ()
) -> tuple[Entry, ...]:
    """Interpreter, libraries, project and what this extra of it requires, for an initramfs.

    ``parts`` are files and folders of the checkout that the guest shall find besides. Raises
    ``LabError`` for a machine other than this one.
    """
    if architecture.name != os.uname().machine:
        here = os.uname().machine
        raise LabError(f"this Python is for {here} and cannot run on {architecture.name}")
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


def boot(image: Image, files: tuple[Entry, ...] | None = None) -> vm.boot:
    """A guest with a Python in it; ``files`` is what `entries` gave, for more than one boot."""
    found = entries(image.kernel.architecture) if files is None else files
    return vm.boot(image, LIMITS, append=_COMMAND_LINE, files=found)


def run(guest: Guest, *arguments: bytes) -> tuple[int, bytes]:
    """Python with these arguments, in the project's folder: wait status, and all that it printed.

    Raises what ``guest.run`` raises, and ``LabError`` for more arguments than the agent takes.
    """
    most = ARGS_MAX - 1
    if len(arguments) > most:
        raise LabError(f"a guest's Python takes {most} arguments, not {len(arguments)}")
    program = Program()
    program(ops.call("chdir", bytes(PROJECT)))
    ran = program(ops.run(_PROGRAM, *arguments))
    (outcome,) = guest.run([program])
    result = outcome.results[ran.index]
    return result.value, result.bytes


def _site() -> PurePosixPath:
    """Where the interpreter itself looks for packages: that of no virtual environment."""
    paths = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    return PurePosixPath(sysconfig.get_path("purelib", "posix_prefix", paths))


def _tree(top: Path) -> dict[PurePosixPath, Path]:
    """Every file below a folder but for what `_LEFT_OUT` names; or that file, if it is one."""
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
    """The installed files of all that a distribution of the checkout requires."""
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
    """What the dynamic loader maps for these programs, itself included."""
    tools.require((_LDD,))
    said = tools.run("the guest's Python", (_LDD.what, *map(str, programs)))
    return {PurePosixPath(path) for path in _LOADED.findall(said)}


def _compiled(files: dict[PurePosixPath, Path]) -> Iterator[Entry]:
    """The files, and for each module its bytecode, which an emulator would take long to make.

    It is of the kind that is not compared with its source (PEP 552): an initramfs has no times.
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
