"""``procmaps show``: the table, its other forms, and what it says of input that it cannot have."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

import procmaps
from procmaps.cli.style import size_text
from procmaps.errors import AccessDenied
from procmaps.json_format import from_json, snapshot_to_json
from tests.cli.conftest import SAMPLE, Process, Run

TABLE = """\
maps  4 mappings  format: linux

address                    size  perms  offset  dev     inode  name
00400000-00452000          328k  r-xp        ·  08:02  173521  /usr/bin/dbus-daemon
00e03000-00e24000          132k  rw-p        ·  ·           ·  [heap]
7f0000000000-7f0000100000  1.0M  rwxp        ·  ·           ·  [anon:code]
7f0000100000-7f0000200000  1.0M  rw-p        ·  ·           ·

kind       count  size
anon           1  1.0M  ━━━━━━━━━━
anonymous      1  1.0M  ━━━━━━━━━━
file           1  328k  ━━━
heap           1  132k  ━
total          4  2.4M
"""


def test_the_table(run: Run, sample: Path) -> None:
    result = run("show", str(sample))
    assert result.stdout == TABLE
    assert (result.stderr, result.exit_code) == ("", 0)


def test_standard_input_reads_the_same(run: Run) -> None:
    assert run("show", "-", stdin=SAMPLE).stdout == TABLE


def test_an_empty_file_is_an_empty_snapshot(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    result = run("show", str(tmp_path / "empty"))
    assert result.stdout == "maps  0 mappings  format: linux\n"
    assert result.exit_code == 0


def test_only_the_kinds_asked_for(run: Run, sample: Path) -> None:
    result = run("show", "--kind", "heap", "--kind", "anon", "--json", str(sample))
    kinds = [item["name"]["kind"] for item in json.loads(result.stdout)["mappings"]]
    assert kinds == ["heap", "anon"]


def test_a_kind_that_is_not_there_is_told_with_those_that_are(run: Run, sample: Path) -> None:
    result = run("show", "--kind", "stack", str(sample))
    assert result.stderr == (
        "procmaps: no mapping is stack; there are: anon, anonymous, file, heap\n"
    )


def test_only_the_summary(run: Run, sample: Path) -> None:
    result = run("show", "--summary", str(sample))
    head, rest = TABLE.split("\n\n")[::2]
    assert result.stdout == f"{head}\n\n{rest}"


def test_json_is_that_of_the_snapshot(run: Run) -> None:
    dump = SAMPLE + b"garbage\xff\n"
    result = run("show", "--json", "-", stdin=dump)
    snapshot = procmaps.loads(dump, errors="collect")
    assert json.loads(result.stdout) == snapshot_to_json(snapshot)
    assert result.exit_code == 1


def test_no_name_in_csv_drives_the_terminal_or_breaks_a_line(run: Run) -> None:
    line = b"00400000-00401000 rw-p 00000000 00:00 0          [anon:\x1b[31m\n\xff]\n"
    result = run("show", "--csv", "--dialect", "android", "-", stdin=line)
    assert result.stdout.splitlines()[1] == (
        r"0x400000,0x401000,4096,rw-p,0x0,0,0,0,anon,[anon:\x1b[31m\x0a\xff],"
        "W2Fub246G1szMW0K/10="
    )


def test_csv_has_every_mapping_and_field(run: Run) -> None:
    dump = SAMPLE.splitlines(keepends=True)[0] + b"Size:                328 kB\nRss: 4 kB\n"
    result = run("show", "--csv", "-", stdin=dump.replace(b"dbus", b"d\xff,us"))
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert row == {
        "start": "0x400000",
        "end": "0x452000",
        "size": "335872",
        "perms": "r-xp",
        "offset": "0x0",
        "major": "8",
        "minor": "2",
        "inode": "173521",
        "kind": "file",
        "name": "/usr/bin/d\\xff,us-daemon",
        "name_base64": "L3Vzci9iaW4vZP8sdXMtZGFlbW9u",
        "smaps_size": "335872",
        "rss": "4096",
    }


def test_smaps_adds_what_is_in_memory(run: Run) -> None:
    dump = SAMPLE.splitlines(keepends=True)[1] + (
        b"Rss:                 100 kB\nPss:                  50 kB\n"
        b"Private_Clean:         0 kB\nPrivate_Dirty:        40 kB\n"
    )
    result = run("show", "-", stdin=dump)
    assert result.stdout == (
        "smaps  1 mapping  format: linux\n\n"
        "address            size   rss  pss  uss  perms  offset  dev  inode  name\n"
        "00e03000-00e24000  132k  100k  50k  40k  rw-p        ·  ·        ·  [heap]\n\n"
        "kind   count  size   rss  pss  uss\n"
        "heap       1  132k  100k  50k  40k  ━━━━━━━━━━━━━━━━━━━━━━━━\n"
        "total      1  132k  100k  50k  40k\n"
    )


def test_a_line_that_cannot_be_read_is_a_finding_on_standard_error(run: Run) -> None:
    result = run("show", "-", stdin=SAMPLE + b"7f-80 rw-q\n")
    assert result.stdout == TABLE
    assert result.stderr == (
        "\n1 problem\n"
        "line 5, column 10: expected 'p', 's' or 'S', the last of four permission characters, "
        "found 'q'\n  7f-80 rw-q\n           ^\n"
    )
    assert result.exit_code == 1


HOSTILE = (
    b"7f0000000000-7f0000001000 rw-s 00000000 00:01 1                          "
    b"/memfd:\x1b[31m\xff\r\xe2\x80\xae\xc3\xbc  x (deleted)\n"
)


def test_no_byte_of_a_name_drives_the_terminal(process: Process) -> None:
    result = process("show", "-", stdin=HOSTILE)
    assert rb"/memfd:\x1b[31m\xff\x0d\xe2\x80\xae" + "ü  x (deleted)\n".encode() in result.stdout
    assert b"\x1b" not in result.stdout
    assert b"\r" not in result.stdout


@pytest.mark.parametrize(
    ("encoding", "form"), [("ascii", ()), ("ascii", ("--csv",)), ("utf-16", ())]
)
def test_any_encoding_of_the_output_will_do(
    process: Process, encoding: str, form: tuple[str, ...]
) -> None:
    result = process("show", *form, "-", stdin=HOSTILE, PYTHONIOENCODING=encoding)
    assert (result.stderr, result.returncode) == (b"", 0)
    assert "memfd" in result.stdout.decode(encoding)


def test_a_live_process(run: Run) -> None:
    result = run("show", "--json", str(os.getpid()))
    shown = json.loads(result.stdout)
    assert shown["kind"] == "maps"
    kinds = {from_json(item).name.kind for item in shown["mappings"]}
    assert {"file", "stack"} <= kinds


@pytest.mark.parametrize(("option", "kind"), [("--smaps", "smaps"), ("--rollup", "smaps_rollup")])
def test_the_other_files_of_a_live_process(run: Run, option: str, kind: str) -> None:
    result = run("show", option, "--json", "self")
    assert json.loads(result.stdout)["kind"] == kind


def test_what_a_process_does_not_let_be_read_is_one_line_and_exit_2(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Which processes refuse depends on who runs the tests; how it is told does not.
    denied = AccessDenied("process 1", "/proc/1/maps", owner=0, user=1000)

    def maps(*_arguments: object, **_options: object) -> procmaps.Snapshot:
        raise denied

    monkeypatch.setattr(procmaps, "maps", maps)
    result = run("show", "1")
    assert result.stderr == f"procmaps: {denied}\n"
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "{tmp}/none"], "cannot read {tmp}/none: No such file or directory"),
        (["show", "{tmp}"], "cannot read {tmp}: Is a directory"),
        (
            ["show", "4194305"],
            (
                "cannot read /proc/4194305/maps: there is no process 4194305. It has ended, or it "
                "has this number only in another PID namespace, or the procfs hides it (mount "
                "option hidepid=). For a file of that name write ./4194305."
            ),
        ),
        (["lint", "{tmp}/none"], "cannot read {tmp}/none: No such file or directory"),
    ],
)
def test_input_that_cannot_be_read_is_one_line_and_exit_2(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = run(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert result.stderr == f"procmaps: {message.format(tmp=tmp_path)}\n"
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--csv", "--json", "-"], "--csv and --json: choose one"),
        (["--smaps", "-"], "--smaps and --rollup choose a file of a process, not of -"),
        (["--dialect", "vms", "-"], "Invalid value for '--dialect'"),
        ([], "Missing argument 'PID|FILE|-'"),
    ],
)
def test_wrong_usage_is_exit_2(run: Run, arguments: list[str], message: str) -> None:
    result = run("show", *arguments)
    assert message in result.stderr
    assert result.exit_code == 2


def test_colours_only_where_they_are_wanted(process: Process, sample: Path) -> None:
    assert b"\x1b[" not in process("show", str(sample)).stdout
    coloured = process("show", str(sample), FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert b"\x1b[" in coloured
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured) == TABLE.encode()
    quiet = process("show", str(sample), FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").stdout
    assert not re.search(rb"\x1b\[[0-9;]*(?:3|4|9)[0-7]m", quiet)


def test_eighty_columns_leave_out_the_file_and_fold_names(process: Process, tmp_path: Path) -> None:
    name = "/" + "x" * 60
    dump = tmp_path / "dump"
    dump.write_text(f"{SAMPLE.decode()}7f0000200000-7f0000201000 r-xp 0 8:2 1 {name}\n")
    lines = process("show", str(dump), COLUMNS="80").stdout.decode().splitlines()
    assert max(map(len, lines)) == 80
    assert "inode" not in lines[2]
    assert lines[7:9] == [
        f"7f0000200000-7f0000201000    4k  r-xp   {name[:40]}",
        f"{'':40}{name[40:]}",
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""), (0, "0"), (1023, "1023"), (1024, "1k"), (1536, "1.5k"), (4096, "4k"),
        (1023 * 1024, "1.0M"), (999 * 1024, "999k"), (2**20, "1.0M"), (10 * 2**20, "10M"),
        (2**30, "1.0G"), (2**47, "128T"), (2**64, "16E"), (2**75, "32768E"),
    ],
)  # fmt: skip
def test_sizes_for_people(size: int | None, text: str) -> None:
    assert size_text(size) == text
