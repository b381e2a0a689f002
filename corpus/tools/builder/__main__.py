"""``python -m corpus.tools.builder`` writes ``corpus/cases``; with ``--check`` it only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from corpus.tools.builder import writing

CASES = Path(__file__).parents[2] / "cases"


def main(arguments: list[str]) -> int:
    """0 where the files are as they should be, 1 where they differ, 2 for wrong arguments."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m corpus.tools.builder [--check]", file=sys.stderr)  # noqa: T201 - a program
        return 2
    if not arguments:
        writing.write(CASES)
        return 0
    found = writing.differences(CASES)
    for line in found:
        print(line)  # noqa: T201 - a program
    if found:
        print("run: python -m corpus.tools.builder")  # noqa: T201 - a program
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
