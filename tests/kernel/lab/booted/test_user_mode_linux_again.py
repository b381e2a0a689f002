"""A new capture of User-mode Linux equals the one in the corpus."""

from __future__ import annotations

import pytest

from kernel.lab import capture, user_mode_linux


@pytest.mark.skipif(
    not user_mode_linux.KERNEL.present,
    reason=f"run `apt-get install {user_mode_linux.KERNEL.package}`",
)
def test_new_capture_equals_the_corpus() -> None:
    kept = capture.read(user_mode_linux.CORPUS)
    assert user_mode_linux.compare(kept, user_mode_linux.take()) == []
