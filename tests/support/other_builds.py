"""Other builds of the extensions, such as those with sanitizers or for another processor.

``PROCMAPS_SCANNER`` and ``PROCMAPS_STORAGE`` are their paths. This module must be imported before
what uses the extensions.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

from tests.support.checkout import ROOT

MODULES = {
    "PROCMAPS_SCANNER": ("procmaps.engines._scanner", "procmaps/engines/_c", "*/*.c"),
    "PROCMAPS_STORAGE": ("procmaps.records._storage", "procmaps/records/_c", "*.c"),
}
"""By variable: the extension, the folder of its sources, and their pattern."""


def build(compiler: Sequence[str], folder: Path) -> dict[str, str]:
    """Build each extension in *folder* with a compiler and its flags; return the variables."""
    built: dict[str, str] = {}
    for variable, (name, sources, pattern) in MODULES.items():
        library = folder / f"{name}.so"
        files = sorted((ROOT / sources).glob(pattern))
        limited = ("-shared", "-fPIC", "-DPy_LIMITED_API=0x030B0000")
        core = f"-I{ROOT / sources / 'core'}"
        subprocess.run([*compiler, *limited, core, *files, "-o", library], check=True)
        built[variable] = str(library)
    return built


def _load(name: str, path: str) -> None:
    """Import the build at *path* as the extension *name*."""
    loader = ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec
    sys.modules[name] = importlib.util.module_from_spec(spec)
    loader.exec_module(sys.modules[name])
    # The package may have the usual build as an attribute already.
    package, _, attribute = name.rpartition(".")
    setattr(importlib.import_module(package), attribute, sys.modules[name])


for each, (module, _, _) in MODULES.items():
    if each in os.environ:
        _load(module, os.environ[each])
