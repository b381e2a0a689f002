"""The C extensions have no warnings, and no errors under ASan and UBSan."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support import other_builds
from tests.support.checkout import ROOT
from tests.support.examples import examples

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


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the extensions with sanitizers; return the environment to use them in."""
    library = sanitizer_library()
    compiler = ("gcc", *WARNINGS, *SANITIZERS, f"-I{sysconfig.get_paths()['include']}")
    return {
        **os.environ,
        **other_builds.build(compiler, tmp_path_factory.mktemp("sanitized")),
        "LD_PRELOAD": library,
        # The interpreter itself leaks memory when it exits.
        "ASAN_OPTIONS": "detect_leaks=0",
        # Each object is an allocation of its own, so that ASan sees its end.
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(ROOT),
    }


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def test_native_engine_agrees_with_the_reference(environment: dict[str, str]) -> None:
    count = examples(1500)
    output = run(environment, "-m", "tests.engines.native.oracle", str(count), "1000000")
    assert output == f"{count} texts, no difference\n"


def test_records_are_stored_without_a_fault(environment: dict[str, str]) -> None:
    """The tests of records in C, and all that can be seen of the records of some dumps."""
    folder = ROOT / "tests" / "records" / "storage"
    pytest_options = ("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider")
    run(environment, *pytest_options, str(folder / "test_storage.py"))
    smaps = Path("/proc/self/smaps").read_bytes()[:20_000]
    code = "import io, sys, tests.support.other_builds, tests.records.storage.observer as o\n"
    code += f"sys.stdin = io.StringIO('x{smaps.hex()} auto\\n')\no.main()\n"
    assert run(environment, "-c", code).startswith("procmaps.records._storage\n[")


def test_sums_and_queries_have_no_fault(environment: dict[str, str]) -> None:
    """The tests of sums, pages, `LineFilter` and `KernelQuery`, in the other builds."""
    native = ("group_sums", "line_filter", "page_walk")
    names = (*(f"engines/native/test_{name}.py" for name in native), "live/test_kernel_query.py")
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.support.other_builds")
    run(environment, "-m", "pytest", *options, *(str(ROOT / "tests" / name) for name in names))


def test_each_allocation_may_fail(environment: dict[str, str]) -> None:
    assert int(run(environment, "-m", "tests.records.storage.each_allocation")) > 30
