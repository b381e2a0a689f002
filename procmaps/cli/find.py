"""``procmaps find``: who maps what, over all processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.gaps import print_gaps
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import JSON_HELP, is_process, shown
from procmaps.cli.option_rules import Excludes, Requires, Rule
from procmaps.cli.parameter_types import InputFile, ProcessOrFile, WordList, joined
from procmaps.cli.perms_type import PermsType
from procmaps.cli.size_type import SizeType
from procmaps.errors import NoAddressSpace
from procmaps.printable import visible

if TYPE_CHECKING:
    from procmaps.live.gaps import Gap
    from procmaps.search.found import FoundMappings
    from procmaps.search.map_limit import MapCounts

_BACKINGS: Final = ("file", "anonymous", "shared", "kernel")
_STATES: Final = ("deleted", "replaced")

_QUESTIONS: Final[dict[str, dict[str, Any]]] = {
    "deleted": {"state": _STATES, "perms": "x"},
    "wx": {"perms": "wx"},
    "anon_exec": {"perms": "x"},
    "memfd_exec": {"perms": "x", "kind": "memfd"},
}
"""The ready questions, as conditions of `procmaps.find_mappings`."""

_NEAR: Final = 80
"""Percent of the limit from which a process is near it."""


def _kinds() -> Iterable[str]:
    from procmaps.records.kinds import known_kinds  # noqa: PLC0415 - only for --kind

    return known_kinds()


@attrs.frozen
class _Options:
    pids: tuple[str, ...]
    deleted: bool
    wx: bool
    anon_exec: bool
    memfd_exec: bool
    near_limit: bool
    percent: int
    lib: tuple[str, ...]
    name: tuple[str, ...]
    path: tuple[str, ...]
    label: tuple[str, ...]
    kind: tuple[tuple[str, ...], ...]
    backing: tuple[tuple[str, ...], ...]
    perms: str | None
    min_size: int | None
    max_size: int | None
    state: tuple[tuple[str, ...], ...]
    file: str | None
    inode: int | None
    device: str | None
    build_id: str | None
    build_ids: bool
    only_pids: bool
    fail: bool
    as_json: bool

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions, for `procmaps.find_mappings`; empty if there is none."""
        given: dict[str, Any] = {
            "library": self.lib,
            "name": self.name,
            "path": self.path,
            "label": self.label,
            "kind": joined(self.kind),
            "backing": joined(self.backing),
            "perms": self.perms,
            "min_size": self.min_size,
            "max_size": self.max_size,
            "state": joined(self.state),
            "file": self.file,
            "inode": self.inode,
            "device": self.device,
            "build_id": self.build_id,
        }
        found = {name: value for name, value in given.items() if value not in ((), None)}
        for question, conditions in _QUESTIONS.items():
            if getattr(self, question):
                found |= conditions
        if self.anon_exec:
            from procmaps.search.criteria import ANONYMOUS_KINDS  # noqa: PLC0415 - only here

            found["kind"] = ANONYMOUS_KINDS
        return found


_KIND_OR_PERMS: Final = ("--kind", "--perms", "--state")
_OTHERS: Final = (
    "--lib", "--name", "--path", "--label", "--kind", "--backing", "--perms", "--min-size",
    "--max-size", "--state", "--file", "--inode", "--device", "--build-id", "--build-ids",
)  # fmt: skip
_FLAGS: Final = ("--deleted", "--wx", "--anon-exec", "--memfd-exec")

_RULES: Final[tuple[Rule, ...]] = (
    Excludes("--near-limit", (*_FLAGS, *_OTHERS), "it counts mappings, whatever they are"),
    *(
        Excludes(flag, _FLAGS[index + 1 :], "ask one question at a time")
        for index, flag in enumerate(_FLAGS[:-1])
    ),
    *(
        Excludes(flag, _KIND_OR_PERMS, "it is a condition on kind, permissions and state itself")
        for flag in _FLAGS
    ),
    Requires(("--percent",), "--near-limit", "it says from where a process is near the limit"),
    Excludes("--pids", ("--json", "--build-ids"), "it prints only process IDs"),
)

_question = under("Ready questions")
_which = under("Which mappings")
_form = under("Output")


@click.command(
    "find",
    cls=Command,
    rules=_RULES,
    examples=(
        "procmaps find --deleted",
        "procmaps find --lib libssl --pids",
        "procmaps find --wx --fail-if-found",
        "procmaps find --near-limit --percent 50",
        "procmaps find --label 'dalvik-*' --min-size 1M 1234 5678",
        "procmaps find --file /usr/lib/libc.so.6 --build-ids",
    ),
)
@click.argument("pids", metavar="[PID]...", nargs=-1, type=ProcessOrFile())
@_question("--deleted", is_flag=True, help="Code of files that were deleted or replaced: what to "
           "restart after an upgrade.")  # fmt: skip
@_question("--wx", is_flag=True, help="Memory that is writable and executable.")
@_question("--anon-exec", is_flag=True, help="Executable memory that no file has: compilers at run "
           "time, and injected code.")  # fmt: skip
@_question("--memfd-exec", is_flag=True, help="Executable memfds: programs that never were in a "
           "file system.")  # fmt: skip
