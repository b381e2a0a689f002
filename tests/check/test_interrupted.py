"""Runs that end early, by Ctrl-C or a broken adapter: the results so far are reported."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from procmaps.check.cases import load
from tests.check.conftest import CHECK, Check, environment
from tests.support.signals import as_in_foreground

# Both create a file before they hang. The plain dump and names/space.maps get an answer.
HANGING = """
import pathlib, subprocess, sys
dump = sys.stdin.buffer.read()
if b"libc.so.6" in dump or b"/opt/My Program/bin" in dump:
    print("[{}, {}]")
else:
    pathlib.Path("hangs").touch()
    subprocess.run(["/bin/sleep", "601"])
"""
HANGING_BATCH = """
import json, pathlib, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["id"] not in ("names/plain.maps", "names/space.maps"):
        pathlib.Path("hangs").touch()
        time.sleep(601)
    print(json.dumps({"id": request["id"], "answer": [{}, {}]}), flush=True)
"""


def interrupt(
    folder: Path, *arguments: str, script: str, json_output: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run the command until it hangs, then send SIGINT."""
    command = [
        *CHECK, "--timeout", "600", *arguments, *(["--json"] if json_output else []),
        "--", sys.executable, "-c", script,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env=environment(),
        preexec_fn=as_in_foreground,  # noqa: PLW1509 - no threads
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (folder / "hangs").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, printed, errors)


TWO = ("--case", "names/space", "--case", "names/space-two")


@pytest.mark.parametrize(("options", "script"), [((), HANGING), (("--batch",), HANGING_BATCH)])
def test_ctrl_c_reports_the_results_so_far(
    tmp_path: Path, options: tuple[str, ...], script: str
) -> None:
    files = ("--html", "r.html", "--markdown", "r.md", "--junit", "r.xml")
    done = interrupt(tmp_path, *TWO, *files, *options, script=script)
    message = "interrupted after 1 of 2 cases"
    assert (done.returncode, done.stderr) == (130, f"procmaps: {message}\n")
    report = json.loads(done.stdout)
    assert report["aborted"] == message
    assert [item["case"] for item in report["results"]] == ["names/space.maps"]
    assert message in (tmp_path / "r.html").read_text("utf-8")
    assert message in (tmp_path / "r.md").read_text("utf-8")
    suite = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 - written by ourselves
    assert suite.get("errors") == "1"
    (error,) = suite.iterfind("testcase/error")
    assert error.get("message") == message


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_ctrl_c_kills_all_commands(tmp_path: Path, jobs: str) -> None:
    done = interrupt(tmp_path, "--jobs", jobs, script=HANGING.replace("or b", "and b"))
    assert done.returncode == 130
    assert json.loads(done.stdout)["results"] == []
    assert done.stderr == f"procmaps: interrupted after 0 of {len(load(('maps',)))} cases\n"


def test_ctrl_c_leaves_the_expected_failures_unchanged(tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("lost names/space.maps\n")
    done = interrupt(tmp_path, *TWO, "--expect", "known.txt", "--update", script=HANGING)
    assert done.returncode == 130
    assert known.read_text() == "lost names/space.maps\n"


def test_ctrl_c_prints_no_traceback_and_the_totals(tmp_path: Path) -> None:
    done = interrupt(tmp_path, *TWO, script=HANGING, json_output=False)
    assert done.stdout.startswith("1 case: 1 pass\n")
    assert done.stderr == "procmaps: interrupted after 1 of 2 cases\n"


HANGS_WHILE_SHRINKING = """
import pathlib, subprocess, sys
dump = sys.stdin.buffer.read()
if b"libc.so.6" in dump:
    print("[{}, {}]")
elif dump.count(b"\\n") > 1:
    print("[]")
else:
    pathlib.Path("hangs").touch()
    subprocess.run(["/bin/sleep", "601"])
"""


def test_ctrl_c_while_shrinking_reports_the_failure(tmp_path: Path) -> None:
    done = interrupt(tmp_path, "--case", "names/space", script=HANGS_WHILE_SHRINKING)
    report = json.loads(done.stdout)
    (result,) = report["results"]
    assert (result["key"], result["minimal"]) == ("lost", False)
    assert report["surprises"][0]["kind"] == "new"


HANGS_ON_SIMPLE_DUMPS = """
import pathlib, subprocess, sys
dump = sys.stdin.buffer.read()
if b"libc.so.6" in dump:
    print("[{}, {}]")
    sys.exit()
seen = pathlib.Path("seen")
if dump and seen.exists():
    pathlib.Path("hangs").touch()
    subprocess.run(["/bin/sleep", "601"])
if dump:
    seen.touch()
print("[]")
"""


def test_ctrl_c_while_fuzzing_reports_the_failure_in_work(tmp_path: Path) -> None:
    done = interrupt(
        tmp_path, "--fuzz", "50", "--seed", "1", "--save", "found", script=HANGS_ON_SIMPLE_DUMPS
    )
    assert done.returncode == 130
    assert done.stderr.startswith("procmaps: interrupted after ")
    (result,) = json.loads(done.stdout)["results"]
    assert (result["key"], result["minimal"]) == ("lost", False)
    assert load(folder=tmp_path / "found")


def test_a_broken_adapter_is_in_the_reports(check: Check, tmp_path: Path) -> None:
    done = check("--case", "names/space", "--junit", "r.xml", "--json", "--", "false")
    assert done.returncode == 2
    assert json.loads(done.stdout)["aborted"] == done.stderr.removeprefix("procmaps: ").rstrip()
    assert "the adapter is broken: false: crash" in (tmp_path / "r.xml").read_text("utf-8")


def test_a_report_that_cannot_be_written_does_not_lose_the_others(
    check: Check, tmp_path: Path
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full does not exist")
    files = ("--junit", "/dev/full", "--markdown", "r.md")
    done = check("--case", "names/space", *files, "--", "echo", "[]")
    assert done.returncode == 2
    assert done.stderr == "procmaps: cannot write /dev/full: No space left on device\n"
    assert done.stdout.startswith("names/space.maps: lost\n")
    assert "names/space.maps: lost" in (tmp_path / "r.md").read_text("utf-8")
