"""What `procmaps addr --for` prints is what symbolizers take: each names the right function."""

from __future__ import annotations

import ctypes
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.support.checkout import ROOT

FUNCTIONS = 200

ANSWERS = {
    "addr2line": r"^0x[0-9a-f]+\n(\S+)\n",
    "blazecli": r"^0x[0-9a-f]+: (\S+) @",
    "eu-addr2line": r"^0x[0-9a-f]+\n(\S+)",
    "llvm-symbolizer": r"(?:^|\n\n)(\S+)\n\S+:\d+:\d+(?=\n)",
}
"""The function in the answer of each tool."""


@attrs.frozen
class Loaded:
    """A library that this process has loaded."""

    path: Path
    addresses: dict[int, str]
    """An address in each of some functions, with its name."""


@pytest.fixture(scope="module", params=["offsets", "shifted"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Build and load a library; the virtual addresses of a shifted one are not its offsets."""
    folder = tmp_path_factory.mktemp("library")
    source, path = folder / "many.c", folder / f"lib{request.param}.so"
    bodies = (
        f"int function_{number}(volatile int *p) {{ return *p += {number}, *p * {number}; }}\n"
        for number in range(FUNCTIONS)
    )
    source.write_text("".join(bodies))
    options = ["-Wl,--section-start=.text=0x345000"] if request.param == "shifted" else []
    compiler = shutil.which("gcc") or "gcc"
    flags = ["-g", "-O1", "-fPIC", "-shared", *options]
    subprocess.run([compiler, *flags, "-o", str(path), str(source)], check=True)
    library = ctypes.CDLL(str(path))
    draw = random.Random(7)  # noqa: S311 - the same functions each time
    addresses: dict[int, str] = {}
    for number in draw.sample(range(FUNCTIONS), 100):
        name = f"function_{number}"
        start = ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
        addresses[start + draw.randrange(4)] = name
    return Loaded(path, addresses)


def ask(tool: str, addresses: Iterator[int]) -> str:
    """Return what *tool* answers to what `procmaps addr` prints for this process."""
    command = [sys.executable, "-m", "procmaps", "addr", "--for", tool, str(os.getpid())]
    trace = "\n".join(map(hex, addresses)).encode()
    printed = subprocess.run(command, input=trace, cwd=ROOT, capture_output=True, check=False)
    assert printed.returncode == 0, printed.stderr
    program = [tool] if tool == "llvm-symbolizer" else ["/bin/sh"]
    return subprocess.run(
        program, input=printed.stdout, capture_output=True, check=True
    ).stdout.decode()


@pytest.mark.parametrize("tool", ANSWERS)
def test_each_names_the_function_of_every_address(tool: str, loaded: Loaded) -> None:
    answer = ask(tool, iter(loaded.addresses))
    assert re.findall(ANSWERS[tool], answer, re.MULTILINE) == [*loaded.addresses.values()]


def test_a_library_that_was_deleted_is_still_named(loaded: Loaded) -> None:
    if os.geteuid():
        pytest.skip("following links in map_files takes CAP_CHECKPOINT_RESTORE: run as root")
    kept = loaded.path.with_suffix(".kept")
    shutil.copyfile(loaded.path, kept)
    loaded.path.unlink()
    try:
        answer = ask("llvm-symbolizer", iter(loaded.addresses))
    finally:
        kept.rename(loaded.path)
    found = re.findall(ANSWERS["llvm-symbolizer"], answer, re.MULTILINE)
    assert found == [*loaded.addresses.values()]
