"""A treemap: each group is a rectangle whose area is its share of memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from procmaps.exports.charts.squarify import Rect, squarify
from procmaps.exports.stacks import name_text
from procmaps.printable import size_text
from procmaps.usage.groups import Group

COLOURS: Final = 10
"""The number of colours of a page: classes ``c0`` to ``c9``."""

_HEAD: Final = 17.0
"""The height of the strip with the name of a group."""

_MARGIN: Final = 1.5
_LETTER: Final = 7.2
"""About the width of a letter in wide fonts. A browser cuts off what is wider."""

_SMALLEST: Final = 12.0
"""Square pixels. Smaller groups become one."""


@attrs.frozen
class Tile:
    """A rectangle of the picture.

    rect     Where it is.
    label    What is written on it; empty if there is no room.
    title    What a pointer on it shows: the names, the size and the share.
    colour   The number of its colour.
    depth    How deep it is in the tree, from 0.
    group    Whether it contains others.
    """

    rect: Rect
    label: str
    title: str
    colour: int
    depth: int
    group: bool


def treemap(total: Group, figure: str, rect: Rect) -> list[Tile]:
    """Return the tiles of *total*, a group before its parts. Raises `KeyError` for no figure."""
    whole = total.column(figure).value or 0
    parts = total.groups or (total,)
    return [*_tiles(parts, figure, rect, whole, (), None)] if whole else []


def _tiles(
    groups: Sequence[Group],
    figure: str,
    rect: Rect,
    whole: int,
    above: tuple[str, ...],
    colour: int | None,
) -> Iterator[Tile]:
    shares = sorted(
        ((value, group) for group in groups if (value := group.column(figure).value)),
        key=lambda share: -share[0],
    )
    kept, rest = _without_small(shares, rect)
    values = [value for value, _ in kept] + ([sum(rest)] if rest else [])
    places = squarify(values, rect)
    for number, ((value, group), place) in enumerate(zip(kept, places, strict=False)):
        names = (*above, name_text(group.by, group.name) if group.by else "everything")
        own = number % COLOURS if colour is None else colour
        inner = place.inset(_MARGIN, _HEAD)
        open_ = bool(group.groups) and inner.area > _SMALLEST
        title = _title(names, value, whole, group.mappings)
        yield Tile(place, _label(names[-1], value, place), title, own, len(above), open_)
        if open_:
            yield from _tiles(group.groups, figure, inner, whole, names, own)
    if rest:
        name = f"{len(rest)} smaller groups"
        title = _title((*above, name), sum(rest), whole, None)
        label = _label(name, sum(rest), places[-1])
        yield Tile(
            places[-1],
            label,
            title,
            colour or 0,
            len(above),
            group=False,
        )


def _without_small(
    shares: Sequence[tuple[int, Group]], rect: Rect
) -> tuple[list[tuple[int, Group]], list[int]]:
    """Return the groups that can be seen in *rect*, and the sizes of the others."""
    total = sum(value for value, _ in shares)
    kept = [share for share in shares if share[0] * rect.area >= _SMALLEST * total]
    return kept, [value for value, _ in shares[len(kept) :]]


def _title(names: Sequence[str], value: int, whole: int, mappings: int | None) -> str:
    facts = [size_text(value), f"{100 * value / whole:.1f} %"]
    if mappings is not None:
        facts.append(f"{mappings:,} mapping{'s' * (mappings != 1)}")
    return f"{' > '.join(names)}\n{', '.join(facts)}"


def _label(name: str, value: int, rect: Rect) -> str:
    """Return as much of the name and the size as there is room for."""
    letters = int((rect.width - 8) / _LETTER)
    if rect.height < _HEAD or letters < 3:  # noqa: PLR2004 - one letter says nothing
        return ""
    text = f"{name}  {size_text(value)}"
    if len(text) <= letters:
        return text
    if len(name) <= letters:
        return name
    # The end of a path says most.
    return f"…{name[1 - letters :]}" if name.startswith("/") else f"{name[: letters - 1]}…"
