"""``procmaps show``: the mappings of processes and dumps, as a table, JSON or CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.inputs import JSON_HELP, dialect_option, is_process, shown
from procmaps.cli.option_rules import Excludes, Requires
from procmaps.cli.parameter_types import ProcessOrFile, Word, WordList
from procmaps.cli.perms_type import PermsType
from procmaps.cli.show_options import ShowOptions


def _columns() -> Iterable[str]:
    from procmaps.cli.columns import COLUMNS  # noqa: PLC0415 - only for the options that need it

    return COLUMNS


def _kinds() -> Iterable[str]:
    from procmaps.records.kinds import known_kinds  # noqa: PLC0415 - only for --kind

    return known_kinds()


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
    Excludes("--split", ("--json", "--csv"), "JSON and CSV have the mappings of the whole text"),
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
    type=WordList("kind", _kinds),
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
    type=Word("column", _columns),
    metavar="COLUMN",
    help="Sort by a column: sizes from the largest, others from the lowest.",
)
@_table("--reverse", is_flag=True, help="Reverse the order of --sort.")
@_table(
    "--columns",
    type=WordList("column", _columns),
    metavar="COLUMN,...",
    help="Show these columns: address, start, end, size, perms, offset, dev, inode, kind, name, "
    "or a field of smaps, such as rss or swap.",
)
@_table("--wide", is_flag=True, help="Print long names in full.")
@_table("--summary", is_flag=True, help="Print only the sums by kind.")
@_table("--split", is_flag=True, help="Show each dump of a joined text by itself.")
@_form("--csv", "as_csv", is_flag=True, help="Print CSV, with sizes in bytes.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@dialect_option
@pass_options(ShowOptions)
def command(options: ShowOptions) -> None:
    r"""Show the mappings of processes and dumps.

    A number is a process, "self" is this program, - is standard input; for a file whose name is a
    number write ./123. Files compressed with gzip, xz, zstd or bzip2 are decompressed. Unprintable
    bytes of names are printed as \xNN. On a narrow terminal, some columns are left out, and long
    names lose their beginning.

    Exit code: 1 if a text has lines that cannot be read, or mappings that repeat or overlap; 2 if
    an input cannot be read.
    """
    from procmaps.cli.show_targets import show  # noqa: PLC0415 - --help does without it

    _check_targets(options)
    sys.exit(show(options))


def _check_targets(options: ShowOptions) -> None:
    if options.smaps or options.rollup:
        option = "--smaps" if options.smaps else "--rollup"
        for target in options.targets:
            if not is_process(target):
                raise click.UsageError(
                    f"{option} chooses a file of a process; {shown(target)} is not a process. "
                    "A dump is recognised by its content."
                )
