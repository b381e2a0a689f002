"""A 32-bit Python of Debian, unpacked into a folder and run there. Nothing is installed.

``python -m tests.support.python_i386`` downloads it with apt-get, from the sources of the machine.
With the argument ``ready`` the program only checks that the interpreter is there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kernel.lab import debian_python
from tests.support.checkout import ROOT

CACHE = ROOT / ".cache" / "python-i386"
UNPACKED = CACHE / "root"
VERSION = debian_python.VERSION
INTERPRETER = UNPACKED / "usr" / "bin" / f"python{VERSION}"
INCLUDES = UNPACKED / "usr" / "include" / f"python{VERSION}"


def download() -> None:
    """Download the packages and all that they depend on, and unpack them."""
    apt = CACHE / "apt"
    debian_python.download("i386", apt)
    unpack = ("dpkg", "--extract")
    for package in (apt / "cache" / "archives").glob("*.deb"):
        subprocess.run([*unpack, package, UNPACKED], check=True)


def command() -> list[str]:
    """Return the command that runs the interpreter."""
    folders = (UNPACKED / "lib" / "i386-linux-gnu", UNPACKED / "usr" / "lib" / "i386-linux-gnu")
    loader = str(UNPACKED / "lib" / "ld-linux.so.2")
    return [loader, "--library-path", ":".join(map(str, folders)), str(INTERPRETER)]


def environment(*path: Path) -> dict[str, str]:
    """Return the environment of the interpreter, with *path* to import from."""
    home = str(UNPACKED / "usr")
    return {**os.environ, "PYTHONHOME": home, "PYTHONPATH": ":".join(map(str, path))}


def main() -> None:
    """Download the interpreter, or check that it is there."""
    if sys.argv[1:] != ["ready"]:
        download()
    if not INTERPRETER.exists():
        sys.exit(f"no 32-bit Python {VERSION}: run `python -m tests.support.python_i386`")


if __name__ == "__main__":
    main()
