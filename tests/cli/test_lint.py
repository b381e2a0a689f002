"""``procmaps lint`` and its rules: each finds its fault, and nothing in what kernels print."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from procmaps.lint import RULES, lint
from tests.cli.conftest import SAMPLE, Run

_FILE = b"00400000-00452000 r-xp 00000000 08:02 173521                             "
_ANON = b"7f0000100000-7f0000200000 rw-p 00000000 00:00 0"

# By rule, the smallest dump that shows it, the line, and the message.
FAULTS: dict[str, tuple[bytes, int, str]] = {
    "unparsed": (
        SAMPLE + b"x\n",
        5,
        "column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found 'x'",
    ),
    "cut-off": (SAMPLE.removesuffix(b"\n"), 4, "the last line has no line end"),
    "repeated": (
        (_ANON + b" \n") * 2,
        2,
        "mapping 0x7f0000100000-0x7f0000200000 has the same range as the mapping before it",
    ),
    "overlap": (
        _ANON
        + b" \n"
        + _ANON.replace(b"00-7f", b"01-7f", 1)
        .replace(b"10000", b"18000", 1)
        .replace(b"01-", b"00-")
        + b" \n",
        2,
        (
            "mapping 0x7f0000180000-0x7f0000200000 starts below 0x7f0000200000, the end of the "
            "mapping before it"
        ),
    ),
    "backward": (
        _ANON + b" \n" + _FILE + b"/a\n",
        2,
        (
            "mapping 0x400000-0x452000 starts below 0x7f0000100000, the start of the mapping "
            "before it"
        ),
    ),
    "line-ends": (SAMPLE.replace(b"\n", b"\r\n"), 1, "every line ends in CR LF"),
    "layout": (
        _FILE[:-5] + b"/a\n",
        1,
        "the name in column 68: Linux pads to column 49 (32 bit) or 73 (64 bit), counted from 0",
    ),
    "trimmed": (_ANON + b"\n", 1, "no space behind the inode of unnamed memory"),
    "unaligned": (
        _FILE.replace(b"00452000", b"00452010") + b"/a\n",
        1,
        "the end 0x452010 is no multiple of 4096",
    ),
    "word-size": (
        b"00300000-00301000 r-xp 00000000 08:02 173521     /a\n" + _FILE + b"/a\n",
        2,
        "its word size is not that of line 1",
    ),
    "field-spacing": (
        SAMPLE + b"Rss:   4 kB\n",
        5,
        (
            "the field Rss, but spaced otherwise: no release prints these spaces; QEMU's user mode "
            "does not align its numbers"
        ),
    ),
    "field-order": (
        SAMPLE + b"Rss:                   4 kB\nSize:               1024 kB\n",
        5,
        "no release prints this order",
    ),
    "flags-spacing": (
        SAMPLE + b"VmFlags: rd\n",
        5,
        (
            "flags not spaced as Linux spaces them: show_smap_vma_flags() prints a space before "
            "the first and after each; QEMU's user mode prints none behind the last, nor do some "
            "Android ports; gVisor prints two"
        ),
    ),
    "size-field": (
        SAMPLE + b"Size:                  8 kB\n",
        4,
        "Size is 8 kB, the range 1024 kB",
    ),
    "unknown-field": (
        SAMPLE + b"Colour: red\n",
        5,
        "the field Colour: no table knows it: a newer kernel's, or a vendor's",
    ),
    "unknown-flag": (
        SAMPLE + b"VmFlags: rd zz \n",
        5,
        "the flag zz: no table knows it: a newer kernel's, or a vendor's",
    ),
    "unnamed-flag": (SAMPLE + b"VmFlags: rd ?? \n", 5, "?? stands for a bit without letters"),
    "vendor": (
        _FILE + b"/dev/ashmem (deleted)\n",
        1,
        "the name /dev/ashmem (deleted): Android's",
    ),
    "releases": (
        SAMPLE + b"7f0000200000-7f0000300000 rw-p 00000000 00:00 0                          "
        b"[stack:12]\n",
        5,
        (
            "the name [stack:TID] (since 3.4, until 4.5) does not go with the name [anon:LABEL] "
            "(since 5.17) in line 3"
        ),
    ),
    "ambiguous-newline": (_FILE + rb"/a\012b" + b"\n", 1, r"/a\012b has a newline, or \012"),
    "ambiguous-deleted": (_FILE + b"/a (deleted)\n", 1, "/a (deleted): unlinked, or called so"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_each_rule_finds_its_fault_and_no_other(rule: str) -> None:
    dump, line, message = FAULTS[rule]
    (found,) = lint(dump)
    assert (found.rule.id, found.line, found.message) == (rule, line, message)


@pytest.mark.parametrize("rule", ["unknown-field", "unknown-flag", "unnamed-flag"])
def test_what_tells_of_the_kernel_is_told_where_it_first_stands(rule: str) -> None:
    dump, line, _ = FAULTS[rule]
    below = dump.removeprefix(SAMPLE)
    again = b"7f0000200000-7f0000300000 rw-p 00000000 00:00 0 \n"
    (found,) = lint(dump + again + below)
    assert (found.rule.id, found.line) == (rule, line)


def test_every_rule_has_a_fault_that_shows_it() -> None:
    # What is suspicious depends on a dialect whose names hold newlines: a test of its own.
    assert set(FAULTS) | {"suspicious"} == set(RULES)


def test_a_line_that_a_name_may_have_forged_is_suspicious() -> None:
    forged = _ANON + b" \n" + _FILE + b"/a\n"
    (found,) = lint(forged, dialect="nommu")
    assert (found.rule.id, found.line) == ("suspicious", 2)


def rules(text: bytes) -> set[str]:
    return {finding.rule.id for finding in lint(text)}


def test_androids_kernels_printed_labels_before_mainline_did() -> None:
    old = b"a0000000-a0001000 rw-p 00000000 00:00 0          [stack:7]\n"
    label = b"a0001000-a0002000 rw-p 00000000 00:00 0          [anon:x]\n"
    mark = b"a0002000-a0003000 rw-s 00000000 00:04 159        /dev/ashmem/x (deleted)\n"
    assert rules(old + label) == {"releases"}
    assert rules(old + label + mark) == {"vendor"}
    fields = b"Name:           [anon:x]\nSize:                  4 kB\nVmFlags: dw \n"
    assert "releases" not in rules(label + fields)


def test_what_a_kernel_printed_has_nothing_against_it() -> None:
    assert list(lint(SAMPLE)) == []
    assert list(lint(b"")) == []


@pytest.mark.parametrize("file", ["maps", "smaps", "smaps_rollup"])
def test_what_this_kernel_prints_has_nothing_against_it(file: str) -> None:
    found = list(lint(Path("/proc/self", file).read_bytes()))
    certain = [each for each in found if each.rule.severity != "note"]
    torn = {"repeated", "overlap", "backward"}
    assert [each for each in certain if each.rule.id not in torn] == []


def test_the_report(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(SAMPLE + b"x\n")
    result = run("lint", str(dump))
    assert result.stdout == (
        f"{dump}:5: error [unparsed] column 1: expected an address, 1 to 16 hexadecimal digits in "
        "lower case, found 'x'\n    x\n1 error in 1 file\n"
    )
    assert result.exit_code == 1


def test_rules_can_be_left_out(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(SAMPLE + b"x\n")
    result = run("lint", "--ignore", "unparsed", str(dump), str(dump))
    assert (result.stdout, result.exit_code) == ("nothing found in 2 files\n", 0)


def test_json_is_a_report_a_file(run: Run) -> None:
    result = run("lint", "--json", "-", stdin=_ANON + b"\n")
    assert json.loads(result.stdout) == [
        {
            "file": "-",
            "findings": [
                {
                    "rule": "trimmed",
                    "severity": "warning",
                    "line": 1,
                    "message": "no space behind the inode of unnamed memory",
                    "raw": {
                        "base64": base64.b64encode(_ANON).decode(),
                        "text": _ANON.decode(),
                    },
                }
            ],
        }
    ]


def test_the_rules_can_be_listed(run: Run) -> None:
    listed = json.loads(run("lint", "--rules", "--json").stdout)
    assert [rule["id"] for rule in listed] == list(RULES)
    shown = run("lint", "--rules").stdout
    assert all(rule.id in shown and rule.why in shown for rule in RULES.values())


def test_no_file_is_wrong_usage(run: Run) -> None:
    result = run("lint")
    assert "Missing argument 'FILE...'; - is standard input." in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_file_that_cannot_be_read_hides_no_other(
    run: Run, tmp_path: Path, form: tuple[str, ...]
) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(_ANON + b"\n")
    result = run("lint", *form, str(tmp_path / "missing"), str(tmp_path), str(dump))
    assert result.stderr == (
        f"procmaps: cannot read {tmp_path}/missing: No such file or directory\n"
        f"procmaps: cannot read {tmp_path}: Is a directory\n"
    )
    assert "no space behind the inode of unnamed memory" in result.stdout
    assert str(tmp_path / "missing") not in result.stdout
    assert form or result.stdout.endswith("1 warning in 1 file\n")
    assert result.exit_code == 2


def test_nothing_is_said_of_files_none_of_which_can_be_read(run: Run, tmp_path: Path) -> None:
    result = run("lint", str(tmp_path))
    assert (result.stdout, result.exit_code) == ("", 2)
