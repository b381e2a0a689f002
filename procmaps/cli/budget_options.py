"""The options that limit how long reading may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from procmaps.cli.command import under
from procmaps.usage import Budget

_Command = TypeVar("_Command", bound=Callable[..., Any])

OF_BUDGET: Final = ("--max-stall", "--max-cost")

_cost = under("The cost of reading")


def budget_options(command: _Command) -> _Command:
    """Add the options ``--max-stall`` and ``--max-cost``."""
    for option in (
        _cost(
            "--max-cost", type=click.FloatRange(min=0), metavar="SECONDS",
            help="Spend no more CPU time on all processes together.",
        ),
        _cost(
            "--max-stall", type=click.FloatRange(min=0), metavar="SECONDS",
            help="Leave out a process that reading would hold up longer.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def budget_of(max_stall: float | None, max_cost: float | None) -> Budget | None:
    """Return the budget; None if nothing is limited, so that threads can read."""
    return None if max_stall is None and max_cost is None else Budget(max_stall, max_cost)
