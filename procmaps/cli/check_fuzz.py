"""`procmaps check --fuzz`: what no case shows."""

from __future__ import annotations

import importlib
import itertools
from pathlib import Path

import attrs
import click

from procmaps.check import expected_failures as expectations
from procmaps.check import reports
from procmaps.check.reports import Report
from procmaps.check.runner import Plan, Result, Runner
from procmaps.check.shrinking import Smallest
from procmaps.cli.check_output import Output, progress, say_difference, writing
from procmaps.cli.errors import Unreadable
from procmaps.cli.style import count
from procmaps.errors import ProcmapsError


@attrs.frozen
class Drawing:
    """What is asked of the fuzzing."""

    examples: int
    producer: str | None
    seed: int | None
    save: Path | None


def run(plan: Plan, drawing: Drawing, output: Output) -> bool:
    """Draw and report; whether anything failed."""
    try:
        importlib.import_module("hypothesis")
        from procmaps.check import fuzzing  # noqa: PLC0415 - Hypothesis is an extra

        producer = fuzzing.check_producer(drawing.producer or fuzzing.PRODUCER, plan.reads)
    except ModuleNotFoundError as missing:
        told = f"--fuzz needs {missing.name}; run: pip install 'procmaps-spec[test]'"
        raise Unreadable(told) from missing
    except (ProcmapsError, ValueError) as error:
        raise Unreadable(f"--producer: {error}") from error
    if drawing.save is not None:
        # Before the long work, not after it.
        with writing(drawing.save):
            drawing.save.mkdir(parents=True, exist_ok=True)
    failures: list[Smallest] = []
    with progress("fuzzing", None) as advance, Runner(plan) as runner:
        if runner.obstacle:
            raise Unreadable(f"not run: {runner.obstacle}")
        runner.probe()
        for kind in plan.reads:
            failures += fuzzing.fuzz(
                runner.verdict, kind, examples=drawing.examples, producer=producer,
                seed=drawing.seed, seen=advance,
            )  # fmt: skip
    where = [] if drawing.save is None else [fuzzing.save(it, drawing.save) for it in failures]
    results = tuple(Result(found.case, found.verdict, 0.0, found) for found in failures)
    surprises = expectations.surprises(results, {}, ())
    output.write(Report(plan.command, results, surprises=surprises))
    if not output.json:
        for found, place in itertools.zip_longest(failures, where):
            _say(found, place)
        drawn = count(drawing.examples, "address space")
        click.echo(f"{drawn} of {producer}: {count(len(failures), 'sort')} of failure")
    return bool(failures)


def _say(found: Smallest, place: Path | None) -> None:
    click.echo(f"{found.verdict.key}, saved as {place}" if place else found.verdict.key)
    say_difference(found.verdict)
    for line in reports.shown(found.case.data):
        click.echo(f"  {line}")
