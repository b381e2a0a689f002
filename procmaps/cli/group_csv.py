"""Groups of memory as comma-separated values: one line for each smallest group."""

from __future__ import annotations

import base64
import csv
from collections.abc import Sequence
from typing import TextIO

from procmaps.printable import csv_cell, visible
from procmaps.usage import FIGURES, Account
from procmaps.usage.figures import CEILINGS
from procmaps.usage.groups import Component


def write_group_csv(accounts: Sequence[tuple[str, Account]], stream: TextIO) -> None:
    """Write a header, and a line for each group that has no smaller groups.

    Sizes are bytes. ``level_1`` and so on are the names, from the outermost, empty where there is
    none; ``name_base64`` is the last name, exact. A figure has the columns NAME, NAME_bound if it
    can be too small, and NAME_missing, the number of mappings that lack it. An absent figure is an
    empty cell.
    """
    figures = [
        name
        for name in FIGURES
        if any(account.total.figure(name).value is not None for _, account in accounts)
    ]
    depth = max((1, *(len(path) for _, account in accounts for path, _ in account.leaves())))
    bounded = [name for name in figures if name in CEILINGS or name.startswith("swap_")]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        (
            "target",
            *(f"level_{number}" for number in range(1, depth + 1)),
            "name_base64",
            "mappings",
            "size",
            "refused",
            *figures,
            *(f"{name}_bound" for name in bounded),
            *(f"{name}_missing" for name in figures),
        )
    )
    for target, account in accounts:
        for path, group in account.leaves():
            names = [_cell(each.name) for each in path] + [""] * (depth - len(path))
            found = {name: group.figure(name) for name in figures}
            last = path[-1].name if path else None
            exact = base64.b64encode(last).decode("ascii") if isinstance(last, bytes) else ""
            writer.writerow(
                (
                    csv_cell(target),
                    *names,
                    exact,
                    group.mappings,
                    group.size,
                    group.refused,
                    *(found[name].value for name in figures),
                    *(None if found[name].value is None else found[name].bound for name in bounded),
                    *(found[name].absent for name in figures),
                )
            )


def _cell(name: Component) -> str:
    if name is None:
        return ""
    return csv_cell(name) if isinstance(name, bytes) else visible(str(name))
