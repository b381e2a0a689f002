"""Errors of the command line: one line on standard error, and an exit code."""

from __future__ import annotations

from typing import Any

import click


class CliError(click.ClickException):
    """An error that ends the program with one line on standard error."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click declares it
        """Print the message after the program's name."""
        click.echo(f"procmaps: {self.format_message()}", file=file, err=True)


class Unreadable(CliError):
    """Input that cannot be read, or output that cannot be written."""
