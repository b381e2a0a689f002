"""``python -m kernel.experiments``: run experiments and write their figures."""

from __future__ import annotations

import argparse
import sys

from kernel import command
from kernel.experiments import cost, fork, merging
from kernel.lab.errors import LabError

EXPERIMENTS = {"fork": fork.run, "merging": merging.run, "cost": cost.run}


def _experiment(name: str) -> str:
    """Check the name of an experiment."""
    if name not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise argparse.ArgumentTypeError(f"unknown experiment {name!r}: known are {known}")
    return name


def main() -> int:
    """Return 0, or 2 if the laboratory cannot work here."""
    parser = command.parser(
        "kernel.experiments",
        "Run experiments on built kernels and write kernel/experiments/results/*.json.",
        "",
        "fork cost",
    )
    parser.add_argument(
        "experiments",
        nargs="*",
        metavar="EXPERIMENT",
        type=_experiment,
        help=f"any of {', '.join(EXPERIMENTS)} (default: all)",
    )
    chosen = parser.parse_args().experiments or list(EXPERIMENTS)
    try:
        for name in chosen:
            EXPERIMENTS[name]()
    except LabError as error:
        print(error, file=sys.stderr)
        return command.FAILURE
    return command.DONE


if __name__ == "__main__":
    command.run(main)
