"""``procmaps check --fuzz``: failures that no case shows."""

from __future__ import annotations

import importlib
from pathlib import Path

from procmaps.check.case_files import save_failure
from procmaps.check.end_signals import EndedBySignal, EndSignals
from procmaps.check.expected_failures import ExpectedFailures
from procmaps.check.reports import Report
from procmaps.check.runner import AdapterBroken, Plan, Result, Runner
from procmaps.check.shrinking import ShrunkFailure
from procmaps.cli.check_options import CheckOptions, FuzzOptions
from procmaps.cli.check_progress import Interrupted, progress
from procmaps.cli.check_reports import open_reports
from procmaps.cli.check_terminal import print_difference, print_dump
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.output_file import unwritable, writing
from procmaps.cli.style import count, say
from procmaps.errors import ProcmapsError
from procmaps.printable import visible


def run(options: CheckOptions, signals: EndSignals) -> int:
    """Draw dumps, report, and return the exit status: 1 for a failure, 2 for an adapter's fault.

    Raises `CliError` after reporting what was found, if the run ended early.
    """
    plan, fuzz = options.plan, options.fuzz
    producer = _producer(plan, fuzz)
    if fuzz.save is not None:
        # Fail before the long run, not after it.
        with writing(fuzz.save):
            fuzz.save.mkdir(parents=True, exist_ok=True)
    failures: list[ShrunkFailure] = []
    with open_reports(options.report) as files:
        stop = _draw(options, producer, failures, signals)
        saved = [] if fuzz.save is None else [_save(item, fuzz.save) for item in failures]
        nothing = ExpectedFailures()
        surprises = [nothing.surprise(item.case.id, item.verdict) for item in failures]
        report = Report(
            plan.command,
            tuple(Result(item.case, item.verdict, shrunk=item) for item in failures),
            surprises=tuple(item for item in surprises if item is not None),
            aborted=stop.message if stop else "",
        )

        def print_failures(_: Report) -> None:
            for index, failure in enumerate(failures):
                where = f", saved as {visible(str(saved[index]))}" if saved else ""
                say(f"{visible(failure.verdict.key)}{where}")
                print_difference(failure.verdict)
                print_dump(failure)
            drawn = count(fuzz.fuzz or 0, "address space")
            say(f"{drawn} of {producer}: {count(len(failures), 'kind')} of failure")

        files.write(report, print_failures)
    if stop is not None:
        raise stop
    return 1 if report.surprises else 2 if failures else 0


def _draw(
    options: CheckOptions, producer: str, failures: list[ShrunkFailure], signals: EndSignals
) -> CliError | None:
    """Append what fails to *failures*; return why the drawing ended early, or None."""
    from procmaps.check import fuzzing  # noqa: PLC0415 - Hypothesis is an extra

    plan, fuzz = options.plan, options.fuzz
    runs = 0
    try:
        with (
            progress("fuzzing", None) as advance,
            Runner(plan) as runner,
            signals.cancelling(runner.cancel),
        ):

            def on_run() -> None:
                nonlocal runs
                runs += 1
                advance()

            if runner.obstacle:
                return Unreadable(f"not run: {runner.obstacle}")
            runner.probe()
            for kind in plan.reads:
                for failure in fuzzing.fuzz(
                    runner.verdict, kind, examples=fuzz.fuzz or 0, producer=producer,
                    seed=fuzz.seed, on_run=on_run,
                ):  # fmt: skip
                    failures.append(failure)  # noqa: PERF402 - kept even if the next one raises
    except EndedBySignal as end:
        return Interrupted(end, count(runs, "run"))
    except AdapterBroken as error:
        return Unreadable(str(error))
    except OSError as error:
        # There is no room for the dumps.
        return unwritable(None, error)
    return None


def _save(failure: ShrunkFailure, folder: Path) -> Path:
    with writing(folder):
        return save_failure(failure, folder)


def _producer(plan: Plan, fuzz: FuzzOptions) -> str:
    """Return the full name of the producer. Raises `Unreadable`."""
    try:
        importlib.import_module("hypothesis")
        from procmaps.check import fuzzing  # noqa: PLC0415 - Hypothesis is an extra

        return fuzzing.check_producer(fuzz.producer or fuzzing.PRODUCER, plan.reads)
    except ModuleNotFoundError as missing:
        raise Unreadable(
            f"--fuzz needs the package {missing.name}; run: pip install {missing.name}"
        ) from missing
    except (ProcmapsError, ValueError) as error:
        raise Unreadable(f"--producer: {error}") from error
