"""The decoy process, whose files are those that an adapter writes."""

import subprocess
import sys

import pytest

from corpus.tools.matrix import installing
from corpus.tools.matrix.read_peers import SDK


@pytest.fixture(scope="module", autouse=True)
def allowed() -> None:
    if obstacle := installing.overlay_allowed():
        pytest.skip(obstacle)


def printed(*command: str) -> str:
    run = [sys.executable, "-S", str(SDK / "overlay.py"), *command]
    return subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("file", ["maps", "smaps", "smaps_rollup"])
def test_a_program_can_be_its_own_decoy(file: str) -> None:
    script = f'echo a dump > "$PROCMAPS_DECOY_FILES/{file}"; exec cat /proc/self/{file}'
    assert printed("--own", "sh", "-c", script) == "a dump\n"


@pytest.mark.parametrize("file", ["maps", "smaps"])
def test_the_thread_of_a_decoy_has_its_files(file: str) -> None:
    pid = "$PROCMAPS_DECOY_PID"
    script = f'echo a dump > "$PROCMAPS_DECOY_FILES/{file}"; cat "/proc/{pid}/task/{pid}/{file}"'
    assert printed("sh", "-c", script) == "a dump\n"
