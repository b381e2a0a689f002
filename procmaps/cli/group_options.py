"""Options of the commands that group memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import attrs
import click

from procmaps.cli.command import under
from procmaps.cli.errors import Unreadable
from procmaps.cli.group_table import Shown
from procmaps.cli.parameter_types import InputFile, Word, WordList, joined
from procmaps.errors import InvalidOverlay, InvalidRules
from procmaps.pages import FIGURES as PAGE_FIGURES
from procmaps.printable import visible
from procmaps.usage import FIGURES, KEYS, Key, Overlay, Rules, presets

_Command = TypeVar("_Command", bound=Callable[..., Any])

COLUMNS: Final = ("count", "size", *FIGURES)
"""Every column of a table of groups."""

PAGE_COLUMNS: Final = ("count", *PAGE_FIGURES)
"""Every column of a table of pages."""

OF_TABLE: Final = ("--figures", "--sort", "--top", "--total", "--units", "--wide")

_what = under("Groups")
_table = under("The table")


@attrs.frozen(kw_only=True)
class Grouping:
    """The values of `grouping_options`."""

    by: tuple[tuple[Key, ...], ...]
    preset: tuple[tuple[str, ...], ...]
    rules_file: str | None

    def keys(self, default: tuple[Key, ...] = ()) -> tuple[Key, ...]:
        """Return the keys of ``--by``, or *default*, or the usual ones.

        A preset that divides everything needs no kinds. Raises `click.UsageError` for a key that
        is given twice.
        """
        return keys_of(self.by, default or (("group",) if self.preset else ("kind", "group")))

    def rules(self) -> Rules:
        """Return the rules of ``--rules``, then those of ``--preset``. Raises `Unreadable`."""
        return rules_of(self.preset, self.rules_file)


@attrs.frozen(kw_only=True)
class GroupOptions(Grouping):
    """The values of `grouping_options` and `table_options`."""

    figures: tuple[tuple[str, ...], ...]
    sort: str | None
    reverse: bool
    top: int | None
    total: bool
    units: bool
    wide: bool

    @property
    def chosen_figures(self) -> tuple[str, ...]:
        """The figures of ``--figures``; empty if there are none."""
        return joined(self.figures)

    def view(self, by: tuple[str, ...], figures: tuple[str, ...]) -> Shown:
        """Return how a table of groups by *by* with the columns *figures* looks."""
        return Shown(
            by[0],
            figures,
            self.sort or next((name for name in figures if name != "count"), "count"),
            reverse=self.reverse,
            top=self.top,
            units=self.units,
            total=self.total,
            wide=self.wide,
        )


def _preset_names() -> list[str]:
    return [preset.name for preset in presets()]


_GROUPING = (
    _what(
        "--by",
        multiple=True,
        type=WordList("key", lambda: KEYS),
        metavar="KEY,...",
        help="Group by these keys, from the outermost: " + ", ".join(KEYS) + ". The default is "
        "kind,group.",
    ),
    _what(
        "--preset",
        multiple=True,
        type=WordList("preset", _preset_names),
        metavar="NAME,...",
        help="Group by these rules only, such as dumpsys (Android's categories) or glibc.",
    ),
    _what(
        "--rules",
        "rules_file",
        type=InputFile(),
        metavar="FILE",
        help="Try the rules of a TOML file first (see: procmaps help memory).",
    ),
)


def _choosing(columns: Sequence[str], names: str) -> tuple[Callable[[Any], Any], ...]:
    """Return the options that choose among *columns*; *names* describes them."""
    return (
        _table(
            "--figures",
            multiple=True,
            type=WordList("figure", lambda: columns),
            metavar="FIGURE,...",
            help=f"Show these figures: {names}.",
        ),
        _table(
            "-s",
            "--sort",
            type=Word("figure", lambda: columns),
            metavar="FIGURE",
            help="Sort by a figure, the largest first.",
        ),
    )


_TABLE = (
    _table("-r", "--reverse", is_flag=True, help="Show the smallest first."),
    _table(
        "-n",
        "--top",
        type=click.IntRange(min=1),
        metavar="N",
        help="Show only the N first groups of each level, and the sum of the others.",
    ),
    _table("-t", "--total", is_flag=True, help="Print the total in the last line."),
    _table("-k", "--units", is_flag=True, help="Print sizes with units, not in kB."),
    _table("--wide", is_flag=True, help="Print long names in full."),
)


def overlay_option(command: _Command) -> _Command:
    """Add the option ``--overlay``."""
    return _what(
        "--overlay",
        type=InputFile(),
        metavar="FILE",
        help="Label unnamed memory of one process by a JVM's System.map, a perf map, or lines "
        "START-END LABEL.",
    )(command)


def overlay_of(file: str | None) -> Overlay | None:
    """Return the labels of ``--overlay``. Raises `Unreadable`."""
    if file is None:
        return None
    try:
        return Overlay.load(file)
    except OSError as error:
        raise Unreadable(f"cannot read {visible(file)}: {error.strerror or error}") from error
    except InvalidOverlay as error:
        raise Unreadable(f"cannot use {visible(file)}: {error}") from error


def grouping_options(command: _Command) -> _Command:
    """Add the options that say how memory is grouped."""
    return _decorated(command, _GROUPING)


def table_options(command: _Command) -> _Command:
    """Add the options that say how the table looks."""
    names = "count, size, or fields of smaps, such as rss or anonymous"
    return _decorated(command, (*_choosing(COLUMNS, names), *_TABLE))


def page_table_options(command: _Command) -> _Command:
    """Add the options that say how a table of pages looks."""
    names = ", ".join(PAGE_COLUMNS)
    return _decorated(command, (*_choosing(PAGE_COLUMNS, names), *_TABLE))


def _decorated(command: _Command, options: Sequence[Callable[[Any], Any]]) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command


def keys_of(by: Sequence[tuple[Key, ...]], default: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return the keys of ``--by``, or *default*. Raises `click.UsageError` for a repeated one."""
    given: tuple[Key, ...] = tuple(key for keys in by for key in keys)
    if len({*given}) < len(given):
        raise click.UsageError(f"--by {','.join(given)} names a key twice")
    return given or default


def rules_of(preset: Sequence[tuple[str, ...]], file: str | None) -> Rules:
    """Return the rules of ``--rules``, then those of ``--preset``. Raises `Unreadable`."""
    rules = Rules.preset(*joined(preset))
    if file is None:
        return rules
    try:
        return Rules.load(file) + rules
    except OSError as error:
        raise Unreadable(f"cannot read {visible(file)}: {error.strerror or error}") from error
    except InvalidRules as error:
        raise Unreadable(f"cannot use {visible(file)}: {error}") from error
