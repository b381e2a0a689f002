"""The table of layers: complete, and without effect on a dump that has no layers."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest

from procmaps.extraction import layers
from procmaps.extraction.pipeline import LAYERS, Layer
from procmaps.extraction.source_lines import split

OUTSIDE_THE_TABLE = {"charset", "line_prefixes"}
"""Their modules say why."""


def module_of(layer: Layer) -> str:
    return getattr(layer, "__module__", "").rpartition(".")[2]


def test_table_has_every_layer_once() -> None:
    modules = {module.name for module in pkgutil.iter_modules(layers.__path__)}
    listed = [module_of(layer) for layer in LAYERS]
    assert sorted(listed) == sorted(modules - OUTSIDE_THE_TABLE)
    assert modules > OUTSIDE_THE_TABLE


@pytest.mark.parametrize("layer", LAYERS, ids=module_of)
@pytest.mark.parametrize("file", ["maps", "smaps"])
def test_layer_does_not_change_a_bare_dump(layer: Layer, file: str) -> None:
    lines = [*split(Path("/proc/self", file).read_bytes())]
    assert [*layer(lines)] == lines
