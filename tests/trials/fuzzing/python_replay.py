"""``python -m tests.trials.fuzzing.python_replay FOLDER``: each law on the texts in its folder."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.trials.fuzzing.laws import LAWS


def main() -> None:
    """Run every text; the first that breaks a law ends the program with its traceback."""
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        for file in sorted(folder.iterdir()):
            LAWS[folder.name](file.read_bytes())


if __name__ == "__main__":
    main()
