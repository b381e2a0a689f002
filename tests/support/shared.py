"""The real dumps that stand beside a checkout, in `shared/dumps`, and are no part of it.

Where they are absent the tests that read them are skipped, visibly; with CI=true a skip is a
failure (see conftest.py).
"""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.support.checkout import ROOT

FOLDER: Final = Path(os.environ.get("PROCMAPS_SHARED") or ROOT.parent / "shared")
"""`shared/`: the folder that PROCMAPS_SHARED names, else the checkout's neighbour."""


def need_dumps() -> Path:
    """Give the folder of dumps, or skip the asking test with the reason and the remedy."""
    dumps = FOLDER / "dumps"
    if not dumps.is_dir():
        pytest.skip(f"no dumps at {dumps}; put them there or name their parent in PROCMAPS_SHARED")
    return dumps


def dump_files() -> list[Path]:
    """Give every whole-file dump, by name, for `pytest.mark.parametrize(..., ids=name)`.

    Where there is none the list is empty, and pytest skips the test, visibly.
    """
    return sorted(
        file for file in (FOLDER / "dumps").glob("*") if file.is_file() and file.name != "index.tsv"
    )


def name(file: Path) -> str:
    """Give the id of a test's file parameter."""
    return file.name
