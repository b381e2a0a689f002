"""The class of all commands: options under headings, rules between options, examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from procmaps.cli import option_rules
from procmaps.cli.option_rules import Rule

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Options = TypeVar("_Options")


class _Option(click.Option):
    """An option that is listed under a heading."""

    def __init__(self, *declarations: Any, heading: str, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*declarations, **attributes)
        self.heading = heading


class Command(click.Command):
    """A command whose help has headings and examples, and which checks its option rules."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - click's own
        rules: Sequence[Rule] = (),
        examples: Sequence[str] = (),
        **attributes: Any,  # noqa: ANN401 - click's own
    ) -> None:
        super().__init__(*arguments, **attributes)
        self.rules = tuple(rules)
        self.examples = tuple(examples)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Check the option rules, then run the command."""
        option_rules.check(ctx, self.rules)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, options without one last, then the examples."""
        sections: dict[str, list[tuple[str, str]]] = {}
        plain: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None or not isinstance(parameter, click.Option):
                continue
            if isinstance(parameter, _Option):
                sections.setdefault(parameter.heading, []).append(record)
            else:
                plain.append(record)
        if plain:
            sections["Other" if sections else "Options"] = plain
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=22)
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


def under(heading: str) -> Callable[..., Callable[[_Function], _Function]]:
    """Return `click.option` for options that are listed under *heading*."""

    def option(*declarations: str, **attributes: Any) -> Callable[[_Function], _Function]:  # noqa: ANN401 - click's own
        return click.option(*declarations, cls=_Option, heading=heading, **attributes)

    return option


def pass_options(
    cls: Callable[..., _Options],
) -> Callable[[Callable[[_Options], None]], Callable[..., None]]:
    """Call the decorated function with one object: *cls* of all parameters of the command."""

    def decorate(function: Callable[[_Options], None]) -> Callable[..., None]:
        def command(**parameters: Any) -> None:  # noqa: ANN401 - click passes them by name
            function(cls(**parameters))

        command.__doc__ = function.__doc__
        return command

    return decorate
