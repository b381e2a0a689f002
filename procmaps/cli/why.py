"""``procmaps why``: how the figures of a process lead to each other."""

from __future__ import annotations

import json
import os
import sys

import attrs
import click
from rich.text import Text

from procmaps.cli.command import Command, pass_options
from procmaps.cli.errors import Unreadable
from procmaps.cli.group_table import REFUSED
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import is_process, json_option, process_title, shown
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import InputFile, ProcessOrFile
from procmaps.cli.style import FAINT, HEADING, console, glyphs, print_line, say
from procmaps.errors import LiveError
from procmaps.json_format import JsonObject
from procmaps.printable import size_text, visible
from procmaps.usage import Term, Why, why, why_cgroup


@attrs.frozen
class _Options:
    target: str | None
    cgroup: str | None
    units: bool
    as_json: bool


@click.command(
    "why",
    cls=Command,
    examples=("procmaps why 1234", "procmaps why -k --cgroup /sys/fs/cgroup/system.slice"),
)
@click.argument("target", metavar="[PID]", required=False, type=ProcessOrFile())
@click.option(
    "--cgroup",
    type=InputFile(),
    metavar="FOLDER",
    help="Explain the figure of a control group, by its processes.",
)
@click.option("-k", "--units", is_flag=True, help="Print sizes with units, not in kB.")
@json_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Show how the figures of a process or a control group, which disagree, lead to each other.

    Each figure is followed by the step to the next one. Sizes are kB. A figure that the kernel
    refuses is "?", one that it does not report is a dot.

    Exit code: 2 if there is no such process, or it has no memory.
    """
    if (options.target is None) is (options.cgroup is None):
        raise click.UsageError("name a process, or a control group by --cgroup")
    if options.target is not None:
        facts, title, found = _of_process(options.target)
    else:
        facts, title, found = _of_cgroup(options.cgroup or "")
    if options.as_json:
        sys.stdout.write(json.dumps({**facts, **_to_json(found)}) + "\n")
    else:
        _print(console(), title, found, units=options.units)
    if found.error is not None:
        say(f"procmaps: {live_message(found.error)}", err=True)


def _of_process(target: str) -> tuple[JsonObject, str, Why]:
    """Return what identifies the process in JSON, its title, and its figures."""
    if not is_process(target):
        raise Unreadable(f"{shown(target)} is not a process ID")
    pid = os.getpid() if target == "self" else int(target)
    try:
        return {"pid": pid}, process_title(target), why(pid)
    except LiveError as error:
        raise Unreadable(live_message(error)) from error


def _of_cgroup(folder: str) -> tuple[JsonObject, str, Why]:
    """Return the same of a control group."""
    try:
        found = why_cgroup(folder)
    except LiveError as error:
        raise Unreadable(live_message(error)) from error
    except OSError as error:
        name = shown(os.fsdecode(error.filename or folder))
        raise Unreadable(f"cannot read {name}: {error.strerror or error}") from error
    return {"cgroup": visible(folder)}, f"control group {visible(folder)}", found


def _to_json(found: Why) -> JsonObject:
    record: JsonObject = {"terms": [_term_to_json(term) for term in found.terms]}
    if found.error is not None:
        record["refused"] = str(found.error)
    return record


def _term_to_json(term: Term) -> JsonObject:
    record: JsonObject = {"kind": term.kind, "meaning": term.meaning}
    if term.seen:
        record["seen"] = term.seen
    if term.value is not None:
        record["value"] = term.value
    return record


def _print(out: Output, title: str, found: Why, *, units: bool) -> None:
    print_line(out, Text.assemble((title, HEADING), "" if units else ("  kB", FAINT)))
    nothing = glyphs().nothing if found.error is None else REFUSED
    cells = [nothing if term.value is None else _size(term, units=units) for term in found.terms]
    width = max(map(len, cells))
    apart = False
    print_line(out)
    for term, cell in zip(found.terms, cells, strict=True):
        if term.kind == "apart" and not apart:
            apart = True
            print_line(out)
            print_line(out, Text("in none of these", HEADING))
        style = FAINT if term.kind == "step" else "default"
        line = Text(f"{cell:>{width}}  {term.meaning}", style)
        print_line(out, line.append(f"  ({term.seen})", FAINT) if term.seen else line)


def _size(term: Term, *, units: bool) -> str:
    value = term.value or 0
    text = size_text(abs(value)) if units else str(abs(value) // 1024)
    if term.kind != "step":
        return text
    return ("-" if value < 0 else "+") + text
