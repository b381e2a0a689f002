"""``procmaps extract``: the dumps inside logs, and every repair that was needed."""

from __future__ import annotations

import json
import sys
from collections import Counter

import attrs
import click
from rich.text import Text

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options
from procmaps.cli.errors import Unreadable
from procmaps.cli.inputs import json_option, read_file, shown
from procmaps.cli.option_rules import Excludes
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import InputFile
from procmaps.cli.problems import print_problems
from procmaps.cli.snapshot_output import View, print_snapshot
from procmaps.cli.style import FAINT, HEADING, console, count, name_text, print_line, say
from procmaps.extraction import Extract, PartialMapping
from procmaps.extraction import extract as find
from procmaps.extraction.results import DoubtKind
from procmaps.json_format import Json, JsonObject, bytes_to_json, snapshot_to_json
from procmaps.printable import visible


@attrs.frozen
class _Options:
    logs: tuple[str, ...]
    as_text: bool
    number: int | None
    verbose: bool
    as_json: bool


_DOUBTS: dict[DoubtKind, str] = {
    "remark": "the end of the name may be a remark",
    "joined": "the end of the name may be the next mapping",
    "markup": "the name may contain a tag",
    "wrapped": "the end of the name may be other text",
    "perhaps more": "the next line may be the rest of the name",
}


@click.command(
    "extract",
    cls=Command,
    rules=(
        Excludes("--text", ("--json",), "choose one form"),
        Excludes("--verbose", ("--text", "--json"), "it adds lines to the report for people"),
    ),
    examples=(
        "procmaps extract tombstone_00",
        "procmaps extract --text --dump 2 mail.txt > dump.txt",
        "procmaps extract --text crash.log.gz | procmaps lint -",
    ),
)
@click.argument("logs", metavar="LOG|-...", nargs=-1, required=True, type=InputFile())
@click.option(
    "--text", "as_text", is_flag=True, help="Print only the repaired dump, byte for byte."
)
@click.option(
    "--dump", "number", type=click.IntRange(1), metavar="N", help="Print only dump N, from 1."
)
@click.option("-v", "--verbose", is_flag=True, help="Report every repair, line by line.")
@json_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Find the dumps inside LOGs: crash reports, tombstones, mails, source code.

    - is standard input. Files compressed with gzip, xz, zstd or bzip2 are decompressed. Dumps are
    numbered over all logs.

    Exit code: 1 if a log contains no dump, or if lines inside a dump were skipped; 2 if a log
    cannot be read.
    """
    run = _Run(options)
    for log in options.logs:
        try:
            run.extract(log)
        except Unreadable as error:
            error.show()
            run.status = error.exit_code
    run.finish()
    sys.exit(run.status)


@attrs.define
class _Run:
    """One run over all logs."""

    options: _Options
    status: int = 0
    found: int = 0
    """Dumps in all logs so far."""
    printed: int = 0
    records: list[Json] = attrs.field(factory=list[Json])
    """What is printed as JSON: one array for all logs."""

    def extract(self, log: str) -> None:
        """Print the dumps of one log. Raises `Unreadable`."""
        data = read_file(log)
        with busy(f"searching {shown(log)}"):
            dumps = find(data)
        if not dumps:
            say(f"procmaps: {shown(log)} contains no dump of maps or smaps", err=True)
            self.status = self.status or 1
        for dump in dumps:
            self.found += 1
            if self.options.number in (None, self.found):
                self._print(log, dump)

    def _print(self, log: str, dump: Extract) -> None:
        self.printed += 1
        if dump.skipped:
            self.status = self.status or 1
        if self.options.as_json:
            self.records.append({"log": visible(log), **_to_json(dump)})
        elif self.options.as_text:
            sys.stdout.buffer.write(dump.text)
        else:
            if self.printed > 1:
                print_line(console())
            title = f"{shown(log)}: dump {self.found}" if len(self.options.logs) > 1 else ""
            _show(console(), title or f"dump {self.found}", dump, verbose=self.options.verbose)

    def finish(self) -> None:
        """Print the JSON, and say if there is no dump N."""
        if self.options.as_json:
            click.echo(json.dumps(self.records, indent=2))
        if self.options.number is not None and self.found and not self.printed:
            number, found = self.options.number, count(self.found, "dump")
            say(f"procmaps: there is no dump {number}, only {found}", err=True)
            self.status = self.status or 1


def _show(out: Output, title: str, dump: Extract, *, verbose: bool) -> None:
    lines = f"lines {dump.first_line}-{dump.last_line}"
    print_line(out, Text.assemble((title, HEADING), f"  {dump.container}  {lines}"))
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
    for doubt in dump.doubts:
        head = Text(f"  line {doubt.line}: {_DOUBTS[doubt.kind]}: ", "yellow")
        print_line(out, head + name_text(doubt.text))
    for line in dump.skipped:
        print_line(
            out, Text(f"  line {line.line} skipped, {line.reason}: ", "red") + name_text(line.raw)
        )
    print_snapshot(out, "", dump.snapshot, dump.snapshot, View())
    print_problems(title, dump.snapshot)


def _to_json(dump: Extract) -> JsonObject:
    mappings: list[Json] = [_mapping_to_json(mapping) for mapping in dump.mappings]
    repairs: list[Json] = [
        {"line": repair.line, "kind": repair.kind, "detail": bytes_to_json(repair.detail)}
        for repair in dump.repairs
    ]
    skipped: list[Json] = [
        {"line": line.line, "raw": bytes_to_json(line.raw), "reason": line.reason}
        for line in dump.skipped
    ]
    doubts: list[Json] = [
        {"line": doubt.line, "kind": doubt.kind, "text": bytes_to_json(doubt.text)}
        for doubt in dump.doubts
    ]
    spans: list[Json] = [[span.begin, span.end, span.kind] for span in dump.spans]
    record: JsonObject = {
        "container": dump.container,
        "first_line": dump.first_line,
        "last_line": dump.last_line,
        "assumed": [*sorted(dump.assumed)],
        "mappings": mappings,
        "repairs": repairs,
        "doubts": doubts,
        "skipped": skipped,
        "spans": spans,
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
