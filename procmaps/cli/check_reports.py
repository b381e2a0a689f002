"""The report files of ``procmaps check``: opened before the run, written whatever happens."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
import click

from procmaps.check import html_report, reports
from procmaps.check.reports import Report
from procmaps.check.whole_files import WholeFile, whole_file
from procmaps.cli.check_options import ReportOptions
from procmaps.cli.errors import Unreadable
from procmaps.cli.output_file import unwritable, writing

_Format = Callable[[Report], str]


@attrs.frozen
class ReportFiles:
    """Open files for the reports of one run."""

    as_json: bool
    _files: tuple[tuple[Path, WholeFile, _Format], ...]

    def write(self, report: Report, print_report: Callable[[Report], None]) -> None:
        """Write all files, then print the report: as JSON, or by *print_report*.

        Raises `Unreadable` for the first file that cannot be written, after all others are written
        and the report is printed.
        """
        failures: list[Unreadable] = []
        for path, file, make in self._files:
            try:
                file.replace(make(report))
            except OSError as error:
                failures.append(unwritable(path, error))
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
        files: list[tuple[Path, WholeFile, _Format]] = []
        for path, make in _targets(options):
            with writing(path):
                file = stack.enter_context(whole_file(path))
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
