"""The report files of ``procmaps check``: opened before the run, written whatever happens."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import attrs
import click

from procmaps.check import html_report, reports
from procmaps.check.reports import Report
from procmaps.cli.check_options import ReportOptions
from procmaps.cli.errors import Unreadable

_Format = Callable[[Report], str]


@attrs.frozen
class ReportFiles:
    """Open files for the reports of one run."""

    as_json: bool
    _files: tuple[tuple[Path, IO[str], _Format], ...]

    def write(self, report: Report, print_report: Callable[[Report], None]) -> None:
        """Write all files, then print the report: as JSON, or by *print_report*.

        Raises `Unreadable` for the first file that cannot be written, after all others are written
        and the report is printed.
        """
        failures: list[Unreadable] = []
        for path, file, make in self._files:
            try:
                file.write(make(report))
                file.close()
            except OSError as error:
                failures.append(_unwritable(path, error))
        # Printing comes last: a closed pipe ends the program.
        if self.as_json:
            click.echo(reports.to_json(report), nl=False)
        else:
            print_report(report)
        for failure in failures:
            raise failure


@contextmanager
def open_reports(options: ReportOptions) -> Generator[ReportFiles, None, None]:
    """Open all report files. Raises `Unreadable` for one that cannot be written."""
    if options.html is not None:
        _require_jinja2()
    with ExitStack() as stack:
        files: list[tuple[Path, IO[str], _Format]] = []
        for path, make in _targets(options):
            with writing(path):
                file = stack.enter_context(path.open("w", encoding="utf-8"))
            files.append((path, file, make))
        yield ReportFiles(options.as_json, tuple(files))


def _require_jinja2() -> None:
    try:
        importlib.import_module("jinja2")
    except ModuleNotFoundError as missing:
        raise Unreadable("--html needs the package jinja2; run: pip install jinja2") from missing


def _targets(options: ReportOptions) -> Iterator[tuple[Path, _Format]]:
    for path, make in (
        (options.junit, reports.to_junit),
        (options.markdown, reports.to_markdown),
        (options.html, html_report.to_html),
    ):
        if path is not None:
            yield path, make


@contextmanager
def writing(path: Path) -> Generator[None, None, None]:
    """Raise `Unreadable` if the system refuses to write *path*."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Unreadable:
    return Unreadable(f"cannot write {click.format_filename(path)}: {error.strerror or error}")
