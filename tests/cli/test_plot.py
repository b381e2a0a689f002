"""``procmaps plot``: the file that it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE, SMAPS_AFTER, SMAPS_BEFORE


def test_draws_a_dump(run: Run, tmp_path: Path) -> None:
    page = run("plot", "-", stdin=SMAPS_BEFORE).stdout
    assert page.startswith("<!DOCTYPE html>")
    assert "<h1>standard input</h1>" in page
    assert "pss: 7.6M" in page
    picture = tmp_path / "memory.svg"
    assert run("plot", "-", "-o", str(picture), stdin=SMAPS_BEFORE).stdout == ""
    assert picture.read_text().startswith("<svg ")


def test_draws_several_dumps_over_time(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file, text in zip(files, (SMAPS_BEFORE, SMAPS_AFTER), strict=True):
        file.write_bytes(text)
    page = run("plot", "--figure", "rss", *map(str, files)).stdout
    assert "rss over 2 readings" in page
    assert "anon &gt; session cache: 2.0M → 9.5M" in page


def test_draws_sizes_of_maps(run: Run) -> None:
    assert "size: 2.4M" in run("plot", "--sizes", "-", stdin=SAMPLE).stdout
    result = run("plot", "-", stdin=SAMPLE)
    assert "standard input is maps, which has no figures of memory in use" in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)


def test_reads_a_process_several_times(run: Run) -> None:
    page = run("plot", "--times", "3", "--every", "0", str(os.getpid())).stdout
    assert "pss over 3 readings" in page


def test_a_process_that_ends_leaves_what_was_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as child:

        def sleep(seconds: float) -> None:
            assert 0 <= seconds <= 5
            if child.poll() is None:
                child.communicate()

        monkeypatch.setattr("procmaps.cli.plot.time.sleep", sleep)
        result = run("plot", "--times", "3", "--every", "5", str(child.pid))
    assert "procmaps: 1 of 3 readings: cannot read /proc/" in result.stderr
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert run("plot", "--times", "3", str(child.pid)).exit_code == 2


def test_a_damaged_dump_is_drawn_and_reported(run: Run) -> None:
    result = run("plot", "-", stdin=SMAPS_BEFORE + b"x\n")
    assert "1 problem in standard input" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--times", "2", "-"), "--times needs one process"),
        (("--every", "2", "self"), "--every needs --times"),
        (("--figure", "vss", "self"), "unknown figure 'vss'"),
        (("-o", "x.png", "self"), "--output must end in one of: .html, .htm, .svg"),
        (("-o", "/no/such/x.svg", "self"), "cannot write /no/such/x.svg"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("plot", *arguments)
    assert message in result.stderr
    assert (result.stdout, result.exit_code) == ("", 2)
