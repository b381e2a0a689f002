"""``procmaps check`` over the cases."""

from __future__ import annotations

from pathlib import Path

import click

from procmaps.check.cases import load, load_profiles
from procmaps.check.end_signals import EndedBySignal, EndSignals
from procmaps.check.expected_failures import ExpectedFailures, Surprise
from procmaps.check.reports import Report
from procmaps.check.runner import AdapterBroken, Plan, Result, Runner
from procmaps.check.scores import standing
from procmaps.check.verdicts import NOT_JUDGED
from procmaps.check.whole_files import whole_file
from procmaps.cli.check_options import CheckOptions
from procmaps.cli.check_progress import Interrupted, progress
from procmaps.cli.check_reports import open_reports
from procmaps.cli.check_terminal import print_report
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.output_file import unwritable, writing
from procmaps.cli.style import count


def run(options: CheckOptions, signals: EndSignals) -> int:
    """Run the cases, report, and return the exit status: 1 for a surprise, 2 for a case not judged.

    Raises `CliError` after reporting what was found, if the run ended early.
    """
    plan, folder = options.plan, options.cases.cases
    selection = options.cases
    cases = load(
        plan.reads, only=selection.case, skip=selection.skip, tags=selection.tag,
        profiles=selection.profile, folder=folder,
    )  # fmt: skip
    every = load(folder=folder)
    expected = _read_expected(options)
    failure: CliError | None = None
    found: dict[str, Result] = {}
    with open_reports(options.report) as files:
        try:
            with (
                progress("checking", len(cases)) as advance,
                Runner(plan, every) as runner,
                signals.cancelling(runner.cancel),
            ):

                def add(result: Result) -> None:
                    found[result.case.id] = result
                    advance()

                runner.probe()
                runner.run(cases, add)
        except EndedBySignal as end:
            failure = Interrupted(end, f"{len(found):,} of {count(len(cases), 'case')}")
        except AdapterBroken as error:
            failure = Unreadable(str(error))
        except OSError as error:
            # There is no room for the dumps.
            failure = unwritable(None, error)
        results = tuple(found[case.id] for case in cases if case.id in found)
        if options.known.update and failure is None:
            expected = _update(options, expected, results, [case.id for case in every])
        report = Report(
            plan.command,
            results,
            expected,
            _surprises(results, expected, [case.id for case in every], plan),
            failure.message if failure else "",
            load_profiles(folder),
            plan.proc_only,
        )
        files.write(report, print_report)
    if failure is not None:
        raise failure
    return 1 if report.surprises else 0 if NOT_JUDGED.isdisjoint(report.counts) else 2


def _surprises(
    results: tuple[Result, ...], expected: ExpectedFailures, known: list[str], plan: Plan
) -> tuple[Surprise, ...]:
    """Return what is not as expected. A disputable choice is no surprise unless it is listed."""
    found = (
        expected.surprise(result.case.id, result.verdict)
        for result in results
        if result.case.id in expected.keys or not _is_policy(result, plan)
    )
    return (*(item for item in found if item is not None), *expected.unknown(known))


def _is_policy(result: Result, plan: Plan) -> bool:
    return standing(result, proc_only=plan.proc_only) == "policy"


# --- the file of expected failures ----------------------------------------------------------------


def _read_expected(options: CheckOptions) -> ExpectedFailures:
    """Return the expected failures, and check early that the file can be updated."""
    path = options.known.expect
    if path is None:
        return ExpectedFailures()
    name = click.format_filename(path)
    if options.known.update:
        _check_writable(path)
        if not path.exists():
            return ExpectedFailures(name)
    try:
        return ExpectedFailures.parse(path.read_text("utf-8"), name)
    except OSError as error:
        hint = "; --update creates it" if isinstance(error, FileNotFoundError) else ""
        raise Unreadable(f"cannot read {name}: {error.strerror or error}{hint}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"cannot read {name}: it is not UTF-8: {error}") from error


def _check_writable(path: Path) -> None:
    with writing(path), whole_file(path):
        pass


def _update(
    options: CheckOptions,
    expected: ExpectedFailures,
    results: tuple[Result, ...],
    known: list[str],
) -> ExpectedFailures:
    """Write the failures of this run to the file, and return them as the expected ones."""
    path = options.known.expect
    if path is None:
        return expected
    verdicts = {
        result.case.id: result.verdict
        for result in results
        if result.case.id in expected.keys or not _is_policy(result, options.plan)
    }
    text = expected.updated(verdicts, known)
    with writing(path), whole_file(path) as file:
        file.replace(text)
    return ExpectedFailures.parse(text, expected.source)
