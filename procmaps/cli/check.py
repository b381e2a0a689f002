"""``procmaps check``: any parser, in any language, over the cases of the conformance suite."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from procmaps.check.cases import InvalidCases, NoSuchCase, load
from procmaps.check.expected_failures import InvalidExpectations
from procmaps.check.judge import ONLY, Only
from procmaps.check.runner import AdapterBroken, Plan, reads
from procmaps.cli import check_cases
from procmaps.cli import check_fuzz as fuzzing
from procmaps.cli.check_output import Output
from procmaps.cli.command import Command, under
from procmaps.cli.errors import Unreadable
from procmaps.formats.file_kinds import FILE_KINDS, FileKind

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

_parser = under("The parser")
_cases = under("The cases")
_running = under("Running it")
_known = under("Known failures")
_report = under("The report")
_fuzzing = under("Fuzzing, in place of the cases")


# fmt: off
@click.command("check", cls=Command, examples=(
    "procmaps check --html report.html -- ./my-adapter",
    "procmaps check --case 'names/*' -- python3 adapter.py {maps}",
))
@click.argument("command_line", nargs=-1, metavar="-- COMMAND...")
@_parser("--reads", "kinds", multiple=True, type=click.Choice(FILE_KINDS), metavar="KIND",
         help=f"Which files it reads: {', '.join(FILE_KINDS)}; repeatable. [default: what COMMAND "
         "names, else maps]")
@_parser("--only", type=click.Choice(list(ONLY)), default="all", metavar="WHICH",
         help=f"Which mappings it gives by design: {', '.join(ONLY)}. [default: all]")
@_parser("--batch", is_flag=True,
         help="COMMAND is started once, and answers a line of JSON with a line of JSON.")
@_parser("--overlay", is_flag=True,
         help="It reads nothing but /proc/{pid}: bind each dump over that of a decoy process. "
         "Needs root.")
@_cases("--list", "listing", is_flag=True, help="List the cases, and run nothing.")
@_cases("--case", "only_cases", multiple=True, metavar="GLOB",
        help="Run these only, such as 'names/*'; repeatable.")
@_cases("--skip", "skipped", multiple=True, metavar="GLOB", help="Leave these out; repeatable.")
@_cases("--tag", "tags", multiple=True, metavar="TAG",
        help="Only those with this tag; repeatable: with all of them.")
@_cases("--cases", "folder", type=_FOLDER, metavar="DIR",
        help="The cases of this folder, such as --save makes, in place of the suite's own.")
@_running("--jobs", type=click.IntRange(1, 256), default=1, metavar="N",
          show_default=True, help="Commands at once.")
@_running("--timeout", type=click.FloatRange(0.01), default=10, metavar="SECONDS",
          show_default=True, help="How long one dump may take before it is a hang.")
@_running("--no-shrink", is_flag=True, help="Show whole dumps; do not look for the smallest.")
@_known("--expect", type=_FILE, metavar="FILE",
        help="Failures that are known: only what is other than listed is told, and fails.")
@_known("--update", is_flag=True, help="Write the failures of this run to that file.")
@_report("--html", type=_FILE, metavar="FILE", help="Write it as one HTML page.")
@_report("--markdown", type=_FILE, metavar="FILE", help="Write it as Markdown.")
@_report("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit XML, for CI.")
@_report("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_fuzzing("--fuzz", type=click.IntRange(1), metavar="N",
          help="Draw N address spaces with hostile names, and shrink what fails.")
@_fuzzing("--producer", metavar="NAME", help="Who prints them. [default: linux-6.12]")
@_fuzzing("--seed", type=int, metavar="N", help="Draw the same again.")
@_fuzzing("--save", type=_FOLDER, metavar="DIR", help="Save what was found as cases.")
def command(
    *, command_line: tuple[str, ...], listing: bool, only_cases: tuple[str, ...],
    skipped: tuple[str, ...], tags: tuple[str, ...], folder: Path | None,
    kinds: tuple[FileKind, ...], only: Only, batch: bool, overlay: bool, jobs: int,
    timeout: float, no_shrink: bool,
    expect: Path | None, update: bool, as_json: bool, junit: Path | None, markdown: Path | None,
    html: Path | None, fuzz: int | None, producer: str | None, seed: int | None, save: Path | None,
) -> None:
    """Run a parser over the conformance suite: what breaks it, with the smallest dump of each.

    COMMAND is an adapter, in any language: it reads a dump on standard input, calls the parser, and
    prints a JSON array with an object for each mapping (docs/protocol.md). Where it has {maps},
    {smaps}, {smaps_rollup}, {root} or {pid} in it, these stand for the dump's path, a folder like
    /proc with it, and the process there.

    Exit 1 where a case fails that is not expected to, or passes and is; 2 where one was not run.
    """
    # fmt: on
    asked = (producer, seed, save) != (None, None, None)
    try:
        if listing:
            chosen = load(
                kinds or FILE_KINDS, only=only_cases, skip=skipped, tags=tags, folder=folder
            )
            check_cases.show(chosen, as_json=as_json)
            return
        if not command_line:
            raise click.UsageError("Missing argument '-- COMMAND...', the parser's adapter.")
        _check_options(expect, update=update, fuzz=fuzz, batch=batch, overlay=overlay, asked=asked)
        plan = Plan(
            command_line, reads(command_line, kinds), timeout, jobs, batch=batch, overlay=overlay,
            only=only, shrink=not no_shrink,
        )  # fmt: skip
        output = Output(as_json, junit, markdown, html)
        if fuzz is None:
            cases = load(plan.reads, only=only_cases, skip=skipped, tags=tags, folder=folder)
            status = check_cases.run(plan, cases, expect, output, update=update, folder=folder)
        else:
            drawing = fuzzing.Drawing(fuzz, producer, seed, save)
            status = int(fuzzing.run(plan, drawing, output))
    except (AdapterBroken, NoSuchCase, InvalidCases, InvalidExpectations) as error:
        raise Unreadable(str(error)) from error
    sys.exit(status)


def _check_options(
    expect: Path | None, *, update: bool, fuzz: int | None, batch: bool, overlay: bool, asked: bool
) -> None:
    if update and expect is None:
        raise click.UsageError("--update needs --expect FILE, the file to write.")
    if fuzz is None and asked:
        raise click.UsageError("--producer, --seed and --save belong to --fuzz N.")
    if fuzz is not None and expect is not None:
        raise click.UsageError("--expect lists cases; --fuzz runs none of them.")
    if batch and overlay:
        raise click.UsageError("--batch and --overlay exclude each other: a mount is for one run.")
