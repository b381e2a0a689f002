"""A command whose options are listed under headings, for those that have many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Option(click.Option):
    def __init__(self, *declarations: Any, heading: str, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*declarations, **attributes)
        self.heading = heading


class Grouped(click.Command):
    """Its help lists the options of `under` by their headings, in the order of the declarations."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, and the rest below them."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                heading = parameter.heading if isinstance(parameter, _Option) else "Other"
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=22)


def under(heading: str) -> Callable[..., Callable[[_Command], _Command]]:
    """`click.option` for the options below *heading*."""

    def option(*declarations: str, **attributes: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401 - click's own
        return click.option(*declarations, cls=_Option, heading=heading, **attributes)

    return option
