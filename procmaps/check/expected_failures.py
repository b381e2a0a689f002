"""Files of expected failures, with a ratchet: what is listed and passes has to leave the list.

A line is a verdict's `key` and a case, ``wrong:name names/space.maps``; ``#`` begins a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import attrs

from procmaps.check.runner import Result
from procmaps.check.verdicts import OUTCOMES
from procmaps.errors import ProcmapsError


@attrs.frozen
class InvalidExpectations(ProcmapsError, ValueError):
    """A line of such a file that says nothing."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.source}, line {self.line}: {self.reason}; expected a verdict and a case, such "
            "as: wrong:name names/space.maps"
        )


@attrs.frozen
class Surprise:
    """A verdict other than the one expected."""

    case: str
    expected: str
    """A verdict's key; ``pass`` for a case that is not listed."""
    got: str
    """A verdict's key; empty for a case that is listed and does not exist."""

    @property
    def kind(self) -> Literal["new", "moved", "mended", "unknown"]:
        """*new*: it fails and is not listed; *mended*: it is listed and passes."""
        if not self.got:
            return "unknown"
        if self.expected == "pass":
            return "new"
        return "mended" if self.got == "pass" else "moved"

    def __str__(self) -> str:
        match self.kind:
            case "new":
                return f"{self.case}: {self.got}"
            case "moved":
                return f"{self.case}: {self.got}, where {self.expected} was expected"
            case "mended":
                return (
                    f"{self.case}: passes, and is listed as {self.expected}: take it off the list"
                )
            case "unknown":
                return f"{self.case}: is listed as {self.expected}, and there is no such case"


def parse(text: str, source: str) -> dict[str, str]:
    """The key of each case listed in *text*. Raises `InvalidExpectations`."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        key, _, case = content.partition(" ")
        case = case.strip()
        if key.partition(":")[0] not in OUTCOMES or key in ("pass", "wrong") or not case:
            raise InvalidExpectations(source, number, f"{content!r} is no expectation")
        if case in found:
            raise InvalidExpectations(source, number, f"{case} is listed twice")
        found[case] = key
    return found


def listed(results: Iterable[Result], before: Mapping[str, str], known: Iterable[str]) -> str:
    """The text of a file that expects these results.

    What was expected *before* of a case that was not run now stays, if it is one of the *known*.
    """
    every = frozenset(known)
    keys = {case: key for case, key in before.items() if case in every}
    keys |= {
        result.case.id: result.verdict.key
        for result in results
        if result.verdict.outcome != "not-run"
    }
    return "".join(f"{key} {case}\n" for case, key in sorted(keys.items()) if key != "pass")


def surprises(
    results: Iterable[Result], expected: Mapping[str, str], known: Iterable[str]
) -> tuple[Surprise, ...]:
    """Where *results* are not as *expected*; *known* are the ids of all cases there are.

    What could not be run is no surprise: it is reported as not run.
    """
    found = [
        Surprise(result.case.id, expected.get(result.case.id, "pass"), result.verdict.key)
        for result in results
        if result.verdict.outcome != "not-run"
        and result.verdict.key != expected.get(result.case.id, "pass")
    ]
    every = frozenset(known)
    return (
        *found,
        *(Surprise(case, key, "") for case, key in expected.items() if case not in every),
    )
