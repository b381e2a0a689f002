"""``python -m tests.trials.mutation.c_build NAME``: compile an extension where it is imported."""

from __future__ import annotations

import importlib
import subprocess
import sys
import sysconfig

from tests.trials.recording import ROOT

FOLDERS = {
    "procmaps.engines._scanner": ROOT / "procmaps" / "engines" / "_c",
    "procmaps.records._storage": ROOT / "procmaps" / "records" / "_c",
}
"""By extension, the folder of its sources and of those below it."""


def main() -> None:
    """Compile. Raises `subprocess.CalledProcessError` if that fails, `KeyError` for other names."""
    name = sys.argv[1]
    folder, built = FOLDERS[name], importlib.import_module(name).__file__
    assert built
    includes = (f"-I{sysconfig.get_paths()['include']}", f"-I{folder / 'core'}")
    options = ("-O1", "-shared", "-fPIC", "-w", "-DPy_LIMITED_API=0x030B0000")
    subprocess.run(
        ["gcc", *options, *includes, *sorted(folder.rglob("*.c")), "-o", built], check=True
    )


if __name__ == "__main__":
    main()
