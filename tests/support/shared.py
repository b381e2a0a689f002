"""The real dumps in `shared/dumps`, beside the checkout and never part of it.

Tests that read them are skipped, visibly, where the folder is absent; in CI a skip is a failure
(see conftest.py).
"""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.support.checkout import ROOT

FOLDER: Final = Path(os.environ.get("PROCMAPS_SHARED") or ROOT.parent / "shared")
"""The folder `shared`: `PROCMAPS_SHARED`, else the checkout's neighbour."""


def need_dumps() -> Path:
    """Return the folder of dumps, or skip the calling test with the reason and the remedy."""
    dumps = FOLDER / "dumps"
    if not dumps.is_dir():
        pytest.skip(f"no dumps at {dumps}: put them there or set PROCMAPS_SHARED to their parent")
    return dumps


def dump_files() -> list[Path]:
    """Return every whole-file dump, sorted, for `pytest.mark.parametrize(..., ids=name)`.

    The list is empty where there are no dumps; pytest then skips the test, visibly.
    """
    return sorted(
        file for file in (FOLDER / "dumps").glob("*") if file.is_file() and file.name != "index.tsv"
    )


def name(file: Path) -> str:
    """Return the test id of a dump."""
    return file.name
