"""Selection of the engine, and forcing one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from procmaps.engines import engine_selection
from procmaps.errors import EngineUnavailable
from procmaps.records import storage


def engine_with(value: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter with the variable set to *value*; it prints its engine."""
    code = "import procmaps; procmaps.loads(b''); print(procmaps.engine())"
    environment = {**os.environ, storage.VARIABLE: value}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["python", "reference"])
def test_variable_forces_an_engine(name: str) -> None:
    assert engine_with(name).stdout == f"{name}\n"


def test_default_is_the_fastest_engine() -> None:
    wanted = "python" if engine_selection.why_not_native() else "native"
    assert engine_with("").stdout == f"{wanted}\n"


def test_unknown_engine_is_an_error() -> None:
    assert engine_with("turbo").stderr.splitlines()[-1] == (
        "procmaps.errors.EngineUnavailable: PROCMAPS_ENGINE='turbo': no such engine; set the "
        "variable to native, python, reference, or unset it for the fastest available engine"
    )


def test_forcing_native_without_the_extension_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(storage.VARIABLE, "native")
    monkeypatch.setattr(engine_selection, "why_not_native", lambda: ImportError("not there"))
    engine_selection.engine.cache_clear()
    try:
        with pytest.raises(EngineUnavailable) as caught:
            engine_selection.engine()
    finally:
        engine_selection.engine.cache_clear()
    assert str(caught.value) == (
        "PROCMAPS_ENGINE='native': the C extension was not built here (not there); reinstall "
        "procmaps-spec on a machine with a C compiler, or unset the variable to use the "
        "pure-Python engine"
    )


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_native_scanner_was_built_if_there_is_a_compiler() -> None:
    assert engine_selection.why_not_native() is None
