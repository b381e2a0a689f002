"""A search among lines finds what a search in whole snapshots finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from procmaps import Device, find_mappings
from procmaps.engines.engine_selection import engine
from procmaps.search import line_search
from procmaps.search.line_search import LineSearch
from tests.live.children import HOSTILE, Spawn
from tests.search.fake_procfs import fake_procfs

needs_native = pytest.mark.skipif(
    engine() != "native", reason="only the native engine searches in lines"
)

PLAIN = (
    b"00400000-00401000 r-xp 00000000 08:01 7                                  /lib/libone.so.1\n"
    b"00401000-00403000 rwxp 00001000 08:01 7                                  /lib/libone.so.1\n"
    b"00500000-00501000 rw-p 00000000 00:00 0                                  [heap]\n"
    b"00600000-00601000 rw-p 00000000 00:00 0 \n"
    b"00700000-00701000 r-xp 00000000 00:00 0                                  [vdso]\n"
    b"00800000-00801000 rw-p 00000000 00:00 0                                  [anon:one label]\n"
)

TEXTS = {
    1: PLAIN,
    2: PLAIN + PLAIN,  # joined
    3: PLAIN.replace(b"[heap]", b"[heap]\r"),
    4: PLAIN[:-1],
    5: b"rubbish\n" + PLAIN,
    6: PLAIN.replace(b"one label]", b"one label"),  # open: a newline may follow
    7: PLAIN.replace(b"libone.so.1", b"libone.so.1 (deleted)"),
    8: PLAIN.replace(b"rw-p", b"rw-S"),
    9: PLAIN.replace(b"/lib/libone.so.1", b"[rollup]"),
    10: PLAIN.replace(b"00401000-00403000", b"00400800-00403000"),
    11: PLAIN.replace(b"[vdso]", b"/lib/libtwo\\012.so"),
    12: PLAIN.replace(b"one label", b"<fault>"),
    13: PLAIN.replace(b"00600000-00601000", b"00600000-00600000"),
    14: PLAIN.replace(b"\n", b"\r\n"),
    15: b"",
    16: PLAIN,
}
"""Texts as a kernel prints them, and others."""


def never(_: object) -> bool:
    return False


CONDITIONS: tuple[dict[str, Any], ...] = (
    {"library": "libone"},
    {"library": "libtwo*"},
    {"library": "libnone"},
    {"perms": "wx"},
    {"perms": "rw-p"},
    {"kind": "heap"},
    {"name": "[heap]*"},
    {"backing": "anonymous"},
    {"label": "one*"},
    {"path": "/lib/*"},
    {"min_size": 0x2000},
    {"max_size": 0x1000, "perms": "x"},
    {"inode": 7},
    {"device": "08:01", "perms": "w"},
    {"inode": 8, "device": "08:01"},
    {"inode": 7 + (1 << 64)},
    {"device": Device(8 + (1 << 64), 1)},
    {"device": Device(8, 1 + (1 << 32)), "inode": 7},
    {"state": "deleted"},
    {"kind": "file", "max_size": 1 << 70},
    {"min_size": 1 << 70},
)


@pytest.fixture
def read_in_full(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that are read in full."""
    read: list[int] = []
    in_full: Callable[..., Any] = LineSearch.read_in_full

    def counted(self: LineSearch, pid: int) -> Any:  # noqa: ANN401 - what it returns
        read.append(pid)
        return in_full(self, pid)

    monkeypatch.setattr(LineSearch, "read_in_full", counted)
    return read


@needs_native
@pytest.mark.parametrize("condition", CONDITIONS)
def test_both_ways_find_the_same(
    condition: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_in_full: list[int],
) -> None:
    root = fake_procfs(tmp_path / "proc", TEXTS)
    found = find_mappings(root=root, threads=1, **condition)
    # The first, because nothing is known of the kernel yet, and those that are not plain.
    plain = {PLAIN, TEXTS[7], TEXTS[11]}
    assert read_in_full == [1, *(pid for pid, text in TEXTS.items() if text not in plain)]
    monkeypatch.setattr(line_search, "can_filter", never)
    whole = find_mappings(root=root, threads=1, **condition)
    assert [*found] == [*whole]
    assert found.processes == whole.processes == len(TEXTS) - 1
    assert [(pid, str(each)) for pid, each in found.problems] == [
        (pid, str(each)) for pid, each in whole.problems
    ]
    assert [(gap.pid, str(gap.error)) for gap in found.gaps] == [
        (gap.pid, str(gap.error)) for gap in whole.gaps
    ]


@needs_native
def test_names_that_programs_choose_are_found_in_every_process(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = [spawn(HOSTILE + "print('ready', flush=True)") for _ in range(3)]
    for child in children:
        child.freeze()
    pids = [child.pid for child in children]
    conditions: tuple[dict[str, Any], ...] = (
        {"kind": ("memfd", "shared_zero")},
        {"label": "*"},
        {"perms": "--xp"},
    )
    for condition in conditions:
        found = find_mappings(pids, **condition)
        assert found.pids == tuple(pids)
        with monkeypatch.context() as patched:
            patched.setattr(line_search, "can_filter", never)
            assert [*find_mappings(pids, **condition)] == [*found]


@needs_native
def test_a_text_of_another_dialect_is_never_searched_in_lines(
    tmp_path: Path, read_in_full: list[int]
) -> None:
    # FreeBSD's linprocfs pads addresses to sixteen digits.
    text = b"0000000000400000-0000000000401000 r-xp 00000000 00:00 7     /lib/libone.so\n"
    root = fake_procfs(tmp_path / "proc", {1: text, 2: text, 3: text})
    assert find_mappings(root=root, library="libone").pids == (1, 2, 3)
    assert sorted(read_in_full) == [1, 2, 3]


def test_memory_of_many_processes_is_that_of_what_is_found(tmp_path: Path) -> None:
    root = fake_procfs(tmp_path / "proc", dict.fromkeys(range(1, 200), PLAIN))
    found = find_mappings(root=root, library="libone", perms="wx")
    assert found.pids == tuple(range(1, 200))
    assert {each.mapping.start for each in found} == {0x401000}
    assert found.processes == 199
