"""Which engine is in use, and how one is forced."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from procmaps.engines import selection
from procmaps.errors import EngineUnavailable


def asked(value: str) -> subprocess.CompletedProcess[str]:
    """What a new interpreter says of its engine where the variable is *value*."""
    code = "import procmaps; procmaps.loads(b''); print(procmaps.engine())"
    environment = {**os.environ, selection.VARIABLE: value}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["python", "reference"])
def test_an_engine_can_be_forced(name: str) -> None:
    assert asked(name).stdout == f"{name}\n"


def test_the_fastest_is_used() -> None:
    wanted = "python" if selection.why_not_native() else "native"
    assert asked("").stdout == f"{wanted}\n"


def test_a_wrong_name_is_told() -> None:
    assert asked("turbo").stderr.splitlines()[-1] == (
        "procmaps.errors.EngineUnavailable: PROCMAPS_ENGINE='turbo': no such engine; set the "
        "variable to native, python, reference, or unset it for the fastest available engine"
    )


def test_a_missing_extension_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(selection.VARIABLE, "native")
    monkeypatch.setattr(selection, "why_not_native", lambda: ImportError("not there"))
    selection.engine.cache_clear()
    try:
        with pytest.raises(EngineUnavailable) as caught:
            selection.engine()
    finally:
        selection.engine.cache_clear()
    assert str(caught.value) == (
        "PROCMAPS_ENGINE='native': the C extension was not built here (not there); reinstall "
        "procmaps-spec on a machine with a C compiler, or unset the variable to use the "
        "pure-Python engine"
    )


@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
def test_the_native_scanner_was_built_where_a_compiler_is() -> None:
    assert selection.why_not_native() is None
