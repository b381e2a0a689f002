"""``procmaps check`` on a disk that is full: the file is named, and none is left half written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.conftest import CHECK, environment

FINDING = ("--fuzz", "30", "--seed", "1", "--", "echo", "[]")
OWN = ("--case", "names/plain", "--", sys.executable, "-m", "procmaps.check.adapter")

UNSHARE = shutil.which("unshare") or ""
SCRIPT = """
size=$1 folder=$2; shift 2
mount -t tmpfs -o size="$size" tmpfs "$folder" || exit 99
"$@"; status=$?
ls -A "$folder" >"$folder/../left"
exit $status
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder to mount a small file system on, in a namespace of the command's own."""
    if not UNSHARE:
        pytest.skip("unshare is not installed")
    if os.geteuid():
        pytest.skip("mounting needs root (CAP_SYS_ADMIN)")
    folder = tmp_path / "small"
    folder.mkdir()
    return folder


def check(
    small: Path, size: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a check with a file system of *size* at *small*; list in ``left`` what it left there."""
    return subprocess.run(
        [UNSHARE, "--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", size,
         str(small), *CHECK, *arguments],
        capture_output=True, text=True, check=False, cwd=small.parent,
        env={**environment(), **variables},
    )  # fmt: skip


def left(small: Path) -> str:
    return (small.parent / "left").read_text()


def test_save_names_the_file(small: Path) -> None:
    done = check(small, "8k", "--save", str(small / "found"), *FINDING)
    assert done.returncode == 2
    assert done.stderr.startswith(f"procmaps: cannot write {small}/found/")
    assert done.stderr.endswith(": No space left on device\n")


def test_export_names_the_file(small: Path) -> None:
    done = check(small, "64k", "--export", str(small / "cases"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"procmaps: cannot write {small}/cases/")
    assert done.stderr.endswith(": No space left on device\n")


@pytest.mark.parametrize("option", ["--html", "--markdown", "--junit"])
def test_a_report_names_the_file_and_leaves_nothing(small: Path, option: str) -> None:
    report = small / "report"
    done = check(small, "4k", option, str(report), *OWN, TMPDIR=str(small.parent))
    if option == "--html":
        assert done.returncode == 2
        assert done.stderr == f"procmaps: cannot write {report}: No space left on device\n"
        assert left(small) == ""
    else:
        # A short report has room.
        assert (done.returncode, left(small)) == (0, "report\n")


def test_a_full_folder_for_temporary_files_is_named(small: Path) -> None:
    done = check(small, "4k", "--json", *OWN, TMPDIR=str(small))
    assert done.returncode == 2
    assert done.stderr.startswith(f"procmaps: cannot write {small}/procmaps-check-")
    assert done.stderr.endswith(": No space left on device\n")
    assert json.loads(done.stdout)["aborted"] == done.stderr.removeprefix("procmaps: ").rstrip()
    assert left(small) == ""
