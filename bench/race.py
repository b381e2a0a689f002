"""Contenders run in turn, over and over: what slows the machine down slows all of them down.

Each contender is a process of its own (`bench.worker`), because two peers share an import name, and
one lives in another language. What is compared is processor time, of the process itself and of
the kernel working for it, so that other work on the machine counts as little as may be.
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


@attrs.frozen
class Contender:
    """Who runs, and how."""

    name: str
    command: tuple[str, ...]
    """The worker: a path on its standard input, an answer on its standard output."""
    environment: Mapping[str, str] = attrs.field(factory=dict[str, str])

    @classmethod
    def task(cls, name: str, task: str, python: str = sys.executable, **settings: str) -> Contender:
        """One of the tasks of `bench.worker`."""
        # Only ours must see the checkout: a peer bears the same name.
        checkout = str(HERE.parent) if python == sys.executable else ""
        command = (python, str(HERE / "worker.py"), task)
        return cls(name, command, {"PYTHONPATH": checkout, **settings})


@attrs.frozen
class Times:
    """The seconds that one contender needed, round by round, and how many mappings it found."""

    seconds: tuple[float, ...]
    found: int

    @property
    def median(self) -> float:
        """The middle of them."""
        return statistics.median(self.seconds)

    def ratio(self, other: Times) -> Ratio:
        """How many times as long as *other* this took, round by round."""
        return Ratio.of([a / b for a, b in zip(self.seconds, other.seconds, strict=True)])


@attrs.frozen
class Ratio:
    """A ratio between neighbours of the same round: its median, and where the middle half lies."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, ratios: Sequence[float]) -> Ratio:
        """The median and the quartiles."""
        if len(ratios) < 2:
            return cls(ratios[0], ratios[0], ratios[0])
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return cls(median, low, high)

    def times(self, factor: float) -> Ratio:
        """The same, multiplied."""
        return Ratio(self.median * factor, self.low * factor, self.high * factor)

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g}–{self.high:.3g})"


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

        # Popen types its pipes as optional; here they are asked for.
        self.said = cast("IO[str]", self.process.stdin)
        self.told = cast("IO[str]", self.process.stdout)

    def run(self, what: str) -> dict[str, Any]:
        """Have it run once; the answer, or an ``error``."""
        try:
            print(what, file=self.said, flush=True)
        except BrokenPipeError:
            return {"error": "it died of the text"}
        answer = self.told.readline()
        found: dict[str, Any] = json.loads(answer) if answer else {"error": "it died of the text"}
        return found

    def close(self) -> None:
        """Let it end."""
        with suppress(BrokenPipeError):
            self.said.close()


def race(
    contenders: Iterable[Contender], on: Mapping[str, str], rounds: int
) -> dict[str, Times | str]:
    """Run every contender once a round, after one round that does not count.

    *on* says for each name what it is given. Where one fails, why takes the place of its times.
    """
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        runners = [_Runner(contender, stack) for contender in contenders]
        answers: dict[str, list[dict[str, Any]]] = {runner.name: [] for runner in runners}
        for number in range(rounds + 1):
            # In turn forwards and backwards: no one always follows the same neighbour.
            for runner in runners if number % 2 else [*reversed(runners)]:
                if runner.name in failed:
                    continue
                answer = runner.run(on[runner.name])
                if "error" in answer:
                    failed[runner.name] = answer["error"]
                elif number:
                    answers[runner.name].append(answer)
        for runner in runners:
            runner.close()
    return {
        name: failed.get(name)
        or Times(tuple(answer["seconds"] for answer in told), int(told[-1]["found"]))
        for name, told in answers.items()
    }


def times_of(result: Times | str) -> Times:
    """The times of one that must not fail; raises RuntimeError with the reason where it did."""
    if isinstance(result, Times):
        return result
    raise RuntimeError(result)
