"""Races: contenders run by turns, so that other load on the machine slows all of them alike.

Each contender is its own process (`bench.worker`), because two peers share an import name and some
are not Python. Races compare processor time, user and system, so that other work on the machine
counts as little as possible.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, cast

import attrs

HERE = Path(__file__).resolve().parent

CRASHED = "crashed on this text"


@attrs.frozen
class Contender:
    """A program that takes part in a race."""

    name: str
    command: tuple[str, ...]
    """The worker. It reads paths on standard input and answers on standard output."""
    environment: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @classmethod
    def task(cls, name: str, task: str, python: str = sys.executable, **settings: str) -> Contender:
        """Return the contender that runs one task of `bench.worker`."""
        # Only our interpreter may see the checkout: a peer has the same import name.
        checkout = str(HERE.parent) if python == sys.executable else ""
        command = (python, str(HERE / "worker.py"), task)
        return cls(name, command, {"PYTHONPATH": checkout, **settings})


@attrs.frozen
class Times:
    """Seconds of one contender per round, and the number of mappings that it found."""

    seconds: tuple[float, ...]
    found: int

    @property
    def median(self) -> float:
        """Median of the rounds, in seconds."""
        return statistics.median(self.seconds)

    def ratio(self, other: Times) -> Ratio:
        """Return this time divided by that of *other*, taken round by round."""
        return Ratio.of([a / b for a, b in zip(self.seconds, other.seconds, strict=True)])


@attrs.frozen
class Ratio:
    """A ratio within rounds: its median and its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, ratios: Sequence[float]) -> Ratio:
        """Return the median and quartiles of *ratios*."""
        if len(ratios) < 2:
            return cls(ratios[0], ratios[0], ratios[0])
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return cls(median, low, high)

    def times(self, factor: float) -> Ratio:
        """Return this ratio multiplied by *factor*."""
        return Ratio(self.median * factor, self.low * factor, self.high * factor)

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)}–{_short(self.high)})"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"


class _Runner:
    """A contender's process."""

    def __init__(self, contender: Contender, stack: ExitStack) -> None:
        self.name = contender.name
        self.process = stack.enter_context(
            subprocess.Popen(
                contender.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **contender.environment},
                text=True,
            )
        )

        # Popen types its pipes as optional; both were requested above.
        self.requests = cast("IO[str]", self.process.stdin)
        self.answers = cast("IO[str]", self.process.stdout)

    def run(self, request: str) -> dict[str, Any]:
        """Run once; return the answer, which has an ``error`` if the run failed."""
        try:
            print(request, file=self.requests, flush=True)
        except BrokenPipeError:
            return {"error": CRASHED}
        line = self.answers.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": CRASHED}
        return answer

    def close(self) -> None:
        """Let the process end."""
        with suppress(BrokenPipeError):
            self.requests.close()


def race(
    contenders: Iterable[Contender], inputs: Mapping[str, str], rounds: int
) -> dict[str, Times | str]:
    """Run every contender once per round, after one round that does not count.

    *inputs* has the input line of each contender, by name. A contender that fails has the reason
    instead of its times.
    """
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        runners = [_Runner(contender, stack) for contender in contenders]
        answers: dict[str, list[dict[str, Any]]] = {runner.name: [] for runner in runners}
        for number in range(rounds + 1):
            # The order alternates, so that no contender always follows the same one.
            for runner in runners if number % 2 else [*reversed(runners)]:
                if runner.name in failed:
                    continue
                answer = runner.run(inputs[runner.name])
                if "error" in answer:
                    failed[runner.name] = answer["error"]
                elif number:
                    answers[runner.name].append(answer)
        for runner in runners:
            runner.close()
    return {
        name: failed.get(name)
        or Times(tuple(answer["seconds"] for answer in given), int(given[-1]["found"]))
        for name, given in answers.items()
    }


def times_of(result: Times | str) -> Times:
    """Return the times of a contender. Raises RuntimeError with the reason if it failed."""
    if isinstance(result, Times):
        return result
    raise RuntimeError(result)
