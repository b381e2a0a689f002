"""``procmaps lint``: its report, its choice of rules and files, its exit codes."""

from __future__ import annotations

import base64
import errno
import json
import os
from pathlib import Path

import pytest

from procmaps.lint import RULES
from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE

UNNAMED = b"7f0000100000-7f0000200000 rw-p 00000000 00:00 0"
"""A line that was trimmed: unnamed memory has a space at its end."""

TRIMMED = UNNAMED + b"\n"
UNPARSED = SAMPLE + b"x\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a clean dump, two with findings in it, and a link to its parent."""
    top = tmp_path / "dumps"
    (top / "b").mkdir(parents=True)
    (top / "c").write_bytes(SAMPLE)
    (top / "b" / "1").write_bytes(UNPARSED)
    (top / "a").write_bytes(TRIMMED)
    (top / "b" / "loop").symlink_to(top)
    (top / "link").symlink_to(top / "a")
    return top


def test_reports_findings_with_file_and_line(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(UNPARSED)
    result = run("lint", str(dump))
    assert result.stdout == (
        f"{dump}:5: error [unparsed] column 1: expected an address, 1 to 16 hexadecimal digits in "
        "lower case, found 'x'\n    x\n1 error in 1 file\n"
    )
    assert result.exit_code == 1


def test_an_empty_dump_is_a_finding(run: Run) -> None:
    result = run("lint", "-", stdin=b"")
    assert "[empty]" in result.stdout
    assert result.exit_code == 1


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--ignore", "unparsed"], 0),
        (["--ignore", "trimmed,unparsed"], 0),
        (["--select", "trimmed"], 0),
        (["--select", "trimmed,unparsed"], 1),
        (["--select", "trimmed", "--select", "unparsed"], 1),
        (["--select", "trimmed,unparsed", "--ignore", "unparsed"], 0),
    ],
)
def test_selects_and_ignores_rules(run: Run, options: list[str], code: int) -> None:
    result = run("lint", *options, "-", stdin=UNPARSED)
    assert (result.stdout == "no findings in 1 file\n", result.exit_code) == (code == 0, code)


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_is_refused_with_a_suggestion(run: Run, option: str) -> None:
    result = run("lint", option, "trimmed,unparsd", "-")
    assert "unknown rule 'unparsd'; did you mean unparsed?" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("dump", "severity"),
    [
        (UNPARSED, "error"),
        (TRIMMED, "warning"),
        (SAMPLE.replace(b"dbus-daemon", b"a (deleted)"), "note"),
    ],
)
def test_fail_on_sets_the_least_severity_that_fails(run: Run, dump: bytes, severity: str) -> None:
    order = ["error", "warning", "note"]
    for limit in order:
        result = run("lint", "--fail-on", limit, "-", stdin=dump)
        assert f"1 {severity} in 1 file" in result.stdout
        assert result.exit_code == int(order.index(severity) <= order.index(limit))


def test_an_unknown_severity_is_refused_with_a_suggestion(run: Run) -> None:
    result = run("lint", "--fail-on", "warn", "-")
    assert "unknown severity 'warn'; did you mean warning?" in result.stderr


def test_lists_the_rules(run: Run) -> None:
    listed = json.loads(run("lint", "--rules", "--json").stdout)
    assert [rule["id"] for rule in listed] == list(RULES)
    shown = run("lint", "--rules").stdout
    assert all(rule.id in shown and rule.why in shown for rule in RULES.values())


def test_listing_the_rules_reads_no_file(run: Run) -> None:
    assert "--rules lists the rules and reads no file." in run("lint", "--rules", "-").stderr


# --- the report -----------------------------------------------------------------------------------


def test_lines_with_one_message_are_counted(run: Run) -> None:
    result = run("lint", "-", stdin=SAMPLE + b"Colour: red\nColour: blue\n")
    assert "\n-:5: warning [unknown-field] the field Colour: " in result.stdout
    assert " (2 lines)\n    Colour: red\n2 warnings in 1 file\n" in result.stdout


