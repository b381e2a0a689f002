"""The pages about the command line agree with the program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.cli.app import COMMANDS
from procmaps.lint import RULES
from tests.support.checkout import ROOT
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE

_DOCS = ROOT / "docs"
_PAGE = (_DOCS / "cli.md").read_text("utf-8")


def blocks(name: str) -> list[tuple[str, str]]:
    """Return each command that a page shows, with the output that it shows."""
    page = (_DOCS / name).read_text("utf-8")
    return re.findall(r"```console\n\$ (.*?)\n(.*?)```", page, re.DOTALL)


def toml_of(name: str) -> str:
    """Return the file of rules that a page shows."""
    (found,) = re.findall(r"```toml\n(.*?)```", (_DOCS / name).read_text("utf-8"), re.DOTALL)
    return str(found)


def prepare(folder: Path) -> None:
    """Write the files that the commands of the page read, and the program ``procmaps``."""
    (folder / "dump.txt").write_bytes(SAMPLE)
    (folder / "before.txt").write_bytes(SMAPS_BEFORE)
    (folder / "after.txt").write_bytes(SMAPS_AFTER)
    (folder / "rules.toml").write_text(toml_of("memory.md"))
    (folder / "damaged.txt").write_bytes(SAMPLE + b"x\n")
    (folder / "trimmed.txt").write_bytes(SAMPLE.replace(b"00:00 0 \n", b"00:00 0\n"))
    (folder / "mail.txt").write_bytes(b"You wrote:\n> " + SAMPLE.replace(b"\n", b"\n> "))
    (folder / "backtrace.txt").write_bytes(b"#1  0x0000000000401b20 in main (argc=0x1)\n")
    shutil.copytree(_DOCS / "examples", folder / "docs" / "examples")
    program = folder / "bin" / "procmaps"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m procmaps "$@"\n')
    program.chmod(0o755)


def run_block(command: str, folder: Path) -> str:
    """Return what *command* prints."""
    path = f"{folder}/bin:{os.environ['PATH']}"
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    result = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**environment, "PATH": path},
        capture_output=True,
        check=False,
        text=True,
    )
    return result.stdout + result.stderr


@pytest.mark.parametrize(
    ("command", "output"), [block for page in ("cli.md", "memory.md") for block in blocks(page)]
)
def test_the_page_shows_real_output(tmp_path: Path, command: str, output: str) -> None:
    prepare(tmp_path)
    assert run_block(command, tmp_path) == output


def test_the_page_has_output_of_every_command() -> None:
    shown = {command.split()[1] for command, _ in blocks("cli.md")}
    assert shown == set(COMMANDS) - {"help"}


def test_every_command_has_a_section() -> None:
    assert [f"## `{name}" in _PAGE for name in COMMANDS] == [True] * len(COMMANDS)


def test_every_option_on_the_page_exists() -> None:
    sections = re.split(r"^## `(\w+)", _PAGE, flags=re.MULTILINE)
    for name, section in zip(sections[1::2], sections[2::2], strict=True):
        result = subprocess.run(
            [sys.executable, "-m", "procmaps", name, "--help"],
            capture_output=True,
            check=True,
            text=True,
        )
        typed = set(re.findall(r"`(--?[a-z][\w-]*)", section))
        assert typed <= set(re.findall(r"--?[a-z][\w-]*", result.stdout))


def test_lint_page_has_the_table_of_rules() -> None:
    rows = [
        f"| `{rule.id}` | {rule.severity} | {rule.summary} | {rule.why} "
        f"| {'dump' if rule.once else 'line'} |"
        for rule in RULES.values()
    ]
    page = (_DOCS / "lint.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
