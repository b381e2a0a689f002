"""Random trials on one kernel. A trial that shows a difference is shrunk and saved."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from attrs import define, evolve, field
from hypothesis import HealthCheck, Phase, given, seed, settings

from kernel.model import calls
from kernel.model.calls import Trial
from kernel.model.differential import Difference, Subject
from kernel.model.strategies import HALF, Scope, trials

CASES = Path(__file__).parents[2] / "tests" / "kernel" / "model" / "cases"
SCOPE = Scope(least=12, most=60)
RECORD = Path(__file__).parents[1] / "experiments" / "results" / "soak.json"
_ROUND = 100
# Trials are slow on purpose. A trial that fills Hypothesis' buffer is discarded.
_CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@define
class Found(Exception):
    """A difference, and the smallest trial found that shows it."""

    difference: Difference
    trial: Trial

    def __str__(self) -> str:
        lines = "\n".join(f"  {call}" for call in self.trial.calls)
        return f"{self.difference}\nthe smallest trial (room {self.trial.room}):\n{lines}"

    def save(self, folder: Path = CASES) -> Path:
        """Write the trial as a case for ``make test``; return the file."""
        text = json.dumps({"why": str(self.difference), **calls.to_json(self.trial)}, indent=1)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
        path.write_text(text + "\n")
        return path


def scope_of(subject: Subject) -> Scope:
    """Return the scope of trials for a kernel that the laboratory built, or Debian."""
    return evolve(SCOPE, half=subject.features.task_size <= HALF)


@define
class Soak:
    """Rounds of random trials on one kernel. The same seed gives the same trials."""

    subject: Subject
    first_seed: int = 0
    scope: Scope = SCOPE
    operations: int = field(default=0, init=False)
    trials: int = field(default=0, init=False)

    def round(self, number: int, examples: int = _ROUND) -> None:
        """Run one round. Raises ``Found``."""
        last: list[Trial] = []

        @seed(self.first_seed + number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            suppress_health_check=_CHECKS,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
        )
        @given(trials(self.scope))
        def compare(trial: Trial) -> None:
            last[:] = [trial]
            self.operations += self.subject.check([trial])
            self.trials += 1

        try:
            compare()
        except Difference as difference:
            raise self._smallest(difference, last[0]) from difference

    def _smallest(self, difference: Difference, trial: Trial) -> Found:
        """Remove unnecessary calls, which Hypothesis keeps to satisfy its least number of calls."""
        index = 0
        while index < len(trial.calls):
            without = evolve(trial, calls=trial.calls[:index] + trial.calls[index + 1 :])
            try:
                self.subject.check([without], every=1)
            except Difference as again:
                difference, trial = again, without
            else:
                index += 1
        return Found(difference, trial)

    def run(self, operations: int) -> None:
        """Run rounds of trials for at least *operations* calls; show progress on standard error."""
        started, number = time.monotonic(), 0
        while self.operations < operations:
            self.round(number)
            number += 1
            seconds = time.monotonic() - started
            left = (operations - self.operations) * seconds / self.operations
            print(
                f"\r{self.subject.name}: {min(self.operations, operations)}/{operations} calls in "
                f"{self.trials} trials, {self.operations / seconds:.0f}/s, {max(left, 0):.0f} s "
                "left  ",
                end="",
                file=sys.stderr,
                flush=True,
            )
        print(file=sys.stderr)


def record(subject: Subject, soak: Soak, options: str, path: Path = RECORD) -> None:
    """Save the figures of a soak without differences, next to those of other kernels.

    *options* of the command repeat it.
    """
    kept: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {"kernels": {}}
    rows: dict[str, Any] = {
        **kept["kernels"],
        subject.name: {
            "command": f"python -m kernel.model soak --record {options}".rstrip(),
            "calls": soak.operations,
            "trials": soak.trials,
            "seed": soak.first_seed,
            "differences": 0,
        },
    }
    figures: dict[str, Any] = {"kernels": dict(sorted(rows.items()))}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
