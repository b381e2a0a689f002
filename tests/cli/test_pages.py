"""``procmaps pages`` and ``procmaps shared``: tables, JSON, and what is refused."""

from __future__ import annotations

import json
import os
import re

import pytest

import procmaps
from procmaps.cli import pages as module
from procmaps.cli.pages import ALSO
from procmaps.pages import FIGURES, Pages, read_pages
from tests.cli.conftest import Run
from tests.pages.test_truth import has_frames


def test_the_table_has_the_figures_and_says_where_they_are_from(run: Run) -> None:
    result = run("pages", "--by", "kind", "-t", "self")
    assert result.exit_code == 0, result.output
    title, _, heading, *_ = result.stdout.split("\n")
    assert re.fullmatch(r"process \d+ \(.+\)  by kind  \d+ mappings  kB", title)
    assert heading.split() == [*module.USUAL, "name"]
    frames = "kpagecount, kpageflags" in result.stdout
    assert frames is has_frames()
    assert frames or "No frames: " in result.stdout


def test_without_frames_the_reason_is_printed(run: Run) -> None:
    result = run("pages", "--no-frames", "--figures", "rss,large,sharers", "self")
    assert result.exit_code == 2
    assert "sharers" in result.stderr
    result = run("pages", "--no-frames", "--by", "kind", "--figures", "rss,large", "-t", "self")
    assert re.search(r"^ *\d+      ·  total$", result.stdout, re.MULTILINE)
    assert "No frames: frames were not asked for." in result.stdout
    result = run("pages", "--no-frames", "--sharers", "self")
    assert "by how many pages are mapped is not known without frames" in result.stdout


def test_sharers_add_up(run: Run) -> None:
    if not has_frames():
        return
    result = run("pages", "--sharers", "--by", "kind", "--figures", "rss", "-t", "self")
    table, _, rest = result.stdout.partition("mapped by\n")
    (total,) = re.findall(r"^ *(\d+)  total$", table, re.MULTILINE)
    sizes = re.findall(r"^ *(\d+)  \d+(?: to \d+| or more)?$", rest, re.MULTILINE)
    assert sum(map(int, sizes)) == int(total)


def test_json_has_every_figure_that_is_known(run: Run) -> None:
    found = json.loads(run("pages", "--json", "--mappings", "--by", "kind", "self").stdout)
    total = found["total"]
    assert {*total["figures"]} <= {*FIGURES}
    assert {"rss", "pss", "uss", "present", "swapped"} <= {*total["figures"]}
    for name in ("rss", "uss", "size"):
        assert sum(group["figures"][name] for group in total["groups"]) == total["figures"][name]
        assert sum(each["figures"][name] for each in found["mappings"]) == total["figures"][name]
    assert total["mappings"] == len(found["mappings"])
    assert found["pid"] == os.getpid()


def test_what_is_no_process_is_refused(run: Run) -> None:
    for name in ("pages", "shared"):
        assert run(name, "x\x1b[m").stderr == "procmaps: x\\x1b[m is not a process ID\n"
        result = run(name, "4194305")
        assert result.exit_code == 2
    assert "there is no process 4194305" in run("pages", "4194305").stderr


def test_notes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this kernel need not have: a fault, averages, mappings that come and go."""
    import attrs  # noqa: PLC0415 - only here

    def read(pid: int, **_: object) -> Pages:
        found = read_pages(pid)
        for name in ALSO:
            found.sums[0].counted[name] = 4096
        return attrs.evolve(
            found, torn=True, retries=3, averages=True, faults=("merged without KSM",)
        )

    monkeypatch.setattr(module, "read_pages", read)
    shown = run("pages", "--by", "kind", "self").stdout
    assert "Mappings came or went in each of 4 readings." in shown
    assert "This kernel has the fault 'merged without KSM', which was avoided." in shown
    assert "pss and uss of them are averages" in shown
    assert all(f"{name} " in shown.partition("Also: ")[2] for name in ALSO)


def test_shared_says_with_whom(run: Run) -> None:
    if not has_frames():
        result = run("shared", "self")
        assert result.exit_code == 2
        assert "cannot see which processes share memory" in result.stderr
        return
    own, parent = os.getpid(), os.getppid()
    result = run("shared", str(own), str(parent))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("2 processes  kB\n\nunique ")
    assert re.search(rf"^ *pid +{own} +{parent}  command$", result.stdout, re.MULTILINE)
    result = run("shared", "--json", "self")
    found = json.loads(result.stdout)
    assert found["members"] == [own]
    assert found["matrix"][0][0] == sum(found["unique"].values()) + found["outside"]
    assert run("shared", "-n", "0", "self").stdout.count("command") == 0
    assert f"{own}" not in {str(each["pid"]) for each in found["others"]}


def test_shared_takes_descendants(run: Run) -> None:
    if not has_frames():
        return
    child = os.fork()
    if child == 0:
        os.read(os.pipe()[0], 1)
    try:
        result = run("shared", "--tree", "--json", "self")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert {os.getpid(), child} <= {*found["members"]}
    assert found["within"] > 0


def test_a_member_that_has_ended_is_an_error_and_the_others_are_shown(run: Run) -> None:
    if not has_frames():
        return
    result = run("shared", "self", "4194305")
    assert result.exit_code == 2
    assert "there is no process 4194305" in result.stderr
    assert result.stdout.startswith("1 process  kB\n")
    assert procmaps.pids()
