"""The group of commands; each is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Final

import click

COMMANDS: Final = ("show", "explain", "lint", "extract", "check")
"""Every command: the module of this name in `procmaps.cli`, and in it the function ``command``."""


class _Lazy(click.Group):
    """A group whose commands are modules, imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of their use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called *cmd_name*; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"procmaps.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 findings, 2 wrong usage, unreadable input or unwritable output.",
)
@click.version_option(
    package_name="procmaps-spec", prog_name="procmaps", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Read /proc/PID/maps, smaps and smaps_rollup right, on every kernel, for every name."""
