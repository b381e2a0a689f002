"""``python -m tests.trials.racing``: read a racing process; exit 1 for a violation."""

from __future__ import annotations

import time
from argparse import Namespace

from kernel import command
from tests.trials import recording
from tests.trials.racing.racer_process import running
from tests.trials.racing.readers import Readers, Tally

PROGRAM = "tests.trials.racing"
RACER_SECONDS = 60
"""After this time another racer is started, with another seed: another layout and other names."""

SHOWN = 20
"""Violations that a record keeps in full."""


def _arguments() -> Namespace:
    description = "Read a process that changes its memory as fast as it can; judge every snapshot."
    parser = command.parser(PROGRAM, description, "--minutes 1", "--minutes 60 --record")
    parser.add_argument("--minutes", type=float, default=1, help="how long to race (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first racer (default: 0)")
    parser.add_argument(
        "--record", action="store_true", help="write tests/trials/records/racing.json"
    )
    return parser.parse_args()


def main() -> int:
    """Race, print the counts, and record them if asked."""
    arguments = _arguments()
    frame, tally = recording.frame(), Tally()
    started = time.monotonic()
    seconds, seed = 0.0, arguments.seed
    while seconds < 60 * arguments.minutes:
        with running(seed) as racer:
            readers = Readers(racer, seed, tally)
            end = min(started + 60 * arguments.minutes, time.monotonic() + RACER_SECONDS)
            while time.monotonic() < end:
                readers.round()
        seed += 1
        seconds = time.monotonic() - started
        print(f"\r{seconds / 60:.1f} minutes, {len(tally.violations)} violations ", end="")
        if arguments.record:
            _record(frame, tally, seconds, seed - arguments.seed)
    print()
    for event, count in sorted(tally.counts.items()):
        print(f"{count:>10,}  {event}")
    for violation in tally.violations[:SHOWN]:
        print(f"violation: {violation}")
    return command.FINDINGS if tally.violations else command.DONE


def _record(frame: recording.Record, tally: Tally, seconds: float, racers: int) -> None:
    """Write what was found so far, so that a run that is ended early is not lost."""
    found = {
        "minutes": round(seconds / 60, 1),
        "racers": racers,
        "counts": dict(sorted(tally.counts.items())),
        "violations": len(tally.violations),
        "first_violations": tally.violations[:SHOWN],
    }
    recording.write("racing", {**frame, **found})


if __name__ == "__main__":
    command.run(main)
