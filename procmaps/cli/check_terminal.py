"""What ``procmaps check`` prints for people: failures with their dumps, then the totals."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.check.cases import Case
from procmaps.check.display import caption, dump_lines, shorten
from procmaps.check.reports import Report
from procmaps.check.runner import Result
from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.verdicts import NOT_JUDGED, Verdict
from procmaps.cli.style import count, say
from procmaps.printable import escape_bytes, visible

_MAX_DUMP_LINES = 8
"""Lines of one dump that are printed. The report files contain all."""


def print_report(report: Report) -> None:
    """Print each surprise with its case and dump, then the totals."""
    results = {result.case.id: result for result in report.results}
    for item in report.surprises:
        say(visible(str(item)))
        result = results.get(item.case)
        if result is not None and not result.verdict.passed:
            _print_failure(result)
    _print_fault(report)
    not_run = next((r for r in report.results if r.verdict.outcome == "not-run"), None)
    if not_run is not None:
        say(f"not run: {shorten(not_run.verdict.detail)}")
    say(_totals(report))
    say(visible(f"judged: {report.judged_text}"))
    print_scores(report.score_table)
    if replaced := sum(map(_has_replaced_bytes, report.results)):
        say(
            f"hint: {count(replaced, 'case')} got U+FFFD for bytes that are not UTF-8. If the "
            'adapter\'s JSON encoder replaces them, print names as {"base64": "…"}.'
        )


def _print_fault(report: Report) -> None:
    """Print the first fault of the adapter: it hides what the parser does."""
    faults = [r for r in report.results if r.verdict.outcome == "adapter-fault"]
    if faults:
        cases = count(len(faults), "case")
        first = visible(faults[0].case.id)
        say(f"a fault of the adapter, not of the parser, in {cases}; the first is {first}:")
        _print_failure(faults[0])


def print_scores(table: Sequence[Sequence[str]]) -> None:
    """Print the scores as a table: a row for each profile, a column for what a dump counts as."""
    shown = [list(map(visible, row)) for row in table]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for first, *numbers in shown:
        cells = (f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:], strict=True))
        say("  ".join((f"{first:<{widths[0]}}", *cells)))


def _print_failure(result: Result) -> None:
    say(f"    {visible(result.case.shows)}")
    if result.shrunk is None:
        print_difference(result.verdict)
    else:
        print_difference(result.shrunk.verdict)
        print_dump(result.shrunk)


def print_difference(verdict: Verdict) -> None:
    """Print the verdict's detail, and the first difference in two lines."""
    if verdict.detail:
        say(f"    {visible(shorten(verdict.detail))}")
    for item in verdict.differences[:1]:
        field = visible(item.field)
        say(f"    expected {field}: '{visible(shorten(item.expected))}'")
        say(f"    got      {field}: '{visible(shorten(item.got))}'")


def print_dump(shrunk: ShrunkFailure) -> None:
    """Print the dump that shows a failure, escaped; only the first lines of a long one."""
    say(f"    {caption(shrunk)}:")
    print_lines(dump_lines(shrunk.case.data), most=_MAX_DUMP_LINES)


def print_lines(lines: Sequence[str], *, most: int | None = None) -> None:
    """Print *lines* indented; only the first *most*, and how many more there are."""
    for line in lines[:most]:
        say(f"      {line}")
    if most is not None and len(lines) > most:
        say(f"      ({count(len(lines) - most, 'more line')}; --html FILE shows all)")


def _totals(report: Report) -> str:
    counts = ", ".join(f"{number:,} {outcome}" for outcome, number in report.counts.items())
    total = count(len(report.results), "case")
    if report.surprises and report.expected.keys:
        total += f", {len(report.surprises):,} not as expected"
    elif not report.surprises and not report.aborted and NOT_JUDGED.isdisjoint(report.counts):
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
    width = max((len(visible(case.id)) for case in cases), default=0)
    for case in cases:
        say(f"{visible(case.id):{width}}  {visible(case.shows)}")
