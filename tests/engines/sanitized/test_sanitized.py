"""The native scanner, built with ASan and UBSan, agrees with the reference on random texts."""

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
FLAGS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Werror",
         "-Wall", "-Wextra", "-Wconversion", "-Wno-cast-function-type")  # fmt: skip


def compiler() -> str:
    """GCC: its sanitizers' library can be loaded before an interpreter that has none."""
    found = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True,
                           check=False)  # fmt: skip
    path = found.stdout.strip()
    if not Path(path).is_absolute():
        pytest.skip("gcc has no libasan here (Debian: apt-get install gcc)")
    return path


@pytest.mark.skipif(not SOURCES, reason="the source is not in a wheel")
def test_no_memory_is_misused(tmp_path: Path) -> None:
    try:
        library = compiler()
    except FileNotFoundError:
        pytest.skip("there is no gcc (Debian: apt-get install gcc)")
    build = tmp_path / "_scan.so"
    include = sysconfig.get_paths()["include"]
    defined = "-DPy_LIMITED_API=0x030B0000"
    command = [
        "gcc",
        *FLAGS,
        "-shared",
        "-fPIC",
        defined,
        f"-I{include}",
        f"-I{CORE}",
        *map(str, SOURCES),
    ]
    subprocess.run([*command, "-o", str(build)], check=True)
    environment = {
        **os.environ,
        "PROCMAPS_SCANNER": str(build),
        "LD_PRELOAD": library,
        # The interpreter itself leaves memory behind at its end.
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.native.oracle", str(examples(1500)), "1000000"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == f"{examples(1500)} texts, no difference\n", done.stderr