def test_findings_of_a_rule_are_folded_after_the_first_five(run: Run) -> None:
    lines = run("lint", "-", stdin=TRIMMED * 8).stdout.splitlines()
    assert len([line for line in lines if "warning [trimmed]" in line]) == 5
    assert "-: 3 more [trimmed]; --all prints them" in lines
    lines = run("lint", "--all", "-", stdin=TRIMMED * 8).stdout.splitlines()
    assert len([line for line in lines if "warning [trimmed]" in line]) == 8
    assert "--all" not in "".join(lines)


def test_statistics_count_findings_and_files_of_each_rule(run: Run, folder: Path) -> None:
    (folder / "d").write_bytes(TRIMMED)
    result = run("lint", "--statistics", str(folder))
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines == [
        ["trimmed", "warning", "2", "in", "2", "files"],
        ["unparsed", "error", "1", "in", "1", "file"],
        ["1", "error,", "2", "warnings", "in", "4", "files"],
    ]
    listed = json.loads(run("lint", "--statistics", "--json", str(folder)).stdout)
    assert listed == [
        {"rule": "trimmed", "severity": "warning", "findings": 2, "files": 2},
        {"rule": "unparsed", "severity": "error", "findings": 1, "files": 1},
    ]


def test_json_is_a_report_for_each_file(run: Run) -> None:
    result = run("lint", "--json", "-", stdin=TRIMMED)
    (report,) = json.loads(result.stdout)
    (finding,) = report["findings"]
    assert report["file"] == "-"
    assert finding["raw"] == {
        "base64": base64.b64encode(UNNAMED).decode(),
        "text": UNNAMED.decode(),
    }
    assert (finding["rule"], finding["severity"], finding["line"]) == ("trimmed", "warning", 1)


@pytest.mark.parametrize(
    ("option", "other"),
    [
        ("--all", "--statistics"),
        ("--all", "--json"),
        ("--rules", "--all"),
        ("--rules", "--statistics"),
    ],
)
def test_an_option_without_effect_is_refused(run: Run, option: str, other: str) -> None:
    result = run("lint", option, other, "-")
    assert f"{option} cannot be used with {other}: " in result.stderr
    assert result.exit_code == 2


# --- files ----------------------------------------------------------------------------------------


def test_walks_folders_sorted_and_follows_no_links(run: Run, folder: Path) -> None:
    reports = json.loads(run("lint", "--json", str(folder)).stdout)
    assert [report["file"] for report in reports] == [
        f"{folder}/{name}" for name in ("a", "b/1", "c")
    ]


def test_a_link_that_is_named_is_followed(run: Run, folder: Path) -> None:
    reports = json.loads(run("lint", "--json", str(folder / "link")).stdout)
    assert [report["file"] for report in reports] == [f"{folder}/link"]


def test_no_file_is_wrong_usage(run: Run) -> None:
    result = run("lint")
    assert "Missing argument 'FILE|FOLDER|-...'." in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_unreadable_file_does_not_hide_the_others(
    run: Run, folder: Path, form: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root can read everything, so the folder refuses by other means.
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("b"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = run("lint", *form, str(folder / "missing"), str(folder))
    assert result.stderr == (
        f"procmaps: cannot read {folder}/missing: No such file or directory\n"
        f"procmaps: cannot read {folder}/b: Permission denied\n"
    )
    assert str(folder / "missing") not in result.stdout
    assert "trimmed" in result.stdout
    assert form or result.stdout.endswith("1 warning in 2 files\n")
    assert result.exit_code == 2


def test_prints_nothing_if_no_file_can_be_read(run: Run, tmp_path: Path) -> None:
    result = run("lint", str(tmp_path / "missing"))
    assert (result.stdout, result.exit_code) == ("", 2)
