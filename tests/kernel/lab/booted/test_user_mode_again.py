"""New captures under Debian's QEMU equal those in the corpus, except for the varying fields."""

from __future__ import annotations

import os

import pytest

from kernel.lab import capture, user_mode
from kernel.lab.errors import MissingTool


@pytest.mark.skipif(os.geteuid() != 0, reason="user-mode emulation needs a root of its own")
@pytest.mark.parametrize("name", user_mode.REPEATED)
def test_new_capture_equals_the_corpus(name: str) -> None:
    machine = user_mode.machine(name)
    try:
        emulator = user_mode.emulator(machine)
    except MissingTool as error:
        pytest.skip(str(error))
    folder = user_mode.CORPUS / user_mode.name_of(machine, emulator)
    if not folder.is_dir():
        pytest.skip(f"the corpus has no capture of {emulator.version}")
    kept = capture.read(folder)
    assert user_mode.compare(kept, user_mode.take(machine, emulator)) == []
