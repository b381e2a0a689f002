"""``procmaps check``: any parser, in any language, over the cases of the conformance suite."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from procmaps.check import expected as expectations
from procmaps.check import page, reports
from procmaps.check.cases import KINDS, Case, Kind, NoSuchCase, load
from procmaps.check.expected import InvalidExpectations
from procmaps.check.judging import ONLY, Only
from procmaps.check.reports import Report
from procmaps.check.runner import AdapterBroken, Plan, Result, Runner, reads
from procmaps.errors import ProcmapsError

_FILE = click.Path(dir_okay=False, path_type=Path)


@attrs.frozen
class _Output:
    """Where the reports go; None: nowhere."""

    json: bool
    junit: Path | None
    markdown: Path | None
    html: Path | None

    def write(self, report: Report) -> None:
        if self.json:
            click.echo(reports.to_json(report), nl=False)
        for target, make in (
            (self.junit, reports.to_junit),
            (self.markdown, reports.to_markdown),
            (self.html, page.to_html),
        ):
            if target is not None:
                _write(target, make(report))


class _Unusable(click.ClickException):
    """A command that cannot be run, or a file that cannot be had."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        del file
        click.echo(f"procmaps: {self.format_message()}", err=True)


@click.command("check", context_settings={"ignore_unknown_options": False})
@click.argument("command_line", nargs=-1, metavar="-- COMMAND...")
@click.option("--list", "listing", is_flag=True, help="List the cases, and run nothing.")
@click.option(
    "--case",
    "only_cases",
    multiple=True,
    metavar="GLOB",
    help="Run these cases only, such as 'names/*'; repeatable.",
)
@click.option("--skip", "skipped", multiple=True, metavar="GLOB", help="Leave these out.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only cases with this tag.")
@click.option(
    "--reads",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="What the parser reads; maps where nothing says so.",
)
@click.option(
    "--only",
    type=click.Choice(list(ONLY)),
    default="all",
    show_default=True,
    help="Which mappings the parser gives by design.",
)
@click.option("--batch", is_flag=True, help="The command stays, and answers a line for each line.")
@click.option(
    "--overlay",
    is_flag=True,
    help="Bind the dump over the /proc of a decoy process {pid}; needs root.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Commands at once."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.01),
    default=10.0,
    show_default=True,
    help="Seconds for one case.",
)
@click.option(
    "--shrink/--no-shrink",
    default=True,
    show_default=True,
    help="Look for the smallest dump of each failure.",
)
@click.option("--expect", "expect", type=_FILE, metavar="FILE", help="Failures that are known.")
@click.option("--update", is_flag=True, help="Write the failures of this run to that file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write the report as JUnit XML.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write the report as Markdown.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write the report as one HTML page.")
@click.option(
    "--fuzz",
    type=click.IntRange(1),
    metavar="N",
    help="Draw N address spaces in place of the cases, and shrink what fails.",
)
@click.option("--producer", metavar="NAME", help="Who prints them, such as linux-6.12.")
@click.option("--seed", type=int, metavar="N", help="Draw the same again.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Save what was found by --fuzz as cases.",
)
def command(
    *, command_line: tuple[str, ...], listing: bool, only_cases: tuple[str, ...],
    skipped: tuple[str, ...], tags: tuple[str, ...], kinds: tuple[Kind, ...], only: Only,
    batch: bool, overlay: bool, jobs: int, timeout: float, shrink: bool, expect: Path | None,
    update: bool, as_json: bool, junit: Path | None, markdown: Path | None, html: Path | None,
    fuzz: int | None, producer: str | None, seed: int | None, save: Path | None,
) -> None:  # fmt: skip
    """Run a parser over the conformance suite: what breaks it, with the smallest dump of each.

    COMMAND reads a dump on standard input and prints one JSON array; docs/protocol.md has it all
    in ten lines. {maps}, {smaps}, {smaps_rollup}, {root} and {pid} in it are filled in.

    Exit 1 where a case fails that is not expected to, or passes and is.
    """
    try:
        if listing:
            _list(load(kinds or KINDS, only=only_cases, skip=skipped, tags=tags), as_json=as_json)
            return
        if not command_line:
            raise click.UsageError("Missing argument '-- COMMAND...', the parser's adapter.")
        _check_options(expect, update=update, fuzz=fuzz, batch=batch, overlay=overlay, asked=(
            producer is not None or seed is not None or save is not None))  # fmt: skip
        plan = Plan(
            command_line, reads(command_line, kinds), timeout, jobs, batch=batch, overlay=overlay,
            only=only, shrink=shrink,
        )  # fmt: skip
        output = _Output(as_json, junit, markdown, html)
        if fuzz is None:
            cases = load(plan.reads, only=only_cases, skip=skipped, tags=tags)
            found = _run(plan, cases, expect, output, update=update)
        else:
            found = _fuzz(plan, fuzz, producer, seed, save, output)
    except (AdapterBroken, NoSuchCase, InvalidExpectations) as error:
        raise _Unusable(str(error)) from error
    if found:
        sys.exit(1)


