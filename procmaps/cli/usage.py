"""``procmaps usage``: where memory goes, by label, file, kind or process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial

import attrs
import click
from rich.text import Text

from procmaps.cli.budget_options import OF_BUDGET, budget_of, budget_options
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import CliError
from procmaps.cli.gaps import print_gaps
from procmaps.cli.group_csv import write_group_csv
from procmaps.cli.group_options import (
    OF_TABLE,
    GroupOptions,
    grouping_options,
    overlay_of,
    overlay_option,
    table_options,
)
from procmaps.cli.group_table import AT_LEAST, print_groups
from procmaps.cli.inputs import JSON_HELP, dialect_option
from procmaps.cli.option_rules import Excludes, Requires
from procmaps.cli.output import Output
from procmaps.cli.output_file import write_output
from procmaps.cli.parameter_types import InputFile, ProcessOrFile, Word
from procmaps.cli.problems import print_problems
from procmaps.cli.style import FAINT, HEADING, console, count, print_line
from procmaps.cli.usage_export import FORMATS, exported
from procmaps.cli.usage_sources import Reader, Source
from procmaps.json_format import JsonObject
from procmaps.printable import visible
from procmaps.usage import Account, Family, account_to_json, family_to_json

_USUAL = ("rss", "pss", "uss", "swap")


@attrs.frozen(kw_only=True)
class _Options(GroupOptions):
    targets: tuple[str, ...]
    everything: bool
    tree: str | None
    cgroup: str | None
    user: str | None
    overlay: str | None
    sizes: bool
    unknown: bool
    max_stall: float | None
    max_cost: float | None
    as_csv: bool
    as_json: bool
    export: str | None
    output: str | None
    dialect: str


_FAMILY = ("--tree", "--cgroup", "--user")

_LOOKS = tuple(option for option in OF_TABLE if option != "--figures")

_RULES = (
    Excludes("--sizes", _FAMILY, "a family is summed from smaps"),
    Excludes("--unknown", (*_FAMILY, "--export", "--csv"), "they have known figures only"),
    Excludes("--sizes", ("--unknown",), "sizes are known"),
    Excludes("--sizes", OF_BUDGET, "maps costs nearly nothing"),
    Excludes("--json", ("--csv",), "choose one form"),
    Excludes("--json", OF_TABLE, "JSON has every figure of every group, in bytes"),
    Excludes("--csv", OF_TABLE, "CSV has every figure of every group, in bytes"),
    Excludes("--export", ("--json", "--csv"), "choose one form"),
    Excludes("--export", _LOOKS, "a viewer sorts and prints by itself"),
    Requires(("--output",), "--export", "tables, CSV and JSON are written to standard output"),
)

_what = under("What is summed")
_form = under("Other forms")


@click.command(
    "usage",
    cls=Command,
    rules=_RULES,
    examples=(
        "procmaps usage 1234",
        "procmaps usage -k -t --by label 1234",
        "procmaps usage --all --by command -s pss --top 10",
        "procmaps usage --tree 1234 --by process",
        "procmaps usage --preset dumpsys smaps.txt",
        "procmaps usage --json smaps.txt",
        "procmaps usage --export pprof -o memory.pb.gz 1234",
    ),
)
@click.argument("targets", metavar="[PID|FILE|-]...", nargs=-1, type=ProcessOrFile())
@_what("--all", "-a", "everything", is_flag=True, help="Sum over all processes.")
@_what("--tree", metavar="PID", help="Sum over a process and its descendants.")
@_what("--cgroup", type=InputFile(), metavar="FOLDER", help="Sum over a control group.")
@_what("--user", metavar="NAME", help="Sum over the processes of a user.")
@grouping_options
@overlay_option
@_what("--sizes", is_flag=True, help="Sum only sizes of address ranges; maps is enough.")
@_what("--unknown", is_flag=True, help="Sum sizes in fields of smaps that are not known, too.")
@budget_options
@table_options
@_form("--csv", "as_csv", is_flag=True, help="Print CSV, with sizes in bytes.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@_form(
    "--export",
    type=Word("format", lambda: FORMATS),
    metavar="FORMAT",
    help="Write a file for a viewer: " + ", ".join(FORMATS) + ".",
)
@_form("-o", "--output", type=InputFile(), metavar="FILE", help="Write the export to this file.")
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Sum memory in use by label, file, kind or process.

    A process is read by its number, from smaps; a file is a dump of smaps. Sizes are kB. A figure
    that the kernel does not print is a dot, one that it refuses is "?", and "+" follows a sum that
    lacks something.

    Exit code: 1 if a text has lines that cannot be read, or mappings that repeat or overlap; 2 if
    an input cannot be read or has no figures.
    """
    family = [each for each in (options.tree, options.cgroup, options.user) if each is not None]
    if len(family) + options.everything + bool(options.targets) != 1:
        raise click.UsageError("name processes and files, or use --all, --tree, --cgroup or --user")
    keys = options.keys(FORMATS[options.export].keys if options.export else ())
    rules = options.rules()
    budget = budget_of(options.max_stall, options.max_cost)
    if options.overlay and len(options.targets) != 1:
        raise click.UsageError("--overlay needs one process or file: addresses are of one process")
    overlay = overlay_of(options.overlay)
    run = _Run(options)
    reader = Reader(keys, rules, options.dialect, options.sizes, budget, overlay, options.unknown)
    for read in _sources(options, reader):
        try:
            run.show(read())
        except CliError as error:
            error.show()
            run.status = error.exit_code
    run.finish()
    sys.exit(run.status)


