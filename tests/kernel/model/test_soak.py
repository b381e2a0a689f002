"""The soak shrinks a difference, reports it, and saves it for replay."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from kernel.model import calls
from kernel.model.calls import SetName, Trial
from kernel.model.differential import Difference, Subject
from kernel.model.soak import Found, Soak, record
from kernel.model.strategies import Scope
from tests.support.checkout import ROOT

pytestmark = pytest.mark.slow


class Wrong:
    """A kernel that differs from the model in each call that names memory."""

    name = "wrong"

    def __init__(self, *, differs: bool = True) -> None:
        self.differs = differs

    def check(self, trials: Sequence[Trial], every: int = 4) -> int:
        """Return the number of calls, as ``Subject.check`` does."""
        assert every > 0
        for trial in trials:
            for index, call in enumerate(trial.calls):
                if self.differs and isinstance(call, SetName):
                    raise Difference("wrong", index, call, "it differs")
        return sum(len(trial.calls) for trial in trials)


SCOPE = Scope(least=5, most=10)


@pytest.fixture(scope="module")
def found() -> Found:
    """Return the smallest difference of a wrong kernel; shrinking it takes many seconds."""
    with pytest.raises(Found) as caught:
        Soak(cast("Subject", Wrong()), scope=SCOPE).run(10_000)
    return caught.value


def test_shrinks_to_the_call_that_differs(found: Found) -> None:
    (call,) = found.trial.calls
    assert isinstance(call, SetName)


def test_message_of_a_difference(found: Found) -> None:
    (call,) = found.trial.calls
    assert str(found) == (
        f"wrong, call 0 ({call}): it differs\n"
        f"the smallest trial (room {found.trial.room}):\n"
        f"  {call}"
    )


def test_saved_case_reads_back(found: Found, tmp_path: Path) -> None:
    saved = json.loads(found.save(tmp_path / "cases").read_bytes())
    assert calls.from_json(saved) == found.trial
    assert saved["why"] == str(found.difference)


def test_records_a_soak_without_difference(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    soak = Soak(cast("Subject", Wrong(differs=False)), first_seed=3, scope=SCOPE)
    soak.run(100)
    record(soak.subject, soak, "--operations 100 --seed 3", path)
    rows = json.loads(path.read_bytes())["kernels"]
    assert rows == {
        "wrong": {
            "command": "python -m kernel.model soak --record --operations 100 --seed 3",
            "calls": soak.operations,
            "trials": soak.trials,
            "seed": 3,
            "differences": 0,
        }
    }
    assert soak.operations >= 100


DRAWN = """
from typing import cast
from kernel.model.soak import Soak
from tests.kernel.model.test_soak import SCOPE, Wrong
soak = Soak(cast("Subject", Wrong(differs=False)), first_seed=7, scope=SCOPE)
soak.run(200)
print(soak.operations)
"""


def test_same_seed_gives_the_same_trials() -> None:
    """Each soak needs a fresh process, because Hypothesis keeps state between runs."""
    drawn = [
        subprocess.run([sys.executable, "-c", DRAWN], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        for _ in range(2)
    ]
    assert drawn[0].stdout == drawn[1].stdout
    assert int(drawn[0].stdout) >= 200
