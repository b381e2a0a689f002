"""``procmaps diff``: what grew between two dumps, or while one process ran."""

from __future__ import annotations

import json
import sys
import time

import attrs
import click
from rich.text import Text

import procmaps
from procmaps.cli.busy import busy
from procmaps.cli.change_table import is_shown, print_changes, print_mapping_changes
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.group_options import (
    OF_TABLE,
    GroupOptions,
    grouping_options,
    table_options,
)
from procmaps.cli.inputs import (
    JSON_HELP,
    dialect_option,
    is_process,
    process_title,
    read_file,
    shown,
    snapshot_of,
)
from procmaps.cli.option_rules import Excludes
from procmaps.cli.parameter_types import ProcessOrFile
from procmaps.cli.problems import print_problems
from procmaps.cli.style import FAINT, HEADING, console, glyphs, print_line
from procmaps.formats.file_kinds import FileKind
from procmaps.printable import visible
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage import Difference, diff, difference_to_json
from procmaps.usage.causes import BY_OTHERS

_USUAL = ("rss", "pss", "uss", "swap", "count")


@attrs.frozen(kw_only=True)
class _Options(GroupOptions):
    targets: tuple[str, ...]
    wait: float | None
    sizes: bool
    mappings: bool
    as_json: bool
    dialect: str


_what = under("What is compared")
_table = under("The table")
_form = under("Other forms")


@click.command(
    "diff",
    cls=Command,
    rules=(Excludes("--json", (*OF_TABLE, "--mappings"), "JSON has all changes, in bytes"),),
    examples=(
        "procmaps diff before.txt after.txt",
        "procmaps diff --wait 60 -k 1234",
        "procmaps diff --mappings before.txt 1234",
    ),
)
@click.argument(
    "targets", metavar="PID|FILE|- [PID|FILE|-]", nargs=-1, required=True, type=ProcessOrFile()
)
@_what(
    "--wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Read one process twice, this time apart.",
)
@_what("--sizes", is_flag=True, help="Compare only sizes of address ranges; maps is enough.")
@grouping_options
@table_options
@_table("-m", "--mappings", is_flag=True, help="List the memory that changed, with causes.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Show what grew between two dumps or processes, or while one process ran.

    Sizes are kB, with a sign. Groups without a change in these figures are left out, and memory for
    which smaps shows no event or cause. A figure that one side does not have is a dot.

    Exit code: 1 if a text has lines that cannot be read, or mappings that repeat or overlap; 2 if
    an input cannot be read.
    """
    keys, rules = options.keys(), options.rules()
    titles, snapshots = _read(options)
    found = diff(*snapshots, keys, rules=rules)
    if options.as_json:
        targets = [visible(each) for each in options.targets]
        sys.stdout.write(json.dumps({"targets": targets, **difference_to_json(found)}) + "\n")
    else:
        _print(f" {glyphs().arrow} ".join(titles), found, options)
    for title, snapshot in zip(titles, snapshots, strict=True):
        print_problems(title, snapshot)
    sys.exit(any(snapshot.problems for snapshot in snapshots))


def _read(options: _Options) -> tuple[list[str], tuple[Snapshot, Snapshot]]:
    """Return the titles and both snapshots. Raises `click.UsageError` or `Unreadable`."""
    targets = options.targets
    if options.wait is not None:
        if len(targets) != 1 or not is_process(targets[0]):
            raise click.UsageError("--wait needs one process")
        before = _snapshot(targets[0], options)
        with busy(f"waiting {options.wait:g} seconds"):
            time.sleep(options.wait)
        title = process_title(targets[0])
        return [title, f"{options.wait:g} s later"], (before, _snapshot(targets[0], options))
    if len(targets) != 2:  # noqa: PLR2004 - before and after
        raise click.UsageError("name two processes or files, or one process and --wait")
    one, other = (_snapshot(each, options) for each in targets)
    titles = [process_title(each) if is_process(each) else shown(each) for each in targets]
    return titles, (one, other)


def _snapshot(target: str, options: _Options) -> Snapshot:
    file: FileKind = "maps" if options.sizes else "smaps"
    if is_process(target):
        return snapshot_of(target, file, options.dialect)
    return procmaps.loads(read_file(target), errors="collect", dialect=options.dialect)


def _print(title: str, found: Difference, options: _Options) -> None:
    out = console()
    has_figures = found.total.delta("rss") is not None
    usual = _USUAL if has_figures else ("size", "count")
    figures = options.chosen_figures or usual
    facts = [f"by {', '.join(found.by)}", *([] if options.units else ["kB"])]
    print_line(out, Text.assemble((title, HEADING), "  ", ("  ".join(facts), FAINT)))
    print_line(out)
    # What only others did, such as to share a library, changes PSS and is no news.
    known = [change for change in found.mappings if change.events or {*change.causes} - BY_OTHERS]
    if not (known or is_shown(found.total, figures)):
        print_line(out, "no change")
        return
    view = options.view(found.by, figures)
    if options.total or is_shown(found.total, figures):
        print_changes(out, found.total, view)
    else:
        more = "" if options.mappings else "; --mappings lists the memory that changed"
        print_line(out, f"no group changed in {', '.join(figures)}{more}")
    if options.mappings and known:
        print_line(out)
        print_mapping_changes(out, known, view)
    bounds = {name: found.total.bound(name) for name in figures if name not in ("size", "count")}
    if bounded := [f"{name} {bound // 1024}" for name, bound in bounds.items() if bound]:
        note = f"The total can be wrong by at most, in kB: {', '.join(bounded)}."
        print_line(out)
        print_line(out, Text(f"{note} The kernel cuts each mapping to whole kB.", FAINT))
