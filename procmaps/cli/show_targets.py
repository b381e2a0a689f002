"""What `procmaps show` does with its options: reads each target and prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import procmaps
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.inputs import is_process, process_title, read_file, shown, snapshot_of
from procmaps.cli.problems import print_problems
from procmaps.cli.show_options import ShowOptions
from procmaps.cli.snapshot_output import print_snapshot
from procmaps.cli.style import console, print_line, say
from procmaps.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from procmaps.records.mapping import Mapping


def show(options: ShowOptions) -> int:
    """Show every target; return the exit code."""
    shows = _Show(options)
    for target in options.targets:
        try:
            shows.show(target)
        except CliError as error:
            error.show()
            shows.status = error.exit_code
    shows.finish()
    return shows.status


class _Show:
    """One run over all targets."""

    def __init__(self, options: ShowOptions) -> None:
        self.options = options
        self.status = 0
        self.out = console()
        self.shown = 0
        self.for_csv: list[tuple[str, Sequence[Mapping]]] = []
        """CSV has one header for all targets, so it is written at the end."""

    def show(self, target: str) -> None:
        """Show one target. Raises `CliError`."""
        options = self.options
        snapshot = _read(target, options)
        title = process_title(target) if is_process(target) else shown(target)
        is_rollup = snapshot.kind == "smaps_rollup"
        if is_rollup and options.of_rows:
            raise Unreadable(
                f"{title} is a smaps_rollup, which has sums and no mappings: "
                f"{options.of_rows[0]} cannot be used with it"
            )
        if options.as_json:
            from procmaps.cli.json_output import write_json  # noqa: PLC0415 - only here

            write_json(target, snapshot, self._rows(target, title, snapshot), sys.stdout)
        elif options.as_csv:
            self.for_csv.append((target, self._rows(target, title, snapshot)))
        elif options.split or is_rollup:
            for part_title, part in _parts(title, snapshot):
                self._print(target, part_title, part)
        else:
            self._print(target, title, snapshot)
        if not snapshot.dumps():
            from procmaps.lint import RULES  # noqa: PLC0415 - only here

            say(f"procmaps: {title} is empty. {RULES['empty'].why}", err=True)
        print_problems(title, snapshot)
        if snapshot.problems:
            self.status = self.status or 1

    def _print(self, target: str, title: str, snapshot: Snapshot) -> None:
        rows = self._rows(target, title, snapshot)
        if self.shown:
            print_line(self.out)
        self.shown += 1
        print_snapshot(self.out, title, snapshot, rows, self.options.view)

    def finish(self) -> None:
        """Write what could not be written target by target."""
        if self.options.as_csv:
            from procmaps.cli.csv_output import write_csv  # noqa: PLC0415 - only here

            write_csv(self.for_csv, sys.stdout)

    def _rows(self, target: str, title: str, snapshot: Snapshot) -> Sequence[Mapping]:
        options = self.options
        if options.is_plain_summary and snapshot.kind == "maps":
            return snapshot
        wanted = options.filter
        rows: Sequence[Mapping] = list(snapshot)
        if not wanted.passes_all:
            rows = list(filter(wanted.matches, snapshot))
            if not rows and len(snapshot):
                kinds = ", ".join(sorted({row.name.kind for row in snapshot}))
                say(f"procmaps: no mapping of {title} matches; its kinds: {kinds}", err=True)
        for name in _columns_wanted(options):
            from procmaps.cli.columns import COLUMNS  # noqa: PLC0415 - slow to import

            if rows and COLUMNS[name].is_empty(rows):
                remedy = "" if options.smaps or not is_process(target) else "; add --smaps"
                raise Unreadable(f"no mapping of {title} has the column {name}{remedy}")
        if options.sort:
            from procmaps.cli.filter_and_sort import sort  # noqa: PLC0415 - slow to import

            rows = sort(rows, options.sort, reverse=options.reverse)
        return rows


def _parts(title: str, snapshot: Snapshot) -> Iterator[tuple[str, Snapshot]]:
    """Yield each dump of a text with a title that says where it starts."""
    parts = snapshot.split()
    line = 1
    for number, part in enumerate(parts, 1):
        where = f", dump {number} of {len(parts)}, line {line}" if len(parts) > 1 else ""
        yield f"{title}{where}", part
        line += part.dumps().count(b"\n")


def _columns_wanted(options: ShowOptions) -> Iterator[str]:
    yield from options.columns or ()
    if options.sort:
        yield options.sort


def _read(target: str, options: ShowOptions) -> Snapshot:
    if is_process(target):
        return snapshot_of(target, options.file, options.dialect)
    return procmaps.loads(read_file(target), errors="collect", dialect=options.dialect)
