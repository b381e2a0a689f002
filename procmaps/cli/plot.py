"""``procmaps plot``: memory as a picture, a treemap of one reading or areas over several."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import attrs
import click

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import Unreadable
from procmaps.cli.group_options import (
    COLUMNS,
    Grouping,
    grouping_options,
    overlay_of,
    overlay_option,
)
from procmaps.cli.inputs import STDIN, dialect_option, is_process
from procmaps.cli.option_rules import Requires
from procmaps.cli.output_file import write_output
from procmaps.cli.parameter_types import InputFile, ProcessOrFile, Word
from procmaps.cli.problems import print_problems
from procmaps.cli.style import say
from procmaps.cli.usage_sources import Reader, Source
from procmaps.exports import Reading, to_html, to_svg

_SUFFIXES = (".html", ".htm", ".svg")


@attrs.frozen(kw_only=True)
class _Options(Grouping):
    targets: tuple[str, ...]
    figure: str | None
    overlay: str | None
    sizes: bool
    every: float
    times: int
    output: str
    dialect: str


_what = under("What is drawn")
_form = under("The file")


@click.command(
    "plot",
    cls=Command,
    rules=(Requires(("--every",), "--times", "it says how often the process is read"),),
    examples=(
        "procmaps plot 1234 -o memory.html",
        "procmaps plot --every 5 --times 12 1234 -o memory.html",
        "procmaps plot monday.txt tuesday.txt -o week.svg",
    ),
)
@click.argument("targets", metavar="PID|FILE|-...", nargs=-1, required=True, type=ProcessOrFile())
@_what(
    "--figure",
    type=Word("figure", lambda: COLUMNS),
    metavar="FIGURE",
    help="Draw this figure; the default is pss, or the first of rss and size that there is.",
)
@_what(
    "--times",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Read one process so often.",
)
@_what(
    "--every",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long between two readings.",
)
@_what("--sizes", is_flag=True, help="Draw sizes of address ranges; maps is enough.")
@grouping_options
@overlay_option
@_form(
    "-o",
    "--output",
    type=InputFile(),
    default=STDIN,
    metavar="FILE",
    help="Write this file; .svg is a picture, .html a page. Without it, the page is printed.",
)
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Draw the memory of a process or a dump as a treemap, and several readings over time.

    Files are drawn in the order in which they are given. The file needs no network and no other
    file, and contains no scripts.

    Exit code: 1 if a text has lines that cannot be read, or mappings that repeat or overlap; 2 if
    an input cannot be read or has no figures.
    """
    if options.times > 1 and (len(options.targets) != 1 or not is_process(options.targets[0])):
        raise click.UsageError("--times needs one process")
    if "." in options.output and not options.output.endswith(_SUFFIXES):
        raise click.UsageError(f"--output must end in one of: {', '.join(_SUFFIXES)}")
    if options.overlay and len(options.targets) != 1:
        raise click.UsageError("--overlay needs one process or file: addresses are of one process")
    reader = Reader(
        options.keys(),
        options.rules(),
        options.dialect,
        options.sizes,
        overlay=overlay_of(options.overlay),
    )
    sources: list[tuple[float | None, Source]] = []
    status = 0
    for read in _times(options, reader):
        sources.append(read)
        source = read[1]
        if source.snapshot is not None:
            print_problems(source.title, source.snapshot)
            status = status or int(bool(source.snapshot.problems))
    readings = _readings(sources)
    figure = options.figure or _figure(readings)
    draw = to_svg if options.output.endswith(".svg") else to_html
    write_output(options.output, draw(readings, figure).encode("utf-8"))
    sys.exit(status)


def _times(options: _Options, reader: Reader) -> Iterator[tuple[float | None, Source]]:
    """Yield each reading with its time. A process that ends early leaves what was read."""
    if options.times == 1:
        for target in options.targets:
            yield None, reader.one(target)
        return
    (target,) = options.targets
    start = time.monotonic()
    for number in range(options.times):
        if number:
            with busy(f"waiting for reading {number + 1} of {options.times}"):
                time.sleep(max(0.0, start + number * options.every - time.monotonic()))
        try:
            now = time.monotonic() - start
            yield now, reader.one(target)
        except Unreadable as error:
            if not number:
                raise
            say(f"procmaps: {number} of {options.times} readings: {error.message}", err=True)
            return


def _readings(sources: list[tuple[float | None, Source]]) -> list[Reading]:
    """Return what is drawn. Readings of one process are marked with their times."""
    return [
        Reading(
            source.title, source.account, seconds, None if seconds is None else f"{seconds:.3g} s"
        )
        for seconds, source in sources
    ]


def _figure(readings: list[Reading]) -> str:
    """Return the first usual figure that all readings have."""
    for name in ("pss", "rss"):
        if all(reading.account.total.column(name).value is not None for reading in readings):
            return name
    return "size"
