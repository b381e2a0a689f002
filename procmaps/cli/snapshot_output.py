"""A snapshot for people: what it is, its mappings and their sums, or the list of a rollup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from procmaps.cli.output import Output
from procmaps.cli.style import FAINT, HEADING, count, print_line
from procmaps.grammar.loading import DEFAULT_DIALECT
from procmaps.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from procmaps.records.mapping import Mapping


class View(NamedTuple):
    """What of a snapshot is printed."""

    columns: tuple[str, ...] | None = None
    """The columns of the table; None: those that fit."""
    wide: bool = False
    """Whether long names are printed in full."""
    summary: bool = False
    """Whether the rows are left out."""


def print_snapshot(
    out: Output, title: str, snapshot: Snapshot, rows: Sequence[Mapping], view: View
) -> None:
    """Print *rows*, which are mappings of *snapshot*, below a line about it."""
    _print_head(out, title, snapshot, len(rows))
    if snapshot.kind == "smaps_rollup":
        from procmaps.cli.rollup import print_fields  # noqa: PLC0415 - slow to import

        print_line(out)
        for row in rows:
            if row.usage is not None:
                print_fields(out, row.usage)
    elif rows:
        has_usage = snapshot.kind == "smaps"
        if not view.summary:
            from procmaps.cli.columns import default_layout, layout  # noqa: PLC0415 - slow to import
            from procmaps.cli.table import print_rows  # noqa: PLC0415

            columns = (
                default_layout(rows, out.width, has_usage=has_usage)
                if view.columns is None
                else layout(view.columns, rows, out.width)
            )
            print_line(out)
            print_rows(out, columns, rows, wide=view.wide)
        if view.columns is None:
            from procmaps.cli.summary import print_summary  # noqa: PLC0415 - a rollup has none

            print_line(out)
            print_summary(out, rows, has_usage=has_usage)


def _print_head(out: Output, title: str, snapshot: Snapshot, rows: int) -> None:
    facts: list[str] = [snapshot.kind]
    if snapshot.kind != "smaps_rollup":
        total = count(len(snapshot), "mapping")
        facts.append(total if rows == len(snapshot) else f"{rows:,} of {total}")
    dialect = snapshot.dialect
    reason = "" if dialect.name == DEFAULT_DIALECT else f" ({dialect.reason})"
    facts.append(f"format: {dialect.name}{reason}")
    gap = "  " if title else ""
    print_line(out, [(title, HEADING), (gap, ""), ("  ".join(facts), FAINT)])
