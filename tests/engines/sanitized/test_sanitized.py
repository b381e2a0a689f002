"""The C extension has no warnings, and no errors under ASan and UBSan."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.examples import examples

CORE = ROOT / "procmaps" / "engines" / "_c" / "core"
SOURCES = sorted((ROOT / "procmaps" / "engines" / "_c").glob("*/*.c"))
WARNINGS = ("-Werror", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wno-cast-function-type")
SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def sanitizer_library() -> str:
    """Return the path of GCC's ASan library, or skip the test.

    GCC, because its library can be preloaded into an interpreter that was built without it.
    """
    command = ("gcc", "-print-file-name=libasan.so")
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no gcc: run `apt-get install gcc`")
    path = found.stdout.strip()
    if not Path(path).is_absolute():
        pytest.skip("no libasan for gcc: run `apt-get install gcc`")
    return path


def test_native_engine_agrees_with_the_reference_under_sanitizers(tmp_path: Path) -> None:
    library = sanitizer_library()
    extension = tmp_path / "_scanner.so"
    includes = (f"-I{sysconfig.get_paths()['include']}", f"-I{CORE}")
    build = ("gcc", *WARNINGS, *SANITIZERS, "-shared", "-fPIC", "-DPy_LIMITED_API=0x030B0000")
    subprocess.run([*build, *includes, *SOURCES, "-o", extension], check=True)
    environment = {
        **os.environ,
        "PROCMAPS_SCANNER": str(extension),
        "LD_PRELOAD": library,
        # The interpreter itself leaks memory when it exits.
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.native.oracle", str(examples(1500)), "1000000"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == f"{examples(1500)} texts, no difference\n", done.stderr
