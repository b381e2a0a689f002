"""`Family`: what processes use as one, beside what they are known to have touched."""

from __future__ import annotations

import os
import signal

import pytest

from procmaps.live.address_spaces import same_address_space
from procmaps.usage import Family
from tests.live.children import Spawn
from tests.live.test_process_groups import CLONE_VM

WORKERS = """
import signal
libc.prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE
shared = mmap.mmap(-1, 2048 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
shared.write(b"s" * 2048 * PAGE)
pids = []
for _ in range(3):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG
        shared[: 256 * PAGE] = b"w" * (256 * PAGE)
        os.write(writer, b"!")
        signal.pause()
    os.read(reader, 1)
    pids.append(pid)
print(*pids, flush=True)
"""
PAGE = os.sysconf("SC_PAGE_SIZE")


def test_pages_shared_within_a_family_are_between_uss_and_pss(spawn: Spawn) -> None:
    server = spawn(WORKERS)
    workers = [int(pid) for pid in server.said.split()]
    found = Family.of([server.pid, *workers], "process")
    # The server's pages, of which 1792 are shared by all four, and each worker's copies.
    touched = (2048 + 3 * 256) * PAGE
    unique = found.unique
    assert unique.value is not None
    assert unique.value < touched <= unique.value + unique.bound
    assert found.twins == {}
    assert [group.name for group in found.account.groups].count(server.pid) == 1
    assert len(found.account.groups) == 4


def test_one_address_space_is_counted_once(spawn: Spawn) -> None:
    child = spawn(CLONE_VM)
    twin = int(child.said)
    try:
        if same_address_space(child.pid, twin) is None:
            pytest.skip("this kernel does not compare address spaces (CONFIG_KCMP)")
        child.freeze()
        both, alone = Family.of([child.pid, twin]), Family.of([child.pid])
    finally:
        os.kill(twin, signal.SIGKILL)
    assert both.twins == {twin: child.pid}
    assert both.account.total.usage.rss == alone.account.total.usage.rss


def test_nothing_was_read() -> None:
    found = Family.of([2**31 - 1])
    assert found.unique.value is None
    assert len(found.account.gaps) == 1
