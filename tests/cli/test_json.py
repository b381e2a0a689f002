"""What each command prints as JSON has the members that docs/json.md tells of, and no other."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import attrs

from procmaps.check.expected import Surprise
from tests.cli.conftest import SAMPLE, Run

_PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def section(command: str) -> str:
    """What the page says of a command."""
    (found,) = re.findall(
        rf"### `procmaps {command} --json`\n(.*?)(?=\n##|\Z)", _PAGE.read_text("utf-8"), re.DOTALL
    )
    return str(found)


def told(command: str) -> set[str]:
    """The members in the page's table for a command."""
    cells = re.findall(r"^\| (`[^|]*) \|", section(command), re.MULTILINE)
    return {member for cell in cells for member in re.findall(r"`(\w+)`", cell)}


def printed(run: Run, *arguments: str, stdin: bytes = b"") -> Any:  # noqa: ANN401 - JSON
    return json.loads(run(*arguments, "--json", stdin=stdin).stdout)


def test_explain(run: Run) -> None:
    header, heap, broken = (
        set(printed(run, "explain", line))
        for line in (SAMPLE.splitlines()[0].decode(), "[heap]", "00400000-0")
    )
    assert header | broken == told("explain")
    assert told("explain") - heap == {"bits", "error"}
    assert told("explain") - broken == {"bits", "name"}


def test_lint(run: Run) -> None:
    (found,) = printed(run, "lint", "-", stdin=SAMPLE + b"x\n")
    assert set(found) == told("lint")


def test_extract(run: Run) -> None:
    (found,) = printed(run, "extract", "-", stdin=SAMPLE)
    assert told("extract") - set(found) == {"declared"}
    assert set(found) < told("extract")


def test_check(run: Run) -> None:
    adapter = "import sys; sys.stdin.buffer.read(); print('[]')"
    options = ("--json", "--case", "android/fault.maps", "--no-shrink")
    result = run("check", *options, "--", sys.executable, "-c", adapter)
    found = json.loads(result.stdout)
    assert set(found) == told("check")
    (failure,) = found["results"]
    words = set(re.findall(r"`(\w+)`", section("check")))
    assert {*failure, *failure["differences"][0]} < words
    assert {field.name for field in attrs.fields(Surprise)} < words
