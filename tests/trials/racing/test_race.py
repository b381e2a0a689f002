"""A short race: two rounds of every reader. `make race` does the same for minutes."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.trials.racing.racer_process import running
from tests.trials.racing.readers import Readers, Tally


@pytest.fixture(autouse=True)
def _prerequisites() -> None:
    if sys.platform != "linux" or not shutil.which("gcc"):
        pytest.skip("the racer is a C program for Linux: run `apt-get install gcc`")


def test_readers_keep_every_stable_mapping_of_a_racing_process() -> None:
    tally = Tally()
    with running(seed=1) as racer:
        assert len(racer.stable) > 40, "the text must be longer than a page"
        readers = Readers(racer, 1, tally)
        for _ in range(2):
            readers.round()
    assert not tally.violations
    assert tally.counts["maps, 3 retries"] == tally.counts["smaps, 0 retries"] == 2
    assert tally.counts["queries by text, stable"] == 10
