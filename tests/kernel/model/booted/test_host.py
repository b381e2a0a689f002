"""The model compared with this machine's kernel."""

from __future__ import annotations

import os

import pytest

from kernel.lab.errors import LabError
from kernel.lab.tools import Tool, require
from kernel.model import subjects
from kernel.model.soak import Soak

CALLS = 1000


def test_model_agrees_with_this_machine() -> None:
    if os.uname().machine != "x86_64" or os.geteuid() != 0:
        pytest.skip(
            "needs root on x86_64, because the agent makes its own root with the model's files"
        )
    try:
        require((Tool("x86_64-linux-gnu-gcc", "gcc"),))
    except LabError as error:
        pytest.skip(str(error))
    with subjects.host() as subject:
        soak = Soak(subject, first_seed=1, scope=subjects.HOST_SCOPE)
        soak.run(CALLS)
    assert soak.operations >= CALLS
