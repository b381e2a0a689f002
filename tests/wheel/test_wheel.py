"""The built wheel is complete, and is the package under test. Run by tests/wheel/run only.

The sdist is compared with the files that git tracks, and the wheel with its sdist.
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
CASES = PurePosixPath("procmaps/_data/corpus/cases")
PROGRAM_LIMIT = 3 << 20
"""Largest installed size of all but the conformance cases, in bytes."""
CASES_LIMIT = 8 << 20
"""Largest installed size of the conformance cases, in bytes.

They are the suite that `procmaps check` runs: more than 700 dumps, each with its records and with
the answers of each record. They compress to a quarter, and each fault found in a parser adds one.
"""


@pytest.fixture(scope="module")
def sdist() -> set[PurePosixPath]:
    """Return the sdist's files, relative to its top folder."""
    with tarfile.open(os.environ["PROCMAPS_SDIST"]) as archive:
        return {PurePosixPath(*PurePosixPath(m.name).parts[1:]) for m in archive if m.isfile()}


@pytest.fixture(scope="module")
def installed() -> set[PurePosixPath]:
    """Return the files that the wheel put into site-packages."""
    files = metadata.files("procmaps-spec")
    assert files is not None
    return {PurePosixPath(file) for file in files if file.suffix != ".pyc"}


def test_the_package_under_test_is_the_installed_one() -> None:
    assert sys.prefix != sys.base_prefix
    assert Path(procmaps.__file__) == SITE_PACKAGES / "procmaps" / "__init__.py"


def test_no_checkout_is_on_the_path() -> None:
    assert [p for p in sys.path if (Path(p) / "procmaps").is_dir()] == [str(SITE_PACKAGES)]


def test_contains_every_module(sdist: set[PurePosixPath], installed: set[PurePosixPath]) -> None:
    modules = {file for file in sdist if file.is_relative_to("procmaps") and file.suffix == ".py"}
    assert PurePosixPath("procmaps/_resources.py") in modules
    assert modules <= installed
    assert PurePosixPath("procmaps/py.typed") in installed


@pytest.mark.parametrize("folder", ["grammar", "corpus/cases", "corpus/schema"])
def test_contains_every_data_file(
    folder: str, sdist: set[PurePosixPath], installed: set[PurePosixPath]
) -> None:
    data = {file for file in sdist if file.is_relative_to(folder)}
    assert {PurePosixPath("procmaps/_data") / file for file in data} == {
        file for file in installed if file.is_relative_to(f"procmaps/_data/{folder}")
    }
    for file in data:
        assert _resources.path(str(file)) == SITE_PACKAGES / "procmaps" / "_data" / file


def test_contains_no_captures_and_no_peers(
    installed: set[PurePosixPath],
) -> None:
    data = PurePosixPath("procmaps/_data")
    carried = {file.relative_to(data).parts for file in installed if file.is_relative_to(data)}
    assert {parts[:2] for parts in carried if parts[0] == "corpus"} == {
        ("corpus", "cases"),
        ("corpus", "schema"),
    }


def test_contains_nothing_else(installed: set[PurePosixPath]) -> None:
    tops = {file.parts[0] for file in installed}
    version = metadata.version("procmaps-spec")
    assert tops - {".."} == {"procmaps", f"procmaps_spec-{version}.dist-info"}


def test_the_wheel_is_small() -> None:
    files = metadata.files("procmaps-spec") or ()
    cases = sum(file.size or 0 for file in files if file.is_relative_to(CASES))
    assert 0 < cases < CASES_LIMIT
    assert sum(file.size or 0 for file in files) - cases < PROGRAM_LIMIT


def test_the_sdist_is_the_checkout(sdist: set[PurePosixPath]) -> None:
    tracked = Path("tracked")
    if not tracked.exists():
        pytest.skip("not a git clone, so the tracked files are unknown")
    names = tracked.read_bytes().removesuffix(b"\0").split(b"\0")
    assert {PurePosixPath(os.fsdecode(name)) for name in names} <= sdist


def test_requires_attrs_and_lark_only() -> None:
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
