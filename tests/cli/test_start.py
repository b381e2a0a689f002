"""A command imports what it uses: the modules are compared, not the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.cli.app import COMMANDS

PRINTER = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from procmaps.cli import main
main()
"""

SLOW = {"attr", "attrs", "hypothesis", "jinja2", "json", "lark", "pytest", "rich.console"}
"""Modules that take long to import, and the parts of the package that need them."""

PARTS = {
    *("procmaps.errors", "procmaps.explanation", "procmaps.extraction", "procmaps.json_format"),
    *("procmaps.lint", "procmaps.producers", "procmaps.records.mapping"),
}


def modules(*arguments: str, cwd: Path | None = None) -> set[str]:
    """Run the command line, with its output in a pipe; return the modules that it imported."""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", PRINTER, *arguments], capture_output=True, check=True, cwd=cwd
    )
    return {*ran.stderr.decode().split()}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_imports_no_command(option: str) -> None:
    loaded = modules(option)
    assert sorted(loaded & (SLOW | PARTS)) == []
    assert sorted(loaded & {f"procmaps.cli.{command}" for command in COMMANDS}) == []
    assert not any(name.startswith("procmaps.snapshots") for name in loaded)


@pytest.mark.parametrize(
    "arguments",
    [("show", "--help"), ("show", "--summary", "self"), ("show", "--summary", "dump")],
)
def test_a_summary_makes_no_record(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(Path("/proc/self/maps").read_bytes())
    assert sorted(modules(*arguments, cwd=tmp_path) & (SLOW | PARTS)) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "self"),
        ("show", "--smaps", "--sort", "rss", "self"),
        ("show", "--rollup", "self"),
        ("show", "--json", "self"),
        ("explain", "1000-2000 r--p 00000000 00:00 0"),
        ("lint", "dump"),
        ("extract", "dump"),
        ("help", "show"),
    ],
)
def test_no_command_imports_lark(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(b"00001000-00002000 r--p 00000000 00:00 0 \n")
    assert sorted(modules(*arguments, cwd=tmp_path) & {"hypothesis", "lark", "pytest"}) == []
