"""``procmaps shared``: what processes share, and with whom."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import attrs
import click
from rich.text import Text

import procmaps
from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options
from procmaps.cli.errors import Unreadable
from procmaps.cli.gaps import print_gaps
from procmaps.cli.group_table import number_text
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import is_process, json_option, process_title, shown
from procmaps.cli.option_rules import Excludes
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import ProcessOrFile
from procmaps.cli.style import FAINT, HEADING, console, glyphs, paint, print_line
from procmaps.errors import FramesHidden, LiveError
from procmaps.pages import FamilySharing, read_sharing, sharing_to_json

_KINDS = {"anonymous": "anonymous", "file": "of files", "shmem": "shared memory"}

_MATRIX = 12
"""The most members of a matrix that is printed."""


@attrs.frozen
class _Options:
    pids: tuple[str, ...]
    tree: bool
    top: int
    units: bool
    as_json: bool


@click.command(
    "shared",
    cls=Command,
    rules=(Excludes("--json", ("--units", "--top"), "JSON has every figure, in bytes"),),
    examples=("procmaps shared 1234 5678", "procmaps shared --tree -k 1234"),
)
@click.argument("pids", metavar="PID...", nargs=-1, required=True, type=ProcessOrFile())
@click.option("--tree", is_flag=True, help="Add all descendants of each process.")
@click.option(
    "-n", "--top", type=click.IntRange(min=0), default=10, show_default=True, metavar="N",
    help="Show only the N other processes that share most.",
)  # fmt: skip
@click.option("-k", "--units", is_flag=True, help="Print sizes with units, not in kB.")
@json_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Show what processes share among each other, with whom else, and what is only theirs.

    The frames of all processes are read, which only root may. Each frame is counted once, however
    often it is mapped. Sizes are kB.

    Exit code: 2 if frames are hidden, or a process cannot be read.
    """
    pids = _members(options)
    try:
        with busy("reading all processes"):
            found = read_sharing(pids)
    except (FramesHidden, LiveError) as error:
        text = live_message(error) if isinstance(error, LiveError) else str(error)
        raise Unreadable(text) from error
    unread = [gap for gap in found.gaps if gap.pid in pids]
    for gap in unread:
        Unreadable(live_message(gap.error)).show()
    if options.as_json:
        sys.stdout.write(json.dumps(sharing_to_json(found)) + "\n")
    elif found.members:
        _print(console(), found, options)
    print_gaps(gap for gap in found.gaps if gap.pid not in pids and gap.refused)
    ended = [pid for pid in pids if pid not in {*found.members, *found.twins}]
    sys.exit(Unreadable.exit_code if unread or ended else 0)


def _members(options: _Options) -> list[int]:
    found: list[int] = []
    for text in options.pids:
        if not is_process(text):
            raise Unreadable(f"{shown(text)} is not a process ID")
        pid = os.getpid() if text == "self" else int(text)
        found += procmaps.tree_pids(pid) if options.tree else [pid]
    return [*dict.fromkeys(found)]


def _print(out: Output, found: FamilySharing, options: _Options) -> None:
    def size(value: int) -> str:
        return number_text(value, "rss", units=options.units)

    title = f"{len(found.members):,} process{'es' * (len(found.members) != 1)}"
    print_line(out, Text.assemble((title, HEADING), "" if options.units else ("  kB", FAINT)))
    print_line(out)
    parts = [f"{size(value)} {_KINDS[kind]}" for kind, value in found.unique.items() if value]
    lines = [
        ("unique", sum(found.unique.values()), f"no other process maps: {', '.join(parts)}"),
        ("within", found.within, "of it, that two or more of these map"),
        ("outside", found.outside, "that other processes map, too"),
    ]
    if found.unseen:
        lines.append(("unseen", found.unseen, "of it, that a process maps which cannot be read"))
    if found.stale:
        lines.append(("stale", found.stale, "that changed its owner meanwhile: in no figure"))
    width = max(len(size(value)) for _, value, _ in lines)
    for name, value, meaning in lines:
        print_line(out, f"{name:<7}  {size(value):>{width}}  {meaning}")
    for pid, other in found.twins.items():
        print_line(out, f"{pid} has the address space of {other} and is counted with it")
    if 1 < len(found.members) <= _MATRIX:
        cells = [
            [size(found.matrix.get((one, other), 0)) for other in found.members]
            for one in found.members
        ]
        _print_table(out, found.members, [str(pid) for pid in found.members], cells)
    if others := [*found.others.items()][: options.top]:
        pids, sizes = zip(*others, strict=True)
        _print_table(out, pids, ["shared"], [[size(value)] for value in sizes])
    if (more := len(found.others) - len(others)) > 0:
        print_line(out, Text(f"{glyphs().more} and {more} more", FAINT))


def _print_table(
    out: Output, pids: Sequence[int], titles: list[str], cells: list[list[str]]
) -> None:
    """Print a line for each process: its ID, the cells, and its command."""
    print_line(out)
    rows = [[str(pid), *row] for pid, row in zip(pids, cells, strict=True)]
    widths = [max(map(len, column)) for column in zip(["pid", *titles], *rows, strict=True)]
    heading = [title.rjust(width) for title, width in zip(["pid", *titles], widths, strict=True)]
    print_line(out, paint(out, "  ".join([*heading, "command"]), HEADING))
    for pid, row in zip(pids, rows, strict=True):
        line = "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        command = process_title(str(pid)).partition(" (")[2].removesuffix(")")
        out.file.write(f"{line}  {command}".rstrip() + "\n")
