"""``procmaps check``: run any parser, in any language, on the cases of the conformance suite."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from procmaps.check.cases import InvalidCases, NoSuchCase, load, load_profiles
from procmaps.check.comparison import ONLY
from procmaps.check.end_signals import EndSignals
from procmaps.check.expected_failures import InvalidExpectations
from procmaps.cli import check_cases, check_fuzz, check_look
from procmaps.cli.check_options import RULES, CheckOptions, Completed
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import Unreadable
from procmaps.cli.parameter_types import Word
from procmaps.formats.file_kinds import FILE_KINDS
from procmaps.producers import every_producer


def _case_names() -> list[str]:
    return sorted({name for case in load() for name in (case.id, case.name)})


def _tags() -> list[str]:
    return sorted({tag for case in load() for tag in case.tags})


def _profiles() -> list[str]:
    return [profile.name for profile in load_profiles()]


def _producers() -> Iterator[str]:
    return (producer.name for producer in every_producer())


_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_CASE = Completed("case", _case_names)

_parser = under("The parser")
_cases = under("The cases")
_look = under("The cases themselves, without a parser")
_running = under("Running the parser")
_known = under("Expected failures")
_report = under("Reports")
_fuzzing = under("Random dumps instead of the cases")

_EXAMPLES = (
    "procmaps check --html report.html -- ./my-adapter",
    "procmaps check --case 'names/*' -- python3 adapter.py {maps}",
    "procmaps check --expect known.txt --update -- ./my-adapter",
    "procmaps check --show names/space",
)


# fmt: off
@click.command("check", cls=Command, rules=RULES, examples=_EXAMPLES)
@click.argument("command_line", nargs=-1, metavar="-- COMMAND...")
@_parser("--reads", multiple=True, type=Word("kind of file", lambda: FILE_KINDS), metavar="KIND",
         help=f"Run it on this kind of file: {', '.join(FILE_KINDS)}; repeatable. [default: the "
         "kinds in COMMAND, else maps]")
@_parser("--only", type=Word("set of mappings", lambda: ONLY), default="all", metavar="WHICH",
         help=f"Expect only these mappings: {', '.join(ONLY)}. [default: all]")
@_parser("--batch", is_flag=True,
         help="Start COMMAND once; it answers each line of JSON with a line of JSON.")
@_parser("--overlay", is_flag=True,
         help="Bind each dump over /proc/{pid} of a decoy process, for tools that read only that. "
         "Needs root.")
@_cases("--case", multiple=True, metavar="GLOB", type=_CASE,
        help="Run only these cases, such as 'names/*'; repeatable.")
@_cases("--skip", multiple=True, metavar="GLOB", type=_CASE,
        help="Leave out these cases; repeatable.")
@_cases("--tag", multiple=True, metavar="TAG", type=Completed("tag", _tags),
        help="Run only cases with this tag; if repeated, with all of the tags.")
@_cases("--profile", multiple=True, metavar="NAME", type=Completed("profile", _profiles),
        help="Run only the cases of a profile: linux, labels, other-systems, damaged; repeatable.")
@_cases("--cases", type=_FOLDER, metavar="DIR",
        help="Use the cases in DIR, written by --save or --export, instead of the suite's own.")
@_look("--list", "list_cases", is_flag=True, help="List the cases.")
@_look("--show", metavar="CASE", type=_CASE,
       help="Print a case: its dump (escaped), what it shows, its source, the right answers.")
@_look("--export", type=_FOLDER, metavar="DIR",
       help="Write the cases to the new folder DIR as dumps and JSON.")
@_running("--jobs", type=click.IntRange(1, 256), default=1, metavar="N",
          show_default=True, help="Run N commands at once.")
@_running("--timeout", type=click.FloatRange(0.01), default=10, metavar="SECONDS",
          show_default=True, help="Report a hang after this time for one dump.")
@_running("--no-shrink", is_flag=True,
          help="Show whole dumps, not the smallest that fail; finish faster.")
@_known("--expect", type=_FILE, metavar="FILE",
        help="Report and fail only on deviations from the failures listed in FILE.")
@_known("--update", is_flag=True, help="Write the failures of this run to that file.")
@_report("--html", type=_FILE, metavar="FILE", help="Write one HTML page.")
@_report("--markdown", type=_FILE, metavar="FILE", help="Write Markdown.")
@_report("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML, for CI.")
@_report("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@_fuzzing("--fuzz", type=click.IntRange(1), metavar="N",
          help="Draw N address spaces with hostile names, and shrink each kind of failure.")
@_fuzzing("--producer", metavar="NAME", type=Completed("producer", _producers),
          help="Print them as this kernel or program does. [default: linux-6.12]")
@_fuzzing("--seed", type=int, metavar="N", help="Set the seed; the same seed draws the same dumps.")
@_fuzzing("--save", type=_FOLDER, metavar="DIR", help="Save the failures as cases.")
@pass_options(CheckOptions.of)
def command(options: CheckOptions) -> None:
    """Run a parser on the conformance suite and show the smallest dump for each failure.

    COMMAND is an adapter in any language. It reads a dump from standard input, calls the parser,
    prints a JSON array with an object for each mapping, and exits with status 0. Each object has
    the members that the parser knows, such as start, end and name ("procmaps help protocol" lists
    all). {"rejected": "why"} instead of the array refuses the dump.

    If COMMAND contains {maps}, {smaps} or {smaps_rollup}, this becomes the path of the dump, and
    {root} the path of a folder laid out like /proc, with the process {pid}.

    Exit code: 1 for a failure that is not expected, or an expected one that passes; 2 if a case was
    not run or the adapter failed; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. Reports
    are written in all these cases.
    """
    # fmt: on
    look = options.look
    try:
        if look.list_cases or look.show is not None or look.export is not None:
            check_look.look(options)
            status = 0
        else:
            run = check_cases.run if options.fuzz.fuzz is None else check_fuzz.run
            with EndSignals() as signals:
                status = run(options, signals)
    except (NoSuchCase, InvalidCases, InvalidExpectations) as error:
        raise Unreadable(str(error)) from error
    sys.exit(status)
