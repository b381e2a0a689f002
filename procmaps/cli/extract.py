"""``procmaps extract``: the dumps inside a log, and every repair that was needed."""

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
from procmaps.extraction import Extract, PartialMapping
from procmaps.extraction import extract as find
from procmaps.json_format import Json, JsonObject, bytes_to_json, snapshot_to_json


@click.command("extract")
@click.argument("log", metavar="LOG|-")
@click.option(
    "--text", "as_text", is_flag=True, help="Print the repaired dump itself, byte for byte."
)
@click.option("--dump", "number", type=click.IntRange(1), help="Only the N-th dump, from 1.")
@click.option("-v", "--verbose", is_flag=True, help="Report every repair, line by line.")
@json_option
def command(*, log: str, as_text: bool, number: int | None, verbose: bool, as_json: bool) -> None:
    """Find the dumps inside a LOG: crash reports, tombstones, mails, source code.

    Exit 1 if there is no dump, or if lines inside one were skipped.
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
    if not chosen or any(dump.skipped for dump in chosen):
        sys.exit(1)


def _none(log: str, found: int) -> str:
    where = "standard input" if log == "-" else click.format_filename(log)
    if found:
        return f"{where} contains only {count(found, 'dump')}"
    return f"{where} contains no dump of maps or smaps"


def _show(out: Console, number: int, dump: Extract, *, verbose: bool) -> None:
    lines = f"lines {dump.first_line}-{dump.last_line}"
    if number > 1:
        print_line(out)
    print_line(out, Text.assemble((f"dump {number}", HEADING), f"  {dump.container}  {lines}"))
    if dump.declared is not None and dump.declared != len(dump.mappings):
        print_line(
            out, Text(f"  the container announces {count(dump.declared, 'mapping')}", "yellow")
        )
    if dump.assumed:
        columns = ", ".join(sorted(dump.assumed))
        print_line(
            out, Text(f"  placeholders for columns that the container omits: {columns}", "yellow")
        )
    repairs = Counter(repair.kind for repair in dump.repairs)
    if repairs:
        counts = ", ".join(f"{kind} ({times:,})" for kind, times in repairs.most_common())
        print_line(out, Text(f"  repairs: {counts}", FAINT))
    if verbose:
        for repair in dump.repairs:
            head = Text(f"    line {repair.line}: {repair.kind} ", FAINT)
            print_line(out, head + name_text(repair.detail))
    for line in dump.skipped:
        print_line(out, Text(f"  line {line.line} skipped: ", "red") + name_text(line.raw))
    table.show(out, dump.snapshot, dump.snapshot, only_summary=False)


def _to_json(dump: Extract) -> JsonObject:
    mappings: list[Json] = [_mapping_to_json(mapping) for mapping in dump.mappings]
    repairs: list[Json] = [
        {"line": repair.line, "kind": repair.kind, "detail": bytes_to_json(repair.detail)}
        for repair in dump.repairs
    ]
    skipped: list[Json] = [
        {"line": line.line, "raw": bytes_to_json(line.raw)} for line in dump.skipped
    ]
    record: JsonObject = {
        "container": dump.container,
        "first_line": dump.first_line,
        "last_line": dump.last_line,
        "assumed": [*sorted(dump.assumed)],
        "mappings": mappings,
        "repairs": repairs,
        "skipped": skipped,
        "snapshot": snapshot_to_json(dump.snapshot),
    }
    if dump.declared is not None:
        record["declared"] = dump.declared
    return record


def _mapping_to_json(mapping: PartialMapping) -> JsonObject:
    """Return a mapping in the form of a record, without the columns that its container omits."""
    record: JsonObject = {
        "start": hex(mapping.start),
        "end": hex(mapping.end),
        "size": mapping.size,
    }
    if mapping.perms is not None:
        record["perms"] = mapping.perms.decode("ascii")
    if mapping.offset is not None:
        record["offset"] = hex(mapping.offset)
    if mapping.device is not None:
        record["device"] = {"major": mapping.device.major, "minor": mapping.device.minor}
    if mapping.inode is not None:
        record["inode"] = str(mapping.inode)
    record["name"] = bytes_to_json(mapping.name)
    record["lines"] = [*mapping.lines]
    if mapping.build_id is not None:
        record["build_id"] = mapping.build_id
    if mapping.load_bias is not None:
        record["load_bias"] = hex(mapping.load_bias)
    return record
