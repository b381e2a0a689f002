"""A Python for a guest: this one, or Debian's for another machine."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from attrs import frozen

from kernel.lab import tools
from kernel.lab.debian_python import VERSION, Unpacked
from kernel.lab.errors import LabError
from kernel.lab.machines import Machine

# Tests, modules that need a display, installers; bytecode is compiled again.
_LEFT_OUT = frozenset(
    ("test", "tests", "idlelib", "tkinter", "_tkinter", "turtledemo", "ensurepip", "lib2to3")
) | {"pydoc_data", "distutils", "site-packages", "__pycache__"}
_LDD = tools.Tool("ldd", "libc-bin")
# " libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x...)", and the loader, named by its path alone
_LOADED = re.compile(r"(?m)^\s(?:\S+ => )?(/\S+) \(0x")


@frozen
class Interpreter:
    """A Python without packages.

    ``program`` is its path in the guest, ``site`` its folder of packages there. ``files`` are its
    files by their paths in the guest. ``here`` says whether it is this machine's, whose extensions
    it can load.
    """

    program: PurePosixPath
    site: PurePosixPath
    files: dict[PurePosixPath, Path]
    here: bool

    def with_libraries(self, files: Iterable[Path]) -> dict[PurePosixPath, Path]:
        """Return its files, and the libraries that extensions among *files* need, too."""
        if not self.here:
            return self.files
        native = [path for path in (*self.files.values(), *files) if path.name.endswith(".so")]
        needed = _libraries((Path(self.program), *native))
        return self.files | {library: Path(library) for library in needed}


def interpreter(machine: Machine) -> Interpreter:
    """Return the Python for programs of a machine.

    Raises ``LabError`` if it is another machine's and was not downloaded.
    """
    return _own() if machine.name == os.uname().machine else _debian(machine)


def _own() -> Interpreter:
    program = Path(sys.executable).resolve()
    # The interpreter's own package folder, not that of a virtual environment.
    paths = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    site = PurePosixPath(sysconfig.get_path("purelib", "posix_prefix", paths))
    files = tree(Path(sysconfig.get_path("stdlib")))
    files[PurePosixPath(program)] = program
    return Interpreter(PurePosixPath(program), site, files, here=True)


def _debian(machine: Machine) -> Interpreter:
    unpacked = Unpacked.of(machine)
    if not unpacked.program.exists():
        here = os.uname().machine
        raise LabError(
            f"this Python runs on {here}, not on {machine.name}: download Debian's with "
            f"`python -m kernel.lab.debian_python {machine.name}`"
        )
    folder = unpacked.folder
    files: dict[PurePosixPath, Path] = {}
    for top in ("lib", "usr/lib", f"usr/bin/python{VERSION}"):
        for path, source in tree(folder / top).items():
            inside = PurePosixPath("/") / path.relative_to(folder)
            # Not the static libraries, nor a link that leads out of the folder.
            if source.is_file() and source.suffix not in (".a", ".o"):
                files[inside] = source
    program = PurePosixPath(f"/usr/bin/python{VERSION}")
    return Interpreter(program, PurePosixPath("/usr/lib/python3/dist-packages"), files, here=False)


def tree(top: Path) -> dict[PurePosixPath, Path]:
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


def _libraries(programs: Iterable[Path]) -> set[PurePosixPath]:
    """Return the libraries that the dynamic loader maps for these programs, and the loader."""
    tools.require((_LDD,))
    output = tools.run("the guest's Python", (_LDD.what, *map(str, programs)))
    return {PurePosixPath(path) for path in _LOADED.findall(output)}
