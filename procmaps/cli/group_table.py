"""Groups of memory as a table: figures to the left, names as a tree to the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import attrs

from procmaps.cli.elision import elide
from procmaps.cli.output import Output
from procmaps.cli.style import FAINT, HEADING, count, glyphs, paint, print_line, style_of
from procmaps.cli.user_names import user_name
from procmaps.pages import PageGroup, PageSums
from procmaps.printable import escaped, size_text
from procmaps.usage import Group
from procmaps.usage.groups import Component, nameless
from procmaps.usage.sums import Sums

_KB = 1024
_INDENT = 2

REFUSED = "?"
"""A figure that the kernel did not let us read."""

AT_LEAST = "+"
"""After a figure that lacks some mappings or processes."""


@attrs.frozen
class Shown:
    """What of the groups is printed.

    by        The outermost key of the groups.
    figures   The columns: ``count``, ``size``, or names of figures.
    sort      The column to sort by.
    reverse   Whether the smallest is first.
    top       The most groups of each level; None: all.
    units     Whether sizes have units; otherwise they are whole kB.
    total     Whether the last line is the total.
    wide      Whether names are printed in full.
    """

    by: str
    figures: tuple[str, ...]
    sort: str
    reverse: bool = False
    top: int | None = None
    units: bool = False
    total: bool = False
    wide: bool = False


class Node(Protocol):
    """A group, or the change of one."""

    @property
    def by(self) -> str:
        """Its key."""
        ...

    @property
    def name(self) -> Component:
        """Its name."""
        ...

    @property
    def groups(self) -> Sequence[object]:
        """Its smaller groups."""
        ...


_Node = TypeVar("_Node", bound=Node)


@attrs.frozen
class Form(Generic[_Node]):
    """How the table shows a kind of node.

    value     Returns a column as a number to sort by; None if there is none.
    cell      Returns the text of a column.
    parts     Returns the smaller groups that are shown.
    rest      Returns the sum of several groups.
    present   Returns whether there is anything to show.
    nameless  Returns what is printed instead of a name, by the key.
    """

    value: Callable[[_Node, str], int | None]
    cell: Callable[[_Node, str], str]
    parts: Callable[[_Node], Sequence[_Node]]
    rest: Callable[[Sequence[_Node]], _Node]
    present: Callable[[_Node], bool]
    nameless: Callable[[_Node, str], str]


@attrs.frozen
class _Row:
    cells: list[str]
    name: bytes | str
    style: str
    depth: int


def print_tree(out: Output, total: _Node, form: Form[_Node], shown: Shown) -> None:
    """Print the groups of *total* as a tree.

    Memory without any value of the key is one row.
    """
    rows = [*_rows(total, form, shown, 0)]
    if not total.groups and form.present(total):
        rows.append(_row(total, form, shown, 0, (form.nameless(total, shown.by), FAINT)))
    if shown.total:
        rows.append(_row(total, form, shown, 0, ("total", HEADING)))
    widths = [
        max(len(title), *(len(row.cells[index]) for row in rows), 0)
        for index, title in enumerate(shown.figures)
    ]
    taken = sum(width + 2 for width in widths)
    titles = [title.rjust(width) for title, width in zip(shown.figures, widths, strict=True)]
    print_line(out, paint(out, "  ".join([*titles, "name"]), HEADING))
    for row in rows:
        numbers = "".join(
            f"{cell:>{width}}  " for cell, width in zip(row.cells, widths, strict=True)
        )
        room = out.width - taken - _INDENT * row.depth
        name = _name(out, row, None if shown.wide else room)
        out.file.write(f"{numbers}{' ' * _INDENT * row.depth}{name}\n")


def _rows(node: _Node, form: Form[_Node], shown: Shown, depth: int) -> Iterator[_Row]:
    def key(part: _Node) -> tuple[bool, int, str]:
        value = form.value(part, shown.sort)
        return value is None, (value or 0) * (1 if shown.reverse else -1), repr(part.name)

    parts = sorted(form.parts(node), key=key)
    limit = len(parts) if shown.top is None else shown.top
    for part in parts[:limit]:
        yield _row(part, form, shown, depth, _named(part, form))
        yield from _rows(part, form, shown, depth + 1)
    if rest := parts[limit:]:
        label = (f"({count(len(rest), 'other group')})", FAINT)
        yield _row(form.rest(rest), form, shown, depth, label)


def _named(node: _Node, form: Form[_Node]) -> tuple[bytes | str, str]:
    """Return the name of a group as it is printed, and its style."""
    if node.name is None:
        return form.nameless(node, node.by), FAINT
    if isinstance(node.name, bytes):
        return node.name, ""
    if isinstance(node.name, int) and node.by == "user":
        return user_name(node.name), ""
    return str(node.name), style_of(str(node.name)) if node.by == "kind" else ""


def _nameless_group(group: Group, by: str) -> str:
    return "(not read)" if group.refused and not group.mappings else nameless(by)


def _row(
    node: _Node, form: Form[_Node], shown: Shown, depth: int, label: tuple[bytes | str, str]
) -> _Row:
    return _Row([form.cell(node, column) for column in shown.figures], *label, depth)


def _name(out: Output, row: _Row, room: int | None) -> str:
    characters = list(escaped(row.name))
    if room is not None and characters:
        characters = list(elide(characters, room, glyphs().more))
    return paint(out, "".join(text for text, _ in characters), row.style)


# --- sums -----------------------------------------------------------------------------------------


def number_text(value: int, column: str, *, units: bool) -> str:
    """Return a number of the column: kB, a size with its unit, or a count."""
    if column == "count":
        return str(value)
    return size_text(value) if units else str(value // _KB)


def print_page_groups(out: Output, total: PageGroup, shown: Shown) -> None:
    """Print the pages of the groups of *total*. A figure that is not known is a dot."""

    def value(group: PageGroup, column: str) -> int | None:
        return group.sums.mappings if column == "count" else group.figure(column)

    def cell(group: PageGroup, column: str) -> str:
        found = value(group, column)
        if found is None:
            return glyphs().nothing
        return number_text(found, column, units=shown.units)

    form = Form[PageGroup](
        value,
        cell,
        lambda group: group.groups,
        lambda groups: PageGroup("", None, (), PageSums.of_all(each.sums for each in groups)),
        lambda group: bool(group.sums.mappings),
        lambda _, by: nameless(by),
    )
    print_tree(out, total, form, shown)


def print_groups(out: Output, total: Group, shown: Shown) -> None:
    """Print the sums of the groups of *total*.

    An absent figure is a dot, a refused one is `REFUSED`, and `AT_LEAST` follows a partial one.
    """

    def cell(group: Group, column: str) -> str:
        figure = group.column(column)
        if figure.value is None:
            return REFUSED if figure.state == "refused" else glyphs().nothing
        text = number_text(figure.value, column, units=shown.units)
        return text + AT_LEAST if figure.state == "partial" else text

    form = Form[Group](
        lambda group, column: group.column(column).value,
        cell,
        lambda group: group.groups,
        lambda groups: Group("", None, (), Sums.of_all(each.sums for each in groups)),
        lambda group: bool(group.mappings or group.refused),
        _nameless_group,
    )
    print_tree(out, total, form, shown)
