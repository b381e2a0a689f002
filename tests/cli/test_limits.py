"""Inputs and machines at their limits: huge dumps, bombs, no /proc, no home, few descriptors."""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

LINE = b"00400000-00401000 rw-p 00000000 00:00 0 \n"
PROCMAPS = (sys.executable, "-m", "procmaps")
UNSHARE = shutil.which("unshare") or ""


def run(
    *arguments: str | Path,
    stdin: bytes = b"",
    limit: Callable[[], None] | None = None,
    within: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*within, *PROCMAPS, *arguments], input=stdin, capture_output=True, check=False,
        env={**os.environ, **(environment or {})}, preexec_fn=limit,
    )  # fmt: skip


@pytest.mark.slow
def test_a_bomb_is_refused_within_little_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    # A member of 32 MiB of zeros, as often as the limit needs.
    bomb.write_bytes(gzip.compress(bytes(32 << 20)) * 65)
    assert bomb.stat().st_size < 3 << 20
    done = run("lint", bomb)
    assert done.returncode == 2
    assert b"expands to more than 2048 MiB" in done.stderr


@pytest.mark.slow
def test_a_line_of_100_megabytes_is_one_line(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(LINE[:-1] + b" " * 32 + b"/" + b"n" * (100 << 20) + b"\n")
    done = run("show", "--summary", dump)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[-1].split()[:1] == [b"1"] or b"file" in done.stdout


@pytest.mark.slow
def test_ten_million_lines_are_counted() -> None:
    program = (
        "import procmaps\n"
        "text = b''.join(b'%x-%x rw-p 00000000 00:00 0\\n' % (n << 12, n + 1 << 12)\n"
        "                for n in range(10_000_000))\n"
        "snapshot = procmaps.loads(text)\n"
        "print(len(snapshot), snapshot.mapping_at(9_999_999 << 12).end >> 12)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"10000000 10000000\n", b"")


def test_without_proc_a_dump_can_be_read_and_a_process_not(tmp_path: Path) -> None:
    if not UNSHARE or os.geteuid():
        pytest.skip("mounting over /proc needs root (CAP_SYS_ADMIN) and unshare")
    hidden = (UNSHARE, "--mount", "--propagation", "private", "sh", "-c",
              'mount -t tmpfs none /proc && exec "$@"', "sh")  # fmt: skip
    dump = tmp_path / "dump"
    dump.write_bytes(LINE)
    done = run("show", dump, within=hidden)
    assert (done.returncode, done.stderr) == (0, b"")
    done = run("show", "self", within=hidden)
    assert done.returncode == 2
    assert done.stderr == (
        b"procmaps: cannot read /proc/self/maps: /proc is not a procfs mount: it contains no "
        b"process directories. Mount it: mount -t proc proc /proc\n"
    )


def test_no_home_and_no_folder_for_temporary_files_are_needed() -> None:
    nowhere = "/nonexistent"
    places = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR", "PYTHONPYCACHEPREFIX")
    for arguments in (("show", "-"), ("explain", LINE.decode().rstrip()), ("lint", "--all", "-")):
        plain = run(*arguments, stdin=LINE)
        done = run(*arguments, stdin=LINE, environment=dict.fromkeys(places, nowhere))
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
        assert done.stderr == plain.stderr


def test_few_descriptors_are_enough() -> None:
    # Three streams, and what an import needs at a time.
    done = run("show", "--json", "self", limit=lambda: _descriptors(10))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)


def _descriptors(number: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))
