"""Changes of memory as tables: by group as a tree, and by mapping."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.cli.elision import elide
from procmaps.cli.group_table import Form, Shown, number_text, print_tree
from procmaps.cli.output import Output
from procmaps.cli.style import HEADING, glyphs, paint, print_line
from procmaps.printable import escaped, size_text
from procmaps.records.mapping import Mapping
from procmaps.usage import Group, GroupChange, MappingChange
from procmaps.usage.groups import nameless
from procmaps.usage.sums import Sums


def print_changes(out: Output, total: GroupChange, shown: Shown) -> None:
    """Print the groups of *total* that changed. A figure that one side lacks is a dot."""
    form = Form[GroupChange](
        _delta,
        lambda change, column: signed(_delta(change, column), column, units=shown.units),
        lambda change: [part for part in change.groups if is_shown(part, shown.figures)],
        _rest,
        lambda change: is_shown(change, shown.figures),
        lambda _, by: nameless(by),
    )
    print_tree(out, total, form, shown)


def is_shown(change: GroupChange, columns: Sequence[str]) -> bool:
    """Return whether one of *columns* changed, or may have, in the group or in a part of it.

    Parts can make up for each other.
    """
    return change.changed and (
        any(_delta(change, column) != 0 for column in columns)
        or any(is_shown(part, columns) for part in change.groups)
    )


def _delta(change: GroupChange, column: str) -> int | None:
    if column in ("count", "size"):
        return change.mappings if column == "count" else change.size
    return change.delta(column)


def signed(value: int | None, column: str, *, units: bool) -> str:
    """Return a change with its sign; a dot for None."""
    if value is None:
        return glyphs().nothing
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return sign + number_text(abs(value), column, units=units)


def _rest(changes: Sequence[GroupChange]) -> GroupChange:
    def side(groups: Sequence[Group | None]) -> Group:
        return Group("", None, (), Sums.of_all(each.sums for each in groups if each is not None))

    before, after = ([each.before for each in changes], [each.after for each in changes])
    return GroupChange("", None, side(before), side(after), ())


def print_mapping_changes(out: Output, changes: Sequence[MappingChange], shown: Shown) -> None:
    """Print a line for each of *changes*, with its events and causes."""
    rows = [
        (
            signed(change.size, "size", units=shown.units),
            signed(change.delta("rss"), "rss", units=shown.units),
            _address(change.after or change.before),
            _what(change),
        )
        for change in changes
    ]
    titles = ("size", "rss", "address", "change")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    heading = [
        titles[0].rjust(widths[0]),
        titles[1].rjust(widths[1]),
        titles[2].ljust(widths[2]),
        titles[3].ljust(widths[3]),
    ]
    print_line(out, paint(out, "  ".join([*heading, "name"]), HEADING))
    taken = sum(width + 2 for width in widths)
    for change, (size, rss, address, what) in zip(changes, rows, strict=True):
        cells = (
            size.rjust(widths[0]),
            rss.rjust(widths[1]),
            address.ljust(widths[2]),
            what.ljust(widths[3]),
        )
        name = _name(change, None if shown.wide else out.width - taken)
        out.file.write(f"{'  '.join((*cells, name))}".rstrip() + "\n")


def _address(mappings: Sequence[Mapping]) -> str:
    return f"{mappings[0].start:08x}-{mappings[-1].end:08x}"


def _what(change: MappingChange) -> str:
    """Return events and causes: ``grown, touched 4.0M``."""
    causes = (f"{cause} {size_text(amount)}" for cause, amount in change.causes.items())
    return ", ".join((*change.events, *causes))


def _name(change: MappingChange, room: int | None) -> str:
    characters = list(escaped((change.after or change.before)[0].name.raw))
    if room is not None and characters:
        characters = list(elide(characters, room, glyphs().more))
    return "".join(text for text, _ in characters)
