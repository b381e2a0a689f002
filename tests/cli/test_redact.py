"""``procmaps redact``: bytes to standard output, and what it says of lines that it cannot read."""

from __future__ import annotations

import os
from pathlib import Path

import procmaps
from tests.cli.conftest import Run
from tests.support.dumps import SAMPLE, SMAPS_BEFORE


def test_writes_the_redacted_dump(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(SMAPS_BEFORE)
    result = run("redact", str(tmp_path / "dump"))
    assert result.stdout_bytes == procmaps.redact(SMAPS_BEFORE)
    assert (result.stderr, result.exit_code) == ("", 0)


def test_lines_that_cannot_be_read_are_counted(run: Run) -> None:
    result = run("redact", "-", stdin=SAMPLE + b"secret words\n")
    assert result.stdout_bytes.endswith(b"\naaaaab aaaaa\n")
    assert result.stderr == (
        "procmaps: 1 place in standard input cannot be read; every word is replaced\n"
    )
    assert result.exit_code == 1


def test_reads_smaps_or_maps_of_a_process(run: Run) -> None:
    pid = str(os.getpid())
    assert procmaps.loads(run("redact", pid).stdout_bytes).kind == "smaps"
    assert procmaps.loads(run("redact", "--maps", pid).stdout_bytes).kind == "maps"


def test_maps_of_a_file_is_refused(run: Run) -> None:
    result = run("redact", "--maps", "-", stdin=SAMPLE)
    assert "--maps chooses a file of a process; standard input is a file" in result.stderr
    assert result.exit_code == 2
