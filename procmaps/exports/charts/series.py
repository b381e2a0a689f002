"""Areas over time: how much each group has in each reading, one on top of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

import attrs

from procmaps.exports.charts.squarify import Rect
from procmaps.exports.charts.treemap import COLOURS
from procmaps.exports.stacks import name_text
from procmaps.printable import size_text
from procmaps.usage.groups import Account

_OTHERS: Final = "others"
_TICKS: Final = 5


@attrs.frozen
class Reading:
    """The memory of one moment.

    title     What was read.
    account   Its memory.
    time      When, in seconds from any moment. Without it, all readings are equally far apart.
    mark      What the axis of time shows; None: the title.
    """

    title: str
    account: Account
    time: float | None = None
    mark: str | None = None


@attrs.frozen
class Area:
    """The area of one group.

    name     The group.
    colour   The number of its colour.
    points   The corners, as SVG writes them.
    first, last   Its size in the first and in the last reading.
    """

    name: str
    colour: int
    points: str
    first: str
    last: str


@attrs.frozen
class Tick:
    """A mark of an axis: where, and what is written there."""

    at: float
    label: str


@attrs.frozen
class Series:
    """A picture of several readings.

    areas   The groups, the lowest first.
    rows    The marks of the vertical axis: sizes.
    marks   The marks of the horizontal axis: the readings.
    """

    areas: tuple[Area, ...]
    rows: tuple[Tick, ...]
    marks: tuple[Tick, ...]


def series(readings: Sequence[Reading], figure: str, rect: Rect) -> Series:
    """Return the areas of the groups of *readings*; the smallest ones are one area.

    A group that a reading lacks has 0 there.
    """
    stacks = _stacks(readings, figure)
    tops = [*accumulate([values for _, values in stacks], _added)]
    top = max((max(values) for values in tops), default=0)
    step = _step(top)
    limit = max(step * -(-top // step), 1)
    xs = _positions(readings, rect)

    def y(value: int) -> float:
        return round(rect.y + rect.height * (1 - value / limit), 2)

    areas: list[Area] = []
    below = [0] * len(readings)
    for colour, ((name, values), upper) in enumerate(zip(stacks, tops, strict=True)):
        corners = [*zip(xs, map(y, upper), strict=True)]
        corners += reversed([*zip(xs, map(y, below), strict=True)])
        points = " ".join(f"{x},{y}" for x, y in corners)
        areas.append(
            Area(name, colour % COLOURS, points, size_text(values[0]), size_text(values[-1]))
        )
        below = upper
    rows = tuple(Tick(y(value), size_text(value)) for value in range(0, limit + 1, step))
    return Series(tuple(areas), rows, tuple(_marks(readings, xs)))


def _stacks(readings: Sequence[Reading], figure: str) -> list[tuple[str, list[int]]]:
    """Return the sizes of each group in each reading, the largest group first."""
    found: dict[str, list[int]] = {}
    for number, reading in enumerate(readings):
        for path, group in reading.account.leaves():
            name = " > ".join(name_text(each.by, each.name) for each in path) or "everything"
            values = found.setdefault(name, [0] * len(readings))
            values[number] += group.column(figure).value or 0
    stacks = sorted(found.items(), key=lambda item: (-max(item[1]), item[0]))
    stacks = [(name, values) for name, values in stacks if any(values)]
    if len(stacks) <= COLOURS:
        return stacks
    kept, rest = stacks[: COLOURS - 1], stacks[COLOURS - 1 :]
    others = [sum(values) for values in zip(*(values for _, values in rest), strict=True)]
    return [*kept, (f"{len(rest)} {_OTHERS}", others)]


def _added(one: list[int], other: list[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _step(top: int) -> int:
    """Return a distance of marks: 1, 2 or 5 times a power of 2¹⁰, 10·2¹⁰ or 100·2¹⁰ bytes."""
    unit = 1
    while True:
        for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500):
            if top <= _TICKS * factor * unit:
                return factor * unit
        unit *= 1024


def _positions(readings: Sequence[Reading], rect: Rect) -> list[float]:
    times = [reading.time for reading in readings]
    known = [time for time in times if time is not None]
    if len(known) < len(times) or known != sorted(known) or known[-1] == known[0]:
        known = [float(number) for number in range(len(readings))]
    length = (known[-1] - known[0]) or 1.0
    return [round(rect.x + rect.width * (time - known[0]) / length, 2) for time in known]


def _marks(readings: Sequence[Reading], xs: Sequence[float]) -> Iterator[Tick]:
    """Yield marks for at most six readings, among them the first and the last."""
    every = -(-(len(readings) - 1) // _TICKS) or 1
    last = len(readings) - 1
    for number, (reading, x) in enumerate(zip(readings, xs, strict=True)):
        if number == last or (number % every == 0 and last - number >= every):
            yield Tick(x, reading.title if reading.mark is None else reading.mark)
