"""The built wheel is whole, and is what is being tested here. Run by tests/wheel/run only.

The sdist is held to what git tracks, and the wheel to the sdist that it was built from.
"""

import os
import subprocess
import sys
import sysconfig
import tarfile
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

import procmaps
from procmaps import _resources

SITE_PACKAGES = Path(sysconfig.get_path("platlib"))
WHEEL_LIMIT = 5 << 20
"""Bytes installed: a parser must not be a burden to its users."""


@pytest.fixture(scope="module")
def sdist() -> set[PurePosixPath]:
    """Give the sdist's files, relative to its one top folder."""
    with tarfile.open(os.environ["PROCMAPS_SDIST"]) as archive:
        return {PurePosixPath(*PurePosixPath(m.name).parts[1:]) for m in archive if m.isfile()}


@pytest.fixture(scope="module")
def installed() -> set[PurePosixPath]:
    """Give the files that the wheel put into site-packages."""
    files = metadata.files("procmaps-spec")
    assert files is not None
    return {PurePosixPath(file) for file in files if file.suffix != ".pyc"}


def test_the_package_under_test_is_the_installed_one() -> None:
    assert sys.prefix != sys.base_prefix
    assert Path(procmaps.__file__) == SITE_PACKAGES / "procmaps" / "__init__.py"


def test_no_checkout_is_on_the_path() -> None:
    assert [p for p in sys.path if (Path(p) / "procmaps").is_dir()] == [str(SITE_PACKAGES)]


def test_every_module_is_carried(sdist: set[PurePosixPath], installed: set[PurePosixPath]) -> None:
    modules = {file for file in sdist if file.is_relative_to("procmaps") and file.suffix == ".py"}
    assert PurePosixPath("procmaps/_resources.py") in modules
    assert modules <= installed
    assert PurePosixPath("procmaps/py.typed") in installed


@pytest.mark.parametrize("folder", ["grammar", "corpus/cases", "corpus/schema"])
def test_every_data_file_is_carried(
    folder: str, sdist: set[PurePosixPath], installed: set[PurePosixPath]
) -> None:
    data = {file for file in sdist if file.is_relative_to(folder)}
    assert {PurePosixPath("procmaps/_data") / file for file in data} == {
        file for file in installed if file.is_relative_to(f"procmaps/_data/{folder}")
    }
    for file in data:
        assert _resources.path(str(file)) == SITE_PACKAGES / "procmaps" / "_data" / file


def test_what_kernels_and_peers_printed_stays_in_the_checkout(
    installed: set[PurePosixPath],
) -> None:
    data = PurePosixPath("procmaps/_data")
    carried = {file.relative_to(data).parts for file in installed if file.is_relative_to(data)}
    assert {parts[:2] for parts in carried if parts[0] == "corpus"} == {
        ("corpus", "cases"),
        ("corpus", "schema"),
    }


def test_nothing_else_is_carried(installed: set[PurePosixPath]) -> None:
    tops = {file.parts[0] for file in installed}
    version = metadata.version("procmaps-spec")
    assert tops - {".."} == {"procmaps", f"procmaps_spec-{version}.dist-info"}


def test_the_wheel_is_small() -> None:
    assert sum(f.size or 0 for f in metadata.files("procmaps-spec") or ()) < WHEEL_LIMIT


def test_the_sdist_is_the_checkout(sdist: set[PurePosixPath]) -> None:
    tracked = Path("tracked")
    if not tracked.exists():
        pytest.skip("git cannot say what the checkout holds: not a clone")
    names = tracked.read_bytes().removesuffix(b"\0").split(b"\0")
    assert {PurePosixPath(os.fsdecode(name)) for name in names} <= sdist


def test_what_is_required_is_what_the_design_allows() -> None:
    required = metadata.requires("procmaps-spec") or []
    assert [r for r in required if "extra ==" not in r] == ["attrs>=23.2", "lark>=1.1.9"]


def test_the_installed_adapter_passes_the_conformance_suite(tmp_path: Path) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "procmaps", "check", "--batch", "--"),
            *(sys.executable, "-m", "procmaps.check.adapter", "--batch"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
