"""`procmaps.render` prints captures as their kernels do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from procmaps import loads, render
from procmaps.producers import parse
from tests.support import shared
from tests.support.checkout import ROOT

CAPTURES = ROOT / "corpus" / "captures"


def captures() -> list[Path]:
    """Return the folders of captures, one for each kernel."""
    return sorted(file.parent for file in CAPTURES.glob("*/provenance.json"))


@pytest.mark.parametrize("folder", captures(), ids=shared.name)
def test_renders_captures_exactly(folder: Path) -> None:
    facts = json.loads((folder / "provenance.json").read_bytes())
    nommu = "nommu" in (facts["flavour"], facts["architecture"])
    made = parse(f"{'nommu' if nommu else 'linux'}-{facts['release']}-{facts['bits']}bit")
    files = [
        file
        for suffix in ("maps", "smaps", "smaps_rollup")
        for file in sorted(folder.glob(f"*.{suffix}"))
    ]
    assert files
    wrong: list[str] = []
    for file in files:
        text = file.read_bytes()
        if render(loads(text, dialect=made.dialect), made) != text:
            wrong.append(file.name)
    assert not wrong
