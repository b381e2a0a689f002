"""``procmaps dump``: the bytes of a process's memory, into a file."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import attrs
import click
from rich.text import Text

from procmaps.cli.busy import busy
from procmaps.cli.command import Command, pass_options
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.filter_and_sort import RowFilter
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import (
    STDIN,
    is_process,
    json_option,
    process_title,
    shown,
    snapshot_of,
)
from procmaps.cli.option_rules import Excludes
from procmaps.cli.output import Output
from procmaps.cli.parameter_types import InputFile, ProcessOrFile
from procmaps.cli.style import FAINT, HEADING, console, count, print_line, say
from procmaps.errors import AddressNotMapped, LiveError
from procmaps.json_format import JsonObject, bytes_to_json
from procmaps.live.memory import MemoryHole, MemoryPiece, iter_mappings, iter_memory
from procmaps.live.proc_file_path import Pid
from procmaps.printable import size_text, visible
from procmaps.records.mapping import Mapping
from procmaps.search.name_patterns import name_pattern
from procmaps.snapshots.snapshot import Snapshot

_ADDRESS = re.compile("(?:0x)?([0-9a-f]{1,16})(?:-(?:0x)?([0-9a-f]{1,16}))?", re.IGNORECASE)

_LIMIT = 1 << 64


@attrs.frozen
class _Options:
    target: str
    names: tuple[str, ...]
    address: str | None
    length: int | None
    output: str
    as_json: bool


@attrs.define
class _Range:
    """A range to write, and what became of it."""

    start: int
    length: int
    name: bytes
    mapping: Mapping | None
    """The mapping, if the range is one."""
    offset: int = 0
    """Where it begins in the file."""
    holes: list[MemoryHole] = attrs.field(factory=list[MemoryHole])


@click.command(
    "dump",
    cls=Command,
    rules=(
        Excludes("--address", ("--name",), "choose one"),
        Excludes("--name", ("--length",), "whole mappings are written"),
    ),
    examples=(
        "procmaps dump --name '[heap]' -o heap.bin 1234",
        "procmaps dump --address 7f0000000000-7f0000001000 -o page.bin 1234",
        "procmaps dump --name '[vdso]' -o vdso.so self",
    ),
)
@click.argument("target", metavar="PID", type=ProcessOrFile())
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Write the mappings of these names, one after another; * and ? are wild, brackets are "
    "not. Repeatable.",
)
@click.option(
    "--address",
    metavar="ADDRESS",
    help="Write the mapping at this hexadecimal address from there on, or a range START-END.",
)
@click.option("--length", type=click.IntRange(min=1), metavar="BYTES", help="Write so many bytes.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=InputFile(),
    metavar="FILE",
    help="Write into this file, which only you may read; - is standard output.",
)
@json_option
@pass_options(_Options)
def command(options: _Options) -> None:
    """Write the memory of a process into a file, byte for byte.

    What cannot be read is zeros in the file, and is reported. The process runs on meanwhile: stop
    it if the bytes must be of one moment. Memory may contain secrets.

    Exit code: 1 if a part cannot be read; 2 if nothing matches, or there is no such process.
    """
    if not is_process(options.target):
        raise Unreadable(f"{shown(options.target)} is not a process ID")
    snapshot = snapshot_of(options.target, "maps", "auto")
    ranges = list(_ranges(snapshot, options))
    with _opened(options.output) as file, busy(f"writing {shown(options.output)}"):
        _write(file, ranges, options)
    if options.as_json:
        stream = sys.stderr if options.output == STDIN else sys.stdout
        stream.write(json.dumps(_to_json(options, ranges)) + "\n")
    elif options.output != STDIN:
        _print(console(), options, ranges)
    for each in ranges:
        for hole in each.holes:
            say(
                f"procmaps: {hole.length} bytes at {hole.start:#x} are zeros in the file: "
                f"{hole.reason}",
                err=True,
            )
    sys.exit(any(each.holes for each in ranges))


def _ranges(snapshot: Snapshot, options: _Options) -> Iterator[_Range]:
    """Yield the ranges to write. Raises `CliError` if there are none."""
    if options.address is not None:
        yield _at_address(snapshot, options.address, options.length)
        return
    if not options.names:
        raise click.UsageError("say what to write: --name or --address")
    wanted = RowFilter(patterns=tuple(map(name_pattern, options.names)))
    found = [each for each in snapshot if wanted.matches(each)]
    if not found:
        raise CliError(
            f"no mapping of {process_title(options.target)} matches; procmaps show lists them"
        )
    offset = 0
    for each in found:
        yield _Range(each.start, each.size, each.name.raw, each, offset)
        offset += each.size


def _at_address(snapshot: Snapshot, text: str, length: int | None) -> _Range:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise click.UsageError(
            f"--address must be hexadecimal, ADDRESS or START-END, not {visible(text) or repr('')}"
        )
    start = int(match[1], 16)
    mapping = snapshot.mapping_at(start)
    name = mapping.name.raw if mapping else b""
    if match[2]:
        if length is not None:
            raise click.UsageError("--length is for one address; the range has a length")
        length = int(match[2], 16) - start
        if length <= 0:
            raise click.UsageError(f"--address {visible(text)} ends before it starts")
    elif length is None:
        if mapping is None:
            raise CliError(_neighbours(snapshot, start))
        length = mapping.end - start
    if start + length > _LIMIT:
        raise click.UsageError(f"{length} bytes at {start:#x} end beyond 64 bits")
    return _Range(start, length, name, None)


def _neighbours(snapshot: Snapshot, address: int) -> str:
    """Return where an address is that no mapping contains."""
    try:
        snapshot.to_file(address)
    except AddressNotMapped as error:
        return str(error)
    return f"{address:#x} is mapped"


@contextmanager
def _opened(name: str) -> Generator[BinaryIO]:
    """Open the file to write. Raises `Unreadable`."""
    if name == STDIN:
        if sys.stdout.isatty():
            raise CliError("memory is not written to a terminal; use -o FILE, or a pipe")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        # Memory has secrets, so nobody else may read the file, also if it was there before.
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if _is_regular(file):
                if os.fstat(descriptor).st_mode & 0o077:
                    os.fchmod(descriptor, 0o600)
                file.truncate(0)
            yield file
    except LiveError:
        raise
    except OSError as error:
        raise Unreadable(f"cannot write {shown(name)}: {error.strerror or error}") from error


def _is_regular(file: BinaryIO) -> bool:
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def _write(file: BinaryIO, ranges: Sequence[_Range], options: _Options) -> None:
    pid: Pid = "self" if options.target == "self" else int(options.target)
    sparse = options.output != STDIN and _is_regular(file)
    done = 0
    try:
        for each, part in _parts(pid, ranges):
            if not isinstance(part, MemoryHole):
                file.write(part.data)
            elif sparse:
                file.seek(part.length, os.SEEK_CUR)
                each.holes.append(part)
            else:
                _zeros(file, part.length)
                each.holes.append(part)
            done += part.length
    except LiveError as error:
        raise Unreadable(
            f"{live_message(error)} {shown(options.output)} has only the first {done} bytes."
        ) from error
    finally:
        if sparse:
            file.truncate(done)


def _parts(pid: Pid, ranges: Sequence[_Range]) -> Iterator[tuple[_Range, MemoryPiece | MemoryHole]]:
    """Yield each part of *ranges*, which are mappings, or one range of addresses."""
    mappings = [each.mapping for each in ranges if each.mapping is not None]
    if mappings:
        for index, part in iter_mappings(pid, mappings):
            yield ranges[index], part
        return
    for each in ranges:
        for part in iter_memory(pid, each.start, each.length):
            yield each, part


def _zeros(file: BinaryIO, length: int) -> None:
    block = bytes(1 << 16)
    file.writelines(block for _ in range(length // len(block)))
    file.write(bytes(length % len(block)))


def _print(out: Output, options: _Options, ranges: Sequence[_Range]) -> None:
    total = size_text(sum(each.length for each in ranges))
    about = f"  {count(len(ranges), 'range')}  {total}  {shown(options.output)}"
    print_line(out, Text.assemble((process_title(options.target), HEADING), (about, FAINT)))
    print_line(out)
    rows = [
        (f"{each.offset:x}", f"{each.start:x}-{each.start + each.length:x}", size_text(each.length))
        for each in ranges
    ]
    titles = ("offset", "address", "size")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    heading = [f"{titles[0]:>{widths[0]}}", f"{titles[1]:{widths[1]}}", f"{titles[2]:>{widths[2]}}"]
    print_line(out, Text("  ".join([*heading, "name"]), HEADING))
    for (offset, address, size), each in zip(rows, ranges, strict=True):
        cells = [f"{offset:>{widths[0]}}", f"{address:{widths[1]}}", f"{size:>{widths[2]}}"]
        print_line(out, "  ".join([*cells, visible(each.name)]).rstrip())


def _to_json(options: _Options, ranges: Sequence[_Range]) -> JsonObject:
    return {
        "version": 1,
        "target": visible(options.target),
        "output": visible(options.output),
        "ranges": [
            {
                "start": hex(each.start),
                "size": each.length,
                "offset": each.offset,
                "name": bytes_to_json(each.name),
                "holes": [
                    {"start": hex(hole.start), "size": hole.length, "reason": hole.reason}
                    for hole in each.holes
                ],
            }
            for each in ranges
        ],
    }