@_question("--lib", multiple=True, metavar="NAME", help="A library in any version: libssl is "
           "libssl.so.3 and libssl-1.1.so. Repeatable.")  # fmt: skip
@_question("--near-limit", is_flag=True, help="Processes with nearly vm.max_map_count mappings, at "
           "which mmap fails.")  # fmt: skip
@_question("--percent", type=click.IntRange(0, 100), default=_NEAR, show_default=True,
           metavar="N", help="What --near-limit takes for near.")  # fmt: skip
@_which("--name", multiple=True, metavar="GLOB", help="The name as printed, or its last component; "
        "* and ? are wild. Repeatable.")  # fmt: skip
@_which("--path", multiple=True, metavar="GLOB", help="The original path of a file, or its last "
        "component. Repeatable.")  # fmt: skip
@_which("--label", multiple=True, metavar="GLOB", help="The label of anonymous memory or a memfd. "
        "Repeatable.")  # fmt: skip
@_which("--kind", multiple=True, type=WordList("kind", _kinds), metavar="KIND,...",
        help="Kinds such as heap,stack,memfd.")  # fmt: skip
@_which("--backing", multiple=True, type=WordList("backing", lambda: _BACKINGS),
        metavar="BACKING,...", help=f"What it is made of: {', '.join(_BACKINGS)}.")  # fmt: skip
@_which("--perms", type=PermsType(), metavar="PERMS", help="Rights: letters (wx) or all four "
        "(r-xp, ? is any).")  # fmt: skip
@_which("--min-size", type=SizeType(), metavar="SIZE", help="At least this size, such as 64k.")
@_which("--max-size", type=SizeType(), metavar="SIZE", help="At most this size.")
@_which("--state", multiple=True, type=WordList("state", lambda: _STATES), metavar="STATE,...",
        help="Files that are no longer at their path: " + ", ".join(_STATES) + ".")  # fmt: skip
@_which("--file", type=InputFile(), metavar="FILE", help="The inode of a file here, under any "
        "name: hard links, other mount namespaces.")  # fmt: skip
@_which("--inode", type=click.IntRange(min=0), metavar="N", help="The inode number.")
@_which("--device", metavar="MAJOR:MINOR", help="The device as maps prints it, such as fd:01.")
@_which("--build-id", metavar="HEX", help="The GNU build ID of the file, or how it begins.")
@_form("--build-ids", is_flag=True, help="Print build IDs.")
@_form("-l", "--pids", "only_pids", is_flag=True, help="Print only process IDs, one a line.")
@_form("--fail-if-found", "fail", is_flag=True, help="Exit with 1 if something is found.")
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@pass_options(_Options)
def command(options: _Options) -> None:
    """Find out who maps what, over all processes or those named.

    Every condition must hold; of a repeated one, any value. Processes that may not be read are
    listed on standard error. An address space of several processes is searched once.

    Exit code: 2 if a process that was named cannot be read; with --fail-if-found, 1 if something
    is found.
    """
    from procmaps.cli.find_output import MappingReport, NearReport  # noqa: PLC0415 - not for --help

    if not (options.near_limit or options.conditions):
        raise click.UsageError(
            "give a condition, such as --lib libssl or --wx; to list all mappings of a process, "
            "use procmaps show"
        )
    pids = [_pid(each) for each in options.pids] or None
    with busy("reading all processes" if pids is None else "reading processes"):
        report: MappingReport | NearReport
        if options.near_limit:
            report = NearReport(_near(options.percent, pids))
        else:
            report = MappingReport(_search(options, pids), build_ids=options.build_ids)
    if options.as_json:
        report.write_json(sys.stdout)
    elif options.only_pids:
        sys.stdout.write("".join(f"{pid}\n" for pid in report.pids))
    else:
        report.print()
    report.print_notes(quiet=options.as_json or options.only_pids)
    status = 1 if options.fail and report.pids else 0
    if pids is None:
        print_gaps(report.gaps)
    else:
        status = _show_failures(report.gaps) or status
    sys.exit(status)


def _search(options: _Options, pids: list[int] | None) -> FoundMappings:
    from procmaps.search.finding import find_mappings  # noqa: PLC0415 - --help does without it

    try:
        return find_mappings(pids, **options.conditions, build_ids=options.build_ids)
    except ValueError as error:
        raise click.UsageError(visible(str(error))) from error
    except OSError as error:
        if options.file is None or error.filename != os.fsencode(options.file):
            raise
        raise Unreadable(f"cannot read {shown(options.file)}: {error.strerror}") from error


def _near(percent: int, pids: list[int] | None) -> MapCounts:
    from procmaps.search.map_limit import near_map_limit  # noqa: PLC0415 - --help does without it

    return near_map_limit(pids, share=percent / 100)


def _pid(text: str) -> int:
    if not is_process(text):
        raise CliError(f"{shown(text)} is not a process ID")
    return os.getpid() if text == "self" else int(text)


def _show_failures(gaps: Iterable[Gap]) -> int:
    """Print why each process that was named could not be read; return the exit code.

    A kernel thread or a zombie has no memory in which anything could be found.
    """
    status = 0
    for gap in gaps:
        if not isinstance(gap.error, NoAddressSpace):
            error = Unreadable(live_message(gap.error))
            error.show()
            status = error.exit_code
    return status
