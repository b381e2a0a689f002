"""``python -m tests.trials.racing.one_racer SECONDS SEED``: one racer, on the machine it runs on.

Prints the tally as JSON, for the host of a guest (`guests`), which also built the programs.
"""

from __future__ import annotations

import json
import sys
import time

import attrs

from tests.trials.racing import one_page
from tests.trials.racing.racer_process import running
from tests.trials.racing.readers import Readers, Tally

ONE_PAGE_SHARE = 0.1
"""The part of the time that belongs to texts of one page."""


def race(seconds: float, seed: int) -> Tally:
    """Race for some seconds, at least one round of every reader; return what was seen."""
    tally = Tally()
    end = time.monotonic() + seconds * (1 - ONE_PAGE_SHARE)
    with running(seed) as racer:
        readers = Readers(racer, seed, tally)
        readers.round()
        while time.monotonic() < end:
            readers.round()
    one_page.race(seconds * ONE_PAGE_SHARE, tally)
    return tally


if __name__ == "__main__":
    found = race(float(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(attrs.asdict(found)))
