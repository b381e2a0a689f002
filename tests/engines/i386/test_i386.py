"""The native engine agrees with the reference on a 32-bit Python."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import attrs
import pytest

from tests.support import other_builds, python_i386
from tests.support.checkout import ROOT
from tests.support.examples import examples

COMPILER = "i686-linux-gnu-gcc"
SITE_PACKAGES = Path(attrs.__file__).parents[1]


@pytest.fixture(scope="module")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the extensions for 32 bits; return the variables with their paths."""
    if not shutil.which(COMPILER):
        pytest.skip(f"no {COMPILER}: run `apt-get install gcc-i686-linux-gnu`")
    if not python_i386.INTERPRETER.exists():
        pytest.skip("no 32-bit Python: run `python -m tests.support.python_i386`")
    flags = ("-O2", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-Wno-cast-function-type")
    # The C library is the unpacked one: Debian only recommends one for the cross compiler.
    compiler = (COMPILER, f"--sysroot={python_i386.UNPACKED}", *flags)
    includes = f"-isystem{python_i386.INCLUDES}"
    return other_builds.build((*compiler, includes), tmp_path_factory.mktemp("i386"))


def run(extensions: dict[str, str], *arguments: str) -> str:
    environment = python_i386.environment(ROOT, SITE_PACKAGES)
    environment.update(extensions)
    done = subprocess.run(
        [*python_i386.command(), *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return done.stdout


def test_native_engine_agrees_with_the_reference(extensions: dict[str, str]) -> None:
    count = examples(1500)
    output = run(extensions, "-m", "tests.engines.native.oracle", str(count), "2000000")
    assert output == f"{count} texts, no difference\n"


def test_loads_reads_a_dump_with_the_native_engine(extensions: dict[str, str]) -> None:
    code = (
        "import sys, tests.engines.native.oracle, procmaps\n"
        "text = b'1000-2000 rw-p 00000000 00:00 0 [heap]\\nRss: 4 kB\\n'\n"
        "(mapping,) = procmaps.loads(text)\n"
        "print(sys.maxsize, procmaps.engine(), mapping.end, mapping.usage.rss)\n"
    )
    assert run(extensions, "-c", code) == f"{2**31 - 1} native 8192 4096\n"
