"""What ``procmaps check`` prints for people: failures with their dumps, then the totals."""

from __future__ import annotations

from collections.abc import Sequence

import click

from procmaps.check.cases import Case
from procmaps.check.display import caption, dump_lines, one_line, shorten
from procmaps.check.reports import Report
from procmaps.check.runner import Result
from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.verdicts import Verdict
from procmaps.cli.style import count
from procmaps.errors import escape_bytes

_MAX_DUMP_LINES = 8
"""Lines of one dump that are printed. The report files contain all."""


def print_report(report: Report) -> None:
    """Print each surprise with its case and dump, then the totals."""
    results = {result.case.id: result for result in report.results}
    for item in report.surprises:
        click.echo(one_line(str(item)))
        result = results.get(item.case)
        if result is not None and not result.verdict.passed:
            _print_failure(result)
    not_run = next((r for r in report.results if r.verdict.outcome == "not-run"), None)
    if not_run is not None:
        click.echo(f"not run: {shorten(not_run.verdict.detail)}")
    click.echo(_totals(report))
    click.echo(one_line(f"judged: {report.judged_text}"))
    if replaced := sum(map(_has_replaced_bytes, report.results)):
        click.echo(
            f"hint: {count(replaced, 'case')} got U+FFFD for bytes that are not UTF-8. If the "
            'adapter\'s JSON encoder replaces them, print names as {"base64": "…"}.'
        )


def _print_failure(result: Result) -> None:
    click.echo(f"    {one_line(result.case.shows)}")
    if result.shrunk is None:
        print_difference(result.verdict)
    else:
        print_difference(result.shrunk.verdict)
        print_dump(result.shrunk)


def print_difference(verdict: Verdict) -> None:
    """Print the verdict's detail, and the first difference in two lines."""
    if verdict.detail:
        click.echo(f"    {one_line(shorten(verdict.detail))}")
    for item in verdict.differences[:1]:
        field = one_line(item.field)
        click.echo(f"    expected {field}: '{one_line(shorten(item.expected))}'")
        click.echo(f"    got      {field}: '{one_line(shorten(item.got))}'")


def print_dump(shrunk: ShrunkFailure) -> None:
    """Print the dump that shows a failure, escaped; only the first lines of a long one."""
    click.echo(f"    {caption(shrunk)}:")
    print_lines(dump_lines(shrunk.case.data), most=_MAX_DUMP_LINES)


def print_lines(lines: Sequence[str], *, most: int | None = None) -> None:
    """Print *lines* indented; only the first *most*, and how many more there are."""
    for line in lines[:most]:
        click.echo(f"      {line}")
    if most is not None and len(lines) > most:
        click.echo(f"      ({count(len(lines) - most, 'more line')}; --html FILE shows all)")


def _totals(report: Report) -> str:
    counts = ", ".join(f"{number:,} {outcome}" for outcome, number in report.counts.items())
    total = count(len(report.results), "case")
    if report.surprises and report.expected.keys:
        total += f", {len(report.surprises):,} not as expected"
    elif not report.surprises and not report.aborted and "not-run" not in report.counts:
        total += ", all as expected"
    return f"{total}: {counts or 'none was run'}"


_REPLACEMENT = escape_bytes("\ufffd".encode())


def _has_replaced_bytes(result: Result) -> bool:
    return any(
        _REPLACEMENT in item.got and _REPLACEMENT not in item.expected
        for item in result.verdict.differences
    )


def print_list(cases: Sequence[Case]) -> None:
    """Print one line for each case: its id and what it shows."""
    width = max((len(one_line(case.id)) for case in cases), default=0)
    for case in cases:
        click.echo(f"{one_line(case.id):{width}}  {one_line(case.shows)}")
