"""`make test` runs each part or reports why not; in CI it installs what a part needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import ROOT


def nox(*arguments: str, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run nox with the programs in *path* alone, outside CI unless *environment* sets it."""
    clean = {name: value for name, value in os.environ.items() if name not in ("CI", "TEST_ALL")}
    return subprocess.run(
        [sys.executable, "-m", "nox", "--noxfile", str(ROOT / "noxfile.py"), *arguments],
        env={**clean, "PATH": str(path), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder of programs that record their arguments in the file `calls`."""
    for name in ("make", "gcc", "apt-get"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{tmp_path}/calls"\n')
        program.chmod(0o755)
    return tmp_path


def test_a_slow_part_is_skipped_with_the_remedy(programs: Path) -> None:
    ran = nox("--session", "speed", path=programs)
    assert "speed skipped: slow: run `make test-all`" in ran.stdout
    assert not (programs / "calls").exists()


def test_a_missing_program_is_named_with_its_package(programs: Path) -> None:
    ran = nox("--session", "speed", path=programs, TEST_ALL="1")
    assert "speed skipped: no valgrind: run `apt-get install valgrind`" in ran.stdout
    assert not (programs / "calls").exists()


def test_ci_installs_a_missing_program_and_runs_the_part(programs: Path) -> None:
    ran = nox("--session", "speed", path=programs, CI="true")
    assert ran.returncode == 0, ran.stdout
    assert (programs / "calls").read_text().splitlines() == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends valgrind",
        "make counts",
    ]


def test_a_failed_part_fails_the_run_and_the_others_still_run(programs: Path) -> None:
    (programs / "make").write_text(f'#!/bin/sh\necho "make $*" >>"{programs}/calls"\nexit 3\n')
    ran = nox("--session", "check", "speed", path=programs)
    assert ran.returncode == 1
    assert "* check: failed" in ran.stdout
    assert "* speed: skipped (slow: run `make test-all`)" in ran.stdout


def test_what_the_kernel_refuses_is_skipped_in_ci_too(programs: Path) -> None:
    perf = programs / "perf"
    perf.write_text("#!/bin/sh\n[ $1 = --version ] && exit\necho 'no permission' >&2\nexit 1\n")
    perf.chmod(0o755)
    ran = nox("--session", "profiler", path=programs, CI="true")
    assert "profiler skipped: not on this kernel: no permission" in ran.stdout
    assert ran.returncode == 0
