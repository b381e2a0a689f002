"""``procmaps extract``: the dumps inside a log, and what was undone to get them."""

from __future__ import annotations

import json
import sys
from collections import Counter

import click
from rich.console import Console
from rich.text import Text

from procmaps.cli import table
from procmaps.cli.inputs import json_option, read_file
from procmaps.cli.style import FAINT, HEADING, console, count, name_text, print_line
from procmaps.extraction import Entry, Extract
from procmaps.extraction import extract as find
from procmaps.json_format import Json, JsonObject, bytes_to_json, snapshot_to_json


@click.command("extract")
@click.argument("log", metavar="LOG|-")
@click.option("--text", "as_text", is_flag=True, help="Print the cleaned dump itself, its bytes.")
@click.option("--dump", "number", type=click.IntRange(1), help="Only the N-th dump, from 1.")
@click.option("-v", "--verbose", is_flag=True, help="Say line by line what was undone.")
@json_option
def command(*, log: str, as_text: bool, number: int | None, verbose: bool, as_json: bool) -> None:
    """Find the dumps inside a LOG: crash reports, tombstones, mails, source code.

    Exit 1 where there is none, or where lines within one could not be understood.
    """
    if as_text and as_json:
        raise click.UsageError("--text and --json: choose one")
    found = find(read_file(log))
    chosen = found if number is None else found[number - 1 : number]
    if as_json:
        click.echo(json.dumps([_to_json(dump) for dump in chosen], indent=2))
    elif as_text:
        for dump in chosen:
            sys.stdout.buffer.write(dump.text)
    else:
        for at, dump in enumerate(chosen, number or 1):
            _show(console(), at, dump, verbose=verbose)
    if not chosen:
        click.echo(f"procmaps: {_none(log, len(found))}", err=True)
    if not chosen or any(dump.unread for dump in chosen):
        sys.exit(1)


def _none(log: str, found: int) -> str:
    where = "standard input" if log == "-" else click.format_filename(log)
    if found:
        return f"{where} holds {count(found, 'dump')} and no more"
    return f"no dump of maps or smaps was found in {where}"


def _show(out: Console, number: int, dump: Extract, *, verbose: bool) -> None:
    lines = f"lines {dump.first_line}-{dump.last_line}"
    if number > 1:
        print_line(out)
    print_line(out, Text.assemble((f"dump {number}", HEADING), f"  {dump.container}  {lines}"))
    if dump.declared is not None and dump.declared != len(dump.entries):
        print_line(out, Text(f"  it says that it lists {dump.declared:,} mappings", "yellow"))
    if dump.assumed:
        columns = ", ".join(sorted(dump.assumed))
        print_line(out, Text(f"  stand-ins, not printed there: {columns}", "yellow"))
    undone = Counter(each.what for each in dump.undone)
    if undone:
        told = ", ".join(f"{what} ({times:,})" for what, times in undone.most_common())
        print_line(out, Text(f"  undone: {told}", FAINT))
    if verbose:
        for each in dump.undone:
            line = Text(f"    line {each.line}: {each.what}", FAINT)
            print_line(out, line.append_text(Text(" ")).append_text(name_text(each.detail)))
    for unread in dump.unread:
        print_line(
            out, Text(f"  line {unread.line}, not understood: ", "red") + name_text(unread.raw)
        )
    table.show(out, dump.snapshot, dump.snapshot, only_summary=False)


def _to_json(dump: Extract) -> JsonObject:
    entries: list[Json] = [_entry_to_json(entry) for entry in dump.entries]
    undone: list[Json] = [
        {"line": each.line, "what": each.what, "detail": bytes_to_json(each.detail)}
        for each in dump.undone
    ]
    unread: list[Json] = [
        {"line": each.line, "raw": bytes_to_json(each.raw)} for each in dump.unread
    ]
    record: JsonObject = {
        "container": dump.container,
        "first_line": dump.first_line,
        "last_line": dump.last_line,
        "assumed": [*sorted(dump.assumed)],
        "entries": entries,
        "undone": undone,
        "unread": unread,
        "snapshot": snapshot_to_json(dump.snapshot),
    }
    if dump.declared is not None:
        record["declared"] = dump.declared
    return record


def _entry_to_json(entry: Entry) -> JsonObject:
    """An entry in the form of a record; what its container does not print has no member."""
    record: JsonObject = {"start": hex(entry.start), "end": hex(entry.end), "size": entry.size}
    if entry.perms is not None:
        record["perms"] = entry.perms.decode("ascii")
    if entry.offset is not None:
        record["offset"] = hex(entry.offset)
    if entry.device is not None:
        record["device"] = {"major": entry.device.major, "minor": entry.device.minor}
    if entry.inode is not None:
        record["inode"] = str(entry.inode)
    record["name"] = bytes_to_json(entry.name)
    record["lines"] = [*entry.lines]
    if entry.build_id is not None:
        record["build_id"] = entry.build_id
    if entry.load_bias is not None:
        record["load_bias"] = hex(entry.load_bias)
    return record
