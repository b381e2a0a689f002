"""``python -m corpus.tools.builder``: write ``corpus/cases``, or compare it with ``--check``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.tools.builder import writing
from corpus.tools.command_line import run

CASES = Path(__file__).parents[2] / "cases"


def main(arguments: Sequence[str]) -> int:
    """Write the files, or return 1 if they differ from their definitions."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.tools.builder", description="Write the files of corpus/cases."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file differs"
    )
    if not parser.parse_args(arguments).check:
        writing.write(CASES)
        return 0
    found = writing.differences(CASES)
    for line in found:
        print(line)  # noqa: T201 - a program
    if found:
        print("run: python -m corpus.tools.builder")  # noqa: T201 - a program
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
