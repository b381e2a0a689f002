"""The C programs that change memory: built here, and started here or in a guest."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
BUILT = "built"
"""The folder for programs that were built before, for a machine without a compiler."""


def build(name: str, folder: Path, *further: str) -> Path:
    """Compile the sources in the folder *name* into *folder* and return the program.

    *further* are options of the compiler. Raises `FileNotFoundError` without gcc,
    `subprocess.CalledProcessError` if it fails.
    """
    program = folder / name
    sources = sorted((FOLDER / name).glob("*.c"))
    options = ("-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pthread", *further)
    subprocess.run(["gcc", *options, "-o", program, *sources], check=True)
    return program


def find(name: str, folder: Path) -> Path:
    """Return the program that was built before, or build it into *folder*."""
    built = FOLDER / BUILT / name
    return built if built.exists() else build(name, folder)
