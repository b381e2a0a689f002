"""What is recorded of a process, on this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages.test_captured import check
from tests.pages.test_truth import has_frames
from tests.support.checkout import ROOT
from tests.trials.other_machines.__main__ import write


@pytest.mark.parametrize("name", ["native", "python"])
def test_a_record_of_this_machine_has_the_truth(name: str, tmp_path: Path) -> None:
    if not has_frames():
        pytest.skip("frames are hidden: run as root, outside of a container")
    command = (sys.executable, "-m", "tests.trials.other_machines.inside")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    write(done.stdout, {}, tmp_path)
    check(tmp_path, name)
