"""``python -m tests.trials.mutation.c_replay``: the laws of the core on the seeds of fuzzing."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.trials.fuzzing.core_build import build_replay
from tests.trials.fuzzing.seeds import made_seeds, seeds, write_seeds


def main() -> None:
    """Build the laws and run them. Raises `subprocess.CalledProcessError` for a broken one."""
    with tempfile.TemporaryDirectory(prefix="procmaps-replay-") as name:
        folder = Path(name)
        program = build_replay(folder)
        write_seeds(folder / "seeds", (*seeds(), *made_seeds(300)))
        subprocess.run([program, *sorted((folder / "seeds").iterdir())], check=True)


if __name__ == "__main__":
    main()
