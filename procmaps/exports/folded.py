"""Folded stacks: ``outer;inner 4096``, the input of flamegraph.pl, inferno and d3-flame-graph."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.exports.stacks import EXPORTED, stacks_of
from procmaps.usage.groups import Account


def to_folded(accounts: Sequence[tuple[str, Account]], figures: Sequence[str] = EXPORTED) -> bytes:
    r"""Return one line for each smallest group: its names, and the first figure that there is.

    Sizes are bytes. A semicolon in a name becomes ``\x3b``, because it separates names. A group
    of size 0 has no line.
    """
    stacks = stacks_of(accounts, figures)
    lines = [
        f"{';'.join(map(_frame, row.names))} {row.values[0]}\n"
        for row in stacks.rows
        if stacks.figures and row.values[0]
    ]
    return "".join(lines).encode("utf-8")


def _frame(name: str) -> str:
    return name.replace(";", r"\x3b")
