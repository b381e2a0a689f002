"""Divide a rectangle into rectangles of given areas that are nearly squares.

The method is that of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): rows are filled
along the shorter side as long as the worst ratio of sides gets better.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs


@attrs.frozen
class Rect:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Its area."""
        return self.width * self.height

    def inset(self, margin: float, top: float = 0) -> Rect:
        """Return what is left inside of a margin and a strip at the top; never negative."""
        return Rect(
            self.x + margin,
            self.y + margin + top,
            max(0.0, self.width - 2 * margin),
            max(0.0, self.height - 2 * margin - top),
        )


def squarify(values: Sequence[float], rect: Rect) -> list[Rect]:
    """Return a rectangle for each of *values*, which are positive, the largest first.

    Their areas are proportional to the values and fill *rect*.
    """
    total = sum(values)
    if total <= 0 or rect.area <= 0:
        return [Rect(rect.x, rect.y, 0, 0) for _ in values]
    areas = [value * rect.area / total for value in values]
    found: list[Rect] = []
    first = 0
    while first < len(areas):
        side = min(rect.width, rect.height)
        last = first + 1
        while last < len(areas) and _worst(areas[first : last + 1], side) <= _worst(
            areas[first:last], side
        ):
            last += 1
        row, rect = _row(areas[first:last], rect)
        found += row
        first = last
    return found


def _worst(areas: Sequence[float], side: float) -> float:
    """Return the worst ratio of sides in a row along *side*."""
    total = sum(areas)
    if not (total and side):
        return float("inf")
    scale = side * side / (total * total)
    return max(max(scale * area, 1 / (scale * area)) if area else float("inf") for area in areas)


def _row(areas: Sequence[float], rect: Rect) -> tuple[list[Rect], Rect]:
    """Return the rectangles of a row along the shorter side, and what is left."""
    total = sum(areas)
    upright = rect.width >= rect.height
    side = rect.height if upright else rect.width
    depth = min(total / side, rect.width if upright else rect.height) if side else 0.0
    row: list[Rect] = []
    at = rect.y if upright else rect.x
    for area in areas:
        length = area / depth if depth else 0.0
        row.append(Rect(rect.x, at, depth, length) if upright else Rect(at, rect.y, length, depth))
        at += length
    if upright:
        return row, Rect(rect.x + depth, rect.y, rect.width - depth, rect.height)
    return row, Rect(rect.x, rect.y + depth, rect.width, rect.height - depth)
