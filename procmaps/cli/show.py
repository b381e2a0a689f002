"""``procmaps show``: the mappings of a process or a dump, as a table, JSON or CSV."""

from __future__ import annotations

import json
import sys

import click

import procmaps
from procmaps.cli import csv_output, table
from procmaps.cli.inputs import (
    dialect_option,
    is_process,
    json_option,
    read_file,
    snapshot_of,
)
from procmaps.cli.style import console
from procmaps.formats.file_kinds import FileKind
from procmaps.json_format import head_to_json, problem_to_json, to_json
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot


@click.command("show")
@click.argument("target", metavar="PID|FILE|-")
@click.option("--smaps", "file", flag_value="smaps", help="Of a process, read smaps: its use too.")
@click.option("--rollup", "file", flag_value="smaps_rollup", help="Of a process, read the sums.")
@click.option("--kind", "kinds", multiple=True, help="Only mappings of this kind; repeatable.")
@click.option("--summary", is_flag=True, help="Only the summary by kind.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, sizes in bytes.")
@json_option
@dialect_option
def command(
    *,
    target: str,
    file: FileKind | None,
    kinds: tuple[str, ...],
    summary: bool,
    as_csv: bool,
    as_json: bool,
    dialect: str,
) -> None:
    r"""Show the mappings of a process, of a dump in a FILE, or of standard input.

    Names are shown with bytes that are not printable as \xNN, in red. Exit 1 where something is
    wrong with the text: lines that cannot be read, repeats, overlaps.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: choose one")
    if file and not is_process(target):
        raise click.UsageError(f"--smaps and --rollup choose a file of a process, not of {target}")
    if is_process(target):
        snapshot = snapshot_of(target, file or "maps", dialect)
    else:
        snapshot = procmaps.loads(read_file(target), errors="collect", dialect=dialect)
    rows = [row for row in snapshot if not kinds or row.name.kind in kinds]
    _check_kinds(kinds, snapshot)
    if as_json:
        _print_json(snapshot, rows)
    elif as_csv:
        csv_output.write(rows, sys.stdout)
    else:
        table.show(console(), snapshot, rows, only_summary=summary)
    if snapshot.problems:
        sys.exit(1)


def _check_kinds(kinds: tuple[str, ...], snapshot: Snapshot) -> None:
    """Say on standard error which of *kinds* is not there, and what is."""
    there = sorted({row.name.kind for row in snapshot})
    for kind in kinds:
        if kind not in there:
            click.echo(f"procmaps: no mapping is {kind}; there are: {', '.join(there)}", err=True)


def _print_json(snapshot: Snapshot, rows: list[Mapping]) -> None:
    """The form of `procmaps.json_format.snapshot_to_json`, written record by record, one a line."""
    head = json.dumps(head_to_json(snapshot))
    write = sys.stdout.write
    write(f'{head[:-1]}, "mappings": [')
    for at, row in enumerate(rows):
        write(f"{',' if at else ''}\n{json.dumps(to_json(row))}")
    write('],\n"problems": [')
    for at, problem in enumerate(snapshot.problems):
        write(f"{',' if at else ''}\n{json.dumps(problem_to_json(problem))}")
    write("]}\n")
