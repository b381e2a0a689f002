"""The program ``procmaps``: its commands, each imported when it is used."""

from __future__ import annotations

import importlib
from typing import Final

import click

import procmaps

SUMMARIES: Final = {
    "show": "Show the mappings of processes and dumps.",
    "usage": "Sum memory in use by label, file, kind or process.",
    "ps": "List processes by the memory they use.",
    "top": "Watch processes by the memory they use.",
    "pages": "Count the pages of a process: whose, and of what kind.",
    "shared": "Show what processes share, and with whom.",
    "diff": "Show what grew between two dumps or readings.",
    "plot": "Draw memory as a treemap, or over time.",
    "modules": "Show mapped files: load address, text, build ID.",
    "dump": "Write memory of a process into a file.",
    "why": "Show how the figures of a process lead to each other.",
    "find": "Find out who maps a file, or code in memory.",
    "addr": "Show where addresses are: file, offset, build ID.",
    "explain": "Explain one line: its parts, releases and meanings.",
    "lint": "Report damaged, edited or ambiguous lines in dumps.",
    "extract": "Find the dumps inside logs, mails and source code.",
    "redact": "Make a dump safe to attach to a report.",
    "check": "Run another parser over the conformance suite.",
    "help": "Print a command's help or a page of the manual.",
}
"""What each command does, in a line that 60 columns have room for. Each command is the function
``command`` of a module: ``procmaps.cli.show``, and ``procmaps.cli.manual`` for ``help``."""

COMMANDS: Final = tuple(SUMMARIES)

_MODULES: Final = {"help": "manual"}
"""Commands whose module has another name: ``help`` is a builtin."""


class _Commands(click.Group):
    """A group whose commands are modules, imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, the most used first."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command *cmd_name*, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command = importlib.import_module(f"procmaps.cli.{module}").command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begin with; suggest one for a misspelt name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(name, possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summaries, without importing the commands."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Exit codes:
  0    fine
  1    findings: the text is damaged or ambiguous, or a check failed
  2    wrong usage, unreadable input or unwritable output
  130  ended by Ctrl-C

\b
Examples:
  procmaps show --smaps 1234
  procmaps lint dump.txt
  procmaps help completion     how to complete options in your shell
""",
)
@click.version_option(procmaps.__version__, prog_name="procmaps", message="%(prog)s %(version)s")
def cli() -> None:
    """Parse /proc/PID/maps, smaps and smaps_rollup correctly, on every kernel, for every name."""
