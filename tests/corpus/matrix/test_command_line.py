"""``python -m corpus.tools.matrix`` as a command: arguments, closed pipes, Ctrl-C."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.tools.command_line import CLOSED_PIPE, INTERRUPTED, run
from corpus.tools.matrix import __main__ as program
from corpus.tools.matrix import expected
from corpus.tools.matrix.read_peers import load
from corpus.tools.matrix.results import Row
from procmaps.check.verdicts import Difference, Verdict
from tests.support.checkout import ROOT

COMMAND = (sys.executable, "-m", "corpus.tools.matrix")


def test_an_unknown_peer_is_a_usage_error() -> None:
    done = subprocess.run(
        [*COMMAND, "compare", "psutl"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 2
    assert "unknown peer 'psutl'; the peers are: " in done.stderr
    assert ", psutil, " in done.stderr
    assert "Traceback" not in done.stderr


PRINTING = """
import sys
from corpus.tools.command_line import run
sys.exit(run(lambda _: print("x" * 100_000, file=sys.STREAM) or 0, []))
"""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_pipe_ends_the_program_in_silence(stream: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    closed, other = (writing, subprocess.PIPE)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PRINTING.replace("STREAM", stream)],
            stdout=closed if stream == "stdout" else other,
            stderr=closed if stream == "stderr" else other,
            check=False,
            cwd=ROOT,
        )
    finally:
        os.close(writing)
    printed = done.stderr if stream == "stdout" else done.stdout
    assert (done.returncode, printed) == (CLOSED_PIPE, b"")


def test_ctrl_c_ends_with_130() -> None:
    def interrupted(_: Sequence[str]) -> int:
        raise KeyboardInterrupt

    assert run(interrupted, []) == INTERRUPTED == 130


def test_compare_reports_a_changed_verdict_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    (peer,) = load(["psutil"])
    known = expected.load(peer)
    case = "labels/space-one.smaps"
    assert case not in known.fails
    verdict = Verdict("wrong", (Difference("name", "a", "b"),), detail="\x1b[31m")
    rows = [Row(peer=peer, version=known.version, verdicts={case: verdict})]
    assert program.compare(rows) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == rf"psutil: {case}: expected pass, got wrong:name: \x1b[31m"
    assert lines[-1] == f"1 peers, 1 verdicts, {1 + len(known.fails) + len(known.probes)} changed"


def test_redraw_refuses_a_page_of_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (program.DOCS / "matrix.html").read_text()
    assert '"failures":{"' in page
    # The first failure is recorded for another case.
    outdated = re.sub(r'"failures":\{"\d+":', '"failures":{"0":', page, count=1)
    (tmp_path / "matrix.html").write_text(outdated)
    monkeypatch.setattr(program, "DOCS", tmp_path)
    assert program.main(["redraw"]) == 1
    assert re.search(
        r"; run python -m corpus\.tools\.matrix write \S+\n\Z", capsys.readouterr().err
    )
    assert [path.name for path in tmp_path.iterdir()] == ["matrix.html"]
    assert (tmp_path / "matrix.html").read_text() == outdated


def test_compare_fails_if_no_peer_was_run() -> None:
    (peer,) = load(["psutil"])
    assert program.compare([Row(peer=peer, reason="not installed")]) == 1


LIMITS = """
import resource, sys
from corpus.tools.command_line import run
sys.exit(run(lambda _: print(resource.getrlimit(resource.RLIMIT_CORE)) or 0, []))
"""


def test_no_parser_can_raise_the_limit_of_core_files_again() -> None:
    """Not even gdb, which sets its limit to the hard one before it aborts."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "(0, 0)\n"
