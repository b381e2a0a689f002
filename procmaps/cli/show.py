"""``procmaps show``: the mappings of processes and dumps, as a table, JSON or CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import attrs
import click
from rich.console import Console

import procmaps
from procmaps.cli.columns import COLUMNS
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.csv_output import write_csv
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.filter_and_sort import PermsType, RowFilter, known_kinds, name_pattern, sort
from procmaps.cli.inputs import (
    JSON_HELP,
    dialect_option,
    is_process,
    process_title,
    read_file,
    shown,
    snapshot_of,
)
from procmaps.cli.json_output import write_json
from procmaps.cli.option_rules import Excludes, Requires
from procmaps.cli.parameter_types import ProcessOrFile, Word, WordList, joined
from procmaps.cli.problems import print_problems
from procmaps.cli.snapshot_output import View, print_snapshot
from procmaps.cli.style import console, print_line
from procmaps.formats.file_kinds import FileKind
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot


@attrs.frozen
class _Options:
    targets: tuple[str, ...]
    smaps: bool
    rollup: bool
    kinds: tuple[tuple[str, ...], ...]
    perms: str | None
    names: tuple[str, ...]
    sort: str | None
    reverse: bool
    columns: tuple[str, ...] | None
    wide: bool
    summary: bool
    as_csv: bool
    as_json: bool
    dialect: str

    @property
    def file(self) -> FileKind:
        """The file of a process that is read."""
        return "smaps_rollup" if self.rollup else "smaps" if self.smaps else "maps"

    @property
    def filter(self) -> RowFilter:
        """Which mappings are shown."""
        return RowFilter(joined(self.kinds), self.perms, tuple(map(name_pattern, self.names)))

    @property
    def view(self) -> View:
        """How the table looks."""
        return View(self.columns, wide=self.wide, summary=self.summary)

    @property
    def of_rows(self) -> list[str]:
        """The given options that need mappings; a rollup has none."""
        given = {
            "--kind": self.kinds,
            "--perms": self.perms,
            "--name": self.names,
            "--sort": self.sort,
            "--columns": self.columns,
            "--summary": self.summary,
        }
        return [option for option, value in given.items() if value]


_ROWS = ("--kind", "--perms", "--name", "--sort", "--columns", "--wide", "--summary")

_RULES = (
    Excludes("--json", ("--csv",), "choose one form"),
    Excludes("--smaps", ("--rollup",), "choose one file"),
    Excludes("--rollup", _ROWS, "smaps_rollup has sums and no mappings"),
    Excludes(
        "--summary",
        ("--json", "--csv", "--columns", "--sort", "--wide"),
        "a summary has no line for each mapping",
    ),
    Excludes("--columns", ("--json", "--csv"), "JSON and CSV have all properties"),
    Excludes("--wide", ("--json", "--csv"), "JSON and CSV never shorten a name"),
    Requires(("--reverse",), "--sort", "it reverses that order"),
)

_file = under("Which file of a process")
_rows = under("Which mappings")
_table = under("The table")
_form = under("Other forms")


@click.command(
    "show",
    cls=Command,
    rules=_RULES,
    examples=(
        "procmaps show 1234",
        "procmaps show --smaps --sort rss 1234 5678",
        "procmaps show --rollup self",
        "procmaps show --name 'libc*' --perms x dump.txt",
        "procmaps show --summary dump.txt.gz",
    ),
)
@click.argument("targets", metavar="PID|FILE|-...", nargs=-1, required=True, type=ProcessOrFile())
@_file("--smaps", is_flag=True, help="Read smaps: adds the columns rss, pss and uss.")
@_file("--rollup", is_flag=True, help="Read smaps_rollup: the sums of the whole process.")
@_rows(
    "--kind",
    "kinds",
    multiple=True,
    type=WordList("kind", known_kinds),
    metavar="KIND,...",
    help="Show only these kinds, such as heap,stack,anon.",
)
@_rows(
    "--perms",
    type=PermsType(),
    metavar="PERMS",
    help="Show only mappings with these rights: letters (wx) or all four (r-xp, ? is any).",
)
@_rows(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Show only these names; * and ? are wild. GLOB matches the whole name or its last "
    "component. Repeatable.",
)
@_table(
    "--sort",
    type=Word("column", lambda: COLUMNS),
    metavar="COLUMN",
    help="Sort by a column: sizes from the largest, others from the lowest.",
)
@_table("--reverse", is_flag=True, help="Reverse the order of --sort.")
@_table(
    "--columns",
    type=WordList("column", lambda: COLUMNS),
    metavar="COLUMN,...",
    help="Show these columns: address, start, end, size, perms, offset, dev, inode, kind, name, "
    "or a field of smaps, such as rss or swap.",
)
@_table("--wide", is_flag=True, help="Print long names in full.")
@_table("--summary", is_flag=True, help="Print only the sums by kind.")
@_form("--csv", "as_csv", is_flag=True, help="Print CSV, with sizes in bytes.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    r"""Show the mappings of processes and dumps.

    A number is a process, "self" is this program, - is standard input; for a file whose name is a
    number write ./123. Files compressed with gzip, xz, zstd or bzip2 are decompressed. Unprintable
    bytes of names are printed as \xNN. On a narrow terminal, some columns are left out, and long
    names lose their beginning.

    Exit code: 1 if a text has lines that cannot be read, or mappings that repeat or overlap; 2 if
    an input cannot be read.
    """
    _check_targets(options)
    shows = _Show(options)
    for target in options.targets:
        try:
            shows.show(target)
        except CliError as error:
            error.show()
            shows.status = error.exit_code
    shows.finish()
    sys.exit(shows.status)


def _check_targets(options: _Options) -> None:
    if options.smaps or options.rollup:
        option = "--smaps" if options.smaps else "--rollup"
        for target in options.targets:
            if not is_process(target):
                raise click.UsageError(
                    f"{option} chooses a file of a process; {shown(target)} is not a process. "
                    "A dump is recognised by its content."
                )


@attrs.define
class _Show:
    """One run over all targets."""

    options: _Options
    status: int = 0
    out: Console = attrs.field(factory=console)
    shown: int = 0
    for_csv: list[tuple[str, Sequence[Mapping]]] = attrs.field(
        factory=list[tuple[str, "Sequence[Mapping]"]]
    )
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
        rows = self._rows(target, title, snapshot)
        if options.as_json:
            write_json(target, snapshot, rows, sys.stdout)
        elif options.as_csv:
            self.for_csv.append((target, rows))
        else:
            if self.shown:
                print_line(self.out)
            self.shown += 1
            print_snapshot(self.out, title, snapshot, rows, options.view)
        print_problems(title, snapshot)
        if snapshot.problems:
            self.status = self.status or 1

    def finish(self) -> None:
        """Write what could not be written target by target."""
        if self.options.as_csv:
            write_csv(self.for_csv, sys.stdout)

    def _rows(self, target: str, title: str, snapshot: Snapshot) -> Sequence[Mapping]:
        options = self.options
        wanted = options.filter
        rows: Sequence[Mapping] = list(snapshot)
        if not wanted.passes_all:
            rows = list(filter(wanted.matches, snapshot))
            if not rows and len(snapshot):
                kinds = ", ".join(sorted({row.name.kind for row in snapshot}))
                click.echo(f"procmaps: no mapping of {title} matches; its kinds: {kinds}", err=True)
        for name in _columns_wanted(options):
            if rows and COLUMNS[name].is_empty(rows):
                remedy = "" if options.smaps or not is_process(target) else "; add --smaps"
                raise Unreadable(f"no mapping of {title} has the column {name}{remedy}")
        if options.sort:
            rows = sort(rows, options.sort, reverse=options.reverse)
        return rows


def _columns_wanted(options: _Options) -> Iterator[str]:
    yield from options.columns or ()
    if options.sort:
        yield options.sort


def _read(target: str, options: _Options) -> Snapshot:
    if is_process(target):
        return snapshot_of(target, options.file, options.dialect)
    return procmaps.loads(read_file(target), errors="collect", dialect=options.dialect)
