"""Completion: what the scripts for bash, zsh and fish complete, and that the shells accept them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.cli.app import COMMANDS
from procmaps.formats.dialects import DIALECTS
from procmaps.lint import RULES
from tests.cli.conftest import Process
from tests.support.checkout import ROOT


def completions(process: Process, *words: str) -> list[tuple[str, str]]:
    """Return the type and text of each completion of the last of *words*."""
    result = process(
        _PROCMAPS_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(("procmaps", *words)),
        COMP_CWORD=str(len(words)),
    )
    assert result.stderr == b""
    lines = result.stdout.decode().splitlines()
    return [(kind, text) for kind, _, text in (line.partition(",") for line in lines)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sho"], ["show"]),
        ([""], [*COMMANDS]),
        (["show", "--su"], ["--summary"]),
        (["show", "--kind", "thr"], ["thread_stack"]),
        (["show", "--kind", "heap,sta"], ["heap,stack"]),
        (["show", "--columns", "name,swap_"], ["name,swap_pss", "name,swap_shared"]),
        (["show", "--sort", "addr"], ["address"]),
        (["show", "--dialect", "g"], [each.name for each in DIALECTS if each.name[0] == "g"]),
        (["lint", "--select", "amb"], [rule for rule in RULES if rule.startswith("amb")]),
        (["lint", "--fail-on", ""], ["error", "warning", "note"]),
        (["help", "js"], ["json"]),
        (["help", "sho"], ["show"]),
    ],
)
def test_completes_words(process: Process, words: list[str], expected: list[str]) -> None:
    assert completions(process, *words) == [("plain", word) for word in expected]


@pytest.mark.parametrize("command", ["show", "lint", "extract"])
def test_completes_file_names(process: Process, command: str) -> None:
    assert completions(process, command, "du") == [("file", "du")]


def test_completes_processes(process: Process) -> None:
    assert ("plain", "1") in completions(process, "show", "1")


def test_the_documented_line_works_in_bash(tmp_path: Path) -> None:
    (line,) = re.findall(
        r"\| bash.*?`(eval .*?)` \|", (ROOT / "docs" / "completion.md").read_text()
    )
    program = tmp_path / "procmaps"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m procmaps "$@"\n')
    program.chmod(0o755)
    script = (
        f"PATH={tmp_path}:$PATH\n{line}\n"
        "COMP_WORDS=(procmaps show --kind hea) COMP_CWORD=3\n"
        "$(complete -p procmaps | sed 's/.* -F \\([^ ]*\\) .*/\\1/') procmaps\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    bash = shutil.which("bash")
    assert bash
    result = subprocess.run([bash, "-c", script], capture_output=True, check=True, text=True)
    assert (result.stdout, result.stderr) == ("heap\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_generated_script_is_valid(process: Process, shell: str) -> None:
    result = process(_PROCMAPS_COMPLETE=f"{shell}_source")
    assert b"procmaps" in result.stdout
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"no {shell} here to parse its script")
    subprocess.run([found, "-n"], input=result.stdout, check=True)
