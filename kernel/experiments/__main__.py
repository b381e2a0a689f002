"""``python -m kernel.experiments [fork] [merging] [cost]``: run them, write their results."""

from __future__ import annotations

import argparse
import sys

from kernel.experiments import cost, fork, merging
from kernel.lab.errors import LabError

EXPERIMENTS = {"fork": fork.run, "merging": merging.run, "cost": cost.run}


def main() -> int:
    """0 done, 2 a laboratory that cannot work here."""
    parser = argparse.ArgumentParser(prog="python -m kernel.experiments", description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*EXPERIMENTS, []], help="default: all")
    chosen = parser.parse_args().which or list(EXPERIMENTS)
    try:
        for name in chosen:
            EXPERIMENTS[name]()
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
