"""A report as one HTML page that needs no network and no other file."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

from procmaps.check.display import caption, dump_lines, shorten
from procmaps.check.reports import Report
from procmaps.printable import visible_block

if TYPE_CHECKING:
    from jinja2 import Template


def to_html(report: Report) -> str:
    """Return the page: counts, surprises, and every case with the dump that shows its failure."""
    failures = any(outcome not in ("pass", "not-run") for outcome in report.counts)
    return _template().render(report=report, command=shlex.join(report.command), failures=failures)


@functools.cache
def _template() -> Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        # Every value on the page passes through this, so no field can be forgotten.
        finalize=_finalize,
    )
    filters: dict[str, Callable[..., Any]] = environment.filters
    filters.update(caption=caption, dump_lines=dump_lines, shorten=shorten)
    source = resources.files("procmaps.check").joinpath("report.html.jinja").read_text("utf-8")
    return environment.from_string(source)


def _finalize(value: object) -> object:
    return visible_block(value) if isinstance(value, str) else value
