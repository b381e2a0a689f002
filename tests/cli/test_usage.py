"""``procmaps usage`` and ``procmaps ps``: tables, other forms, and what is missing."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import procmaps
from procmaps.cli.gaps import print_gaps
from procmaps.cli.user_names import user_name
from procmaps.errors import AccessDenied
from procmaps.live.gaps import Gap
from procmaps.usage import FIGURES, ProcessMemory, account
from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE

PARTIAL = (
    b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 4 kB\nPss: 0 kB\n"
    b"3000-4000 rw-p 00000000 00:00 0 [stack]\nRss: 8 kB\n"
)


def test_absent_zero_and_partial_look_different(run: Run) -> None:
    result = run("usage", "--by", "kind", "-t", "--figures", "rss,pss,swap", "-", stdin=PARTIAL)
    assert result.stdout == (
        "standard input  by kind  2 mappings  kB\n\n"
        "rss  pss  swap  name\n"
        "  8    ·     ·  stack\n"
        "  4    0     ·  heap\n"
        " 12   0+     ·  total\n"
        "\n"
        "The total may be larger, in kB: pss up to 1. The kernel cuts each mapping to whole kB.\n"
        "+  some mappings or processes lack this figure\n"
    )
    assert result.exit_code == 0


def test_json_has_members_only_for_what_was_printed(run: Run) -> None:
    result = run("usage", "--by", "kind", "--json", "-", stdin=PARTIAL)
    found = json.loads(result.stdout)
    stack, heap = found["total"]["groups"]
    assert (stack["name"], heap["name"]) == ("stack", "heap")
    assert stack["figures"] == {"rss": 8192}
    assert heap["figures"] == {"rss": 4096, "pss": 0}
    assert (found["total"]["missing"], found["total"]["bounds"]) == ({"pss": 1}, {"pss": 1024})
    assert (found["version"], found["keys"], found["gaps"]) == (1, ["kind"], [])


def test_csv_has_an_empty_cell_for_what_was_not_printed(run: Run) -> None:
    result = run("usage", "--by", "kind,perms", "--csv", "-", stdin=PARTIAL)
    stack, heap = csv.DictReader(io.StringIO(result.stdout))
    assert (stack["level_1"], stack["level_2"], stack["target"]) == ("stack", "rw-p", "-")
    assert (stack["rss"], stack["pss"], stack["pss_bound"], stack["pss_missing"]) == (
        "8192", "", "", "1",
    )  # fmt: skip
    assert (heap["pss"], heap["pss_bound"], heap["pss_missing"]) == ("0", "1024", "0")
    assert "swap" not in heap


def test_csv_lines_add_up_to_the_total(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("usage", "--csv", "-", stdin=SMAPS_BEFORE).stdout)))
    total = account(procmaps.loads(SMAPS_BEFORE)).total
    assert sum(int(row["mappings"]) for row in rows) == len(procmaps.loads(SMAPS_BEFORE))
    for name in ("rss", "pss", "private_dirty", "uss", "swap"):
        assert sum(int(row[name]) for row in rows) == total.figure(name).value


def test_csv_has_a_line_for_memory_without_any_value_of_the_key(run: Run) -> None:
    result = run("usage", "--csv", "--by", "label", "-", stdin=PARTIAL)
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["level_1"], row["mappings"], row["rss"]) == ("", "2", "12288")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", ""), "cannot read '': "),
        (("usage", ""), "cannot read '': "),
        (("usage", "--user", ""), "there is no user ''"),
        (("usage", "--tree", ""), "'' is not a process ID"),
        (("ps", ""), "'' is not a process ID"),
        (("why", ""), "'' is not a process ID"),
        (("redact", ""), "cannot read '': "),
    ],
)
def test_an_empty_name_is_visible(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert message in result.stderr
    assert result.exit_code == 2


def test_several_files_have_a_title_each(run: Run, tmp_path: Path) -> None:
    for name, text in (("a", SMAPS_BEFORE), ("b", SMAPS_AFTER)):
        (tmp_path / name).write_bytes(text)
    result = run("usage", "--by", "kind", str(tmp_path / "a"), str(tmp_path / "b"))
    assert result.stdout.count("by kind  8 mappings  kB") == 2
    result = run("usage", "--json", str(tmp_path / "a"), str(tmp_path / "b"))
    assert len(result.stdout.splitlines()) == 2


def test_sorts_and_shows_the_first(run: Run) -> None:
    options = ("--by", "owner", "-s", "uss", "-n", "2", "--figures", "uss,count", "-")
    lines = run("usage", *options, stdin=SMAPS_AFTER).stdout.splitlines()
    assert lines[2:6] == [
        " uss  count  name",
        "9728      3  session cache",
        "3072      1  heap",
        "1088      4  (3 other groups)",
    ]
    lines = run("usage", "-r", *options, stdin=SMAPS_AFTER).stdout.splitlines()
    assert lines[3:5] == ["    0      1  /usr/bin/server", "    0      1  /usr/lib/libc.so.6"]


def test_units(run: Run) -> None:
    result = run("usage", "-k", "--by", "kind", "-", stdin=SMAPS_BEFORE)
    assert "4.1M  4.1M  4.1M  512k      5  anon\n" in result.stdout
    assert "mappings\n" in result.stdout


def test_presets(run: Run) -> None:
    result = run("usage", "--preset", "dumpsys", "--figures", "pss", "-", stdin=SMAPS_BEFORE)
    assert "by group" in result.stdout
    assert "3072  Native Heap\n" in result.stdout


def test_a_file_of_rules_that_is_wrong_is_refused(run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    result = run("usage", "--rules", str(rules), "-", stdin=SMAPS_BEFORE)
    assert result.stderr == f"procmaps: cannot read {rules}: No such file or directory\n"
    rules.write_text("[[rule]]\nlabel = 'x'\n")
    result = run("usage", "--rules", str(rules), "-", stdin=SMAPS_BEFORE)
    assert result.stderr == (
        f"procmaps: cannot use {rules}: rule 1 needs group: a word or a list of words\n"
    )
    assert result.exit_code == 2


def test_maps_is_refused_with_what_to_collect(run: Run) -> None:
    result = run("usage", "-", stdin=SAMPLE)
    assert result.stderr == (
        "procmaps: standard input is maps, which has no figures of memory in use. Collect smaps "
        "instead: cp /proc/PID/smaps FILE; or sum sizes only: --sizes\n"
    )
    assert (result.stdout, result.exit_code) == ("", 2)


def test_sizes_need_only_maps(run: Run) -> None:
    result = run("usage", "--sizes", "--by", "kind", "-", stdin=SAMPLE)
    assert result.stdout.splitlines()[2:] == [
        "size  count  name",
        "1024      1  anon",
        "1024      1  anonymous",
        " 328      1  file",
        " 132      1  heap",
    ]


def test_a_damaged_dump_is_summed_and_reported(run: Run) -> None:
    result = run("usage", "-", stdin=SMAPS_BEFORE + b"x\n")
    assert "1 problem in standard input" in result.stderr
    assert "heap" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name processes and files, or use --all, --tree, --cgroup or --user"),
        (("--tree", "1", "--user", "root"), "name processes and files, or use --all"),
        (("--tree", "1", "--sizes"), "--sizes cannot be used with --tree"),
        (("--all", "self"), "name processes and files, or use --all"),
        (("--by", "lable", "self"), "unknown key 'lable'; did you mean label?"),
        (("--by", "kind,kind", "self"), "--by kind,kind names a key twice"),
        (("--json", "--csv", "self"), "--json cannot be used with --csv"),
        (("--json", "-k", "self"), "--json cannot be used with --units"),
        (("--figures", "vss", "self"), "unknown figure 'vss'"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("usage", *arguments)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_reads_a_process(run: Run) -> None:
    result = run("usage", "--by", "process", "--json", str(os.getpid()))
    (group,) = json.loads(result.stdout)["total"]["groups"]
    assert group["name"] == os.getpid()
    assert group["figures"]["rss"] > 0


def test_reads_all_processes(run: Run) -> None:
    result = run("usage", "--all", "--by", "process", "--json")
    found = json.loads(result.stdout)
    assert os.getpid() in {group.get("name") for group in found["total"]["groups"]}
    assert found["target"] == "all processes"
    assert result.exit_code == 0


def test_refused_processes_are_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = 2**22 + 1
    denied = AccessDenied(f"process {pid}", f"/proc/{pid}/smaps", 0, 1000)
    pairs: list[tuple[int, procmaps.Snapshot | procmaps.LiveError]] = [
        (2**22, procmaps.loads(SMAPS_BEFORE)),
        (pid, denied),
    ]

    def readings(**_: object) -> Iterator[tuple[int, procmaps.Snapshot | procmaps.LiveError]]:
        yield from pairs

    monkeypatch.setattr(procmaps, "iter_snapshots", readings)
    result = run("usage", "--all", "--by", "process", "--figures", "pss", "-t")
    assert result.stdout.splitlines()[2:6] == [
        "  pss  name",
        " 7771  4194304",
        "    ?  4194305",
        "7771+  total",
    ]
    assert result.stderr == (
        "procmaps: 1 process could not be read: permission denied; run as root or as their user "
        "(PID 4194305)\n"
    )
    (gap,) = json.loads(run("usage", "--all", "--json").stdout)["gaps"]
    assert (gap["pid"], gap["reason"]) == (pid, "refused")


def test_root_is_not_advised_to_run_as_root(capsys: pytest.CaptureFixture[str]) -> None:
    print_gaps([Gap(7, AccessDenied("process 7", "/proc/7/smaps", 1000, 0))])
    assert capsys.readouterr().err == (
        "procmaps: 1 process could not be read: root needs CAP_SYS_PTRACE in their user namespace "
        "(PID 7)\n"
    )


def test_reads_a_tree_of_processes(run: Run) -> None:
    result = run("usage", "--tree", "self", "--by", "process", "--json")
    found = json.loads(result.stdout)
    assert os.getpid() in {group["name"] for group in found["total"]["groups"]}
    assert 0 < found["family"]["unique"]["least"] <= found["family"]["unique"]["most"]
    text = run("usage", "--tree", str(os.getpid())).stdout
    assert f"process {os.getpid()} (" in text
    assert ") and its descendants  by kind, group" in text
    assert " kB are mapped by no other process, so they are unused when all of these end." in text


def test_a_tree_without_memory_is_refused(run: Run) -> None:
    gone = 2**31 - 1
    for form in ((), ("--json",)):
        result = run("usage", "--tree", str(gone), *form)
        assert f"there is no process {gone}." in result.stderr
        assert (result.stdout, result.exit_code) == ("", 2)


def test_of_a_family_with_refused_processes_only_the_least_is_known(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = 2**22 + 1
    denied = AccessDenied(f"process {pid}", f"/proc/{pid}/smaps", 0, 1000)
    pairs: list[tuple[int, procmaps.Snapshot | procmaps.LiveError]] = [
        (2**22, procmaps.loads(SMAPS_BEFORE)),
        (pid, denied),
    ]

    def readings(*_: object, **__: object) -> list[tuple[int, object]]:
        return list(pairs)

    monkeypatch.setattr("procmaps.usage.families.iter_snapshots", readings)
    text = run("usage", "--tree", "self", "--by", "kind").stdout
    assert "\nAt least 7296 kB are mapped by no other process" in text
    assert text.splitlines()[6].split() == ["?", "?", "?", "?", "0", "(not", "read)"]
    found = json.loads(run("usage", "--tree", "self", "--json").stdout)
    assert found["family"]["unique"] == {"least": 7296 * 1024}
    del pairs[0]
    text = run("usage", "--tree", "self", "--by", "kind").stdout
    assert text.splitlines()[3].split() == ["?", "?", "?", "?", "0", "(not", "read)"]


@pytest.mark.parametrize("key", ["label", "process", "command", "user"])
def test_memory_without_any_value_of_the_key_is_a_row(run: Run, key: str) -> None:
    result = run("usage", "--by", key, "--figures", "rss,count", "-", stdin=PARTIAL)
    assert result.stdout.splitlines()[2:4] == ["rss  count  name", f" 12      2  (no {key})"]
    assert result.stdout.count(f"(no {key})") == 1


def test_no_memory_is_no_row(run: Run) -> None:
    result = run("usage", "--by", "label", "--figures", "rss", "-", stdin=b"")
    assert result.stdout.splitlines()[2:] == ["rss  name"]


def test_reads_a_control_group(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text(f"{os.getpid()}\n")
    result = run("usage", "--cgroup", str(tmp_path), "--by", "process", "--json")
    (group,) = json.loads(result.stdout)["total"]["groups"]
    assert group["name"] == os.getpid()
    (tmp_path / "cgroup.procs").write_text("")
    result = run("usage", "--cgroup", str(tmp_path))
    assert result.stderr == f"procmaps: control group {tmp_path} has no processes\n"
    result = run("usage", "--cgroup", str(tmp_path / "x"))
    assert f"cannot read {tmp_path}/x/cgroup.procs: No such file or directory" in result.stderr
    assert result.exit_code == 2


def test_reads_the_processes_of_a_user(run: Run) -> None:
    result = run("usage", "--user", str(os.geteuid()), "--by", "user", "--json")
    names = {group.get("name") for group in json.loads(result.stdout)["total"]["groups"]}
    assert os.geteuid() in names
    table = run("usage", "--user", str(os.geteuid()), "--by", "user").stdout
    assert table.splitlines()[3].endswith(f"  {user_name(os.geteuid())}")
    assert user_name(2**31 - 7) == str(2**31 - 7)
    assert "there is no user no such" in run("usage", "--user", "no such").stderr
    assert "x is not a process ID" in run("usage", "--tree", "x").stderr


# --- ps -------------------------------------------------------------------------------------------


def test_ps_lists_this_process(run: Run) -> None:
    (found,) = json.loads(run("ps", "--json", str(os.getpid())).stdout)
    assert found["pid"] == os.getpid()
    assert found["vss"] > found["rss"] >= found["pss"] >= found["uss"] > 0


def test_ps_lists_all_processes_sorted(run: Run) -> None:
    sizes = [each["rss"] for each in json.loads(run("ps", "--json", "-s", "rss").stdout)]
    assert sizes == sorted(sizes, reverse=True)
    pids = [each["pid"] for each in json.loads(run("ps", "--json", "-s", "pid").stdout)]
    assert pids == sorted(pids)
    assert os.getpid() in pids


def memory(pid: int, error: AccessDenied | None) -> ProcessMemory:
    usage = None if error else procmaps.Usage(rss=8192, pss=0, private_clean=0, private_dirty=0)
    status = {"VmSize": 65536, "VmRSS": 12288, "VmSwap": 0}
    return ProcessMemory(pid, b"=cmd\x1b", 0, usage, error, status)


def test_ps_shows_absent_refused_and_zero(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = AccessDenied("process 8", "/proc/8/smaps_rollup", 0, 1000)

    def found(_: object, **__: object) -> Iterator[ProcessMemory]:
        yield from (memory(7, None), memory(8, denied))

    monkeypatch.setattr("procmaps.cli.ps.processes", found)
    result = run("ps", "-t", "-s", "pid")
    assert result.stdout.splitlines() == [
        "pid   user  vss  rss  pss  uss  swap  pswap  command",
        r"  7   root   64    8    0    0     ·      ·  =cmd\x1b",
        r"  8   root   64   12    ?    ?     0      ?  =cmd\x1b",
        "     total  128   20   0+   0+    0+      ·",
    ]
    assert "1 process could not be read" in result.stderr
    rows = list(csv.DictReader(io.StringIO(run("ps", "--csv", "-s", "pid").stdout)))
    assert [(row["pss"], row["reason"]) for row in rows] == [("0", ""), ("", "refused")]
    assert rows[0]["command"] == r"'=cmd\x1b"


def test_ps_of_a_process_that_cannot_be_read_fails(run: Run) -> None:
    result = run("ps", "4294967295")
    assert "process 4294967295" in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)
    assert "is not a process ID" in run("ps", "x").stderr


def test_every_figure_can_be_a_column(run: Run) -> None:
    result = run("usage", "--figures", ",".join(FIGURES), "-", stdin=SMAPS_BEFORE)
    assert result.stdout.splitlines()[2].split() == [*FIGURES, "name"]


def test_unknown_fields_are_a_note(run: Run) -> None:
    text = PARTIAL + b"New_Pages: 12 kB\n"
    result = run("usage", "--unknown", "-", stdin=text)
    assert "Fields that are not known, summed, in kB: New_Pages 12" in result.stdout
    assert "New_Pages" not in run("usage", "-", stdin=text).stdout
    result = run("usage", "--unknown", "--csv", "-", stdin=text)
    assert "--unknown cannot be used with --csv" in result.stderr
