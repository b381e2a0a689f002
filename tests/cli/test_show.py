"""``procmaps show``: the table, its other forms, its options, and its errors."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import procmaps
from procmaps.cli.columns import COLUMNS
from procmaps.errors import AccessDenied, NoSuchProcess, ProcessGone, ProcmapsError
from procmaps.formats.smaps_fields import FIELDS
from procmaps.json_format import from_json, snapshot_to_json
from procmaps.printable import size_text
from tests.cli.conftest import Process, Run
from tests.support.dumps import SAMPLE

TABLE = """\
standard input  maps  4 mappings  format: linux

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

SMAPS = (
    b"00400000-00452000 r-xp 00000000 08:02 173521                             /usr/bin/dbus\n"
    b"Rss:                  80 kB\nPss:                  50 kB\n"
    b"Private_Clean:         0 kB\nPrivate_Dirty:        40 kB\n"
    b"00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]\n"
    b"Rss:                 100 kB\nPss:                 100 kB\n"
    b"Private_Clean:         0 kB\nPrivate_Dirty:       100 kB\nVmFlags: rd wr \n"
)


def titled(title: str) -> str:
    """Return `TABLE` with another title."""
    return TABLE.replace("standard input", title, 1)


def names_shown(text: str) -> list[str]:
    """Return the last column of the rows of a table."""
    rows = text.split("\n\n")[1].splitlines()[1:]
    return [row.split("  ")[-1].strip() for row in rows]


def test_prints_a_table_and_sums_by_kind(run: Run, sample: Path) -> None:
    result = run("show", str(sample))
    assert result.stdout == titled(str(sample))
    assert (result.stderr, result.exit_code) == ("", 0)


def test_reads_standard_input(run: Run) -> None:
    assert run("show", "-", stdin=SAMPLE).stdout == TABLE


@pytest.mark.parametrize("number", [63, 64, 65, 200])
def test_every_mapping_has_its_row(run: Run, number: int) -> None:
    names = [f"/row/{each:03d}" for each in range(number)]
    dump = "".join(
        f"{each:x}000-{each + 1:x}000 r--p 00000000 08:01 7 {name}\n"
        for each, name in enumerate(names, 16)
    )
    assert re.findall(r"/row/\d+", run("show", "-", stdin=dump.encode()).stdout) == names


def test_an_empty_file_has_no_mappings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    result = run("show", str(tmp_path / "empty"))
    assert result.stdout == f"{tmp_path}/empty  maps  0 mappings  format: linux\n"
    assert result.exit_code == 0


def test_several_targets_follow_one_another(run: Run, sample: Path) -> None:
    result = run("show", str(sample), "-", stdin=SAMPLE)
    assert result.stdout == f"{titled(str(sample))}\n{TABLE}"


def test_an_unreadable_target_does_not_hide_the_others(run: Run, sample: Path) -> None:
    result = run("show", "/none", str(sample))
    assert result.stdout == titled(str(sample))
    assert result.stderr == "procmaps: cannot read /none: No such file or directory\n"
    assert result.exit_code == 2


# --- which mappings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--kind", "heap,anon"], ["[heap]", "[anon:code]"]),
        (["--kind", "heap", "--kind", "anon"], ["[heap]", "[anon:code]"]),
        (["--perms", "wx"], ["[anon:code]"]),
        (["--perms", "rw-p"], ["[heap]", "·"]),
        (["--perms", "?w?p"], ["[heap]", "[anon:code]", "·"]),
        (["--name", "dbus*"], ["/usr/bin/dbus-daemon"]),
        (["--name", "/usr/*"], ["/usr/bin/dbus-daemon"]),
        (["--name", "[anon:*]"], ["[anon:code]"]),
        (["--name", "[hea?]"], ["[heap]"]),
        (["--name", "[heap]", "--name", "/*"], ["/usr/bin/dbus-daemon", "[heap]"]),
        (["--kind", "heap,anon", "--perms", "x"], ["[anon:code]"]),
    ],
)
def test_filters_select_mappings(run: Run, options: list[str], names: list[str]) -> None:
    result = run("show", *options, "-", stdin=SAMPLE)
    assert names_shown(result.stdout) == names
    assert f"  {len(names)} of 4 mappings  " in result.stdout


