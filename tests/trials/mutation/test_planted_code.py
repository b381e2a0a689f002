"""Faults are planted in loaded functions, wherever they are, and nowhere else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.trials.mutation.planted_code import NotInFunctions, plant

ORIGINAL = """\
import functools

LIMIT = 1

def plain(number, step=2):
    return number + step

@functools.cache
def cached(number):
    return [each + 1 for each in range(number)]

class Thing:
    size = 3

    @property
    def doubled(self):
        return self.size * 2

    @staticmethod
    def outer():
        return lambda: 1
"""


@pytest.fixture
def module(tmp_path: Path) -> Any:
    path = tmp_path / "planted.py"
    path.write_text(ORIGINAL)
    spec = importlib.util.spec_from_file_location("planted", path)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(
    ("before", "after", "call", "found"),
    [
        ("number + step", "number - step", "plain(5)", 3),
        ("each + 1", "each - 1", "cached(2)", [-1, 0]),
        ("self.size * 2", "self.size + 2", "Thing().doubled", 5),
        ("lambda: 1", "lambda: 0", "Thing.outer()()", 0),
    ],
)
def test_a_loaded_function_runs_with_the_fault(
    module: Any,
    before: str,
    after: str,
    call: str,
    found: object,
) -> None:
    # As another module that imported its names.
    kept: dict[str, Any] = {**vars(module)}
    right = eval(call, kept)  # noqa: S307 - a call written above
    kept["cached"].cache_clear()
    plant(module.__file__, ORIGINAL, ORIGINAL.replace(before, after))
    assert eval(call, kept) == found != right  # noqa: S307


@pytest.mark.parametrize(
    ("before", "after"),
    [("LIMIT = 1", "LIMIT = 2"), ("size = 3", "size = 4"), ("step=2", "step=3")],
)
def test_what_has_run_already_is_refused(module: Any, before: str, after: str) -> None:
    with pytest.raises(NotInFunctions):
        plant(module.__file__, ORIGINAL, ORIGINAL.replace(before, after))
    assert (module.plain(1), module.Thing.size) == (3, 3)


def test_no_fault_changes_nothing(module: Any) -> None:
    plant(module.__file__, ORIGINAL, ORIGINAL)
    assert (module.plain(5), module.cached(2), module.Thing().doubled) == (7, [1, 2], 6)
