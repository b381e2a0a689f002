"""Every command prints exactly the JSON members that docs/json.md documents."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, get_args

import attrs
from click.testing import CliRunner

import procmaps
from procmaps.check.expected_failures import Surprise
from procmaps.cli.app import cli
from procmaps.usage import Event
from tests.support.checkout import ROOT
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE

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


def test_usage() -> None:
    text = SMAPS_BEFORE + b"New_Pages: 4 kB\n"
    found = printed("usage", "--unknown", "--by", "kind", "-", stdin=text)
    group = found["total"] | found["total"]["groups"][0]
    assert set(found) | set(group) == documented("usage") - {"family"}
    family = printed("usage", "--tree", "self", "--by", "kind")["family"]
    assert set(family) < set(re.findall(r"`(\w+)`", section("usage")))


def test_diff(tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(SMAPS_BEFORE)
    found = printed("diff", str(tmp_path / "before"), "-", stdin=SMAPS_AFTER)
    words = set(re.findall(r"`(\w+)`", section("diff")))
    (group, *_), (change, *_) = found["total"]["groups"], found["mappings"]
    assert set(found) | set(change) == documented("diff")
    assert set(group) < words
    assert {*get_args(Event)} < words


def test_why() -> None:
    found = printed("why", "self")
    assert set(found) == documented("why") - {
        "cgroup",
        "refused",
        "kind",
        "value",
        "meaning",
        "seen",
    }
    words = set(re.findall(r"`(\w+)`", section("why")))
    assert {member for term in found["terms"] for member in term} < words


def test_pages() -> None:
    found = printed("pages", "--mappings", "--by", "kind", "self")
    group = found["total"]["groups"][0]
    optional = {"averages", "sharers"}
    assert set(found) | set(group) | optional == documented("pages") - {"frames", "entries"}
    words = set(re.findall(r"`(\w+)`", section("pages")))
    assert set(found["mappings"][0]) <= words


def test_shared() -> None:
    found = printed("shared", "self")
    assert set(found) == documented("shared") - {"anonymous", "file", "shmem"}
    assert set(found["unique"]) <= set(re.findall(r"`(\w+)`", section("shared")))


def test_ps() -> None:
    (found,) = printed("ps", "self")
    assert set(found) == documented("ps") - {"refused", "reason"}


def test_modules() -> None:
    found = printed("modules", "self")
    assert set(found) == documented("modules")
    words = set(re.findall(r"`(\w+)`", section("modules")))
    assert {member for module in found["modules"] for member in module} < words
    assert {"build_id", "bias", "how", "text", "relro"} <= {*found["modules"][0]}


def test_dump(tmp_path: Path) -> None:
    found = printed("dump", "--name", "[v*", "-o", str(tmp_path / "file"), "self")
    assert set(found) == documented("dump")
    words = set(re.findall(r"`(\w+)`", section("dump")))
    assert {member for each in found["ranges"] for member in each} < words
    assert {m for each in found["ranges"] for hole in each["holes"] for m in hole} < words


def test_find() -> None:
    found = printed("find", "--lib", "libc", "--build-ids", "self")
    (first, *_) = found["found"]
    words = documented("find")
    assert set(found) | set(first) == words - {"state"}
    near = printed("find", "--near-limit", "--percent", "0", "self")
    assert {*near, *near["counts"][0]} < set(re.findall(r"`(\w+)`", section("find")))


def test_addr() -> None:
    libc = next(each for each in procmaps.maps() if each.path and b"/libc" in each.path)
    found = printed("addr", str(os.getpid()), hex(libc.start), "1")
    inside, outside = found["locations"]
    words = set(re.findall(r"`(\w+)`", section("addr")))
    assert documented("addr") - {*found, *inside, *outside} == {"member", "below"}
    assert {*found, *inside, *outside, *outside["above"]} < words


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
