"""Other readers of the same files, built or installed if their tools are present.

A peer that cannot be built here is left out of the races, and the report names it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Unavailable(Exception):
    """A peer cannot run on this machine; the text says why."""


def _tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"{name} is not installed")
    return found


def _run(*command: str, at: Path | None = None) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Unavailable(f"{' '.join(command[:3])} failed: {''.join(last)}")


def c_pass(cache: Path) -> str:
    """Compile `bench/pass.c`; return the path of the shared library."""
    return compiled("pass", cache)


def compiled(name: str, cache: Path) -> str:
    """Compile `bench/NAME.c`; return the path of the shared library."""
    library = cache / f"{name}.so"
    source = str(HERE.parent / f"{name}.c")
    compiler = _tool((sysconfig.get_config_var("CC") or "cc").split()[0])
    _run(compiler, "-O2", "-shared", "-fPIC", source, "-o", str(library))
    return str(library)


def go(cache: Path) -> str:
    """Build the worker for prometheus/procfs; return its path."""
    program = cache / "prometheus"
    _run(_tool("go"), "build", "-o", str(program), ".", at=HERE / "go")
    return str(program)


def rust(cache: Path) -> str:
    """Build the worker for Rust's procfs-core; return its path."""
    target = cache / "rust"
    _run(
        _tool("cargo"), "build", "--release", "--locked", "--target-dir", str(target),
        at=HERE / "rust",
    )  # fmt: skip
    return str(target / "release" / "bench")


def python(cache: Path) -> str:
    """Return an interpreter with psutil and PyPI's procmaps.

    It has its own environment, because PyPI's procmaps has our import name.
    """
    environment = cache / "venv"
    interpreter = environment / "bin" / "python"
    if not interpreter.exists():
        _run(sys.executable, "-m", "venv", str(environment))
    _run(str(interpreter), "-m", "pip", "install", "--quiet", "psutil==7.2.2", "procmaps==0.6.5")
    return str(interpreter)
