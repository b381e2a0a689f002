"""``procmaps addr``: mapping, file, offset and build ID of addresses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import attrs
import click

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options, under
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import (
    JSON_HELP,
    STDIN,
    dialect_option,
    is_process,
    process_title,
    read_file,
    shown,
)
from procmaps.cli.option_rules import Excludes
from procmaps.cli.parameter_types import ProcessOrFile, Word
from procmaps.cli.style import count, say
from procmaps.errors import LiveError
from procmaps.printable import visible

if TYPE_CHECKING:
    from procmaps.search.locations import Locations

TOOLS: Final = ("addr2line", "eu-addr2line", "llvm-symbolizer", "blazecli", "debuginfod")

_HEX_DIGITS: Final = 16


@attrs.frozen
class _Options:
    target: str
    addresses: tuple[str, ...]
    tool: str | None
    returns: str | None
    as_json: bool
    dialect: str


_form = under("Output")


def _looked_up(addresses: list[int], returns: str | None) -> list[int]:
    """Return *addresses* with the byte before each of those that a call returns to.

    A return address is after its call, which may be the last instruction of its function.
    """
    exact = 0 if returns == "all" else 1 if returns == "callers" else len(addresses)
    return [*addresses[:exact], *(max(0, each - 1) for each in addresses[exact:])]


@click.command(
    "addr",
    cls=Command,
    rules=(Excludes("--json", ("--for",), "choose one form"),),
    examples=(
        "procmaps addr 1234 0x7f5a3c0291b4 0x55d0c8a3e1f0",
        "procmaps addr 1234 < backtrace.txt",
        "procmaps addr --for addr2line --returns callers 1234 < backtrace.txt | sh",
        "procmaps addr --for llvm-symbolizer 1234 7f5a3c0291b4 | llvm-symbolizer",
        "procmaps addr dump.txt 7f5a3c0291b4",
    ),
)
@click.argument("target", metavar="PID|FILE|-", type=ProcessOrFile())
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@_form(
    "--for",
    "tool",
    type=Word("tool", lambda: TOOLS),
    metavar="TOOL",
    help="Print what a symbolizer takes: input for llvm-symbolizer, commands for the shell for "
    "addr2line, eu-addr2line, blazecli, debuginfod.",
)
@click.option(
    "--returns",
    type=Word("returns", lambda: ("all", "callers")),
    metavar="WHICH",
    help="Which addresses calls return to: all, or callers, that is all but the first. The byte "
    "before each is looked up, which belongs to the call.",
)
@_form("--json", "as_json", is_flag=True, help=JSON_HELP)
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Show where addresses of a process are: mapping, label, file, offset, build ID.

    ADDRESS is hexadecimal, with or without 0x. Without one, a backtrace is read from standard
    input: of each line the address of the frame. Of a process, the mapped files themselves are
    opened, also if they were deleted or replaced, and "elf" is the address that readelf and
    symbolizers take. A dump says nothing of the contents of files.

    Exit code: 1 if no mapping contains an address, or a symbolizer cannot use it; 2 if the input
    cannot be read.
    """
    from procmaps.cli import addr_output  # noqa: PLC0415 - --help does without it
    from procmaps.cli.problems import print_all_problems  # noqa: PLC0415

    target = options.target
    if options.tool and not is_process(target):
        raise click.UsageError(
            f"--for needs a process; {shown(target)} is not one. A dump says nothing of the "
            "contents of files."
        )
    addresses = _looked_up(_addresses(options), options.returns)
    locations = _locate(options, addresses)
    if options.as_json:
        addr_output.write_json(target, locations, sys.stdout)
        status = 0
    elif options.tool:
        status = addr_output.print_for(options.tool, target, locations)
    else:
        addr_output.print_table(locations)
        status = 0
    if is_process(target):
        print_all_problems(process_title(target), locations.problems)
    if not options.as_json:
        addr_output.print_problems_of_files(locations)
    for each in locations:
        if each.error is not None:
            status = 1
            if options.tool:
                say(f"procmaps: {each.error}", err=True)
    sys.exit(status)


def _addresses(options: _Options) -> list[int]:
    if options.addresses:
        return [_address(text) for text in options.addresses]
    if options.target == STDIN:
        raise click.UsageError(
            "standard input is the dump, so give the addresses as arguments, or the dump as a file"
        )
    from procmaps.search.backtrace import addresses_in  # noqa: PLC0415 - only here

    text = read_file(STDIN)
    found = [*addresses_in(text)]
    lines = len(text.split(b"\n")) - text.endswith(b"\n")
    if not found:
        raise Unreadable(
            "no address on standard input: a line has one alone, or with 0x, such as "
            "#1 0x00007f5a3c0291b4 in main ()"
        )
    if without := lines - len(found):
        verb = "has" if without == 1 else "have"
        say(f"procmaps: {without:,} of {count(lines, 'line')} {verb} no address", err=True)
    return [address for _, address in found]


def _address(text: str) -> int:
    digits = text.lower().removeprefix("0x")
    try:
        if not digits.isalnum() or len(digits) > _HEX_DIGITS:
            raise ValueError  # noqa: TRY301 - int() takes underscores, signs and spaces
        return int(digits, 16)
    except ValueError:
        raise CliError(
            f"{visible(text) or repr(text)} is not an address: expected up to {_HEX_DIGITS} "
            "hexadecimal digits, with or without 0x"
        ) from None


def _locate(options: _Options, addresses: list[int]) -> Locations:
    from procmaps.search.locating import locate  # noqa: PLC0415 - --help does without it

    target = options.target
    if is_process(target):
        if options.dialect != "auto":
            raise click.UsageError("--dialect is for dumps; a process has that of its kernel")
        try:
            with busy(f"reading the files of {process_title(target)}"):
                return locate("self" if target == "self" else int(target), addresses)
        except LiveError as error:
            raise Unreadable(live_message(error)) from error
    import procmaps  # noqa: PLC0415 - only for dumps
    from procmaps.cli.problems import print_problems  # noqa: PLC0415

    snapshot = procmaps.loads(read_file(target), errors="collect", dialect=options.dialect)
    print_problems(shown(target), snapshot)
    return locate(snapshot, addresses)
