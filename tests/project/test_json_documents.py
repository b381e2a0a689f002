"""Every command prints exactly the JSON members that docs/json.md documents."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import attrs
from click.testing import CliRunner

from procmaps.check.expected_failures import Surprise
from procmaps.cli.app import cli
from tests.support.checkout import ROOT
from tests.support.dumps import SAMPLE

_PAGE = ROOT / "docs" / "json.md"


def section(command: str) -> str:
    """Return the section of the page about a command."""
    (found,) = re.findall(
        rf"### `procmaps {command} --json`\n(.*?)(?=\n##|\Z)", _PAGE.read_text("utf-8"), re.DOTALL
    )
    return str(found)


def documented(command: str) -> set[str]:
    """Return the members in the page's table for a command."""
    cells = re.findall(r"^\| (`[^|]*) \|", section(command), re.MULTILINE)
    return {member for cell in cells for member in re.findall(r"`(\w+)`", cell)}


def printed(command: str, *arguments: str, stdin: bytes = b"") -> Any:  # noqa: ANN401 - JSON
    result = CliRunner().invoke(cli, (command, "--json", *arguments), input=stdin)
    return json.loads(result.stdout)


def test_explain() -> None:
    header, heap, broken = (
        set(printed("explain", line))
        for line in (SAMPLE.splitlines()[0].decode(), "[heap]", "00400000-0")
    )
    assert header | broken == documented("explain")
    assert documented("explain") - heap == {"bits", "error"}
    assert documented("explain") - broken == {"bits", "name"}


def test_lint() -> None:
    (found,) = printed("lint", "-", stdin=SAMPLE + b"x\n")
    assert set(found) == documented("lint")


def test_extract() -> None:
    (found,) = printed("extract", "-", stdin=SAMPLE)
    assert documented("extract") - set(found) == {"declared"}
    assert set(found) < documented("extract")


def test_check() -> None:
    adapter = "import sys; sys.stdin.buffer.read(); print('[]')"
    options = ("--case", "android/fault.maps", "--no-shrink")
    found = printed("check", *options, "--", sys.executable, "-c", adapter)
    assert set(found) == documented("check")
    (failure,) = found["results"]
    words = set(re.findall(r"`(\w+)`", section("check")))
    assert {*failure, *failure["differences"][0]} < words
    assert {field.name for field in attrs.fields(Surprise)} - {"listed_in"} < words
