"""Frames that are near each other are read at once, and none is lost."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ReadFailed
from procmaps.pages.frame_files import GAP, FrameFile

FRAMES = 200_000
PATH = "kpagecount"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrameFile]:
    """Give a file in which the number of each frame is its own."""
    path = tmp_path_factory.mktemp("proc") / PATH
    path.write_bytes(array("Q", range(FRAMES)).tobytes())
    found = FrameFile(str(path))
    yield found
    found.close()


@given(st.lists(st.one_of(st.integers(0, FRAMES + 1000), st.integers(0, 1000))))
def test_every_frame_has_its_number(file: FrameFile, frames: list[int]) -> None:
    expected = {frame: frame if frame < FRAMES else 0 for frame in frames}
    assert file.read(frames) == expected


def test_a_long_run_is_read_in_parts(file: FrameFile) -> None:
    frames = range(0, FRAMES, 3)
    assert file.read(frames) == {frame: frame for frame in frames}


def test_near_frames_are_one_read(file: FrameFile, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    pread = os.pread

    def counting(descriptor: int, size: int, offset: int) -> bytes:
        reads.append(size // 8)
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", counting)
    file.read([10, 10 + GAP, 10 + 2 * GAP, 11 + 3 * GAP + 1])
    assert reads == [1 + 2 * GAP, 1]


def test_an_error_of_the_kernel_is_said(tmp_path: Path) -> None:
    file = FrameFile("/proc/self/mem")  # address 0 is not mapped
    with pytest.raises(ReadFailed, match="cannot read /proc/self/mem: Input/output error"):
        file.one(0)
    file.close()
    with pytest.raises(FileNotFoundError):
        FrameFile(str(tmp_path / PATH))
