"""``procmaps pages``: the pages of a process, by frame where that is allowed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import attrs
import click
from rich.text import Text

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import Unreadable
from procmaps.cli.group_options import OF_TABLE, GroupOptions, grouping_options, page_table_options
from procmaps.cli.group_table import number_text, print_page_groups
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import JSON_HELP, is_process, process_title, shown
from procmaps.cli.option_rules import Excludes, Requires
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import ProcessOrFile
from procmaps.cli.style import FAINT, HEADING, console, count, print_line
from procmaps.errors import LiveError
from procmaps.json_format import JsonObject
from procmaps.pages import Pages, pages_to_json, read_pages

USUAL = ("rss", "pss", "uss", "anonymous", "file", "shmem", "swapped", "count")

ALSO = ("zero", "merged", "copied", "huge_mapped", "large", "hugetlb", "guard", "marked")
"""Figures that are printed below the table if they are not 0 and no column."""

_SHARERS = (1, 2, 3, 5, 9, 17, 33, 65, 129, 257)
"""The least numbers of sharers that are one line."""


@attrs.frozen(kw_only=True)
class _Options(GroupOptions):
    target: str
    every_frame: bool
    no_frames: bool
    sharers: bool
    mappings: bool
    as_json: bool


_how = under("What is read")
_form = under("Other forms")


@click.command(
    "pages",
    cls=Command,
    rules=(
        Excludes("--json", (*OF_TABLE, "--sharers"), "JSON has every figure of every group"),
        Excludes("--every-frame", ("--no-frames",), "choose one"),
        Requires(("--mappings",), "--json", "the table has groups"),
    ),
    examples=(
        "procmaps pages 1234",
        "procmaps pages --by label --figures pss_anonymous,pss_file,pss_shmem 1234",
        "procmaps pages --sharers self",
        "procmaps pages --json --mappings 1234",
    ),
)
@click.argument("target", metavar="PID", type=ProcessOrFile())
@_how("--every-frame", is_flag=True, help="Look at every frame: slower, and adds the figure large.")
@_how("--no-frames", is_flag=True, help="Do without frames, as for a user who is not root.")
@grouping_options
@page_table_options
@click.option("--sharers", is_flag=True, help="Print by how many each page is mapped.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@_form("--mappings", is_flag=True, help="With --json: print each mapping, too.")
@pass_options(_Options)
def command(options: _Options) -> None:
    """Count the pages of a process: unique, shared, copied, zero, merged, huge, swapped.

    As root, frames are looked at: uss is what no other mapping has, pss a fair share, and both are
    divided into anonymous memory, files and shared memory. Without that right, smaps gives most
    figures. Sizes are kB; a figure that is not known is a dot.

    Exit code: 2 if there is no such process, or it has no memory.
    """
    target = options.target
    if not is_process(target):
        raise Unreadable(f"{shown(target)} is not a process ID")
    pid = os.getpid() if target == "self" else int(target)
    keys, rules = options.keys(), options.rules()
    try:
        with busy(f"reading {process_title(target)}"):
            found = read_pages(
                pid,
                tier="entries" if options.no_frames else None,
                every_frame=options.every_frame,
            )
    except LiveError as error:
        raise Unreadable(live_message(error)) from error
    if options.as_json:
        record: JsonObject = pages_to_json(found, keys, rules=rules, mappings=options.mappings)
        sys.stdout.write(json.dumps(record) + "\n")
        return
    figures = options.chosen_figures or USUAL
    out = console()
    title = f"  by {', '.join(keys)}  {count(len(found), 'mapping')}"
    if not options.units:
        title += "  kB"
    print_line(out, Text.assemble((process_title(target), HEADING), (title, FAINT)))
    print_line(out)
    print_page_groups(out, found.by(*keys, rules=rules), options.view(keys, figures))
    if options.sharers:
        _print_sharers(out, found, units=options.units)
    print_line(out)
    for line in _notes(found, figures, units=options.units):
        print_line(out, Text(line, FAINT))


def _print_sharers(out: Output, pages: Pages, *, units: bool) -> None:
    sharers = pages.sharers
    print_line(out)
    if sharers is None:
        print_line(out, Text("by how many pages are mapped is not known without frames", FAINT))
        return
    rows: list[tuple[str, str]] = []
    for least, limit in zip(_SHARERS, (*_SHARERS[1:], None), strict=True):
        size = sum(
            size
            for number, size in sharers.items()
            if number >= least and (limit is None or number < limit)
        )
        most = "or more" if limit is None else f"to {limit - 1}" if limit - least > 1 else ""
        if size:
            rows.append((number_text(size, "rss", units=units), f"{least} {most}".rstrip()))
    width = max((len(text) for text, _ in rows), default=0)
    print_line(out, Text("mapped by", HEADING))
    for text, number in rows:
        print_line(out, f"{text:>{width}}  {number}")


def _notes(pages: Pages, figures: tuple[str, ...], *, units: bool) -> Iterator[str]:
    """Yield what the table does not show, and how the figures were had."""
    total = pages.figures
    also = [
        f"{name} {number_text(total[name], name, units=units)}"
        for name in ALSO
        if name not in figures and total.get(name)
    ]
    if also:
        yield f"Also: {', '.join(also)}."
    yield f"From {', '.join(pages.sources)}."
    for reason in pages.missing:
        yield f"No frames: {reason}."
    if unsplit := total["pss_unsplit"]:
        text = number_text(unsplit, "pss", units=units)
        yield f"smaps does not divide {text} of pss into anonymous memory and files."
    for fault in pages.faults:
        yield f"This kernel has the fault {fault!r}, which was avoided."
    if pages.averages:
        yield "This kernel counts large folios as a whole: pss and uss of them are averages."
    if pages.torn:
        yield f"Mappings came or went in each of {pages.retries + 1} readings."
