"""``procmaps help``: the help of a command, or a page of the manual."""

from __future__ import annotations

import sys
from typing import Final

import attrs
import click

from procmaps import _resources
from procmaps.cli.app import COMMANDS, cli
from procmaps.cli.command import Command
from procmaps.cli.parameter_types import Word


@attrs.frozen
class _Page:
    summary: str
    file: str
    """The page in the project's folder ``docs``, which the wheel contains."""


PAGES: Final = {
    "commands": _Page("all commands, with examples", "docs/cli.md"),
    "completion": _Page("how to complete options in bash, zsh and fish", "docs/completion.md"),
    "memory": _Page("from a process that grows to what grows", "docs/memory.md"),
    "json": _Page("the form of --json", "docs/json.md"),
    "rules": _Page("the rules of procmaps lint", "docs/lint.md"),
    "logs": _Page("what procmaps extract finds in which kind of log", "docs/extract.md"),
    "adapter": _Page("how to check a parser", "docs/check.md"),
    "protocol": _Page("what procmaps check expects of a parser", "docs/protocol.md"),
}
"""The pages by topic. No topic is the name of a command."""


@click.command(
    "help",
    cls=Command,
    examples=("procmaps help", "procmaps help show", "procmaps help json"),
)
@click.argument(
    "topic", required=False, metavar="[TOPIC]", type=Word("topic", lambda: [*COMMANDS, *PAGES])
)
@click.pass_context
def command(ctx: click.Context, topic: str | None) -> None:
    """Print the help of a command, or a page of the manual; without TOPIC, list the topics."""
    if topic is None:
        _list(ctx)
    elif topic in COMMANDS:
        found = cli.get_command(ctx, topic)
        assert found is not None  # noqa: S101 - COMMANDS are the commands that there are
        with click.Context(found, info_name=topic, parent=ctx.parent) as of_command:
            click.echo(found.get_help(of_command))
    else:
        page = _resources.read(PAGES[topic].file).decode("utf-8")
        if sys.stdout.isatty():
            click.echo_via_pager(page)
        else:
            click.echo(page, nl=False)


def _list(ctx: click.Context) -> None:
    formatter = ctx.make_formatter()
    cli.format_commands(ctx, formatter)
    with formatter.section("Pages of the manual"):
        formatter.write_dl([(topic, page.summary) for topic, page in PAGES.items()])
    click.echo(formatter.getvalue().lstrip("\n"), nl=False)
    click.echo("\nPrint one with: procmaps help TOPIC")