def test_a_glob_matches_a_deleted_file_by_its_name(run: Run) -> None:
    line = b"00400000-00452000 r-xp 00000000 08:02 1                          /a/b (deleted)\n"
    assert names_shown(run("show", "--name", "b", "-", stdin=line).stdout) == ["/a/b (deleted)"]


def test_reports_that_no_mapping_matches(run: Run) -> None:
    result = run("show", "--kind", "stack", "-", stdin=SAMPLE)
    assert result.stderr == (
        "procmaps: no mapping of standard input matches; its kinds: anon, anonymous, file, heap\n"
    )
    assert result.stdout == "standard input  maps  0 of 4 mappings  format: linux\n"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--sort", "size"], ["[anon:code]", "·", "/usr/bin/dbus-daemon", "[heap]"]),
        (["--sort", "size", "--reverse"], ["[heap]", "/usr/bin/dbus-daemon", "[anon:code]", "·"]),
        (["--sort", "name"], ["·", "/usr/bin/dbus-daemon", "[anon:code]", "[heap]"]),
        (
            ["--sort", "address", "--reverse"],
            ["·", "[anon:code]", "[heap]", "/usr/bin/dbus-daemon"],
        ),
    ],
)
def test_sorts_rows(run: Run, options: list[str], names: list[str]) -> None:
    assert names_shown(run("show", *options, "-", stdin=SAMPLE).stdout) == names


# --- the table ------------------------------------------------------------------------------------


def test_columns_can_be_chosen(run: Run) -> None:
    result = run("show", "--columns", "start,rss,vm_flags,name", "-", stdin=SMAPS)
    assert result.stdout == (
        "standard input  smaps  2 mappings  format: linux\n\n"
        "start      rss  vm_flags  name\n"
        "00400000   80k            /usr/bin/dbus\n"
        "00e03000  100k  rd wr     [heap]\n"
    )


@pytest.mark.parametrize("column", [*COLUMNS])
def test_every_column_can_be_shown_and_sorted_by(run: Run, column: str) -> None:
    result = run("show", "--columns", column, "--sort", column, "self", "--smaps")
    missing = f"has the column {column}\n"
    assert result.exit_code == 0 or (result.exit_code == 2 and result.stderr.endswith(missing))


def test_a_column_that_only_smaps_has_is_refused_with_a_remedy(run: Run) -> None:
    result = run("show", "--sort", "rss", "self")
    assert result.stderr.endswith(" has the column rss; add --smaps\n")
    assert (result.stdout, result.exit_code) == ("", 2)


def test_smaps_adds_memory_in_use(run: Run) -> None:
    result = run("show", "-", stdin=SMAPS[SMAPS.index(b"00e0") :])
    assert result.stdout == (
        "standard input  smaps  1 mapping  format: linux\n\n"
        "address            size   rss   pss   uss  perms  offset  dev  inode  name\n"
        "00e03000-00e24000  132k  100k  100k  100k  rw-p        ·  ·        ·  [heap]\n\n"
        "kind   count  size   rss   pss   uss\n"
        "heap       1  132k  100k  100k  100k  ━━━━━━━━━━━━━━━━━━━━━━━━\n"
        "total      1  132k  100k  100k  100k\n"
    )


def test_summary_prints_only_the_sums(run: Run) -> None:
    result = run("show", "--summary", "-", stdin=SAMPLE)
    head, rest = TABLE.split("\n\n")[::2]
    assert result.stdout == f"{head}\n\n{rest}"


ROLLUP = (
    b"00400000-7ffe0000 ---p 00000000 00:00 0                                  [rollup]\n"
    b"Rss:                 884 kB\nPss:                 385 kB\nFoo\x1b:   12 kB\n"
)


def test_a_rollup_is_a_list_of_fields(run: Run) -> None:
    result = run("show", "-", stdin=ROLLUP.replace(b"\x1b", b""))
    assert result.stdout == (
        "standard input  smaps_rollup  format: linux\n\n"
        f"Rss                 884k  {FIELDS[b'Rss'].meaning}\n"
        f"Pss                 385k  {FIELDS[b'Pss'].meaning}\n"
        "Foo               12 kB\n"
    )


