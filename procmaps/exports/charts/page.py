"""The pages and pictures: HTML and SVG that need no network, no script and no other file."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from procmaps.exports.charts.series import Reading, series
from procmaps.exports.charts.squarify import Rect
from procmaps.exports.charts.treemap import treemap
from procmaps.exports.stacks import name_text, stacks_of
from procmaps.printable import size_text, visible_block

if TYPE_CHECKING:
    from jinja2 import Template

_WIDTH: Final = 1000.0
_TREEMAP: Final = Rect(0, 0, _WIDTH, 560)
_SERIES: Final = Rect(60, 14, _WIDTH - 76, 300)


def to_html(readings: Sequence[Reading], figure: str = "pss") -> str:
    """Return a page: the series if there are several readings, the treemap of the last, a table.

    Every name on it is escaped, and it may load nothing. It follows the reader's light or dark
    scheme. Raises `KeyError` for an unknown figure and `ValueError` without readings.
    """
    return _render("page.html.jinja", readings, figure)


def to_svg(readings: Sequence[Reading], figure: str = "pss") -> str:
    """Return a picture: a treemap of one reading, or the series of several. Raises as `to_html`."""
    return _render("picture.svg.jinja", readings, figure)


def _render(template: str, readings: Sequence[Reading], figure: str) -> str:
    if not readings:
        raise ValueError("there is nothing to draw: expected at least one reading")
    last = readings[-1]
    total = last.account.total.column(figure)
    several = len(readings) > 1
    return _template(template).render(
        standalone=template.endswith(".svg.jinja"),
        readings=readings,
        last=last,
        figure=figure,
        total=total,
        tiles=treemap(last.account.total, figure, _TREEMAP),
        series=series(readings, figure, _SERIES) if several else None,
        treemap_box=_TREEMAP,
        series_box=_SERIES,
        rows=[(depth, name_text(group.by, group.name), group)
              for depth, group in last.account.total.walk()],
        notes=_notes(last, figure),
    )  # fmt: skip


def _notes(reading: Reading, figure: str) -> list[str]:
    """Return the notes of the reading without its title, which is on the page already."""
    notes = stacks_of([("", reading.account)], (figure,)).notes
    return [note.removeprefix(": ") for note in notes]


@functools.cache
def _template(name: str) -> Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("procmaps.exports.charts", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        # Every value on the page passes through this, so no field can be forgotten.
        finalize=_finalize,
    )
    environment.filters["size"] = size_text
    return environment.get_template(name)


def _finalize(value: object) -> object:
    return visible_block(value) if isinstance(value, str) else value
