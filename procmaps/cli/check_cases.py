"""`procmaps check` over the cases: what is said of each that is not as expected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from procmaps.check import expected_failures as expectations
from procmaps.check import reports
from procmaps.check.cases import Case, load
from procmaps.check.reports import Report
from procmaps.check.runner import Plan, Result, Runner
from procmaps.cli.check_output import Output, progress, say_difference, write
from procmaps.cli.errors import Unreadable
from procmaps.cli.style import count
from procmaps.errors import escape_bytes


def run(
    plan: Plan, cases: Sequence[Case], expect: Path | None, output: Output, *, update: bool,
    folder: Path | None,
) -> int:  # fmt: skip
    """Run *cases* and report.

    The exit status: 1 where anything was not expected, else 2 where a case could not be run.
    """
    known = {} if expect is None or (update and not expect.exists()) else _expected(expect)
    every = load(folder=folder)
    results: list[Result] = []
    with progress("checking", len(cases)) as advance, Runner(plan, every) as runner:
        runner.probe()
        for result in runner.run(cases):
            results.append(result)
            advance()
    if update and expect is not None:
        write(expect, expectations.listed(results, known, (case.id for case in every)))
        known = _expected(expect)
    surprises = expectations.surprises(results, known, (case.id for case in every))
    report = Report(plan.command, tuple(results), known, surprises)
    output.write(report)
    if not output.json:
        _say(report)
    unrun = report.counts.get("not-run", 0)
    return 1 if surprises else 2 if unrun else 0


def _expected(file: Path) -> dict[str, str]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot read {click.format_filename(file)}: {error}") from error
    return expectations.parse(text, click.format_filename(file))


def _say(report: Report) -> None:
    """A line for each surprise with the first thing that differs, then the sums."""
    results = {result.case.id: result for result in report.results}
    for item in report.surprises:
        click.echo(str(item))
        result = results.get(item.case)
        if result is not None and not result.verdict.passed:
            say_difference(result.verdict)
    unrun = next((r for r in report.results if r.verdict.outcome == "not-run"), None)
    if unrun is not None:
        click.echo(f"not run: {reports.cut(unrun.verdict.detail)}")
    told = ", ".join(f"{number:,} {outcome}" for outcome, number in report.counts.items())
    click.echo(f"{count(len(report.results), 'case')}: {told or 'none'}")
    click.echo(f"judged: {', '.join(report.judged) or 'nothing but the number of mappings'}")
    if replaced := sum(map(_is_replaced, report.results)):
        click.echo(
            f"hint: in {count(replaced, 'case')} a byte that is no UTF-8 came back as U+FFFD; "
            'where that is the JSON encoder of the adapter, give names as {"base64": "…"}'
        )


_REPLACEMENT = escape_bytes("\ufffd".encode())


def _is_replaced(result: Result) -> bool:
    return any(
        _REPLACEMENT in item.got and _REPLACEMENT not in item.expected
        for item in result.verdict.differences
    )


def show(cases: Sequence[Case], *, as_json: bool) -> None:
    """List *cases* with what each shows."""
    if as_json:
        items = [
            {"case": case.id, "shows": case.shows, "tags": sorted(case.tags), "must": case.must}
            for case in cases
        ]
        click.echo(json.dumps(items, indent=1))
        return
    width = max((len(case.id) for case in cases), default=0)
    for case in cases:
        click.echo(f"{case.id:{width}}  {case.shows}")
