"""``procmaps ps``: the memory of each process, one line each."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from typing import TextIO

import attrs
import click

from procmaps.cli.budget_options import budget_of, budget_options
from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import Unreadable
from procmaps.cli.gaps import print_gaps
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import JSON_HELP
from procmaps.cli.option_rules import Excludes
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import ProcessOrFile, Word
from procmaps.cli.process_table import (
    FIGURES,
    SORTS,
    figure_cell,
    pid_of,
    sort_processes,
    total_cells,
    user_cell,
)
from procmaps.cli.style import HEADING, console, paint, print_line
from procmaps.json_format import JsonObject, bytes_to_json
from procmaps.live.gaps import reason_of
from procmaps.printable import csv_cell, visible
from procmaps.usage import Gap, ProcessMemory, processes


@attrs.frozen
class _Options:
    pids: tuple[str, ...]
    max_stall: float | None
    max_cost: float | None
    sort: str
    reverse: bool
    total: bool
    units: bool
    as_csv: bool
    as_json: bool


_OF_TABLE = ("--total", "--units")

_table = under("The table")
_form = under("Other forms")


@click.command(
    "ps",
    cls=Command,
    rules=(
        Excludes("--json", ("--csv", *_OF_TABLE), "JSON has sizes in bytes and no total"),
        Excludes("--csv", _OF_TABLE, "CSV has sizes in bytes and no total"),
    ),
    examples=("procmaps ps", "procmaps ps -k -t -s uss", "procmaps ps --max-stall 0.05"),
)
@click.argument("pids", metavar="[PID]...", nargs=-1, type=ProcessOrFile())
@budget_options
@_table(
    "-s", "--sort", type=Word("column", lambda: SORTS), default="pss", show_default=True,
    metavar="COLUMN", help="Sort by a column: " + ", ".join(SORTS) + ". Sizes from the largest.",
)  # fmt: skip
@_table("-r", "--reverse", is_flag=True, help="Reverse the order.")
@_table("-t", "--total", is_flag=True, help="Print the total in the last line.")
@_table("-k", "--units", is_flag=True, help="Print sizes with units, not in kB.")
@_form("--csv", "as_csv", is_flag=True, help="Print CSV, with sizes in bytes.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@pass_options(_Options)
def command(options: _Options) -> None:
    """List processes by the memory they use; without PID, all that have memory.

    Sizes are kB: vss is the address space, rss what is resident, pss its fair share, uss what only
    this process maps, pswap the fair share of swap. A figure that the kernel refuses is "?", one
    that it does not print is a dot. The sum of rss counts shared pages more than once.

    Exit code: 2 if a process that was named cannot be read.
    """
    with busy("reading all processes" if not options.pids else "reading processes"):
        pids = [pid_of(each) for each in options.pids] or None
        found = [*processes(pids, budget=budget_of(options.max_stall, options.max_cost))]
    rows = [each for each in found if each.error is None or each.refused]
    sort_processes(rows, options.sort, reverse=options.reverse)
    if options.as_json:
        sys.stdout.write("[" + ",\n".join(json.dumps(_to_json(each)) for each in rows) + "]\n")
    elif options.as_csv:
        _write_csv(rows, sys.stdout)
    elif rows:
        _print(console(), rows, options)
    status = 0
    for each in found:
        if each.error and not each.refused:
            error = Unreadable(live_message(each.error))
            error.show()
            status = error.exit_code
    print_gaps(Gap(each.pid, each.error) for each in rows if each.error)
    sys.exit(status)


def _print(out: Output, rows: Sequence[ProcessMemory], options: _Options) -> None:
    table = [
        [
            str(each.pid),
            user_cell(each),
            *(figure_cell(each, column, units=options.units) for column in FIGURES),
        ]
        for each in rows
    ]
    names = [visible(each.command or b"") for each in rows]
    if options.total:
        table.append(["", "total", *total_cells(rows, [*FIGURES], units=options.units)])
        names.append("")
    titles = ["pid", "user", *FIGURES]
    widths = [max(map(len, column)) for column in zip(titles, *table, strict=True)]
    heading = [title.rjust(width) for title, width in zip(titles, widths, strict=True)]
    print_line(out, paint(out, "  ".join([*heading, "command"]), HEADING))
    for cells, name in zip(table, names, strict=True):
        line = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        out.file.write(f"{line}  {name}".rstrip() + "\n")


def _to_json(process: ProcessMemory) -> JsonObject:
    figures = {name: figure(process) for name, figure in FIGURES.items()}
    record: JsonObject = {"pid": process.pid}
    if process.command is not None:
        record["command"] = bytes_to_json(process.command)
    if process.user is not None:
        record["user"] = process.user
    record |= {name: value for name, value in figures.items() if value is not None}
    if process.error is not None:
        record["reason"] = reason_of(process.error)
    return record


def _write_csv(rows: Sequence[ProcessMemory], stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("pid", "user", *FIGURES, "command", "reason"))
    for each in rows:
        reason = reason_of(each.error) if each.error else ""
        sizes = (figure(each) for figure in FIGURES.values())
        writer.writerow((each.pid, each.user, *sizes, csv_cell(each.command or b""), reason))
