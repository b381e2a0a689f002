"""What `procmaps check` leaves behind: reports in files, progress on a terminal, its errors."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from procmaps.check import html_report, reports
from procmaps.check.reports import Report, cut
from procmaps.check.verdicts import Verdict
from procmaps.cli.errors import CliError, Unreadable

Advance = Callable[[], None]
"""To be called for each step that is done."""


@attrs.frozen
class Output:
    """Where the reports go; None: nowhere."""

    json: bool
    junit: Path | None
    markdown: Path | None
    html: Path | None

    def write(self, report: Report) -> None:
        """Write them all. Raises `Unreadable` for a file that cannot be written."""
        if self.json:
            click.echo(reports.to_json(report), nl=False)
        for target, make in (
            (self.junit, reports.to_junit),
            (self.markdown, reports.to_markdown),
            (self.html, html_report.to_html),
        ):
            if target is not None:
                write(target, make(report))


def write(target: Path, text: str) -> None:
    """Write a file. Raises `Unreadable` with the system's reason."""
    with writing(target):
        target.write_text(text, "utf-8")


@contextmanager
def writing(target: Path) -> Generator[None, None, None]:
    """Turn the system's refusal to write *target* into `Unreadable`."""
    try:
        yield
    except OSError as error:
        shown = click.format_filename(target)
        raise Unreadable(f"cannot write {shown}: {error.strerror or error}") from error


def say_difference(verdict: Verdict) -> None:
    """The first thing that differs, in two lines; or the verdict's detail."""
    if verdict.detail:
        click.echo(f"    {cut(verdict.detail)}")
    for item in verdict.differences[:1]:
        click.echo(f"    expected {item.field}: '{cut(item.expected)}'")
        click.echo(f"    got      {item.field}: '{cut(item.got)}'")


class Interrupted(CliError):
    """Ctrl-C: how far it was. The status is that of a shell for what SIGINT has ended."""

    exit_code = 128 + signal.SIGINT


@contextmanager
def progress(what: str, total: int | None) -> Generator[Advance, None, None]:
    """A bar on standard error, where that is a terminal, and nothing elsewhere.

    Ctrl-C raises `Interrupted`. Until the block ends, a command that does not read what it is given
    is no reason to end: SIGPIPE is ignored.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    done = 0
    task = bar.add_task(what, total=total)

    def advance() -> None:
        nonlocal done
        done += 1
        bar.advance(task)

    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        with bar:
            yield advance
    except KeyboardInterrupt:
        of = "" if total is None else f" of {total:,}"
        raise Interrupted(f"interrupted after {done:,}{of}; nothing is reported") from None
    finally:
        signal.signal(signal.SIGPIPE, before)
