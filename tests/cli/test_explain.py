"""``procmaps explain``: bytes in, parts, releases and readings out."""

from __future__ import annotations

import json
import os

import pytest

from procmaps.cli import explain as explain_command
from procmaps.cli.app import COMMANDS
from tests.cli.conftest import Process, Run

FLAGS = """\
VmFlags: rd sd␠

bytes  text  rule         meaning
 9–11  rd    flags.FLAGS  The memory can be read.
12–14  sd    flags.FLAGS  The mapping was made or changed since soft-dirty tracking was last reset.

printed by  Linux since 3.13
  the field VmFlags, the flag rd (VM_READ): since 3.8
    834f82e2aa9a ("procfs: add VmFlags field in smaps output") (in v3.8)
"""


def test_a_field(run: Run) -> None:
    result = run("explain", "VmFlags: rd sd ")
    assert result.stdout.startswith(FLAGS)
    assert result.stdout.endswith(
        "\ndialect     linux  no line is specific to another dialect\n"
        "            all other dialects accept it, too\n"
    )
    assert result.exit_code == 0


def test_readings_are_numbered_and_capped(run: Run) -> None:
    result = run("explain", r"/a\012b\012c\012d")
    shown = result.stdout[result.stdout.index("interpretations, ") :].splitlines()
    assert shown[1] == r"  1. file /a\x0ab\x0ac\x0ad  a file, newline in its name"
    assert len(shown[1 : shown.index("")]) == 8
    result = run("explain", r"/a\012b\012c\012d\012")
    assert "  and 8 more\n" in result.stdout
    result = run("explain", "/" + r"\012" * 60)
    assert "  and more than 1000 more\n" in result.stdout


def test_a_text_that_no_kernel_prints_is_cut_and_json_has_it_all(run: Run) -> None:
    longest = explain_command.LONGEST
    name = "/" + "n" * (longest - 1) + "tail!"
    result = run("explain", name)
    assert "tail" not in result.stdout
    assert "n… and 5 more bytes (--json prints all)\n" in result.stdout
    assert json.loads(run("explain", "--json", name).stdout)["raw"]["text"] == name
    assert "more bytes" not in run("explain", name[:longest]).stdout


def test_a_broken_line_has_a_caret_and_exit_1(run: Run) -> None:
    result = run("explain", "7f00-7f01 rw-q 0 0:0 0 ")
    assert result.stdout.startswith(
        "line 1, column 14: expected 'p', 's' or 'S', the last of four permission characters, "
        "found 'q'\n"
        "  7f00-7f01 rw-q 0 0:0 0 \n"
        "               ^\n"
    )
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2000-1000 rw-p 00000000 00:00 0 ", "the end address is below the start address"),
        ("Rss:          5", "Rss must be a size in kB"),
    ],
)
def test_a_line_that_is_right_and_cannot_be_is_explained_with_its_error(
    run: Run, line: str, reason: str
) -> None:
    result = run("explain", line)
    assert reason in result.stdout
    assert "rule" in result.stdout
    assert result.exit_code == 1


def test_bytes_of_the_argument_survive(process: Process) -> None:
    line = b"/memfd:\xff\xc3\xbc (deleted)"
    found = json.loads(process("explain", "--json", line).stdout)
    assert found["raw"]["text"] == "/memfd:\\xffü (deleted)"
    assert found["name"]["label"]["base64"] == "/8O8"


def test_escapes_are_read_where_asked_for(run: Run) -> None:
    found = json.loads(run("explain", "-e", "--json", r"/a\xff\n\t\\012").stdout)
    assert found["raw"]["text"] == "/a\\xff\n\t\\012"
    found = json.loads(run("explain", "--json", r"/a\xff").stdout)
    assert found["raw"]["text"] == r"/a\xff"


def test_a_line_from_standard_input(run: Run) -> None:
    found = json.loads(run("explain", "--json", "-", stdin=b"[heap]\n").stdout)
    assert found["form"] == "name"


def test_json_tells_all(run: Run) -> None:
    found = json.loads(
        run(
            "explain",
            "--json",
            "40a00000-40a01000 rw-S 00000000 00:01 7          /mnt/a",
        ).stdout
    )
    assert (found["form"], found["bits"], found["dialect"]["name"]) == ("header", 32, "nommu")
    assert [(part["rule"], part["terminal"], part["text"]) for part in found["parts"]] == [
        ("start", "ADDRESS", "40a00000"),
        ("end", "ADDRESS", "40a01000"),
        ("perms", "READ", "r"),
        ("perms", "WRITE", "w"),
        ("perms", "EXECUTE", "-"),
        ("perms", "SHARING", "S"),
        ("offset", "OFFSET", "00000000"),
        ("major", "DEVICE", "00"),
        ("minor", "DEVICE", "01"),
        ("inode", "INODE", "7"),
        ("name", "FILE", "/mnt/a"),
    ]
    assert found["interpretations"] == [
        {"kind": "file", "base64": "L21udC9h", "text": "/mnt/a", "deleted": False,
         "reason": "a file"}
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["", "\0", "x" * 100_000, "0-1 rw-p 0 0:0 " + "9" * 30])
def test_any_line_is_explained_or_told_why_not(run: Run, line: str) -> None:
    result = run("explain", "-", stdin=os.fsencode(line))
    assert result.exit_code == 1
    assert result.stdout.startswith("line 1, column ")


def test_every_command_has_help(run: Run) -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.stdout.startswith(f"Usage: procmaps {name} [OPTIONS]")
        assert result.exit_code == 0


@pytest.mark.parametrize("columns", ["60", "80"])
def test_the_parts_fit_into_a_narrow_terminal(process: Process, columns: str) -> None:
    line = "/memfd:abcdefghijklmnopqrstuvwxyz (deleted)"
    shown = process("explain", line, COLUMNS=columns).stdout.decode()
    parts = shown.partition("interpretations, ")[0].splitlines()
    assert max(map(len, parts)) <= int(columns)
    assert "A file of memfd_create()" in shown
    assert not [each for each in parts if each.endswith(" ")]


def test_a_long_name_has_few_interpretations_in_json(run: Run) -> None:
    """Each of the 2**100000 originals is as long as the name."""
    found = json.loads(run("explain", "--json", "/x" + r"\012" * 100_000).stdout)
    assert len(found["interpretations"]) == 3
    assert found["more_interpretations"] is True