def _sources(options: _Options, reader: Reader) -> Iterator[Callable[[], Source]]:
    """Yield a function for each thing to read. Each raises `CliError`."""
    if options.everything:
        yield reader.everything
    elif options.tree is not None:
        yield partial(reader.tree, options.tree)
    elif options.cgroup is not None:
        yield partial(reader.cgroup, options.cgroup)
    elif options.user is not None:
        yield partial(reader.user, options.user)
    for target in options.targets:
        yield partial(reader.one, target)


@attrs.define
class _Run:
    """One run over all sources."""

    options: _Options
    status: int = 0
    out: Output = attrs.field(factory=console)
    shown: int = 0
    accounts: list[tuple[str, Account]] = attrs.field(factory=list[tuple[str, Account]])

    def show(self, source: Source) -> None:
        """Show one source."""
        if self.options.as_json:
            sys.stdout.write(json.dumps(_to_json(source)) + "\n")
        elif self.options.as_csv:
            self.accounts.append((source.target, source.account))
        elif self.options.export:
            self.accounts.append((source.title, source.account))
        else:
            self._print(source)
        print_gaps(source.account.gaps)
        if source.snapshot is not None:
            print_problems(source.title, source.snapshot)
            if source.snapshot.problems:
                self.status = self.status or 1

    def finish(self) -> None:
        """Write what has one header for all sources."""
        if self.options.as_csv:
            write_group_csv(self.accounts, sys.stdout)
        elif self.options.export and self.accounts:
            format_ = self.options.export
            content = exported(format_, self.accounts, self.options.chosen_figures)
            write_output(self.options.output, content, binary=FORMATS[format_].binary)

    def _print(self, source: Source) -> None:
        if self.shown:
            print_line(self.out)
        self.shown += 1
        found = source.account
        facts = [f"by {', '.join(found.by)}", count(found.total.mappings, "mapping")]
        if not self.options.units:
            facts.append("kB")
        title = Text.assemble((source.title, HEADING), "  ", ("  ".join(facts), FAINT))
        print_line(self.out, title)
        print_line(self.out)
        figures = self.options.chosen_figures or _usual(found, sizes=self.options.sizes)
        view = self.options.view(found.by, figures)
        print_groups(self.out, found.total, view)
        notes = [*_notes(found, view.figures), *_family_notes(source.family)]
        for line in ["", *notes] if notes else []:
            print_line(self.out, Text(line, FAINT))


def _to_json(source: Source) -> JsonObject:
    record: JsonObject = {"target": visible(source.target), **account_to_json(source.account)}
    if source.family is not None:
        record["family"] = family_to_json(source.family)
    return record


def _usual(found: Account, *, sizes: bool) -> tuple[str, ...]:
    """Return the usual columns; that of hugetlbfs if there is any."""
    if sizes:
        return ("size", "count")
    huge = ("hugetlb",) if found.total.figure("hugetlb").value else ()
    return (*_USUAL, *huge, "count")


def _notes(found: Account, figures: tuple[str, ...]) -> list[str]:
    """Return what a reader must know of the figures: their bounds, and what they lack."""
    notes: list[str] = []
    bounds = [(name, found.total.column(name).bound) for name in figures]
    if bounded := [f"{name} up to {bound // 1024}" for name, bound in bounds if bound]:
        notes.append(
            f"The total may be larger, in kB: {', '.join(bounded)}. The kernel cuts each mapping "
            "to whole kB."
        )
    if any(found.total.column(name).state == "partial" for name in figures):
        notes.append(f"{AT_LEAST}  some mappings or processes lack this figure")
    if found.total.unknown:
        sums = (f"{visible(key)} {size // 1024}" for key, size in found.total.unknown.items())
        notes.append(f"Fields that are not known, summed, in kB: {', '.join(sums)}")
    return notes


def _family_notes(family: Family | None) -> list[str]:
    """Return what the family uses as one, and which processes are not counted."""
    if family is None:
        return []
    notes: list[str] = []
    unique = family.unique
    if unique.value is not None:
        least, most = unique.value // 1024, (unique.value + unique.bound) // 1024
        amount = f"At least {least}" if unique.state == "partial" else f"{least} to {most}"
        notes.append(
            f"{amount} kB are mapped by no other process, so they are unused when all of these end."
        )
    if family.twins:
        pids = ", ".join(map(str, sorted(family.twins)))
        notes.append(f"Not counted, because they share the address space of another: {pids}")
    return notes
