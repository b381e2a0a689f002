"""``python -m kernel.experiments``: run experiments and write their figures."""

from __future__ import annotations

import sys

from kernel import command
from kernel.experiments import cost, fork, merging
from kernel.lab.errors import LabError

EXPERIMENTS = {"fork": fork.run, "merging": merging.run, "cost": cost.run}


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
        choices=[*EXPERIMENTS, []],
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
