"""``procmaps modules``: the files that are mapped, each as one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence

import attrs
import click
from rich.text import Text

import procmaps
from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options
from procmaps.cli.errors import Unreadable
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import (
    dialect_option,
    is_process,
    json_option,
    process_title,
    read_file,
    shown,
)
from procmaps.cli.module_json import module_to_json
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import ProcessOrFile
from procmaps.cli.problems import print_all_problems
from procmaps.cli.style import FAINT, HEADING, console, count, glyphs, print_line, say
from procmaps.errors import LiveError
from procmaps.json_format import JsonObject
from procmaps.live.loaded_module import LoadedModule
from procmaps.live.loaded_modules import LoadedModules
from procmaps.mapped_files.module import Module
from procmaps.printable import size_text, visible
from procmaps.records.names import DELETED
from procmaps.search.name_patterns import name_pattern
from procmaps.snapshots.problem import Problem


@attrs.frozen
class _Options:
    target: str
    names: tuple[str, ...]
    executable: bool
    as_json: bool
    dialect: str


@click.command(
    "modules",
    cls=Command,
    examples=(
        "procmaps modules 1234",
        "procmaps modules --name 'libc.so*' --json 1234",
        "procmaps modules --executable dump.txt",
    ),
)
@click.argument("target", metavar="PID|FILE|-", type=ProcessOrFile())
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Show only these names; * and ? are wild. GLOB matches the whole name, its last component "
    "or the member of an archive. Repeatable.",
)
@click.option("--executable", is_flag=True, help="Show only files with executable mappings.")
@json_option
@dialect_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Show each mapped file once: where it is loaded, its text, its build ID.

    The mappings of a library are one module. Of a process, the mapped files themselves are opened,
    even if they were deleted or replaced, so build IDs are those of the running code, and libraries
    in archives such as APKs are found. Of a dump, only what its text says is shown.

    Exit code: 1 if something of a file cannot be read, or the text has lines that cannot be read; 2
    if the input cannot be read.
    """
    target = options.target
    problems: Sequence[Problem] = ()
    found: Sequence[LoadedModule]
    if is_process(target):
        title, loaded = process_title(target), _of_process(target, options.dialect)
        found, problems = loaded, loaded.problems
    else:
        title = shown(target)
        snapshot = procmaps.loads(read_file(target), errors="collect", dialect=options.dialect)
        problems = snapshot.problems
        found = [LoadedModule(each, None, None, None, None) for each in procmaps.modules(snapshot)]
    rows = [each for each in found if _matches(each.module, options)]
    if options.as_json:
        modules = [module_to_json(each) for each in rows]
        record: JsonObject = {"version": 1, "target": visible(target), "modules": [*modules]}
        sys.stdout.write(json.dumps(record) + "\n")
    else:
        _print(console(), title, rows)
    status = _report(rows)
    print_all_problems(title, problems)
    sys.exit(status or bool(problems))


def _of_process(target: str, dialect: str) -> LoadedModules:
    if dialect != "auto":
        raise click.UsageError("--dialect is for dumps; a process has the dialect of its kernel")
    try:
        with busy(f"reading the files of {process_title(target)}"):
            return procmaps.process_modules("self" if target == "self" else int(target))
    except LiveError as error:
        raise Unreadable(live_message(error)) from error


def _matches(module: Module, options: _Options) -> bool:
    if options.executable and module.text is None:
        return False
    raw = module.name.raw.removesuffix(DELETED)
    names = {module.name.raw, raw, raw.rpartition(b"/")[2]}
    if module.member is not None:
        names |= {module.member.name, module.member.name.rpartition(b"/")[2]}
    patterns = [name_pattern(each) for each in options.names]
    return not patterns or any(each.fullmatch(name) for each in patterns for name in names)


def _print(out: Output, title: str, rows: Sequence[LoadedModule]) -> None:
    print_line(out, Text.assemble((title, HEADING), (f"  {count(len(rows), 'module')}", FAINT)))
    print_line(out)
    table = [_cells(each) for each in rows]
    titles = ("base", "size", "text", "build id")
    widths = [max(map(len, column)) for column in zip(titles, *table, strict=True)]
    heading = [each.ljust(width) for each, width in zip(titles, widths, strict=True)]
    print_line(out, Text("  ".join([*heading, "name"]), HEADING))
    for cells, row in zip(table, rows, strict=True):
        padded = [
            cell.rjust(width) if title == "size" else cell.ljust(width)
            for cell, width, title in zip(cells, widths, titles, strict=True)
        ]
        notes = "".join(f"  {note}" for note in _notes(row))
        print_line(out, Text.assemble("  ".join([*padded, _name(row.module)]), (notes, FAINT)))


def _cells(row: LoadedModule) -> tuple[str, str, str, str]:
    nothing = glyphs().nothing
    module = row.module
    text = nothing if module.text is None else "{:x}-{:x}".format(*module.text)
    build_id = row.build_id.hex() if row.build_id else nothing
    return f"{module.base:x}", size_text(module.end - module.start), text, build_id


def _name(module: Module) -> str:
    inside = f"!/{visible(module.member.name)}" if module.member else ""
    return visible(module.name.raw) + inside


def _notes(row: LoadedModule) -> Iterator[str]:
    """Yield what is unusual of a module."""
    module = row.module
    if module.copy:
        yield f"copy {module.copy + 1}"
    if module.offset and module.member is None:
        yield f"at {module.offset:#x} in the file"
    if module.gaps:
        yield count(len(module.gaps), "gap")
    if module.anonymous:
        yield f"{count(len(module.anonymous), 'anonymous mapping')} in it"
    if row.how == "memory":
        yield "image from memory"


def _report(rows: Sequence[LoadedModule]) -> int:
    """Print what could not be read, each reason once; return the exit code."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        for problem in row.problems:
            reasons.setdefault(problem, []).append(_name(row.module))
    for reason, names in reasons.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        say(f"procmaps: {names[0]}{more}: {reason}", err=True)
    return bool(reasons)