def _check_options(
    expect: Path | None, *, update: bool, fuzz: int | None, batch: bool, overlay: bool, asked: bool
) -> None:
    if update and expect is None:
        raise click.UsageError("--update needs --expect FILE, the file to write.")
    if fuzz is None and asked:
        raise click.UsageError("--producer, --seed and --save belong to --fuzz N.")
    if fuzz is not None and expect is not None:
        raise click.UsageError("--expect lists cases; --fuzz runs none of them.")
    if batch and overlay:
        raise click.UsageError("--batch and --overlay exclude each other: a mount is for one run.")


# --- the cases ------------------------------------------------------------------------------------


def _run(
    plan: Plan, cases: Sequence[Case], expect: Path | None, output: _Output, *, update: bool
) -> bool:
    """Run *cases* and report; whether there is anything that was not expected."""
    known = {} if expect is None or update else _expected(expect)
    every = load()
    with Runner(plan, every) as runner, _progress("checking", len(cases)) as advance:
        runner.probe()
        results: list[Result] = []
        for result in runner.run(cases):
            results.append(result)
            advance()
    if update and expect is not None:
        _write(expect, expectations.listed(results))
        known = _expected(expect)
    surprises = expectations.surprises(results, known, (case.id for case in every))
    report = Report(plan.command, tuple(results), known, surprises)
    output.write(report)
    if not output.json:
        _say(report)
    return bool(surprises)


def _expected(file: Path) -> dict[str, str]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _Unusable(f"cannot read {click.format_filename(file)}: {error}") from error
    return expectations.parse(text, click.format_filename(file))


def _say(report: Report) -> None:
    """A line for each surprise with the first thing that differs, then the sums."""
    results = {result.case.id: result for result in report.results}
    for item in report.surprises:
        click.echo(str(item))
        result = results.get(item.case)
        if result is None or result.verdict.passed:
            continue
        if result.verdict.detail:
            click.echo(f"    {reports.cut(result.verdict.detail)}")
        for difference in result.verdict.differences[:1]:
            click.echo(f"    expected {difference.field}: '{reports.cut(difference.expected)}'")
            click.echo(f"    got      {difference.field}: '{reports.cut(difference.got)}'")
    unrun = next((r for r in report.results if r.verdict.outcome == "not-run"), None)
    if unrun is not None:
        click.echo(f"not run: {reports.cut(unrun.verdict.detail)}")
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in report.counts.items())
    count = len(report.results)
    click.echo(f"{count:,} case{'s' * (count != 1)}: {told or 'none'}")
    click.echo(f"judged: {', '.join(report.judged) or 'nothing but the number of mappings'}")


# --- fuzzing --------------------------------------------------------------------------------------


def _fuzz(
    plan: Plan, examples: int, producer: str | None, seed: int | None, save: Path | None,
    output: _Output,
) -> bool:  # fmt: skip
    """Draw and report; whether anything failed."""
    try:
        from procmaps.check import fuzzing  # noqa: PLC0415 - Hypothesis is an extra

        made = fuzzing.check_producer(producer or fuzzing.PRODUCER, plan.reads)
    except ModuleNotFoundError as missing:
        told = f"--fuzz needs {missing.name}; run: pip install 'procmaps-spec[test]'"
        raise _Unusable(told) from missing
    except (ProcmapsError, ValueError) as error:
        raise _Unusable(f"--producer: {error}") from error
    failures: list[fuzzing.Failure] = []
    with Runner(attrs.evolve(plan, shrink=False)) as runner:
        runner.probe()
        with _progress("fuzzing", None) as advance:
            for kind in plan.reads:
                failures += fuzzing.fuzz(
                    runner.verdict, kind, examples=examples, producer=made, seed=seed, seen=advance
                )
    results = tuple(Result(found.case, found.verdict, 0.0, found.case) for found in failures)
    surprises = expectations.surprises(results, {}, ())
    output.write(Report(plan.command, results, surprises=surprises))
    for found in failures:
        where = f", saved as {fuzzing.save(found, save)}" if save is not None else ""
        if not output.json:
            click.echo(f"{found.verdict.key}{where}")
            for line in reports.shown(found.case.data):
                click.echo(f"    {line}")
            for item in found.verdict.differences[:1]:
                click.echo(f"  expected {item.field}: '{reports.cut(item.expected)}'")
                click.echo(f"  got      {item.field}: '{reports.cut(item.got)}'")
    if not output.json:
        click.echo(f"{examples:,} address spaces of {made}: {len(failures)} sorts of failure")
    return bool(failures)


# --- shared ---------------------------------------------------------------------------------------


def _list(cases: Sequence[Case], *, as_json: bool) -> None:
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


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, "utf-8")
    except OSError as error:
        shown = click.format_filename(target)
        raise _Unusable(f"cannot write {shown}: {error.strerror or error}") from error


@contextmanager
def _progress(what: str, total: int | None) -> Generator[Callable[[], None], None, None]:
    """A bar on standard error, where that is a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
