"""Other readers of the same files, each built or installed where its tools are.

What cannot be built here is left out of the races, and the report says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent


class NotHere(Exception):
    """A peer's tools are missing; the text says which."""


def _tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise NotHere(f"there is no {name} here")
    return found


def _run(*command: str, at: Path | None = None) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NotHere(f"{' '.join(command[:3])} failed: {''.join(last)}")


def c_pass(cache: Path) -> str:
    """`bench/pass.c` as a shared library."""
    return compiled("pass", cache)


def compiled(name: str, cache: Path) -> str:
    """One of the C files of `bench/` as a shared library."""
    library = cache / f"{name}.so"
    source = str(HERE.parent / f"{name}.c")
    compiler = _tool((sysconfig.get_config_var("CC") or "cc").split()[0])
    _run(compiler, "-O2", "-shared", "-fPIC", source, "-o", str(library))
    return str(library)


def go(cache: Path) -> str:
    """prometheus/procfs, built."""
    program = cache / "prometheus"
    _run(_tool("go"), "build", "-o", str(program), ".", at=HERE / "go")
    return str(program)


def rust(cache: Path) -> str:
    """Rust's procfs-core, built."""
    target = cache / "rust"
    _run(
        _tool("cargo"), "build", "--release", "--locked", "--target-dir", str(target),
        at=HERE / "rust",
    )  # fmt: skip
    return str(target / "release" / "bench")


def python(cache: Path) -> str:
    """An interpreter with psutil and PyPI's procmaps, which bears our import name."""
    place = cache / "venv"
    interpreter = place / "bin" / "python"
    if not interpreter.exists():
        _run(sys.executable, "-m", "venv", str(place))
    _run(str(interpreter), "-m", "pip", "install", "--quiet", "psutil==7.2.2", "procmaps==0.6.5")
    return str(interpreter)
