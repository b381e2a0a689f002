"""`near_map_limit`: who has used up most of ``vm.max_map_count``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import procmaps
from procmaps import MapCount, NoSuchProcess, near_map_limit
from tests.live.children import Spawn
from tests.search.fake_procfs import fake_procfs


def text(mappings: int, *, gate: bool = False) -> bytes:
    lines = [
        b"%x-%x rw-p 00000000 00:00 0 \n" % (4096 * 2 * row, 4096 * (2 * row + 1))
        for row in range(1, mappings + 1)
    ]
    if gate:
        lines.append(b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n")
    return b"".join(lines)


def test_finds_those_above_the_share_the_nearest_first(tmp_path: Path) -> None:
    texts = {1: text(79), 2: text(80), 3: text(99, gate=True), 4: text(7)}
    found = near_map_limit(root=fake_procfs(tmp_path, texts, limit=100))
    assert found.limit == 100
    assert found.counts == (MapCount(3, 99, 100), MapCount(2, 80, 100))
    assert [each.share for each in found.counts] == [0.99, 0.8]
    assert found.processes == 4
    assert len(near_map_limit(root=tmp_path, share=0.05).counts) == 4


def test_counts_what_the_kernel_counts(spawn: Spawn) -> None:
    child = spawn('memory = alternating(2001); print("ready", flush=True)')
    child.freeze()
    limit = int(Path("/proc/sys/vm/max_map_count").read_text())
    found = near_map_limit([child.pid, 2**22 + 1], share=0)
    (count,) = found.counts
    own = [each for each in procmaps.maps(child.pid) if each.name.raw != b"[vsyscall]"]
    assert (count.pid, count.mappings, count.limit) == (child.pid, len(own), limit)
    assert count.mappings > 2001
    (gap,) = found.gaps
    assert isinstance(gap.error, NoSuchProcess)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_rejects_a_share_outside_0_to_1(share: float) -> None:
    with pytest.raises(ValueError, match=r"^share must be from 0 to 1, not "):
        near_map_limit([os.getpid()], share=share)


def test_a_procfs_without_the_limit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        near_map_limit(root=tmp_path)
