"""``python -m tests.trials.racing``: read a racing process; exit 1 for a violation."""

from __future__ import annotations

import platform
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import contextmanager

from kernel import command
from kernel.lab.errors import LabError
from tests.trials import recording
from tests.trials.racing import guests, one_racer
from tests.trials.racing.readers import Tally

PROGRAM = "tests.trials.racing"
RACER_SECONDS = 60
"""After this time another racer is started, with another seed: another layout and other names."""
GUEST_RACER_SECONDS = 300
"""The same in a guest, where the start of Python takes a minute if this machine is busy."""

SHOWN = 20
"""Violations that a record keeps in full."""

Race = Callable[[float, int], Tally]
"""Races for some seconds with a seed, and returns what was seen."""


@contextmanager
def _in_guest(kernel: str) -> Generator[Race]:
    with guests.with_python(kernel) as guest:
        yield lambda seconds, seed: guests.race(guest, seconds, seed)


@contextmanager
def _here() -> Generator[Race]:
    yield one_racer.race


def _arguments() -> Namespace:
    description = "Read a process that changes its memory as fast as it can; judge every snapshot."
    parser = command.parser(
        PROGRAM, description, "--minutes 1", "--minutes 60 --record", "6.12-x86_64-named"
    )
    parser.add_argument(
        "kernels",
        nargs="*",
        metavar="KERNEL",
        help="race in booted kernels instead of here: names of kernel.lab, or files vmlinuz-*",
    )
    parser.add_argument(
        "--minutes", type=float, default=1, help="how long to race in each (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the first racer (default: 0)")
    parser.add_argument(
        "--record", action="store_true", help="write tests/trials/records/racing-KERNEL.json"
    )
    return parser.parse_args()


def main() -> int:
    """Race, print the counts, and record them if asked."""
    arguments = _arguments()
    frame, violations = recording.frame(), 0
    try:
        for kernel in arguments.kernels or (None,):
            with _in_guest(kernel) if kernel else _here() as race:
                violations += _race(race, kernel, frame, arguments)
    except LabError as error:
        print(error, file=sys.stderr)
        return command.FAILURE
    return command.FINDINGS if violations else command.DONE


def _race(race: Race, kernel: str | None, frame: recording.Record, arguments: Namespace) -> int:
    """Race for the minutes asked for; return the number of violations."""
    tally = Tally()
    started = time.monotonic()
    seconds, seed = 0.0, arguments.seed
    while (left := 60 * arguments.minutes - seconds) > 0:
        found = race(min(left, GUEST_RACER_SECONDS if kernel else RACER_SECONDS), seed)
        tally.counts.update(found.counts)
        tally.violations += found.violations
        seed += 1
        seconds = time.monotonic() - started
        print(f"\r{seconds / 60:.1f} minutes, {len(tally.violations)} violations ", end="")
        if arguments.record:
            _record(kernel, frame, tally, seconds, seed - arguments.seed)
    print()
    for event, count in sorted(tally.counts.items()):
        print(f"{count:>10,}  {event}")
    for violation in tally.violations[:SHOWN]:
        print(f"violation: {violation}")
    return len(tally.violations)


def _record(
    kernel: str | None, frame: recording.Record, tally: Tally, seconds: float, racers: int
) -> None:
    """Write what was found so far, so that a run that is ended early is not lost."""
    found: recording.Record = {
        "minutes": round(seconds / 60, 1),
        "racers": racers,
        "counts": dict(sorted(tally.counts.items())),
        "violations": len(tally.violations),
        "first_violations": tally.violations[:SHOWN],
    }
    found["kernel"] = guests.name_of(kernel) if kernel else platform.release()
    found["booted"] = bool(kernel)
    # A record for each kernel: trials of several run side by side.
    name = f"racing-{found['kernel']}"
    recording.write(name, {**frame, **found})


if __name__ == "__main__":
    command.run(main)