@pytest.mark.parametrize("columns", ["60", "40"])
def test_a_rollup_fits_into_a_narrow_terminal(process: Process, columns: str) -> None:
    result = process("show", "--rollup", "self", COLUMNS=columns)
    assert max(map(len, result.stdout.decode().splitlines()[1:])) <= int(columns)


@pytest.mark.parametrize("option", [["--summary"], ["--kind", "heap"], ["--columns", "name"]])
def test_a_rollup_has_no_mappings_to_choose_from(run: Run, option: list[str]) -> None:
    result = run("show", *option, "-", stdin=ROLLUP.replace(b"\x1b", b""))
    assert result.stderr == (
        "procmaps: standard input is a smaps_rollup, which has sums and no mappings: "
        f"{option[0]} cannot be used with it\n"
    )
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize(("columns", "headings"), [
    ("60", ["address", "size", "rss", "perms", "name"]),
    ("80", ["address", "size", "rss", "pss", "uss", "perms", "name"]),
    ("200", ["address", "size", "rss", "pss", "uss", "perms", "offset", "dev", "inode", "name"]),
])  # fmt: skip
def test_a_narrow_terminal_has_fewer_columns(
    process: Process, columns: str, headings: list[str]
) -> None:
    lines = process("show", "--smaps", "self", COLUMNS=columns).stdout.decode().splitlines()
    assert lines[2].split() == headings
    rows = [line for line in lines[3:] if not line.startswith("ffffffff")]
    assert max(map(len, rows)) <= int(columns)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/usr/lib/x86_64-linux-gnu/libtinfo.so.6.4", "…/libtinfo.so.6.4"),
        ("/a/very/long/path/x/y/z", "…/long/path/x/y/z"),
        ("/a/bcdefghijklmnopqrstuvwxyz", "…klmnopqrstuvwxyz"),
        ("[anon:abcdefghijklmnopqrstuvwxyz]", "[anon:abcdefghij…"),
        ("/a/b/c/\x1b\x1b\x1b\x1b\x1b", r"…\x1b\x1b\x1b\x1b"),
        ("/a/b/c/d/e/f/語語語語語語", "…/f/語語語語語語"),
        ("/usr/bin/short", "/usr/bin/short"),
    ],
)
def test_long_names_are_shortened(process: Process, name: str, shown: str) -> None:
    line = f"00400000-00452000 r-xp 00000000 08:02 1 {name}\n".encode()
    columns = str(len("00400000-00452000  328k  r-xp   ") + 17)
    lines = process("show", "--columns", "address,size,perms,name", "-", stdin=line,
                    COLUMNS=columns).stdout.decode().splitlines()  # fmt: skip
    assert lines[3].split("  ")[-1].strip() == shown
    lines = process("show", "--wide", "-", stdin=line, COLUMNS="60").stdout.decode().splitlines()
    assert lines[3].endswith(name.replace("\x1b", r"\x1b"))


# --- other forms ----------------------------------------------------------------------------------


def test_json_is_that_of_the_snapshot_with_the_target(run: Run) -> None:
    dump = SAMPLE + b"garbage\xff\n"
    result = run("show", "--json", "-", stdin=dump)
    snapshot = procmaps.loads(dump, errors="collect")
    assert json.loads(result.stdout) == {"target": "-", **snapshot_to_json(snapshot)}
    assert result.exit_code == 1


def test_json_of_several_targets_is_one_document_after_another(run: Run, sample: Path) -> None:
    text = run("show", "--json", str(sample), "-", stdin=SAMPLE).stdout
    decoder = json.JSONDecoder()
    first, end = decoder.raw_decode(text)
    second, end = decoder.raw_decode(text, end + 1)
    assert (first["target"], second["target"], text[end:]) == (str(sample), "-", "\n")


def test_json_has_the_chosen_mappings(run: Run) -> None:
    result = run("show", "--kind", "heap", "--json", "-", stdin=SAMPLE)
    kinds = [item["name"]["kind"] for item in json.loads(result.stdout)["mappings"]]
    assert kinds == ["heap"]


def test_csv_escapes_control_characters_and_newlines(run: Run) -> None:
    line = b"00400000-00401000 rw-p 00000000 00:00 0          [anon:\x1b[31m\n\xff]\n"
    result = run("show", "--csv", "--dialect", "android", "-", stdin=line)
    assert result.stdout.splitlines()[1] == (
        r"-,0x400000,0x401000,4096,rw-p,0x0,0,0,0,anon,[anon:\x1b[31m\x0a\xff],"
        "W2Fub246G1szMW0K/10="
    )


