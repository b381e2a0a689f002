"""Sums over smaps beside the kernel's own sums, smaps_rollup, of a stopped process."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import attrs
import pytest

import procmaps
from procmaps.usage import Sampler, account, processes
from procmaps.usage.figures import CEILINGS, SUMMED
from tests.live.children import Spawn

MEMORY = """
libc.prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: khugepaged would change a stopped process
import tempfile
shared = mmap.mmap(-1, 64 * PAGE, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
shared.write(b"s" * 40 * PAGE)
private = mmap.mmap(-1, 256 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
private.write(b"p" * 256 * PAGE)
fd = os.memfd_create("twice")
os.ftruncate(fd, 32 * PAGE)
first = mmap.mmap(fd, 32 * PAGE)
first.write(b"m" * 32 * PAGE)
second = mmap.mmap(fd, 32 * PAGE)
second.read()
holes = alternating(64)
reader, writer = os.pipe()
if os.fork() == 0:
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG: the child ends with its parent
    private[: 3 * PAGE] = b"c" * (3 * PAGE)
    os.write(writer, b"!")
    import signal
    signal.pause()
os.read(reader, 1)
print("ready", flush=True)
"""


def test_sums_agree_with_the_rollup_of_a_stopped_process(spawn: Spawn) -> None:
    child = spawn(MEMORY)
    child.freeze()
    for _ in range(100):
        before = account(procmaps.smaps(child.pid)).total
        (rollup,) = procmaps.rollup(child.pid)
        # Others that map the same libraries may come or go: compare at an unchanged moment.
        if before == account(procmaps.smaps(child.pid)).total:
            break
    else:
        raise AssertionError("the figures of a stopped process changed in each of 100 reads")
    compared: list[str] = []
    for name in SUMMED:
        kernel, figure = getattr(rollup.usage, name), before.figure(name)
        if kernel is None or figure.value is None:
            continue
        compared.append(name)
        assert figure.value <= kernel <= figure.value + figure.bound, name
        assert name in CEILINGS or figure.bound == 0
    assert {"rss", "pss", "private_dirty", "shared_dirty"} <= {*compared}
    assert before.figure("pss").bound > 0
    assert before.usage.private_dirty
    assert before.usage.shared_dirty


def test_hugetlb_is_in_no_other_figure() -> None:
    text = (
        b"7f0000000000-7f0000200000 rw-s 00000000 00:0f 9 /anon_hugepage (deleted)\n"
        b"Rss: 0 kB\nPss: 0 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: 0 kB\n"
        b"Shared_Hugetlb: 0 kB\nPrivate_Hugetlb: 2048 kB\n"
    )
    usage = account(procmaps.loads(text)).total.usage
    assert (usage.hugetlb, usage.rss, usage.pss, usage.uss) == (2 << 20, 0, 0, 0)
    assert attrs.asdict(usage)["private_hugetlb"] == 2 << 20


def test_a_process_that_procfs_hides_stops_no_sum(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``hidepid=1``, a process is listed, but what it is may be read by its user only."""
    child = spawn("print('ready', flush=True)")
    read = Path.read_bytes

    def refusing(path: Path) -> bytes:
        if path.parent == Path(f"/proc/{child.pid}"):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    own = os.getpid()
    hidden, found = processes([child.pid, own])
    assert (hidden.command, hidden.user, hidden.status) == (None, None, {})
    assert found.status
    assert [each.pid for each in Sampler((child.pid, own)).sample().processes] == [own]
    assert own in procmaps.tree_pids(own)
