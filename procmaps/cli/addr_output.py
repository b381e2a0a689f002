"""What `procmaps addr` prints: a table, JSON, or the input of a symbolizer."""

from __future__ import annotations

import itertools
import json
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TextIO

from procmaps.cli.style import HEADING, console, glyphs, paint, print_line, say
from procmaps.errors import ProcmapsError
from procmaps.json_format import VERSION, Json, JsonObject, bytes_to_json, to_json
from procmaps.printable import visible
from procmaps.records.mapping import Mapping
from procmaps.search.location import Location
from procmaps.search.symbol_files import symbol_path

_COMMANDS: Final = {
    "addr2line": "addr2line -a -f -C -i -e {file} {addresses}",
    "eu-addr2line": "eu-addr2line -a -f -C -i -e {file} {addresses}",
    "blazecli": "blazecli symbolize elf --path {file} {addresses}",
}
"""The command by tool. Each takes virtual addresses of the file."""


def print_table(locations: Sequence[Location]) -> None:
    """Print a line for each address."""
    out, nothing = console(), glyphs().nothing
    has_elf = any(each.virtual_address is not None for each in locations)
    has_id = any(each.build_id is not None for each in locations)
    titles = ["address", "perms", "offset", *["elf"] * has_elf, *["build id"] * has_id]
    rows: list[list[str]] = []
    for each in locations:
        if each.mapping is None:
            rows.append([hex(each.address), *[nothing] * (len(titles) - 1)])
            continue
        row = [hex(each.address), str(each.mapping.perms), _hex(each.offset) or nothing]
        row += [_hex(each.virtual_address) or nothing] * has_elf
        row += ["" if each.build_id is None else each.build_id.hex()] * has_id
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    print_line(out, paint(out, _aligned([*titles, "name"], widths), HEADING))
    for row, each in zip(rows, locations, strict=True):
        out.file.write(_aligned([*row, _name(each)], widths) + "\n")


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    *columns, last = cells
    padded = (cell.ljust(width) for cell, width in zip(columns, widths, strict=True))
    return "  ".join([*padded, last]).rstrip()


def _name(location: Location) -> str:
    """Return the name for people; for memory without a file, with the distance from its start."""
    mapping = location.mapping
    if mapping is None:
        return str(location.error)
    name = visible(mapping.name.raw)
    member = _member(location)
    if member is not None:
        return f"{name}!/{visible(member)}"
    if location.offset is not None:
        return name
    start = name or f"{mapping.start:x}-{mapping.end:x}"
    return f"{start}+{location.address - mapping.start:#x}"


def _member(location: Location) -> bytes | None:
    """Return the name of the member of an archive that is mapped; None in other files."""
    member = None if location.module is None else location.module.module.member
    return None if member is None else member.name


def print_problems_of_files(locations: Iterable[Location]) -> None:
    """Say once for each file what could not be read of it."""
    said: dict[str, None] = {}
    for each in locations:
        if each.module is not None and each.mapping is not None:
            name = visible(each.mapping.name.raw)
            said |= dict.fromkeys(f"{name}: {problem}" for problem in each.module.problems)
    for text in said:
        say(f"procmaps: {text}", err=True)


def _hex(value: int | None) -> str:
    return "" if value is None else hex(value)


# --- for symbolizers ------------------------------------------------------------------------------


def print_for(tool: str, target: str, locations: Sequence[Location]) -> int:
    """Print the input of *tool*; say what it cannot use, and return the exit code."""
    pid: int | Literal["self"] = "self" if target == "self" else int(target)
    if tool == "debuginfod":
        return _print_ids(locations)
    usable, status = _usable(pid, locations)
    out = console().file
    if tool == "llvm-symbolizer":
        for path, address in usable:
            out.write(f'"{path}" {address:#x}\n')
        return status
    # A command for each run of addresses in one file: the order of the frames is kept.
    for path, run in itertools.groupby(usable, lambda each: each[0]):
        addresses = " ".join(hex(address) for _, address in run)
        out.write(_COMMANDS[tool].format(file=shlex.quote(path), addresses=addresses) + "\n")
    return status


def _usable(
    pid: int | Literal["self"], locations: Iterable[Location]
) -> tuple[list[tuple[str, int]], int]:
    """Return file and virtual address of each location that has them, and the exit code."""
    known: dict[Mapping, str | ProcmapsError] = {}
    found: list[tuple[str, int]] = []
    status = 0
    for each in locations:
        if each.mapping is None:
            continue
        if each.mapping not in known:
            known[each.mapping] = _path(pid, each.mapping)
        path, address = known[each.mapping], each.virtual_address
        if isinstance(path, str) and path and address is not None and _member(each) is None:
            found.append((path, address))
            continue
        status = 1
        say(f"procmaps: {each.address:#x} has no symbol: {_reason(each, path)}", err=True)
    return found, status


def _path(pid: int | Literal["self"], mapping: Mapping) -> str | ProcmapsError:
    """Return a path that opens the file and can be printed; empty if it cannot, or an error."""
    try:
        path = os.fsdecode(symbol_path(pid, mapping))
    except ProcmapsError as error:
        return error
    return path if path.isprintable() and '"' not in path else ""


def _reason(location: Location, path: str | ProcmapsError) -> str:
    if location.offset is None or location.mapping is None:
        return f"it is in {_name(location)}, which has no file"
    if isinstance(path, ProcmapsError):
        return str(path)
    if not path:
        return f"the name {visible(location.mapping.name.raw)} cannot be printed in one line"
    if _member(location) is not None:
        return f"{_name(location)} is in an archive, which symbolizers do not read"
    return f"{visible(location.mapping.name.raw)} has no ELF header that could be read"


def _print_ids(locations: Iterable[Location]) -> int:
    known: dict[str, None] = {}
    status = 0
    for each in locations:
        if each.build_id is not None:
            known[each.build_id.hex()] = None
        elif each.mapping is not None:
            status = 1
            say(f"procmaps: {each.address:#x} has no build ID: {_name(each)}", err=True)
    for build_id in known:
        console().file.write(f"debuginfod-find debuginfo {build_id}\n")
    return status


# --- JSON -----------------------------------------------------------------------------------------


def write_json(target: str, locations: Iterable[Location], stream: TextIO) -> None:
    """Write one object."""
    record: JsonObject = {
        "version": VERSION,
        "target": visible(target),
        "locations": [_to_json(each) for each in locations],
    }
    stream.write(json.dumps(record) + "\n")


def _to_json(location: Location) -> JsonObject:
    record: JsonObject = {"address": hex(location.address)}
    if location.error is not None:
        record["message"] = str(location.error)
        return record | dict(_neighbours(location))
    if location.mapping is not None:
        record["mapping"] = to_json(location.mapping)
    if location.offset is not None:
        record["offset"] = hex(location.offset)
    if location.module is not None:
        module = location.module
        if location.virtual_address is not None:
            record["virtual_address"] = hex(location.virtual_address)
        if module.build_id is not None:
            record["build_id"] = module.build_id.hex()
        if (member := _member(location)) is not None:
            record["member"] = bytes_to_json(member)
        record["problems"] = [*module.problems]
    return record


def _neighbours(location: Location) -> Iterator[tuple[str, Json]]:
    error = location.error
    if error is None:
        return
    for side, each in (("below", error.below), ("above", error.above)):
        if each is not None:
            start, end, name = each
            distance = location.address - end + 1 if side == "below" else start - location.address
            yield (
                side,
                {
                    "start": hex(start),
                    "end": hex(end),
                    "name": bytes_to_json(name),
                    "distance": hex(distance),
                },
            )
