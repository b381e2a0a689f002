"""The spinner: on a terminal only, after a moment, and gone at the end."""

from __future__ import annotations

import io
import time

import pytest
from rich.console import Console

from procmaps.cli import busy as module
from procmaps.cli.busy import busy
from procmaps.cli.output import Output


def run(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, patience: float) -> str:
    """Return what is written while something takes 0.3 seconds."""
    stream = io.StringIO()
    output = Output(stream)
    vars(output)["console"] = Console(file=stream, force_terminal=terminal, width=80)
    vars(output)["is_terminal"] = terminal

    def standard_error(*, err: bool) -> Output:
        assert err
        return output

    monkeypatch.setattr(module, "console", standard_error)
    monkeypatch.setattr(module, "_PATIENCE", patience)
    with busy("reading [red]a\x1b"):
        time.sleep(0.3)
    return stream.getvalue()


def test_long_work_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(monkeypatch, terminal=True, patience=0)
    assert "reading [red]a" in shown
    assert shown.endswith("\x1b[2K")


def test_short_work_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, terminal=True, patience=60) == ""


def test_nothing_is_written_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, terminal=False, patience=0) == ""
