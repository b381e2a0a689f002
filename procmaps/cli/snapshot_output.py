"""A snapshot for people: what it is, its mappings and their sums, or the list of a rollup."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from rich.console import Console
from rich.text import Text

from procmaps.cli.columns import default_layout, layout
from procmaps.cli.rollup import print_fields
from procmaps.cli.style import FAINT, HEADING, count, print_line
from procmaps.cli.summary import print_summary
from procmaps.cli.table import print_rows
from procmaps.formats.dialects import LINUX
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot


@attrs.frozen
class View:
    """What of a snapshot is printed."""

    columns: tuple[str, ...] | None = None
    """The columns of the table; None: those that fit."""
    wide: bool = attrs.field(default=False, kw_only=True)
    """Whether long names are printed in full."""
    summary: bool = attrs.field(default=False, kw_only=True)
    """Whether the rows are left out."""


def print_snapshot(
    out: Console, title: str, snapshot: Snapshot, rows: Sequence[Mapping], view: View
) -> None:
    """Print *rows*, which are mappings of *snapshot*, below a line about it."""
    _print_head(out, title, snapshot, len(rows))
    if snapshot.kind == "smaps_rollup":
        print_line(out)
        for row in rows:
            if row.usage is not None:
                print_fields(out, row.usage)
    elif rows:
        has_usage = snapshot.kind == "smaps"
        if not view.summary:
            columns = (
                default_layout(rows, out.width, has_usage=has_usage)
                if view.columns is None
                else layout(view.columns, rows, out.width)
            )
            print_line(out)
            print_rows(out, columns, rows, wide=view.wide)
        if view.columns is None:
            print_line(out)
            print_summary(out, rows, has_usage=has_usage)


def _print_head(out: Console, title: str, snapshot: Snapshot, rows: int) -> None:
    facts: list[str] = [snapshot.kind]
    if snapshot.kind != "smaps_rollup":
        total = count(len(snapshot), "mapping")
        facts.append(total if rows == len(snapshot) else f"{rows:,} of {total}")
    dialect = snapshot.dialect
    reason = "" if dialect.name == LINUX.name else f" ({dialect.reason})"
    facts.append(f"format: {dialect.name}{reason}")
    print_line(
        out, Text.assemble((title, HEADING), "  " if title else "", ("  ".join(facts), FAINT))
    )
