"""``procmaps top``: one picture in a pipe; on a terminal, pictures of any size, and keys."""

from __future__ import annotations

import fcntl
import itertools
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

import attrs
import pytest

import procmaps
from procmaps.cli.elision import width as width_of
from procmaps.cli.top_screen import screen_text
from procmaps.cli.top_view import View
from procmaps.printable import escaped
from procmaps.usage import ProcessMemory, Sample, processes
from tests.cli.conftest import Run
from tests.support.signals import as_in_foreground

KB = 1024


def memory(pid: int, pss: int, command: bytes) -> ProcessMemory:
    usage = procmaps.Usage(rss=pss * KB, pss=pss * KB, private_clean=0, private_dirty=pss * KB)
    return ProcessMemory(pid, command, 0, usage, None, {"VmSize": 10**9, "VmRSS": pss * KB})


SAMPLE = Sample(
    (memory(1, 10, b"init"), memory(2, 30, b"\x1b]0;x\x07\xff"), memory(3, 20, "界".encode() * 20)),
    {1: 0, 2: 4 * KB, 3: -8 * KB},
    frozenset({3}),
    4.2,
    0.0123,
)


def lines(view: View, width: int = 100, height: int | None = None) -> list[str]:
    return screen_text(SAMPLE, view, columns=width, height=height)


def test_shows_totals_titles_and_processes() -> None:
    found = lines(View("pss"))
    assert found[0] == ("3 processes  pss 60 kB  cost 12 ms  1 not read for their cost  oldest 4 s")
    assert found[1].split() == [
        "pid", "user", "vss", "rss", "+rss", "pss", "uss", "swap", "pswap", "command",
    ]  # fmt: skip
    assert [line.split()[0] for line in found[2:]] == ["2", "3", "1"]
    assert found[2].endswith(r"\x1b]0;x\x07\xff")
    assert found[2].split()[4:6] == ["+4", "30"]
    assert found[3].split()[4] == "-8"


@pytest.mark.parametrize("width", range(1, 120, 8))
def test_fits_every_terminal(width: int) -> None:
    for height, sort in itertools.product((1, 2, 3, 4, 5, 30), ("pss", "pswap", "command")):
        found = lines(View(sort, units=True), width, height)
        assert len(found) <= height
        assert all(width_of(escaped(line)) <= width for line in found)


def test_a_narrow_terminal_keeps_the_sorted_column() -> None:
    assert lines(View("pss"), 30)[1].split() == ["pid", "rss", "pss", "command"]
    assert lines(View("vss"), 25)[1].split() == ["vss", "command"]


def test_a_narrow_terminal_says_that_it_is_paused() -> None:
    assert "  paused" in lines(View("pss", paused=True), 32)[0]


def test_rows_without_room_are_counted() -> None:
    found = lines(View("pid"), height=4)
    assert [line.split()[0] for line in found[2:]] == ["1", "(2"]
    assert found[-1] == "(2 more)"


def test_keys_change_the_view() -> None:
    view = View("pss")
    for key in "uak ":
        view.press(key)
    assert view == View("uss", reverse=True, units=True, paused=True)
    view.press("x")
    assert not view.ended
    view.press("q")
    assert view.ended


def test_prints_once_into_a_pipe(run: Run) -> None:
    result = run("top", "-k", str(os.getpid()))
    assert result.stdout.splitlines()[1].split()[0] == "pid"
    assert result.stdout.splitlines()[2].split()[0] == str(os.getpid())
    assert len(result.stdout.splitlines()) == 3


def test_prints_as_often_as_asked(run: Run) -> None:
    result = run("top", "-n", "2", "-d", "0.1", str(os.getpid()))
    assert len(result.stdout.splitlines()) == 7


def test_wrong_usage_is_refused(run: Run) -> None:
    assert "unknown column 'rsss'" in run("top", "-s", "rsss").stderr
    assert "x is not a process ID" in run("top", "x").stderr
    result = run("top", "4294967295")
    assert "none of these processes has memory" in result.stderr
    assert result.exit_code == 2


def test_what_is_left_out_is_marked(run: Run) -> None:
    result = run("top", "--max-stall", "0", str(os.getpid()))
    heading, _, row = result.stdout.splitlines()
    assert "1 not read for their cost" in heading
    assert row.split()[5:7] == ["?", "?"]


# --- a terminal -----------------------------------------------------------------------------------


@attrs.define
class Terminal:
    """A terminal that runs ``procmaps top``."""

    ours: int
    child: subprocess.Popen[bytes]
    seen: bytes = b""

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the window."""
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, pattern: bytes) -> re.Match[bytes]:
        """Read until *pattern* is printed; what was printed before is forgotten."""
        for _ in range(2000):
            if found := re.search(pattern, self.seen, re.DOTALL):
                break
            ready, _, _ = select.select([self.ours], [], [], 60)
            assert ready, self.seen[-2000:]
            try:
                read = os.read(self.ours, 65536)
            except OSError:  # the terminal has no other end any more
                read = b""
            assert read, self.seen[-2000:]
            # Some frames are enough; a pattern that never comes is searched in all of them.
            self.seen = (self.seen + read)[-20_000:]
        else:
            pytest.fail(f"{pattern!r} is in none of 2,000 pieces, such as {self.seen[-2000:]!r}")
        self.seen = self.seen[found.end() :]
        return found

    def press(self, keys: bytes) -> None:
        """Press *keys*."""
        os.write(self.ours, keys)


_ON_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C becomes a signal
os.execv(sys.executable, [sys.executable, "-m", "procmaps", "top", "-d", "0.1"])
"""


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal with room for one process, because a container may have three."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 4, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    # readline sets the first two for all children of a process that imports it.
    for name in ("LINES", "COLUMNS", "NO_COLOR"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-c", _ON_A_TERMINAL],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
        preexec_fn=as_in_foreground,  # noqa: PLW1509 - no threads
    ) as child:  # fmt: skip
        try:
            yield Terminal(ours, child)
        finally:
            child.kill()
            os.close(theirs)
    os.close(ours)


def test_redraws_sorts_and_restores_the_terminal(terminal: Terminal) -> None:
    before = termios.tcgetattr(terminal.ours)
    terminal.until(rb"\x1b\[\?1049h")
    terminal.until(rb"processes  pss \d+.*pid  user.*more\)")
    terminal.press(b"k")
    terminal.until(rb"processes  pss [\d.]+[kMG]")
    terminal.press(b" ")
    terminal.until(rb"paused")
    terminal.press(b" i")
    # Process 1, or whatever is first in this PID namespace, is now in the first row.
    first = min(process.pid for process in processes())
    terminal.until(rb"command[^\r\n]*\r?\n *%d " % first)
    terminal.resize(3, 30)
    frame = terminal.until(rb"processes[^\r\n]*\r?\n(.*?)\(\d+ more\)")
    plain = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", frame[0])
    assert all(len(line.rstrip(b"\r")) <= 80 for line in plain.split(b"\n"))
    terminal.press(b"q")
    terminal.until(rb"\x1b\[\?1049l")
    assert terminal.child.wait(60) == 0
    assert termios.tcgetattr(terminal.ours) == before


def test_ctrl_c_restores_the_terminal(terminal: Terminal) -> None:
    before = termios.tcgetattr(terminal.ours)
    terminal.until(rb"more\)")
    terminal.press(b"\x03")
    terminal.until(rb"\x1b\[\?1049l")
    assert terminal.child.wait(60) == 130
    assert termios.tcgetattr(terminal.ours) == before
