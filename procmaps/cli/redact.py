"""``procmaps redact``: a dump that is safe to attach to a report."""

from __future__ import annotations

import sys

import attrs
import click

import procmaps
from procmaps.cli.command import Command, pass_options
from procmaps.cli.inputs import dialect_option, is_process, read_file, shown, snapshot_of
from procmaps.cli.parameter_types import ProcessOrFile
from procmaps.cli.style import count, say
from procmaps.formats.file_kinds import FileKind
from procmaps.printable import visible_block


@attrs.frozen
class _Options:
    target: str
    maps: bool
    dialect: str


@click.command(
    "redact",
    cls=Command,
    examples=(
        "procmaps redact dump.txt > public.txt",
        "procmaps redact 1234 > smaps.txt",
        "procmaps redact --maps self",
    ),
)
@click.argument("target", metavar="PID|FILE|-", type=ProcessOrFile())
@click.option("--maps", is_flag=True, help="Of a process, read maps, not smaps.")
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    r"""Replace names and addresses in a dump, so that it is safe to attach to a report.

    Equal words become equal words of the same shape, and different ones different words. Layout,
    kinds, permissions, sizes, figures and flags are kept, and so is what can break a parser:
    spaces, brackets, escapes. What stays can still tell how many words a name has and how long
    they are.

    On a terminal, unprintable bytes are printed as \xNN; into a file they are written as they are.

    Exit code: 1 if the text has lines that cannot be read; they lose every word.
    """
    target = options.target
    if is_process(target):
        file: FileKind = "maps" if options.maps else "smaps"
        text = snapshot_of(target, file, options.dialect).dumps()
    elif options.maps:
        raise click.UsageError(f"--maps chooses a file of a process; {shown(target)} is a file")
    else:
        text = read_file(target)
    _write(procmaps.redact(text, dialect=options.dialect))
    problems = procmaps.loads(text, errors="collect", dialect=options.dialect).problems
    lost = [problem for problem in problems if problem.kind == "unparsed"]
    if lost:
        lines = count(len(lost), "place")
        say(
            f"procmaps: {lines} in {shown(target)} cannot be read; every word is replaced", err=True
        )
    sys.exit(bool(lost))


def _write(text: bytes) -> None:
    """Write the bytes as they are, on a terminal with escapes for what is not printable."""
    if sys.stdout.isatty():
        sys.stdout.write(visible_block(text.decode("utf-8", "surrogateescape")))
    else:
        sys.stdout.buffer.write(text)
    sys.stdout.flush()
