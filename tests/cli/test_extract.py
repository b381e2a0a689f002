"""``procmaps extract``: dumps inside logs, and their repairs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Process, Run
from tests.support.dumps import SAMPLE

QUOTED = b"You wrote:\n" + b"".join(b"> " + line for line in SAMPLE.splitlines(keepends=True))


def test_text_is_the_dump_byte_for_byte(process: Process) -> None:
    result = process("extract", "--text", "-", stdin=QUOTED)
    assert (result.stdout, result.stderr, result.returncode) == (SAMPLE, b"", 0)


def test_report_shows_lines_and_repairs(run: Run) -> None:
    result = run("extract", "-v", "-", stdin=QUOTED)
    head = result.stdout.splitlines()
    assert head[:4] == [
        "dump 1  mail  lines 2-5",
        "  repairs: quote (4)",
        "    line 2: quote > ",
        "    line 3: quote > ",
    ]
    assert "7f0000000000-7f0000100000  1.0M  rwxp        ·  ·           ·  [anon:code]" in head
    assert result.exit_code == 0


def test_json_has_every_mapping_and_repair(run: Run) -> None:
    (dump,) = json.loads(run("extract", "--json", "-", stdin=QUOTED).stdout)
    assert dump["container"] == "mail"
    assert [mapping["lines"] for mapping in dump["mappings"]] == [[2], [3], [4], [5]]
    assert dump["mappings"][0] == {
        "start": "0x400000",
        "end": "0x452000",
        "size": 335872,
        "perms": "r-xp",
        "offset": "0x0",
        "device": {"major": 8, "minor": 2},
        "inode": "173521",
        "name": {"base64": "L3Vzci9iaW4vZGJ1cy1kYWVtb24=", "text": "/usr/bin/dbus-daemon"},
        "lines": [2],
    }
    assert [repair["kind"] for repair in dump["repairs"]] == ["quote"] * 4
    assert len(dump["snapshot"]["mappings"]) == 4


TOMBSTONE = b"""\
memory map (2 entries):
    0000007a'1c2d3000-0000007a'1c2d4fff r-x         0      2000  /system/lib64/libc.so (BuildId: \
0123456789abcdef) (load bias 0x1000)
"""


def test_reports_columns_that_a_tombstone_omits(run: Run) -> None:
    result = run("extract", "-", stdin=TOMBSTONE)
    assert "  the container announces 2 mappings\n" in result.stdout
    assert (
        "  placeholders for columns that the container omits: device, inode, sharing\n"
        in result.stdout
    )
    (dump,) = json.loads(run("extract", "--json", "-", stdin=TOMBSTONE).stdout)
    (mapping,) = dump["mappings"]
    assert (mapping["build_id"], mapping["load_bias"]) == ("0123456789abcdef", "0x1000")
    assert not {"device", "inode"} & set(mapping)


def test_one_dump_of_several(run: Run) -> None:
    several = SAMPLE + b"\n\nand another:\n\n" + QUOTED
    assert len(json.loads(run("extract", "--json", "-", stdin=several).stdout)) == 2
    (second,) = json.loads(run("extract", "--json", "--dump", "2", "-", stdin=several).stdout)
    assert second["container"] == "mail"
    none = run("extract", "--dump", "3", "-", stdin=several)
    assert none.stderr == "procmaps: there is no dump 3, only 2 dumps\n"
    assert none.exit_code == 1


def test_no_dump_is_a_finding(run: Run) -> None:
    result = run("extract", "-", stdin=b"nothing here\n")
    assert result.stderr == "procmaps: standard input contains no dump of maps or smaps\n"
    assert result.exit_code == 1


def test_rejects_text_with_json(run: Run) -> None:
    result = run("extract", "--text", "--json", "-")
    assert "--text cannot be used with --json: choose one form." in result.stderr
    assert result.exit_code == 2


def test_verbose_is_refused_where_it_has_no_effect(run: Run) -> None:
    for form in ("--text", "--json"):
        result = run("extract", "-v", form, "-")
        assert f"--verbose cannot be used with {form}: " in result.stderr
        assert result.exit_code == 2


def test_dumps_are_numbered_over_all_logs(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(SAMPLE)
    result = run("extract", str(log), "-", stdin=QUOTED)
    titles = [line for line in result.stdout.splitlines() if "dump " in line]
    assert titles == [
        f"{log}: dump 1  plain  lines 1-4",
        "standard input: dump 2  mail  lines 2-5",
    ]
    (second,) = json.loads(
        run("extract", "--json", "--dump", "2", str(log), "-", stdin=QUOTED).stdout
    )
    assert (second["log"], second["container"]) == ("-", "mail")


def test_an_unreadable_log_does_not_hide_the_others(run: Run) -> None:
    result = run("extract", "--text", "/none", "-", stdin=QUOTED)
    assert result.stdout.encode() == SAMPLE
    assert result.stderr == "procmaps: cannot read /none: No such file or directory\n"
    assert result.exit_code == 2
