"""``procmaps lint``: reports, exit codes and the list of rules."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from procmaps.lint import RULES
from tests.cli.conftest import SAMPLE, Run

_ANON = b"7f0000100000-7f0000200000 rw-p 00000000 00:00 0"


def test_report(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(SAMPLE + b"x\n")
    result = run("lint", str(dump))
    assert result.stdout == (
        f"{dump}:5: error [unparsed] column 1: expected an address, 1 to 16 hexadecimal digits in "
        "lower case, found 'x'\n    x\n1 error in 1 file\n"
    )
    assert result.exit_code == 1


def test_report_counts_lines_with_one_message(run: Run) -> None:
    dump = SAMPLE + b"Colour: red\nColour: blue\n"
    result = run("lint", "-", stdin=dump)
    assert result.stdout.startswith("-:5: warning [unknown-field] the field Colour: ")
    assert " (2 lines)\n    Colour: red\n1 warning in 1 file\n" in result.stdout


def test_ignore_omits_a_rule(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(SAMPLE + b"x\n")
    result = run("lint", "--ignore", "unparsed", str(dump), str(dump))
    assert (result.stdout, result.exit_code) == ("nothing found in 2 files\n", 0)


def test_json_has_a_report_for_each_file(run: Run) -> None:
    result = run("lint", "--json", "-", stdin=_ANON + b"\n")
    assert json.loads(result.stdout) == [
        {
            "file": "-",
            "findings": [
                {
                    "rule": "trimmed",
                    "severity": "warning",
                    "line": 1,
                    "count": 1,
                    "message": "no space after the inode of unnamed memory",
                    "raw": {
                        "base64": base64.b64encode(_ANON).decode(),
                        "text": _ANON.decode(),
                    },
                }
            ],
        }
    ]


def test_rules_lists_every_rule(run: Run) -> None:
    listed = json.loads(run("lint", "--rules", "--json").stdout)
    assert [rule["id"] for rule in listed] == list(RULES)
    shown = run("lint", "--rules").stdout
    assert all(rule.id in shown and rule.why in shown for rule in RULES.values())


def test_rejects_a_call_without_files(run: Run) -> None:
    result = run("lint")
    assert "Missing argument 'FILE...'; - is standard input." in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_reports_other_files_if_one_cannot_be_read(
    run: Run, tmp_path: Path, form: tuple[str, ...]
) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(_ANON + b"\n")
    result = run("lint", *form, str(tmp_path / "missing"), str(tmp_path), str(dump))
    assert result.stderr == (
        f"procmaps: cannot read {tmp_path}/missing: No such file or directory\n"
        f"procmaps: cannot read {tmp_path}: Is a directory\n"
    )
    assert "no space after the inode of unnamed memory" in result.stdout
    assert str(tmp_path / "missing") not in result.stdout
    assert form or result.stdout.endswith("1 warning in 1 file\n")
    assert result.exit_code == 2


def test_prints_no_count_if_no_file_can_be_read(run: Run, tmp_path: Path) -> None:
    result = run("lint", str(tmp_path))
    assert (result.stdout, result.exit_code) == ("", 2)
