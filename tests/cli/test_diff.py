"""``procmaps diff``: the tables, its other forms, and wrong usage."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE


@pytest.fixture
def dumps(tmp_path: Path) -> tuple[str, str]:
    """The server before and after."""
    files = tmp_path / "before", tmp_path / "after"
    for file, text in zip(files, (SMAPS_BEFORE, SMAPS_AFTER), strict=True):
        file.write_bytes(text)
    return str(files[0]), str(files[1])


def test_shows_groups_that_changed(run: Run, dumps: tuple[str, str]) -> None:
    result = run("diff", "-t", "--by", "owner", "--figures", "rss,swap,count", *dumps)
    assert result.stdout.splitlines() == [
        f"{dumps[0]} → {dumps[1]}  by owner  kB",
        "",
        "  rss  swap  count  name",
        "+7680  -512     +1  session cache",
        "-1088     0     -1  glibc",
        "+6592  -512      0  total",
    ]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_the_reverse_sorts_what_shrank_first(run: Run, dumps: tuple[str, str]) -> None:
    options = ("--by", "owner", "--figures", "rss", "-k", "-n", "1")
    result = run("diff", *options, "-r", *dumps)
    assert result.stdout.splitlines()[2:] == [
        "  rss  name",
        "-1.1M  glibc",
        "+7.5M  (1 other group)",
    ]


def test_nothing_changed(run: Run, dumps: tuple[str, str]) -> None:
    assert run("diff", dumps[0], dumps[0]).stdout.splitlines()[2:] == ["no change"]
    found = json.loads(run("diff", "--json", dumps[0], dumps[0]).stdout)
    assert (found["mappings"], found["total"]["groups"]) == ([], [])


def test_what_only_others_did_is_left_out(run: Run, dumps: tuple[str, str]) -> None:
    text = SMAPS_BEFORE.replace(b"Pss:                  75 kB", b"Pss:                  74 kB")
    assert text != SMAPS_BEFORE
    lines = run("diff", "-m", "--figures", "pss", dumps[0], "-", stdin=text).stdout.splitlines()
    assert lines[2:5] == ["pss  name", " -1  file", " -1    /usr/lib/libc.so.6"]
    assert not any("address" in line for line in lines)
    lines = run("diff", "-m", "--figures", "rss", dumps[0], "-", stdin=text).stdout.splitlines()
    assert lines[2:] == ["no change"]


def test_parts_that_make_up_for_each_other_are_shown(run: Run, tmp_path: Path) -> None:
    line = b"%d000-%d000 rw-p 00000000 00:00 0 [anon:%s]\nRss: %d kB\n"
    (tmp_path / "before").write_bytes(line % (1, 2, b"a", 4) + line % (3, 4, b"b", 0))
    after = line % (1, 2, b"a", 0) + line % (3, 4, b"b", 4)
    result = run("diff", "--figures", "rss", str(tmp_path / "before"), "-", stdin=after)
    assert result.stdout.splitlines()[2:] == ["rss  name", "  0  anon", " +4    b", " -4    a"]


def test_a_figure_of_one_side_only_is_absent(run: Run, dumps: tuple[str, str]) -> None:
    text = SMAPS_AFTER.replace(b"SwapPss:", b"SwapPSS:")
    result = run("diff", "--by", "kind", "--figures", "rss,swap_pss", dumps[0], "-", stdin=text)
    assert result.stdout.splitlines()[2:4] == ["  rss  swap_pss  name", "+6592         ·  anon"]
    found = json.loads(run("diff", "--json", dumps[0], "-", stdin=text).stdout)
    assert "swap_pss" not in found["total"]["figures"]
    assert found["total"]["figures"]["swap"] == -512 * 1024


def test_maps_are_compared_by_size(run: Run, tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(SAMPLE)
    after = SAMPLE.replace(b"00e03000-00e24000", b"00e03000-00e34000")
    result = run("diff", "-m", str(tmp_path / "before"), "-", stdin=after)
    assert result.stdout.splitlines()[2:] == [
        "size  count  name",
        " +64      0  heap",
        "",
        "size  rss  address            change  name",
        " +64    ·  00e03000-00e34000  grown   [heap]",
    ]


def test_json_has_the_mappings_of_each_change(run: Run, dumps: tuple[str, str]) -> None:
    found = json.loads(run("diff", "--json", *dumps).stdout)
    assert found["targets"] == [*dumps]
    events = [change["events"] for change in found["mappings"]]
    assert events == [[], ["gone"], [], [], ["new"]]
    assert found["mappings"][0]["causes"] == {"freed": 1024 * 1024}
    assert found["mappings"][1]["after"] == []
    assert found["mappings"][1]["before"][0]["start"] == "0x7f1100900000"


def test_reads_one_process_twice(run: Run) -> None:
    result = run("diff", "--wait", "0", "--by", "process", "--json", str(os.getpid()))
    assert json.loads(result.stdout)["targets"] == [str(os.getpid())]
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("self",), "name two processes or files, or one process and --wait"),
        (("self", "self", "self"), "name two processes or files"),
        (("--wait", "1", "a.txt"), "--wait needs one process"),
        (("--wait", "1", "self", "self"), "--wait needs one process"),
        (("--wait", "-1", "self"), "-1.0 is not in the range"),
        (("--json", "-m", "self", "self"), "--json cannot be used with --mappings"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("diff", *arguments)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_damaged_dump_is_compared_and_reported(run: Run, dumps: tuple[str, str]) -> None:
    result = run("diff", dumps[0], "-", stdin=SMAPS_AFTER + b"x\n")
    assert "1 problem in standard input" in result.stderr
    assert "session cache" in result.stdout
    assert result.exit_code == 1


def test_a_file_that_cannot_be_read_is_an_error(run: Run, dumps: tuple[str, str]) -> None:
    result = run("diff", dumps[0], "/nowhere")
    assert "cannot read /nowhere: No such file or directory" in result.stderr
    assert result.exit_code == 2


def test_a_change_without_any_value_of_the_key_is_a_row(run: Run, tmp_path: Path) -> None:
    before, after = (tmp_path / name for name in ("before", "after"))
    before.write_bytes(b"1000-3000 rw-p 00000000 00:00 0 [heap]\nRss: 4 kB\n")
    after.write_bytes(b"1000-3000 rw-p 00000000 00:00 0 [heap]\nRss: 8 kB\n")
    result = run("diff", "--by", "label", "--figures", "rss", str(before), str(after))
    assert result.stdout.splitlines()[2:] == ["rss  name", " +4  (no label)"]


def test_changes_that_cancel_out_leave_no_empty_table(run: Run, tmp_path: Path) -> None:
    before, after = (tmp_path / name for name in ("before", "after"))
    text = (
        b"1000-3000 rw-p 00000000 00:00 0 [heap]\nRss: %d kB\n"
        b"4000-6000 rw-p 00000000 00:00 0 [stack]\nRss: %d kB\n"
    )
    before.write_bytes(text % (4, 8))
    after.write_bytes(text % (8, 4))
    options = ("diff", "--by", "perms", "--figures", "rss", str(before), str(after))
    lines = run(*options).stdout.splitlines()[2:]
    assert lines == ["no group changed in rss; --mappings lists the memory that changed"]
    lines = run(*options, "-m").stdout.splitlines()[2:]
    assert lines[0] == "no group changed in rss"
    assert [line.split()[1] for line in lines[3:5]] == ["+4", "-4"]
