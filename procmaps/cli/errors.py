"""Errors of the command line: one line on standard error, and an exit code."""

from __future__ import annotations

from typing import Any

import click

from procmaps.printable import visible_block


class CliError(click.ClickException):
    """An error that ends the program with one line on standard error."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click declares it
        """Print the message after the program's name. File names in it are made harmless."""
        click.echo(f"procmaps: {visible_block(self.format_message())}", file=file, err=True)


class Unreadable(CliError):
    """Input that cannot be read, or output that cannot be written."""