def test_csv_has_every_mapping_and_field_of_every_target(run: Run, sample: Path) -> None:
    dump = SAMPLE.splitlines(keepends=True)[0] + b"Size:                328 kB\nRss: 4 kB\n"
    result = run("show", "--csv", "-", str(sample), stdin=dump.replace(b"dbus", b"d\xff,us"))
    first, *others = csv.DictReader(io.StringIO(result.stdout))
    assert first == {
        "target": "-",
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
    assert [(row["target"], row["kind"], row["rss"]) for row in others] == [
        (str(sample), kind, "") for kind in ("file", "heap", "anon", "anonymous")
    ]


# --- problems and hostile bytes -------------------------------------------------------------------


def test_reports_unreadable_lines_on_standard_error(run: Run) -> None:
    result = run("show", "-", stdin=SAMPLE + b"7f-80 rw-q\n")
    assert result.stdout == TABLE
    assert result.stderr == (
        "\n1 problem in standard input\n"
        "line 5, column 10: expected 'p', 's' or 'S', the last of four permission characters, "
        "found 'q'\n  7f-80 rw-q\n           ^\n"
    )
    assert result.exit_code == 1


def test_many_problems_are_counted_after_the_first(run: Run) -> None:
    text = b"".join(b"x\n" + SAMPLE.splitlines(keepends=True)[0] for _ in range(30))
    lines = run("show", "-", stdin=text).stderr.splitlines()
    assert lines[1] == "59 problems in standard input"
    assert lines[-1] == "39 more; procmaps lint --all lists them"


@pytest.mark.parametrize("command", ["show", "lint", "explain"])
def test_hints_do_not_speak_python(run: Run, command: str) -> None:
    for text in (SAMPLE + b"\n" + SAMPLE, b"\n", b"/tmp/dump.txt\n", b"{}\n"):
        result = run(command, "-", stdin=text)
        assert not re.search(r"errors=|procmaps\.load", result.output)


HOSTILE = (
    b"7f0000000000-7f0000001000 rw-s 00000000 00:01 1                          "
    b"/memfd:\x1b[31m\xff\r\xe2\x80\xae\xc3\xbc  x (deleted)\n"
)


def test_names_cannot_control_the_terminal(process: Process) -> None:
    result = process("show", "-", stdin=HOSTILE)
    assert rb"/memfd:\x1b[31m\xff\x0d\xe2\x80\xae" + "ü  x (deleted)\n".encode() in result.stdout
    assert b"\x1b" not in result.stdout
    assert b"\r" not in result.stdout


@pytest.mark.parametrize(
    ("encoding", "form"), [("ascii", ()), ("ascii", ("--csv",)), ("utf-16", ())]
)
def test_output_may_have_any_encoding(
    process: Process, encoding: str, form: tuple[str, ...]
) -> None:
    result = process("show", *form, "-", stdin=HOSTILE, PYTHONIOENCODING=encoding)
    assert (result.stderr, result.returncode) == (b"", 0)
    assert "memfd" in result.stdout.decode(encoding)


def test_a_file_name_cannot_control_the_terminal(process: Process, tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31mb"
    file.write_bytes(SAMPLE + b"x\n")
    for command in (["show"], ["show", "--csv"], ["show", "--json"], ["lint"], ["extract"]):
        for target in (file, f"{file}.none"):
            result = process(*command, str(target))
            assert b"\x1b" not in result.stdout + result.stderr


# --- processes ------------------------------------------------------------------------------------


def test_reads_a_live_process(run: Run) -> None:
    result = run("show", "--json", str(os.getpid()))
    shown = json.loads(result.stdout)
    assert shown["kind"] == "maps"
    kinds = {from_json(item).name.kind for item in shown["mappings"]}
    assert {"file", "stack"} <= kinds


@pytest.mark.parametrize(("option", "kind"), [("--smaps", "smaps"), ("--rollup", "smaps_rollup")])
def test_reads_smaps_and_rollup_of_a_process(run: Run, option: str, kind: str) -> None:
    result = run("show", option, "--json", "self")
    assert json.loads(result.stdout)["kind"] == kind


def test_the_title_has_the_pid_and_the_command(process: Process, tmp_path: Path) -> None:
    code = (
        "import ctypes, runpy, sys; "
        "ctypes.CDLL(None).prctl(15, b'a\\x1b[1m\\n', 0, 0, 0); "
        "sys.argv = ['procmaps', 'show', '--summary', 'self']; "
        "runpy.run_module('procmaps', run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=tmp_path
    )
    title = result.stdout.splitlines()[0].decode()
    assert re.match(r"process [0-9]+ \(a\\x1b\[1m\\x0a\)  maps  ", title)
    del process


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (AccessDenied("process 1", "/proc/1/maps", owner=0, user=1000), None),
        (
            ProcessGone("process 1", "/proc/1/maps", b"abc"),
            (
                "cannot read all of /proc/1/maps: process 1 ended or replaced its program "
                "(execve(2)) during the read. If the process still exists, run the command again."
            ),
        ),
    ],
)
def test_a_process_that_cannot_be_read_is_one_line_and_exit_2(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: ProcmapsError, message: str | None
) -> None:
    # Which processes refuse depends on the user who runs the tests. The report does not.
    def maps(*_arguments: object, **_options: object) -> procmaps.Snapshot:
        raise error

    monkeypatch.setattr(procmaps, "maps", maps)
    result = run("show", "1")
    assert result.stderr == f"procmaps: {message or error}\n"
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "{tmp}/none"], "cannot read {tmp}/none: No such file or directory"),
        (["show", "{tmp}"], "cannot read {tmp}: Is a directory"),
        (
            ["show", "4194305"],
            (
                f"{NoSuchProcess('process 4194305', '/proc/4194305/maps')} "
                "For a file of that name write ./4194305."
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
        (["--csv", "--json", "-"], "--json cannot be used with --csv: choose one form."),
        (["--smaps", "-"], "--smaps chooses a file of a process; standard input is not a process."),
        (["--rollup", "1", "x"], "--rollup chooses a file of a process; x is not a process."),
        (["--dialect", "andriod", "-"], "unknown dialect 'andriod'; did you mean android?"),
        (["--kind", "heap,stac", "-"], "unknown kind 'stac'; did you mean stack?"),
        (["--columns", "adress", "-"], "unknown column 'adress'; did you mean address or"),
        (["--sort", "rs", "-"], "unknown column 'rs'; did you mean rss"),
        (["--perms", "rq", "-"], "'rq' is not permissions; give letters"),
        (["--reverse", "-"], "--reverse needs --sort: it reverses that order."),
        (
            ["--sumary", "-"],
            "No such option '--sumary'. (Did you mean one of: '--smaps', '--summary'?)",
        ),
        ([], "Missing argument 'PID|FILE|-..."),
    ],
)
def test_wrong_usage_is_exit_2(run: Run, arguments: list[str], message: str) -> None:
    result = run("show", *arguments)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


