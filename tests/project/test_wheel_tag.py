"""The tag of a wheel says whether the wheel contains the C extension."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.checkout import ROOT

pytestmark = pytest.mark.slow

SOURCES = ("setup.py", "pyproject.toml", "README.md", "LICENSE", "grammar", "procmaps")


def build_wheel(folder: Path, compiler: str) -> tuple[str, list[str]]:
    """Build a wheel with *compiler*; return its tag and the extensions in it."""
    for source in SOURCES:
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(ROOT / source, folder / source, ignore=ignored)
        else:
            shutil.copy(ROOT / source, folder)
    command = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", ".")
    environment = {**os.environ, "CC": compiler}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    with ZipFile(wheel) as archive:
        extensions = [name for name in archive.namelist() if name.endswith(".so")]
    _, _, tag = wheel.stem.split("-", 2)
    return tag, extensions


def test_wheel_built_without_a_compiler_is_tagged_as_pure_python(tmp_path: Path) -> None:
    assert build_wheel(tmp_path, "false") == ("py3-none-any", [])


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_wheel_with_the_extension_is_tagged_for_the_limited_api(tmp_path: Path) -> None:
    tag, extensions = build_wheel(tmp_path, "cc")
    assert tag.startswith("cp311-abi3-")
    assert sorted(extensions) == [
        "procmaps/engines/_scanner.abi3.so",
        "procmaps/records/_storage.abi3.so",
    ]
