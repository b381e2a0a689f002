"""``procmaps top``: the processes by the memory they use, again and again."""

from __future__ import annotations

import sys
import time
from typing import Final

import attrs
import click

from procmaps.cli.budget_options import budget_options
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import CliError
from procmaps.cli.parameter_types import ProcessOrFile, Word
from procmaps.cli.process_table import SORTS, pid_of
from procmaps.cli.style import console
from procmaps.cli.top_screen import screen_text
from procmaps.cli.top_view import View
from procmaps.usage import Budget, Sampler

_SHARE: Final = 0.25
"""The part of the time between two pictures that reading may cost."""


@attrs.frozen
class _Options:
    pids: tuple[str, ...]
    max_stall: float | None
    max_cost: float | None
    sort: str
    reverse: bool
    units: bool
    delay: float
    iterations: int | None


_table = under("The table")
_when = under("When")


@click.command(
    "top",
    cls=Command,
    examples=("procmaps top", "procmaps top -k -s uss 1234 5678", "procmaps top -n 1 | head"),
)
@click.argument("pids", metavar="[PID]...", nargs=-1, type=ProcessOrFile())
@_when(
    "-d",
    "--delay",
    type=click.FloatRange(min=0.1),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long between two pictures.",
)
@_when(
    "-n",
    "--iterations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop after so many pictures. The default is 1 if the output is no terminal.",
)
@budget_options
@_table(
    "-s",
    "--sort",
    type=Word("column", lambda: SORTS),
    default="pss",
    show_default=True,
    metavar="COLUMN",
    help="Sort by a column: " + ", ".join(SORTS) + ". Sizes from the largest.",
)
@_table("-r", "--reverse", is_flag=True, help="Reverse the order.")
@_table("-k", "--units", is_flag=True, help="Print sizes with units, not in kB.")
@pass_options(_Options)
def command(options: _Options) -> None:
    """Watch processes by the memory they use; without PID, all that have memory.

    vss, rss and the growth of rss are read each time. The other figures make the kernel walk page
    tables: those of new and of changed processes are read first, and no more than --max-cost
    allows, by default a quarter of the delay. The heading says what is left out, and how old
    figures are.

    Keys: q quits; p, r, u, w, v sort by pss, rss, uss, swap, vss; i, c, o by pid, command, owner;
    a reverses the order; k changes units; a space pauses.
    """
    view = View(options.sort, reverse=options.reverse, units=options.units)
    cost = options.delay * _SHARE if options.max_cost is None else options.max_cost
    pids = tuple(map(pid_of, options.pids)) or None
    sampler = Sampler(pids, Budget(options.max_stall, cost))
    out = console()
    if out.is_terminal and sys.stdin.isatty():
        from procmaps.cli.top_terminal import watch  # noqa: PLC0415 - needs a terminal

        watch(out, sampler, view, delay=options.delay, iterations=options.iterations)
        return
    for number in range(options.iterations or 1):
        if number:
            time.sleep(options.delay)
            out.file.write("\n")
        sample = sampler.sample()
        if not sample.processes:
            raise CliError("none of these processes has memory")
        lines = screen_text(sample, view, columns=out.width, height=None)
        out.file.write("".join(f"{line}\n" for line in lines))
        out.file.flush()
