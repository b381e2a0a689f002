"""Which options of a command go together. A wrong combination is refused, never ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from click.core import ParameterSource


class Excludes:
    """An option that cannot be combined with any of *others*.

    *reason* says why not, as a clause: ``--summary prints no rows``.
    """

    # A NamedTuple takes as long to make as everything else in this module.
    __match_args__ = ("option", "others", "reason")

    def __init__(self, option: str, others: tuple[str, ...], reason: str) -> None:
        self.option = option
        self.others = others
        self.reason = reason


class Requires:
    """Options that have no effect without *other*; *reason* says why."""

    __match_args__ = ("options", "other", "reason")

    def __init__(self, options: tuple[str, ...], other: str, reason: str) -> None:
        self.options = options
        self.other = other
        self.reason = reason


Rule = Excludes | Requires

_BY_USER = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def check(ctx: click.Context, rules: Iterable[Rule]) -> None:
    """Raise `click.UsageError` for the first rule that the given options break."""
    given = _given(ctx)
    for rule in rules:
        match rule:
            case Excludes(option, others, reason) if given[option]:
                for other in others:
                    if given[other]:
                        raise click.UsageError(
                            f"{option} cannot be used with {other}: {reason}.", ctx
                        )
            case Requires(options, other, reason) if not given[other]:
                for option in options:
                    if given[option]:
                        raise click.UsageError(f"{option} needs {other}: {reason}.", ctx)
            case _:
                pass


def _given(ctx: click.Context) -> Mapping[str, bool]:
    """Return for each spelling of each option whether the user gave it."""
    return {
        spelling: ctx.get_parameter_source(parameter.name) in _BY_USER
        for parameter in ctx.command.get_params(ctx)
        if parameter.name
        for spelling in parameter.opts
    }
