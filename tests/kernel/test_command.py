"""The command lines in kernel/: exit statuses, Ctrl-C, closed pipes, help."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.checkout import ROOT

PROGRAMS = (
    *("kernel.lab", "kernel.lab.debian_python", "kernel.lab.programs", "kernel.lab.torn_reads"),
    *("kernel.model", "kernel.experiments", "kernel.review"),
)
COMMANDS = {
    "kernel.lab": (
        *("list", "all", "install", "build", "capture", "compare", "boot", "ready"),
        *("shell", "python"),
    ),
    "kernel.lab.programs": ("list", "install", "build", "capture", "compare", "page"),
    "kernel.lab.torn_reads": ("capture", "compare", "page"),
    "kernel.model": ("soak", "replay"),
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, *arguments), cwd=ROOT, capture_output=True, check=False, text=True
    )


def test_closed_pipe_ends_silently() -> None:
    with subprocess.Popen(
        (sys.executable, "-u", "-m", "kernel.lab", "list", "--scenarios"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 141


def test_ctrl_c_exits_with_130() -> None:
    source = """
from kernel import command
def main():
    raise KeyboardInterrupt
command.run(main)
"""
    done = run("-c", source)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_runs_in_the_common_frame(program: str) -> None:
    path = ROOT.joinpath(*program.split("."))
    source = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    assert source.read_text().endswith('if __name__ == "__main__":\n    command.run(main)\n')


def test_rejects_an_unknown_experiment() -> None:
    done = run("-m", "kernel.experiments", "forks")
    assert done.returncode == 2
    assert done.stderr.endswith("unknown experiment 'forks': known are fork, merging, cost\n")


HELPS: list[tuple[str, ...]] = [
    *((name,) for name in PROGRAMS),
    *((name, each) for name, commands in COMMANDS.items() for each in commands),
]


@pytest.mark.parametrize("words", HELPS, ids=" ".join)
def test_help_has_an_example(words: tuple[str, ...]) -> None:
    done = run("-m", *words, "--help")
    assert done.returncode == 0
    assert f"\nexamples:\n  python -m {' '.join(words)}" in done.stdout
    assert done.stderr == ""
