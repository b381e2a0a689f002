"""Accounts as stacks: each smallest group with the names that lead to it, and its figures.

The formats of viewers are text for people, so names are made `procmaps.printable.visible`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from procmaps.printable import visible
from procmaps.usage.groups import Account, Component, Group, nameless

EXPORTED: Final = ("pss", "rss", "uss", "swap", "swap_pss", "hugetlb", "size", "count")
"""The figures that are exported if none are chosen, the most useful first."""


@attrs.frozen
class Stack:
    """A smallest group.

    names    Its names from the outermost, printable.
    values   Its figures in bytes, ``count`` in mappings; 0 for one that it lacks.
    """

    names: tuple[str, ...]
    values: tuple[int, ...]


@attrs.frozen
class Stacks:
    """What is exported.

    titles    What was summed.
    figures   The names of the figures: those that some mapping has.
    rows      The smallest groups.
    notes     What a reader must know of the figures, one sentence each.
    """

    titles: tuple[str, ...]
    figures: tuple[str, ...]
    rows: tuple[Stack, ...]
    notes: tuple[str, ...]


def stacks_of(accounts: Sequence[tuple[str, Account]], figures: Sequence[str] = EXPORTED) -> Stacks:
    """Return the stacks of *accounts*, each with a title; several have it as the outermost name.

    A figure that no mapping has is left out. Raises `KeyError` for an unknown figure.
    """
    totals = [account.total for _, account in accounts]
    present = tuple(
        name for name in figures if any(total.column(name).value is not None for total in totals)
    )
    rows = [
        Stack(
            (*((visible(title),) if len(accounts) > 1 else ()), *names),
            tuple(group.column(name).value or 0 for name in present),
        )
        for title, account in accounts
        for names, group in _leaves(account)
    ]
    notes = [note for title, account in accounts for note in _notes(title, account, present)]
    titles = tuple(visible(title) for title, _ in accounts)
    return Stacks(titles, present, tuple(rows), tuple(notes))


def _leaves(account: Account) -> Iterator[tuple[tuple[str, ...], Group]]:
    for path, group in account.leaves():
        if group.mappings:
            names = tuple(name_text(each.by, each.name) for each in path)
            yield names or (nameless(account.by[0] if account.by else "name"),), group


def name_text(by: str, name: Component) -> str:
    """Return the name of a group by the key *by* for people."""
    if name is None:
        return nameless(by)
    if isinstance(name, int):
        return f"{by} {name}"
    return visible(name)


def _notes(title: str, account: Account, figures: Sequence[str]) -> Iterator[str]:
    for name in figures:
        figure = account.total.column(name)
        if figure.bound:
            yield f"{visible(title)}: {name} is up to {figure.bound} bytes too small"
        if figure.absent:
            yield f"{visible(title)}: {figure.absent} mappings lack {name}"
    if refused := sum(gap.refused for gap in account.gaps):
        yield f"{visible(title)}: {refused} processes could not be read"
