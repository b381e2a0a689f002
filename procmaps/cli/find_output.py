"""What `procmaps find` prints: tables and JSON, and on standard error what was not searched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import FileIO
from typing import Final, TextIO

import attrs

from procmaps.cli.elision import elide
from procmaps.cli.hints import problem_message
from procmaps.cli.output import Output
from procmaps.cli.style import (
    HEADING,
    console,
    count,
    glyphs,
    paint,
    print_line,
    say,
    style_of,
)
from procmaps.json_format import VERSION, Json, JsonObject, bytes_to_json, problem_to_json, to_json
from procmaps.live.gaps import Gap, reason_of
from procmaps.printable import escaped, size_text, visible
from procmaps.search.found import FoundMapping, FoundMappings
from procmaps.search.map_limit import MapCount, MapCounts

_SHOWN: Final = 10
"""Twins and problems that are printed."""


@attrs.frozen
class MappingReport:
    """The mappings that were found.

    result      The search.
    build_ids   Whether build IDs are printed.
    """

    result: FoundMappings
    build_ids: bool

    @property
    def pids(self) -> Sequence[int]:
        """The processes with such mappings."""
        return self.result.pids

    @property
    def gaps(self) -> Sequence[Gap]:
        """The processes that were not searched."""
        return self.result.gaps

    def print(self) -> None:
        """Print a table, a line for each mapping."""
        if not self.result.found:
            return
        commands = {pid: command_of(pid) for pid in self.pids}
        titles = ["pid", "command", "address", "size", "perms"]
        has_state = any(each.state for each in self.result)
        titles += ["state"] * has_state + ["build id"] * self.build_ids
        rows: list[list[str]] = []
        for each in self.result:
            mapping = each.mapping
            row = [str(each.pid), visible(commands[each.pid] or b"") or glyphs().nothing]
            row += [f"{mapping.start:08x}-{mapping.end:08x}", size_text(mapping.size)]
            row.append(str(mapping.perms))
            row += [each.state or glyphs().nothing] * has_state
            row += [_hex(each) or glyphs().nothing] * self.build_ids
            rows.append(row)
        _print_table(console(), titles, rows, self.result.found)

    def write_json(self, stream: TextIO) -> None:
        """Write one object."""
        commands = {pid: command_of(pid) for pid in self.pids}
        problems = ({"pid": pid, **problem_to_json(each)} for pid, each in self.result.problems)
        record: JsonObject = {
            "version": VERSION,
            "found": [_found_to_json(each, commands[each.pid]) for each in self.result],
            "processes": self.result.processes,
            **_unsearched_to_json(self.result.gaps, self.result.twins),
            "problems": [*problems],
        }
        stream.write(json.dumps(record) + "\n")

    def print_notes(self, *, quiet: bool) -> None:
        """Print on standard error what is doubtful; unless *quiet*, that nothing was found."""
        if not (self.result.found or quiet):
            searched = _of_processes(self.result.processes)
            say(f"procmaps: no mapping {searched} matches", err=True)
        _print_twins(self.result.twins)
        for pid, problem in self.result.problems[:_SHOWN]:
            text = f"process {pid}: {problem_message(problem)}"
            say(f"procmaps: {text}", err=True)
        if (more := len(self.result.problems) - _SHOWN) > 0:
            say(f"procmaps: {count(more, 'more problem')}", err=True)


@attrs.frozen
class NearReport:
    """The processes that are near the limit of mappings.

    result   The search.
    """

    result: MapCounts

    @property
    def pids(self) -> Sequence[int]:
        """The processes that are near the limit."""
        return [each.pid for each in self.result.counts]

    @property
    def gaps(self) -> Sequence[Gap]:
        """The processes that were not counted."""
        return self.result.gaps

    def print(self) -> None:
        """Print a table, a line for each process."""
        if not self.result.counts:
            return
        rows = [
            [str(each.pid), f"{each.mappings}", f"{_percent(each)}%"] for each in self.result.counts
        ]
        titles = ["pid", "mappings", "used"]
        widths = _widths(titles, rows)
        out = console()
        heading = [title.rjust(width) for title, width in zip(titles, widths, strict=True)]
        print_line(out, paint(out, "  ".join([*heading, "command"]), HEADING))
        for pid, row in zip(self.pids, rows, strict=True):
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            out.file.write(f"{'  '.join(cells)}  {visible(command_of(pid) or b'')}".rstrip() + "\n")
        print_line(out, f"\nvm.max_map_count is {self.result.limit}")

    def write_json(self, stream: TextIO) -> None:
        """Write one object."""
        counts: list[Json] = [
            {"pid": each.pid, **_command_to_json(command_of(each.pid)), "mappings": each.mappings}
            for each in self.result.counts
        ]
        record: JsonObject = {
            "version": VERSION,
            "limit": self.result.limit,
            "counts": counts,
            "processes": self.result.processes,
            **_unsearched_to_json(self.result.gaps, self.result.twins),
        }
        stream.write(json.dumps(record) + "\n")

    def print_notes(self, *, quiet: bool) -> None:
        """Print on standard error what was not counted; unless *quiet*, if nothing is near."""
        if not (self.result.counts or quiet):
            searched = _of_processes(self.result.processes)
            say(
                f"procmaps: none {searched} is near vm.max_map_count, {self.result.limit}", err=True
            )
        _print_twins(self.result.twins)


def command_of(pid: int) -> bytes | None:
    """Return the ``comm`` of a process, or None if it has ended."""
    try:
        with FileIO(f"/proc/{pid}/comm") as file:
            return file.read().removesuffix(b"\n")
    except OSError:
        return None


def _of_processes(processes: int) -> str:
    return f"of {processes:,} process{'es' * (processes != 1)}"


def _percent(each: MapCount) -> int:
    return each.mappings * 100 // each.limit


def _hex(each: FoundMapping) -> str:
    return "" if each.build_id is None else each.build_id.hex()


def _widths(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(titles, *rows, strict=True)]


_RIGHT: Final = ("pid", "size")


def _print_table(
    out: Output, titles: Sequence[str], rows: Sequence[Sequence[str]], found: Iterable[FoundMapping]
) -> None:
    widths = _widths(titles, rows)
    room = out.width - sum(width + 2 for width in widths)

    def aligned(cells: Sequence[str]) -> str:
        columns = zip(titles, cells, widths, strict=True)
        return "  ".join(
            cell.rjust(width) if title in _RIGHT else cell.ljust(width)
            for title, cell, width in columns
        )

    print_line(out, paint(out, f"{aligned(titles)}  name", HEADING))
    for cells, each in zip(rows, found, strict=True):
        name = elide([*escaped(each.mapping.name.raw)], room, glyphs().more)
        text = paint(out, "".join(part for part, _ in name), style_of(each.mapping.name.kind))
        out.file.write(f"{aligned(cells)}  {text}".rstrip() + "\n")


def _found_to_json(each: FoundMapping, command: bytes | None) -> JsonObject:
    record: JsonObject = {"pid": each.pid, **_command_to_json(command)}
    if each.state is not None:
        record["state"] = each.state
    if each.build_id is not None:
        record["build_id"] = each.build_id.hex()
    return {**record, "mapping": to_json(each.mapping)}


def _command_to_json(command: bytes | None) -> JsonObject:
    return {} if command is None else {"command": bytes_to_json(command)}


def _unsearched_to_json(gaps: Iterable[Gap], twins: dict[int, int]) -> JsonObject:
    return {
        "gaps": [
            {"pid": gap.pid, "reason": reason_of(gap.error), "message": str(gap.error)}
            for gap in gaps
        ],
        "twins": [{"pid": pid, "same_as": other} for pid, other in twins.items()],
    }


def _print_twins(twins: dict[int, int]) -> None:
    if twins:
        pairs = [f"{pid} (as {other})" for pid, other in twins.items()]
        listed = ", ".join(pairs[:_SHOWN]) + ", …" * (len(pairs) > _SHOWN)
        say(f"procmaps: searched once, for they share an address space: {listed}", err=True)
