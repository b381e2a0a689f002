"""Run the parts of `make test` that this machine can run, and say which it cannot.

Usage: `python tests/parts.py [PART...]`, from the checkout's root. The parts are data:
parts.toml beside this file says what they are and how a new one is added.

For a person nothing is installed, and a part whose prerequisites are missing is reported as NOT
RUN with the reason. With CI=true the prerequisites are installed first, and a part not run is a
failure. Exit 0: every part passed or was reported as not run; 1: one failed, or none passed;
2: no part of that name.
"""

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Final

import attrs

TABLE: Final = Path(__file__).with_name("parts.toml")
SHELL: Final = ("/bin/sh", "-c")


class Verdict(Enum):
    """How a part ended."""

    PASSED = "passed"
    FAILED = "FAILED"
    NOT_RUN = "NOT RUN"


@attrs.frozen(kw_only=True)
class Part:
    """One table of parts.toml; the fields are explained there."""

    name: str
    about: str
    run: str
    needs: Mapping[str, str] = attrs.field(factory=dict[str, str])
    prepare: str | None = None
    ready: str | None = None


@attrs.frozen
class Outcome:
    """How a part ended, after how many seconds, and why where it was not run."""

    part: Part
    verdict: Verdict
    seconds: float = 0.0
    reason: str = ""

    def __str__(self) -> str:
        """Give the part's line of the summary."""
        end = f"({self.reason})" if self.reason else f"{self.seconds:.1f} s"
        return f"  {self.verdict.value:<8} {self.part.name:<12} {end}"


def say(text: str) -> None:
    """Print at once: the parts' own output goes to the same place."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def load(table: Path) -> list[Part]:
    """Read the parts in the order of the table; `TypeError` for a field that no part has."""
    with table.open("rb") as file:
        return [Part(name=name, **fields) for name, fields in tomllib.load(file).items()]


def select(parts: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """Keep the parts named, or all where none is; `LookupError` names what does not exist."""
    known = {part.name for part in parts}
    if unknown := [name for name in names if name not in known]:
        raise LookupError(
            f"no such part: {', '.join(unknown)}; there are: {', '.join(p.name for p in parts)}"
        )
    return [part for part in parts if not names or part.name in names]


def missing(part: Part) -> dict[str, str]:
    """Give what the machine lacks of a part's needs, with the Debian package of each."""
    return {
        need: package
        for need, package in part.needs.items()
        if not (Path(need).exists() if "/" in need else shutil.which(need))
    }


def why_not(part: Part) -> str:
    """Say why a part cannot run here; empty where it can."""
    if lacks := missing(part):
        packages = " ".join(sorted(set(lacks.values())))
        return f"no {', no '.join(lacks)}; run apt-get install {packages}"
    if part.ready is None:
        return ""
    asked = subprocess.run(
        [*SHELL, part.ready], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if asked.returncode == 0:
        return ""
    lines = asked.stdout.decode(errors="backslashreplace").strip().split("\n")
    return lines[-1] or f"`{part.ready}` exited {asked.returncode} without a word"


def command(line: str) -> bool:
    """Run a command line with its output shown; tell whether it exited 0."""
    return subprocess.run([*SHELL, line], check=False).returncode == 0


def install(parts: Sequence[Part]) -> None:
    """Bring every part's prerequisites to the machine, as root.

    What fails here is not raised: its output stands in the log, and `why_not` finds what is
    still missing and fails the part by name.
    """
    packages = sorted({package for part in parts for package in missing(part).values()})
    if packages:
        say(f"Installing {' '.join(packages)}")
        command("apt-get update -qq")
        command(
            "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "
            + " ".join(packages)
        )
    for part in parts:
        if part.prepare is not None:
            say(f"\nPreparing {part.name}: {part.prepare}")
            start = time.monotonic()
            command(part.prepare)
            say(f"Prepared {part.name} in {time.monotonic() - start:.1f} s")


def run(part: Part, *, ci: bool, clock: Callable[[], float] = time.monotonic) -> Outcome:
    """Run one part if this machine can."""
    if reason := why_not(part):
        return Outcome(part, Verdict.FAILED if ci else Verdict.NOT_RUN, reason=reason)
    say(f"\n=== {part.name}: {part.about}")
    start = clock()
    passed = command(part.run)
    return Outcome(part, Verdict.PASSED if passed else Verdict.FAILED, clock() - start)


def report(outcomes: Sequence[Outcome]) -> str:
    """Give the summary; the last line counts parts in the form that test runners close with."""
    count = {verdict: sum(o.verdict is verdict for o in outcomes) for verdict in Verdict}
    closing = (
        f"parts: {count[Verdict.PASSED]} passed, {count[Verdict.FAILED]} failed, "
        f"{count[Verdict.NOT_RUN]} skipped"
    )
    return "\n".join(["\n=== make test, part by part", *map(str, outcomes), closing])


def main(names: Sequence[str], *, ci: bool) -> int:
    """Run the parts named, or all; give the exit code."""
    try:
        parts = select(load(TABLE), names)
    except LookupError as error:
        say(str(error))
        return 2
    if ci:
        install(parts)
    outcomes = [run(part, ci=ci) for part in parts]
    say(report(outcomes))
    verdicts = {outcome.verdict for outcome in outcomes}
    return int(Verdict.FAILED in verdicts or Verdict.PASSED not in verdicts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ci=os.environ.get("CI") == "true"))
