"""No process, decoy or folder is left, however a run ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from procmaps.check import proc_overlay
from procmaps.check.cases import load
from procmaps.check.processes import ProcessGroup
from procmaps.check.runner import Plan, Runner
from procmaps.check.subprocesses import run
from tests.check.conftest import CHECK, environment
from tests.support.signals import as_in_foreground

LEAVING = str(Path(__file__).parent / "leaving.py")
PATIENCE = 60
(SPACE,) = load(("maps",), only=["names/space"])

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(b")")[2].split()[0] != b"Z"


def left(pids: Path) -> list[int]:
    """Return the processes of *pids* that run."""
    return [pid for pid in map(int, pids.read_text().split()) if alive(pid)]


def processes_with(value: str) -> Iterator[int]:
    """Yield the processes whose environment has *value*: all that a test started."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found = value.encode() in path.read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if found and alive(int(path.parent.name)):
            yield int(path.parent.name)


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    """Wait until *process* has written a line to *file*."""
    deadline = time.monotonic() + PATIENCE
    while not file.exists() or not file.read_text().endswith("\n"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start a run whose adapter has left processes and hangs when this returns."""
    (folder / "tmp").mkdir()
    pids = folder / "pids"
    adapter: tuple[str, ...] = (sys.executable, LEAVING, str(pids), "hang")
    if "--batch" in options:
        adapter = (*adapter, "--batch")
    if "--overlay" in options:
        adapter = ("sh", "-c", f"{shlex.join(adapter)} </proc/{{pid}}/maps")
    process = subprocess.Popen(
        [*CHECK, "--timeout", "600", "--case", "names/space", "--json", *options,
         "--", *adapter],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env={**environment(), "TMPDIR": str(folder / "tmp")},
        preexec_fn=as_in_foreground,  # noqa: PLW1509 - no threads
    )  # fmt: skip
    wait_for(pids, process)
    return process


ENDS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGHUP: "ended by SIGHUP",
}


@pytest.mark.parametrize("number", ENDS)
@pytest.mark.parametrize("options", [(), ("--batch",), ("--jobs", "2")], ids=" ".join)
def test_a_signal_leaves_nothing_and_is_reported(
    tmp_path: Path, number: signal.Signals, options: tuple[str, ...]
) -> None:
    process = start(tmp_path, *options, "--markdown", "report.md")
    process.send_signal(number)
    printed, errors = process.communicate(timeout=PATIENCE)
    message = f"{ENDS[number]} after 0 of 1 case"
    assert (process.returncode, errors) == (128 + number, f"procmaps: {message}\n")
    assert json.loads(printed)["aborted"] == message
    assert message in (tmp_path / "report.md").read_text("utf-8")
    assert left(tmp_path / "pids") == []
    assert list(processes_with(str(tmp_path))) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_signals_during_the_clean_up_change_nothing(tmp_path: Path) -> None:
    process = start(tmp_path)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
        time.sleep(0.01)
    _, errors = process.communicate(timeout=PATIENCE)
    # The kernel delivers the lowest of several waiting signals first.
    assert process.returncode in {128 + number for number in ENDS}
    assert errors.endswith("after 0 of 1 case\n")
    assert list(processes_with(str(tmp_path))) == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--batch",)], ids=" ".join)
def test_even_sigkill_leaves_no_process(tmp_path: Path, options: tuple[str, ...]) -> None:
    process = start(tmp_path, *options)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + PATIENCE
    while list(processes_with(str(tmp_path))):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_signal_ends_the_decoy(tmp_path: Path) -> None:
    if obstacle := proc_overlay.obstacle():
        pytest.skip(obstacle)
    process = start(tmp_path, "--overlay")
    assert any(
        Path(f"/proc/{pid}/cmdline").read_bytes() == b"sleep\x00100000\x00"
        for pid in processes_with(str(tmp_path))
    )
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert list(processes_with(str(tmp_path))) == []


@pytest.mark.parametrize("mode", ["end", "crash", "hang"])
@pytest.mark.parametrize("batch", [False, True])
def test_each_run_leaves_nothing(tmp_path: Path, mode: str, *, batch: bool) -> None:
    pids = tmp_path / "pids"
    command = (sys.executable, LEAVING, str(pids), mode, *(["--batch"] if batch else []))
    with Runner(Plan(command, batch=batch, timeout=5, shrink=False)) as runner:
        runner.verdict(SPACE)
        if not batch or mode != "end":
            # The next command has not been started.
            assert left(pids) == []
    assert left(pids) == []
    assert len(pids.read_text().split()) == 3


def test_a_command_that_forks_as_fast_as_it_can_is_ended(tmp_path: Path) -> None:
    # Each generation ends after it has started the next one in a session of its own.
    chain = (
        "import os, sys\n"
        f"open({str(tmp_path / 'chain')!r}, 'w').write('x\\n')\n"
        "while True:\n"
        "    if os.fork(): os._exit(0)\n"
        "    os.setsid()\n"
    )
    mark = f"PROCMAPS_TEST={tmp_path}"
    command = ("env", mark, sys.executable, "-c", chain)
    assert run(command, b"", timeout=3).timed_out
    assert list(processes_with(mark)) == []


def test_a_supervisor_serves_many_commands(tmp_path: Path) -> None:
    counted = tmp_path / "parents"
    with ProcessGroup() as group:
        for _ in range(3):
            run(("sh", "-c", f"echo $PPID >>{counted}"), b"", timeout=PATIENCE, group=group)
        with pytest.raises(FileNotFoundError):
            run(("no-such-program",), b"", timeout=PATIENCE, group=group)
        assert run(("echo", "a"), b"", timeout=PATIENCE, group=group).stdout == b"a\n"
    assert len(set(counted.read_text().split())) == 1
    assert not alive(int(counted.read_text().split()[0]))


def test_a_command_has_the_signals_and_the_folder_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROCMAPS_TEST", "ä\udcff")
    script = (
        "import os, signal; print(signal.getsignal(13), signal.pthread_sigmask(0, []), "
        "os.getcwd(), os.environb[b'PROCMAPS_TEST'], os.listdir('/proc/self/fd'))"
    )
    # Python itself ignores SIGPIPE, so a shell is asked.
    printed = run(("sh", "-c", "grep SigIgn /proc/self/status"), b"", timeout=PATIENCE).stdout
    assert int(printed.split()[1], 16) & (1 << signal.SIGPIPE - 1) == 0
    printed = run((sys.executable, "-c", script), b"", timeout=PATIENCE).stdout
    assert f"set() {tmp_path} {os.fsencode('ä' + chr(0xDCFF))!r}" in printed.decode()
    # 3 is the folder that is listed.
    assert printed.endswith(b"['0', '1', '2', '3']\n")
