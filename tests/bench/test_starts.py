"""Whole programs are compared by the processor time of their processes."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import pytest

from bench import starts
from bench.goals import GOALS, WITHOUT_GOAL
from bench.starts import Program


@attrs.frozen
class Fixed(Program):
    """A program that always takes the same time."""

    taken: float = 0.0

    def seconds(self, environment: dict[str, str]) -> float:
        """Return the same for any environment in which byte code is written."""
        assert "PYTHONDONTWRITEBYTECODE" not in environment
        return self.taken


def test_a_ratio_leaves_out_the_bare_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "NOTHING", Fixed("", taken=1.0))
    pair = Fixed("", taken=7.0), Fixed("", taken=3.0)
    assert starts.ratios(tmp_path, 2, lambda _: {"three": pair})["three"].median == 3


def test_a_program_may_print_to_a_terminal() -> None:
    program = "sys.exit(not sys.stdout.isatty() or print('x' * 100_000))"
    assert Program(program, on_terminal=True).seconds(dict(os.environ)) > 0
    with pytest.raises(RuntimeError, match="isatty"):
        Program(program).seconds(dict(os.environ))


def test_every_program_has_a_goal_or_a_title_and_runs(tmp_path: Path) -> None:
    found = starts.programs(tmp_path)
    assert {*found} <= {goal.key for goal in GOALS} | {*WITHOUT_GOAL}
    ours, other = found["first-maps"]
    assert min(ours.seconds(dict(os.environ)), other.seconds(dict(os.environ))) > 0