_VALUES = {"--kind": "heap", "--perms": "x", "--name": "a", "--sort": "size", "--columns": "name"}


@pytest.mark.parametrize(
    ("option", "others"),
    [
        ("--summary", ["--json", "--csv", "--columns", "--sort", "--wide"]),
        ("--rollup", ["--smaps", "--summary", "--wide", *_VALUES]),
        ("--json", ["--csv", "--columns", "--wide"]),
        ("--csv", ["--columns", "--wide"]),
    ],
)
def test_an_option_without_effect_is_refused(run: Run, option: str, others: Sequence[str]) -> None:
    for other in others:
        value = [_VALUES[other]] if other in _VALUES else []
        result = run("show", option, other, *value, "self")
        assert re.search(r"(--\w+) cannot be used with (--\w+): ", result.stderr)
        assert {option, other} <= set(re.findall(r"--\w+", result.stderr))
        assert (result.stdout, result.exit_code) == ("", 2)


def test_colours_only_on_a_terminal(process: Process, sample: Path) -> None:
    assert b"\x1b[" not in process("show", str(sample)).stdout
    coloured = process("show", str(sample), FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert b"\x1b[" in coloured
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured) == titled(str(sample)).encode()
    quiet = process("show", str(sample), FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").stdout
    assert not re.search(rb"\x1b\[[0-9;]*(?:3|4|9)[0-7]m", quiet)


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
